package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"perch/internal/alert"
	"perch/store/internal/db"
)

// owe adds a message to what is owed to a channel, within the transaction that
// decided so. Its key is made here if it has none; a key that is there already
// is owed once. Owed is now if it is zero. Whoever calls it wakes the teller
// after the commit.
func (s *Store) owe(ctx context.Context, q *db.Queries, d alert.Delivery) error {
	if d.Key == "" {
		d.Key = uuid.NewString()
	}
	body, err := json.Marshal(d.Body)
	if err != nil {
		return fmt.Errorf("write what a message says: %w", err)
	}
	err = q.Owe(ctx, db.OweParams{
		Key: clean(d.Key), Channel: clean(d.Channel), Kind: string(d.Kind),
		SubscriptionID: d.SubscriptionID, ProblemID: d.ProblemID, CardID: d.CardID,
		Body: clean(string(body)), Owed: stamp(s.moment(d.Owed)),
	})
	if err != nil {
		return fmt.Errorf("owe a message: %w", err)
	}
	return nil
}

// unowe takes back what one subscription has not been told of a problem yet, and
// returns how many messages that were. What was sent off already is told.
func (s *Store) unowe(ctx context.Context, q *db.Queries, problemID, subscriptionID int64, reason string) (int, error) {
	n, err := q.Unowe(ctx, db.UnoweParams{Now: stamp(s.now()), Reason: reason, ProblemID: problemID, SubscriptionID: subscriptionID})
	if err != nil {
		return 0, fmt.Errorf("take back what is owed: %w", err)
	}
	return int(n), nil
}

// unoweAll is unowe for all that a subscription has not been told yet, for when
// it ends or begins anew. Summaries stay: they may tell another's problems too.
func (s *Store) unoweAll(ctx context.Context, q *db.Queries, subscriptionID int64, reason string) (int, error) {
	n, err := q.UnoweAll(ctx, db.UnoweAllParams{Now: stamp(s.now()), Reason: reason, SubscriptionID: subscriptionID})
	if err != nil {
		return 0, fmt.Errorf("take back all that is owed: %w", err)
	}
	return int(n), nil
}

// soil notes that the cards which show a problem are not true any more, on their
// own or in a list. They are edited from the given time on; now if it is zero.
func (s *Store) soil(ctx context.Context, q *db.Queries, problemID int64, at time.Time) error {
	from := stamp(s.moment(at))
	err := q.SoilCards(ctx, db.SoilCardsParams{ProblemID: problemID, At: from})
	if err == nil {
		err = q.SoilLists(ctx, db.SoilListsParams{ProblemID: problemID, At: from})
	}
	if err != nil {
		return fmt.Errorf("note that cards are out of date: %w", err)
	}
	return nil
}

// wakeLane has a channel tried again at once, whatever Slack said there before.
func (s *Store) wakeLane(ctx context.Context, q *db.Queries, channel string) error {
	if err := q.WakeLane(ctx, db.WakeLaneParams{Channel: clean(channel), At: stamp(s.now())}); err != nil {
		return fmt.Errorf("wake a channel: %w", err)
	}
	return nil
}
