package store

import (
	"cmp"
	"context"
	"fmt"

	"perch/internal/alert"
	"perch/internal/thread"
	"perch/store/internal/db"
)

// ThreadShown is all that the reply shows whose card that is, but for who reads it.
// Thread.SharedBy is who consented that people of other companies do, for the
// thread or for its channel. Error: thread.ErrUnknown.
func (s *Store) ThreadShown(ctx context.Context, cardID int64) (thread.Shown, error) {
	shown := thread.Shown{Now: s.now()}
	err := s.view(ctx, func(q *db.Queries) error {
		row, err := q.ThreadByCard(ctx, cardID)
		if err != nil {
			return whyNoThread(err)
		}
		if shown.Thread, err = threadOf(ctx, q, row); err != nil {
			return err
		}
		shown.Thread.SharedBy, err = sharedBy(ctx, q, row)
		return err
	})
	if err != nil {
		return shown, fmt.Errorf("read a thread: %w", err)
	}
	if shown.Entries, err = s.Entries(ctx, shown.Thread.Bonds); err != nil {
		return shown, err
	}
	var open []alert.Problem
	for _, e := range shown.Entries {
		open = append(open, e.Problems...)
	}
	err = s.view(ctx, func(q *db.Queries) (err error) {
		shown.Others, err = talksOf(ctx, q, shown.Thread.ID, open...)
		return err
	})
	if err != nil {
		return shown, fmt.Errorf("look for threads on the same: %w", err)
	}
	return shown, nil
}

// sharedBy is who consented to others' reading a thread: for it, or its channel.
func sharedBy(ctx context.Context, q *db.Queries, row db.Thread) (string, error) {
	c, err := q.ThreadChannel(ctx, row.Channel)
	if err != nil && !missing(err) {
		return "", fmt.Errorf("select who shared the channel: %w", err)
	}
	return cmp.Or(row.SharedBy, c.SharedBy), nil
}

// Consented reports whether an admin lets people of other companies read what is
// said in the thread whose reply that card is. Error: thread.ErrUnknown.
func (s *Store) Consented(ctx context.Context, cardID int64) (bool, error) {
	var by string
	err := s.view(ctx, func(q *db.Queries) error {
		row, err := q.ThreadByCard(ctx, cardID)
		if err != nil {
			return whyNoThread(err)
		}
		by, err = sharedBy(ctx, q, row)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("read who shared a thread: %w", err)
	}
	return by != "", nil
}
