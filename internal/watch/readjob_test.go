package watch_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"perch/internal/finch"
)

func TestAPersonHasAJobReadNow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), calm("c1")
		began := time.Now().Add(-time.Hour)
		s.recordJob(finch.KnownJob{ID: "job-1", Kind: finch.Automated, ConnectionID: "c1", Type: finch.DataSync, Status: finch.JobRunning, Started: began})
		s.recordJob(finch.KnownJob{ID: "job-2", Kind: finch.Manual, ConnectionID: "c1", Status: finch.JobComplete})
		f.job = func(_ context.Context, id string) (finch.KnownJob, error) {
			time.Sleep(time.Second)
			return finch.KnownJob{Status: finch.JobComplete, RequestIDs: []string{"request of " + id}}, nil
		}
		w := newWatcher(f, s)
		first := make(chan finch.JobLine, 1)
		go func() {
			line, err := w.ReadJob(t.Context(), "job-1")
			if err != nil {
				t.Error(err)
			}
			first <- line
		}()
		line, err := w.ReadJob(t.Context(), "job-1")
		if err != nil || line.Status != finch.JobComplete || line.Learned.IsZero() {
			t.Errorf("got %+v, %v", line, err)
		}
		if other := <-first; other.Status != finch.JobComplete || f.count("automated job", "job-1") != 1 {
			t.Errorf("two at once got %+v by %d calls", other, f.count("automated job", "job-1"))
		}
		if !s.next("c1").Equal(time.Now()) {
			t.Errorf("its connection is looked at %v", s.next("c1"))
		}
		if line, err := w.ReadJob(t.Context(), "job-2"); err != nil || len(line.RequestIDs) != 1 {
			t.Errorf("of one that is over: %+v, %v", line, err)
		}
	})
}

func TestAReadingForAPersonCanFail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFinch(), calm("c1")
		s.recordJob(finch.KnownJob{ID: "job-1", Kind: finch.Automated, ConnectionID: "c1", Status: finch.JobRunning})
		s.recordJob(finch.KnownJob{ID: "job-2", Kind: finch.Automated, ConnectionID: "c2", Status: finch.JobRunning})
		w := newWatcher(f, s)
		if _, err := w.ReadJob(t.Context(), "nobody's"); err == nil {
			t.Errorf("of an unknown job: %v", err)
		}
		if _, err := w.ReadJob(t.Context(), "job-2"); !errors.Is(err, finch.ErrUnknown) {
			t.Errorf("of a connection without a token: %v", err)
		}
		f.job = func(context.Context, string) (finch.KnownJob, error) {
			time.Sleep(time.Minute)
			return finch.KnownJob{}, revoked()
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := w.ReadJob(ctx, "job-1"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("of an impatient person: %v", err)
		}
		if _, err := w.ReadJob(t.Context(), "job-1"); err == nil || len(s.lost) != 1 {
			t.Errorf("with a revoked token: %v, lost %v", err, s.lost)
		}
	})
}
