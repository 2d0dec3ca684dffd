package store

import (
	"context"
	"fmt"

	"perch/internal/connect"
	"perch/store/internal/db"
)

// WatchCustomer notes that a person wants to hear when a session of the customer
// moves from where it is now.
func (s *Store) WatchCustomer(ctx context.Context, customerID, userID string) error {
	err := s.change(ctx, func(q *db.Queries) error {
		rows, err := customerSessions(ctx, q, clean(customerID), 1)
		if err != nil {
			return err
		}
		told := ""
		if len(rows) > 0 {
			told = whereabouts(connect.Outcome(rows[0].Outcome), connect.Stage(rows[0].Stage))
		}
		return q.WatchCustomer(ctx, db.WatchCustomerParams{
			CustomerID: clean(customerID), UserID: clean(userID), Made: stamp(s.now()), Told: told,
		})
	})
	if err != nil {
		return fmt.Errorf("watch a customer: %w", err)
	}
	return nil
}

// whereabouts is where a session stands, as it is told to those who watch.
func whereabouts(o connect.Outcome, at connect.Stage) string {
	return word(string(o) + " " + string(at))
}

// UnwatchCustomer ends that; it is no error if the person did not watch.
func (s *Store) UnwatchCustomer(ctx context.Context, customerID, userID string) error {
	err := s.writes.UnwatchCustomer(ctx, db.UnwatchCustomerParams{CustomerID: clean(customerID), UserID: clean(userID)})
	if err != nil {
		return fmt.Errorf("watch a customer no more: %w", damage(err))
	}
	return nil
}

// Watching reports whether a person watches a customer.
func (s *Store) Watching(ctx context.Context, customerID, userID string) (bool, error) {
	n, err := s.reads.CountWatches(ctx, db.CountWatchesParams{CustomerID: clean(customerID), UserID: clean(userID)})
	if err != nil {
		return false, fmt.Errorf("read who watches a customer: %w", damage(err))
	}
	return n > 0, nil
}
