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
	stands := whereabouts(p.Outcome, p.Stage)
	for _, w := range watches {
		again := timeOf(w.ToldAt).Add(betweenNotices)
		through := p.Outcome == connect.Connected && !p.Provisional
		switch {
		case w.Told != stands && w.ToldAt > 0 && now.Before(again) && !through:
			if next.IsZero() || again.Before(next) {
				next = again
			}
			continue
		case w.Told != stands || through && w.ToldAt > 0:
			if err := s.oweWatcher(ctx, q, w.UserID, last, now); err != nil {
				return false, time.Time{}, err
			}
			owed = true
		}
		if err := s.noteWatch(ctx, q, customerID, w, p, now); err != nil {
			return false, time.Time{}, err
		}
	}
	return owed, next, nil
}

func (s *Store) oweWatcher(ctx context.Context, q *db.Queries, userID string, last connect.Reading, now time.Time) error {
	return s.owe(ctx, q, alert.Delivery{
		Channel: userID, Kind: alert.NoticeMessage, Owed: now, Body: alert.Body{Who: userID, Words: alert.WatchWords(last, now)},
	})
}

// noteWatch notes what a watcher was told, or that there is no more to tell.
func (s *Store) noteWatch(ctx context.Context, q *db.Queries, customerID string, w db.WatchesOfRow, p connect.Progress, now time.Time) error {
	stands := whereabouts(p.Outcome, p.Stage)
	var err error
	switch {
	case p.Outcome == connect.Connected && !p.Provisional:
		err = q.UnwatchCustomer(ctx, db.UnwatchCustomerParams{CustomerID: customerID, UserID: w.UserID})
	case w.Told != stands:
		err = q.NoteWatch(ctx, db.NoteWatchParams{CustomerID: customerID, UserID: w.UserID, Told: stands, ToldAt: stamp(now)})
	}
	if err != nil {
		return fmt.Errorf("note what a watcher was told: %w", err)
	}
	return nil
}
