package watch_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"perch/internal/finch"
	"perch/internal/watch"
)

// letters runs a watcher with a letter box and returns the box, what tells the
// watcher that something arrived, and what stops it.
func letters(t *testing.T, f watch.Finch, s watch.Store) (box *fakeEvents, arrived, stop func()) {
	t.Helper()
	box = &fakeEvents{}
	w := watch.New(watch.Options{Finch: f, Store: s, Events: box, Log: zerolog.Nop()})
	return box, w.Arrived, run(t, w)
}

// calm is a store whose connections are not to be looked at before tomorrow.
func calm(ids ...string) *fakeStore {
	s := newStore()
	for _, id := range ids {
		s.add(id, time.Now().Add(day))
	}
	return s
}

func jobEvent(connection, jobType, job string) string {
	return fmt.Sprintf(`{"connection_id":%q,"company_id":"company-1","entity_id":"entity-1","event_type":"job.%s.completed","data":{"job_id":%q,"job_url":"https://elsewhere.test/"}}`,
		connection, jobType, job)
}

func statusEvent(connection string) string {
	return fmt.Sprintf(`{"connection_id":%q,"entity_id":null,"event_type":"account.updated","data":{"status":"reauth","authentication_method":"credential"}}`, connection)
}

func TestAWebhookOfAJobHasItReadAndItsConnectionLookedAt(t *testing.T) {
	t.Parallel()
	for jobType, call := range map[string]string{finch.DataSync: "automated job", "benefit_enroll": "manual job"} {
		synctest.Test(t, func(t *testing.T) {
			f, s := newFinch(), calm("c1")
			box, arrived, stop := letters(t, f, s)
			synctest.Wait()
			box.put("event-1", jobEvent("c1", jobType, "job-1"))
			arrived()
			time.Sleep(3 * time.Second)
			j := s.known("job-1")
			if j.Status != finch.JobComplete || j.ConnectionID != "c1" || j.EntityID != "entity-1" || j.Type != jobType || j.Learned.IsZero() {
				t.Errorf("%s: known are %+v", jobType, j)
			}
			if f.count(call, "job-1") != 1 || f.count("introspect", "c1") != 1 || !box.isDone("event-1") {
				t.Errorf("%s: calls %v, done %v", jobType, f.calls, box.done)
			}
			stop()
		})
	}
}

func TestWebhooksMayComeTwiceAndLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), calm("c1")
		box, arrived, stop := letters(t, f, s)
		for i := range 3 {
			box.put(fmt.Sprint("event-", i), jobEvent("c1", finch.DataSync, "job-1"))
			arrived()
			arrived()
			time.Sleep(time.Minute)
		}
		stop()
		if got := f.count("automated job", "job-1"); got != 1 || len(box.done) != 3 {
			t.Errorf("the job was read %d times, %d events are done", got, len(box.done))
		}
	})
}

func TestAChangeOfStatusIsKeptAndTheTruthAskedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), calm("c1")
		box, arrived, stop := letters(t, f, s)
		received := time.Now()
		box.put("event-1", statusEvent("c1"))
		arrived()
		time.Sleep(3 * time.Second)
		stop()
		want := finch.Change{ConnectionID: "c1", Method: "credential", To: finch.Reauth, At: received, Source: finch.FromWebhook}
		if len(s.changes) != 1 || s.changes[0] != want {
			t.Errorf("changes %+v", s.changes)
		}
		if f.count("introspect", "c1") != 1 {
			t.Errorf("calls %v", f.calls)
		}
	})
}

func TestWhatFinchTellsOfAConnectionWithoutATokenIsKeptForLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), newStore()
		box := &fakeEvents{}
		w := watch.New(watch.Options{Finch: f, Store: s, Events: box, Log: zerolog.Nop()})
		stop := run(t, w)
		box.put("event-1", jobEvent("c9", finch.DataSync, "job-9"))
		box.put("event-2", statusEvent("c9"))
		w.Arrived()
		time.Sleep(time.Hour)
		if s.sighted["c9"].IsZero() || s.connections["c9"].connection.CompanyID != "company-1" || len(s.changes) != 1 {
			t.Errorf("sighted %v, changes %v", s.sighted, s.changes)
		}
		if len(f.calls) != 0 || s.known("job-9").Status != finch.JobPending {
			t.Errorf("calls %v", f.calls)
		}
		if _, _, err := w.Admit(t.Context(), "c9", finch.NewToken("c9")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		stop()
		if got := s.known("job-9").Status; got != finch.JobComplete {
			t.Errorf("with the token the job is %s", got)
		}
	})
}

func TestAnEndedConnectionIsNotSightedAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := calm("c1")
		if err := s.Lost(t.Context(), "c1", finch.NewToken("c1"), time.Now()); err != nil {
			t.Fatal(err)
		}
		box, arrived, stop := letters(t, newFinch(), s)
		box.put("event-1", statusEvent("c1"))
		arrived()
		time.Sleep(time.Second)
		stop()
		if len(s.sighted) != 0 || !box.isDone("event-1") {
			t.Errorf("sighted %v", s.sighted)
		}
	})
}

func TestEventsThatSayNothingHereAreDone(t *testing.T) {
	t.Parallel()
	for name, payload := range map[string]string{
		"a change of data":       `{"connection_id":"c1","event_type":"individual.updated","data":{"individual_id":"i1"}}`,
		"a type to come":         `{"connection_id":"c1","event_type":"moon.full","data":null}`,
		"the dashboard's button": `{"connection_id":"nobody","event_type":"test","data":{}}`,
		"nobody's":               `{"event_type":"account.updated","data":{"status":"reauth"}}`,
		"a status without words": `{"connection_id":"c1","event_type":"account.updated","data":null}`,
		"a list":                 `[]`,
	} {
		synctest.Test(t, func(t *testing.T) {
			f, s := newFinch(), calm("c1")
			box, arrived, stop := letters(t, f, s)
			box.put("event-1", payload)
			arrived()
			time.Sleep(time.Second)
			stop()
			if !box.isDone("event-1") || f.count("introspect", "c1") != 0 || len(s.jobs)+len(s.changes)+len(s.sighted) != 0 {
				t.Errorf("%s: done %v, calls %v, sighted %v", name, box.done, f.calls, s.sighted)
			}
		})
	}
}

func TestEventsFromBeforeARestartAreFound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), calm("c1")
		box := &fakeEvents{}
		for i := range 250 {
			box.put(fmt.Sprint("event-", i), jobEvent("c1", finch.DataSync, fmt.Sprint("job-", i)))
		}
		w := watch.New(watch.Options{Finch: f, Store: s, Events: box, Log: zerolog.Nop()})
		stop := run(t, w)
		time.Sleep(time.Second)
		stop()
		if len(box.done) != 250 || len(s.jobs) != 250 {
			t.Errorf("%d done, %d jobs", len(box.done), len(s.jobs))
		}
	})
}

// forgetful loses a number of jobs before it keeps one.
type forgetful struct {
	*fakeStore
	times int
}

func (f *forgetful) RecordJobs(ctx context.Context, jobs []finch.KnownJob) (int, error) {
	f.mu.Lock()
	f.times--
	lost := f.times >= 0
	f.mu.Unlock()
	if lost {
		return 0, errDisk
	}
	return f.fakeStore.RecordJobs(ctx, jobs)
}

func TestAnEventThatCannotBeRecordedKeepsNoOthersWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, box := &forgetful{calm("c1"), 1}, &fakeEvents{}
		for i := range 450 {
			box.put(fmt.Sprint("event-", i), jobEvent("c1", finch.DataSync, fmt.Sprint("job-", i)))
		}
		stop := run(t, watch.New(watch.Options{Finch: newFinch(), Store: s, Events: box, Log: zerolog.Nop()}))
		time.Sleep(time.Second)
		box.mu.Lock()
		done := len(box.done)
		box.mu.Unlock()
		if done != 449 {
			t.Errorf("%d of the 449 others are done", done)
		}
		time.Sleep(30 * time.Second) // as after a crash with events in hand
		stop()
		if len(box.done) != 450 {
			t.Errorf("%d are done half a minute later", len(box.done))
		}
	})
}

func TestAnEventThatCannotBeRecordedComesAgain(t *testing.T) {
	t.Parallel()
	for times, kept := range map[int]bool{3: true, 1000: false} {
		synctest.Test(t, func(t *testing.T) {
			s := &forgetful{calm("c1"), times}
			box, arrived, stop := letters(t, newFinch(), s)
			box.put("event-1", jobEvent("c1", finch.DataSync, "job-1"))
			arrived()
			time.Sleep(time.Second)
			if box.isDone("event-1") {
				t.Error("an event is done that was not recorded")
			}
			time.Sleep(time.Hour)
			stop()
			if _, ok := s.jobs["job-1"]; ok != kept || !box.isDone("event-1") {
				t.Errorf("after %d failures it is kept: %v", times, ok)
			}
		})
	}
}
