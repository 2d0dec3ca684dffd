package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"perch/internal/connect"
	"perch/store"
)

func TestMoved(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		moved := func() bool {
			select {
			case <-s.Moved():
				return true
			default:
				return false
			}
		}
		register(t, s, fern("s1"))
		if !moved() || moved() {
			t.Error("a new session: want one value")
		}
		e := told(0, connect.Opened, "")
		tell(t, s, "s1", e)
		if !moved() {
			t.Error("nobody was woken for an event")
		}
		tell(t, s, "s1", e)
		if moved() {
			t.Error("somebody was woken for nothing new")
		}
		grant(t, s, named("conn-1", "cust-fern", "Blue Fern Dental"))
		if !moved() {
			t.Error("nobody was woken for a token")
		}
	})
}

func TestReadSessions(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		register(t, s, fern("s1"), of("s2", "", ""), of("s3", "", ""))
		tell(t, s, "s1", told(0, connect.StageEntered, connect.TermsOfService))
		p.clock.advance(time.Minute)
		wantDue(t, s, 3)
		readDue(t, s)
		wantDue(t, s, 0)
		if b := brief(t, s, "s1"); b.Outcome != connect.InProgress || b.Stage != connect.TermsOfService || b.Opened != start || b.Last != start {
			t.Errorf("after the first event: %+v", b)
		}
		p.clock.advance(28 * time.Minute)
		readDue(t, s)
		if b := brief(t, s, "s1"); b.Outcome != connect.InProgress {
			t.Errorf("after 29 minutes: %+v", b)
		}
		p.clock.advance(time.Minute)
		readDue(t, s)
		if b := brief(t, s, "s1"); b.Outcome != connect.DroppedOff {
			t.Errorf("after 30 minutes: %+v", b)
		}
		tell(t, s, "s1", told(30*time.Minute, connect.Succeeded, ""), saw(20*time.Minute, "Wrong password"))
		readDue(t, s)
		if b := brief(t, s, "s1"); b.Outcome != connect.Connected || b.Errors != 1 || b.Provisional {
			t.Errorf("after the success: %+v", b)
		}
		p.clock.advance(connect.LinkLife)
		readDue(t, s)
		for id, want := range map[string]connect.Outcome{"s1": connect.Connected, "s2": connect.Lapsed, "s3": connect.Lapsed} {
			if b := brief(t, s, id); b.Outcome != want {
				t.Errorf("after 90 days: %+v", b)
			}
		}
	})
}

// TestASessionIsReadByOneAtATime claims from two stores, as replicas do.
func wantDue(t *testing.T, s *store.Store, want int) {
	t.Helper()
	if n, err := s.SessionsDue(t.Context()); err != nil || n != want {
		t.Errorf("%d sessions wait to be read, %v; want %d", n, err, want)
	}
}

func TestSessionPulse(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		pulse := func(want store.SessionPulse) {
			t.Helper()
			if got, err := s.SessionPulse(t.Context(), p.clock.now().Add(-time.Hour)); err != nil || got != want {
				t.Errorf("sessions come in as %+v %v, want %+v", got, err, want)
			}
		}
		pulse(store.SessionPulse{})
		register(t, s, fern("s1"), of("s2", "cust-2", "Harbor"))
		tell(t, s, "s1", told(0, connect.Opened, ""))
		p.clock.advance(time.Minute)
		pulse(store.SessionPulse{Waiting: 2, Oldest: start})
		readDue(t, s)
		pulse(store.SessionPulse{Heard: start, Underway: 1})
		p.clock.advance(time.Hour)
		if got, err := s.SessionPulse(t.Context(), p.clock.now().Add(-time.Hour)); err != nil || got.Underway != 0 || !got.Heard.Equal(start) {
			t.Errorf("an hour later: %+v %v", got, err)
		}
	})
}

func TestASessionIsReadByOneAtATime(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s, other := p.open(t), p.open(t)
		for i := range 40 {
			id := fmt.Sprint("s", i)
			register(t, s, of(id, fmt.Sprint("cust-", i/2), "Acme"))
			tell(t, s, id, told(0, connect.StageEntered, connect.TermsOfService), saw(0, "Wrong password"))
		}
		var wg sync.WaitGroup
		for _, reader := range []*store.Store{s, other} {
			wg.Go(func() { readDue(t, reader) })
			wg.Go(func() { readDue(t, reader) })
		}
		wg.Wait()
		page, err := s.Sessions(t.Context(), connect.ListQuery{Scope: connect.Every, Limit: 100})
		if err != nil || page.Total != 40 {
			t.Fatalf("%d sessions, %v", page.Total, err)
		}
		for _, b := range page.Briefs {
			if b.Outcome != connect.InProgress || b.Attempts != 2 {
				t.Errorf("%+v", b)
			}
		}
		if sessions, customers, err := s.SameError(t.Context(), "Wrong password", start); sessions != 40 || customers != 20 || err != nil {
			t.Errorf("the error was in %d sessions of %d customers, %v", sessions, customers, err)
		}
	})
}

// TestOneSessionIsTheNewest registers sessions of one customer from two stores at
// once: on PostgreSQL neither sees the other's in time.
func TestOneSessionIsTheNewest(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s, other := p.open(t), p.open(t)
		var wg sync.WaitGroup
		for i, to := range []*store.Store{s, other, s, other} {
			wg.Go(func() {
				for j := range 10 {
					if _, _, err := to.RegisterSession(t.Context(), of(fmt.Sprint("s", j, "-", i), fmt.Sprint("cust-", j), "Acme")); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		readDue(t, s)
		want(t, "customers with two newest sessions", look(t, p, `SELECT customer_id FROM sessions WHERE newest = 1 GROUP BY customer_id HAVING COUNT(*) <> 1`))
		want(t, "customers with one", look(t, p, `SELECT COUNT(DISTINCT customer_id) FROM sessions WHERE newest = 1`), "10")
	})
}

func TestSameError(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		register(t, s, fern("s1"), fern("s2"), of("s3", "cust-3", "Acme"))
		p.clock.advance(2 * time.Hour)
		for i, id := range []string{"s1", "s2", "s3"} {
			tell(t, s, id, saw(time.Duration(i)*time.Hour, "Wrong password"), saw(0, "Another of "+id))
		}
		readDue(t, s)
		for _, c := range []struct {
			message             string
			since               time.Duration
			sessions, customers int
		}{
			{"Wrong password", 0, 3, 2},
			{"Wrong password", time.Hour, 2, 2},
			{"Wrong password", 2 * time.Hour, 1, 1},
			{"Wrong password", 3 * time.Hour, 0, 0},
			{"Another of s2", 0, 1, 1},
			{"wrong password", 0, 0, 0},
		} {
			sessions, customers, err := s.SameError(t.Context(), c.message, start.Add(c.since))
			if err != nil || sessions != c.sessions || customers != c.customers {
				t.Errorf("%q since %s: %d sessions of %d customers, %v, want %d of %d", c.message, c.since, sessions, customers, err, c.sessions, c.customers)
			}
		}
	})
}

func TestSessionsOfACustomer(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		for i, id := range []string{"s2", "s3", "s1"} {
			c := fern(id)
			c.Created = start.Add(time.Duration(i) * time.Hour)
			if i == 1 {
				c.ConnectionID, c.Reconnect = "conn-1", true
			}
			register(t, s, c)
		}
		p.clock.advance(3 * time.Hour)
		tell(t, s, "s3", told(time.Hour, connect.Opened, ""))
		ids := func(readings []connect.Reading, err error) (ids []string) {
			if err != nil {
				t.Error(err)
			}
			for _, r := range readings {
				ids = append(ids, r.Session.ID)
			}
			return ids
		}
		if got := ids(s.CustomerSessions(t.Context(), "cust-fern", 2)); !slices.Equal(got, []string{"s1", "s3"}) {
			t.Errorf("of the customer: %v", got)
		}
		if got := ids(s.ConnectionSessions(t.Context(), "conn-1", 5)); !slices.Equal(got, []string{"s3"}) {
			t.Errorf("of the connection: %v", got)
		}
		if r, err := s.Session(t.Context(), "s3"); err != nil || r.Progress.Outcome != connect.DroppedOff || r.Progress.Visits != 1 {
			t.Errorf("unread as it is, it says %+v, %v", r, err)
		}
	})
}

func TestAClaimedSessionComesBack(t *testing.T) {
	t.Parallel()
	p := sqlitePlace(t)
	o := p.options()
	o.Exclusive = true
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	register(t, s, fern("s1"))
	sqlite(t, p.database, fmt.Sprintf("UPDATE sessions SET due = %d, fence = fence + 1", start.Add(time.Minute).UnixMilli())) // by one that died
	tells := func() connect.Outcome {
		readDue(t, s)
		page, err := s.Sessions(t.Context(), connect.ListQuery{Scope: connect.Every})
		if err != nil {
			t.Fatal(err)
		}
		return page.Briefs[0].Outcome
	}
	sqlite(t, p.database, "UPDATE sessions SET outcome = 'unread'")
	if got := tells(); got != "unread" {
		t.Errorf("within its lease it is read: %s", got)
	}
	if err := s.FreeClaims(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	if got := tells(); got != connect.Unopened {
		t.Errorf("freed it is %s", got)
	}
}

// TestWhatCannotBeReadHoldsUpNobody has one session damaged.
func TestWhatCannotBeReadHoldsUpNobody(t *testing.T) {
	t.Parallel()
	p := sqlitePlace(t)
	s := p.open(t)
	register(t, s, fern("s1"), of("s2", "cust-2", "Acme"))
	sqlite(t, p.database, "UPDATE sessions SET counted = 'no JSON' WHERE id = 's1'")
	tell(t, s, "s2", told(0, connect.Opened, ""))
	if _, err := s.ReadSessions(t.Context(), 10); !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), `"s1"`) {
		t.Errorf("the damage: %v", err)
	}
	if b := brief(t, s, "s2"); b.Outcome != connect.InProgress {
		t.Errorf("the other: %+v", b)
	}
	if _, err := s.ReadSessions(t.Context(), 10); err != nil {
		t.Errorf("it is tried again at once: %v", err)
	}
	sqlite(t, p.database, "UPDATE sessions SET counted = ''")
	p.clock.advance(5 * time.Minute)
	readDue(t, s)
	if r, err := s.Funnel(t.Context(), connect.FunnelQuery{Since: start, Until: start.Add(time.Hour)}); err != nil || r.Sessions != 2 {
		t.Errorf("in the end: %+v, %v", r, err)
	}
}

// TestEventsDuringAReading: what comes between claim and reading is read again.
func TestEventsDuringAReading(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		register(t, s, fern("s1"))
		var wg sync.WaitGroup
		p.clock.advance(time.Hour)
		for i := range 40 {
			wg.Go(func() { tell(t, s, "s1", told(time.Duration(i)*time.Second, connect.Failed, connect.MFA)) })
			wg.Go(func() {
				if _, err := s.ReadSessions(t.Context(), 1); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		readDue(t, s)
		if b := brief(t, s, "s1"); b.Errors != 40 {
			t.Errorf("%d errors were read", b.Errors)
		}
	})
}
