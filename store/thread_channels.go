package store

import (
	"context"
	"fmt"
	"time"

	"perch/internal/alert"
	"perch/internal/thread"
	"perch/store/internal/db"
)

// ThreadChannel returns whether Perch reads along in a channel: it does not where
// nobody switched it on.
func (s *Store) ThreadChannel(ctx context.Context, channel string) (thread.Channel, error) {
	row, err := s.reads.ThreadChannel(ctx, word(channel))
	if missing(err) {
		return thread.Channel{ID: channel}, nil
	}
	if err != nil {
		return thread.Channel{}, fmt.Errorf("read whether a channel is read: %w", damage(err))
	}
	return thread.Channel{
		ID: row.Channel, On: row.Listens != 0, By: row.Switcher, At: timeOf(row.Switched), SharedBy: row.SharedBy, Offered: timeOf(row.Offered),
	}, nil
}

// SwitchThreads keeps whether Perch reads along in a channel, and who said so. At
// is now if it is zero.
func (s *Store) SwitchThreads(ctx context.Context, c thread.Channel) error {
	err := s.writes.SwitchThreads(ctx, db.SwitchThreadsParams{
		Channel: word(c.ID), Listens: flag(c.On), Switcher: word(c.By), Switched: stamp(s.moment(c.At)), SharedBy: word(c.SharedBy),
	})
	if err != nil {
		return fmt.Errorf("switch reading along: %w", damage(err))
	}
	return nil
}

// OfferThreads owes a channel the offer to read along: once ever, and not where
// somebody has switched it.
func (s *Store) OfferThreads(ctx context.Context, channel string) error {
	err := s.changeAndJudge(ctx, func(q *db.Queries) (bool, error) {
		n, err := q.OfferThreads(ctx, db.OfferThreadsParams{Channel: word(channel), Now: stamp(s.now())})
		if err != nil || n == 0 {
			return false, err
		}
		return true, s.owe(ctx, q, alert.Delivery{Channel: word(channel), Kind: alert.OfferMessage})
	})
	if err != nil {
		return fmt.Errorf("offer to read along: %w", err)
	}
	return nil
}

// CountThreads is how many threads of a channel are bound.
func (s *Store) CountThreads(ctx context.Context, channel string) (int, error) {
	n, err := s.reads.CountThreads(ctx, word(channel))
	if err != nil {
		return 0, fmt.Errorf("count threads: %w", damage(err))
	}
	return int(n), nil
}

// ThreadPulse is how threads fare in all channels together.
type ThreadPulse struct {
	// Channels are those where Perch reads along, Threads those that it follows.
	Channels, Threads int
	// Replies are owed and not sent, the oldest since Oldest.
	Replies int
	Oldest  time.Time
}

// ThreadPulse returns how threads fare.
func (s *Store) ThreadPulse(ctx context.Context) (ThreadPulse, error) {
	row, err := s.reads.ThreadPulse(ctx)
	if err != nil {
		return ThreadPulse{}, fmt.Errorf("see how threads fare: %w", damage(err))
	}
	return ThreadPulse{Channels: int(row.Channels), Threads: int(row.Threads), Replies: int(row.Replies), Oldest: timeOf(row.Oldest)}, nil
}
