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
	return s.oweTo(ctx, q, d, 0)
}

// oweQuietly is owe for whoever holds the channel's lane and sees to it.
func (s *Store) oweQuietly(ctx context.Context, q *db.Queries, d alert.Delivery) error {
	return s.oweTo(ctx, q, d, 1)
}

func (s *Store) oweTo(ctx context.Context, q *db.Queries, d alert.Delivery, noticed int16) error {
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
		Body: clean(string(body)), Owed: stamp(s.moment(d.Owed)), Noticed: noticed,
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

// How far a message is, as stored.
const (
	stateSentOff = 1
	stateTold    = 2
	stateFolded  = 3
	stateGivenUp = 4
)

// ending is how a message's way ends.
type ending struct {
	state      int16
	ts, reason string
	card       int64
}

// finish ends the way of the head.
func (s *Store) finish(ctx context.Context, q *db.Queries, t alert.Turn, e ending) error {
	if e.card == 0 {
		e.card = t.Head.CardID
	}
	err := q.FinishDelivery(ctx, db.FinishDeliveryParams{
		ID: t.Head.ID, State: e.state, Now: stamp(s.now()), Ts: clean(e.ts), Error: clean(e.reason), CardID: e.card,
	})
	if err != nil {
		return fmt.Errorf("finish a message: %w", err)
	}
	return nil
}

// betweenPosts is Slack's pace in one channel.
const betweenPosts = time.Second

// NoteTurn records what became of a turn and gives the lane back. Errors:
// alert.ErrOvertaken if somebody else has the lane by now; nothing is recorded
// then.
func (s *Store) NoteTurn(ctx context.Context, t alert.Turn, r alert.Result) error {
	err := s.change(ctx, func(q *db.Queries) error {
		held, err := q.HoldLane(ctx, db.HoldLaneParams{Channel: t.Lane.Channel, Fence: t.Lane.Fence})
		if err != nil {
			return fmt.Errorf("hold the lane: %w", err)
		}
		if held == 0 {
			return alert.ErrOvertaken
		}
		if err := s.noteResult(ctx, q, t, r); err != nil {
			return err
		}
		return s.giveBack(ctx, q, t.Lane, r)
	})
	if err != nil {
		return fmt.Errorf("note what became of a message: %w", err)
	}
	return nil
}

func (s *Store) noteResult(ctx context.Context, q *db.Queries, t alert.Turn, r alert.Result) error {
	switch r.End {
	case alert.EndStands:
		if err := s.finish(ctx, q, t, ending{state: stateTold, ts: r.TS}); err != nil {
			return err
		}
		return s.place(ctx, q, t, r)
	case alert.EndUnsent:
		return q.TakeBack(ctx, t.Head.ID)
	case alert.EndMissed:
		return q.MissDelivery(ctx, t.Head.ID)
	case alert.EndGivenUp:
		if err := s.finish(ctx, q, t, ending{state: stateGivenUp, reason: r.Reason}); err != nil {
			return err
		}
		return s.withdraw(ctx, q, *t.Head, r.Reason)
	}
	return nil // sent off as before
}

// giveBack gives the lane back, due again if more is owed.
func (s *Store) giveBack(ctx context.Context, q *db.Queries, lane alert.Lane, r alert.Result) error {
	now := s.now()
	back := release{next: r.Until, fails: lane.Fails}
	switch {
	case r.End == alert.EndStands:
		back = release{next: now.Add(betweenPosts)}
	case r.Silent:
		back.fails++
	case r.End == alert.EndUnsent, r.End == alert.EndGivenUp:
		back.fails = 0 // Slack has answered
	}
	if back.next.Before(now) {
		back.next = now
	}
	owed, err := q.IsOwed(ctx, lane.Channel)
	if err != nil {
		return fmt.Errorf("look for more that is owed: %w", err)
	}
	if owed != 0 {
		back.due = back.next
	}
	return s.release(ctx, q, lane, back)
}

// Ended reports where a message of another sender's came to stand: ended is
// false while its way goes on, ts empty if it was not told.
func (s *Store) Ended(ctx context.Context, deliveryID int64) (ended bool, ts string, err error) {
	row, err := s.reads.DeliveryEnd(ctx, deliveryID)
	if missing(err) {
		return true, "", nil
	}
	if err != nil {
		return false, "", fmt.Errorf("look where a message stands: %w", damage(err))
	}
	return row.State > stateSentOff, row.Ts, nil
}

// Backlog is how many messages are owed to channels that may be written to, and
// since when the oldest is; zero if none is.
func (s *Store) Backlog(ctx context.Context) (owed int, oldest time.Time, err error) {
	row, err := s.reads.Backlog(ctx)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("count what is owed: %w", damage(err))
	}
	return int(row.Owed), timeOf(row.Oldest), nil
}

// Held is how many problems wait to be told until their time comes.
func (s *Store) Held(ctx context.Context) (int, error) {
	n, err := s.reads.CountHeld(ctx)
	if err != nil {
		return 0, fmt.Errorf("count what is held: %w", damage(err))
	}
	return int(n), nil
}

// PruneOutbox removes messages that were told, or given up, before the given
// time, and what was owed before it and never could be told. It returns how many
// went.
func (s *Store) PruneOutbox(ctx context.Context, before time.Time) (int, error) {
	told, err := s.prune(ctx, pruneChunk, func(q *db.Queries) (int64, error) {
		return q.PruneTold(ctx, db.PruneToldParams{Before: stamp(before), Count: pruneChunk})
	})
	owed := 0
	if err == nil {
		owed, err = s.prune(ctx, pruneChunk, func(q *db.Queries) (int64, error) {
			return q.PruneOwed(ctx, db.PruneOwedParams{Before: stamp(before), Count: pruneChunk})
		})
	}
	if err != nil {
		return told + owed, fmt.Errorf("prune the outbox: %w", err)
	}
	return told + owed, nil
}
