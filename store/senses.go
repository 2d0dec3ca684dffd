package store

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"perch/internal/alert"
	"perch/store/internal/db"
)

// nerveRest is how often at most a sense is written down while nothing changes.
const nerveRest = time.Minute

// nerves remember what was written down of each sense last, so that what happens
// many times a second is written once a minute.
type nerves struct {
	mu    sync.Mutex
	known map[string]nerve
}

type nerve struct {
	good  bool
	wrote time.Time
	// more is how often it failed since.
	more int
}

// feel reports whether something is to be written down, and how many failures
// with it that were not.
func (n *nerves) feel(name string, good bool, at time.Time) (more int, news bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	last, known := n.known[name]
	if known && last.good == good && at.Sub(last.wrote).Abs() < nerveRest {
		if !good {
			last.more++
			n.known[name] = last
		}
		return 0, false
	}
	return last.more, true
}

func (n *nerves) wrote(name string, good bool, at time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known == nil {
		n.known = map[string]nerve{}
	}
	n.known[name] = nerve{good: good, wrote: at}
}

// Sense records that one of the ways in which Perch sees (see alert.Sense) worked
// or failed, and judges whether Perch is blind. While nothing changes it writes
// once a minute at most, and may be called for every call to Finch. Detail is
// what was said at a failure, fit for a card. At is now if it is zero.
func (s *Store) Sense(ctx context.Context, name string, good bool, detail string, at time.Time) error {
	at = s.moment(at)
	more, news := s.nerves.feel(name, good, at)
	if !news {
		return nil
	}
	err := s.changeAndJudge(ctx, func(q *db.Queries) (bool, error) {
		if err := q.HoldJudgement(ctx, ""); err != nil {
			return false, fmt.Errorf("hold the senses: %w", err)
		}
		senses, err := sensesOf(ctx, q)
		if err != nil {
			return false, err
		}
		i := slices.IndexFunc(senses, func(sense alert.Sense) bool { return sense.Name == name })
		if i < 0 {
			i, senses = len(senses), append(senses, alert.Sense{Name: name})
		}
		felt(&senses[i], good, more, detail, at)
		if err := saveSense(ctx, q, senses[i]); err != nil {
			return false, err
		}
		return s.judgeSight(ctx, q, senses)
	})
	if err != nil {
		return fmt.Errorf("record a sense: %w", err)
	}
	s.nerves.wrote(name, good, at)
	return nil
}

// felt puts one more word on a sense over what is known. An older word than the
// last of the other sort changes no more than its own time.
func felt(sense *alert.Sense, good bool, more int, detail string, at time.Time) {
	if good {
		sense.Good = latest(sense.Good, at)
		if !at.Before(sense.Bad) {
			sense.Since, sense.Count, sense.Detail = time.Time{}, 0, ""
		}
		return
	}
	sense.Bad = latest(sense.Bad, at)
	if at.Before(sense.Good) {
		return
	}
	if sense.Since.IsZero() {
		sense.Since = at
	}
	sense.Count += 1 + more
	sense.Detail = detail
}

func sensesOf(ctx context.Context, q *db.Queries) ([]alert.Sense, error) {
	rows, err := q.Senses(ctx)
	if err != nil {
		return nil, fmt.Errorf("select the senses: %w", err)
	}
	var senses []alert.Sense
	for _, r := range rows {
		senses = append(senses, alert.Sense{
			Name: r.Name, Good: timeOf(r.Good), Bad: timeOf(r.Bad), Since: timeOf(r.Since), Count: int(r.Count), Detail: r.Detail,
		})
	}
	return senses, nil
}

func saveSense(ctx context.Context, q *db.Queries, sense alert.Sense) error {
	err := q.SaveSense(ctx, db.SaveSenseParams{
		Name: word(sense.Name), Good: stamp(sense.Good), Bad: stamp(sense.Bad), Since: stamp(sense.Since),
		Count: int64(sense.Count), Detail: word(sense.Detail),
	})
	if err != nil {
		return fmt.Errorf("save a sense: %w", err)
	}
	return nil
}

// Senses returns how well Perch sees, by name.
func (s *Store) Senses(ctx context.Context) ([]alert.Sense, error) {
	senses, err := sensesOf(ctx, s.reads)
	if err != nil {
		return nil, fmt.Errorf("read the senses: %w", damage(err))
	}
	return senses, nil
}

// judgeSight is judge for Perch itself, which the transaction holds.
func (s *Store) judgeSight(ctx context.Context, q *db.Queries, senses []alert.Sense) (news bool, err error) {
	now := millis(s.now())
	found, next := alert.AssessSight(senses, now)
	if err := setJudgement(ctx, q, "", next, now); err != nil {
		return false, err
	}
	rows, err := q.OpenProblemsOf(ctx, "")
	if err != nil {
		return false, fmt.Errorf("select the open problems of Perch itself: %w", err)
	}
	open, err := problemsOf(slices.DeleteFunc(rows, func(r db.Problem) bool { return r.Kind != string(alert.Blind) }))
	if err != nil {
		return false, err
	}
	steps, err := advance(ctx, q, open, found, func(alert.Key) alert.Subject { return alert.Subject{} }, now)
	if err != nil {
		return false, err
	}
	_, err = s.happen(ctx, q, steps)
	return len(steps) > 0, err
}
