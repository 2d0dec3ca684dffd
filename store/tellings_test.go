package store_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"perch/internal/alert"
	"perch/internal/finch"
)

func TestWhatIsHeldIsToldInItsTime(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t) // at ten in the morning
		known(t, s, "gusto", 5)
		subscribe(t, s, "CROW", func(w *alert.Wish) { w.After = 2 })
		subscribe(t, s, "CLONG", func(w *alert.Wish) { w.OpenFor = time.Hour })
		subscribe(t, s, "CQUIET", func(w *alert.Wish) { w.Quiet = alert.QuietHours{From: 9 * 60, To: 13 * 60} })
		p.fails(t, s, "gusto-1")
		want(t, "nothing yet", owed(t, p))
		p.clock.advance(10 * time.Minute)
		p.fails(t, s, "gusto-2")
		p.clock.advance(10 * time.Minute)
		p.heals(t, s, "gusto-2")
		want(t, "it healed before its time", slices.DeleteFunc(heard(t, p), func(row string) bool { return row[2] != '2' }),
			"1 2 dropped healed before", "2 2 dropped healed before", "3 2 dropped healed before")
		p.clock.advance(10 * time.Minute)
		p.fails(t, s, "gusto-1")
		want(t, "the second in a row", owed(t, p), "CROW card 1")
		p.later(t, s, 31*time.Minute)
		want(t, "open for an hour", owed(t, p), "CROW card 1", "CLONG card 1")
		p.fails(t, s, "gusto-3")
		p.later(t, s, 3*time.Hour)
		want(t, "what was held until one o'clock, together", look(t, p, `SELECT channel, kind, problem_id, body FROM outbox WHERE channel = 'CQUIET'`),
			`CQUIET digest 0 {"problems":[1,3]}`)
		want(t, "woken once", heard(t, p)[len(heard(t, p))-1:], "3 3 owed quiet hours")
	})
}

func TestOneThingHeldIsACard(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 2)
		subscribe(t, s, "C1", func(w *alert.Wish) { w.Digest, w.DigestAt = true, 12*60 })
		p.fails(t, s, "gusto-1")
		p.later(t, s, 2*time.Hour)
		want(t, "owed", owed(t, p), "C1 card 1")
	})
}

func TestReminders(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 2)
		subscribe(t, s, "C1", func(w *alert.Wish) { w.Reminder = 4 * time.Hour })
		subscribe(t, s, "C2", nil)
		p.fails(t, s, "gusto-1")
		deliver(t, p, s)
		p.later(t, s, 4*time.Hour-time.Second)
		want(t, "not yet", owed(t, p))
		p.later(t, s, time.Second)
		want(t, "a reminder", look(t, p, `SELECT channel, kind, problem_id, card_id FROM outbox WHERE state = 0`), "C1 reminder 1 1001")
		deliver(t, p, s)
		p.fails(t, s, "gusto-2")
		deliver(t, p, s)
		p.later(t, s, 4*time.Hour)
		want(t, "of two at once, one message", look(t, p, `SELECT channel, kind, body FROM outbox WHERE state = 0`), `C1 digest {"problems":[1,2]}`)
		p.heals(t, s, "gusto-1")
		p.heals(t, s, "gusto-2")
		deliver(t, p, s)
		p.later(t, s, 24*time.Hour)
		want(t, "of what is over, nothing", owed(t, p))
	})
}

func TestLinesInAThread(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 1)
		subscribe(t, s, "C1", nil)
		subscribe(t, s, "C1", func(w *alert.Wish) { w.After = 2 }) // on the same card
		p.fails(t, s, "gusto-1")
		p.clock.advance(time.Minute)
		p.fails(t, s, "gusto-1")
		deliver(t, p, s)
		p.clock.advance(time.Minute)
		p.fails(t, s, "gusto-1")
		want(t, "the third in a row is Finch's", owed(t, p), "C1 escalate 1")
		deliver(t, p, s)
		p.clock.advance(2 * time.Hour)
		p.heals(t, s, "gusto-1")
		want(t, "it recovered, after more than an hour", owed(t, p), "C1 line 1")
		deliver(t, p, s)
		p.clock.advance(30 * time.Minute)
		p.fails(t, s, "gusto-1")
		want(t, "it is back", owed(t, p), "C1 line 1")
		deliver(t, p, s)
		p.clock.advance(time.Minute)
		p.heals(t, s, "gusto-1")
		want(t, "a short one", owed(t, p))
		p.clock.advance(time.Minute)
		p.fails(t, s, "gusto-1")
		want(t, "on and off", look(t, p, `SELECT body FROM outbox WHERE state = 0`), fmt.Sprintf(`{"happening":"flapping","at":%q}`, p.clock.now().Format(time.RFC3339)))
	})
}

func TestPausedAndResumed(t *testing.T) {
	t.Parallel()
	for _, who := range []string{"", "U1"} {
		t.Run("by "+who, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(t *testing.T, p place) {
				s := p.open(t)
				known(t, s, "gusto", 20)
				sub := subscribe(t, s, "C1", func(w *alert.Wish) { w.Exclude.Customers = []string{"cust-5"} })
				p.fails(t, s, "gusto-1")
				deliver(t, p, s)
				p.clock.advance(time.Minute)
				p.fails(t, s, "gusto-2") // owed, when it is paused
				if err := s.PauseSubscription(t.Context(), sub.ID, who, "is_archived"); err != nil {
					t.Fatal(err)
				}
				if got, err := s.Subscription(t.Context(), sub.ID); err != nil || !got.Paused || got.PausedBy != who || !got.PausedAt.Equal(p.clock.now()) {
					t.Errorf("%+v, %v", got, err)
				}
				kept := []string{"C1 card 2"}
				if who == "" {
					kept = append(kept, "UMAKER notice 0")
				}
				want(t, "what was owed stays", owed(t, p), kept...)
				for _, id := range []string{"gusto-3", "gusto-4", "gusto-5"} {
					p.clock.advance(time.Minute)
					p.fails(t, s, id)
				}
				p.clock.advance(time.Minute)
				p.heals(t, s, "gusto-3")
				want(t, "nothing more is owed", owed(t, p), kept...)
				if err := s.ResumeSubscription(t.Context(), sub.ID, "U2"); err != nil {
					t.Fatal(err)
				}
				var again []string
				if who == "" {
					again = append(again, "UMAKER notice 0")
				}
				want(t, "what is still open, once", owed(t, p), append(again, "C1 card 2", "C1 card 4")...)
				want(t, "heard", heard(t, p), "1 1 told now", "1 2 owed now", "1 4 owed now")
				got, err := s.Subscription(t.Context(), sub.ID)
				if err != nil || got.Paused || got.PauseReason != "" || got.Changer != "U2" {
					t.Errorf("%+v, %v", got, err)
				}
				p.clock.advance(time.Minute)
				p.fails(t, s, "gusto-3")
				want(t, "and it goes on", owed(t, p)[len(again)+2:], "C1 card 3")
			})
		})
	}
}

func TestAnotherWish(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 3)
		sub := subscribe(t, s, "C1", func(w *alert.Wish) { w.OpenFor = time.Hour })
		p.fails(t, s, "gusto-1")
		p.fails(t, s, "gusto-2")
		wish := sub.Wish
		wish.OpenFor, wish.Exclude.Customers = 0, []string{"cust-2"}
		changed, err := s.ChangeWish(t.Context(), sub.ID, wish, "U2", time.Time{})
		if err != nil || changed.Changer != "U2" || changed.Wish.OpenFor != 0 {
			t.Fatalf("%+v, %v", changed, err)
		}
		want(t, "what was held is decided again", heard(t, p), "1 1 owed now", "1 2 dropped customer excluded")
		want(t, "owed", owed(t, p), "C1 card 1")
		wish.Exclude.Customers = []string{"cust-1"}
		if _, err := s.ChangeWish(t.Context(), sub.ID, wish, "U2", time.Time{}); err != nil {
			t.Fatal(err)
		}
		want(t, "and what was owed", owed(t, p))
		p.fails(t, s, "gusto-3")
		if err := s.DeleteSubscription(t.Context(), sub.ID, "U2"); err != nil {
			t.Fatal(err)
		}
		want(t, "nothing is owed to one that is gone", owed(t, p))
		if _, err := s.Subscription(t.Context(), sub.ID); !errors.Is(err, alert.ErrUnknownSubscription) {
			t.Errorf("deleted: %v", err)
		}
		if err := s.PauseSubscription(t.Context(), 99, "", ""); !errors.Is(err, alert.ErrUnknownSubscription) {
			t.Errorf("unknown: %v", err)
		}
		if all, err := s.Subscriptions(t.Context(), "C1"); err != nil || len(all) != 0 {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

// TestTwoSessionsTellOnce has replicas work the same queues off at once.
func TestTwoSessionsTellOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		const n = 40
		known(t, s, "gusto", n)
		for i := range n {
			subscribe(t, s, fmt.Sprint("C", i), func(w *alert.Wish) { w.OpenFor, w.Include.Customers = time.Hour, []string{fmt.Sprint("cust-", i+1)} })
		}
		jobs := make([]finch.KnownJob, n)
		for i := range n {
			jobs[i] = p.ends(fmt.Sprint("gusto-", i+1), finch.JobFailed)
			jobs[i].Type = fmt.Sprint("type ", i) // no two alike: no outage
		}
		if _, err := s.RecordJobs(t.Context(), jobs); err != nil {
			t.Fatal(err)
		}
		p.clock.advance(time.Hour)
		var group sync.WaitGroup
		for range 4 {
			replica := p.open(t)
			group.Go(func() {
				for range 4 {
					if _, err := replica.JudgeDue(t.Context(), 20); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		want(t, "each was told once", look(t, p, `SELECT COUNT(*), COUNT(DISTINCT problem_id) FROM outbox`), fmt.Sprintf("%d %d", n, n))
	})
}

// TestOneBrokenThingHoldsUpNobody has one subscription be unreadable: what others
// are to hear of, and when, is another matter than what is recorded.
func TestOneBrokenThingHoldsUpNobody(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 3)
		for i := range 3 {
			j := p.ends(fmt.Sprint("gusto-", i+1), finch.JobRunning)
			j.Completed, j.Learned = time.Time{}, start.Add(7*time.Hour)
			record(t, s, j)
		}
		meddle(t, p, `UPDATE connections SET products = 'no JSON' WHERE id = 'gusto-1'`)
		p.clock.advance(7 * time.Hour)
		_, err := s.JudgeDue(t.Context(), 2)
		if err == nil {
			t.Error("nobody learns of it")
		}
		if more, err := s.JudgeDue(t.Context(), 2); more && err != nil {
			t.Errorf("it is tried again at once: %v", err)
		}
		want(t, "the others were judged", look(t, p, `SELECT connection_id FROM problems ORDER BY connection_id`), "gusto-2", "gusto-3")
	})
}
