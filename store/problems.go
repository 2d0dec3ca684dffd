package store

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"perch/internal/alert"
	"perch/store/internal/db"
)

// Problem returns one problem. Error: alert.ErrUnknownProblem.
func (s *Store) Problem(ctx context.Context, id int64) (alert.Problem, error) {
	p, err := problemByID(ctx, s.reads, id)
	if err != nil {
		return alert.Problem{}, fmt.Errorf("read a problem: %w", damage(err))
	}
	return p, nil
}

func problemByID(ctx context.Context, q *db.Queries, id int64) (alert.Problem, error) {
	row, err := q.ProblemByID(ctx, id)
	if missing(err) {
		return alert.Problem{}, fmt.Errorf("%w: %d", alert.ErrUnknownProblem, id)
	}
	if err != nil {
		return alert.Problem{}, fmt.Errorf("select problem %d: %w", id, err)
	}
	return problemOf(row)
}

// Children returns the problems that belong to an outage, those that are open
// first, the oldest before the others.
func (s *Store) Children(ctx context.Context, parentID int64) ([]alert.Problem, error) {
	rows, err := s.reads.ChildrenOf(ctx, parentID)
	if err != nil {
		return nil, fmt.Errorf("read the problems of an outage: %w", damage(err))
	}
	children, err := problemsOf(rows)
	if err != nil {
		return nil, fmt.Errorf("read the problems of an outage: %w", err)
	}
	over := func(p alert.Problem) int { return int(flag(p.State != alert.Open)) }
	slices.SortStableFunc(children, func(a, b alert.Problem) int { return cmp.Compare(over(a), over(b)) })
	return children, nil
}

// Problems returns a part of the problems, newest first unless the oldest are
// asked for. Limit is brought into 1 to 1,000. Error: ErrCursor if After did not
// come from a list asked in the same words.
func (s *Store) Problems(ctx context.Context, query alert.ProblemQuery) (alert.ProblemPage, error) {
	query.Limit = min(max(query.Limit, 1), 1000)
	after, err := afterOf(query)
	if err != nil {
		return alert.ProblemPage{}, fmt.Errorf("list problems: %w", err)
	}
	var page alert.ProblemPage
	err = s.view(ctx, func(q *db.Queries) error {
		var rows []db.Problem
		for _, state := range statesOf(query) {
			part, total, err := problemsIn(ctx, q, query, state, after)
			if err != nil {
				return err
			}
			rows = append(rows, part...)
			page.Total += int(total)
		}
		page.Problems, page.Next, err = pageOfProblems(query, rows)
		return err
	})
	if err != nil {
		return alert.ProblemPage{}, fmt.Errorf("list problems: %w", err)
	}
	return page, nil
}

// statesOf are the states to read: each is a range of an index of its own.
func statesOf(query alert.ProblemQuery) []alert.State {
	if query.State != "" {
		return []alert.State{query.State}
	}
	return []alert.State{alert.Open, alert.Resolved, alert.Closed}
}

func problemsIn(ctx context.Context, q *db.Queries, query alert.ProblemQuery, state alert.State, after problemCursor) (rows []db.Problem, total int64, err error) {
	if total, err = q.CountProblems(ctx, countOf(query, state)); err != nil {
		return nil, 0, fmt.Errorf("count the problems: %w", err)
	}
	arg := db.ProblemsOldestParams{
		State: string(state), AfterOpened: after.Opened, AfterID: after.ID, Kinds: anyOf(query.Kinds),
		ConnectionID: clean(query.ConnectionID), ClaimedBy: clean(query.ClaimedBy), Claimed: claimedOf(query),
		ParentID: query.ParentID, Provider: within(query.Provider), Within: within(query.Words), Count: count(query.Limit + 1),
	}
	if query.Oldest {
		rows, err = q.ProblemsOldest(ctx, arg)
	} else {
		rows, err = q.ProblemsNewest(ctx, db.ProblemsNewestParams(arg))
	}
	if err != nil {
		return nil, 0, fmt.Errorf("select the problems: %w", err)
	}
	return rows, total, nil
}

func countOf(query alert.ProblemQuery, state alert.State) db.CountProblemsParams {
	return db.CountProblemsParams{
		State: string(state), Kinds: anyOf(query.Kinds), ConnectionID: clean(query.ConnectionID), ClaimedBy: clean(query.ClaimedBy),
		Claimed: claimedOf(query), ParentID: query.ParentID, Provider: within(query.Provider), Within: within(query.Words),
	}
}

// claimedOf says which are asked for: 0 all, 1 what nobody is on, 2 what somebody
// is.
func claimedOf(query alert.ProblemQuery) int16 {
	switch {
	case query.Unclaimed:
		return 1
	case query.Claimed:
		return 2
	}
	return 0
}

// pageOfProblems puts the problems of several states in one order and cuts the page off.
func pageOfProblems(query alert.ProblemQuery, rows []db.Problem) ([]alert.Problem, string, error) {
	slices.SortFunc(rows, func(a, b db.Problem) int {
		order := cmp.Or(cmp.Compare(a.Opened, b.Opened), cmp.Compare(a.ID, b.ID))
		if query.Oldest {
			return order
		}
		return -order
	})
	next := ""
	if len(rows) > query.Limit {
		rows = rows[:query.Limit]
		last := rows[query.Limit-1]
		next = packCursor(problemCursor{Opened: last.Opened, ID: last.ID, Of: problemsMark(query)})
	}
	problems, err := problemsOf(rows)
	return problems, next, err
}

// problemCursor is where a page of problems ended; see cursor.
type problemCursor struct {
	Opened int64  `json:"a"`
	ID     int64  `json:"i"`
	Of     string `json:"o"`
}

// afterOf is where a page begins.
func afterOf(query alert.ProblemQuery) (problemCursor, error) {
	switch {
	case query.After == "" && query.Oldest:
		return problemCursor{Opened: math.MinInt64}, nil
	case query.After == "":
		return problemCursor{Opened: math.MaxInt64}, nil
	}
	var c problemCursor
	if err := unpackCursor(query.After, &c); err != nil {
		return problemCursor{}, err
	}
	if c.Of != problemsMark(query) {
		return problemCursor{}, fmt.Errorf("%w: it belongs to another list: ask for the first page", ErrCursor)
	}
	return c, nil
}

// problemsMark tells the lists apart by what they were asked for.
func problemsMark(query alert.ProblemQuery) string {
	query.After, query.Limit = "", 0
	return markOf(query)
}

// Act does to a problem what somebody asked for, with all that follows from it, in
// one transaction. An error of act's own is returned as it is, and nothing
// happens then. Error: alert.ErrUnknownProblem.
func (s *Store) Act(ctx context.Context, id int64, act func(alert.Problem) (alert.Step, error)) (alert.Problem, error) {
	var after alert.Problem
	var refused error
	err := s.changeAndJudge(ctx, func(q *db.Queries) (bool, error) {
		p, err := s.problemToChange(ctx, q, id)
		if err != nil {
			return false, err
		}
		step, err := act(p)
		if refused = err; err != nil {
			return false, err
		}
		steps, err := s.happen(ctx, q, []alert.Step{step})
		if err == nil {
			after = steps[0].Problem
		}
		return true, err
	})
	switch {
	case err == nil:
		return after, nil
	case refused != nil:
		return alert.Problem{}, refused
	}
	return alert.Problem{}, fmt.Errorf("act on a problem: %w", err)
}

// problemToChange reads a problem that nobody else changes until the transaction
// ends: whoever judges its connection, customer, Perch itself or the provider waits.
func (s *Store) problemToChange(ctx context.Context, q *db.Queries, id int64) (alert.Problem, error) {
	p, err := problemByID(ctx, q, id)
	if err != nil {
		return alert.Problem{}, err
	}
	switch customerID, ofSessions := alert.CustomerOf(p.Key); {
	case ofSessions:
		_, err = holdCustomer(ctx, q, customerID)
	case p.Key.ConnectionID != "":
		err = q.Hold(ctx, clean(p.Key.ConnectionID))
	case p.Key.Kind == alert.Outage:
		_, err = q.HoldCrowd(ctx, crowdOf(p))
	default:
		err = q.HoldJudgement(ctx, "")
	}
	if err != nil {
		return alert.Problem{}, fmt.Errorf("hold problem %d: %w", id, err)
	}
	return problemByID(ctx, q, id)
}
