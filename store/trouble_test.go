package store_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"perch/internal/alert"
	"perch/internal/finch"
	"perch/store"
)

// --- What happens -------------------------------------------------------------

// known grants connections of a provider, all well: gusto-1 to gusto-n.
func known(t testing.TB, s *store.Store, provider string, n int) {
	t.Helper()
	knownFrom(t, s, provider, 0, n)
}

func knownFrom(t testing.TB, s *store.Store, provider string, from, to int) {
	t.Helper()
	var grants []finch.Grant
	for i := from; i < to; i++ {
		g := named(fmt.Sprintf("%s-%d", provider, i+1), fmt.Sprint("cust-", i+1), fmt.Sprintf("%s Customer %d", provider, i+1))
		g.Facts.Introspection.ProviderID = provider
		g.Facts.Introspection.ConnectionStatus.LastSync = finch.SyncTime{At: start.Add(-time.Hour)}
		grants = append(grants, g)
	}
	grant(t, s, grants...)
}

// ends is a data sync of a connection that ended so, now.
func (p place) ends(connectionID string, status finch.JobStatus) finch.KnownJob {
	now := p.clock.now()
	return finch.KnownJob{
		ID: fmt.Sprintf("job of %s at %d", connectionID, now.UnixMilli()), Kind: finch.Automated, ConnectionID: connectionID, Type: finch.DataSync,
		Status: status, Started: now.Add(-time.Minute), Completed: now, FirstSeen: now, Learned: now,
	}
}

func (p place) fails(t testing.TB, s *store.Store, connectionID string) {
	t.Helper()
	record(t, s, p.ends(connectionID, finch.JobFailed))
}

func (p place) heals(t testing.TB, s *store.Store, connectionID string) {
	t.Helper()
	record(t, s, p.ends(connectionID, finch.JobComplete))
}

// --- What is seen of it -------------------------------------------------------

func problems(t testing.TB, s *store.Store, query alert.ProblemQuery) []alert.Problem {
	t.Helper()
	query.Limit = 1000
	page, err := s.Problems(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Problems) != min(page.Total, 1000) {
		t.Errorf("%d problems, of %d in all", len(page.Problems), page.Total)
	}
	return page.Problems
}

func open(t testing.TB, s *store.Store) []alert.Problem {
	t.Helper()
	return problems(t, s, alert.ProblemQuery{State: alert.Open, Oldest: true})
}

// theOnly is the only problem there ever was.
func theOnly(t testing.TB, s *store.Store) alert.Problem {
	t.Helper()
	all := problems(t, s, alert.ProblemQuery{})
	if len(all) != 1 {
		t.Fatalf("there are %d problems: %+v", len(all), all)
	}
	return all[0]
}

func history(t testing.TB, s *store.Store, id int64) string {
	t.Helper()
	events, err := s.ProblemEvents(t.Context(), id, 100)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, e := range slices.Backward(events) {
		said = append(said, string(e.What))
	}
	return strings.Join(said, " ")
}

// look runs a query as another program would and returns its rows, each as text.
func look(t testing.TB, p place, query string) []string {
	t.Helper()
	driver := "sqlite"
	if strings.HasPrefix(p.database, "postgres") {
		driver = "pgx"
	}
	pool, err := sql.Open(driver, p.database)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	rows, err := pool.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		var text []string
		for _, v := range values {
			text = append(text, fmt.Sprint(*v.(*any)))
		}
		all = append(all, strings.Join(text, " "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// owed is what channels are to be told, in order: "C1 card 1".
func owed(t testing.TB, p place) []string {
	t.Helper()
	return look(t, p, `SELECT channel, kind, problem_id FROM outbox WHERE state <= 1 ORDER BY id`)
}

// heard is what each subscription hears of each problem: "1 2 told".
func heard(t testing.TB, p place) []string {
	t.Helper()
	return look(t, p, `SELECT subscription_id, problem_id, CASE state WHEN 0 THEN 'held' WHEN 1 THEN 'owed' WHEN 2 THEN 'told' ELSE 'dropped' END, reason
		FROM tellings ORDER BY subscription_id, problem_id`)
}

// deliver has everything that is owed be told, as the teller notes it: each
// problem on a card of its own.
func deliver(t *testing.T, p place, s *store.Store) {
	t.Helper()
	meddle(t, p, `INSERT INTO cards (id, kind, subscription_id, problem_id, channel, place, ts, thread_ts, posted, grown, lines, dirty, haste, soiled, leased, edited)
		`+overriding(p)+`SELECT 1000 + MIN(o.id), 0, MIN(o.subscription_id), o.problem_id, o.channel, o.channel, '1.1', '', 1, 1, 0, 0, 0, 0, 0, 0
		FROM outbox o WHERE o.state = 0 AND o.kind = 'card' GROUP BY o.problem_id, o.channel`)
	meddle(t, p, `UPDATE tellings SET card_id = COALESCE((SELECT MIN(c.id) FROM cards c JOIN subscriptions s ON s.channel = c.channel
		WHERE c.problem_id = tellings.problem_id AND s.id = tellings.subscription_id), 0) WHERE state = 1`)
	meddle(t, p, `UPDATE tellings SET state = 2 WHERE state = 1`)
	meddle(t, p, `UPDATE outbox SET state = 2 WHERE state = 0`)
	meddle(t, p, `UPDATE cards SET dirty = 0`)
	remindThem(t, p, s)
}

func overriding(p place) string {
	if strings.HasPrefix(p.database, "postgres") {
		return "OVERRIDING SYSTEM VALUE "
	}
	return ""
}

// remindThem settles the first reminders, as the teller does.
func remindThem(t *testing.T, p place, s *store.Store) {
	t.Helper()
	subs, err := s.Subscriptions(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, sub := range subs {
		for _, problem := range open(t, s) {
			if next := sub.Wish.NextReminder(problem, p.clock.now(), p.clock.now()); !next.IsZero() {
				meddle(t, p, fmt.Sprintf(`UPDATE tellings SET due = %d WHERE state = 2 AND due = 0 AND subscription_id = %d AND problem_id = %d`,
					next.UnixMilli(), sub.ID, problem.ID))
			}
		}
	}
}

func subscribe(t testing.TB, s *store.Store, channel string, change func(*alert.Wish)) alert.Subscription {
	t.Helper()
	w := alert.DefaultWish()
	if change != nil {
		change(&w)
	}
	sub, err := s.Subscribe(t.Context(), alert.Subscription{Channel: channel, Wish: w, Maker: "UMAKER", MakerName: "Mia"})
	if err != nil {
		t.Fatal(err)
	}
	return sub
}

// later lets time pass and does what is due then.
func (p place) later(t testing.TB, s *store.Store, d time.Duration) {
	t.Helper()
	p.clock.advance(d)
	for {
		more, err := s.JudgeDue(t.Context(), 100)
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			return
		}
	}
}

func want(t testing.TB, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\ngot  %q\nwant %q", what, got, want)
	}
}
