package store

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"perch/internal/finch"
	"perch/store/internal/db"
)

// span is a stretch of the history: count jobs from since on, before a place.
type span struct {
	since, beforeAt, beforeSeq int64
	count                      int
}

// spanOf is what a query asks for at most. What lies ahead is no history.
func (s *Store) spanOf(query finch.JobQuery) (span, error) {
	sp := span{since: stamp(query.Since), beforeAt: stamp(s.now()) + 1, count: min(max(query.Limit, 1), 1000) + 1}
	if !query.Until.IsZero() {
		sp.beforeAt = min(sp.beforeAt, stamp(query.Until))
	}
	if query.After == "" {
		return sp, nil
	}
	var c jobCursor
	if err := unpackCursor(query.After, &c); err != nil {
		return span{}, err
	}
	switch {
	case c.Of != jobsMark(query):
		return span{}, fmt.Errorf("%w: it belongs to another list: ask for the first page", ErrCursor)
	case c.At <= 0 || c.Seq <= 0:
		return span{}, fmt.Errorf("%w: it names no place in the list: ask for the first page", ErrCursor)
	case c.At < sp.beforeAt:
		sp.beforeAt, sp.beforeSeq = c.At, c.Seq
	}
	return sp, nil
}

// read takes the way by which the least is read: through a connection or an
// entity, whose jobs are few enough to look through; else through each range of
// an index that the filters leave; else along the whole history.
func (sp span) read(ctx context.Context, q *db.Queries, query finch.JobQuery) ([]db.JobLine, error) {
	sorts, err := sortsOf(ctx, q, query)
	if err != nil || sorts != nil && len(sorts) == 0 {
		return nil, err
	}
	var rows []db.JobLine
	switch {
	case query.ConnectionID != "":
		rows, err = sp.ofConnection(ctx, q, query, sorts)
	case query.EntityID != "":
		rows, err = sp.ofEntity(ctx, q, query, sorts)
	case sorts != nil:
		return sp.ofSorts(ctx, q, query, sorts)
	default:
		rows, err = sp.ofAll(ctx, q, query, sorts)
	}
	if err != nil {
		return nil, fmt.Errorf("select the jobs: %w", err)
	}
	return rows, nil
}

func (sp span) ofAll(ctx context.Context, q *db.Queries, query finch.JobQuery, sorts []db.JobSort) ([]db.JobLine, error) {
	return q.JobsOfAll(ctx, db.JobsOfAllParams{
		Since: sp.since, BeforeAt: sp.beforeAt, BeforeSeq: sp.beforeSeq,
		Statuses: anyOf(query.Statuses), Types: anyOf(query.Types), Providers: providersOf(query, sorts), Count: count(sp.count),
	})
}

func (sp span) ofConnection(ctx context.Context, q *db.Queries, query finch.JobQuery, sorts []db.JobSort) ([]db.JobLine, error) {
	return q.JobsOfConnection(ctx, db.JobsOfConnectionParams{
		ConnectionID: clean(query.ConnectionID), EntityID: clean(query.EntityID),
		Since: sp.since, BeforeAt: sp.beforeAt, BeforeSeq: sp.beforeSeq,
		Statuses: anyOf(query.Statuses), Types: anyOf(query.Types), Providers: providersOf(query, sorts), Count: count(sp.count),
	})
}

func (sp span) ofEntity(ctx context.Context, q *db.Queries, query finch.JobQuery, sorts []db.JobSort) ([]db.JobLine, error) {
	return q.JobsOfEntity(ctx, db.JobsOfEntityParams{
		EntityID: clean(query.EntityID), Since: sp.since, BeforeAt: sp.beforeAt, BeforeSeq: sp.beforeSeq,
		Statuses: anyOf(query.Statuses), Types: anyOf(query.Types), Providers: providersOf(query, sorts), Count: count(sp.count),
	})
}

// sortsOf are the sorts of jobs there are that pass the filters by status, type
// and provider; nil if they are not needed to find the jobs.
func sortsOf(ctx context.Context, q *db.Queries, query finch.JobQuery) ([]db.JobSort, error) {
	few := query.ConnectionID != "" || query.EntityID != ""
	if query.Provider == "" && (few || len(query.Statuses) == 0 && len(query.Types) == 0) {
		return nil, nil
	}
	all, err := sortsAt(ctx, q, query)
	if err != nil {
		return nil, fmt.Errorf("select the sorts of jobs: %w", err)
	}
	sorts := []db.JobSort{}
	for _, s := range all {
		if passes(query.Statuses, finch.JobStatus(s.Status)) && passes(query.Types, s.Type) {
			sorts = append(sorts, s)
		}
	}
	return sorts, nil
}

// sortsAt are the sorts of jobs there are at a provider if its id is given, else
// at all that the words mean, one provider's after the other's. Where it does not
// matter of which sort a job is, it is one for each provider.
func sortsAt(ctx context.Context, q *db.Queries, query finch.JobQuery) ([]db.JobSort, error) {
	if query.Provider == "" {
		return q.JobSorts(ctx)
	}
	sorts, err := q.JobSortsOfProvider(ctx, clean(query.Provider))
	switch {
	case err != nil:
		return nil, err
	case len(sorts) > 0 && ofAnySort(query):
		return sorts[:1], nil
	case len(sorts) > 0:
		return sorts, nil
	case !ofAnySort(query):
		return q.JobSortsOfProviders(ctx, within(query.Provider))
	}
	ids, err := q.JobProviders(ctx, within(query.Provider))
	for _, id := range ids {
		sorts = append(sorts, db.JobSort{ProviderID: id})
	}
	return sorts, err
}

func ofAnySort(query finch.JobQuery) bool { return len(query.Statuses) == 0 && len(query.Types) == 0 }

func passes[T comparable](wanted []T, it T) bool {
	return len(wanted) == 0 || slices.Contains(wanted, it)
}

// anyOf writes a list of words as the queries search it; empty for any.
func anyOf[T ~string](words []T) string {
	if len(words) == 0 {
		return ""
	}
	var b strings.Builder
	for _, w := range words {
		b.WriteString("," + clean(string(w)))
	}
	return b.String() + ","
}

func providersOf(query finch.JobQuery, sorts []db.JobSort) string {
	if query.Provider == "" {
		return ""
	}
	var ids []string
	for _, s := range sorts {
		ids = append(ids, s.ProviderID)
	}
	return anyOf(slices.Compact(ids)) // they come in order
}

// jobCursor is where a page of jobs ended; see cursor.
type jobCursor struct {
	At  int64  `json:"a"`
	Seq int64  `json:"s"`
	Of  string `json:"o"`
}

// jobsMark tells the lists apart by what they were asked for.
func jobsMark(query finch.JobQuery) string {
	query.After, query.Limit = "", 0
	return markOf(query)
}

// markOf is a short mark of a query, the same for the same query.
func markOf(query any) string {
	text, err := json.Marshal(query)
	if err != nil {
		return "" // cannot happen: strings and times of this age always encode
	}
	sum := sha256.Sum256(text)
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}
