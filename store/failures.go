package store

import (
	"context"
	"fmt"

	"perch/internal/finch"
	"perch/store/internal/db"
)

// failuresLooked is how many of the last syncs are asked for failures in a row:
// as many as a connection's card draws.
const failuresLooked = 14

// endedAt is the connection of a sync that is over with this word of it, or ""
// where the word says no such thing.
func endedAt(said finch.KnownJob) string {
	if said.Kind == finch.Manual || !said.Status.Final() && said.Status != finch.JobMissing {
		return ""
	}
	return word(said.ConnectionID)
}

// countFailures notes how many of the last syncs of these connections failed in
// a row, which decides with the status whether they need attention. It is a
// transaction of its own: whoever holds a connection may wait for its jobs, so
// nobody may wait the other way round. What breaks off before it is made good
// by the next sync that ends.
func (s *Store) countFailures(ctx context.Context, connections map[string]bool) error {
	delete(connections, "")
	for id := range connections {
		if err := s.change(ctx, func(q *db.Queries) error { return s.countFailuresOf(ctx, q, id) }); err != nil {
			return fmt.Errorf("count the failures in a row: %w", err)
		}
	}
	return nil
}

func (s *Store) countFailuresOf(ctx context.Context, q *db.Queries, id string) error {
	if err := q.Hold(ctx, id); err != nil {
		return fmt.Errorf("hold the connection: %w", err)
	}
	known, err := q.Standing(ctx, id)
	if missing(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("select the connection: %w", err)
	}
	syncs, err := lastSyncs(ctx, q, db.LastSyncsParams{ConnectionID: id, Type: finch.DataSync, Now: stamp(s.now()), Count: failuresLooked})
	if err != nil {
		return err
	}
	n := finch.FailedInARow(syncs)
	if int(known.Failures) == n {
		return nil
	}
	calm := !finch.Status(known.Worst).NeedsAttention() && (n < finch.TooManyFailures || known.Ended != 0)
	if err := q.SaveFailures(ctx, db.SaveFailuresParams{ID: id, Failures: int16(n), Calm: flag(calm)}); err != nil {
		return fmt.Errorf("save the failures in a row: %w", err)
	}
	return nil
}
