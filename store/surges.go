package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"perch/internal/alert"
	"perch/internal/connect"
	"perch/store/internal/db"
)

// mostOfSurge bounds what is read for one look.
const mostOfSurge = 1000

// surgesOf are the crowds in which a drop-off may be one of many.
func surgesOf(p alert.Problem) []db.HoldCrowdParams {
	var keys []db.HoldCrowdParams
	for _, at := range alert.SurgesOf(p) {
		keys = append(keys, db.HoldCrowdParams{ProviderID: clean(at.ProviderID), Class: clean(at.Class)})
	}
	return keys
}

func (c *crowd) surges() bool {
	_, ok := alert.SurgeClass(c.Class)
	return ok
}

// countStop notes what a step did to the crowds of a drop-off. One that opens
// again is part of no surge that is over, or is elsewhere.
func (d *docket) countStop(ctx context.Context, p *alert.Problem, was spot) error {
	opened := p.State == alert.Open && was.state != alert.Open
	if opened && was.parentID != 0 {
		parent, err := problemByID(ctx, d.q, was.parentID)
		if err != nil {
			return err
		}
		if parent.State != alert.Open || !slices.Contains(surgesOf(*p), crowdOf(parent)) {
			if err := d.setParent(ctx, p, 0); err != nil {
				return err
			}
			was.parentID = 0
		}
	}
	for _, key := range surgesOf(*p) {
		for _, c := range d.crowds {
			if c.ProviderID != key.ProviderID || c.Class != key.Class {
				continue
			}
			if opened {
				c.Opened++
			}
			c.moves = append(c.moves, move{p, was})
		}
	}
	return nil
}

// rise looks whether the drop-offs of a crowd are a surge, and does what follows.
// Mostly the crowd's row knows without counting that they cannot be so many.
func (d *docket) rise(ctx context.Context, c *crowd) error {
	limits := alert.DefaultSurge()
	if c.ParentID == 0 && c.Opened < c.LookAt && d.now.Sub(timeOf(c.Looked)) < recount {
		return nil
	}
	stage, _ := alert.SurgeClass(c.Class)
	r := alert.Rise{Stage: stage, ProviderID: c.ProviderID}
	var err error
	if r.Children, err = d.stopped(ctx, c, d.now.Add(-limits.Within)); err != nil {
		return err
	}
	lacks := int64(limits.Employers - len(r.Children))
	c.LookAt, c.Looked = c.Opened+max(1, (lacks+1)/2), stamp(d.now)
	if c.ParentID == 0 && lacks > 0 {
		return nil
	}
	if err := d.readSurge(ctx, c, &r); err != nil {
		return err
	}
	if r.Lately, r.Usually, err = d.shares(ctx, c, d.now.Add(-limits.Within)); err != nil {
		return err
	}
	return d.takeSurge(ctx, c, alert.AdvanceSurge(r, limits, d.now))
}

// stopped are the open drop-offs of a crowd that are part of no surge.
func (d *docket) stopped(ctx context.Context, c *crowd, since time.Time) ([]alert.Problem, error) {
	arg := db.SurgeMembersParams{Since: stamp(since), Class: c.Class, ProviderID: c.ProviderID, Count: mostOfSurge}
	if c.ProviderID != "" {
		arg.Class = "" // at whatever stage
	}
	rows, err := d.q.SurgeMembers(ctx, arg)
	if err != nil {
		return nil, fmt.Errorf("select who stopped: %w", err)
	}
	all, err := problemsOf(rows)
	return slices.DeleteFunc(all, func(p alert.Problem) bool {
		return !slices.Contains(surgesOf(p), db.HoldCrowdParams{ProviderID: c.ProviderID, Class: c.Class})
	}), err
}

// readSurge adds the last surge of a crowd with those who are part of it.
func (d *docket) readSurge(ctx context.Context, c *crowd, r *alert.Rise) error {
	known := alert.Crowd{Children: r.Children}
	if c.LastID != 0 {
		if err := d.readLast(ctx, c, &known); err != nil {
			return err
		}
	}
	r.Children, r.Parent = known.Children, known.Parent
	for _, p := range r.Children {
		if c.ProviderID != "" && p.Subject.ProviderName != "" {
			r.ProviderName = p.Subject.ProviderName
		}
	}
	return nil
}

// shares are of how many employers how many stopped there lately, and before.
// Sessions of the last while count by when the employer was seen, those before by
// the day on which they were made; none counts twice.
func (d *docket) shares(ctx context.Context, c *crowd, since time.Time) (lately, usually alert.Share, err error) {
	stage, _ := alert.SurgeClass(c.Class)
	until := dayOf(since)
	now, err := d.q.LatelyCounted(ctx, db.LatelyCountedParams{
		Since: stamp(since), Until: stamp(dayAt(until)), Stage: word(string(stage)), Pattern: inTally(stage), ProviderID: c.ProviderID,
	})
	if err != nil {
		return lately, usually, fmt.Errorf("count how sessions went lately: %w", err)
	}
	before, err := d.q.UsuallyCounted(ctx, db.UsuallyCountedParams{
		Since: until - usualDays, Until: until, Stage: word(string(stage)), ProviderID: c.ProviderID,
	})
	if err != nil {
		return lately, usually, fmt.Errorf("count how sessions went before: %w", err)
	}
	lately = alert.Share{Stopped: int(now.Dropped), Of: int(now.Reached)}
	usually = alert.Share{Stopped: int(before.Dropped - now.OldDropped), Of: int(before.Reached - now.OldReached)}
	return lately, usually, nil
}

// inTally finds a stage in what a session adds to the funnel, as it is stored.
func inTally(stage connect.Stage) string {
	name, err := json.Marshal(stage)
	if err != nil {
		return "" // cannot happen: strings always encode
	}
	return "%" + literal(`"stage":`+string(name)) + "%"
}

// takeSurge stores the steps of a surge: its own first, then those who join it.
func (d *docket) takeSurge(ctx context.Context, c *crowd, steps []alert.Step) error {
	if err := d.take(ctx, c, steps[:min(len(steps), 1)]); err != nil || len(steps) == 0 {
		return err
	}
	parent := steps[0].Problem
	for i := range steps[1:] {
		if err := d.joinSurge(ctx, c, &steps[1+i], parent.ID); err != nil {
			return err
		}
	}
	return nil
}

// joinSurge makes a drop-off part of a surge. Whoever was to hear of it, or did,
// hears of the surge; of one that opened right now tell does the same.
func (d *docket) joinSurge(ctx context.Context, c *crowd, step *alert.Step, parentID int64) error {
	p := &step.Problem
	if err := d.setParent(ctx, p, parentID); err != nil {
		return err
	}
	for _, m := range c.moves {
		if m.problem.ID == p.ID {
			m.problem.ParentID = parentID
		}
	}
	if err := d.note(ctx, p.ID, step.Event); err != nil {
		return err
	}
	subs, err := d.subscriptions(ctx)
	if err != nil {
		return err
	}
	all, err := hearings(ctx, d.q, p.ID)
	if err != nil || len(all) == 0 {
		return err
	}
	for _, sub := range subs {
		if h, hears := all[sub.ID]; hears {
			if err := d.hearInstead(ctx, sub, h, *p); err != nil {
				return err
			}
		}
	}
	return d.store.soil(ctx, d.q, p.ID, d.now)
}

// hearInstead has a subscription hear of a surge instead of one who is part of it.
func (d *docket) hearInstead(ctx context.Context, sub alert.Subscription, h hearing, p alert.Problem) error {
	dropped := alert.Verdict{State: alert.Dropped, Reason: alert.BecauseOutage}
	switch {
	case h.state == alert.Held:
		if err := d.record(ctx, sub, p, dropped); err != nil {
			return err
		}
	case h.state == alert.Owed:
		n, err := d.store.unowe(ctx, d.q, p.ID, sub.ID, alert.BecauseOutage)
		if err == nil && n > 0 {
			err = d.record(ctx, sub, p, dropped)
		}
		if err != nil {
			return err
		}
	case h.state == alert.Told && !h.due.IsZero():
		if err := d.setDue(ctx, h.id, 0); err != nil {
			return err
		}
	}
	if ok, _ := sub.Wish.Matches(p); !ok || sub.Paused {
		return nil
	}
	return d.join(ctx, sub, p)
}

// judgeSurge judges a surge that time may have ended.
func (s *Store) judgeSurge(ctx context.Context, q *db.Queries, was alert.Problem) (news bool, err error) {
	d := s.newDocket(q)
	c, err := d.holdCrowd(ctx, crowdOf(was))
	if err != nil || c.ParentID != was.ID {
		return false, err
	}
	if err := d.rise(ctx, c); err != nil {
		return false, err
	}
	return true, d.saveCrowd(ctx, c)
}
