package store

import (
	"context"
	"fmt"
	"time"

	"perch/internal/finch"
	"perch/store/internal/db"
)

// ClaimJobs hands out up to n jobs whose turn it is to be read, the longest due
// first taken. Until the lease ends nobody else gets them; after it they are
// due again, unless PostponeJob named another time. Only jobs of connections
// with a token are ever due.
func (s *Store) ClaimJobs(ctx context.Context, n int, lease time.Duration) ([]finch.DueJob, error) {
	now := s.now()
	var rows []db.ClaimJobsRow
	err := s.change(ctx, func(q *db.Queries) (err error) {
		rows, err = q.ClaimJobs(ctx, db.ClaimJobsParams{LeaseUntil: stamp(now.Add(lease)), Now: stamp(now), Count: count(n)})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim jobs to read: %w", err)
	}
	due := make([]finch.DueJob, 0, len(rows))
	for _, r := range rows {
		due = append(due, finch.DueJob{JobID: r.ID, ConnectionID: r.ConnectionID, Kind: finch.JobKind(r.Kind), Fence: r.ReadFence})
	}
	return due, nil
}

// PostponeJob sets when the job is to be read next; the zero time is never
// again. It changes nothing, and that is no error, if the claim was overtaken,
// the job has been recorded as final or gone, or the token went meanwhile.
func (s *Store) PostponeJob(ctx context.Context, d finch.DueJob, next time.Time) error {
	err := s.writes.PostponeJob(ctx, db.PostponeJobParams{ID: clean(d.JobID), Fence: d.Fence, NextRead: stamp(next)})
	if err != nil {
		return fmt.Errorf("postpone a read: %w", damage(err))
	}
	return nil
}

// ReadSoon makes a job due now. A read under way does not put it off again: it
// may have asked too early. Nothing happens to a job that is unknown, final or
// gone, or without a token.
func (s *Store) ReadSoon(ctx context.Context, jobID string) error {
	if err := s.writes.ReadSoon(ctx, db.ReadSoonParams{ID: clean(jobID), Now: stamp(s.now())}); err != nil {
		return fmt.Errorf("have a job read soon: %w", damage(err))
	}
	return nil
}

// ReadWhenOver makes a scheduled sync due at the given time instead of when it
// begins. One that is due before it begins stays so: a list that says it lies
// ahead is older than what had it made due, say the webhook that it is over.
func (s *Store) ReadWhenOver(ctx context.Context, jobID string, at time.Time) error {
	if err := s.writes.ReadWhenOver(ctx, db.ReadWhenOverParams{ID: clean(jobID), At: stamp(at)}); err != nil {
		return fmt.Errorf("have a sync read when it is over: %w", damage(err))
	}
	return nil
}

// resumeReads makes the unfinished jobs of a connection that got a token due.
func resumeReads(ctx context.Context, q *db.Queries, connectionID string, at time.Time) error {
	if err := q.ResumeReads(ctx, db.ResumeReadsParams{ConnectionID: connectionID, At: stamp(at)}); err != nil {
		return fmt.Errorf("resume reading the jobs: %w", err)
	}
	return nil
}

// endReads takes the jobs of a connection out of the queue.
func endReads(ctx context.Context, q *db.Queries, connectionID string) error {
	if err := q.EndReads(ctx, connectionID); err != nil {
		return fmt.Errorf("end reading the jobs: %w", err)
	}
	return nil
}
