package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"sync"

	"perch/store/internal/db"
)

// plans has SQLite read and plan each query of a pool once and not at each use,
// which takes as long as a quick one takes to run. A query is planned when it is
// first used: all at once would cost an idle Perch 7 MB, and each start the time.
//
// A nil one plans nothing: pgx remembers by itself what it has prepared.
type plans struct {
	pool *sql.DB

	mu     sync.RWMutex
	stmts  map[string]*sql.Stmt
	wanted map[string]bool // used in a transaction, which may hold the pool's only connection
}

func newPlans(pool *sql.DB) *plans {
	return &plans{pool: pool, stmts: map[string]*sql.Stmt{}, wanted: map[string]bool{}}
}

// within are the queries as they run in a transaction of the pool's.
func (p *plans) within(tx *sql.Tx) *db.Queries {
	if p == nil {
		return db.New(tx)
	}
	return db.New(planned{p, tx})
}

// catchUp plans what a transaction that has ended had to run without a plan. What
// cannot be planned now is left to the next time.
func (p *plans) catchUp(ctx context.Context) {
	if p == nil {
		return
	}
	for _, query := range p.unplanned() {
		if _, err := p.plan(ctx, query); err != nil {
			return
		}
	}
}

func (p *plans) unplanned() []string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return slices.Collect(maps.Keys(p.wanted))
}

// known is a query's plan, nil if it has none yet.
func (p *plans) known(query string) *sql.Stmt {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.stmts[query]
}

func (p *plans) want(query string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stmts[query] == nil {
		p.wanted[query] = true
	}
}

// plan is a query's plan. It waits for a connection if it has to make one.
func (p *plans) plan(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt := p.known(query); stmt != nil {
		return stmt, nil
	}
	made, err := p.pool.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.wanted, query)
	if other := p.stmts[query]; other != nil { // somebody else was quicker
		_ = made.Close()
		return other, nil
	}
	p.stmts[query] = made
	return made, nil
}

// ExecContext and its like implement db.DBTX, outside transactions.
func (p *plans) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	stmt, err := p.plan(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(ctx, args...)
}

func (p *plans) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := p.plan(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

func (p *plans) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	stmt, err := p.plan(ctx, query)
	if err != nil {
		return p.pool.QueryRowContext(ctx, query, args...) // which says so
	}
	return stmt.QueryRowContext(ctx, args...)
}

func (p *plans) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return p.pool.PrepareContext(ctx, query)
}

// planned is a transaction that uses the plans there are.
type planned struct {
	plans *plans
	*sql.Tx
}

func (t planned) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if stmt := t.plans.known(query); stmt != nil {
		return t.StmtContext(ctx, stmt).ExecContext(ctx, args...)
	}
	t.plans.want(query)
	return t.Tx.ExecContext(ctx, query, args...)
}

func (t planned) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if stmt := t.plans.known(query); stmt != nil {
		return t.StmtContext(ctx, stmt).QueryContext(ctx, args...)
	}
	t.plans.want(query)
	return t.Tx.QueryContext(ctx, query, args...)
}

func (t planned) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if stmt := t.plans.known(query); stmt != nil {
		return t.StmtContext(ctx, stmt).QueryRowContext(ctx, args...)
	}
	t.plans.want(query)
	return t.Tx.QueryRowContext(ctx, query, args...)
}
