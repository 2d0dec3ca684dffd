package store_test

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"perch/internal/finch"
	"perch/internal/thread"
)

// BenchmarkStateChanges measures what recording the end of a job costs that nobody
// talks of, with no thread bound and with 10,000 bound elsewhere; and what it costs
// to see that the ids of a message are nobody's.
func BenchmarkStateChanges(b *testing.B) {
	for _, threads := range []int{0, 10_000} {
		p := sqlitePlace(b)
		s := p.open(b)
		known(b, s, "gusto", 2)
		addThreads(b, p, threads)
		b.Run(fmt.Sprintf("job ends, %d threads", threads), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				p.clock.advance(time.Hour)
				status := finch.JobComplete
				if i%2 == 0 {
					status = finch.JobFailed
				}
				record(b, s, p.ends("gusto-1", status))
			}
		})
		b.Run(fmt.Sprintf("forty unknown ids, %d threads", threads), func(b *testing.B) {
			var ids []string
			for i := range 40 {
				ids = append(ids, fmt.Sprintf("%08x-1111-4222-8333-444455556666", i))
			}
			for b.Loop() {
				if bonds, err := s.KnownIDs(b.Context(), ids); err != nil || len(bonds) != 0 {
					b.Fatal(bonds, err)
				}
			}
		})
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// addThreads binds threads to connections, customers and jobs of their own.
func addThreads(b *testing.B, p place, n int) {
	b.Helper()
	pool, err := sql.Open("sqlite", p.database)
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	tx, err := pool.Begin()
	if err != nil {
		b.Fatal(err)
	}
	defer tx.Rollback()
	run := func(statement string, args ...any) {
		if _, err := tx.ExecContext(b.Context(), statement, args...); err != nil {
			b.Fatal(err)
		}
	}
	for i := 1; i <= n; i++ {
		run(`INSERT INTO threads VALUES (?, 'C1', ?, '', 1, ?, '', 0, '', 1)`, i, fmt.Sprint(i), i)
		run(`INSERT INTO cards (id, kind, subscription_id, problem_id, channel, place, ts, thread_ts, posted, grown, lines, dirty, haste, soiled, leased, edited, root)
			VALUES (?, 3, 0, 0, 'C1', 'C1', ?, '', 1, 1, 0, 0, 0, 0, 0, 0, ?)`, i, fmt.Sprint(i), fmt.Sprint(i))
		for _, kind := range []thread.Kind{thread.Job, thread.Connection, thread.Customer} {
			run(`INSERT INTO thread_bonds VALUES (?, ?, ?, ?, ?, ?, 1, 0, '', 0)`, i, string(kind), fmt.Sprint(kind, i), fmt.Sprint("c", i), fmt.Sprint("y", i), fmt.Sprint("u", i))
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
}
