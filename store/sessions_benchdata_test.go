package store_test

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// timelineBench is a database of so many sessions with their events.
type timelineBench struct {
	place
	sessions int
}

func benchSession(i int) string {
	return fmt.Sprintf("%08x-4444-4222-8333-%012x", uint32(i*2654435761), i)
}

const benchError = "The username or password you entered is incorrect. Please try again."

// timelines finds the database in the folder that PERCH_BENCH_DIR names, or makes it.
func timelines(b *testing.B) timelineBench {
	b.Helper()
	events := 200_000
	if text := os.Getenv("PERCH_BENCH_EVENTS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			b.Fatal(err)
		}
		events = n
	}
	folder := os.Getenv("PERCH_BENCH_DIR")
	if folder == "" {
		folder = b.TempDir()
	}
	h := timelineBench{sqlitePlace(b), max(events/eventsOfOne, 1)}
	h.database, h.keys = filepath.Join(folder, fmt.Sprintf("events-%d.db", events)), benchKeys(b)
	if _, err := os.Stat(h.database); err != nil {
		part := h
		part.database += ".part" // gets its name when it is whole
		part.make(b)
		if err := os.Rename(part.database, h.database); err != nil {
			b.Fatal(err)
		}
	}
	info, err := os.Stat(h.database)
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%d events of %d sessions, %d MB", events, h.sessions, info.Size()>>20)
	return h
}

// make writes the sessions straight into the tables: three of each customer, one
// of a hundred open, over 400 days.
func (h timelineBench) make(b *testing.B) {
	b.Helper()
	if err := os.RemoveAll(h.database); err != nil {
		b.Fatal(err)
	}
	if err := h.open(b).Close(); err != nil {
		b.Fatal(err)
	}
	pool, err := sql.Open("sqlite", "file:"+h.database+"?_pragma=synchronous(OFF)&_pragma=cache_size(-500000)&_pragma=journal_mode(WAL)")
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	pool.SetMaxOpenConns(1)
	step := benchSpan.Milliseconds() / int64(h.sessions)
	for from := 0; from < h.sessions; from += 20_000 {
		to := min(from+20_000, h.sessions)
		for _, add := range []string{addBenchSessions, addBenchEvents} {
			if _, err := pool.ExecContext(b.Context(), add, from, to, h.sessions, start.UnixMilli(), step, eventsOfOne, benchError); err != nil {
				b.Fatal(err)
			}
		}
	}
	// One in ten showed the same error.
	hash := sha256.Sum256([]byte(benchError))
	run(b, pool, fmt.Sprintf("INSERT INTO session_errors SELECT num, '%x', customer_id, last_at FROM sessions WHERE num %% 10 = 0", hash[:16]))
	run(b, pool, "PRAGMA wal_checkpoint(TRUNCATE)")
}

// $1 to $2 of $3 sessions, the last of which was made at $4, $5 after the one before.
const (
	addBenchSessions = `WITH RECURSIVE numbers (i) AS (SELECT $1 UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < $2),
		made (i, id, customer, at, open) AS (
			SELECT i, printf('%08x-4444-4222-8333-%012x', (i * 2654435761) % 4294967296, i), 'cust_' || (i / 3), $4 - ($3 - i) * $5, i > $3 * 0.97
			FROM numbers
		)
		INSERT INTO sessions (
			num, id, customer_id, customer_name, connection_id, provider_id, method, reconnect, sandbox, source, maker,
			created, expires, revoked, noted, name_folded, id_folded, customer_folded, ids_folded, newest, tells, events, browser_events,
			outcome, open, provisional, stage, opened, last_at, over, errors, dropped, dropped_at, counted, due, fence
		)
		SELECT i + 1, id, customer, 'Customer No ' || (i / 3), '', 'provider_' || (i % 20), '', 0, 0, 'host', '',
			at, 0, 0, at, 'customer no ' || (i / 3), id, customer, char(10) || id || char(10) || customer || char(10) || char(10),
			i % 3 = 2 OR i + 1 = $3, i % 3 = 2 OR i + 1 = $3, $6, 0,
			CASE WHEN open THEN 'dropped_off' ELSE 'expired' END, open, 0, 'authentication', at, at + 600000,
			CASE WHEN open THEN 0 ELSE at + 7776000000 END, 4, 1, 'authentication', '', 0, 0
		FROM made`
	// $6 events of each; one in eight is an error, of the text $7.
	addBenchEvents = `WITH RECURSIVE numbers (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < $6)
		INSERT INTO session_events (session, id, at, received, type, stage, message, error_type, source)
		SELECT s.num, printf('%016x', (s.num * 8191 + i * 2654435761) % 9223372036854775807), s.created + i * 12000, s.created + i * 12000 + 250,
			CASE WHEN i % 8 = 7 THEN 'error' WHEN i % 2 = 0 THEN 'stage_entered' ELSE 'stage_exited' END,
			CASE WHEN i < 20 THEN 'terms_of_service' ELSE 'authentication' END,
			CASE WHEN i % 8 = 7 THEN $7 ELSE '' END, '', CASE WHEN i % 5 = 0 THEN 'browser' ELSE 'host' END
		FROM sessions s, numbers WHERE s.num > $1 AND s.num <= $2 AND $3 + $4 + $5 > 0`
)
