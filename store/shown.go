package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"perch/internal/alert"
	"perch/store/internal/db"
)

// Shown is what a problem's card shows to whoever hears of it by a subscription,
// deleted or not; either is left out if its id is 0. Errors:
// alert.ErrUnknownProblem.
func (s *Store) Shown(ctx context.Context, problemID, subscriptionID int64) (alert.Shown, error) {
	shown := alert.Shown{Now: s.now()}
	var err error
	if subscriptionID != 0 {
		if shown.Subscription, err = s.anySubscription(ctx, subscriptionID); err != nil {
			return shown, err
		}
	}
	if problemID == 0 {
		return shown, nil
	}
	if shown.Problem, err = s.Problem(ctx, problemID); err != nil {
		return shown, err
	}
	if err := s.showTalk(ctx, &shown); err != nil {
		return shown, err
	}
	if shown.Problem.Key.Kind == alert.Outage {
		shown.Children, err = s.Children(ctx, problemID)
		return shown, err
	}
	if parent := shown.Problem.ParentID; parent != 0 {
		p, err := s.Problem(ctx, parent)
		if err != nil {
			return shown, err
		}
		shown.Parent = &p
	}
	shown.Odds, err = s.Odds(ctx, shown.Problem)
	return shown, err
}

// showTalk adds where a problem is talked about, and how the like of it was resolved
// before: not where people of other companies read along.
func (s *Store) showTalk(ctx context.Context, shown *alert.Shown) (err error) {
	if shown.Subscription.SharedBy != "" {
		return nil
	}
	if shown.Discussed, err = s.DiscussedIn(ctx, shown.Problem); err != nil || shown.Problem.State != alert.Open {
		return err
	}
	shown.LastTime, err = s.LastTime(ctx, shown.Problem)
	return err
}

// anySubscription is a subscription as it is, or was before it was deleted; zero
// if nobody knows it any more.
func (s *Store) anySubscription(ctx context.Context, id int64) (alert.Subscription, error) {
	row, err := s.reads.AnySubscription(ctx, id)
	if missing(err) {
		return alert.Subscription{}, nil
	}
	if err != nil {
		return alert.Subscription{}, fmt.Errorf("read a subscription: %w", damage(err))
	}
	return subscriptionOf(row)
}

// OnCard are the problems that a card shows: those of a summary or digest, or an
// outage's children.
func (s *Store) OnCard(ctx context.Context, c alert.Card) ([]alert.Problem, error) {
	switch {
	case c.ProblemID != 0:
		return s.Children(ctx, c.ProblemID)
	case c.Kind == alert.DigestCard:
		return s.onDigest(ctx, c.ID)
	}
	rows, err := s.reads.ProblemsOnCard(ctx, c.ID)
	if err != nil {
		return nil, fmt.Errorf("read what a card shows: %w", damage(err))
	}
	return problemsOf(rows)
}

// onDigest are the problems of a digest as it was sent, as they are now.
func (s *Store) onDigest(ctx context.Context, cardID int64) ([]alert.Problem, error) {
	text, err := s.reads.DigestOfCard(ctx, cardID)
	if missing(err) {
		return nil, alert.ErrUnknownProblem // too long ago
	}
	var body alert.Body
	if err == nil {
		err = json.Unmarshal([]byte(text), &body)
	}
	if err != nil {
		return nil, fmt.Errorf("read what a digest shows: %w", damage(err))
	}
	return s.ProblemsByID(ctx, body.Problems)
}

// ProblemsByID are those of the problems that are known, in the order asked for.
func (s *Store) ProblemsByID(ctx context.Context, ids []int64) ([]alert.Problem, error) {
	var rows []db.Problem
	err := s.view(ctx, func(q *db.Queries) error {
		for _, id := range ids {
			row, err := q.ProblemByID(ctx, id)
			if missing(err) {
				continue
			}
			if err != nil {
				return err
			}
			rows = append(rows, row)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read problems: %w", err)
	}
	return problemsOf(slices.Clip(rows))
}

// CardAt is the card that stands as a message; ok is false if Perch keeps none
// there.
func (s *Store) CardAt(ctx context.Context, place, ts string) (c alert.Card, ok bool, err error) {
	standing, err := found(s.reads.CardAt(ctx, db.CardAtParams{Place: clean(place), Ts: clean(ts)}))
	if err != nil || standing == nil {
		return alert.Card{}, false, damage(err)
	}
	return *standing, true, nil
}
