package watch_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"perch/internal/finch"
)

func TestASyncThatWasAskedForIsFollowed(t *testing.T) {
	t.Parallel()
	for name, already := range map[string]bool{"a new one": false, "the one that runs": true} {
		synctest.Test(t, func(t *testing.T) {
			f, s := newFinch(), calm("c1")
			f.runSync = func(context.Context, string) (finch.RunSync, error) {
				return finch.RunSync{JobID: "job-1", Already: already, RequestID: "request-0"}, nil
			}
			began := time.Now()
			f.job = func(context.Context, string) (finch.KnownJob, error) {
				if time.Since(began) < 12*time.Second {
					return finch.KnownJob{Type: finch.DataSync, Status: finch.JobRunning, Created: began}, nil
				}
				return finch.KnownJob{Type: finch.DataSync, Status: finch.JobComplete, Created: began}, nil
			}
			w := newWatcher(f, s)
			stop := run(t, w)
			defer stop()
			asked, err := w.RunSync(t.Context(), "c1")
			if err != nil || asked.JobID != "job-1" || asked.Already != already {
				t.Fatalf("%s: %+v, %v", name, asked, err)
			}
			if j := s.known("job-1"); j.Type != finch.DataSync || j.Status.Final() || j.ConnectionID != "c1" || j.RequestIDs[0] != "request-0" {
				t.Errorf("%s: known at once are %+v", name, j)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 25*time.Second)
			defer cancel()
			j, err := w.Follow(ctx, "job-1")
			if err != nil || j.Status != finch.JobComplete || ctx.Err() != nil {
				t.Errorf("%s: %+v, %v after %v", name, j, err, time.Since(began))
			}
		})
	}
}

func TestFollowingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := calm("c1")
		s.recordJob(finch.KnownJob{ID: "job-1", ConnectionID: "c1", Status: finch.JobRunning})
		w := newWatcher(newFinch(), s)
		ctx, cancel := context.WithTimeout(t.Context(), 25*time.Second)
		defer cancel()
		if j, err := w.Follow(ctx, "job-1"); err != nil || j.Status != finch.JobRunning {
			t.Errorf("got %+v, %v", j, err)
		}
		if _, err := w.Follow(t.Context(), "nobody's"); err == nil {
			t.Error("an unknown job was followed")
		}
	})
}

func TestARefusedSyncIsNoJob(t *testing.T) {
	t.Parallel()
	for _, refusal := range []*finch.Error{
		{Status: http.StatusBadRequest, Name: "bad_request"},
		{Status: http.StatusForbidden},
		{Status: http.StatusTooManyRequests, Until: time.Now().Add(time.Hour)},
		{Status: http.StatusUnauthorized, Name: "invalid_token_error"},
	} {
		f, s := newFinch(), calm("c1")
		f.runSync = func(context.Context, string) (finch.RunSync, error) { return finch.RunSync{}, refusal }
		_, err := newWatcher(f, s).RunSync(t.Context(), "c1")
		if !errors.Is(err, refusal) || len(s.jobs) != 0 || f.count("run sync", "c1") != 1 {
			t.Errorf("%v: got %v, jobs %v, calls %v", refusal, err, s.jobs, f.calls)
		}
		if lost := len(s.lost) == 1; lost != (refusal.Trouble() == finch.TroubleRevoked) {
			t.Errorf("%v: lost %v", refusal, s.lost)
		}
	}
	if _, err := newWatcher(newFinch(), newStore()).RunSync(t.Context(), "nobody"); !errors.Is(err, finch.ErrUnknown) {
		t.Errorf("for nobody: %v", err)
	}
}
