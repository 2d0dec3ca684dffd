package store

import (
	"context"
	"fmt"
	"time"

	"perch/store/internal/db"
)

// PruneSessions removes sessions that were over before the given time, with all
// that was noted of them, and what the funnel and the audit log say of that time.
// It returns how many sessions went.
func (s *Store) PruneSessions(ctx context.Context, before time.Time) (int, error) {
	n, err := s.pruneSessions(ctx, before)
	if err == nil {
		_, err = s.prune(ctx, 1, func(q *db.Queries) (int64, error) { return q.PruneFunnel(ctx, dayOf(before)) })
	}
	if err == nil {
		_, err = s.prune(ctx, pruneChunk, func(q *db.Queries) (int64, error) {
			return q.PruneAudit(ctx, db.PruneAuditParams{Before: stamp(before), Count: pruneChunk})
		})
	}
	if err != nil {
		return n, fmt.Errorf("prune the Connect sessions: %w", err)
	}
	return n, nil
}

// pruneSessions goes on until nothing old is left. A step removes so many rows,
// events above all.
func (s *Store) pruneSessions(ctx context.Context, before time.Time) (total int, err error) {
	for {
		var gone, rows int64
		err := s.change(ctx, func(q *db.Queries) (err error) {
			gone, rows, err = pruneSomeSessions(ctx, q, before)
			return err
		})
		if err != nil {
			return total, err
		}
		total += int(gone)
		if rows == 0 {
			return total, nil
		}
	}
}

// pruneSomeSessions removes sessions with their rows until it has removed enough.
func pruneSomeSessions(ctx context.Context, q *db.Queries, before time.Time) (gone, rows int64, err error) {
	old, err := q.OldSessions(ctx, db.OldSessionsParams{Before: stamp(before), Count: pruneJobsChunk})
	if err != nil {
		return 0, 0, fmt.Errorf("select what is to go: %w", err)
	}
	for _, o := range old {
		if rows >= pruneChunk {
			break
		}
		n, err := q.DropEventsOfSession(ctx, db.DropEventsOfSessionParams{Session: o.Num, Count: pruneChunk})
		if err != nil {
			return 0, 0, fmt.Errorf("remove the events of a session: %w", err)
		}
		rows += n
		if n == pruneChunk { // there may be more of them
			break
		}
		if err := dropSession(ctx, q, o); err != nil {
			return 0, 0, err
		}
		gone++
		rows++
	}
	return gone, rows, nil
}

func dropSession(ctx context.Context, q *db.Queries, o db.OldSessionsRow) error {
	for _, drop := range []func(context.Context, int64) error{q.DropErrorsOfSession, q.DropLinkOfSession, q.DropSession} {
		if err := drop(ctx, o.Num); err != nil {
			return fmt.Errorf("remove a session: %w", err)
		}
	}
	if o.Newest == 0 || o.CustomerID == "" {
		return nil
	}
	_, err := q.NewestSession(ctx, o.CustomerID)
	if missing(err) {
		if err := q.DropWatchesOf(ctx, o.CustomerID); err != nil {
			return fmt.Errorf("remove who watches: %w", err)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for the customer's last session: %w", err)
	}
	return markNewest(ctx, q, o.CustomerID, "")
}
