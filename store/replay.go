package store

import (
	"context"
	"fmt"
	"time"

	"perch/internal/alert"
	"perch/store/internal/db"
)

// pastMost is how many problems of the past are looked at.
const pastMost = 20_000

// PastProblems returns the problems of the time since, those that were open then
// already included; the newest where there are more than 20,000.
func (s *Store) PastProblems(ctx context.Context, since time.Time) ([]alert.Problem, error) {
	var past []alert.Problem
	err := s.view(ctx, func(q *db.Queries) error {
		rows, err := q.ProblemsSince(ctx, db.ProblemsSinceParams{Since: stamp(since), Count: pastMost})
		if err != nil {
			return fmt.Errorf("select the problems since: %w", err)
		}
		over, err := q.ProblemsOverSince(ctx, db.ProblemsOverSinceParams{Since: stamp(since), Count: pastMost})
		if err != nil {
			return fmt.Errorf("select the problems that were over since: %w", err)
		}
		open, err := q.OpenProblemsBefore(ctx, stamp(since))
		if err != nil {
			return fmt.Errorf("select the problems that are open since before: %w", err)
		}
		past, err = problemsOf(append(append(rows, over...), open...))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the problems of the past: %w", err)
	}
	return past, nil
}

// watchForProblems is the name of a beginning.
const watchForProblems = "problems"

// KnownSince is from when on problems are known: since Perch began to watch for
// them, or since the oldest job that Finch's webhooks told of later.
func (s *Store) KnownSince(ctx context.Context) (time.Time, error) {
	at, err := s.reads.Began(ctx, watchForProblems)
	if err != nil {
		return time.Time{}, fmt.Errorf("read since when problems are known: %w", damage(err))
	}
	oldest, err := s.reads.OldestJob(ctx)
	if err != nil && !missing(err) {
		return time.Time{}, fmt.Errorf("select the oldest job: %w", damage(err))
	}
	if err == nil {
		at = min(at, oldest)
	}
	return timeOf(at), nil
}

// begin notes, the first time, that the watch for problems begins.
func (s *Store) begin(ctx context.Context) error {
	if err := s.writes.Begin(ctx, db.BeginParams{Name: watchForProblems, At: stamp(s.now())}); err != nil {
		return fmt.Errorf("note that the watch for problems begins: %w", damage(err))
	}
	return nil
}

// oddsOf is how many of the last problems count for the odds.
const oddsOf = 500

// Odds returns how problems like this one, outages' children aside, have gone
// before: at its provider where that says enough, else anywhere.
func (s *Store) Odds(ctx context.Context, p alert.Problem) (alert.Odds, error) {
	own, err := s.reads.OddsAtProvider(ctx, db.OddsAtProviderParams{
		Class: clean(p.Class), ProviderID: clean(p.Subject.ProviderID), Count: oddsOf,
	})
	if err != nil {
		return alert.Odds{}, fmt.Errorf("read how problems go: %w", damage(err))
	}
	if odds := (alert.Odds{Healed: int(own.Healed), Of: int(own.Number)}); odds.Known() {
		return odds, nil
	}
	all, err := s.reads.OddsOfAll(ctx, db.OddsOfAllParams{Class: clean(p.Class), Count: oddsOf})
	if err != nil {
		return alert.Odds{}, fmt.Errorf("read how problems go: %w", damage(err))
	}
	return alert.Odds{Healed: int(all.Healed), Of: int(all.Number)}, nil
}
