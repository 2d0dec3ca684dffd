package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"perch/internal/finch"
	"perch/store"
)

const (
	benchProviders = 40
	benchSpan      = 400 * 24 * time.Hour
)

// benchConnections gives each connection at least twenty jobs.
func benchConnections(jobs int) int { return min(10_000, max(1, jobs/20)) }

var benchFailed = []finch.JobStatus{finch.JobFailed, finch.JobReauthError, finch.JobPermissionsError}

// BenchmarkJobs measures what a person waits for who asks for jobs, with
// PERCH_BENCH_JOBS of them (100,000 if it is not set) of up to 10,000 connections
// and 40 providers in 400 days, on SQLite. p50 and p99 are over all runs, each of
// which asks for another connection or time. "cold" is the first asking after
// the file has left the system's cache (Linux; everywhere else it is warm too).
func BenchmarkJobs(b *testing.B) {
	jobs := 100_000
	if text := os.Getenv("PERCH_BENCH_JOBS"); text != "" {
		var err error
		if jobs, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	p := historyOf(b, jobs)
	for _, c := range questions(jobs) {
		b.Run(c.name, func(b *testing.B) { ask(b, p.open(b), c.ask) })
	}
	b.Run("cold/newest 10 of a connection", func(b *testing.B) { askCold(b, p, questions(jobs)[0].ask) })
	b.Run("cold/failed of all", func(b *testing.B) { askCold(b, p, questions(jobs)[3].ask) })
	b.Run("an event taken in while jobs are pruned", func(b *testing.B) { pruneUnder(b, p.open(b)) })
}

// BenchmarkRecordJob measures what is said of jobs on its way to the disk: a
// new one, one that is known and has ended, and a thousand new ones together.
func BenchmarkRecordJob(b *testing.B) {
	s := sqlitePlace(b).open(b)
	grant(b, s, named("conn-1", "cust-1", "Acme"))
	n := 0
	fresh := func() finch.KnownJob {
		n++
		j := asked(benchJob(n), "conn-1")
		j.RequestIDs = []string{benchJob(n)}
		return j
	}
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			record(b, s, fresh())
		}
	})
	b.Run("ended", func(b *testing.B) {
		of := n
		for b.Loop() {
			j := asked(benchJob(1+n%of), "conn-1")
			n++
			j.Status, j.Learned = finch.JobComplete, start.Add(time.Duration(n)*time.Second)
			record(b, s, j)
		}
	})
	b.Run("a thousand new", func(b *testing.B) {
		for b.Loop() {
			jobs := make([]finch.KnownJob, 1000)
			for i := range jobs {
				jobs[i] = fresh()
			}
			if _, err := s.RecordJobs(b.Context(), jobs); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// question is something a person asks; each time of another part of the history.
type question struct {
	name string
	ask  func(b *testing.B, s *store.Store, r *rand.Rand) (found int, err error)
}

func questions(jobs int) []question {
	list := func(name string, query func(r *rand.Rand) finch.JobQuery) question {
		return question{name, func(b *testing.B, s *store.Store, r *rand.Rand) (int, error) {
			page, err := s.Jobs(b.Context(), query(r))
			return len(page.Jobs), err
		}}
	}
	page := func(name string, q finch.JobQuery) question {
		return list(name, func(r *rand.Rand) finch.JobQuery {
			q.Limit, q.Until = 20, start.Add(-benchSpan/20-rand.N(benchSpan*9/10))
			return q
		})
	}
	connection := func(r *rand.Rand) string { return benchConnection(r.IntN(benchConnections(jobs))) }
	job := func(r *rand.Rand) string { return benchJob(r.IntN(jobs)) }
	return []question{
		list("newest 10 of a connection", func(r *rand.Rand) finch.JobQuery {
			return finch.JobQuery{ConnectionID: connection(r), Limit: 10}
		}),
		list("failed of a connection", func(r *rand.Rand) finch.JobQuery {
			return finch.JobQuery{ConnectionID: connection(r), Statuses: benchFailed, Limit: 10}
		}),
		page("all", finch.JobQuery{}),
		page("failed of all", finch.JobQuery{Statuses: benchFailed}),
		page("a rare status of all", finch.JobQuery{Statuses: []finch.JobStatus{finch.JobMissing}}),
		page("a rare type of all", finch.JobQuery{Types: []string{"benefit_create"}}),
		page("all of a provider", finch.JobQuery{Provider: "provider_7"}),
		page("failed of a provider", finch.JobQuery{Provider: "provider_7", Statuses: benchFailed}),
		page("failed of a rare type at a provider", finch.JobQuery{Provider: "provider_7", Types: []string{"benefit_create"}, Statuses: benchFailed}),
		page("all of eleven providers", finch.JobQuery{Provider: "VIDER_1"}),
		page("all of forty providers", finch.JobQuery{Provider: "vider"}),
		list("an entity", func(r *rand.Rand) finch.JobQuery {
			return finch.JobQuery{EntityID: "entity of " + connection(r), Limit: 20}
		}),
		{"a job by the beginning of its id", func(b *testing.B, s *store.Store, r *rand.Rand) (int, error) {
			_, err := s.Job(b.Context(), job(r)[:18])
			return 1, err
		}},
		{"the three before a job", func(b *testing.B, s *store.Store, r *rand.Rand) (int, error) {
			before, err := s.JobsBefore(b.Context(), finch.KnownJob{ID: job(r)}, 3)
			return len(before), err
		}},
		{"the last 14 syncs of a connection", func(b *testing.B, s *store.Store, r *rand.Rand) (int, error) {
			syncs, err := s.LastSyncs(b.Context(), connection(r), 14)
			return len(syncs), err
		}},
		{"a thousand lines of a file", func(b *testing.B, s *store.Store, r *rand.Rand) (int, error) {
			page, err := s.Jobs(b.Context(), finch.JobQuery{Statuses: benchFailed, Limit: 1000, Until: start.Add(-rand.N(benchSpan / 2))})
			return len(page.Jobs), err
		}},
	}
}

func ask(b *testing.B, s *store.Store, question func(*testing.B, *store.Store, *rand.Rand) (int, error)) {
	r := rand.New(rand.NewPCG(1, 2))
	var took []time.Duration
	found := 0
	for range 300 { // warm
		if _, err := question(b, s, r); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		began := time.Now()
		n, err := question(b, s, r)
		if err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
		found += n
	}
	report(b, took, found)
}

// askCold asks 200 times, each of another part, with a store just opened.
func askCold(b *testing.B, p place, question func(*testing.B, *store.Store, *rand.Rand) (int, error)) {
	var took []time.Duration
	found := 0
	for b.Loop() {
		forget(b, p.database)
		s, r := p.open(b), rand.New(rand.NewPCG(3, uint64(len(took))))
		for range 200 {
			began := time.Now()
			n, err := question(b, s, r)
			if err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(began))
			found += n
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
	report(b, took, found)
}

// pruneUnder measures how long others wait to write while twentieths
// of the jobs are removed, one after another; "rows" is how many for each write.
func pruneUnder(b *testing.B, s *store.Store) {
	var took []time.Duration
	pruned, before := 0, start.Add(-benchSpan)
	for b.Loop() {
		var done sync.WaitGroup
		ctx, cancel := context.WithCancel(b.Context())
		before = before.Add(benchSpan / 20)
		done.Go(func() {
			defer cancel()
			n, err := s.PruneJobs(b.Context(), before)
			if err != nil {
				b.Error(err)
			}
			pruned += n
		})
		for ctx.Err() == nil {
			began := time.Now()
			if _, err := s.TakeIn(b.Context(), "finch", fmt.Sprint(len(took)), []byte("{}")); err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(began))
		}
		done.Wait()
	}
	report(b, took, pruned)
}

func report(b *testing.B, took []time.Duration, found int) {
	slices.Sort(took)
	at := func(share float64) float64 {
		return float64(took[int(share*float64(len(took)-1))].Microseconds()) / 1000
	}
	b.ReportMetric(at(0.50), "p50-ms")
	b.ReportMetric(at(0.99), "p99-ms")
	b.ReportMetric(float64(found)/float64(len(took)), "rows")
}

// forget asks the system to drop a file from its cache, where GNU dd can.
func forget(b *testing.B, file string) {
	b.Helper()
	command := exec.CommandContext(b.Context(), "dd", "of="+file, "oflag=nocache", "conv=notrunc,fdatasync", "count=0")
	if out, err := command.CombinedOutput(); err != nil {
		b.Logf("the cache stays warm: %v: %s", err, out)
	}
}

func benchConnection(i int) string {
	return fmt.Sprintf("%08x-1111-4222-8333-%012x", uint32(i*2654435761), i)
}

func benchJob(i int) string { return fmt.Sprintf("%08x-2222-4222-8333-%012x", uint32(i*2654435761), i) }

// historyOf makes a database with so many jobs, as if they had come one by one:
// written straight into the table, since ten million merges take a while.
func historyOf(b *testing.B, jobs int) place {
	b.Helper()
	p := sqlitePlace(b)
	s := p.open(b)
	var grants []finch.Grant
	for i := range benchConnections(jobs) {
		g := named(benchConnection(i), fmt.Sprint("cust_", i), fmt.Sprint("Customer ", i))
		g.Facts.Introspection.ProviderID = fmt.Sprint("provider_", i%benchProviders)
		grants = append(grants, g)
	}
	grant(b, s, grants...)
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	pool, err := sql.Open("sqlite", "file:"+p.database+"?_pragma=synchronous(OFF)&_pragma=cache_size(-1000000)&_pragma=journal_mode(WAL)")
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	pool.SetMaxOpenConns(1)
	began := time.Now()
	indexes := dropIndexes(b, pool)
	addJobs(b, pool, jobs)
	for _, statement := range append(indexes, `INSERT INTO job_sorts SELECT provider_id, type, status FROM jobs UNION SELECT '', type, status FROM jobs`, `PRAGMA wal_checkpoint(TRUNCATE)`) {
		run(b, pool, statement)
	}
	if info, err := os.Stat(p.database); err == nil {
		b.Logf("%d jobs in %d MB, made in %s", jobs, info.Size()>>20, time.Since(began).Round(time.Second))
	}
	return p
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

func addJobs(b *testing.B, pool *sql.DB, jobs int) {
	b.Helper()
	r := rand.New(rand.NewPCG(5, 6))
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
			at := start.Add(-benchSpan + benchSpan/time.Duration(jobs)*time.Duration(i))
			if _, err := add.ExecContext(b.Context(), benchRow(r, i, r.IntN(benchConnections(jobs)), at)...); err != nil {
				b.Fatal(err)
			}
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
