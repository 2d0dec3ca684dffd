package alert_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"perch/internal/alert"
)

func TestAnAnswerThatIsLost(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		answers []answer
		finds   []answer
		posts   int
		adopted int
		doubled int
		log     string
	}{
		{"Slack has it", []answer{{err: unsure}}, nil, 1, 1, 0, "found a message"},
		{"Slack has it, and gave no word at all", []answer{{err: errDropped}}, nil, 1, 1, 0, ""},
		{"Slack does not have it", []answer{{undone: true, err: unsure}}, nil, 2, 0, 0, ""},
		{"Slack does not have it, twice", []answer{{undone: true, err: unsure}, {undone: true, err: errDropped}}, nil, 3, 0, 0, ""},
		{"first it does not have it, then it does", []answer{{undone: true, err: unsure}, {err: unsure}}, nil, 2, 1, 0, ""},
		{"the answer takes too long", []answer{{takes: time.Hour, undone: true}}, nil, 2, 0, 0, ""},
		{"it takes a while until the history can be read", []answer{{err: unsure}}, []answer{{err: unsure}, {err: failure{word: "wait", wait: 7 * time.Second}}}, 1, 1, 0, ""},
		{"the history cannot be read: better twice than never", []answer{{err: unsure}}, []answer{{err: failure{word: "gone", code: "missing_scope"}}}, 2, 0, 1, "may stand there already"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inHouse(t, func(h *house) {
				h.subscribe("C1")
				h.connect(1, 2)
				h.town.on("post", tt.answers...)
				h.town.on("find", tt.finds...)
				h.fail(1)
				h.settle(2 * time.Minute)
				checkSaid(h.T, h.town.said("C1", false), slices.Repeat([]string{customer(1)}, 1+tt.doubled)...)
				if h.town.calls() != tt.posts || h.count(alert.OutcomeAdopted) != tt.adopted || len(h.town.doubles()) != tt.doubled {
					h.Errorf("%d posts, %d adopted, doubles %v", h.town.calls(), h.count(alert.OutcomeAdopted), h.town.doubles())
				}
				if !strings.Contains(h.log.String(), tt.log) {
					h.Errorf("the log does not say %q", tt.log)
				}
				owed, _, err := h.store.Backlog(h.Context())
				if owed != 0 || err != nil {
					h.Errorf("%d owed, %v", owed, err)
				}
			})
		})
	}
}

func TestSlackIsGivenTimeToShowWhatItAccepted(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("C1")
		h.connect(1, 2)
		h.town.on("post", answer{undone: true, err: unsure})
		h.fail(1)
		begun := time.Now()
		h.tell(time.Minute)
		if after := h.town.said("C1", false)[0].at.Sub(begun); after < 5*time.Second || after > 10*time.Second {
			h.Errorf("posted again after %s", after)
		}
	})
}

func TestSlackWantsFewerMessages(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("C1")
		h.subscribe("C2")
		h.connect(1, 2)
		h.town.on("post C1", answer{undone: true, err: failure{word: "wait", wait: 3 * time.Second}})
		h.fail(1)
		begun := time.Now()
		h.tell(time.Minute)
		for channel, want := range map[string]time.Duration{"C1": 3 * time.Second, "C2": 0} {
			if after := h.town.said(channel, false)[0].at.Sub(begun); after < want || after > want+time.Second {
				h.Errorf("%s: told after %s", channel, after)
			}
		}
		h.checkDone()
	})
}

func TestWhatSlackRefusesInEveryFormHoldsNothingUp(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("C1")
		h.connect(1, 3)
		refused := answer{undone: true, err: failure{word: "malformed", code: "invalid_blocks"}}
		h.town.on("post", refused, answer{undone: true, err: failure{word: "clear", code: "msg_too_long"}}, refused)
		defer h.start()()
		h.fail(1)
		time.Sleep(10 * time.Second)
		if h.count(alert.OutcomeGivenUp) != 1 || !strings.Contains(h.log.String(), "in every form") {
			h.Errorf("given up %d, log %s", h.count(alert.OutcomeGivenUp), h.log)
		}
		h.fail(2)
		time.Sleep(10 * time.Second)
		checkSaid(h.T, h.town.said("C1", false), customer(2))
		h.checkDone()
	})
}

func TestASimplerFormIsSentWhereTheRichOneIsRefused(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("C1")
		h.connect(1, 2)
		h.town.on("post", answer{undone: true, err: failure{word: "malformed", code: "invalid_blocks"}})
		h.fail(1)
		h.tell(time.Minute)
		said := h.town.said("C1", false)
		checkSaid(h.T, said, customer(1))
		h.checkDone()
	})
}

func TestAChannelThatIsGonePausesWhoIsToldThere(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		sub := h.subscribe("C1")
		h.connect(1, 4)
		h.town.stays("post C1", answer{undone: true, err: failure{word: "gone", code: "is_archived"}})
		stop := h.start()
		defer func() { stop() }()
		h.fail(1)
		time.Sleep(10 * time.Second)
		paused, err := h.store.Subscription(h.Context(), sub.ID)
		if err != nil || !paused.Paused || paused.PauseReason != "is_archived" || paused.PausedBy != "" {
			h.Fatalf("paused: %+v, %v", paused, err)
		}
		checkSaid(h.T, h.town.said("UANN", false), "archived")
		h.fail(2)
		time.Sleep(2 * time.Minute)
		if h.town.calls() != 2 {
			h.Errorf("%d posts, want one refused and one to the maker", h.town.calls())
		}
		h.town.well("post C1")
		h.heal(1)
		if err := h.store.ResumeSubscription(h.Context(), sub.ID, "UANN"); err != nil {
			h.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		checkSaid(h.T, h.town.said("C1", false), customer(2))
		h.checkDone()
	})
}

func TestAChannelSharedWithAnotherCompanyPauses(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		sub := h.subscribe("C1")
		h.connect(1, 3)
		defer h.start()()
		h.fail(1)
		time.Sleep(3 * time.Minute)
		h.town.share("C1")
		time.Sleep(3 * time.Minute) // what is known of a channel counts for five
		h.fail(2)
		time.Sleep(10 * time.Second)
		checkSaid(h.T, h.town.said("C1", false), customer(1))
		checkSaid(h.T, h.town.said("UANN", false), "another company")
		if err := h.store.ShareSubscription(h.Context(), sub.ID, "UADMIN"); err != nil {
			h.Fatal(err)
		}
		if err := h.store.ResumeSubscription(h.Context(), sub.ID, "UADMIN"); err != nil {
			h.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		checkSaid(h.T, h.town.said("C1", false), customer(1), customer(2))
	})
}

// What is known of a channel counts for minutes, unless Slack speaks of others there.
func TestAMessageOfOthersHasAChannelAskedAboutAgain(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("C1")
		h.connect(1, 3)
		teller := h.teller()
		defer h.run(teller)()
		h.fail(1)
		time.Sleep(10 * time.Second)
		h.town.share("C1")
		teller.OthersRead("C1")
		h.fail(2)
		time.Sleep(10 * time.Second)
		checkSaid(h.T, h.town.said("C1", false), customer(1))
		checkSaid(h.T, h.town.said("UANN", false), "another company")
	})
}

func TestAChannelThatIsOursAgainIsTold(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		sub := h.subscribe("C1")
		h.connect(1, 3)
		defer h.start()()
		h.town.share("C1")
		h.fail(1)
		time.Sleep(10 * time.Second)
		h.town.unshare("C1")
		if err := h.store.ResumeSubscription(h.Context(), sub.ID, "UANN"); err != nil {
			h.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		checkSaid(h.T, h.town.said("C1", false), customer(1))
	})
}

func TestAPersonIsToldOnceTheAppMayWriteAgain(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		sub := h.subscribe("C1")
		h.connect(1, 3)
		defer h.start()()
		h.town.stays("post", answer{undone: true, err: failure{word: "gone", code: "missing_scope"}})
		h.fail(1)
		time.Sleep(time.Hour)
		h.town.well("post")
		time.Sleep(2 * time.Minute)
		checkSaid(h.T, h.town.said("UANN", false), "permission")
		if err := h.store.ResumeSubscription(h.Context(), sub.ID, "UANN"); err != nil {
			h.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		checkSaid(h.T, h.town.said("C1", false), customer(1))
		h.checkDone()
	})
}

func TestARefusedTokenStopsEverythingForAMinute(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		for i := range 20 {
			h.subscribe(fmt.Sprintf("C%d", i))
		}
		h.connect(1, 2)
		h.town.stays("post", answer{undone: true, err: failure{word: "refused", code: "token_revoked"}})
		defer h.start()()
		h.fail(1)
		time.Sleep(59 * time.Second)
		if h.town.calls() < 1 || h.town.calls() > 8 {
			h.Errorf("%d posts with a token that Slack refuses", h.town.calls())
		}
		h.town.well("post")
		time.Sleep(time.Minute)
		for i := range 20 {
			checkSaid(h.T, h.town.said(fmt.Sprintf("C%d", i), false), customer(1))
		}
		h.checkDone()
	})
}

func TestChannelsThatHangDoNotDelayTheOthers(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		const hanging, well = 30, 20
		h.connect(1, 3)
		for i := range hanging {
			channel := fmt.Sprintf("CHANG%d", i)
			h.subscribe(channel)
			h.town.stays("post "+channel, answer{takes: time.Hour, undone: true})
		}
		stop := h.start()
		defer func() { stop() }()
		h.fail(1)
		time.Sleep(time.Minute)
		for i := range well {
			h.subscribe(fmt.Sprintf("CWELL%d", i))
		}
		begun := time.Now()
		h.fail(2)
		time.Sleep(time.Minute)
		for i := range well {
			said := h.town.said(fmt.Sprintf("CWELL%d", i), false)
			checkSaid(h.T, said, customer(2))
			if after := said[0].at.Sub(begun); after > time.Second {
				h.Errorf("told after %s", after)
			}
		}
	})
}

func TestSlackIsDownForAMinute(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		const channels = 20
		for i := range channels {
			h.subscribe(fmt.Sprintf("C%d", i))
		}
		h.connect(1, 2)
		down := answer{undone: true, err: errDropped}
		for _, method := range []string{"post", "find", "shared", "edit"} {
			h.town.stays(method, down)
		}
		stop := h.start()
		defer stop()
		h.fail(1)
		time.Sleep(time.Minute)
		for _, method := range []string{"post", "find", "shared", "edit"} {
			h.town.well(method)
		}
		back := time.Now()
		time.Sleep(3 * time.Minute)
		var latest time.Duration
		for i := range channels {
			said := h.town.said(fmt.Sprintf("C%d", i), false)
			checkSaid(h.T, said, customer(1))
			latest = max(latest, said[0].at.Sub(back))
		}
		h.Logf("all %d channels were told within %s", channels, latest)
		if latest > 40*time.Second {
			h.Errorf("the last was told after %s", latest)
		}
		h.checkDone()
	})
}

func TestEditsWaitAsLongAsSlackSays(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("C1")
		h.connect(1, 2)
		defer h.start()()
		h.fail(1)
		time.Sleep(time.Second)
		h.town.on("edit", answer{undone: true, err: failure{word: "wait", wait: 30 * time.Second}})
		h.heal(1)
		begun := time.Now()
		time.Sleep(time.Minute)
		said := h.town.said("C1", false)
		checkSaid(h.T, said, "Recovered")
		if after := said[0].edits[0].Sub(begun); after < 30*time.Second || after > 32*time.Second {
			h.Errorf("edited after %s", after)
		}
	})
}

func TestAnEditOfUnknownOutcomeIsMadeAgain(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("C1")
		h.connect(1, 2)
		defer h.start()()
		h.fail(1)
		time.Sleep(time.Second)
		h.town.on("edit", answer{undone: true, err: errDropped}, answer{err: unsure})
		h.heal(1)
		time.Sleep(time.Minute)
		checkSaid(h.T, h.town.said("C1", false), "Recovered")
		h.checkDone()
	})
}

// TestASenderThatWasOvertakenTakesItsCopyBack has one sender stuck for longer
// than its claim lasts, while another of the same database goes on.
func TestASenderThatWasOvertakenTakesItsCopyBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		stuck   answer
		removed int
	}{
		{"its message came late", answer{takes: time.Minute, deaf: true}, 1},
		{"its message was found by the other", answer{takes: time.Minute, deaf: true, early: true}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inHouse(t, func(h *house) {
				h.subscribe("C1")
				h.connect(1, 2)
				h.town.on("post", tt.stuck)
				slow, quick := h.start(), h.start()
				h.fail(1)
				time.Sleep(3 * time.Minute)
				slow()
				quick()
				checkSaid(h.T, h.town.said("C1", false), customer(1))
				if h.count(alert.OutcomeRemoved) != tt.removed {
					h.Errorf("removed %d copies", h.count(alert.OutcomeRemoved))
				}
				h.checkDone()
			})
		})
	}
}

func TestTwoTellersShareTheWork(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		for i := range 12 {
			h.subscribe(fmt.Sprintf("C%d", i))
		}
		h.connect(0, 4)
		h.town.slow = 100 * time.Millisecond
		one, other := h.start(), h.start()
		for i := range 4 {
			h.fail(i)
			time.Sleep(65 * time.Second) // each is read for itself
		}
		time.Sleep(10 * time.Second)
		one()
		other()
		for i := range 12 {
			if n := len(h.town.said(fmt.Sprintf("C%d", i), false)); n != 4 {
				h.Errorf("C%d: %d messages", i, n)
			}
		}
		h.checkDone()
	})
}

func TestStoppingWaitsForWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("C1")
		h.connect(1, 2)
		h.town.slow = 3 * time.Second
		stop := h.start()
		h.fail(1)
		time.Sleep(4 * time.Second)
		stop()
		checkSaid(h.T, h.town.said("C1", false), customer(1))
		h.checkDone()
		if strings.Contains(h.log.String(), "error") {
			h.Errorf("stopping went wrong: %s", h.log)
		}
	})
}

func TestASlowChannelIsTold(t *testing.T) {
	t.Parallel()
	inHouse(t, func(h *house) {
		h.subscribe("C1")
		h.connect(1, 3)
		h.town.stays("shared C1", answer{takes: 9 * time.Second})
		h.town.stays("post C1", answer{takes: 9 * time.Second})
		defer h.start()()
		h.fail(1)
		time.Sleep(30 * time.Second)
		checkSaid(h.T, h.town.said("C1", false), customer(1))
	})
}
