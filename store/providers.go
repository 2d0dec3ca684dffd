package store

import (
	"context"
	"fmt"
	"time"

	"perch/internal/finch"
	"perch/store/internal/db"
)

// SaveProviders keeps Finch's catalogue, learned at the given time. Providers
// that left the catalogue stay known: connections may still name them.
func (s *Store) SaveProviders(ctx context.Context, providers []finch.Provider, at time.Time) error {
	learned := stamp(s.moment(at))
	err := s.change(ctx, func(q *db.Queries) error {
		for _, p := range providers {
			err := q.SaveProvider(ctx, db.SaveProviderParams{
				ID: clean(p.ID), DisplayName: clean(p.DisplayName), Products: toJSON(p.Products),
				Folded: lines(fold(p.DisplayName), fold(p.ID)), Learned: learned,
			})
			if err != nil {
				return fmt.Errorf("save a provider: %w", err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep the providers: %w", err)
	}
	return nil
}

// ProvidersLearned is when the catalogue was last learned; zero if never.
func (s *Store) ProvidersLearned(ctx context.Context) (time.Time, error) {
	ms, err := s.reads.ProvidersLearned(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("read when the providers were learned: %w", damage(err))
	}
	return timeOf(ms), nil
}
