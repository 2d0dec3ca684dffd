package store

import (
	"context"
	"path/filepath"
	"sync"
	"testing"

	"perch/store/internal/db"
)

const aQuery = "SELECT 1"

// ask runs a query where a number comes back.
func ask(t *testing.T, on db.DBTX) {
	t.Helper()
	var n int
	if err := on.QueryRowContext(t.Context(), aQuery).Scan(&n); err != nil || n != 1 {
		t.Error(n, err)
	}
}

// onlyOne is a pool of a single connection.
func onlyOne(t *testing.T) *plans {
	t.Helper()
	pool, err := openPool(filepath.Join(t.TempDir(), "p.db"), writerPragmas, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Close() })
	return newPlans(pool)
}

func TestAQueryIsPlannedWhenItIsUsed(t *testing.T) {
	t.Parallel()
	p := onlyOne(t)
	ask(t, p)
	first := p.known(aQuery)
	ask(t, p)
	if first == nil || p.known(aQuery) != first {
		t.Error("it is planned again")
	}
}

// The transaction holds the only connection, so planning waits for its end.
func TestAQueryInATransactionIsPlannedAfterIt(t *testing.T) {
	t.Parallel()
	p := onlyOne(t)
	inside := func() {
		tx, err := p.pool.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		ask(t, planned{p, tx})
	}
	inside()
	if p.known(aQuery) != nil {
		t.Error("it was planned within")
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	p.catchUp(stopped)
	if p.known(aQuery) != nil || len(p.unplanned()) != 1 {
		t.Error("who has no time plans, or forgets")
	}
	p.catchUp(t.Context())
	if p.known(aQuery) == nil || len(p.unplanned()) != 0 {
		t.Error("it is not planned")
	}
	inside()
	if len(p.unplanned()) != 0 {
		t.Error("it is to be planned again")
	}
}

func TestManyPlanAQueryOnce(t *testing.T) {
	t.Parallel()
	p := onlyOne(t)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { ask(t, p) })
	}
	all.Wait()
	if len(p.stmts) != 1 {
		t.Errorf("%d plans", len(p.stmts))
	}
}
