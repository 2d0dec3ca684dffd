package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"perch/internal/alert"
	"perch/internal/finch"
	"perch/internal/thread"
	"perch/store/internal/db"
)

// entryConnections is how many connections an entry names.
const entryConnections = 5

// Entries tells what is known now of each of the bonds, in their order.
func (s *Store) Entries(ctx context.Context, bonds []thread.Bond) ([]thread.Entry, error) {
	entries := make([]thread.Entry, 0, len(bonds))
	for _, b := range bonds {
		e, err := s.entry(ctx, b)
		if err != nil {
			return nil, fmt.Errorf("read what is known of %s %q: %w", b.Kind, b.ID, err)
		}
		entries = append(entries, e)
	}
	return entries, nil
}

func (s *Store) entry(ctx context.Context, b thread.Bond) (thread.Entry, error) {
	e := thread.Entry{Bond: b}
	if err := s.entrySession(ctx, &e); err != nil {
		return e, err
	}
	err := s.view(ctx, func(q *db.Queries) error {
		if err := entryJob(ctx, q, &e); err != nil {
			return err
		}
		if err := entryOf(ctx, q, &e); err != nil {
			return err
		}
		var err error
		e.Problems, err = openNear(ctx, q, b)
		return err
	})
	return e, err
}

// entrySession reads the session that is quoted, or the customer's last if that is
// not over.
func (s *Store) entrySession(ctx context.Context, e *thread.Entry) error {
	switch e.Bond.Kind {
	case thread.Session:
		r, err := s.Session(ctx, e.Bond.ID)
		if errors.Is(err, ErrUnknownSession) {
			e.Gone = true
			return nil
		}
		e.Session = &r
		return err
	case thread.Customer:
		last, err := s.CustomerSessions(ctx, e.Bond.ID, 1)
		if err != nil {
			return err
		}
		e.Gone = len(last) == 0 // unless there is a connection
		if len(last) > 0 && !last[0].Progress.Outcome.Over() {
			e.Session = &last[0]
		}
	}
	return nil
}

func entryJob(ctx context.Context, q *db.Queries, e *thread.Entry) error {
	if e.Bond.Kind != thread.Job {
		return nil
	}
	line, err := jobLine(ctx, q, e.Bond.ID)
	if errors.Is(err, ErrUnknownJob) {
		e.Gone = true
		return nil
	}
	if err != nil {
		return err
	}
	e.Job = &line
	if line.Type != finch.DataSync || !line.Status.Failed() && line.Status != finch.JobMissing {
		return nil
	}
	row, err := q.HealedAfter(ctx, db.HealedAfterParams{ConnectionID: line.ConnectionID, After: stamp(line.At()), Type: finch.DataSync})
	if missing(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for a success after it: %w", err)
	}
	healed, err := lineOf(row)
	e.Healed = healed.KnownJob
	return err
}

// entryOf reads the connections that an entry is about.
func entryOf(ctx context.Context, q *db.Queries, e *thread.Entry) error {
	ids, of, err := connectionsOf(ctx, q, *e)
	if err != nil {
		return err
	}
	e.Of = of
	for _, id := range ids {
		c, err := load(ctx, q, id)
		if isUnknown(err) {
			e.Of--
			continue
		}
		if err != nil {
			return err
		}
		e.Connections = append(e.Connections, c)
	}
	switch e.Bond.Kind {
	case thread.Connection, thread.Company:
		e.Gone = len(e.Connections) == 0
	case thread.Customer:
		e.Gone = e.Gone && len(e.Connections) == 0
	}
	return nil
}

// connectionsOf are the ids of the connections that an entry names, and how many
// there are.
func connectionsOf(ctx context.Context, q *db.Queries, e thread.Entry) (ids []string, of int, err error) {
	var id string
	switch {
	case e.Bond.Kind == thread.Company || e.Bond.Kind == thread.Customer:
		return connectionsOfMany(ctx, q, e.Bond)
	case e.Bond.Kind == thread.Connection:
		id = e.Bond.ID
	case e.Job != nil:
		id = e.Job.ConnectionID
	case e.Session != nil:
		id = e.Session.Session.ConnectionID
	}
	if id == "" {
		return nil, 0, nil
	}
	return []string{id}, 1, nil
}

func connectionsOfMany(ctx context.Context, q *db.Queries, b thread.Bond) (ids []string, of int, err error) {
	owned, err := ownedBy(ctx, q, b)
	if err != nil {
		return nil, 0, err
	}
	for _, c := range owned[:min(len(owned), entryConnections)] {
		ids = append(ids, c.ID)
	}
	if len(owned) < mostOfOne {
		return ids, len(owned), nil
	}
	arg := db.CountOfCustomerParams{Folded: fold(b.ID), ID: b.ID}
	counted := q.CountOfCustomer
	if b.Kind == thread.Company {
		counted = func(ctx context.Context, arg db.CountOfCustomerParams) (int64, error) {
			return q.CountOfCompany(ctx, db.CountOfCompanyParams(arg))
		}
	}
	n, err := counted(ctx, arg)
	if err != nil {
		return nil, 0, fmt.Errorf("count the connections: %w", err)
	}
	return ids, int(n), nil
}

// openNear are the open problems that concern a bond, oldest first.
func openNear(ctx context.Context, q *db.Queries, b thread.Bond) ([]alert.Problem, error) {
	ids, err := connectionsNear(ctx, q, b)
	if err != nil {
		return nil, err
	}
	var near []alert.Problem
	for _, id := range ids {
		rows, err := q.OpenProblemsOf(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("select open problems: %w", err)
		}
		open, err := problemsOf(rows)
		if err != nil {
			return nil, err
		}
		near = append(near, open...)
	}
	if b.CustomerID != "" {
		open, err := openOfCustomer(ctx, q, b.CustomerID)
		if err != nil {
			return nil, err
		}
		near = append(near, open...)
	}
	near = slices.DeleteFunc(near, func(p alert.Problem) bool { return !thread.Concerns(b, p) })
	slices.SortFunc(near, func(x, y alert.Problem) int { return cmp.Or(x.Opened.Compare(y.Opened), cmp.Compare(x.ID, y.ID)) })
	return near, nil
}

// connectionsNear are the ids of the connections whose problems may concern a bond.
func connectionsNear(ctx context.Context, q *db.Queries, b thread.Bond) (ids []string, err error) {
	switch {
	case b.Kind == thread.Connection:
		return []string{b.ID}, nil
	case b.Kind == thread.Company || b.Kind == thread.Customer:
		owned, err := ownedBy(ctx, q, b)
		for _, c := range owned {
			ids = append(ids, c.ID)
		}
		return ids, err
	case b.ConnectionID != "":
		return []string{b.ConnectionID}, nil
	default:
		return nil, nil
	}
}
