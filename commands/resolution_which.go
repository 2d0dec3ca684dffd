package commands

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"perch/bot"
	"perch/internal/alert"
	"perch/internal/thread"
)

// The bounds of what is offered.
const (
	// maxOver is how many problems that are over are offered of what was quoted.
	maxOver = 10
	// maxRecent is how many are offered where nothing was quoted.
	maxRecent = 50
	// maxAskedOf is of how many connections and customers problems are asked.
	maxAskedOf = 10
	// lately is how long ago the end of a problem may be.
	lately = 30 * 24 * time.Hour
)

// candidates are the problems that a message may tell the end of: those of the card
// under which it stands, else those of its thread, else those of the ids in it, else
// the newest. near is false for the last.
func (p perch) candidates(ctx context.Context, r *bot.Request) (of []alert.Problem, near bool, err error) {
	if of, err = p.problemsOfCard(ctx, r.Channel, r.Quoted.Thread); err != nil || len(of) > 0 {
		return of, true, err
	}
	if p.Threads == nil || p.ThreadEntries == nil {
		of, err = p.recentProblems(ctx)
		return of, false, err
	}
	t, err := p.Threads.ThreadAt(ctx, r.Channel, r.Quoted.Thread)
	if err != nil && !errors.Is(err, thread.ErrUnknown) {
		return nil, false, fmt.Errorf("read the thread of a message: %w", err)
	}
	if of, err = p.problemsNear(ctx, t.Bonds); err != nil || len(of) > 0 {
		return of, true, err
	}
	bonds, err := p.Threads.KnownIDs(ctx, thread.Ask(r.Quoted.Text, thread.MaxCandidates))
	if err != nil {
		return nil, false, fmt.Errorf("look up the ids of a message: %w", err)
	}
	if of, err = p.problemsNear(ctx, bonds); err != nil || len(of) > 0 {
		return of, true, err
	}
	of, err = p.recentProblems(ctx)
	return of, false, err
}

// problemsOfCard are the problems of the card that stands there, if one does: its own
// first.
func (p perch) problemsOfCard(ctx context.Context, place, ts string) (of []alert.Problem, err error) {
	c, ok, err := p.Cards.CardAt(ctx, place, ts)
	if err != nil {
		return nil, fmt.Errorf("find the card of a thread: %w", err)
	}
	if !ok || c.Kind == alert.ThreadCard {
		return nil, nil
	}
	if c.ProblemID != 0 {
		own, err := p.Problems.Problem(ctx, c.ProblemID)
		if err != nil && !errors.Is(err, alert.ErrUnknownProblem) {
			return nil, fmt.Errorf("read the problem of a card: %w", err)
		}
		if err == nil {
			of = append(of, own)
		}
	}
	listed, err := p.Cards.OnCard(ctx, c)
	if err != nil && !errors.Is(err, alert.ErrUnknownProblem) {
		return nil, fmt.Errorf("read the problems of a card: %w", err)
	}
	of = append(of, p.inOrder(listed, maxRecent)...)
	return of[:min(len(of), maxRecent)], nil
}

// problemsNear are the problems of what was quoted: those open, then those over lately,
// each the newest first.
func (p perch) problemsNear(ctx context.Context, bonds []thread.Bond) ([]alert.Problem, error) {
	if len(bonds) == 0 {
		return nil, nil
	}
	entries, err := p.ThreadEntries.Entries(ctx, bonds)
	if err != nil {
		return nil, fmt.Errorf("read what is known of what was quoted: %w", err)
	}
	var found []alert.Problem
	for _, e := range entries {
		found = append(found, e.Problems...)
	}
	asked := problemsAsked(entries)
	for _, q := range asked[:min(len(asked), maxAskedOf)] {
		page, err := p.Problems.Problems(ctx, q.ProblemQuery)
		if err != nil {
			return nil, fmt.Errorf("read problems: %w", err)
		}
		for _, one := range page.Problems {
			if q.customerID == "" || customerOfProblem(one) == q.customerID { // words find more
				found = append(found, one)
			}
		}
	}
	return p.inOrder(found, maxOver), nil
}

// askedOf asks for the problems of one connection, or for those of one customer's
// sessions.
type askedOf struct {
	alert.ProblemQuery
	customerID string
}

func problemsAsked(entries []thread.Entry) (all []askedOf) {
	var connections, customers []string
	for _, e := range entries {
		connections = union(connections, e.Bond.ConnectionID)
		customers = union(customers, e.Bond.CustomerID)
		switch e.Bond.Kind {
		case thread.Connection:
			connections = union(connections, e.Bond.ID)
		case thread.Customer:
			customers = union(customers, e.Bond.ID)
		}
		for _, c := range e.Connections {
			connections = union(connections, c.ID)
		}
	}
	for _, id := range connections {
		if id != "" {
			all = append(all, askedOf{ProblemQuery: alert.ProblemQuery{ConnectionID: id, Limit: maxOver}})
		}
	}
	for _, id := range customers {
		if id != "" {
			all = append(all, askedOf{alert.ProblemQuery{Words: id, Kinds: alert.SessionKinds(), Limit: maxOver}, id})
		}
	}
	return all
}

// recentProblems are the newest of all.
func (p perch) recentProblems(ctx context.Context) ([]alert.Problem, error) {
	page, err := p.Problems.Problems(ctx, alert.ProblemQuery{Limit: 4 * maxRecent})
	if err != nil {
		return nil, fmt.Errorf("read problems: %w", err)
	}
	found := p.inOrder(page.Problems, maxRecent)
	return found[:min(len(found), maxRecent)], nil
}

// inOrder are each problem once: those open, then so many of those over lately, the
// newest first.
func (p perch) inOrder(found []alert.Problem, over int) []alert.Problem {
	found = slices.Clone(found)
	slices.SortStableFunc(found, func(a, b alert.Problem) int {
		return cmp.Or(boolOrder(a.State != alert.Open, b.State != alert.Open), newerFirst(a, b), cmp.Compare(b.ID, a.ID))
	})
	found = slices.CompactFunc(found, func(a, b alert.Problem) bool { return a.ID == b.ID })
	since := p.Now().Add(-lately)
	return slices.DeleteFunc(found, func(one alert.Problem) bool {
		if one.State == alert.Open {
			return false
		}
		over--
		return over < 0 || one.Over.Before(since)
	})
}

func newerFirst(a, b alert.Problem) int {
	if a.State == alert.Open {
		return b.Opened.Compare(a.Opened)
	}
	return b.Over.Compare(a.Over)
}

func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}
