package store

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"perch/internal/finch"
	"perch/store/internal/db"
)

// ClaimDue hands out up to n connections whose turn it is to be looked at, the
// longest due first taken. Until the lease ends nobody else gets them; after it
// they are due again, unless Postpone named another time.
func (s *Store) ClaimDue(ctx context.Context, n int, lease time.Duration) ([]finch.Due, error) {
	now := s.now()
	var rows []db.ClaimDueRow
	err := s.change(ctx, func(q *db.Queries) (err error) {
		rows, err = q.ClaimDue(ctx, db.ClaimDueParams{LeaseUntil: stamp(now.Add(lease)), Now: stamp(now), Count: count(n)})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim connections to look at: %w", err)
	}
	due := make([]finch.Due, 0, len(rows))
	for _, r := range rows {
		due = append(due, finch.Due{ConnectionID: r.ID, Fence: r.LookFence})
	}
	return due, nil
}

// Postpone sets when the connection is to be looked at next. It changes
// nothing, and that is no error, if the claim was overtaken by another or the
// connection's token has gone meanwhile.
func (s *Store) Postpone(ctx context.Context, d finch.Due, next time.Time) error {
	err := s.writes.Postpone(ctx, db.PostponeParams{ID: clean(d.ConnectionID), Fence: d.Fence, NextLook: stamp(next)})
	if err != nil {
		return fmt.Errorf("postpone a look: %w", damage(err))
	}
	return nil
}

// LookSoon makes a connection due now. A look under way does not put it off
// again: it may have asked too early. Nothing happens without a token.
func (s *Store) LookSoon(ctx context.Context, connectionID string) error {
	err := s.writes.LookSoon(ctx, db.LookSoonParams{ID: clean(connectionID), Now: stamp(s.now())})
	if err != nil {
		return fmt.Errorf("bring a look forward: %w", damage(err))
	}
	return nil
}

// FreeClaims ends the claims on events, jobs, connections and sessions of a process
// that is gone, where it is certain that none but this one uses the database;
// elsewhere they run out. lease is the longest that those on jobs and connections
// can have: what comes due within it is handed out at once.
func (s *Store) FreeClaims(ctx context.Context, lease time.Duration) error {
	if s.lock == nil {
		return nil
	}
	now := s.now()
	until := stamp(now.Add(lease))
	err := s.change(ctx, func(q *db.Queries) error {
		return cmp.Or(
			q.FreeInbox(ctx, stamp(now)),
			q.FreeReads(ctx, db.FreeReadsParams{Now: stamp(now), Until: until}),
			q.FreeLooks(ctx, db.FreeLooksParams{Now: stamp(now), Until: until}),
			q.FreeSessions(ctx, db.FreeSessionsParams{Now: stamp(now), Until: stamp(now.Add(readLease))}),
		)
	})
	if err != nil {
		return fmt.Errorf("free what was claimed: %w", err)
	}
	return nil
}

// count is how many rows to ask for.
func count(n int) int32 { return int32(min(max(n, 0), 10_000)) }
