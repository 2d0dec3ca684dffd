package store

import (
	"context"
	"fmt"
	"time"

	"perch/internal/alert"
	"perch/internal/connect"
	"perch/store/internal/db"
)

// betweenNotices is how often a watcher hears of one customer at most: what moves
// sooner after the last word is told in one, when that time has passed.
const betweenNotices = time.Minute

// noticeWatchers owes those who watch a customer a word if the last session stands
// elsewhere than they were told. A watch ends when the customer is connected. next
// is when somebody is to be told of what moved too soon; zero for nobody.
func (s *Store) noticeWatchers(ctx context.Context, q *db.Queries, customerID string, last connect.Reading) (owed bool, next time.Time, err error) {
	watches, err := q.WatchesOf(ctx, customerID)
	if err != nil {
		return false, time.Time{}, fmt.Errorf("select who watches the customer: %w", err)
	}
	now, p := millis(s.now()), last.Progress
	stands, through := whereabouts(p.Outcome, p.Stage), p.Outcome == connect.Connected && !p.Provisional
	for _, w := range watches {
		moved, again := w.Told != stands, timeOf(w.ToldAt).Add(betweenNotices)
		if moved && !through && w.ToldAt > 0 && now.Before(again) {
			if next.IsZero() || again.Before(next) {
				next = again
			}
			continue
		}
		if moved || through && w.ToldAt > 0 {
			if err := s.oweWatcher(ctx, q, w.UserID, last, now); err != nil {
				return false, time.Time{}, err
			}
			owed = true
		}
		switch {
		case through:
			err = q.UnwatchCustomer(ctx, db.UnwatchCustomerParams{CustomerID: customerID, UserID: w.UserID})
		case moved:
			err = q.NoteWatch(ctx, db.NoteWatchParams{CustomerID: customerID, UserID: w.UserID, Told: stands, ToldAt: stamp(now)})
		}
		if err != nil {
			return false, time.Time{}, fmt.Errorf("note what a watcher was told: %w", err)
		}
	}
	return owed, next, nil
}

func (s *Store) oweWatcher(ctx context.Context, q *db.Queries, userID string, last connect.Reading, now time.Time) error {
	return s.owe(ctx, q, alert.Delivery{
		Channel: userID, Kind: alert.NoticeMessage, Owed: now, Body: alert.Body{Who: userID, Words: alert.WatchWords(last, now)},
	})
}
