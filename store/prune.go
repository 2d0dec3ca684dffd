package store

import (
	"context"
	"fmt"
	"time"

	"perch/store/internal/db"
)

// How many rows a step removes, so that other writers wait some 20 ms for it
// at most. A job stands in seven indexes, in most of them far from its neighbours.
const (
	pruneChunk     = 500
	pruneJobsChunk = 100
)

// PruneInbox removes events received before the given time, and which messages of
// threads were heard before it, and returns how many events went.
func (s *Store) PruneInbox(ctx context.Context, before time.Time) (int, error) {
	n, err := s.prune(ctx, pruneChunk, func(q *db.Queries) (int64, error) {
		return q.PruneInbox(ctx, db.PruneInboxParams{Before: stamp(before), Count: pruneChunk})
	})
	if err == nil {
		_, err = s.prune(ctx, pruneChunk, func(q *db.Queries) (int64, error) {
			return q.PruneHeard(ctx, db.PruneHeardParams{Before: stamp(before), Count: pruneChunk})
		})
	}
	if err != nil {
		return n, fmt.Errorf("prune the inbox: %w", err)
	}
	return n, nil
}

// PruneJobs removes jobs that happened before the given time, and what was asked
// of any before it, and returns how many jobs went. A job that is still to be read
// stays.
func (s *Store) PruneJobs(ctx context.Context, before time.Time) (int, error) {
	n, err := s.prune(ctx, pruneJobsChunk, func(q *db.Queries) (int64, error) {
		return q.PruneJobs(ctx, db.PruneJobsParams{Before: stamp(before), Count: pruneJobsChunk})
	})
	if err == nil {
		_, err = s.prune(ctx, pruneChunk, func(q *db.Queries) (int64, error) {
			return q.PruneAsks(ctx, db.PruneAsksParams{Before: stamp(before), Count: pruneChunk})
		})
	}
	if err != nil {
		return n, fmt.Errorf("prune the jobs: %w", err)
	}
	return n, nil
}

// PruneChanges removes steps of status histories from before the given time
// and returns how many went.
func (s *Store) PruneChanges(ctx context.Context, before time.Time) (int, error) {
	n, err := s.prune(ctx, pruneChunk, func(q *db.Queries) (int64, error) {
		return q.PruneChanges(ctx, db.PruneChangesParams{Before: stamp(before), Count: pruneChunk})
	})
	if err != nil {
		return n, fmt.Errorf("prune the status histories: %w", err)
	}
	return n, nil
}

// PruneProblems removes problems that were over before the given time, with all
// that was noted of them, and returns how many went. How they were resolved goes if
// it was saved before that time.
func (s *Store) PruneProblems(ctx context.Context, before time.Time) (int, error) {
	n, err := s.prune(ctx, pruneJobsChunk, func(q *db.Queries) (int64, error) { return pruneProblems(ctx, q, before) })
	if err == nil {
		_, err = s.prune(ctx, pruneChunk, func(q *db.Queries) (int64, error) {
			return q.PruneCards(ctx, db.PruneCardsParams{Before: stamp(before), Count: pruneChunk})
		})
	}
	if err == nil {
		_, err = s.prune(ctx, pruneChunk, func(q *db.Queries) (int64, error) {
			return q.PruneResolutions(ctx, db.PruneResolutionsParams{Before: stamp(before), Count: pruneChunk})
		})
	}
	if err != nil {
		return n, fmt.Errorf("prune the problems: %w", err)
	}
	return n, nil
}

func pruneProblems(ctx context.Context, q *db.Queries, before time.Time) (int64, error) {
	ids, err := q.PrunedProblems(ctx, db.PrunedProblemsParams{Before: stamp(before), Count: pruneJobsChunk})
	if err != nil {
		return 0, fmt.Errorf("select what is to go: %w", err)
	}
	for _, id := range ids {
		for _, drop := range []func(context.Context, int64) error{q.DropProblemEvents, q.DropTellings, q.DropProblemCards, q.DropProblem} {
			if err := drop(ctx, id); err != nil {
				return 0, fmt.Errorf("remove problem %d: %w", id, err)
			}
		}
	}
	return int64(len(ids)), nil
}

// prune removes in steps of so many rows until one finds fewer; others write in
// between.
func (s *Store) prune(ctx context.Context, chunk int64, remove func(*db.Queries) (int64, error)) (int, error) {
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
		if n < chunk {
			return total, nil
		}
	}
}
