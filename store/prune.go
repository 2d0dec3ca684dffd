package store

import (
	"context"
	"fmt"
	"time"

	"perch/store/internal/db"
)

// pruneChunk keeps other writers waiting no longer than some 20 ms.
const pruneChunk = 500

// PruneInbox removes events received before the given time and returns how many went.
func (s *Store) PruneInbox(ctx context.Context, before time.Time) (int, error) {
	n, err := s.prune(ctx, func(q *db.Queries) (int64, error) {
		return q.PruneInbox(ctx, db.PruneInboxParams{Before: stamp(before), Count: pruneChunk})
	})
	if err != nil {
		return n, fmt.Errorf("prune the inbox: %w", err)
	}
	return n, nil
}

// PruneJobs removes jobs that happened before the given time and returns how
// many went. A job that is still to be read stays.
func (s *Store) PruneJobs(ctx context.Context, before time.Time) (int, error) {
	n, err := s.prune(ctx, func(q *db.Queries) (int64, error) {
		return q.PruneJobs(ctx, db.PruneJobsParams{Before: stamp(before), Count: pruneChunk})
	})
	if err != nil {
		return n, fmt.Errorf("prune the jobs: %w", err)
	}
	return n, nil
}

// PruneChanges removes steps of status histories from before the given time
// and returns how many went.
func (s *Store) PruneChanges(ctx context.Context, before time.Time) (int, error) {
	n, err := s.prune(ctx, func(q *db.Queries) (int64, error) {
		return q.PruneChanges(ctx, db.PruneChangesParams{Before: stamp(before), Count: pruneChunk})
	})
	if err != nil {
		return n, fmt.Errorf("prune the status histories: %w", err)
	}
	return n, nil
}

// prune removes in small steps, so that others can write in between.
func (s *Store) prune(ctx context.Context, remove func(*db.Queries) (int64, error)) (int, error) {
	total := 0
	for {
		var n int64
		err := s.change(ctx, func(q *db.Queries) (err error) {
			n, err = remove(q)
			return err
		})
		if err != nil {
			return total, err
		}
		total += int(n)
		if n < pruneChunk {
			return total, nil
		}
	}
}
