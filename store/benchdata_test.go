package store_test

import (
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"perch/internal/finch"
	"perch/store"
)

// The history that BenchmarkJobs reads: 400 days of 5,000 connections at 40
// providers, however many jobs there are. More connections would not do:
// 100,000 jobs must give each more than the ten that a page shows, or the
// smaller history has less to read.
const (
	benchConnections = 5_000
	benchProviders   = 40
	benchSpan        = 400 * 24 * time.Hour
)

// bench is a history of so many jobs.
type bench struct {
	place
	jobs int
}

// String is the number of jobs as people write it.
func (h bench) String() string {
	switch {
	case h.jobs >= 1_000_000:
		return fmt.Sprint(h.jobs/1_000_000, "M")
	default:
		return fmt.Sprint(h.jobs/1000, "k")
	}
}

func benchConnection(i int) string {
	return fmt.Sprintf("%08x-1111-4222-8333-%012x", uint32(i*2654435761), i)
}

func benchJob(i int) string { return fmt.Sprintf("%08x-2222-4222-8333-%012x", uint32(i*2654435761), i) }

// historyOf finds the database with so many jobs in the folder that
// PERCH_BENCH_DIR names, or makes it, there or for this run alone.
func historyOf(b *testing.B, jobs int) bench {
	b.Helper()
	folder := os.Getenv("PERCH_BENCH_DIR")
	if folder == "" {
		folder = b.TempDir()
	}
	h := bench{sqlitePlace(b), jobs}
	h.database = filepath.Join(folder, fmt.Sprintf("jobs-%d.db", jobs))
	h.keys = benchKeys(b)
	if _, err := os.Stat(h.database); err != nil {
		part := h
		part.database += ".part" // gets its name when it is whole
		part.make(b)
		if err := os.Rename(part.database, h.database); err != nil {
			b.Fatal(err)
		}
	}
	h.describe(b)
	return h
}

// benchKeys are the same in each run: the databases may outlive one.
func benchKeys(b *testing.B) []store.Key {
	b.Helper()
	secret := sha256.Sum256([]byte("benchmark"))
	keys, err := store.ParseKeys(base64.StdEncoding.EncodeToString(secret[:]))
	if err != nil {
		b.Fatal(err)
	}
	return keys
}

// describe brings a file up to date and tells its size.
func (h bench) describe(b *testing.B) {
	b.Helper()
	if err := h.open(b).Close(); err != nil {
		b.Fatal(err)
	}
	pool, err := sql.Open("sqlite", h.database)
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	var pages, size int
	if err := pool.QueryRowContext(b.Context(), `SELECT page_count, page_size FROM pragma_page_count, pragma_page_size`).Scan(&pages, &size); err != nil {
		b.Fatal(err)
	}
	b.Logf("%s jobs of %d connections in %d pages of %d bytes, %d MB", h, benchConnections, pages, size, pages*size>>20)
}

// warm reads the file into the system's cache and, where it may, holds it there
// until the benchmark ends: a system that needs nothing still takes pages back.
func (h bench) warm(b *testing.B) {
	b.Helper()
	file, err := os.Open(h.database)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { file.Close() }) // when nobody has the database open any more: see the package's duties
	if _, err := io.Copy(io.Discard, struct{ io.Reader }{file}); err != nil {
		b.Fatal(err)
	}
	if err := pin(b, file); err != nil {
		b.Logf("%s jobs may leave the system's cache: %v", h, err)
	}
}

// copied is the same history in a file that may be changed.
func (h bench) copied(b *testing.B) bench {
	b.Helper()
	from, err := os.Open(h.database)
	if err != nil {
		b.Fatal(err)
	}
	defer from.Close()
	h.database = filepath.Join(b.TempDir(), "perch.db")
	to, err := os.Create(h.database)
	if err == nil {
		_, err = io.Copy(to, from)
	}
	if err == nil {
		err = to.Close()
	}
	if err != nil {
		b.Fatal(err)
	}
	return h
}

// make writes jobs as if they had come one by one, but straight into the table:
// ten million merges take a while.
func (h bench) make(b *testing.B) {
	b.Helper()
	if err := os.RemoveAll(h.database); err != nil {
		b.Fatal(err)
	}
	s := h.open(b)
	var grants []finch.Grant
	for i := range benchConnections {
		g := named(benchConnection(i), fmt.Sprint("cust_", i), fmt.Sprint("Customer ", i))
		g.Facts.Introspection.ProviderID = fmt.Sprint("provider_", i%benchProviders)
		grants = append(grants, g)
	}
	grant(b, s, grants...)
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	pool, err := sql.Open("sqlite", "file:"+h.database+"?_pragma=synchronous(OFF)&_pragma=cache_size(-1000000)&_pragma=journal_mode(WAL)")
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	pool.SetMaxOpenConns(1)
	indexes := dropIndexes(b, pool)
	addJobs(b, pool, h.jobs)
	// Every provider has had each sort of job sometime, in the smaller history too.
	for _, statement := range append(indexes, `INSERT INTO job_sorts
		WITH at (provider_id) AS (SELECT DISTINCT provider_id FROM jobs UNION ALL SELECT ''),
			types (type) AS (SELECT DISTINCT type FROM jobs), statuses (status) AS (SELECT DISTINCT status FROM jobs)
		SELECT provider_id, type, status FROM at, types, statuses`, `PRAGMA wal_checkpoint(TRUNCATE)`) {
		run(b, pool, statement)
	}
}

func run(b *testing.B, pool *sql.DB, statement string) {
	b.Helper()
	if _, err := pool.ExecContext(b.Context(), statement); err != nil {
		b.Fatalf("%s: %v", statement, err)
	}
}

// dropIndexes takes the indexes off the table of jobs and returns what makes
// them again: at the end that is many times quicker.
func dropIndexes(b *testing.B, pool *sql.DB) []string {
	b.Helper()
	rows, err := pool.QueryContext(b.Context(), `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'jobs'`)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	var names, made []string
	for rows.Next() {
		var name, statement string
		if err := rows.Scan(&name, &statement); err != nil {
			b.Fatal(err)
		}
		names, made = append(names, name), append(made, statement)
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	rows.Close()
	for _, name := range names {
		run(b, pool, "DROP INDEX "+name)
	}
	return made
}

// addJobs gives the connections a job each in turn, every time in another order.
func addJobs(b *testing.B, pool *sql.DB, jobs int) {
	b.Helper()
	r := rand.New(rand.NewPCG(5, 6))
	var turn []int
	for from := 0; from < jobs; from += 100_000 {
		tx, err := pool.BeginTx(b.Context(), nil)
		if err != nil {
			b.Fatal(err)
		}
		add, err := tx.PrepareContext(b.Context(), `INSERT INTO jobs (id, connection_id, provider_id, entity_id, kind, type, status, at,
			created, scheduled, started, completed, first_seen, learned, gone, request_ids, results, next_read, read_fence)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $8, $11, $9, $11, 0, $12, '', 0, 0)`)
		if err != nil {
			b.Fatal(err)
		}
		for i := from; i < min(from+100_000, jobs); i++ {
			if len(turn) == 0 {
				turn = r.Perm(benchConnections)
			}
			at := start.Add(-benchSpan + benchSpan/time.Duration(jobs)*time.Duration(i))
			if _, err := add.ExecContext(b.Context(), benchRow(r, i, turn[0], at)...); err != nil {
				b.Fatal(err)
			}
			turn = turn[1:]
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
	}
}

// benchRow is one job: nine of ten are scheduled syncs, one of twenty failed, a
// few are of rare sorts.
func benchRow(r *rand.Rand, i, of int, at time.Time) []any {
	connection, entity, kind, job := benchConnection(of), "", finch.Automated, finch.DataSync
	scheduled := at.UnixMilli()
	if n := r.IntN(100); n < 10 {
		kind, scheduled, entity = finch.Manual, 0, "entity of "+connection
		job = []string{"benefit_enroll", "benefit_unenroll", "benefit_update", "benefit_register", "benefit_create"}[min(n, 4)]
	}
	status := finch.JobComplete
	switch n := r.IntN(1000); {
	case n < 30:
		status = finch.JobFailed
	case n < 45:
		status = finch.JobReauthError
	case n < 50:
		status = finch.JobPermissionsError
	case n < 52:
		status = finch.JobMissing
	}
	return []any{
		benchJob(i), connection, fmt.Sprint("provider_", of%benchProviders), entity, string(kind), job, string(status), at.UnixMilli(),
		at.Add(-time.Hour).UnixMilli(), scheduled, at.Add(7 * time.Minute).UnixMilli(),
		fmt.Sprintf(`["%08x-3333-4222-8333-%012x"]`, uint32(i), i),
	}
}
