package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"perch/internal/alert"
	"perch/internal/connect"
	"perch/store/internal/db"
)

// assessSessions is what becomes of the problems of a customer whose sessions the
// transaction holds. next is when time alone could change that, zero for never.
func (s *Store) assessSessions(ctx context.Context, q *db.Queries, customerID string, readings []connect.Reading) (steps []alert.Step, next time.Time, err error) {
	past, err := openOfCustomer(ctx, q, customerID)
	if err != nil {
		return nil, time.Time{}, err
	}
	if len(readings) == 0 { // all of them were forgotten
		steps, err = s.closeAll(past)
		return steps, time.Time{}, err
	}
	living, err := q.LivingOf(ctx, db.LivingOfParams{CustomerFolded: fold(customerID), CustomerID: customerID})
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("select the customer's connections: %w", err)
	}
	a := alert.Attempts{CustomerID: customerID, Sessions: readings, Limits: s.limits, Now: millis(s.now())}
	for _, c := range living {
		a.Living = append(a.Living, alert.Living{ConnectionID: c.ID, Since: timeOf(c.FirstSeen)})
	}
	found, next := alert.AssessSessions(a)
	steps, err = advance(ctx, q, past, found, a.Subject, a.Now)
	return steps, next, err
}

// openOfCustomer are the open problems of a customer's sessions.
func openOfCustomer(ctx context.Context, q *db.Queries, customerID string) ([]alert.Problem, error) {
	var open []alert.Problem
	for _, kind := range alert.SessionKinds() {
		key := alert.Key{Kind: kind, Part: alert.PartOfCustomer(customerID)}
		row, err := q.OpenProblemOfKey(ctx, clean(key.String()))
		if missing(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("select the customer's open problems: %w", err)
		}
		p, err := problemOf(row)
		if err != nil {
			return nil, err
		}
		open = append(open, p)
	}
	return open, nil
}

// judgeCustomer judges a customer's sessions as they are known, though nothing new
// was heard of them.
func (s *Store) judgeCustomer(ctx context.Context, q *db.Queries, customerID string) (news bool, err error) {
	rows, err := holdCustomer(ctx, q, customerID)
	if err != nil {
		return false, err
	}
	var readings []connect.Reading
	for _, row := range rows {
		r, err := s.reading(ctx, q, row, millis(s.now()))
		if err != nil {
			return false, fmt.Errorf("read session %q: %w", row.ID, err)
		}
		readings = append(readings, r)
	}
	steps, _, err := s.assessSessions(ctx, q, customerID, readings)
	if err != nil {
		return false, err
	}
	_, err = s.happen(ctx, q, steps)
	return len(steps) > 0, err
}

// judgeSessionsOf judges the customer whose sessions a problem is about.
func (s *Store) judgeSessionsOf(ctx context.Context, q *db.Queries, problemID int64) (news bool, err error) {
	p, err := problemByID(ctx, q, problemID)
	if errors.Is(err, alert.ErrUnknownProblem) {
		return false, nil
	}
	customerID, ok := alert.CustomerOf(p.Key)
	if err != nil || !ok {
		return false, err
	}
	return s.judgeCustomer(ctx, q, customerID)
}

// holdCustomer are the newest sessions of a customer, newest first, which nobody
// else reads or judges until the transaction ends.
func holdCustomer(ctx context.Context, q *db.Queries, customerID string) ([]db.SessionLine, error) {
	rows, err := customerSessions(ctx, q, customerID, readOfCustomer)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return holdSessions(ctx, q, []db.ClaimSessionRow{{ID: rows[0].ID, CustomerID: customerID}})
}

// kindOfSessions reports whether a kind, as it is stored, is about Connect sessions.
func kindOfSessions(kind string) bool { return slices.Contains(alert.SessionKinds(), alert.Kind(kind)) }
