package alert_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"perch/internal/alert"
)

func TestAProblemIsToldAtOnceAndKeptTrue(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("C1")
		h.connect(1, 2)
		stop := h.start()
		defer stop()
		h.fail(1)
		time.Sleep(100 * time.Millisecond)
		checkSaid(h.T, h.town.said("C1", false), "Sync failed")
		h.heal(1)
		time.Sleep(time.Minute)
		checkSaid(h.T, h.town.said("C1", false), "Recovered")
		checkSaid(h.T, h.town.said("C1", true))
		h.checkDone()
	})
}

func TestARecoveryThatMattersIsSaidInTheThread(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("C1")
		h.subscribe("C2", func(w *alert.Wish) { w.InChannel = true })
		h.connect(1, 2)
		h.fail(1)
		h.settle(time.Minute)
		time.Sleep(2 * time.Hour)
		h.heal(1)
		h.settle(time.Minute)
		for channel, broadcast := range map[string]bool{"C1": false, "C2": true} {
			root, thread := h.town.said(channel, false), h.town.said(channel, true)
			checkSaid(h.T, root, "Recovered")
			checkSaid(h.T, thread, "ecovered")
			if thread[0].ThreadTS != root[0].TS || thread[0].Broadcast != broadcast {
				h.Errorf("%s: said in %s (broadcast %v), the card is %s", channel, thread[0].ThreadTS, thread[0].Broadcast, root[0].TS)
			}
		}
		h.checkDone()
	})
}

func TestWhatRecoversBeforeItIsToldIsToldAsItIs(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("C1")
		h.connect(1, 2)
		h.fail(1)
		time.Sleep(2 * time.Hour)
		h.heal(1)
		h.tell(time.Minute)
		checkSaid(h.T, h.town.said("C1", false), "Recovered")
		checkSaid(h.T, h.town.said("C1", true))
		h.checkDone()
	})
}

func TestDirectMessagesAreKeptTrueWhereTheyStand(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("UBO")
		h.connect(1, 2)
		defer h.start()()
		h.fail(1)
		time.Sleep(time.Minute)
		h.heal(1)
		time.Sleep(time.Minute)
		said := h.town.said("UBO", false)
		checkSaid(h.T, said, "Recovered")
		if said[0].Place.Channel != "DBO" {
			h.Errorf("stands in %s", said[0].Place.Channel)
		}
	})
}

func TestAChannelIsToldInOrderAtSlacksPace(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("C1")
		h.connect(1, 5)
		for i := 1; i < 5; i++ {
			h.fail(i)
			h.settle(time.Minute)
			time.Sleep(2 * time.Minute) // each is read for itself
		}
		said := h.town.said("C1", false)
		checkSaid(h.T, said, customer(1), customer(2), customer(3), customer(4))
	})
}

func TestManyAtOnceShareACard(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ problems, roots, threads int }{
		{1, 1, 0},
		{2, 1, 1}, // both at once: nothing was posted before
		{50, 1, 1},
		{600, 1, 1}, // more than one transaction folds
	} {
		t.Run(fmt.Sprint(tt.problems), func(t *testing.T) {
			t.Parallel()
			inHouse(t, func(h *house) {
				h.subscribe("C1")
				h.connect(0, tt.problems)
				h.fail(numbers(0, tt.problems)...)
				h.settle(time.Minute)
				roots, threads := h.town.said("C1", false), h.town.said("C1", true)
				if len(roots) != tt.roots || len(threads) != tt.threads {
					h.Fatalf("%d posts, %d in threads: %q", len(roots), len(threads), texts(roots))
				}
				if tt.problems > 1 && !strings.Contains(roots[0].Message.Text, fmt.Sprintf("%d ", tt.problems)) {
					h.Errorf("does not say how many: %q", roots[0].Message.Text)
				}
				h.checkDone()
				h.checkTold(tt.problems)
			})
		})
	}
}

func TestTheFirstOfABurstIsToldAtOnceAndTheRestOnOneCard(t *testing.T) {
	t.Parallel()
	burst := 300
	if raceDetector {
		burst = 100
	}
	rest := fmt.Sprintf("%d ", burst-1)
	inHouse(t, func(h *house) {
		h.subscribe("C1")
		h.connect(0, burst)
		defer h.start()()
		for i := range burst {
			h.fail(i)
			time.Sleep(200 * time.Millisecond)
		}
		time.Sleep(time.Minute)
		roots, threads := h.town.said("C1", false), h.town.said("C1", true)
		checkSaid(h.T, roots, customer(0), rest)
		if len(threads) != 1 || threads[0].ThreadTS != roots[1].TS {
			h.Errorf("in threads: %q", texts(threads))
		}
		if n := len(roots[1].edits); n < 5 || n > 40 {
			h.Errorf("the summary was edited %d times", n)
		}
		if !strings.Contains(threads[0].Message.Text, fmt.Sprintf("%d more", burst-21)) {
			h.Errorf("the list is not up to date: %q", threads[0].Message.Text)
		}
		h.checkDone()
		h.checkTold(burst)
		time.Sleep(3 * time.Minute)
		h.connect(burst, burst+1)
		h.fail(burst)
		time.Sleep(time.Second)
		checkSaid(h.T, h.town.said("C1", false), customer(0), rest, customer(burst))
	})
}

func TestWhatComesFasterThanOneReadsSharesACard(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("C1")
		h.connect(0, 30)
		defer h.start()()
		for i := range 20 {
			h.fail(i)
			time.Sleep(8 * time.Second) // Slack would take each
		}
		checkSaid(h.T, h.town.said("C1", false), customer(0), customer(1), customer(2), customer(3), customer(4), "15 ")
		time.Sleep(2 * time.Minute)
		for i := 20; i < 25; i++ {
			h.fail(i)
			time.Sleep(65 * time.Second) // that many one can read
		}
		checkSaid(h.T, h.town.said("C1", false), customer(0), customer(1), customer(2), customer(3), customer(4), "15 ", customer(20), customer(21), customer(22), customer(23), customer(24))
		h.checkDone()
		h.checkTold(25)
	})
}

func TestAnOutageSpeaksForThoseThatWereToldBefore(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("C1")
		h.connectTo(func(int) string { return "gusto" }, 0, 12)
		defer h.start()()
		h.fail(0)
		time.Sleep(time.Minute)
		h.fail(numbers(1, 12)...)
		time.Sleep(time.Minute)
		checkSaid(h.T, h.town.said("C1", false), customer(0), "12 of 12 connections failing")
		for range 3 {
			time.Sleep(10 * time.Minute)
			h.fail(numbers(0, 12)...)
		}
		time.Sleep(time.Minute)
		for _, m := range h.town.said("C1", true) {
			if m.Broadcast {
				h.Errorf("the channel is told of a part of the outage: %q", m.Message.Text)
			}
		}
		h.checkDone()
	})
}

// checkTold wants so many problems to have been told to all who hear of them.
func (h *house) checkTold(want int) {
	h.Helper()
	page, err := h.store.Problems(h.Context(), alert.ProblemQuery{State: alert.Open, Limit: 1000})
	if err != nil || page.Total != want {
		h.Errorf("%d problems are open, want %d (%v)", page.Total, want, err)
	}
	listed := 0
	for _, m := range h.town.said("C1", false) {
		c, ok, err := h.store.CardAt(h.Context(), m.Place.Channel, m.TS)
		if err != nil || !ok {
			h.Errorf("no card is kept for %q: %v", m.Message.Text, err)
			continue
		}
		if c.ProblemID != 0 {
			listed++
			continue
		}
		ps, err := h.store.OnCard(h.Context(), c)
		if err != nil {
			h.Error(err)
		}
		listed += len(ps)
	}
	if listed != want {
		h.Errorf("%d problems are told, want %d", listed, want)
	}
}

func TestTwoSubscriptionsOfAChannelShareACard(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("C1")
		h.subscribe("C1", func(w *alert.Wish) { w.Include.Customers = []string{"Customer"} })
		h.connect(1, 2)
		h.fail(1)
		h.tell(time.Minute)
		checkSaid(h.T, h.town.said("C1", false), customer(1))
		h.checkDone()
	})
}

func TestWhatOneSubscriptionWasToldIsNotListedForAnother(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("C1")
		h.subscribe("C1", func(w *alert.Wish) { w.Include.Customers = []string{"Customer"} })
		h.connect(0, 20)
		defer h.start()()
		for i := range 3 { // at most moments each is on its way for one of them
			h.fail(i)
			time.Sleep(300 * time.Millisecond)
		}
		time.Sleep(time.Minute)
		checkSaid(h.T, h.town.said("C1", false), customer(0), "2 more problems")
		h.checkDone()
		h.checkTold(3)
	})
}

func TestASummaryBecomesTheOutage(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("C1")
		h.connectTo(func(int) string { return "gusto" }, 0, 12)
		defer h.start()()
		h.fail(0)
		time.Sleep(500 * time.Millisecond)
		h.fail(1, 2)
		time.Sleep(2 * time.Second) // one told alone, two on a summary
		checkSaid(h.T, h.town.said("C1", false), customer(0), "2 more problems")
		h.fail(numbers(3, 12)...)
		time.Sleep(time.Minute)
		roots, threads := h.town.said("C1", false), h.town.said("C1", true)
		checkSaid(h.T, roots, customer(0), "12 of 12 connections failing")
		if len(threads) != 1 || !strings.Contains(threads[0].Message.Text, customer(11)) {
			h.Errorf("in threads: %q", texts(threads))
		}
		h.checkDone()
		h.heal(numbers(0, 12)...)
		time.Sleep(time.Minute)
		checkSaid(h.T, h.town.said("C1", false), "Recovered", "recovered")
	})
}

func TestAnOutageWithoutASummaryIsPostedWithItsList(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("C1")
		h.connectTo(func(int) string { return "gusto" }, 0, 12)
		h.fail(numbers(0, 12)...)
		h.tell(time.Minute)
		roots, threads := h.town.said("C1", false), h.town.said("C1", true)
		checkSaid(h.T, roots, "12 of 12 connections failing")
		if len(threads) != 1 || !strings.Contains(threads[0].Message.Text, customer(7)) {
			h.Errorf("in threads: %q", texts(threads))
		}
		h.checkDone()
	})
}

func TestEditsKeepTheWorkspacesPace(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		const channels = 50
		for i := range channels {
			h.subscribe(fmt.Sprintf("C%d", i), func(w *alert.Wish) { w.Include.Customers = []string{customer(i)} })
		}
		h.connect(0, channels)
		h.fail(numbers(0, channels)...)
		h.settle(time.Minute)
		h.heal(numbers(0, channels)...)
		h.tell(2 * time.Minute)
		var edits []time.Time
		for i := range channels {
			said := h.town.said(fmt.Sprintf("C%d", i), false)
			checkSaid(h.T, said, "Recovered")
			edits = append(edits, said[0].edits...)
		}
		if len(edits) != channels {
			h.Errorf("%d edits for %d cards", len(edits), channels)
		}
		if n := mostInAMinute(edits); n > 40 {
			h.Errorf("%d edits in one minute", n)
		}
		h.checkDone()
	})
}

func mostInAMinute(times []time.Time) int {
	most := 0
	for _, from := range times {
		n := 0
		for _, at := range times {
			if d := at.Sub(from); d >= 0 && d < time.Minute {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

func TestAnEditShowsTheNewestState(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("C1")
		h.connect(1, 2)
		defer h.start()()
		h.fail(1)
		time.Sleep(time.Second)
		h.town.on("edit", answer{takes: 5 * time.Second})
		h.fail(1) // the edit for this is under way when it recovers
		time.Sleep(3 * time.Second)
		h.heal(1)
		time.Sleep(time.Minute)
		said := h.town.said("C1", false)
		checkSaid(h.T, said, "Recovered")
		if n := len(said[0].edits); n != 2 {
			h.Errorf("%d edits, want 2", n)
		}
	})
}

func TestADeletedCardIsPostedAfreshWhenSomethingChanges(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("C1")
		h.connect(0, 3)
		defer h.start()()
		h.fail(0)
		time.Sleep(500 * time.Millisecond)
		h.fail(1, 2)
		time.Sleep(time.Minute)
		for _, m := range h.town.said("C1", false) {
			if err := h.town.Delete(h.Context(), m.Place); err != nil {
				h.Fatal(err)
			}
		}
		time.Sleep(5 * time.Minute)
		checkSaid(h.T, h.town.said("C1", false))
		h.heal(0)
		time.Sleep(time.Minute)
		checkSaid(h.T, h.town.said("C1", false), "Recovered")
		h.heal(1)
		time.Sleep(time.Minute)
		checkSaid(h.T, h.town.said("C1", false), "Recovered", "2 more problems")
		h.checkDone()
	})
}

func TestADigestIsSentAndKeptTrue(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("C1", func(w *alert.Wish) { w.Digest, w.DigestAt = true, 9*60 })
		h.connect(0, 3)
		h.fail(0, 1, 2)
		h.tell(time.Minute)
		checkSaid(h.T, h.town.said("C1", false))
		time.Sleep(9 * time.Hour)
		if _, err := h.store.JudgeDue(h.Context(), 100); err != nil {
			h.Fatal(err)
		}
		h.tell(time.Minute)
		said := h.town.said("C1", false)
		if checkSaid(h.T, said, "3 "); len(said) == 0 {
			return
		}
		h.heal(1)
		h.tell(time.Minute)
		if edits := said[0].edits; len(edits) != 1 {
			h.Errorf("the digest was edited %d times after a recovery", len(edits))
		}
		h.checkDone()
	})
}

func TestASharedCardsThreadHoldsFewMessages(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("C1", func(w *alert.Wish) { w.Reminder = 4 * time.Hour })
		h.connect(0, 12)
		h.fail(numbers(0, 12)...)
		h.settle(time.Minute)
		time.Sleep(time.Hour)
		for range 2 { // three in a row make it somebody else's move
			time.Sleep(time.Minute)
			h.fail(numbers(0, 12)...)
		}
		h.settle(time.Minute)
		threads := h.town.said("C1", true)
		checkSaid(h.T, threads, customer(0), customer(1))
		if said := threads[1].Message.Text; !threads[1].Broadcast || !strings.Contains(said, "and 2 more") {
			h.Errorf("said (broadcast %v): %q", threads[1].Broadcast, said)
		}
		for range 20 {
			time.Sleep(time.Hour)
			if _, err := h.store.JudgeDue(h.Context(), 100); err != nil {
				h.Fatal(err)
			}
			h.settle(time.Minute)
		}
		h.heal(numbers(0, 12)...)
		h.settle(time.Minute)
		if n := len(h.town.said("C1", true)); n > 3 {
			h.Errorf("%d messages in the thread", n)
		}
		checkSaid(h.T, h.town.said("C1", false)[:1], "All of them are over")
		h.checkDone()
	})
}

func TestAMessageIsFoundThoughClocksDiffer(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("C1")
		h.connect(0, 1)
		h.town.behind = time.Minute
		h.town.on("post", answer{err: errDropped})
		h.fail(0)
		h.tell(time.Minute)
		checkSaid(h.T, h.town.said("C1", false), customer(0))
		h.checkDone()
	})
}

func TestQuietHoursAndSnoozesCallNobody(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*alert.Wish)
		snooze bool
		loud   bool
	}{
		"by day":                     {nil, false, true},
		"in quiet hours":             {func(w *alert.Wish) { w.Quiet.From, w.Quiet.To = 60, 300 }, false, false},
		"in quiet hours that let it": {func(w *alert.Wish) { w.Quiet = alert.QuietHours{From: 60, To: 300, Pass: alert.JobKinds()} }, false, true},
		"snoozed":                    {nil, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inHouse(t, func(h *house) { // it begins at midnight
				h.subscribe("C1", func(w *alert.Wish) {
					if tt.change != nil {
						tt.change(w)
					}
				})
				h.connect(0, 1)
				h.fail(0)
				h.tell(time.Minute)
				time.Sleep(2 * time.Hour)
				if tt.snooze {
					_, err := h.store.Act(h.Context(), 1, func(p alert.Problem) (alert.Step, error) {
						return p.Snooze("UANN", time.Now().Add(time.Hour), time.Now())
					})
					if err != nil {
						h.Fatal(err)
					}
				}
				for range 2 { // three in a row make it somebody else's move
					h.fail(0)
					time.Sleep(time.Minute)
				}
				h.tell(time.Minute)
				threads := h.town.said("C1", true)
				checkSaid(h.T, threads, customer(0))
				if len(threads) == 1 && threads[0].Broadcast != tt.loud {
					h.Errorf("the channel sees it: %v", threads[0].Broadcast)
				}
			})
		})
	}
}
