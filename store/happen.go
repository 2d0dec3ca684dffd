package store

import (
	"context"
	"fmt"
	"time"

	"perch/internal/alert"
	"perch/store/internal/db"
)

// docket is what one transaction does to problems, and to those who hear of them.
type docket struct {
	store *Store
	q     *db.Queries
	now   time.Time
	// crowds are held; see holdCrowds.
	crowds []*crowd
	// subs are all subscriptions that stand, once somebody needs them.
	subs    []alert.Subscription
	subsFor bool
	// parents are what was heard of outages that children joined.
	parents map[int64]map[int64]hearing
}

func (s *Store) newDocket(q *db.Queries) *docket {
	return &docket{store: s, q: q, now: millis(s.now()), parents: map[int64]map[int64]hearing{}}
}

// happen writes steps of problems down and does what follows from them: the
// outage they belong to, who hears of them, what is owed, which cards are not true
// any more, what is said in threads. It returns the problems as they are then, a
// step each.
//
// Whoever calls it holds the connections that the problems are of, or whatever
// else guards them. It holds then, in this order and each in the order of its
// names: the crowds, the problems. So two transactions never wait for each other
// in a circle, but for the cards of others that both make untrue, where
// PostgreSQL ends one and change runs it again.
func (s *Store) happen(ctx context.Context, q *db.Queries, steps []alert.Step) ([]alert.Step, error) {
	return s.happenIn(ctx, q, s.newBulletin(q), steps)
}

// happenIn is happen for whoever has more to say in threads.
func (s *Store) happenIn(ctx context.Context, q *db.Queries, b *bulletin, steps []alert.Step) ([]alert.Step, error) {
	if len(steps) == 0 {
		return nil, nil
	}
	d := s.newDocket(q)
	if err := d.holdCrowds(ctx, steps); err != nil {
		return nil, err
	}
	for i := range steps {
		if err := d.write(ctx, steps, i); err != nil {
			return nil, err
		}
	}
	if err := d.gather(ctx); err != nil {
		return nil, err
	}
	for i := range steps {
		if err := d.tell(ctx, steps[i]); err != nil {
			return nil, err
		}
	}
	return steps, b.problems(ctx, steps)
}

// write stores a step. The same problem may take several steps at once: the
// later ones then learn its number from the first.
func (d *docket) write(ctx context.Context, steps []alert.Step, i int) error {
	p := &steps[i].Problem
	for j := range i {
		if earlier := steps[j].Problem; p.ID == 0 && earlier.Key == p.Key {
			p.ID = earlier.ID
		}
	}
	was := spot{}
	if p.ID != 0 {
		row, err := d.q.ProblemPlace(ctx, p.ID)
		if err != nil {
			return fmt.Errorf("select where the problem stands: %w", err)
		}
		was = spot{state: alert.State(row.State), parentID: row.ParentID}
	}
	if err := d.save(ctx, p); err != nil {
		return err
	}
	if err := d.note(ctx, p.ID, steps[i].Event); err != nil {
		return err
	}
	return d.count(ctx, p, was)
}

// spot is where a problem stood before a step.
type spot struct {
	state    alert.State // empty if there was none
	parentID int64
}

func (d *docket) save(ctx context.Context, p *alert.Problem) error {
	if p.ID == 0 {
		id, err := d.q.AddProblem(ctx, db.AddProblemParams{
			Key: clean(p.Key.String()), Kind: string(p.Key.Kind), Class: clean(p.Class),
			ConnectionID: clean(p.Key.ConnectionID), ProviderID: clean(p.Subject.ProviderID), State: string(p.State),
			Opened: stamp(p.Opened), Noted: stamp(p.Noted), Latest: stamp(lastOpening(*p)), Over: stamp(p.Over),
			ClaimedBy: clean(p.ClaimedBy), Healed: flag(healed(*p)), Wake: stamp(p.WakeAt()), Facts: textOf(*p),
		})
		if err != nil {
			return fmt.Errorf("add a problem: %w", err)
		}
		p.ID, p.ParentID, p.Version = id, 0, 1
		return nil
	}
	row, err := d.q.SaveProblem(ctx, db.SaveProblemParams{
		ID: p.ID, Key: clean(p.Key.String()), Class: clean(p.Class), ProviderID: clean(p.Subject.ProviderID), State: string(p.State),
		Opened: stamp(p.Opened), Noted: stamp(p.Noted), Latest: stamp(lastOpening(*p)), Over: stamp(p.Over),
		ClaimedBy: clean(p.ClaimedBy), Healed: flag(healed(*p)), Wake: stamp(p.WakeAt()), Facts: textOf(*p),
	})
	if err != nil {
		return fmt.Errorf("save problem %d: %w", p.ID, err)
	}
	p.ParentID, p.Version = row.ParentID, row.Version
	return nil
}

// note adds a line to a problem's history. What changes its card alone, such as
// an outage's counts, is none.
func (d *docket) note(ctx context.Context, id int64, e alert.Event) error {
	if e.What == alert.HasChanged {
		return nil
	}
	at := e.At
	if at.IsZero() {
		at = d.now
	}
	err := d.q.AddProblemEvent(ctx, db.AddProblemEventParams{
		ProblemID: id, At: stamp(at), Who: clean(e.Who), What: string(e.What), Detail: clean(e.Detail),
	})
	if err != nil {
		return fmt.Errorf("note what happened to problem %d: %w", id, err)
	}
	return nil
}
