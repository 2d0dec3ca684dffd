package store_test

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"perch/internal/alert"
	"perch/store"
)

func TestAnOutageIsToldAfterAPause(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(t *testing.T, p place, s *store.Store, pause func()){
		"paused before it was told": func(t *testing.T, p place, s *store.Store, pause func()) {
			deliver(t, p, s) // its problems were
			p.fails(t, s, "gusto-5")
			pause()
		},
		"paused before it opened": func(t *testing.T, p place, s *store.Store, pause func()) {
			pause()
			p.fails(t, s, "gusto-5")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(t *testing.T, p place) {
				s := p.open(t)
				known(t, s, "gusto", 12)
				sub := subscribe(t, s, "C1", func(w *alert.Wish) { w.Exclude.Customers = []string{"cust-5"} })
				for i := range 4 {
					p.fails(t, s, fmt.Sprint("gusto-", i+1))
				}
				prepare(t, p, s, func() {
					if err := s.PauseSubscription(t.Context(), sub.ID, "U1", ""); err != nil {
						t.Fatal(err)
					}
				})
				p.clock.advance(time.Minute)
				if err := s.ResumeSubscription(t.Context(), sub.ID, "U1"); err != nil {
					t.Fatal(err)
				}
				want(t, "the outage, once", owed(t, p), fmt.Sprint("C1 card ", outages(t, s)[0].ID))
			})
		})
	}
}

// TestNothingIsHeldForAGoneSubscription: whoever judges may not have seen yet that
// a subscription was deleted.
func TestNothingIsHeldForAGoneSubscription(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 2)
		sub := subscribe(t, s, "C1", func(w *alert.Wish) { w.OpenFor = time.Hour })
		p.fails(t, s, "gusto-1")
		if held, err := s.Held(t.Context()); err != nil || held != 1 {
			t.Errorf("%d are held, %v", held, err)
		}
		meddle(t, p, fmt.Sprintf(`UPDATE subscriptions SET deleted = 1 WHERE id = %d`, sub.ID))
		if held, err := s.Held(t.Context()); err != nil || held != 0 {
			t.Errorf("%d are held for nobody, %v", held, err)
		}
		p.later(t, s, time.Hour)
		want(t, "nobody waits for it", look(t, p, `SELECT COUNT(*) FROM tellings WHERE due > 0`), "0")
		want(t, "nothing is owed", owed(t, p))
	})
}

func TestAnOutageIsKeptForAsLongAsItsProblems(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 6)
		for i := range 5 {
			p.fails(t, s, fmt.Sprint("gusto-", i+1))
		}
		outage := outages(t, s)[0].ID
		closeIt := func(of alert.Problem) (alert.Step, error) { return of.Close("U1", p.clock.now()) }
		if _, err := s.Act(t.Context(), outage, closeIt); err != nil {
			t.Fatal(err)
		}
		prune := func() int {
			p.clock.advance(500 * 24 * time.Hour)
			n, err := s.PruneProblems(t.Context(), p.clock.now().Add(-400*24*time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := prune(); n != 0 {
			t.Errorf("%d forgotten while its problems are open", n)
		}
		for _, problem := range open(t, s) {
			p.heals(t, s, problem.Key.ConnectionID)
		}
		if _, err := s.PruneProblems(t.Context(), p.clock.now().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
		for _, child := range problems(t, s, alert.ProblemQuery{State: alert.Resolved}) {
			if _, err := s.Shown(t.Context(), child.ID, 0); err != nil {
				t.Error(err)
			}
		}
		if n := prune(); n != 6 {
			t.Errorf("%d forgotten", n)
		}
	})
}

// TestWhatWasTakenBackIsNotSent has a message be taken back after the holder of
// its lane read it. SQLite lets nobody in between.
func TestWhatWasTakenBackIsNotSent(t *testing.T) {
	t.Parallel()
	p := postgresPlace(t)
	s := p.open(t)
	known(t, s, "gusto", 2)
	subscribe(t, s, "C1", nil)
	p.fails(t, s, "gusto-1")
	meddle(t, p, `UPDATE outbox SET noticed = 1`)
	meddle(t, p, `INSERT INTO lanes (channel, due, next_at, lease_until, fence, fails) VALUES ('C1', 1, 0, 0, 0, 0)`)
	pool, err := sql.Open("pgx", p.database)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	tx, err := pool.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(t.Context(), `UPDATE outbox SET state = 4, done = 1`); err != nil {
		t.Fatal(err)
	}
	planned := make(chan alert.Plan)
	go func() {
		_, plan, _, err := s.TakeTurn(t.Context(), testLease, anyFails)
		if err != nil {
			t.Error(err)
		}
		planned <- plan
	}()
	waits := `SELECT COUNT(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE NOT l.granted AND a.query LIKE '%outbox%' AND l.transactionid = (SELECT pg_current_xact_id_if_assigned()::text::xid)`
	for n := 0; n == 0; {
		if _, err := tx.ExecContext(t.Context(), `SELECT pg_stat_clear_snapshot()`); err != nil { // else a transaction sees the first answer for ever
			t.Fatal(err)
		}
		if err := tx.QueryRowContext(t.Context(), waits).Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if plan := <-planned; plan.Act == alert.DoSend {
		t.Error("it goes out all the same")
	}
	want(t, "no card is left of it", look(t, p, `SELECT COUNT(*) FROM cards`), "0")
}
