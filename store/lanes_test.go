package store_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"perch/internal/alert"
	"perch/store"
)

const (
	testLease = 20 * time.Second
	anyFails  = math.MaxInt32
)

// take is a turn that has something to send.
func take(t testing.TB, s *store.Store) alert.Turn {
	t.Helper()
	for {
		turn, plan, ok, err := s.TakeTurn(t.Context(), testLease, anyFails)
		if err != nil || !ok {
			t.Fatalf("nothing to send: %v", err)
		}
		if plan.Act == alert.DoSend {
			return turn
		}
	}
}

// takeNone wants nothing to be due.
func takeNone(t testing.TB, s *store.Store, why string) {
	t.Helper()
	for range 3 { // a lane may be due and have nothing
		turn, plan, ok, err := s.TakeTurn(t.Context(), testLease, anyFails)
		if err != nil || ok && (plan.Act == alert.DoSend || plan.Act == alert.DoLook) {
			t.Errorf("%s: took %+v of %+v (%v)", why, plan, turn.Head, err)
		}
	}
}

func note(t testing.TB, s *store.Store, turn alert.Turn, r alert.Result) {
	t.Helper()
	if err := s.NoteTurn(t.Context(), turn, r); err != nil {
		t.Fatal(err)
	}
}

// stands is where the head of a turn came to stand.
func stands(turn alert.Turn) alert.Result {
	return alert.Result{End: alert.EndStands, Place: turn.Lane.Channel, TS: fmt.Sprintf("1.%d", turn.Head.ID)}
}

func hasWork(t testing.TB, s *store.Store, want bool) {
	t.Helper()
	if busy, err := s.HasWork(t.Context()); err != nil || busy != want {
		t.Errorf("has work: %v %v, want %v", busy, err, want)
	}
}

func TestAChannelsTurn(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		subscribe(t, s, "C1", nil)
		known(t, s, "gusto", 1)
		hasWork(t, s, false)
		p.fails(t, s, "gusto-1")
		hasWork(t, s, true)
		turn := take(t, s)
		if d := turn.Head; d.Channel != "C1" || d.Kind != alert.CardMessage || d.Attempts != 1 || !d.Tried.Equal(p.clock.now()) || d.Key == "" || turn.Card == nil {
			t.Errorf("took %+v with card %+v", d, turn.Card)
		}
		takeNone(t, s, "while it is held")
		note(t, s, turn, stands(turn))
		takeNone(t, s, "when all is told")
		hasWork(t, s, false)
		if _, ok, err := s.CardAt(t.Context(), "C1", stands(turn).TS); !ok || err != nil {
			t.Errorf("no card is kept: %v", err)
		}
		want(t, "heard", heard(t, p), "1 1 told now")
		if owed, oldest, err := s.Backlog(t.Context()); owed != 0 || !oldest.IsZero() || err != nil {
			t.Errorf("owed %d since %s %v", owed, oldest, err)
		}
	})
}

func TestAChannelWaitsBetweenMessagesAndOnDemand(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		subscribe(t, s, "C1", nil)
		known(t, s, "gusto", 3)
		p.fails(t, s, "gusto-1")
		turn := take(t, s)
		p.fails(t, s, "gusto-2")
		takeNone(t, s, "one message at a time")
		note(t, s, turn, stands(turn))
		takeNone(t, s, "within a second")
		p.clock.advance(time.Second)
		turn = take(t, s)
		note(t, s, turn, alert.Result{End: alert.EndUnsent, Until: p.clock.now().Add(3 * time.Second)})
		p.fails(t, s, "gusto-3")
		p.clock.advance(2 * time.Second)
		takeNone(t, s, "before the time that Slack named")
		p.clock.advance(time.Second)
		if again := take(t, s); again.Head.Kind != alert.ManyMessage {
			t.Errorf("took %+v, want a summary of both", again.Head)
		}
	})
}

func TestWhatWasSentOffIsLookedFor(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		subscribe(t, s, "C1", nil)
		known(t, s, "gusto", 1)
		p.fails(t, s, "gusto-1")
		first := take(t, s) // and its sender dies
		began := p.clock.now()
		p.clock.advance(testLease)
		look := func() alert.Turn {
			t.Helper()
			turn, plan, ok, err := s.TakeTurn(t.Context(), testLease, anyFails)
			if err != nil || !ok || plan.Act != alert.DoLook || turn.Head.ID != first.Head.ID || turn.Card == nil {
				t.Fatalf("took %+v %+v %v %v, want to look", plan, turn, ok, err)
			}
			return turn
		}
		turn := look()
		if err := s.NoteTurn(t.Context(), first, stands(first)); !errors.Is(err, alert.ErrOvertaken) {
			t.Errorf("an overtaken sender noted something: %v", err)
		}
		note(t, s, turn, alert.Result{End: alert.EndUnsure, Silent: true, Until: p.clock.now().Add(time.Minute)})
		p.clock.advance(time.Minute)
		note(t, s, look(), alert.Result{End: alert.EndMissed})
		again := take(t, s)
		if d := again.Head; d.ID != first.Head.ID || d.Key != first.Head.Key || d.Attempts != 2 || !d.FirstTried.Equal(began) || again.Lane.Fails != 1 {
			t.Errorf("sent again as %+v after %d failures", d, again.Lane.Fails)
		}
		note(t, s, again, alert.Result{End: alert.EndUnsure, Silent: true, Until: p.clock.now()})
		turn, plan, _, err := s.TakeTurn(t.Context(), testLease, anyFails)
		if err != nil || plan.Act != alert.DoPause || !plan.Until.Equal(p.clock.now().Add(5*time.Second)) {
			t.Errorf("just sent off: %+v %+v %v", plan, turn, err)
		}
		p.clock.advance(5 * time.Second)
		turn = look()
		note(t, s, turn, stands(turn))
		if ended, ts, err := s.Ended(t.Context(), turn.Head.ID); !ended || ts != stands(turn).TS || err != nil {
			t.Errorf("ended %v at %q: %v", ended, ts, err)
		}
		want(t, "owed", owed(t, p))
		want(t, "heard", heard(t, p), "1 1 told now")
	})
}

func TestWhatIsFoundInSlackIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		subscribe(t, s, "C1", nil)
		known(t, s, "gusto", 1)
		p.fails(t, s, "gusto-1")
		take(t, s) // it reaches Slack, but its answer is lost
		p.heals(t, s, "gusto-1")
		p.clock.advance(testLease)
		turn, plan, _, err := s.TakeTurn(t.Context(), testLease, anyFails)
		if err != nil || plan.Act != alert.DoLook {
			t.Fatalf("took %+v %v, want to look", plan, err)
		}
		note(t, s, turn, stands(turn))
		if edit, ok, err := s.TakeEdit(t.Context(), testLease); err != nil || !ok || edit.Card.ID != turn.Card.ID {
			t.Errorf("edits %+v %v %v, though the card says what was true before", edit, ok, err)
		}
	})
}

func TestATryThatCertainlyFailedIsNotSearchedFor(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		subscribe(t, s, "C1", nil)
		known(t, s, "gusto", 1)
		p.fails(t, s, "gusto-1")
		note(t, s, take(t, s), alert.Result{End: alert.EndUnsent})
		p.clock.advance(time.Hour)
		if d := take(t, s).Head; !d.FirstTried.Equal(p.clock.now()) {
			t.Errorf("first tried at %s", d.FirstTried)
		}
	})
}

func TestTroubledChannelsCanBeLeftAlone(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		subscribe(t, s, "C1", nil)
		known(t, s, "gusto", 1)
		p.fails(t, s, "gusto-1")
		note(t, s, take(t, s), alert.Result{End: alert.EndUnsent, Silent: true, Until: p.clock.now().Add(time.Hour)})
		if err := s.HastenLanes(t.Context()); err != nil {
			t.Fatal(err)
		}
		if turn, _, ok, err := s.TakeTurn(t.Context(), testLease, 0); ok || err != nil {
			t.Errorf("took %+v %v", turn, err)
		}
		take(t, s)
	})
}

func TestNothingGoesToAPausedSubscription(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		sub := subscribe(t, s, "C1", nil)
		known(t, s, "gusto", 2)
		p.fails(t, s, "gusto-1")
		turn := take(t, s)
		if err := s.PauseSubscription(t.Context(), sub.ID, "", "is_archived"); err != nil {
			t.Fatal(err)
		}
		note(t, s, turn, alert.Result{End: alert.EndUnsent})
		notice := take(t, s)
		if d := notice.Head; d.Kind != alert.NoticeMessage || d.Channel != "UMAKER" {
			t.Errorf("took %+v, want the word to the maker", d)
		}
		note(t, s, notice, stands(notice))
		p.clock.advance(time.Hour)
		takeNone(t, s, "while it is paused")
		hasWork(t, s, false)
		if owed, _, err := s.Backlog(t.Context()); owed != 0 || err != nil {
			t.Errorf("%d owed to those who can be told: %v", owed, err)
		}
		if err := s.ResumeSubscription(t.Context(), sub.ID, "UBO"); err != nil {
			t.Fatal(err)
		}
		if d := take(t, s).Head; d.Kind != alert.CardMessage || d.ProblemID != 1 {
			t.Errorf("took %+v when it was resumed", d)
		}
	})
}

func TestNoTwoSessionsSendTheSame(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		sessions := []*store.Store{p.open(t), p.open(t), p.open(t), p.open(t)}
		const channels = 30
		for i := range channels {
			subscribe(t, sessions[0], fmt.Sprintf("C%d", i), nil)
		}
		known(t, sessions[0], "gusto", 1)
		p.fails(t, sessions[0], "gusto-1")
		var (
			mu    sync.Mutex
			times = map[string]int{}
			group sync.WaitGroup
		)
		for _, s := range sessions {
			group.Go(func() {
				for range 3 * channels {
					turn, plan, ok, err := s.TakeTurn(context.WithoutCancel(t.Context()), testLease, anyFails)
					if err != nil {
						t.Error(err)
						return
					}
					if !ok || plan.Act != alert.DoSend {
						continue
					}
					mu.Lock()
					times[turn.Lane.Channel]++
					mu.Unlock()
					if err := s.NoteTurn(context.WithoutCancel(t.Context()), turn, stands(turn)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		if len(times) != channels {
			t.Errorf("%d of %d channels were told", len(times), channels)
		}
		for channel, n := range times {
			if n != 1 {
				t.Errorf("%s was told %d times", channel, n)
			}
		}
	})
}

func TestClaimsOfAProcessThatIsGone(t *testing.T) {
	t.Parallel()
	for _, exclusive := range []bool{true, false} {
		t.Run(fmt.Sprintf("exclusive %v", exclusive), func(t *testing.T) {
			t.Parallel()
			p := sqlitePlace(t)
			o := p.options()
			o.Exclusive = exclusive
			s, err := store.Open(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			subscribe(t, s, "C1", nil)
			known(t, s, "gusto", 1)
			p.fails(t, s, "gusto-1")
			take(t, s)
			if err := s.FreeLanes(t.Context()); err != nil {
				t.Fatal(err)
			}
			p.clock.advance(5 * time.Second)
			if _, plan, ok, err := s.TakeTurn(t.Context(), testLease, anyFails); err != nil || ok != exclusive || ok && plan.Act != alert.DoLook {
				t.Errorf("took %+v %v %v", plan, ok, err)
			}
		})
	}
}
