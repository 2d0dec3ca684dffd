package store

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"perch/internal/connect"
	"perch/store/internal/db"
)

// underwayFor is how long ago an employer may have been seen last whose session
// counts as underway.
const underwayFor = 14 * 24 * time.Hour

// Sessions returns a part of a list. Limit is brought into 1 to 10,000. Error:
// ErrCursor if After did not come from a list asked in the same words.
func (s *Store) Sessions(ctx context.Context, query connect.ListQuery) (connect.ListPage, error) {
	list, err := s.sessionList(query)
	if err != nil {
		return connect.ListPage{}, fmt.Errorf("list Connect sessions: %w", err)
	}
	var page connect.ListPage
	err = s.view(ctx, func(q *db.Queries) error {
		rows, err := list.read(ctx, q)
		if err != nil {
			return fmt.Errorf("select the sessions: %w", err)
		}
		if limit := int(list.count) - 1; len(rows) > limit { // one more was asked for, to know whether there is one
			rows = rows[:limit]
			page.Next = packCursor(sessionCursor{At: list.place(rows[limit-1]), Num: rows[limit-1].Num, Of: sessionsMark(query)})
		}
		page.Briefs = sessionBriefs(rows)
		total, err := list.total(ctx, q)
		if err != nil {
			return fmt.Errorf("count the sessions: %w", err)
		}
		page.Total = int(total)
		return nil
	})
	if err != nil {
		return connect.ListPage{}, fmt.Errorf("list Connect sessions: %w", err)
	}
	return page, nil
}

// sessionList is a part of a list as it is asked of the database.
type sessionList struct {
	scope     connect.Scope
	within    string
	at, num   int64 // the place where the part before ended
	seenSince int64
	count     int32
}

func (s *Store) sessionList(query connect.ListQuery) (sessionList, error) {
	list := sessionList{
		scope: query.Scope, within: within(query.Words), seenSince: stamp(s.now().Add(-underwayFor)),
		count: count(max(query.Limit, 1)) + 1,
	}
	if query.Scope != connect.Underway {
		list.at = math.MaxInt64
	}
	if query.After == "" {
		return list, nil
	}
	var c sessionCursor
	if err := unpackCursor(query.After, &c); err != nil {
		return sessionList{}, err
	}
	switch {
	case c.Of != sessionsMark(query):
		return sessionList{}, fmt.Errorf("%w: it belongs to another list: ask for the first page", ErrCursor)
	case c.At <= 0 || c.Num <= 0:
		return sessionList{}, fmt.Errorf("%w: it names no place in the list: ask for the first page", ErrCursor)
	}
	list.at, list.num = c.At, c.Num
	return list, nil
}

func (l sessionList) read(ctx context.Context, q *db.Queries) ([]db.SessionLine, error) {
	switch l.scope {
	case connect.Underway:
		return q.SessionsUnderway(ctx, db.SessionsUnderwayParams{
			Since: l.seenSince, AfterAt: l.at, AfterNum: l.num, Within: l.within, Count: l.count,
		})
	case connect.Staged:
		return q.SessionsStaged(ctx, db.SessionsStagedParams{BeforeAt: l.at, BeforeNum: l.num, Within: l.within, Count: l.count})
	default:
		return q.SessionsEvery(ctx, db.SessionsEveryParams{BeforeAt: l.at, BeforeNum: l.num, Within: l.within, Count: l.count})
	}
}

func (l sessionList) total(ctx context.Context, q *db.Queries) (int64, error) {
	switch l.scope {
	case connect.Underway:
		return q.CountUnderway(ctx, db.CountUnderwayParams{Since: l.seenSince, Within: l.within})
	case connect.Staged:
		return q.CountStaged(ctx, l.within)
	default:
		if l.within == "" {
			return q.CountAllSessions(ctx)
		}
		return q.CountSessions(ctx, l.within)
	}
}

// place is where a session stands in the list.
func (l sessionList) place(row db.SessionLine) int64 {
	if l.scope == connect.Underway {
		return row.LastAt
	}
	return row.Created
}

// sessionCursor is where a page of sessions ended; see cursor.
type sessionCursor struct {
	At  int64  `json:"a"`
	Num int64  `json:"n"`
	Of  string `json:"o"`
}

func sessionsMark(query connect.ListQuery) string {
	query.After, query.Limit, query.Words = "", 0, foldWords(query.Words)
	return markOf(query)
}

func sessionBriefs(rows []db.SessionLine) []connect.Brief {
	var briefs []connect.Brief
	for _, r := range rows {
		briefs = append(briefs, connect.Brief{
			Session: sessionOf(r), Outcome: connect.Outcome(r.Outcome), Provisional: r.Provisional != 0, Stage: connect.Stage(r.Stage),
			Opened: timeOf(r.Opened), Last: timeOf(r.LastAt), Over: timeOf(r.Over), Errors: int(r.Errors), Attempts: int(r.Attempts),
		})
	}
	return briefs
}

// Session reads a session and says what can be read off it now, with remarks.
// Error: connect.ErrUnknown.
func (s *Store) Session(ctx context.Context, id string) (connect.Reading, error) {
	readings, err := s.readAll(ctx, func(q *db.Queries) ([]db.SessionLine, error) {
		row, err := sessionRow(ctx, q, id)
		return []db.SessionLine{row}, err
	})
	if err != nil {
		return connect.Reading{}, fmt.Errorf("read a Connect session: %w", err)
	}
	return readings[0], nil
}

// mostReadings is how many sessions are read at once.
const mostReadings = 100

// CustomerSessions are the last n sessions of a customer, newest first, with
// remarks; n is brought into 1 to 100.
func (s *Store) CustomerSessions(ctx context.Context, customerID string, n int) ([]connect.Reading, error) {
	readings, err := s.readAll(ctx, func(q *db.Queries) ([]db.SessionLine, error) {
		return customerSessions(ctx, q, clean(customerID), min(max(n, 1), mostReadings))
	})
	if err != nil {
		return nil, fmt.Errorf("read the sessions of a customer: %w", err)
	}
	return readings, nil
}

// ConnectionSessions is CustomerSessions for the sessions that made or renewed a
// connection, or are to.
func (s *Store) ConnectionSessions(ctx context.Context, connectionID string, n int) ([]connect.Reading, error) {
	readings, err := s.readAll(ctx, func(q *db.Queries) ([]db.SessionLine, error) {
		return q.SessionsOfConnection(ctx, db.SessionsOfConnectionParams{
			ConnectionID: clean(connectionID), Count: count(min(max(n, 1), mostReadings)),
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read the sessions of a connection: %w", err)
	}
	return readings, nil
}

func (s *Store) readAll(ctx context.Context, find func(*db.Queries) ([]db.SessionLine, error)) ([]connect.Reading, error) {
	usually, err := s.Baseline(ctx)
	if err != nil {
		return nil, err
	}
	var readings []connect.Reading
	err = s.view(ctx, func(q *db.Queries) error {
		rows, err := find(q)
		if err != nil {
			return err
		}
		for _, row := range rows {
			r, err := s.reading(ctx, q, row, millis(s.now()))
			if err != nil {
				return err
			}
			r.Remarks = connect.Remarks(r.Progress, usually)
			readings = append(readings, r)
		}
		return nil
	})
	return slices.Clip(readings), err
}

// SameError is how many sessions, of how many customers, showed an error of that
// exact text since then.
func (s *Store) SameError(ctx context.Context, message string, since time.Time) (sessions, customers int, err error) {
	row, err := s.reads.SameError(ctx, db.SameErrorParams{Hash: textHash(message), Since: stamp(since)})
	if err != nil {
		return 0, 0, fmt.Errorf("count the sessions with an error: %w", damage(err))
	}
	return int(row.Sessions), int(row.Customers), nil
}
