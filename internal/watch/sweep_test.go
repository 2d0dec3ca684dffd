package watch_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"perch/internal/finch"
	"perch/internal/watch"
)

const day = 24 * time.Hour

func TestWellOnesAreLookedAtDailyAndTheOthersOften(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), newStore("well", "broken")
		f.introspect = func(_ context.Context, id string) (finch.Introspection, error) {
			if id == "broken" {
				return introspection(id, finch.Reauth), nil
			}
			return introspection(id, finch.Connected), nil
		}
		pass(newWatcher(f, s), 2*day+time.Hour)

		well := gaps(f.times("introspect", "well"))
		if len(well) < 2 || len(well) > 3 {
			t.Errorf("the well one was looked at with gaps of %v", well)
		}
		broken := gaps(f.times("introspect", "broken"))
		for i, gap := range broken {
			if i < 8 && (gap < 13*time.Minute || gap > 18*time.Minute) {
				t.Errorf("the newly broken one was left alone for %v", gap)
			}
			if gap > 7*time.Hour {
				t.Errorf("the one that is broken for long was left alone for %v", gap)
			}
		}
		if len(broken) < 20 {
			t.Errorf("the broken one was looked at %d times in 49 h", len(broken))
		}
		for _, gap := range well {
			if gap > day {
				t.Errorf("the well one was left alone for %v", gap)
			}
		}
	})
}

// pass lets time pass and sweeps once a minute. The scheduler would do so every
// second, which takes seconds of a test for a day.
func pass(w *watch.Watcher, d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(time.Minute) {
		w.SweepOnce()
		synctest.Wait() // for the looks that it began
	}
}

func gaps(times []time.Time) []time.Duration {
	var gaps []time.Duration
	for i := 1; i < len(times); i++ {
		gaps = append(gaps, times[i].Sub(times[i-1]))
	}
	return gaps
}

func TestManyAtOnceAreLookedAtByFourAndSpreadOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), newStore()
		for i := range 200 {
			s.add(fmt.Sprint("c", i), time.Now())
		}
		f.introspect = func(_ context.Context, id string) (finch.Introspection, error) {
			time.Sleep(time.Second)
			return introspection(id, finch.Connected), nil
		}
		stop := run(t, newWatcher(f, s))
		time.Sleep(5 * time.Minute)
		stop()
		if f.most != 4 {
			t.Errorf("%d looks at the same time, want 4", f.most)
		}
		first, last := time.Now().Add(100*day), time.Time{}
		for i := range 200 {
			id := fmt.Sprint("c", i)
			if f.count("introspect", id) != 1 {
				t.Errorf("%s was looked at %d times", id, f.count("introspect", id))
			}
			if next := s.next(id); next.Before(first) {
				first = next
			} else if next.After(last) {
				last = next
			}
		}
		if last.Sub(first) < 2*time.Hour {
			t.Errorf("their next turns lie within %v", last.Sub(first))
		}
	})
}

func TestSlowOnesDoNotBlockWhatIsDueNext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), newStore("slow1", "slow2", "slow3")
		f.introspect = func(ctx context.Context, id string) (finch.Introspection, error) {
			if strings.HasPrefix(id, "slow") {
				<-ctx.Done()
				return finch.Introspection{}, &finch.Error{}
			}
			return introspection(id, finch.Connected), nil
		}
		w := newWatcher(f, s)
		stop := run(t, w)
		for range 3 {
			<-f.started
		}
		for i := range 20 {
			if _, _, err := w.Admit(t.Context(), "", finch.NewToken(fmt.Sprint("c", i))); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(2 * time.Second)
		for i := range 20 {
			if got := f.count("introspect", fmt.Sprint("c", i)); got != 2 { // Admit and the sweep
				t.Errorf("c%d was asked about %d times within 2 s", i, got)
			}
		}
		stop()
	})
}

func TestNoMoreAreClaimedThanAreLookedAt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), newStore()
		for i := range 20 {
			s.add(fmt.Sprint("c", i), time.Now())
		}
		f.introspect = func(ctx context.Context, _ string) (finch.Introspection, error) {
			<-ctx.Done()
			return finch.Introspection{}, &finch.Error{}
		}
		stop := run(t, newWatcher(f, s))
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if got := len(s.claimed); got != 4 {
			t.Errorf("%d were claimed", got)
		}
		stop()
	})
}

func TestARestartForgetsNoneAndLooksAtNoneTooEarly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), newStore("a", "b", "c")
		stop := run(t, newWatcher(f, s))
		time.Sleep(time.Minute)
		stop()
		s.looks.set("c", time.Now().Add(-time.Hour)) // its turn came while nobody ran

		stop = run(t, newWatcher(f, s))
		time.Sleep(time.Minute)
		stop()
		for id, want := range map[string]int{"a": 1, "b": 1, "c": 2} {
			if got := f.count("introspect", id); got != want {
				t.Errorf("%s was looked at %d times, want %d", id, got, want)
			}
		}
	})
}

func TestARevokedTokenEndsTheLooks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), newStore("c1")
		f.introspect = func(context.Context, string) (finch.Introspection, error) { return finch.Introspection{}, revoked() }
		pass(newWatcher(f, s), 2*day)
		if got := f.count("introspect", "c1"); got != 1 {
			t.Errorf("looked at %d times after the token was gone", got)
		}
		if len(s.lost) != 1 {
			t.Error("the loss is not recorded")
		}
	})
}

func TestFinchAwayIsAskedLessAndLess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), newStore("c1")
		down := true
		f.introspect = func(_ context.Context, id string) (finch.Introspection, error) {
			if down {
				return finch.Introspection{}, unreachable()
			}
			return introspection(id, finch.Reauth), nil
		}
		w := newWatcher(f, s)
		pass(w, 5*time.Hour)
		tried := gaps(f.times("introspect", "c1"))
		if first, last := tried[0], tried[len(tried)-1]; first > 3*time.Minute || last < 50*time.Minute || last > 70*time.Minute {
			t.Errorf("gaps grow from %v to %v", first, last)
		}
		down = false
		pass(w, 2*time.Hour)
		down = true
		before := f.count("introspect", "c1")
		pass(w, 25*time.Minute) // a pause of PollEvery, then one of 1 and one of 2 minutes, each with its jitter
		if got := f.count("introspect", "c1") - before; got < 3 {
			t.Errorf("after a success the backoff begins anew, but it was asked %d times", got)
		}
	})
}

func TestAPanicInOneLookSparesTheOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), newStore("bad", "good")
		f.introspect = func(_ context.Context, id string) (finch.Introspection, error) {
			if id == "bad" {
				panic("lost my way")
			}
			return introspection(id, finch.Pending), nil
		}
		stop := run(t, newWatcher(f, s))
		time.Sleep(time.Hour)
		stop()
		if f.count("introspect", "good") < 3 || f.count("introspect", "bad") < 3 {
			t.Errorf("good %d times, bad %d times", f.count("introspect", "good"), f.count("introspect", "bad"))
		}
	})
}

// panicky fails in the sweep itself.
type panicky struct {
	*fakeStore
	claims int
}

func (p *panicky) ClaimDue(ctx context.Context, n int, lease time.Duration) ([]finch.Due, error) {
	if p.claims++; p.claims == 1 {
		panic("lost my way")
	}
	return p.fakeStore.ClaimDue(ctx, n, lease)
}

func TestAPanicInASweepEndsThatTurnAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), &panicky{fakeStore: newStore("c1")}
		stop := run(t, newWatcher(f, s))
		time.Sleep(10 * time.Second)
		stop()
		if f.count("introspect", "c1") != 1 {
			t.Error("the sweep did not come back")
		}
	})
}

func TestStoppingLetsLooksEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), newStore("c1")
		f.introspect = func(ctx context.Context, id string) (finch.Introspection, error) {
			time.Sleep(2 * time.Second)
			return introspection(id, finch.Connected), ctx.Err()
		}
		w := newWatcher(f, s)
		stop := run(t, w)
		<-f.started
		began := time.Now()
		stop()
		if took := time.Since(began); took > 4*time.Second {
			t.Errorf("stopping took %v", took)
		}
		if len(s.learned) != 1 || !s.next("c1").After(time.Now().Add(time.Hour)) {
			t.Errorf("the look did not end well: next turn %v", s.next("c1"))
		}
		if _, err := w.Look(t.Context(), "c1"); !errors.Is(err, finch.ErrStopping) {
			t.Errorf("a look after the end: %v", err)
		}
	})
}

func TestALookCutShortSaysThatPerchStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), calm("c1")
		f.introspect = func(ctx context.Context, _ string) (finch.Introspection, error) {
			<-ctx.Done()
			return finch.Introspection{}, ctx.Err()
		}
		w := newWatcher(f, s)
		stop := run(t, w)
		looked := make(chan error, 1)
		go func() {
			_, err := w.Look(context.Background(), "c1")
			looked <- err
		}()
		<-f.started
		stop()
		if err := <-looked; !errors.Is(err, finch.ErrStopping) {
			t.Errorf("the look ended with %v", err)
		}
	})
}

func TestStoppingIsBoundedAndHandsBackWhatWasClaimed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), newStore()
		for i := range 20 {
			s.add(fmt.Sprint("c", i), time.Now())
		}
		f.introspect = func(ctx context.Context, _ string) (finch.Introspection, error) {
			<-ctx.Done()
			return finch.Introspection{}, ctx.Err()
		}
		stop := run(t, newWatcher(f, s))
		synctest.Wait()
		began := time.Now()
		stop()
		if took := time.Since(began); took > 6*time.Second {
			t.Errorf("stopping took %v", took)
		}
		for i := range 20 {
			if next := s.next(fmt.Sprint("c", i)); next.After(time.Now()) {
				t.Errorf("c%d is kept back until %v", i, next)
			}
		}
		if got := len(f.started); got != 4 {
			t.Errorf("%d looks began, want 4", got)
		}
	})
}

func TestTheCatalogueIsLearnedDailyByATokenThatWorks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), newStore("a", "b")
		f.providers = func(_ context.Context, id string) ([]finch.Provider, error) {
			if id == "a" {
				return nil, revoked()
			}
			return []finch.Provider{{ID: "gusto"}}, nil
		}
		pass(newWatcher(f, s), day+time.Hour)
		if got := len(s.catalogue); got != 2 {
			t.Errorf("learned %d times at the start and a day later", got)
		}
	})
}

func TestTheCatalogueIsNotAskedForWithoutAToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), newStore("z")
		s.connections["z"].connection.Report.Status = finch.Reauth
		for i := range 20 {
			_ = s.Sighted(t.Context(), fmt.Sprint("a", i), "", time.Now())
		}
		newWatcher(f, s).SweepOnce()
		if len(s.catalogue) != 1 || f.count("providers", "z") != 1 {
			t.Errorf("learned %d times; calls %v", len(s.catalogue), f.calls)
		}
	})
}

func TestACatalogueThatDoesNotComeIsAskedLessAndLess(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]error{"refused": unreachable(), "empty": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f, s := newFinch(), newStore("a")
				f.providers = func(context.Context, string) ([]finch.Provider, error) { return nil, answer }
				pass(newWatcher(f, s), 6*time.Hour)
				if got := f.count("providers", "a"); got < 8 || got > 14 {
					t.Errorf("asked %d times in 6 h", got)
				}
				if len(s.catalogue) != 0 {
					t.Error("nothing was learned as a catalogue")
				}
			})
		})
	}
}

func TestTheCatalogueWaitsForTheFirstToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), newStore()
		w := newWatcher(f, s)
		stop := run(t, w)
		time.Sleep(time.Minute)
		if _, _, err := w.Admit(t.Context(), "", finch.NewToken("c1")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(15 * time.Second)
		stop()
		if len(s.catalogue) != 1 || f.count("introspect", "c1") != 2 {
			t.Errorf("learned %d times; calls %v", len(s.catalogue), f.calls)
		}
	})
}

func TestEventsAreForgottenAfterAWeek(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStore()
		stop := run(t, newWatcher(newFinch(), s))
		began := time.Now()
		time.Sleep(time.Hour + time.Minute)
		stop()
		if len(s.pruned) != 2 || !s.pruned[0].Equal(began.Add(-7*day)) {
			t.Errorf("pruned before %v", s.pruned)
		}
	})
}

// listener notes what it hears.
type listener struct {
	looks  chan finch.Trouble
	sweeps chan error
}

func (l listener) Looked(_ time.Duration, trouble finch.Trouble) { l.looks <- trouble }

func (l listener) Swept(name string, _ time.Duration, err error) {
	if name == "due connections" {
		l.sweeps <- err
	}
}

func TestTheObserverHearsOfLooksAndSweeps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), newStore("c1")
		f.introspect = func(context.Context, string) (finch.Introspection, error) {
			return finch.Introspection{}, &finch.Error{Status: http.StatusTooManyRequests}
		}
		l := listener{looks: make(chan finch.Trouble, 100), sweeps: make(chan error, 100)}
		w := watch.New(watch.Options{Finch: f, Store: failing{s}, Log: zerolog.Nop(), Observer: l})
		stop := run(t, w)
		if err := <-l.sweeps; !errors.Is(err, errDisk) {
			t.Errorf("a failed sweep is heard as %v", err)
		}
		_, _ = w.Look(t.Context(), "c1")
		if trouble := <-l.looks; trouble != finch.TroubleRateLimited {
			t.Errorf("a look held back is heard as %q", trouble)
		}
		stop()
	})
}

var errDisk = errors.New("disk full")

// failing cannot hand out what is due.
type failing struct{ *fakeStore }

func (failing) ClaimDue(context.Context, int, time.Duration) ([]finch.Due, error) {
	return nil, errDisk
}
