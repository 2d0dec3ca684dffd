package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"perch/store/internal/db"
)

// InboxItem is an event that was taken in and waits to be worked off.
type InboxItem struct {
	// Source and EventID together name the event: once taken in, never again.
	Source, EventID string
	// Payload is as it came.
	Payload  []byte
	Received time.Time
	// Attempts counts the claims so far, this one included.
	Attempts int
}

// TakeIn stores an event that came to a door. fresh is false if it was there
// already, worked off or not; nothing is stored then. After it returns without
// an error the event is on disk and may be acknowledged; after an error it may
// be there all the same.
func (s *Store) TakeIn(ctx context.Context, source, eventID string, payload []byte) (fresh bool, err error) {
	event := db.TakeInParams{
		Source: clean(source), EventID: clean(eventID), Payload: append([]byte{}, payload...), Received: stamp(s.now()),
	}
	var is bool // to be read once it is stored, and not if nobody waits for that
	err = s.admit(ctx, &arrival{
		key: "inbox\x00" + event.Source + "\x00" + event.EventID, rows: 1,
		store: func(ctx context.Context, q *db.Queries) error {
			added, err := q.TakeIn(ctx, event)
			is = added > 0
			return err
		},
	})
	if err != nil {
		return false, fmt.Errorf("take an event in: %w", err)
	}
	return is, nil
}

// ClaimInbox hands out up to n waiting events of a source, oldest first. Until
// the lease ends nobody else gets them; what is not Done by then is handed out
// again.
func (s *Store) ClaimInbox(ctx context.Context, source string, n int, lease time.Duration) ([]InboxItem, error) {
	now := s.now()
	var rows []db.ClaimInboxRow
	err := s.change(ctx, func(q *db.Queries) (err error) {
		rows, err = q.ClaimInbox(ctx, db.ClaimInboxParams{
			Source: clean(source), LeaseUntil: stamp(now.Add(lease)), Now: stamp(now), Count: count(n),
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim events: %w", err)
	}
	slices.SortFunc(rows, func(a, b db.ClaimInboxRow) int { return cmp.Compare(a.ID, b.ID) })
	items := make([]InboxItem, 0, len(rows))
	for _, r := range rows {
		items = append(items, InboxItem{
			Source: r.Source, EventID: r.EventID, Payload: r.Payload, Received: timeOf(r.Received), Attempts: int(r.Attempts),
		})
	}
	return items, nil
}

// Done marks an event as worked off. Its payload goes; that it came stays
// known until PruneInbox.
func (s *Store) Done(ctx context.Context, item InboxItem) error {
	err := s.writes.FinishInbox(ctx, db.FinishInboxParams{
		Empty: []byte{}, Source: clean(item.Source), EventID: clean(item.EventID),
	})
	if err != nil {
		return fmt.Errorf("mark an event as done: %w", damage(err))
	}
	return nil
}
