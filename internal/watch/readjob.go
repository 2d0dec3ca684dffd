package watch

import (
	"context"
	"fmt"

	"perch/internal/finch"
)

// ReadJob asks Finch for one job now, records the answer and returns what is
// known then, all within about 25 s. Calls for the same job at the same time are
// one reading. A job that is over is asked for too: Finch's support is helped by
// the id of a request of today. The error holds a *finch.Error where Finch did
// not answer as hoped, finch.ErrUnknownJob, finch.ErrUnknown or finch.ErrNoToken.
// A cancelled ctx ends the waiting only.
func (w *Watcher) ReadJob(ctx context.Context, jobID string) (finch.JobLine, error) {
	flight := w.flights.DoChan("job "+jobID, func() (any, error) { return w.readNow(jobID) })
	select {
	case <-ctx.Done():
		return finch.JobLine{}, fmt.Errorf("wait for a reading of job %s: %w", jobID, ctx.Err())
	case r := <-flight:
		line, _ := r.Val.(finch.JobLine)
		return line, r.Err
	}
}

// readNow is a reading on the watcher's own time. When the sweep reads the job
// next stays as it is.
func (w *Watcher) readNow(jobID string) (line finch.JobLine, err error) {
	if !w.work.enter() {
		return line, fmt.Errorf("read job %s: %w", jobID, finch.ErrStopping)
	}
	defer w.work.leave()
	ctx, cancel := context.WithTimeout(w.life, readWithin)
	defer cancel()
	err = w.survive(func() error {
		var err error
		line, err = w.readFor(ctx, jobID)
		return err
	})
	if err != nil {
		return line, fmt.Errorf("read job %s: %w", jobID, err)
	}
	return line, nil
}

// readFor asks on behalf of a person.
func (w *Watcher) readFor(ctx context.Context, jobID string) (finch.JobLine, error) {
	line, err := w.store.Job(ctx, jobID)
	if err != nil {
		return line, fmt.Errorf("read what is known: %w", err)
	}
	due := finch.DueJob{JobID: line.ID, ConnectionID: line.ConnectionID, Kind: line.Kind}
	job, err := w.askJob(ctx, due, line.KnownJob, people)
	if err != nil {
		return line, err
	}
	ctx, cancel := recording(ctx)
	defer cancel()
	if line.Status.Final() {
		err = w.keepJobs(ctx, []finch.KnownJob{job})
	} else {
		_, err = w.conclude(ctx, job)
	}
	if err != nil {
		return line, err
	}
	return w.store.Job(ctx, line.ID)
}
