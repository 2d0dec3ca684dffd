package watch_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"perch/internal/finch"
	"perch/internal/watch"
)

// nextSync is a look's list: a sync scheduled at a time.
func nextSync(id string, at time.Time) finch.JobList {
	return finch.JobList{Jobs: []finch.Job{{ID: id, Type: finch.DataSync, Status: "pending", ScheduledAt: &at, CreatedAt: at.Add(-100 * day)}}}
}

// scheduledSync is what Finch says of a scheduled sync.
func scheduledSync(status finch.JobStatus, at time.Time) finch.KnownJob {
	return finch.KnownJob{Type: finch.DataSync, Status: status, Scheduled: at, RequestIDs: []string{"request-1"}}
}

// listing has looks find a sync scheduled at a time.
func listing(f *fakeFinch, id string, at time.Time) {
	f.jobs = func(context.Context, string) (finch.JobList, error) { return nextSync(id, at), nil }
}

func notFound() error {
	return &finch.Error{Status: http.StatusNotFound, Name: "not_found_error", RequestID: "request-404"}
}

func TestALookMakesTheJobsKnownAndHasTheNextReadWhenItShouldBeOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), calm("c1")
		due := time.Now().Add(3 * time.Hour)
		for i := range 4 { // the last syncs took up to eight minutes from their time
			at := due.Add(time.Duration(i-4) * day)
			s.recordJob(finch.KnownJob{
				ID: string(rune('a' + i)), Kind: finch.Automated, ConnectionID: "c1", Type: finch.DataSync, Status: finch.JobComplete,
				Scheduled: at, Completed: at.Add(time.Duration(5+i) * time.Minute),
			})
		}
		listing(f, "job-next", due)
		if _, err := newWatcher(f, s).Look(t.Context(), "c1"); err != nil {
			t.Fatal(err)
		}
		j := s.known("job-next")
		if j.Status != finch.JobPending || !j.Scheduled.Equal(due) || j.ConnectionID != "c1" || j.Learned.IsZero() || j.FirstSeen.IsZero() {
			t.Errorf("known are %+v", j)
		}
		if wait := s.nextReading("job-next").Sub(due); wait < 7*time.Minute || wait > 9*time.Minute {
			t.Errorf("it is read %v after its time", wait)
		}
	})
}

func TestASyncIsFollowedToItsEndAcrossARestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), calm("c1")
		due := time.Now().Add(time.Hour)
		ended := due.Add(40 * time.Minute)
		listing(f, "job-next", due)
		f.job = func(context.Context, string) (finch.KnownJob, error) {
			if time.Now().Before(ended) {
				return scheduledSync(finch.JobRunning, due), nil
			}
			j := scheduledSync(finch.JobFailed, due)
			j.Completed = ended
			return j, nil
		}
		w := newWatcher(f, s)
		if _, err := w.Look(t.Context(), "c1"); err != nil {
			t.Fatal(err)
		}
		stop := run(t, w)
		time.Sleep(time.Until(due.Add(20 * time.Minute)))
		stop()
		if got := s.known("job-next").Status; got != finch.JobRunning {
			t.Errorf("in the middle it is %s", got)
		}
		stop = run(t, newWatcher(f, s))
		time.Sleep(time.Until(ended.Add(20 * time.Minute)))
		stop()
		if got := s.known("job-next"); got.Status != finch.JobFailed || !got.Completed.Equal(ended) {
			t.Errorf("20 min after its end known are %+v", got)
		}
		if got := f.count("automated job", "job-next"); got < 4 || got > 10 {
			t.Errorf("it was read %d times", got)
		}
		if f.count("introspect", "c1") != 2 || !s.nextReading("job-next").IsZero() {
			t.Errorf("looked at %d times, next reading %v", f.count("introspect", "c1"), s.nextReading("job-next"))
		}
	})
}

func TestASyncThatFinchTookAwayIsMissingOnlyIfNoneCameInstead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		synced time.Duration // from the scheduled time to the last success
		want   finch.JobStatus
	}{
		"nothing for a day":               {-day, finch.JobMissing},
		"another sync ran an hour before": {-time.Hour, finch.JobPending},
		"another sync ran after":          {30 * time.Minute, finch.JobPending},
	} {
		synctest.Test(t, func(t *testing.T) {
			f, s := newFinch(), calm("c1")
			due := time.Now().Add(time.Hour)
			listing(f, "job-1", due)
			f.introspect = func(context.Context, string) (finch.Introspection, error) {
				in := introspection("c1", finch.Connected)
				in.ConnectionStatus.LastSync.At = due.Add(c.synced)
				return in, nil
			}
			f.job = func(context.Context, string) (finch.KnownJob, error) { return finch.KnownJob{}, notFound() }
			w := newWatcher(f, s)
			if _, err := w.Look(t.Context(), "c1"); err != nil {
				t.Fatal(err)
			}
			listing(f, "job-2", due.Add(day))
			stop := run(t, w)
			time.Sleep(time.Until(due.Add(time.Hour)))
			if got := s.known("job-1"); got.Status != finch.JobPending || got.Gone {
				t.Errorf("%s: after an hour it is judged already: %+v", name, got)
			}
			if f.count("introspect", "c1") != 2 {
				t.Errorf("%s: the connection was not looked at", name)
			}
			time.Sleep(2 * time.Hour)
			stop()
			got := s.known("job-1")
			if got.Status != c.want || !got.Gone || len(got.RequestIDs) == 0 {
				t.Errorf("%s: known are %+v", name, got)
			}
			if !s.nextReading("job-1").IsZero() || f.count("automated job", "job-1") != 2 {
				t.Errorf("%s: it is asked for again and again", name)
			}
		})
	}
}

func TestASyncThatDoesNotBeginIsMissingUntilItDoes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), calm("c1")
		due := time.Now()
		began := due.Add(5 * time.Hour)
		s.connections["c1"].connection.Report = finch.StatusReport{Status: finch.Connected, LastSync: finch.SyncTime{At: due.Add(-day)}}
		s.recordJob(finch.KnownJob{
			ID: "job-1", Kind: finch.Automated, ConnectionID: "c1", Type: finch.DataSync, Status: finch.JobPending, Scheduled: due,
		})
		f.job = func(context.Context, string) (finch.KnownJob, error) {
			if time.Now().Before(began) {
				return scheduledSync(finch.JobPending, due), nil
			}
			return scheduledSync(finch.JobComplete, due), nil
		}
		stop := run(t, newWatcher(f, s))
		for _, c := range []struct {
			at   time.Duration
			want finch.JobStatus
		}{{110 * time.Minute, finch.JobPending}, {140 * time.Minute, finch.JobMissing}, {320 * time.Minute, finch.JobComplete}} {
			time.Sleep(time.Until(due.Add(c.at)))
			if got := s.known("job-1").Status; got != c.want {
				t.Errorf("after %v it is %s, want %s", c.at, got, c.want)
			}
		}
		stop()
	})
}

func TestABrokenConnectionsSyncIsNotMissing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), calm("c1")
		due := time.Now()
		s.connections["c1"].connection.Report.Status = finch.Reauth
		s.recordJob(finch.KnownJob{
			ID: "job-1", Kind: finch.Automated, ConnectionID: "c1", Type: finch.DataSync, Status: finch.JobPending, Scheduled: due,
		})
		f.job = func(context.Context, string) (finch.KnownJob, error) {
			return scheduledSync(finch.JobPending, due), nil
		}
		pass(newWatcher(f, s), 20*time.Hour)
		if got := s.known("job-1").Status; got != finch.JobPending {
			t.Errorf("it is %s", got)
		}
		if got := f.count("automated job", "job-1"); got > 25 {
			t.Errorf("it was read %d times in 20 h", got)
		}
	})
}

func TestAJobThatRunsForDaysIsReadRarelyAndGivenUpAfterAMonth(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), calm("c1")
		began := time.Now()
		s.recordJob(finch.KnownJob{ID: "job-1", Kind: finch.Automated, ConnectionID: "c1", Status: finch.JobPending, Created: began})
		f.job = func(context.Context, string) (finch.KnownJob, error) {
			return finch.KnownJob{Status: finch.JobRunning, Created: began}, nil
		}
		pass(newWatcher(f, s), 35*day)
		var first, later int
		for _, at := range f.times("automated job", "job-1") {
			if at.Sub(began) < day {
				first++
			} else {
				later++
			}
			if at.Sub(began) > 31*day {
				t.Errorf("read after %v", at.Sub(began))
			}
		}
		if first < 90 || first > 130 || later < 100 || later > 140 {
			t.Errorf("read %d times on the first day and %d times after it", first, later)
		}
	})
}

func TestAnUnknownJobIsAskedForOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), calm("c1")
		s.recordJob(finch.KnownJob{ID: "job-1", Kind: finch.Manual, ConnectionID: "c1", Status: finch.JobPending, FirstSeen: time.Now()})
		f.job = func(context.Context, string) (finch.KnownJob, error) { return finch.KnownJob{}, notFound() }
		pass(newWatcher(f, s), 12*time.Hour)
		got := s.known("job-1")
		if f.count("manual job", "job-1") != 1 || !got.Gone || got.Status != finch.JobPending || got.RequestIDs[0] != "request-404" {
			t.Errorf("asked %d times, known are %+v", f.count("manual job", "job-1"), got)
		}
	})
}

func TestWhatARefusalSaysOfTheConnection(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		refusal     error
		looks, lost int
		reads       [2]int // from, to; in the first three hours
	}{
		"the token is revoked":  {revoked(), 0, 1, [2]int{1, 1}},
		"a reconnect is needed": {&finch.Error{Status: http.StatusUnauthorized, Code: "reauthenticate_user"}, 1, 0, [2]int{10, 14}},
		"permissions missing":   {&finch.Error{Status: http.StatusForbidden, Name: "error_permissions"}, 1, 0, [2]int{10, 14}},
		"Finch is away":         {unreachable(), 0, 0, [2]int{6, 9}},
		"the bill is unpaid":    {&finch.Error{Status: http.StatusPaymentRequired}, 0, 0, [2]int{6, 9}},
		"not ready":             {&finch.Error{Status: http.StatusAccepted}, 0, 0, [2]int{6, 9}},
		"told to wait 2 h":      {&finch.Error{Status: http.StatusTooManyRequests, Until: time.Now().Add(2 * time.Hour)}, 0, 0, [2]int{2, 6}},
	} {
		synctest.Test(t, func(t *testing.T) {
			f, s := newFinch(), calm("c1")
			s.connections["c1"].connection.Report.Status = finch.Connected
			s.recordJob(finch.KnownJob{ID: "job-1", Kind: finch.Automated, ConnectionID: "c1", Status: finch.JobPending, FirstSeen: time.Now()})
			f.introspect = func(_ context.Context, id string) (finch.Introspection, error) {
				in := introspection(id, finch.Reauth)
				return in, nil
			}
			if e, ok := c.refusal.(*finch.Error); ok && !e.Until.IsZero() {
				c.refusal = &finch.Error{Status: e.Status, Until: time.Now().Add(2 * time.Hour)}
			}
			f.job = func(context.Context, string) (finch.KnownJob, error) { return finch.KnownJob{}, c.refusal }
			w := newWatcher(f, s)
			pass(w, 5*time.Minute)
			if f.count("introspect", "c1") != c.looks || len(s.lost) != c.lost {
				t.Errorf("%s: calls %v, lost %v", name, f.calls, s.lost)
			}
			pass(w, 175*time.Minute)
			if got := f.count("automated job", "job-1"); got < c.reads[0] || got > c.reads[1] {
				t.Errorf("%s: read %d times in 3 h", name, got)
			}
			if j := s.known("job-1"); j.Status != finch.JobPending || j.Gone {
				t.Errorf("%s: known are %+v", name, j)
			}
		})
	}
}

func TestStoppingInAReadingForgetsNoJob(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), calm("c1")
		s.recordJob(finch.KnownJob{ID: "job-1", Kind: finch.Automated, ConnectionID: "c1", Status: finch.JobPending, FirstSeen: time.Now()})
		f.job = func(ctx context.Context, _ string) (finch.KnownJob, error) {
			<-ctx.Done()
			return finch.KnownJob{}, ctx.Err()
		}
		stop := run(t, newWatcher(f, s))
		synctest.Wait()
		stop()
		if next := s.nextReading("job-1"); next.IsZero() || next.After(time.Now()) {
			t.Errorf("its next turn is %v", next)
		}
	})
}

func TestSlowJobsOfOneConnectionKeepNoOthersWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), calm("slow", "well")
		for i := range 40 {
			s.recordJob(finch.KnownJob{ID: fmt.Sprintf("slow-%d", i), Kind: finch.Manual, ConnectionID: "slow", Status: finch.JobPending, FirstSeen: time.Now()})
		}
		var most, now atomic.Int64
		f.job = func(ctx context.Context, id string) (finch.KnownJob, error) {
			if strings.HasPrefix(id, "slow") {
				most.Store(max(most.Load(), now.Add(1)))
				defer now.Add(-1)
				<-ctx.Done()
				return finch.KnownJob{}, unreachable()
			}
			return finch.KnownJob{Status: finch.JobFailed}, nil
		}
		stop := run(t, newWatcher(f, s))
		defer stop()
		time.Sleep(10 * time.Second)
		if err := record(s, finch.KnownJob{ID: "well-1", Kind: finch.Automated, ConnectionID: "well", Status: finch.JobPending, FirstSeen: time.Now()}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Second)
		if got := s.known("well-1").Status; got != finch.JobFailed {
			t.Errorf("the other connection's job is %s after 3 s", got)
		}
		if most.Load() > 2 {
			t.Errorf("%d jobs of one connection were read at the same time", most.Load())
		}
		time.Sleep(2 * time.Hour)
		for i := range 40 {
			if id := fmt.Sprintf("slow-%d", i); f.count("manual job", id) == 0 {
				t.Errorf("%s was never read", id)
			}
		}
	})
}

// record records a job while a watcher runs.
func record(s *fakeStore, j finch.KnownJob) error {
	_, err := s.RecordJobs(context.Background(), []finch.KnownJob{j})
	return err
}

func TestManyJobsOfOneConnectionAreReadSoon(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), calm("c1")
		for i := range 300 {
			s.recordJob(finch.KnownJob{ID: fmt.Sprintf("job-%d", i), Kind: finch.Manual, ConnectionID: "c1", Status: finch.JobPending, FirstSeen: time.Now()})
		}
		f.job = func(context.Context, string) (finch.KnownJob, error) {
			time.Sleep(300 * time.Millisecond)
			return finch.KnownJob{Status: finch.JobComplete}, nil
		}
		stop := run(t, newWatcher(f, s))
		time.Sleep(4 * time.Minute)
		stop()
		for id, j := range s.jobs {
			if !j.Status.Final() {
				t.Errorf("%s is %s", id, j.Status)
			}
		}
	})
}

func TestAJobThatCannotBeReadIsAskedForLessAndLess(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]*finch.Error{
		"a reconnect is needed": {Status: http.StatusUnauthorized, Code: "reauthenticate_user"},
		"Finch fails":           {Status: http.StatusInternalServerError},
	} {
		synctest.Test(t, func(t *testing.T) {
			f, s := newFinch(), calm("c1")
			s.connections["c1"].connection.Report.Status = finch.Reauth
			began := time.Now()
			s.recordJob(finch.KnownJob{ID: "job-1", Kind: finch.Automated, ConnectionID: "c1", Status: finch.JobPending, FirstSeen: began})
			f.job = func(context.Context, string) (finch.KnownJob, error) { return finch.KnownJob{}, refusal }
			pass(newWatcher(f, s), 40*day)
			var first, later int
			for _, at := range f.times("automated job", "job-1") {
				if at.Sub(began) < day {
					first++
				} else {
					later++
				}
				if at.Sub(began) > 31*day {
					t.Errorf("%s: read after %v", name, at.Sub(began))
				}
			}
			if first < 15 || first > 45 || later < 100 || later > 140 {
				t.Errorf("%s: read %d times on the first day and %d times after it", name, first, later)
			}
		})
	}
}

func TestWhileJobsWaitLooksStandBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), newStore()
		for i := range 2000 {
			id := string(rune('A'+i%26)) + time.Duration(i).String()
			s.add(id, time.Now())
			s.recordJob(finch.KnownJob{ID: "job-" + id, Kind: finch.Automated, ConnectionID: id, Status: finch.JobPending, FirstSeen: time.Now()})
		}
		slowly := func() { time.Sleep(time.Second) }
		f.job = func(context.Context, string) (finch.KnownJob, error) {
			slowly()
			return finch.KnownJob{Status: finch.JobComplete}, nil
		}
		f.introspect = func(_ context.Context, id string) (finch.Introspection, error) {
			slowly()
			return introspection(id, finch.Connected), nil
		}
		stop := run(t, newWatcher(f, s))
		time.Sleep(3 * time.Minute)
		stop()
		looked, read := len(s.learned), 0
		for _, j := range s.jobs {
			if j.Status.Final() {
				read++
			}
		}
		if read < 1000 || looked > read/4 || looked < 60 {
			t.Errorf("%d jobs were read and %d connections looked at", read, looked)
		}
	})
}

func TestHistoryIsForgottenAfterItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStore()
		newWatcher(newFinch(), s).SweepOnce()
		watch.New(watch.Options{Finch: newFinch(), Store: s, Retention: 30 * day}).SweepOnce()
		for i, want := range []time.Duration{400 * day, 400 * day, 30 * day, 30 * day} {
			if len(s.prunedHistory) != 4 || !s.prunedHistory[i].Equal(time.Now().Add(-want)) {
				t.Fatalf("jobs and changes pruned before %v", s.prunedHistory)
			}
		}
	})
}

// A look has the list from before a sync ran, and the sync's webhook comes before
// the look is recorded, while all readers are busy.
func TestAnOlderListDoesNotPutOffWhatAWebhookSaysIsOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ids := []string{"c1"}
		for n := range 8 {
			ids = append(ids, fmt.Sprintf("busy-%d", n))
		}
		f, s := newFinch(), calm(ids...)
		for _, id := range ids[1:] {
			s.recordJob(finch.KnownJob{ID: "job-of-" + id, Kind: finch.Automated, ConnectionID: id, Type: finch.DataSync, Status: finch.JobRunning, Started: time.Now()})
		}
		f.job = func(_ context.Context, id string) (finch.KnownJob, error) {
			if id != "job-1" {
				time.Sleep(20 * time.Second)
			}
			return finch.KnownJob{Type: finch.DataSync, Status: finch.JobFailed}, nil
		}
		box, arrived, stop := letters(t, f, s)
		synctest.Wait()
		due, asked := time.Now().Add(2*time.Second), false
		f.jobs = func(_ context.Context, id string) (finch.JobList, error) {
			if id != "c1" {
				return finch.JobList{}, nil
			}
			if !asked {
				asked = true
				box.put("event-1", jobEvent("c1", finch.DataSync, "job-1"))
				arrived()
				time.Sleep(2 * time.Second)
			}
			return nextSync("job-1", due), nil
		}
		if err := s.LookSoon(t.Context(), "c1"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Second)
		if got := s.known("job-1").Status; !asked || got != finch.JobFailed {
			t.Errorf("after half a minute the job is %q", got)
		}
		stop()
	})
}
