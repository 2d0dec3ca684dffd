package store_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"perch/internal/alert"
	"perch/internal/finch"
	"perch/store"
)

// outages are all there ever were, the newest first.
func outages(t testing.TB, s *store.Store) []alert.Problem {
	t.Helper()
	return problems(t, s, alert.ProblemQuery{Kinds: []alert.Kind{alert.Outage}})
}

func figures(p alert.Problem) string {
	return fmt.Sprintf("%s %d of %d, %d recovered", p.State, p.Affected, p.Of, p.Recovered)
}

func TestAnOutageSpeaksForItsProblems(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 15)
		known(t, s, "adp_run", 15)
		subscribe(t, s, "CALL", nil)
		subscribe(t, s, "CONE", func(w *alert.Wish) { w.Include.Customers = []string{"gusto customer 7"} })
		subscribe(t, s, "CHELD", func(w *alert.Wish) { w.OpenFor, w.Include.Providers = time.Hour, []string{"gusto"} })
		subscribe(t, s, "CADP", func(w *alert.Wish) { w.Include.Providers = []string{"adp"} })
		p.fails(t, s, "gusto-1")
		deliver(t, p, s)
		for i := range 3 {
			p.clock.advance(time.Minute)
			p.fails(t, s, fmt.Sprint("gusto-", i+2))
			p.fails(t, s, fmt.Sprint("adp_run-", i+1))
		}
		if got := outages(t, s); len(got) != 0 {
			t.Fatalf("four of fifteen are no outage: %+v", got)
		}
		want(t, "owed each", owed(t, p), "CALL card 2", "CALL card 3", "CADP card 3", "CALL card 4", "CALL card 5", "CADP card 5", "CALL card 6", "CALL card 7", "CADP card 7")
		p.clock.advance(time.Minute)
		p.fails(t, s, "gusto-5")
		all := outages(t, s)
		if len(all) != 1 || figures(all[0]) != "open 5 of 15, 0 recovered" {
			t.Fatalf("five of fifteen: %+v", all)
		}
		id := all[0].ID
		want(t, "the outage is owed once, its problems no more", slices.DeleteFunc(owed(t, p), func(row string) bool {
			return slices.Contains([]string{"CALL card 3", "CADP card 3", "CALL card 5", "CADP card 5", "CALL card 7", "CADP card 7"}, row)
		}),
			fmt.Sprint("CALL card ", id))
		want(t, "what was told is linked", look(t, p, `SELECT COUNT(*) FROM cards WHERE dirty > 0 AND problem_id = 1`), "1")
		want(t, "what was not told is the outage's", look(t, p, `SELECT DISTINCT t.state, t.reason FROM tellings t JOIN problems p ON p.id = t.problem_id
			WHERE p.parent_id > 0 AND p.id > 1 AND t.subscription_id = 1`), "3 in an outage")
		deliver(t, p, s)
		p.clock.advance(time.Minute)
		p.fails(t, s, "gusto-6")
		want(t, "those who come later join silently", owed(t, p))
		want(t, "but for the outage's card", look(t, p, fmt.Sprint(`SELECT COUNT(*) FROM cards WHERE dirty > 0 AND problem_id = `, id)), "1")
		p.fails(t, s, "gusto-7")
		want(t, "who asked only for this one hears of the outage", owed(t, p), fmt.Sprint("CONE card ", id))
		deliver(t, p, s)
		p.later(t, s, time.Hour)
		want(t, "and who waited for it to last", owed(t, p), fmt.Sprint("CHELD card ", id))
		deliver(t, p, s)
		for i := range 7 {
			if got := outages(t, s)[0]; figures(got) != fmt.Sprintf("open 7 of 15, %d recovered", i) {
				t.Errorf("after %d: %s", i, figures(got))
			}
			p.heals(t, s, fmt.Sprint("gusto-", i+1))
		}
		if got := outages(t, s)[0]; figures(got) != "resolved 7 of 15, 7 recovered" {
			t.Errorf("at the end: %s", figures(got))
		}
		want(t, "it is over", owed(t, p), fmt.Sprint("CALL line ", id), fmt.Sprint("CONE line ", id), fmt.Sprint("CHELD line ", id))
		children, err := s.Children(t.Context(), id)
		if err != nil || len(children) != 7 {
			t.Errorf("%d children, %v", len(children), err)
		}
		if h := history(t, s, children[0].ID); h != "opened joined resolved" {
			t.Errorf("history of a child: %s", h)
		}
	})
}

func TestAnOutageCountsConnections(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 12)
		fails := func(connection, entity string, status finch.JobStatus) {
			j := p.ends(connection, status)
			j.EntityID = entity
			j.ID += entity
			record(t, s, j)
		}
		for i := range 6 {
			fails("gusto-1", fmt.Sprint("entity ", i), finch.JobFailed)
		}
		if got := outages(t, s); len(got) != 0 {
			t.Fatalf("one connection is no outage: %+v", got)
		}
		for i := range 4 {
			fails(fmt.Sprint("gusto-", i+2), "", finch.JobFailed)
		}
		p.clock.advance(time.Minute)
		check := func(want string) {
			t.Helper()
			if got := outages(t, s); len(got) != 1 || figures(got[0]) != want {
				t.Errorf("got %+v, want %s", got, want)
			}
		}
		check("open 5 of 12, 0 recovered")
		fails("gusto-1", "entity 0", finch.JobComplete)
		check("open 5 of 12, 0 recovered")
		fails("gusto-6", "entity 1", finch.JobFailed)
		fails("gusto-6", "entity 2", finch.JobFailed)
		check("open 6 of 12, 0 recovered")
		for i := range 5 {
			fails("gusto-1", fmt.Sprint("entity ", i+1), finch.JobComplete)
		}
		check("open 6 of 12, 1 recovered")
		p.clock.advance(time.Minute)
		fails("gusto-1", "entity 3", finch.JobFailed)
		check("open 6 of 12, 0 recovered")
		fails("gusto-6", "entity 1", finch.JobComplete)
		fails("gusto-6", "entity 2", finch.JobComplete)
		fails("gusto-1", "entity 3", finch.JobComplete)
		check("open 6 of 12, 2 recovered")
	})
}

func TestAnOutageThatSomebodyClosed(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 15)
		subscribe(t, s, "C1", nil)
		for i := range 6 {
			p.fails(t, s, fmt.Sprint("gusto-", i+1))
		}
		deliver(t, p, s)
		id := outages(t, s)[0].ID
		if _, err := s.Act(t.Context(), id, func(p alert.Problem) (alert.Step, error) { return p.Close("U1", start) }); err != nil {
			t.Fatal(err)
		}
		p.clock.advance(time.Minute)
		p.fails(t, s, "gusto-7")
		want(t, "the next is told by itself", owed(t, p), "C1 card 8")
		for i := range 4 {
			p.fails(t, s, fmt.Sprint("gusto-", i+8))
		}
		if got := outages(t, s); len(got) != 1 || got[0].State != alert.Open {
			t.Errorf("enough others make it an outage again: %+v", got)
		}
	})
}

// TestAStormFromAllSides has many write at once what makes an outage.
func TestAStormFromAllSides(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		const n = 60
		s := p.open(t)
		known(t, s, "gusto", n)
		subscribe(t, s, "C1", nil)
		storm := func(status finch.JobStatus) {
			var group sync.WaitGroup
			work := make(chan int)
			for range 8 {
				replica := p.open(t)
				group.Go(func() {
					for i := range work {
						batch := []finch.KnownJob{p.ends(fmt.Sprint("gusto-", i+1), status), p.ends(fmt.Sprint("gusto-", (i+7)%n+1), status)}
						if _, err := replica.RecordJobs(t.Context(), batch); err != nil {
							t.Error(err)
						}
						if _, err := replica.JudgeDue(t.Context(), 5); err != nil {
							t.Error(err)
						}
					}
				})
			}
			for i := range n {
				work <- i
			}
			close(work)
			group.Wait()
		}
		p.clock.advance(time.Minute)
		storm(finch.JobFailed)
		if got := outages(t, s); len(got) != 1 || figures(got[0]) != fmt.Sprintf("open %d of %d, 0 recovered", n, n) {
			t.Errorf("%+v", got)
		}
		want(t, "one problem each, all in the outage", look(t, p, `SELECT COUNT(*), COUNT(DISTINCT connection_id) FROM problems WHERE parent_id > 0`), fmt.Sprintf("%d %d", n, n))
		want(t, "told once", look(t, p, `SELECT COUNT(*) FROM outbox WHERE state = 0`), "1")
		want(t, "nobody untold", look(t, p, `SELECT COUNT(*) FROM tellings WHERE state = 3 AND reason = 'in an outage'`), fmt.Sprint(n))
		p.clock.advance(time.Minute)
		storm(finch.JobComplete)
		if got := outages(t, s)[0]; figures(got) != fmt.Sprintf("resolved %d of %d, %d recovered", n, n, n) {
			t.Error(figures(got))
		}
	})
}
