package store

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"perch/internal/alert"
	"perch/store/internal/db"
)

// crowd is the problems of one provider and class, which may be an outage, and
// what a transaction did to them. Whoever holds its row changes what it counts.
//
// A crowd of ten thousand is never read as a whole while it grows: before it is
// an outage its row says from how many problems on it could be one, and then the
// outage itself keeps the counts.
type crowd struct {
	db.Crowd
	moves []move
}

// move is what a step did to a problem of a crowd.
type move struct {
	problem *alert.Problem
	was     spot
}

// recount is how often a crowd is counted anew whatever its row says.
const recount = 10 * time.Second

// holdCrowds has this transaction alone count the crowds that its steps change.
func (d *docket) holdCrowds(ctx context.Context, steps []alert.Step) error {
	var keys []db.HoldCrowdParams
	for _, step := range steps {
		switch step.Event.What {
		case alert.HasOpened, alert.HasReopened, alert.HasFlapped, alert.HasResolved, alert.HasClosed:
			if inCrowd(step.Problem) {
				keys = append(keys, crowdOf(step.Problem))
			}
			keys = append(keys, surgesOf(step.Problem)...)
		}
	}
	slices.SortFunc(keys, func(a, b db.HoldCrowdParams) int {
		return cmp.Or(cmp.Compare(a.ProviderID, b.ProviderID), cmp.Compare(a.Class, b.Class))
	})
	for _, key := range slices.Compact(keys) {
		if _, err := d.holdCrowd(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

func (d *docket) holdCrowd(ctx context.Context, key db.HoldCrowdParams) (*crowd, error) {
	row, err := d.q.HoldCrowd(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("hold the crowd of a provider: %w", err)
	}
	c := &crowd{Crowd: row}
	d.crowds = append(d.crowds, c)
	return c, nil
}

// inCrowd reports whether a problem counts among others of its provider: an
// outage stands for its crowd. Employers who stop have crowds of their own: see
// surgesOf.
func inCrowd(p alert.Problem) bool {
	return p.Key.Kind == alert.Outage || p.Subject.ProviderID != "" && p.Key.ConnectionID != ""
}

func crowdOf(p alert.Problem) db.HoldCrowdParams {
	return db.HoldCrowdParams{ProviderID: clean(p.Subject.ProviderID), Class: clean(p.Class)}
}

// count notes what a step did to the crowd of its problem.
func (d *docket) count(ctx context.Context, p *alert.Problem, was spot) error {
	if p.Key.Kind == alert.DroppedOff {
		return d.countStop(ctx, p, was)
	}
	key := crowdOf(*p)
	i := slices.IndexFunc(d.crowds, func(c *crowd) bool { return c.ProviderID == key.ProviderID && c.Class == key.Class })
	if i < 0 || !inCrowd(*p) {
		return nil
	}
	c := d.crowds[i]
	if p.Key.Kind == alert.Outage {
		return d.endOutage(ctx, c, *p)
	}
	opened := p.State == alert.Open && was.state != alert.Open
	if opened && was.parentID != 0 && was.parentID != c.ParentID {
		if err := d.setParent(ctx, p, 0); err != nil { // its outage is over
			return err
		}
		was.parentID = 0
	}
	if opened {
		c.Opened++
	}
	c.moves = append(c.moves, move{p, was})
	return nil
}

// endOutage lets go of an outage that somebody closed.
func (d *docket) endOutage(ctx context.Context, c *crowd, p alert.Problem) error {
	if p.State == alert.Open || c.ParentID != p.ID {
		return nil
	}
	c.ParentID, c.LookAt = 0, 0
	return d.saveCrowd(ctx, c)
}

func (d *docket) saveCrowd(ctx context.Context, c *crowd) error {
	err := d.q.SaveCrowd(ctx, db.SaveCrowdParams{
		ProviderID: c.ProviderID, Class: c.Class, Opened: c.Opened, LookAt: c.LookAt, Looked: c.Looked, ParentID: c.ParentID, LastID: c.LastID,
	})
	if err != nil {
		return fmt.Errorf("save the crowd of a provider: %w", err)
	}
	return nil
}

func (d *docket) setParent(ctx context.Context, p *alert.Problem, parentID int64) error {
	if _, err := d.q.SetParent(ctx, db.SetParentParams{ID: p.ID, ParentID: parentID}); err != nil {
		return fmt.Errorf("note the outage of problem %d: %w", p.ID, err)
	}
	p.ParentID = parentID
	p.Version++
	return nil
}

// gather looks whether the crowds that changed are outages, and does what follows.
func (d *docket) gather(ctx context.Context) error {
	for _, c := range d.crowds {
		if len(c.moves) == 0 {
			continue
		}
		var err error
		if c.surges() {
			err = d.rise(ctx, c)
		} else if c.ParentID != 0 {
			if slices.ContainsFunc(c.moves, c.concerns) {
				err = d.growOutage(ctx, c)
			}
		} else if slices.ContainsFunc(c.moves, func(m move) bool { return m.problem.State == alert.Open }) {
			err = d.openOutage(ctx, c)
		}
		if err == nil {
			err = d.saveCrowd(ctx, c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// concerns reports whether a move changes the open outage of its crowd.
func (c *crowd) concerns(m move) bool {
	return m.was.parentID == c.ParentID || m.problem.State == alert.Open
}

// openOutage opens an outage if so many connections failed alike. Mostly the
// crowd's row knows without counting that they cannot be that many.
func (d *docket) openOutage(ctx context.Context, c *crowd) error {
	limits := d.store.outage
	if c.Opened < c.LookAt && d.now.Sub(timeOf(c.Looked)) < recount {
		return nil
	}
	active, err := d.active(ctx, c)
	if err != nil {
		return err
	}
	since := stamp(d.now.Add(-limits.Within))
	size, err := d.q.CrowdSize(ctx, db.CrowdSizeParams{ProviderID: c.ProviderID, Class: c.Class, Since: since})
	if err != nil {
		return fmt.Errorf("count the crowd of a provider: %w", err)
	}
	need := max(int64(limits.Connections), int64(math.Ceil(limits.Share*float64(active)-1e-9)))
	// Half of what is missing: connections may end meanwhile, and fewer be enough.
	c.LookAt, c.Looked = c.Opened+max(1, (need-size+1)/2), stamp(d.now)
	if size < need {
		return nil
	}
	known, err := d.wholeCrowd(ctx, c, since)
	if err != nil {
		return err
	}
	known.Active = active
	return d.take(ctx, c, alert.AdvanceOutage(known, limits, d.now))
}

func (d *docket) active(ctx context.Context, c *crowd) (int, error) {
	n, err := d.q.ActiveConnections(ctx, c.ProviderID)
	if err != nil {
		return 0, fmt.Errorf("count the active connections of a provider: %w", err)
	}
	return int(n), nil
}

// wholeCrowd reads all of a crowd, with the last outage it was: it may open again.
func (d *docket) wholeCrowd(ctx context.Context, c *crowd, since int64) (alert.Crowd, error) {
	known := alert.Crowd{ProviderID: c.ProviderID, Class: c.Class}
	rows, err := d.q.CrowdMembers(ctx, db.CrowdMembersParams{ProviderID: c.ProviderID, Class: c.Class, Since: since})
	if err != nil {
		return known, fmt.Errorf("select the crowd of a provider: %w", err)
	}
	if known.Children, err = problemsOf(rows); err != nil || len(known.Children) == 0 {
		return known, err
	}
	known.ProviderName = known.Children[0].Subject.ProviderName
	return known, d.readLast(ctx, c, &known)
}

// readLast adds the last outage of a crowd, and the problems that were part of it.
func (d *docket) readLast(ctx context.Context, c *crowd, known *alert.Crowd) error {
	row, err := d.q.ProblemByID(ctx, c.LastID)
	if missing(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("select the last outage: %w", err)
	}
	last, err := problemOf(row)
	if err != nil {
		return err
	}
	known.Parent = &last
	children, err := d.children(ctx, last.ID)
	known.Children = append(known.Children, children...)
	return err
}

func (d *docket) children(ctx context.Context, parentID int64) ([]alert.Problem, error) {
	rows, err := d.q.ChildrenOf(ctx, parentID)
	if err != nil {
		return nil, fmt.Errorf("select the problems of an outage: %w", err)
	}
	return problemsOf(rows)
}

// take stores the steps of an outage: its own first, then those of the problems
// that join it, which nobody needs to hear of any more by themselves.
func (d *docket) take(ctx context.Context, c *crowd, steps []alert.Step) error {
	if len(steps) == 0 {
		return nil
	}
	parent := &steps[0].Problem
	if err := d.save(ctx, parent); err != nil {
		return err
	}
	c.ParentID, c.LastID = parent.ID, parent.ID
	if parent.State != alert.Open {
		c.ParentID, c.LookAt = 0, 0
	}
	if err := d.note(ctx, parent.ID, steps[0].Event); err != nil {
		return err
	}
	if len(steps) > 1 {
		if err := d.joinAll(ctx, c, *parent, steps[1:]); err != nil {
			return err
		}
	}
	return d.tell(ctx, steps[0])
}
