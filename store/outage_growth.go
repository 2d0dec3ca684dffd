package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"perch/internal/alert"
	"perch/store/internal/db"
)

// growOutage has problems join the open outage of their crowd, and counts those
// that recovered. Of its other children it reads one that is open, if any is.
func (d *docket) growOutage(ctx context.Context, c *crowd) error {
	row, err := d.q.ProblemByID(ctx, c.ParentID)
	if err != nil {
		return fmt.Errorf("select the outage: %w", err)
	}
	was, err := problemOf(row)
	if err != nil {
		return err
	}
	known := alert.Crowd{ProviderID: c.ProviderID, ProviderName: was.Subject.ProviderName, Class: c.Class, Active: was.Of, Parent: &was}
	if d.now.Sub(timeOf(c.Looked)) >= recount {
		if known.Active, err = d.active(ctx, c); err != nil {
			return err
		}
		c.Looked = stamp(d.now)
	}
	for _, m := range c.moves {
		known.Children = append(known.Children, *m.problem)
	}
	open, err := d.q.AnOpenChild(ctx, c.ParentID)
	if err != nil {
		return fmt.Errorf("select a problem of the outage: %w", err)
	}
	others, err := problemsOf(open)
	if err != nil {
		return err
	}
	for _, p := range others {
		if !slices.ContainsFunc(known.Children, func(q alert.Problem) bool { return q.ID == p.ID }) {
			known.Children = append(known.Children, p)
		}
	}
	steps := alert.AdvanceOutage(known, d.store.outage, d.now)
	joined, left, err := d.tally(ctx, c, steps)
	if err != nil {
		return err
	}
	return d.take(ctx, c, d.recounted(was, steps, joined, left))
}

// tally counts the connections that join the open outage of a crowd, and how many
// more of it are well than before (fewer if it is negative). A connection of
// which several problems belong to it counts once.
func (d *docket) tally(ctx context.Context, c *crowd, steps []alert.Step) (joined, recovered int, err error) {
	joins := map[int64]bool{}
	for _, step := range steps {
		joins[step.Problem.ID] = step.Event.What == alert.HasJoined
	}
	seen := map[string]bool{}
	for _, m := range c.moves {
		id := m.problem.Key.ConnectionID
		if seen[id] {
			continue
		}
		seen[id] = true
		before, after, err := d.standing(ctx, c, id, joins)
		if err != nil {
			return 0, 0, err
		}
		switch {
		case after == absent:
		case before == absent && after == failing:
			joined++
		case before == absent:
			joined, recovered = joined+1, recovered+1
		case before == failing && after == well:
			recovered++
		case before == well && after == failing:
			recovered--
		}
	}
	return joined, recovered, nil
}

// standing is how a connection stands in an outage.
type standing int

const (
	absent standing = iota
	well
	failing
)

// standing is how a connection stood in the crowd's outage before this
// transaction, and how it stands once those that join have joined.
func (d *docket) standing(ctx context.Context, c *crowd, connectionID string, joins map[int64]bool) (before, after standing, err error) {
	rows, err := d.q.ChildrenOfConnection(ctx, db.ChildrenOfConnectionParams{ConnectionID: clean(connectionID), ParentID: c.ParentID})
	if err != nil {
		return absent, absent, fmt.Errorf("select a connection's part in an outage: %w", err)
	}
	of := func(state alert.State) standing {
		if state == alert.Open {
			return failing
		}
		return well
	}
	for _, r := range rows {
		state := of(alert.State(r.State))
		after = max(after, state)
		i := slices.IndexFunc(c.moves, func(m move) bool { return m.problem.ID == r.ID })
		if i >= 0 {
			state = of(c.moves[i].was.state)
		}
		before = max(before, state)
	}
	for _, m := range c.moves {
		if m.problem.Key.ConnectionID == connectionID && joins[m.problem.ID] {
			after = failing
		}
	}
	return before, after, nil
}

// recounted puts the counts that were kept into an outage's step: the rules saw
// only some of its children.
func (d *docket) recounted(was alert.Problem, steps []alert.Step, joined, recovered int) []alert.Step {
	if len(steps) == 0 || steps[0].Problem.Key.Kind != alert.Outage {
		steps = slices.Insert(steps, 0, alert.Step{Problem: was, Event: alert.Event{At: d.now, What: alert.HasChanged}})
	}
	p := &steps[0].Problem
	p.Affected, p.Recovered = was.Affected+joined, was.Recovered+recovered
	p.LastSeen = latest(was.LastSeen, p.LastSeen)
	p.Subject.Sandbox = p.Subject.Sandbox && was.Subject.Sandbox
	p.Subject.Assisted = p.Subject.Assisted && was.Subject.Assisted
	if p.Subject.Environment != was.Subject.Environment {
		p.Subject.Environment = ""
	}
	return steps
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
