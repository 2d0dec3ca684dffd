package store

import (
	"context"
	"fmt"
	"slices"

	"perch/internal/alert"
	"perch/store/internal/db"
)

// joinAll makes problems part of an outage: all of the crowd that opened since the
// first of them did. Nobody needs to hear of them by themselves any more; whoever
// was to, or did, hears of the outage. What this transaction opened is told of by
// tell, which finds it there.
func (d *docket) joinAll(ctx context.Context, c *crowd, parent alert.Problem, steps []alert.Step) error {
	first := steps[0].Problem
	for _, step := range steps[1:] {
		if lastOpening(step.Problem).Before(lastOpening(first)) {
			first = step.Problem
		}
	}
	since := stamp(lastOpening(first))
	hearers, err := d.q.CrowdHearers(ctx, db.CrowdHearersParams{ProviderID: c.ProviderID, Class: c.Class, Since: since})
	if err != nil {
		return fmt.Errorf("select who hears of the problems of an outage: %w", err)
	}
	if err := d.silence(ctx, c, since); err != nil {
		return err
	}
	err = d.q.NoteCrowd(ctx, db.NoteCrowdParams{
		ProviderID: c.ProviderID, Class: c.Class, Since: since, At: stamp(d.now), Detail: clean(steps[0].Event.Detail),
	})
	if err != nil {
		return fmt.Errorf("note that problems joined an outage: %w", err)
	}
	err = d.q.JoinCrowd(ctx, db.JoinCrowdParams{ProviderID: c.ProviderID, Class: c.Class, Since: since, ParentID: parent.ID})
	if err != nil {
		return fmt.Errorf("have problems join an outage: %w", err)
	}
	for i := range steps {
		steps[i].Problem.ParentID = parent.ID
		for _, m := range c.moves {
			if m.problem.ID == steps[i].Problem.ID {
				m.problem.ParentID = parent.ID
			}
		}
	}
	return d.tellHearers(ctx, hearers, steps)
}

// silence takes back what is owed of problems that join an outage and drops what
// was held; the cards of those that were told show the outage.
func (d *docket) silence(ctx context.Context, c *crowd, since int64) error {
	err := d.q.UnoweCrowd(ctx, db.UnoweCrowdParams{
		ProviderID: c.ProviderID, Class: c.Class, Since: since, Now: stamp(d.now), Reason: alert.BecauseOutage,
	})
	if err == nil {
		err = d.q.SilenceCrowd(ctx, db.SilenceCrowdParams{ProviderID: c.ProviderID, Class: c.Class, Since: since, Reason: alert.BecauseOutage})
	}
	if err == nil {
		err = d.q.SoilCrowd(ctx, db.SoilCrowdParams{ProviderID: c.ProviderID, Class: c.Class, Since: since, At: stamp(d.now)})
	}
	if err != nil {
		return fmt.Errorf("take back what an outage tells: %w", err)
	}
	return nil
}

// tellHearers has those who asked for one of the problems that joined an outage
// hear of it.
func (d *docket) tellHearers(ctx context.Context, hearers []int64, steps []alert.Step) error {
	subs, err := d.subscriptions(ctx)
	if err != nil {
		return err
	}
	for _, sub := range subs {
		if sub.Paused || !slices.Contains(hearers, sub.ID) {
			continue
		}
		asked := func(step alert.Step) bool { ok, _ := sub.Wish.Matches(step.Problem); return ok }
		if i := slices.IndexFunc(steps, asked); i >= 0 {
			if err := d.join(ctx, sub, steps[i].Problem); err != nil {
				return err
			}
		}
	}
	return nil
}
