package store_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"perch/internal/connect"
)

// TestSessionsAreClaimedInOneOrder: while another replica that stores events holds
// the first of two sessions, whoever claims both must not hold the second. Each
// would wait for the other until PostgreSQL ends one of them, a second later.
func TestSessionsAreClaimedInOneOrder(t *testing.T) {
	t.Parallel()
	p := postgresPlace(t)
	s := p.open(t)
	register(t, s, fern("b"), of("a", "cust-a", "A"))
	readDue(t, s)
	for _, id := range []string{"b", "a"} { // the order in which they are due
		tell(t, s, id, told(0, connect.Opened, ""))
		p.clock.advance(time.Second)
	}
	replica := beside(t, p)
	hold := func(id string) error {
		_, err := replica.ExecContext(t.Context(), "SELECT 1 FROM sessions WHERE id = $1 FOR UPDATE NOWAIT", id)
		return err
	}
	if err := hold("a"); err != nil {
		t.Fatal(err)
	}
	read := make(chan error, 1)
	go func() {
		_, err := s.ReadSessions(context.WithoutCancel(t.Context()), 10)
		read <- err
	}()
	awaitBlocked(t, replica)
	if err := hold("b"); err != nil {
		t.Errorf("the second session: %v", err)
	}
	if err := replica.Rollback(); err != nil {
		t.Error(err)
	}
	if err := <-read; err != nil {
		t.Error(err)
	}
	wantDue(t, s, 0)
}

// beside is a transaction of somebody else's on the same PostgreSQL, say a replica's.
func beside(t *testing.T, p place) *sql.Tx {
	t.Helper()
	pool, err := sql.Open("pgx", p.database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Close() })
	tx, err := pool.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback() })
	return tx
}

// awaitBlocked waits until somebody waits for what a transaction holds.
func awaitBlocked(t *testing.T, tx *sql.Tx) {
	t.Helper()
	awaitWaiting(t, tx, nil, "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
}

// awaitBlockedBehind waits until somebody waits for one who waits for the transaction.
// It fails if they are done instead.
func awaitBlockedBehind(t *testing.T, tx *sql.Tx, done <-chan error) {
	t.Helper()
	awaitWaiting(t, tx, done, `SELECT COUNT(*) FROM pg_locks l WHERE NOT l.granted AND EXISTS (
		SELECT 1 FROM unnest(pg_blocking_pids(l.pid)) AS b(pid) WHERE pg_backend_pid() = ANY(pg_blocking_pids(b.pid)))`)
}

func awaitWaiting(t *testing.T, tx *sql.Tx, done <-chan error, count string) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for waiting := 0; waiting == 0; {
		select {
		case err := <-done:
			t.Fatalf("nobody waited: %v", err)
		case <-tick.C:
		}
		if err := tx.QueryRowContext(t.Context(), count).Scan(&waiting); err != nil {
			t.Fatal(err)
		}
	}
}
