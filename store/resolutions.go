package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"perch/internal/alert"
	"perch/store/internal/db"
)

// maxAlike is how many problems' cards change when a resolution comes or goes.
const maxAlike = 50

// SaveResolution keeps how a problem was resolved, in place of what was kept of the
// same message for it, and notes that in the problem's history. The cards of open
// problems like it show it soon. Whose it is, and of which class, is the problem's. At
// is now if it is zero. Error: alert.ErrUnknownProblem.
func (s *Store) SaveResolution(ctx context.Context, r alert.Resolution) (alert.Resolution, error) {
	r.Text, r.By, r.At, r.Permalink = cut(strings.TrimSpace(clean(r.Text)), alert.MaxResolution), word(r.By), s.moment(r.At), permalinkOf(r.Permalink)
	if r.Text == "" {
		return alert.Resolution{}, errors.New("save a resolution: it says nothing")
	}
	err := s.changeAndJudge(ctx, func(q *db.Queries) (bool, error) {
		p, err := s.problemToChange(ctx, q, r.ProblemID)
		if err != nil {
			return false, err
		}
		r.Class, r.CustomerID, r.ProviderID = p.Class, customerOf(p), clean(p.Subject.ProviderID)
		r.ID, err = q.AddResolution(ctx, db.AddResolutionParams{
			ProblemID: p.ID, Class: clean(r.Class), CustomerID: r.CustomerID, ProviderID: r.ProviderID,
			Text: r.Text, Saver: r.By, Saved: stamp(r.At), Permalink: r.Permalink,
		})
		if err != nil {
			return false, fmt.Errorf("keep the resolution: %w", err)
		}
		step, err := p.NoteMade(r.By, r.At)
		if err != nil {
			return false, err
		}
		if _, err = s.happen(ctx, q, []alert.Step{step}); err != nil {
			return false, err
		}
		return true, s.soilAlike(ctx, q, r)
	})
	if err != nil {
		return alert.Resolution{}, fmt.Errorf("save a resolution: %w", err)
	}
	return r, nil
}

// customerOf is whose a problem is.
func customerOf(p alert.Problem) string {
	if id, ok := alert.CustomerOf(p.Key); ok {
		return clean(id)
	}
	return clean(p.Subject.CustomerID)
}

// soilAlike notes that the cards of the open problems that show a resolution, or did,
// are not true any more, the newest of them at most; its own, if it opened again, too.
func (s *Store) soilAlike(ctx context.Context, q *db.Queries, r alert.Resolution) error {
	alike, err := q.OpenAlike(ctx, db.OpenAlikeParams{
		Class: clean(r.Class), ProblemID: r.ProblemID, ProviderID: r.ProviderID, CustomerID: r.CustomerID, Count: maxAlike,
	})
	if err != nil {
		return fmt.Errorf("select the problems that are like it: %w", err)
	}
	alike = append(alike, r.ProblemID)
	slices.Sort(alike) // so that two transactions do not wait for each other
	for _, id := range alike {
		if err := s.soil(ctx, q, id, s.now()); err != nil {
			return err
		}
	}
	return nil
}

// DropResolution forgets one; the cards that showed it do so no more, soon. It is no
// error if there is none.
func (s *Store) DropResolution(ctx context.Context, id int64) error {
	err := s.changeAndJudge(ctx, func(q *db.Queries) (bool, error) {
		dropped, err := q.DropResolution(ctx, id)
		if err != nil {
			return false, err
		}
		for _, row := range dropped {
			if err := s.soilAlike(ctx, q, resolutionOf(row)); err != nil {
				return false, err
			}
		}
		return len(dropped) > 0, nil
	})
	if err != nil {
		return fmt.Errorf("drop a resolution: %w", err)
	}
	return nil
}

// ResolutionsOf are those of one problem, newest first.
func (s *Store) ResolutionsOf(ctx context.Context, problemID int64) ([]alert.Resolution, error) {
	rows, err := s.reads.ResolutionsOf(ctx, problemID)
	if err != nil {
		return nil, fmt.Errorf("read resolutions: %w", damage(err))
	}
	var all []alert.Resolution
	for _, row := range rows {
		all = append(all, resolutionOf(row))
	}
	return all, nil
}

// LastTime is how the like of a problem, or it itself before it opened again, was
// resolved: the newest of the same class and customer, else of the same class and
// provider; nil if nobody said.
func (s *Store) LastTime(ctx context.Context, p alert.Problem) (*alert.Resolution, error) {
	row, err := s.lastTime(ctx, p)
	if missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look how the like was resolved: %w", damage(err))
	}
	r := resolutionOf(row)
	return &r, nil
}

func (s *Store) lastTime(ctx context.Context, p alert.Problem) (db.Resolution, error) {
	if customerID := customerOf(p); customerID != "" {
		row, err := s.reads.LastOfCustomer(ctx, db.LastOfCustomerParams{Class: clean(p.Class), CustomerID: customerID, ProblemID: p.ID, Opened: stamp(p.Opened)})
		if !missing(err) {
			return row, err
		}
	}
	if p.Subject.ProviderID == "" {
		return db.Resolution{}, sql.ErrNoRows
	}
	return s.reads.LastAtProvider(ctx, db.LastAtProviderParams{Class: clean(p.Class), ProviderID: clean(p.Subject.ProviderID), ProblemID: p.ID, Opened: stamp(p.Opened)})
}

func resolutionOf(r db.Resolution) alert.Resolution {
	return alert.Resolution{
		ID: r.ID, ProblemID: r.ProblemID, Class: r.Class, CustomerID: r.CustomerID, ProviderID: r.ProviderID,
		Text: r.Text, By: r.Saver, At: timeOf(r.Saved), Permalink: r.Permalink,
	}
}
