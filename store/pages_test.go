package store_test

import (
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	driver "modernc.org/sqlite"

	"perch/internal/finch"
	"perch/store"
)

// TestRareJobsAreFoundInFewPages asks for jobs that lie at the far end of a
// history of others, by every filter, and counts the pages that SQLite looks at.
// Ten times as many jobs make the trees a little deeper, no more, except of a
// connection or entity, whose own jobs are looked through, but in the index alone.
func TestRareJobsAreFoundInFewPages(t *testing.T) {
	const few, many = 3000, 30_000
	var mu sync.Mutex
	readers := map[string]driver.DBStatus{} // the one that answers, for nobody asks at the same time
	driver.RegisterConnectionHook(func(c driver.ExecQuerierContext, dsn string) error {
		mu.Lock()
		defer mu.Unlock()
		if file, pragmas, _ := strings.Cut(strings.TrimPrefix(dsn, "file:"), "?"); strings.Contains(pragmas, "query_only") {
			readers[file] = c.(driver.DBStatus)
		}
		return nil
	})
	pages := func(t *testing.T, p place, s *store.Store, query finch.JobQuery) int {
		before := looked(t, readers[p.database])
		page, err := s.Jobs(t.Context(), query)
		if err != nil || len(page.Jobs) == 0 || page.Next != "" {
			t.Errorf("%+v: %d jobs, next %q, %v", query, len(page.Jobs), page.Next, err)
		}
		return looked(t, readers[p.database]) - before
	}
	missing, failed := []finch.JobStatus{finch.JobMissing}, []finch.JobStatus{finch.JobFailed, finch.JobPermissionsError}
	old := start.Add(-few * time.Minute) // nothing but the rare ones happened before
	small, large := sqlitePlace(t), sqlitePlace(t)
	ofSmall, ofLarge := crowded(t, small, few), crowded(t, large, many)
	for _, c := range []struct {
		name  string
		query finch.JobQuery
		own   bool // the jobs are of a connection or entity that has nearly all
	}{
		{name: "a status", query: finch.JobQuery{Statuses: missing}},
		{name: "a type", query: finch.JobQuery{Types: []string{"benefit_create"}}},
		{name: "a type and status", query: finch.JobQuery{Types: []string{"benefit_create"}, Statuses: failed}},
		{name: "a provider", query: finch.JobQuery{Provider: "rare_3"}},
		{name: "a provider's status", query: finch.JobQuery{Provider: "rare_3", Statuses: failed}},
		{name: "the frequent provider's status", query: finch.JobQuery{Provider: "frequent", Statuses: missing}},
		{name: "many providers", query: finch.JobQuery{Provider: "are_"}},
		{name: "many providers' status", query: finch.JobQuery{Provider: "are_", Statuses: failed}},
		{name: "all providers' status", query: finch.JobQuery{Provider: "re", Statuses: failed}},
		{name: "all providers' type, status and time", query: finch.JobQuery{Provider: "re", Types: []string{"benefit_create"}, Statuses: failed, Until: start.Add(-time.Hour)}},
		{name: "a time", query: finch.JobQuery{Until: old.Add(-100 * 24 * time.Hour)}},
		{name: "a connection", query: finch.JobQuery{ConnectionID: "conn-rare"}},
		{name: "a connection's status", query: finch.JobQuery{ConnectionID: "conn-frequent", Statuses: missing}, own: true},
		{name: "a connection's type", query: finch.JobQuery{ConnectionID: "conn-frequent", Types: []string{"benefit_create"}}, own: true},
		{name: "a connection's entity", query: finch.JobQuery{ConnectionID: "conn-frequent", EntityID: "entity-rare"}, own: true},
		{name: "a connection's provider", query: finch.JobQuery{ConnectionID: "conn-frequent", Provider: "rare_1"}, own: true},
		{name: "an entity's status", query: finch.JobQuery{EntityID: "entity-frequent", Statuses: missing}, own: true},
	} {
		c.query.Limit = 1000
		before, after := pages(t, small, ofSmall, c.query), pages(t, large, ofLarge, c.query)
		t.Logf("%-40s %5d pages, %5d pages", c.name, before, after)
		if !c.own && after > 2*before {
			t.Errorf("%s: %d pages of %d jobs, %d of %d", c.name, before, few, after, many)
		}
		if c.own && after > many/10 {
			t.Errorf("%s: %d pages for %d jobs", c.name, after, many)
		}
	}
}

// looked counts the pages that a connection has looked at.
func looked(t *testing.T, connection driver.DBStatus) int {
	t.Helper()
	hits, _, err := connection.Status(driver.DBStatusCacheHit, false)
	if err != nil {
		t.Fatal(err)
	}
	misses, _, err := connection.Status(driver.DBStatusCacheMiss, false)
	if err != nil {
		t.Fatal(err)
	}
	return hits + misses
}

// crowded opens a store with 60 rare jobs, long past, and then so many frequent ones.
func crowded(t *testing.T, p place, frequent int) *store.Store {
	t.Helper()
	if err := p.open(t).Close(); err != nil {
		t.Fatal(err)
	}
	pool, err := sql.Open("sqlite", p.database)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	add := func(count int, newest time.Time, sort string) {
		if _, err := pool.ExecContext(t.Context(), fmt.Sprintf(`INSERT INTO jobs (id, connection_id, provider_id, entity_id, kind, type, status, at,
				created, scheduled, started, completed, first_seen, learned, gone, request_ids, results, next_read, read_fence)
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
			SELECT hex(randomblob(16)), %s, %d - i * 60000, 0, 0, 0, 0, 0, 0, 0, '["%s"]', '', 0, 0 FROM n`,
			count, sort, newest.UnixMilli(), strings.Repeat("x", 200))); err != nil {
			t.Fatal(err)
		}
	}
	add(frequent, start, `'conn-frequent', 'frequent', 'entity-frequent', 'automated', 'data_sync_all', 'complete'`)
	past := start.Add(-200 * 24 * time.Hour)
	add(40, past, `'conn-rare', 'rare_' || (i % 20), 'entity-rare', 'manual', 'benefit_create', CASE WHEN i > 20 THEN 'error' ELSE 'complete' END`)
	add(10, past, `'conn-frequent', 'frequent', 'entity-frequent', 'automated', 'data_sync_all', 'missing'`)
	add(10, past, `'conn-frequent', 'rare_1', 'entity-rare', 'manual', 'benefit_create', 'permissions_error'`)
	if _, err := pool.ExecContext(t.Context(), `INSERT INTO job_sorts SELECT provider_id, type, status FROM jobs UNION SELECT '', type, status FROM jobs`); err != nil {
		t.Fatal(err)
	}
	return p.open(t)
}
