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

func TestARevokedTokenIsRecordedAsLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), newStore("c1")
		f.introspect = func(context.Context, string) (finch.Introspection, error) {
			time.Sleep(3 * time.Second)
			return finch.Introspection{}, revoked()
		}
		_, err := newWatcher(f, s).Look(t.Context(), "c1")
		refusal, ok := errors.AsType[*finch.Error](err)
		if !ok || refusal.Trouble() != finch.TroubleRevoked {
			t.Errorf("got %v", err)
		}
		if !s.lost["c1"].Equal(time.Now()) {
			t.Errorf("lost at %v, want %v", s.lost, time.Now())
		}
	})
}

func TestALookUnderWayTakesNoFreshToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), newStore("c1")
		s.connections["c1"].token = finch.NewToken("old")
		f.introspect = func(_ context.Context, secret string) (finch.Introspection, error) {
			if secret == "old" {
				time.Sleep(10 * time.Second)
				return finch.Introspection{}, revoked()
			}
			return introspection(secret, finch.Connected), nil
		}
		w := newWatcher(f, s)
		stop := run(t, w)
		older := make(chan error)
		go func() {
			_, err := w.Look(t.Context(), "c1")
			older <- err
		}()
		synctest.Wait()
		if _, _, err := w.Admit(t.Context(), "c1", finch.NewToken("c1")); err != nil {
			t.Fatal(err)
		}
		if c, err := w.Look(t.Context(), "c1"); err != nil || !c.HasToken {
			t.Errorf("a person after the grant joined the older look: %v", err)
		}
		time.Sleep(2 * time.Second)
		if got := f.count("introspect", "c1"); got != 3 { // Admit, the person, the sweep
			t.Errorf("the fresh token was asked with %d times", got)
		}
		if err := <-older; err == nil {
			t.Error("the older look knows nothing of the refusal")
		}
		time.Sleep(time.Minute)
		stop()
		if c, _ := s.Connection(t.Context(), "c1"); !c.HasToken || len(s.lost) != 0 {
			t.Error("the fresh token was destroyed")
		}
		if next := s.next("c1"); next.Before(time.Now().Add(time.Hour)) {
			t.Errorf("the older look set the next turn, %v", next)
		}
	})
}

func TestALossThatIsNotRecordedIsTriedAgainSoon(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), newStore("c1")
		f.introspect = func(context.Context, string) (finch.Introspection, error) { return finch.Introspection{}, revoked() }
		s.lostErr = errDisk
		stop := run(t, newWatcher(f, s))
		time.Sleep(10 * time.Second)
		s.mu.Lock()
		s.lostErr = nil
		s.mu.Unlock()
		time.Sleep(2 * time.Minute)
		stop()
		if len(s.lost) != 1 {
			t.Errorf("asked %d times, lost %v", f.count("introspect", "c1"), s.lost)
		}
	})
}

func TestOtherRefusalsTakeNothingAway(t *testing.T) {
	t.Parallel()
	for _, refusal := range []*finch.Error{
		{Status: http.StatusServiceUnavailable},
		{Status: http.StatusUnauthorized}, // without Finch's words: a gateway's
		{Status: http.StatusForbidden},
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

func TestARefusalThatTellsHowTheConnectionStandsIsRecorded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		refusal *finch.Error
		want    finch.Status
	}{
		"a reconnect is needed": {&finch.Error{Status: http.StatusUnauthorized, Name: "authentication_error", Code: "reauthenticate_user"}, finch.Reauth},
		"not set up":            {&finch.Error{Status: http.StatusUnauthorized, Name: "authentication_error", Code: "account_setup_required"}, finch.NotSetUp},
		"permissions missing":   {&finch.Error{Status: http.StatusForbidden, Name: "error_permissions"}, finch.NoPermissions},
		"a gateway's 401":       {&finch.Error{Status: http.StatusUnauthorized}, finch.Connected},
		"unpaid":                {&finch.Error{Status: http.StatusPaymentRequired}, finch.Connected},
		"not ready":             {&finch.Error{Status: http.StatusAccepted}, finch.Connected},
	} {
		synctest.Test(t, func(t *testing.T) {
			f, s := newFinch(), newStore("c1")
			w := newWatcher(f, s)
			before, err := w.Look(t.Context(), "c1")
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
			f.introspect = func(context.Context, string) (finch.Introspection, error) { return finch.Introspection{}, c.refusal }
			told, err := w.Look(t.Context(), "c1")
			if !errors.Is(err, c.refusal) || told.ID != "" && told.Overall() != c.want {
				t.Errorf("%s: %s, %v", name, told.Overall(), err)
			}
			after, err := s.Connection(t.Context(), "c1")
			if err != nil || after.Overall() != c.want || !after.LastSync().Equal(before.LastSync()) || !after.HasToken {
				t.Errorf("%s: known are %+v, %v", name, after, err)
			}
		})
	}
}

// What is asked first may be answered last: on a busy machine the answer waits
// to be read while another question is asked and answered.
func TestAnOlderQuestionDoesNotOverruleANewerAnswer(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]*finch.Error{
		"a refusal that tells the status": {Status: http.StatusForbidden, Name: "error_permissions"},
		"an introspection":                nil,
	} {
		synctest.Test(t, func(t *testing.T) {
			front, back, s := newFinch(), newFinch(), newStore("c1")
			front.introspect = func(context.Context, string) (finch.Introspection, error) {
				if refusal != nil {
					return finch.Introspection{}, refusal
				}
				return introspection("c1", finch.NoPermissions), nil
			}
			read := make(chan struct{})
			back.introspect = func(context.Context, string) (finch.Introspection, error) {
				<-read
				return introspection("c1", finch.Connected), nil
			}
			w := watch.New(watch.Options{Finch: front, Background: back, Store: s, Log: zerolog.Nop()})
			stop := run(t, w)
			<-back.started
			time.Sleep(time.Second)
			_, _ = w.Look(t.Context(), "c1")
			time.Sleep(time.Second)
			close(read)
			synctest.Wait()
			if c, err := s.Connection(t.Context(), "c1"); err != nil || c.Overall() != finch.NoPermissions {
				t.Errorf("%s: it stands as %s, %v", name, c.Overall(), err)
			}
			stop()
		})
	}
}

func TestARefusalOfAnOlderTokenSaysNothingOfTheNewOne(t *testing.T) {
	t.Parallel()
	f, s := newFinch(), newStore("c1")
	f.introspect = func(context.Context, string) (finch.Introspection, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.connections["c1"].token = finch.NewToken("newer")
		s.connections["c1"].connection.Report.Status = finch.Connected
		return finch.Introspection{}, &finch.Error{Status: http.StatusUnauthorized, Code: "reauthenticate_user"}
	}
	_, _ = newWatcher(f, s).Look(t.Context(), "c1")
	if c, err := s.Connection(t.Context(), "c1"); err != nil || c.Overall() != finch.Connected {
		t.Errorf("it is %s, %v", c.Overall(), err)
	}
}

func TestWhatARefusalTellsForLongIsLookedAtLessAndLess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), newStore("c1")
		f.introspect = func(context.Context, string) (finch.Introspection, error) {
			return finch.Introspection{}, &finch.Error{Status: http.StatusForbidden, Name: "error_permissions"}
		}
		pass(newWatcher(f, s), 7*day)
		if got := f.count("introspect", "c1"); got < 40 || got > 90 {
			t.Errorf("it was looked at %d times in a week", got)
		}
	})
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
		back.introspect = func(ctx context.Context, _ string) (finch.Introspection, error) {
			<-ctx.Done()
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
	if !strings.Contains(log.String(), `"panic":"string"`) || !strings.Contains(log.String(), "look_test.go") {
		t.Errorf("the log does not say what happened: %s", log.String())
	}
	if strings.Contains(log.String(), "lost my way") {
		t.Errorf("the log quotes what may be anybody's data: %s", log.String())
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

func TestHowLongAPersonWaits(t *testing.T) {
	t.Parallel()
	hang := func(ctx context.Context) error {
		<-ctx.Done()
		return &finch.Error{}
	}
	for name, c := range map[string]struct {
		introspect time.Duration // 0 hangs
		jobs       time.Duration // 0 hangs
		most       time.Duration
		answered   bool
	}{
		"all is quick":                 {time.Second, time.Second, 2 * time.Second, true},
		"Finch hangs":                  {0, 0, 20 * time.Second, false},
		"the jobs hang":                {time.Second, 0, 6 * time.Second, true},
		"slow, and then the jobs hang": {19 * time.Second, 0, 22 * time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f, s := newFinch(), newStore("c1")
				f.introspect = func(ctx context.Context, id string) (finch.Introspection, error) {
					if c.introspect == 0 {
						return finch.Introspection{}, hang(ctx)
					}
					time.Sleep(c.introspect)
					return introspection(id, finch.Connected), ctx.Err()
				}
				f.jobs = func(ctx context.Context, _ string) (finch.JobList, error) {
					if c.jobs == 0 {
						return finch.JobList{}, hang(ctx)
					}
					time.Sleep(c.jobs)
					return finch.JobList{}, ctx.Err()
				}
				began := time.Now()
				seen, err := newWatcher(f, s).Look(t.Context(), "c1")
				if took := time.Since(began); took != c.most {
					t.Errorf("took %v, want %v", took, c.most)
				}
				if answered := err == nil && seen.Report.Status == finch.Connected; answered != c.answered {
					t.Errorf("answered %v: %+v, %v", answered, seen, err)
				}
			})
		})
	}
}

func TestAPersonDoesNotWaitForTheBackground(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		front, back, s := newFinch(), newFinch(), newStore("c1")
		next := time.Now().Add(time.Hour)
		back.jobs = func(ctx context.Context, _ string) (finch.JobList, error) {
			time.Sleep(19 * time.Second)
			return finch.JobList{Jobs: []finch.Job{{ID: "j", Type: "data_sync_all", Status: "pending", ScheduledAt: &next}}}, ctx.Err()
		}
		w := watch.New(watch.Options{Finch: front, Background: back, Store: s, Log: zerolog.Nop()})
		stop := run(t, w)
		<-back.started
		began := time.Now()
		if _, err := w.Look(t.Context(), "c1"); err != nil || time.Since(began) > time.Second {
			t.Errorf("waited %v: %v", time.Since(began), err)
		}
		time.Sleep(20 * time.Second)
		if c, _ := s.Connection(t.Context(), "c1"); !c.NextScheduled.Equal(next) {
			t.Error("the background did not take its time for the jobs")
		}
		stop()
	})
}
