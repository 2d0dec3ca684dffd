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

// countFailures notes how many of the last syncs of a connection, which the
// transaction holds, failed in a row: with the status that decides whether it
// needs attention.
func (s *Store) countFailures(ctx context.Context, q *db.Queries, id string) error {
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
