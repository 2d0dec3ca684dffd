package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"perch/internal/finch"
	"perch/store/internal/db"
)

// A range costs a search of its own, about as much as a look at ten jobs that lie
// side by side. So where words mean more than manyProviders, whose jobs are then
// seldom rare, the last jobs are looked through first, but at no greater cost
// than the ranges have: these bound it, however many jobs there are.
const (
	manyProviders = 8
	looksForRange = 10
	mostLooks     = 2000
)

// ofSorts finds the newest jobs of several sorts.
func (sp span) ofSorts(ctx context.Context, q *db.Queries, query finch.JobQuery, sorts []db.JobSort) ([]db.JobLine, error) {
	if query.Provider != "" && providers(sorts) > manyProviders {
		rows, enough, err := sp.lately(ctx, q, query, sorts)
		if enough || err != nil {
			return rows, err
		}
	}
	return sp.merged(ctx, q, indexFor(query), sorts)
}

// index is what has the jobs of a range in the order of the history.
type index int

const (
	bySort         index = iota // of a type and status
	byProvider                  // of a provider
	byProviderSort              // of a type and status, of a provider
)

// indexFor has a range for each of the sorts that a query finds, and no other job in it.
func indexFor(query finch.JobQuery) index {
	switch {
	case query.Provider == "":
		return bySort
	case ofAnySort(query):
		return byProvider
	default:
		return byProviderSort
	}
}

// providers counts the providers of sorts, of which each one's stand together.
func providers(sorts []db.JobSort) int {
	n := 0
	for i, s := range sorts {
		if i == 0 || s.ProviderID != sorts[i-1].ProviderID {
			n++
		}
	}
	return n
}

// lately looks for the jobs among the last of the span. It has enough if all that
// belong on the page were among them.
func (sp span) lately(ctx context.Context, q *db.Queries, query finch.JobQuery, sorts []db.JobSort) (rows []db.JobLine, enough bool, err error) {
	looks := min(looksForRange*len(sorts), mostLooks)
	back, err := q.PlaceBack(ctx, db.PlaceBackParams{Since: sp.since, BeforeAt: sp.beforeAt, BeforeSeq: sp.beforeSeq, Count: count(looks)})
	whole := missing(err) // the span has fewer jobs
	if err != nil && !whole {
		return nil, false, fmt.Errorf("select a place in the history: %w", err)
	}
	sp.since = max(sp.since, back)
	rows, err = sp.ofAll(ctx, q, query, sorts)
	if err != nil {
		return nil, false, fmt.Errorf("select the last jobs: %w", err)
	}
	return rows, whole || len(rows) == sp.count, nil
}

// merged finds the newest jobs of several ranges. Of each the index alone gives
// the places in the history; then those few jobs are read that come first.
func (sp span) merged(ctx context.Context, q *db.Queries, by index, ranges []db.JobSort) ([]db.JobLine, error) {
	ranges, sp, err := sp.foremost(ctx, q, by, ranges)
	if err != nil {
		return nil, err
	}
	var newest []db.JobLine
	for _, r := range ranges {
		rows, err := sp.jobsOf(ctx, q, by, r)
		if err != nil {
			return nil, fmt.Errorf("select the jobs of a range: %w", err)
		}
		newest = append(newest, rows...)
	}
	slices.SortFunc(newest, func(a, b db.JobLine) int { return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(b.Seq, a.Seq)) })
	return newest[:min(len(newest), sp.count)], nil
}

// placed is where a job of a range stands in the history.
type placed struct {
	at int64
	in db.JobSort
}

// foremost are the ranges among whose jobs the newest are, and the span narrowed
// to those. Once there are enough, only what is newer than the last is read on.
func (sp span) foremost(ctx context.Context, q *db.Queries, by index, ranges []db.JobSort) ([]db.JobSort, span, error) {
	var newest []placed
	for _, r := range ranges {
		places, err := sp.placesOf(ctx, q, by, r)
		if err != nil {
			return nil, span{}, fmt.Errorf("select the places of a range: %w", err)
		}
		if len(places) == 0 {
			continue
		}
		for _, at := range places {
			newest = append(newest, placed{at, r})
		}
		slices.SortStableFunc(newest, func(a, b placed) int { return cmp.Compare(b.at, a.at) })
		if len(newest) >= sp.count {
			sp.since = newest[sp.count-1].at
			newest = slices.DeleteFunc(newest, func(p placed) bool { return p.at < sp.since })
		}
	}
	var found []db.JobSort
	for _, p := range newest {
		if !slices.Contains(found, p.in) {
			found = append(found, p.in)
		}
	}
	return found, sp, nil
}

func (sp span) placesOf(ctx context.Context, q *db.Queries, by index, r db.JobSort) ([]int64, error) {
	switch by {
	case bySort:
		return q.PlacesOfSort(ctx, db.PlacesOfSortParams{
			Type: r.Type, Status: r.Status, Since: sp.since, BeforeAt: sp.beforeAt, BeforeSeq: sp.beforeSeq, Count: count(sp.count),
		})
	case byProvider:
		return q.PlacesOfProvider(ctx, db.PlacesOfProviderParams{
			ProviderID: r.ProviderID, Since: sp.since, BeforeAt: sp.beforeAt, BeforeSeq: sp.beforeSeq, Count: count(sp.count),
		})
	default:
		return q.PlacesOfProviderSort(ctx, db.PlacesOfProviderSortParams{
			ProviderID: r.ProviderID, Type: r.Type, Status: r.Status,
			Since: sp.since, BeforeAt: sp.beforeAt, BeforeSeq: sp.beforeSeq, Count: count(sp.count),
		})
	}
}

func (sp span) jobsOf(ctx context.Context, q *db.Queries, by index, r db.JobSort) ([]db.JobLine, error) {
	switch by {
	case bySort:
		return q.JobsOfSort(ctx, db.JobsOfSortParams{
			Type: r.Type, Status: r.Status, Since: sp.since, BeforeAt: sp.beforeAt, BeforeSeq: sp.beforeSeq, Count: count(sp.count),
		})
	case byProvider:
		return q.JobsOfProvider(ctx, db.JobsOfProviderParams{
			ProviderID: r.ProviderID, Since: sp.since, BeforeAt: sp.beforeAt, BeforeSeq: sp.beforeSeq, Count: count(sp.count),
		})
	default:
		return q.JobsOfProviderSort(ctx, db.JobsOfProviderSortParams{
			ProviderID: r.ProviderID, Type: r.Type, Status: r.Status,
			Since: sp.since, BeforeAt: sp.beforeAt, BeforeSeq: sp.beforeSeq, Count: count(sp.count),
		})
	}
}
