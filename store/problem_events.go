package store

import (
	"context"
	"fmt"

	"perch/internal/alert"
	"perch/store/internal/db"
)

// ProblemEvents returns the last n lines of a problem's history, newest first. n
// is brought into 1 to 1,000.
func (s *Store) ProblemEvents(ctx context.Context, id int64, n int) ([]alert.Event, error) {
	rows, err := s.reads.ProblemEvents(ctx, db.ProblemEventsParams{ProblemID: id, Count: count(min(max(n, 1), 1000))})
	if err != nil {
		return nil, fmt.Errorf("read the history of a problem: %w", damage(err))
	}
	var events []alert.Event
	for _, r := range rows {
		events = append(events, alert.Event{At: timeOf(r.At), Who: r.Who, What: alert.Happening(r.What), Detail: r.Detail})
	}
	return events, nil
}
