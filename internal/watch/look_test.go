package watch_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"perch/internal/finch"
	"perch/internal/watch"
)

func TestLookAsksRecordsAndReturnsWhatIsKnown(t *testing.T) {
	t.Parallel()
	scheduled := time.Now().Add(time.Hour)
	f, s := newFinch(), newStore("c1")
	f.jobs = func(context.Context, string) (finch.JobList, error) {
		return finch.JobList{Jobs: []finch.Job{{ID: "job-next", Type: finch.DataSync, Status: "pending", ScheduledAt: &scheduled}}}, nil
	}
	c, err := newWatcher(f, s).Look(t.Context(), "c1")
	if err != nil {
		t.Fatal(err)
	}
	if c.Report.Status != finch.Connected || !c.NextScheduled.Equal(scheduled) || c.Learned.IsZero() {
		t.Errorf("got %+v", c)
	}
}

func TestJobsAreAskedOnlyWhereTheySaySomething(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   func(*finch.Introspection)
		want int
	}{
		"automated":           {func(*finch.Introspection) {}, 1},
		"processing":          {func(in *finch.Introspection) { in.ConnectionStatus.Status = finch.Processing }, 1},
		"assisted":            {func(in *finch.Introspection) { in.Manual = true }, 0},
		"Finch's own sandbox": {func(in *finch.Introspection) { in.ConnectionType = "finch" }, 0},
		"needs a reconnect":   {func(in *finch.Introspection) { in.ConnectionStatus.Status = finch.Reauth }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, s := newFinch(), newStore("c1")
			f.introspect = func(context.Context, string) (finch.Introspection, error) {
				in := introspection("c1", finch.Connected)
				c.in(&in)
				return in, nil
			}
			if _, err := newWatcher(f, s).Look(t.Context(), "c1"); err != nil {
				t.Fatal(err)
			}
			if got := f.count("jobs", "c1"); got != c.want {
				t.Errorf("jobs were asked %d times, want %d", got, c.want)
			}
		})
	}
}

func TestFailingJobsLoseNoIntrospection(t *testing.T) {
	t.Parallel()
	f, s := newFinch(), newStore("c1")
	f.jobs = func(context.Context, string) (finch.JobList, error) { return finch.JobList{}, revoked() }
	c, err := newWatcher(f, s).Look(t.Context(), "c1")
	if err != nil || c.Report.Status != finch.Connected {
		t.Errorf("got %+v, %v", c, err)
	}
	if len(s.learned) != 1 || s.learned[0].Jobs != nil || len(s.lost) != 0 {
		t.Errorf("learned %+v, lost %v", s.learned, s.lost)
	}
}

func TestARevokedTokenIsRecordedAsLostWhenItWasAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), newStore("c1")
		asked := time.Now()
		f.introspect = func(context.Context, string) (finch.Introspection, error) {
			time.Sleep(3 * time.Second)
			return finch.Introspection{}, revoked()
		}
		_, err := newWatcher(f, s).Look(t.Context(), "c1")
		refusal, ok := errors.AsType[*finch.Error](err)
		if !ok || refusal.Trouble() != finch.TroubleRevoked {
			t.Errorf("got %v", err)
		}
		if !s.lost["c1"].Equal(asked) {
			t.Errorf("lost at %v, want %v", s.lost, asked)
		}
	})
}

func TestOtherRefusalsTakeNothingAway(t *testing.T) {
	t.Parallel()
	for _, refusal := range []*finch.Error{
		{Status: http.StatusServiceUnavailable},
		{Status: http.StatusUnauthorized}, // without Finch's words: a gateway's
		{Status: http.StatusUnauthorized, Code: "reauthenticate_user"},
		{Status: http.StatusForbidden, Name: "error_permissions"},
		{Status: http.StatusTooManyRequests},
	} {
		f, s := newFinch(), newStore("c1")
		f.introspect = func(context.Context, string) (finch.Introspection, error) { return finch.Introspection{}, refusal }
		_, err := newWatcher(f, s).Look(t.Context(), "c1")
		if !errors.Is(err, refusal) || len(s.lost) != 0 || len(s.learned) != 0 {
			t.Errorf("%v: got %v, lost %v, learned %v", refusal, err, s.lost, s.learned)
		}
	}
}

func TestATokenOfAnotherConnectionIsNotBelieved(t *testing.T) {
	t.Parallel()
	f, s := newFinch(), newStore("c1")
	f.introspect = func(context.Context, string) (finch.Introspection, error) {
		return introspection("c2", finch.Connected), nil
	}
	_, err := newWatcher(f, s).Look(t.Context(), "c1")
	mismatch, ok := errors.AsType[*watch.Mismatch](err)
	if !ok || mismatch.Want != "c1" || mismatch.Got != "c2" {
		t.Errorf("got %v", err)
	}
	if len(s.learned) != 0 || f.count("jobs", "c1") != 0 {
		t.Errorf("the token was used: learned %v", s.learned)
	}
}

func TestWithoutATokenNobodyIsAsked(t *testing.T) {
	t.Parallel()
	f, s := newFinch(), newStore("c1")
	s.connections["c1"].token = finch.Token{}
	if _, err := newWatcher(f, s).Look(t.Context(), "c1"); !errors.Is(err, finch.ErrNoToken) {
		t.Errorf("got %v", err)
	}
	if _, err := newWatcher(f, s).Look(t.Context(), "nobody"); !errors.Is(err, finch.ErrUnknown) {
		t.Errorf("got %v", err)
	}
	if len(f.started) != 0 {
		t.Error("Finch was asked")
	}
}

func TestLooksAtOneConnectionAtOneTimeAreOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), newStore("c1", "c2")
		f.introspect = func(ctx context.Context, id string) (finch.Introspection, error) {
			time.Sleep(5 * time.Second)
			return introspection(id, finch.Connected), ctx.Err()
		}
		w := newWatcher(f, s)
		impatient, leave := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() {
			_, err := w.Look(impatient, "c1")
			left <- err
		}()
		<-f.started // the impatient one has begun the look that the others share
		answers := make(chan error)
		for _, id := range []string{"c1", "c1", "c1", "c2"} {
			go func() {
				c, err := w.Look(t.Context(), id)
				if err == nil && c.ID != id {
					err = errors.New("the answer is about " + c.ID)
				}
				answers <- err
			}()
		}
		synctest.Wait()
		leave()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("who left got %v", err)
		}
		for range 4 {
			if err := <-answers; err != nil {
				t.Errorf("who stayed got %v", err)
			}
		}
		if f.count("introspect", "c1") != 1 || f.count("introspect", "c2") != 1 {
			t.Errorf("calls: %v", f.calls)
		}
	})
}

func TestAPersonIsNotHeldBackWithTheBackground(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		front, back, s := newFinch(), newFinch(), newStore("c1")
		back.introspect = func(context.Context, string) (finch.Introspection, error) {
			time.Sleep(10 * time.Second)
			return finch.Introspection{}, &finch.Error{Status: http.StatusTooManyRequests}
		}
		w := watch.New(watch.Options{Finch: front, Background: back, Store: s, Log: zerolog.Nop()})
		stop := run(t, w)
		<-back.started
		c, err := w.Look(t.Context(), "c1")
		if err != nil || c.Report.Status != finch.Connected {
			t.Errorf("got %+v, %v", c, err)
		}
		if front.count("introspect", "c1") != 1 {
			t.Errorf("calls for people: %v", front.calls)
		}
		stop()
	})
}

func TestAPanicIsAnErrorWithoutItsCause(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	f, s := newFinch(), newStore("c1")
	f.introspect = func(context.Context, string) (finch.Introspection, error) { panic("lost my way") }
	w := watch.New(watch.Options{Finch: f, Store: s, Log: zerolog.New(&log)})
	_, err := w.Look(t.Context(), "c1")
	if err == nil || strings.Contains(err.Error(), "lost my way") {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(log.String(), "lost my way") || !strings.Contains(log.String(), "look_test.go") {
		t.Errorf("the log does not say what happened: %s", log.String())
	}
}

func TestWhatFinchSaidIsRecordedThoughTimeIsUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), newStore("c1")
		f.jobs = func(ctx context.Context, _ string) (finch.JobList, error) {
			<-ctx.Done()
			return finch.JobList{}, ctx.Err()
		}
		c, err := newWatcher(f, s).Look(t.Context(), "c1")
		if err != nil || c.Report.Status != finch.Connected {
			t.Errorf("got %+v, %v", c, err)
		}
	})
}
