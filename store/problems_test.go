package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"reflect"
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

// --- The behaviour ------------------------------------------------------------

func TestAProblemOpensAndResolves(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 2)
		sub := subscribe(t, s, "C1", nil)
		subscribe(t, s, "C2", func(w *alert.Wish) { w.Include.Customers = []string{"another"} })
		p.clock.advance(time.Hour)
		p.fails(t, s, "gusto-1")
		got := theOnly(t, s)
		if got.Key != (alert.Key{Kind: alert.JobFailed, ConnectionID: "gusto-1", Part: finch.DataSync}) || got.State != alert.Open || !got.Noted.Equal(p.clock.now()) ||
			got.Subject.CustomerName != "gusto Customer 1" || got.Count != 1 {
			t.Errorf("%+v", got)
		}
		select {
		case <-s.Owing():
		default:
			t.Error("nobody was woken")
		}
		want(t, "owed", owed(t, p), "C1 card 1")
		want(t, "heard: who did not ask for it has no row", heard(t, p), "1 1 owed now")
		deliver(t, p, s)
		p.clock.advance(20 * time.Minute)
		p.heals(t, s, "gusto-1")
		if got := theOnly(t, s); got.State != alert.Resolved || !got.Over.Equal(p.clock.now()) {
			t.Errorf("%+v", got)
		}
		want(t, "dirty cards", look(t, p, `SELECT problem_id FROM cards WHERE dirty > 0`), "1")
		want(t, "a short one says no more than its card", owed(t, p))
		if h := history(t, s, got.ID); h != "opened resolved" {
			t.Errorf("history: %s", h)
		}
		if sub.ID != 1 || sub.Made.IsZero() {
			t.Errorf("%+v", sub)
		}
	})
}

func TestHistoryIsNoNews(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 1)
		subscribe(t, s, "C1", nil)
		var jobs []finch.KnownJob
		for i := range 60 { // the last two months, told at once: it failed now and then
			j := p.ends("gusto-1", finch.JobComplete)
			j.ID = fmt.Sprint("old ", i)
			j.Started, j.Completed = start.Add(-time.Duration(i*24+2)*time.Hour), start.Add(-time.Duration(i*24+1)*time.Hour)
			if i%7 == 3 {
				j.Status = finch.JobFailed
			}
			jobs = append(jobs, j)
		}
		if _, err := s.RecordJobs(t.Context(), jobs); err != nil {
			t.Fatal(err)
		}
		if got := problems(t, s, alert.ProblemQuery{}); len(got) != 0 {
			t.Errorf("what is over was opened: %+v", got)
		}
	})
}

func TestAnOldFailureBehindManySuccessesOfAnotherType(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		success bool
		open    int
	}{{"is still open", false, 1}, {"is over once its own type succeeded", true, 0}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(t *testing.T, p place) {
				s := p.open(t)
				known(t, s, "gusto", 1)
				w4 := p.ends("gusto-1", finch.JobFailed)
				w4.ID, w4.Type = "w4", "w4_form_employee_sync"
				record(t, s, w4)
				p.clock.advance(time.Hour)
				if c.success {
					w4 = p.ends("gusto-1", finch.JobComplete)
					w4.ID, w4.Type = "w4 again", "w4_form_employee_sync"
					record(t, s, w4)
				}
				for range 30 {
					p.clock.advance(24 * time.Hour)
					p.heals(t, s, "gusto-1")
				}
				if got := open(t, s); len(got) != c.open {
					t.Errorf("%+v", got)
				}
			})
		})
	}
}

func TestASubscriptionHearsOfWhatOpensFromThenOn(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 2)
		p.fails(t, s, "gusto-1")
		p.clock.advance(time.Minute)
		sub := subscribe(t, s, "C1", nil)
		if n, err := s.Matching(t.Context(), sub.Wish); n != 1 || err != nil {
			t.Errorf("%d open ones match, %v", n, err)
		}
		p.clock.advance(time.Minute)
		p.fails(t, s, "gusto-1") // it fails again: no news of an opening
		want(t, "owed", owed(t, p))
		p.clock.advance(time.Minute)
		p.heals(t, s, "gusto-1")
		p.clock.advance(30 * time.Minute)
		p.fails(t, s, "gusto-1")
		want(t, "what opens again is heard", owed(t, p), "C1 card 1")
		p.fails(t, s, "gusto-2")
		want(t, "and another", owed(t, p), "C1 card 1", "C1 card 2")
	})
}

func TestARemovedConnectionIsNoProblem(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 2)
		subscribe(t, s, "C1", func(w *alert.Wish) { w.Kinds = alert.AllKinds() })
		p.fails(t, s, "gusto-1")
		p.clock.advance(time.Minute)
		if err := s.Forget(t.Context(), "gusto-1"); err != nil {
			t.Fatal(err)
		}
		got := theOnly(t, s)
		events, err := s.ProblemEvents(t.Context(), got.ID, 1)
		if got.State != alert.Closed || err != nil || events[0].What != alert.HasClosed || events[0].Detail != "removed here" || events[0].Who != "" {
			t.Errorf("%+v, %+v, %v", got, events, err)
		}
		p.clock.advance(time.Minute)
		p.fails(t, s, "gusto-1") // Finch still tells of it
		p.later(t, s, 24*time.Hour)
		if got := problems(t, s, alert.ProblemQuery{Kinds: []alert.Kind{alert.Disconnected}}); len(got) != 0 {
			t.Errorf("%+v", got)
		}
		if err := s.Lost(t.Context(), "gusto-2", finch.NewToken("secret of gusto-2"), p.clock.now()); err != nil {
			t.Fatal(err)
		}
		if got := open(t, s); len(got) != 1 || got[0].Key.Kind != alert.Disconnected {
			t.Errorf("nobody here asked for that: %+v", got)
		}
		grant(t, s, named("gusto-1", "cust-1", "Acme"))
		p.clock.advance(time.Minute)
		p.fails(t, s, "gusto-1")
		if got := problems(t, s, alert.ProblemQuery{State: alert.Open, ConnectionID: "gusto-1"}); len(got) != 1 {
			t.Errorf("it came back, and its problems count: %+v", got)
		}
	})
}

func TestTimeAloneMakesAProblem(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 1)
		j := p.ends("gusto-1", finch.JobRunning)
		j.Completed = time.Time{}
		record(t, s, j)
		p.later(t, s, 5*time.Hour)
		want(t, "too soon", look(t, p, `SELECT kind FROM problems`))
		p.clock.advance(2 * time.Hour)
		j.Learned = p.clock.now() // read again: it still runs
		record(t, s, j)
		p.later(t, s, time.Minute)
		want(t, "it is stuck", look(t, p, `SELECT kind FROM problems`), "stuck")
	})
}

// TestAProblemIsKeptWhole fills every field of a problem and wants each back.
func TestAProblemIsKeptWhole(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 1)
		p.fails(t, s, "gusto-1")
		was := theOnly(t, s)
		var put alert.Problem
		fill(reflect.ValueOf(&put).Elem(), new(int))
		put.ID, put.Key.Kind, put.Key.ConnectionID, put.ParentID = was.ID, was.Key.Kind, was.Key.ConnectionID, 0
		put.State = alert.Open
		if _, err := s.Act(t.Context(), was.ID, func(alert.Problem) (alert.Step, error) {
			return alert.Step{Problem: put, Event: alert.Event{What: alert.HasChanged}}, nil
		}); err != nil {
			t.Fatal(err)
		}
		got, err := p.open(t).Problem(t.Context(), was.ID)
		put.Version = was.Version + 1
		if err != nil || !reflect.DeepEqual(got, put) {
			t.Errorf("%v\ngot  %+v\nwant %+v", err, got, put)
		}
	})
}

// fill sets every field to a value of its own.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(start.Add(time.Duration(*n) * time.Minute)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), n)
		}
	case reflect.String:
		v.SetString(fmt.Sprint("value ", *n))
	case reflect.Bool:
		v.SetBool(true)
	default:
		v.SetInt(int64(*n))
	}
}

func TestActs(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 1)
		subscribe(t, s, "C1", func(w *alert.Wish) { w.Reminder = 4 * time.Hour })
		p.fails(t, s, "gusto-1")
		deliver(t, p, s)
		due := func() []string { return look(t, p, `SELECT due FROM tellings`) }
		want(t, "a reminder is due", due(), fmt.Sprint(start.Add(4*time.Hour).UnixMilli()))
		claim := func(who string) error {
			_, err := s.Act(t.Context(), 1, func(p alert.Problem) (alert.Step, error) { return p.Claim(who, start) })
			return err
		}
		if err := claim("U1"); err != nil {
			t.Fatal(err)
		}
		refused, is := errors.AsType[*alert.RefusedError](claim("U2"))
		if !is || refused.Sentence != "<@U1> is on it already." {
			t.Errorf("another claims it: %v", refused)
		}
		if got := problems(t, s, alert.ProblemQuery{ClaimedBy: "U1"}); len(got) != 1 {
			t.Errorf("claimed: %+v", got)
		}
		want(t, "no reminder while somebody is on it", due(), "0")
		want(t, "the card is not true any more", look(t, p, `SELECT COUNT(*) FROM cards WHERE dirty > 0`), "1")
		want(t, "nobody is told of their own click", owed(t, p))
		if _, err := s.Act(t.Context(), 1, func(p alert.Problem) (alert.Step, error) { return p.Release("U1", start) }); err != nil {
			t.Fatal(err)
		}
		want(t, "reminded again", due(), fmt.Sprint(start.Add(4*time.Hour).UnixMilli()))
		if h := history(t, s, 1); h != "opened claimed released" {
			t.Errorf("history: %s", h)
		}
		_, err := s.Act(t.Context(), 99, func(p alert.Problem) (alert.Step, error) { return p.Claim("U1", start) })
		if !errors.Is(err, alert.ErrUnknownProblem) {
			t.Errorf("of none: %v", err)
		}
	})
}

func TestASnoozeEnds(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 1)
		p.fails(t, s, "gusto-1")
		_, err := s.Act(t.Context(), 1, func(p alert.Problem) (alert.Step, error) { return p.Snooze("U1", start.Add(time.Hour), start) })
		if err != nil {
			t.Fatal(err)
		}
		p.later(t, s, 59*time.Minute)
		if got := theOnly(t, s); got.SnoozedBy == "" {
			t.Error("it woke too early")
		}
		p.later(t, s, time.Minute)
		if got := theOnly(t, s); got.SnoozedBy != "" || history(t, s, 1) != "opened snoozed woken" {
			t.Errorf("%+v: %s", got, history(t, s, 1))
		}
	})
}

func TestALinkThatDidItsWork(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		reauth := in(finch.Reauth, named("conn-1", "cust-1", "Acme"))
		grant(t, s, reauth)
		if got := theOnly(t, s); got.Key.Kind != alert.Reauth {
			t.Fatalf("%+v", got)
		}
		if _, err := s.Act(t.Context(), 1, func(p alert.Problem) (alert.Step, error) { return p.LinkMade("U1", start) }); err != nil {
			t.Fatal(err)
		}
		p.clock.advance(time.Minute)
		well := in(finch.Connected, reauth)
		well.Facts.At = p.clock.now()
		if err := s.Learn(t.Context(), well.Facts); err != nil {
			t.Fatal(err)
		}
		if got := theOnly(t, s); got.State != alert.Resolved || got.LinkUsed.IsZero() {
			t.Errorf("%+v", got)
		}
		want(t, "who asked is told", owed(t, p), "U1 notice 1")
	})
}

func TestProblemLists(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 3)
		known(t, s, "adp_run", 3)
		if err := s.SaveProviders(t.Context(), []finch.Provider{{ID: "adp_run", DisplayName: "RÚN Powered by ADP"}}, start); err != nil {
			t.Fatal(err)
		}
		for _, provider := range []string{"gusto", "adp_run"} {
			for i := range 3 {
				p.clock.advance(time.Minute)
				p.fails(t, s, fmt.Sprintf("%s-%d", provider, i+1))
			}
		}
		p.clock.advance(time.Minute)
		p.heals(t, s, "gusto-2")
		ids := func(ps []alert.Problem) string {
			var said []string
			for _, one := range ps {
				said = append(said, fmt.Sprint(one.ID))
			}
			return strings.Join(said, " ")
		}
		for _, c := range []struct {
			name  string
			query alert.ProblemQuery
			want  string
		}{
			{"all, newest first", alert.ProblemQuery{}, "6 5 4 3 2 1"},
			{"open, oldest first", alert.ProblemQuery{State: alert.Open, Oldest: true}, "1 3 4 5 6"},
			{"resolved", alert.ProblemQuery{State: alert.Resolved}, "2"},
			{"of kinds", alert.ProblemQuery{Kinds: []alert.Kind{alert.JobFailed, alert.Stale}}, "6 5 4 3 2 1"},
			{"of another kind", alert.ProblemQuery{Kinds: []alert.Kind{alert.Stale}}, ""},
			{"of a connection", alert.ProblemQuery{ConnectionID: "gusto-3"}, "3"},
			{"by a customer's name", alert.ProblemQuery{Words: "ADP_RUN customer 2"}, "5"},
			{"by a customer's id", alert.ProblemQuery{Words: "cust-3"}, "6 3"},
			{"by a provider's name", alert.ProblemQuery{Words: "powered by"}, "6 5 4"},
			{"of a provider by name", alert.ProblemQuery{Provider: "run powered"}, "6 5 4"},
			{"of a provider by id", alert.ProblemQuery{Provider: "gusto", State: alert.Open}, "3 1"},
			{"of nobody", alert.ProblemQuery{ClaimedBy: "U1"}, ""},
			{"claimed", alert.ProblemQuery{Claimed: true}, ""},
			{"unclaimed", alert.ProblemQuery{Unclaimed: true, State: alert.Open}, "6 5 4 3 1"},
		} {
			if got := ids(problems(t, s, c.query)); got != c.want {
				t.Errorf("%s: got %s, want %s", c.name, got, c.want)
			}
			var paged []alert.Problem
			query := c.query
			for query.Limit = 2; ; {
				page, err := s.Problems(t.Context(), query)
				if err != nil {
					t.Fatal(err)
				}
				paged = append(paged, page.Problems...)
				if query.After = page.Next; page.Next == "" {
					break
				}
			}
			if got := ids(paged); got != c.want {
				t.Errorf("%s, in pages: got %s, want %s", c.name, got, c.want)
			}
		}
		page, err := s.Problems(t.Context(), alert.ProblemQuery{Limit: 2})
		if err != nil || page.Total != 6 {
			t.Errorf("%+v, %v", page, err)
		}
		if _, err := s.Problems(t.Context(), alert.ProblemQuery{State: alert.Open, After: page.Next}); !errors.Is(err, store.ErrCursor) {
			t.Errorf("another list's cursor: %v", err)
		}
		if _, err := s.Problem(t.Context(), 77); !errors.Is(err, alert.ErrUnknownProblem) {
			t.Errorf("no such problem: %v", err)
		}
	})
}

func TestWhatThePastTells(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known(t, s, "gusto", 1)
		known(t, s, "adp_run", 1)
		if since, err := s.KnownSince(t.Context()); !since.Equal(start) || err != nil {
			t.Errorf("known since %s, %v", since, err)
		}
		for i := range 22 { // every third takes longer than a day
			for _, id := range []string{"gusto-1", "adp_run-1"} {
				if id == "adp_run-1" && i > 4 {
					continue
				}
				p.clock.advance(5 * 24 * time.Hour)
				p.fails(t, s, id)
				p.clock.advance(time.Duration(1+30*(i%3/2)) * time.Hour)
				p.heals(t, s, id)
			}
		}
		p.clock.advance(5 * 24 * time.Hour)
		p.fails(t, s, "gusto-1")
		p.fails(t, s, "adp_run-1")
		now := open(t, s)
		if odds, err := s.Odds(t.Context(), now[0]); odds != (alert.Odds{Healed: 15, Of: 22}) || err != nil {
			t.Errorf("odds at its provider: %+v, %v", odds, err)
		}
		if odds, err := s.Odds(t.Context(), now[1]); odds != (alert.Odds{Healed: 19, Of: 27}) || err != nil {
			t.Errorf("odds of all, where its provider says little: %+v, %v", odds, err)
		}
		if odds, err := s.Odds(t.Context(), alert.Problem{Class: "none"}); odds.Of != 0 || err != nil {
			t.Errorf("odds of what never was: %+v, %v", odds, err)
		}
		past, err := s.PastProblems(t.Context(), p.clock.now().Add(-11*24*time.Hour))
		if err != nil || len(past) != 4 {
			t.Errorf("%d in eleven days, %v", len(past), err)
		}
		p.clock.advance(time.Hour)
		if past, err = s.PastProblems(t.Context(), p.clock.now()); err != nil || len(past) != 2 {
			t.Errorf("%d are still open, %v", len(past), err)
		}
		n, err := s.PruneProblems(t.Context(), p.clock.now().Add(-11*24*time.Hour))
		if err != nil || n != 25 {
			t.Errorf("pruned %d, %v", n, err)
		}
		if got := problems(t, s, alert.ProblemQuery{}); len(got) != 4 {
			t.Errorf("%d are left", len(got))
		}
	})
}

func TestSight(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		subscribe(t, s, "C1", func(w *alert.Wish) { w.Kinds = alert.AllKinds() })
		feel := func(name string, good bool) {
			t.Helper()
			if err := s.Sense(t.Context(), name, good, "connection refused", p.clock.now()); err != nil {
				t.Fatal(err)
			}
		}
		count := func() string { return look(t, p, `SELECT count FROM senses WHERE name = 'finch'`)[0] }
		feel("finch", true)
		for range 100 { // in twenty seconds
			p.clock.advance(200 * time.Millisecond)
			feel("finch", false)
		}
		if got := count(); got != "1" {
			t.Errorf("%s failures were written down within a minute", got)
		}
		p.clock.advance(time.Minute)
		feel("finch", false)
		if got := count(); got != "101" {
			t.Errorf("a minute later %s failures are known", got)
		}
		want(t, "not blind yet", look(t, p, `SELECT kind FROM problems`))
		p.later(t, s, 10*time.Minute) // nothing more is heard
		want(t, "blind", look(t, p, `SELECT kind, state FROM problems`), "blind open")
		want(t, "owed", owed(t, p), "C1 card 1")
		if senses, err := s.Senses(t.Context()); err != nil || len(senses) != 1 || senses[0].Detail != "connection refused" {
			t.Errorf("%+v, %v", senses, err)
		}
		feel("finch", true)
		want(t, "it sees again", look(t, p, `SELECT kind, state FROM problems`), "blind resolved")
	})
}
