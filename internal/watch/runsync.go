package watch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"perch/internal/finch"
)

// RunSync asks Finch to fetch a connection's data now. The job is recorded and
// followed like any other. The error holds a *finch.Error where Finch refused,
// finch.ErrUnknown or finch.ErrNoToken. It is never tried a second time: Finch
// allows few syncs an hour.
func (w *Watcher) RunSync(ctx context.Context, connectionID string) (finch.RunSync, error) {
	token, err := w.store.Token(ctx, connectionID)
	if err != nil {
		return finch.RunSync{}, fmt.Errorf("take the token: %w", err)
	}
	run, err := w.people.RunSync(ctx, token)
	if err != nil {
		return run, errors.Join(fmt.Errorf("ask for a sync: %w", err), w.lost(ctx, connectionID, token, err))
	}
	ctx, cancel := recording(ctx)
	defer cancel()
	return run, w.follow(ctx, askedSync(connectionID, run, w.now()))
}

// askedSync is what is known of a sync that was just asked for.
func askedSync(connectionID string, run finch.RunSync, now time.Time) finch.KnownJob {
	job := finch.KnownJob{
		ID: run.JobID, Kind: finch.Automated, ConnectionID: connectionID, Type: finch.DataSync,
		Status: finch.JobPending, FirstSeen: now, RequestIDs: requestIDs(run.RequestID),
	}
	if run.Already {
		job.Status = finch.JobRunning
	} else {
		job.Created = now
	}
	return job
}

// follow records a job that was begun, and has it read.
func (w *Watcher) follow(ctx context.Context, job finch.KnownJob) error {
	if err := w.keepJobs(ctx, []finch.KnownJob{job}); err != nil {
		return err
	}
	return w.readSoon(ctx, job.ID)
}

// glance is how often Follow sees whether its job is over.
const glance = time.Second

// Follow waits until a job is over or ctx ends, and returns what is known of it
// then. The job is read by the sweep, so Run must be running. It fails only if
// the job is not known here or the store does not answer.
func (w *Watcher) Follow(ctx context.Context, jobID string) (finch.KnownJob, error) {
	ticker := time.NewTicker(glance)
	defer ticker.Stop()
	for {
		line, err := w.store.Job(context.WithoutCancel(ctx), jobID)
		if err != nil {
			return finch.KnownJob{}, fmt.Errorf("follow job %s: %w", jobID, err)
		}
		if line.Status.Final() || line.Gone {
			return line.KnownJob, nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return line.KnownJob, nil
		}
	}
}
