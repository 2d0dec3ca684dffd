package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"perch/internal/alert"
	"perch/internal/thread"
	"perch/store/internal/db"
)

// DiscussedIn are the threads that talk of a problem, newest first. Threads that
// people of other companies may read are left out.
func (s *Store) DiscussedIn(ctx context.Context, p alert.Problem) ([]alert.Discussion, error) {
	var found []alert.Discussion
	err := s.view(ctx, func(q *db.Queries) (err error) {
		found, err = talksOf(ctx, q, 0, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look where a problem is discussed: %w", err)
	}
	return found, nil
}

// talksOf are the threads that talk of one of the problems, but for the thread of
// that number, newest first.
func talksOf(ctx context.Context, q *db.Queries, but int64, problems ...alert.Problem) ([]alert.Discussion, error) {
	talks := map[int64]alert.Discussion{}
	for _, p := range problems {
		rows, err := concerned(ctx, q, p, mostTold)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if r.Thread.ID != but && r.Thread.SharedBy == "" && r.ChannelSharedBy == "" {
				talks[r.Thread.ID] = alert.Discussion{Channel: r.Thread.Channel, Permalink: r.Thread.Permalink, Since: timeOf(r.Thread.Made)}
			}
		}
	}
	ids := slices.SortedFunc(maps.Keys(talks), func(a, b int64) int {
		return cmp.Or(talks[b].Since.Compare(talks[a].Since), cmp.Compare(b, a))
	})
	var found []alert.Discussion
	for _, id := range ids {
		found = append(found, talks[id])
	}
	return found, nil
}

// concerned are the bonds that a problem concerns, with the newest of their threads.
func concerned(ctx context.Context, q *db.Queries, p alert.Problem, threads int32) ([]db.BondsNearRow, error) {
	near := db.BondsNearParams{
		Count:        threads,
		ConnectionID: clean(p.Key.ConnectionID), CompanyID: cut(clean(p.Subject.CompanyID), idLength), CustomerID: cut(clean(p.Subject.CustomerID), idLength),
	}
	if customerID, ok := alert.CustomerOf(p.Key); ok {
		near.CustomerID = clean(customerID)
	}
	if near == (db.BondsNearParams{Count: threads}) {
		return nil, nil
	}
	rows, err := q.BondsNear(ctx, near)
	if err != nil {
		return nil, fmt.Errorf("select who talks of problem %d: %w", p.ID, err)
	}
	rows = slices.DeleteFunc(rows, func(r db.BondsNearRow) bool { return !thread.Concerns(bondOf(r.ThreadBond), p) })
	slices.SortFunc(rows, func(a, b db.BondsNearRow) int { return cmp.Compare(a.Thread.ID, b.Thread.ID) })
	return rows, nil
}
