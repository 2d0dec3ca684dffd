package store_test

import (
	"fmt"
	"testing"
	"time"

	"perch/internal/alert"
	"perch/internal/connect"
	"perch/store"
)

// passes has so many customers go through Verification, and others stop there, two
// days before now.
func (p place) passes(t testing.TB, s *store.Store, through, stopping int) {
	t.Helper()
	p.clock.advance(-48 * time.Hour)
	for i := range through + stopping {
		id := fmt.Sprint("old ", i)
		c := of(id, "old cust "+fmt.Sprint(i), "Old Customer")
		c.Created = p.clock.now()
		register(t, s, c)
		events := []connect.Event{p.event(connect.Opened, ""), p.event(connect.StageEntered, connect.MFA)}
		if i < through {
			events = append(events, p.event(connect.Succeeded, ""))
		}
		tell(t, s, id, events...)
	}
	p.reads(t, s, 48*time.Hour)
}

// employer is one of those who come to Verification now.
func (p place) employer(t testing.TB, s *store.Store, i int, change ...func(*connect.Session)) string {
	t.Helper()
	id := fmt.Sprint("new ", i)
	c := of(id, "cust-"+fmt.Sprint(i), "Customer "+fmt.Sprint(i))
	c.Created = p.clock.now()
	for _, f := range change {
		f(&c)
	}
	register(t, s, c)
	tell(t, s, id, p.event(connect.Opened, ""), p.event(connect.StageEntered, connect.MFA))
	readDue(t, s)
	return id
}

func surges(t testing.TB, p place) []string {
	t.Helper()
	return look(t, p, `SELECT class, provider_id, state FROM problems WHERE kind = 'outage' ORDER BY id`)
}

func TestASurgeOfEmployersWhoStop(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		p.passes(t, s, 18, 2)
		meddle(t, p, `DELETE FROM problem_events`)
		meddle(t, p, `DELETE FROM problems`)
		subscribe(t, s, "C1", nil)
		subscribe(t, s, "C2", func(w *alert.Wish) { w.Exclude.Stages = []string{"mfa"} })
		subscribe(t, s, "C3", func(w *alert.Wish) { w.Include.Customers = []string{"Customer 3"} })
		for i := range 7 {
			p.employer(t, s, i)
			p.clock.advance(time.Second)
		}
		for i := range 2 {
			id := p.employer(t, s, 10+i)
			p.tells(t, s, id, connect.Succeeded, "")
		}
		p.reads(t, s, 30*time.Minute)
		want(t, "surges", surges(t, p), "dropped_off/mfa  open")
		got := problems(t, s, alert.ProblemQuery{Kinds: []alert.Kind{alert.Outage}})[0]
		if got.Affected != 7 || got.Of != 9 || got.Recovered != 0 || got.Facts.Usual != 10 || got.Facts.Session.Stage != connect.MFA {
			t.Errorf("%+v", got)
		}
		want(t, "parts", look(t, p, fmt.Sprintf(`SELECT COUNT(*) FROM problems WHERE parent_id = %d AND kind = 'dropped_off'`, got.ID)), "7")
		want(t, "owed: of each who asked for one of them, once", look(t, p, `SELECT channel, kind FROM outbox WHERE state <= 1 ORDER BY channel`), "C1 card", "C3 card")
		deliver(t, p, s)
		p.employer(t, s, 7)
		p.tells(t, s, "new 0", connect.Succeeded, "")
		p.reads(t, s, 10*time.Minute)
		got = problems(t, s, alert.ProblemQuery{Kinds: []alert.Kind{alert.Outage}})[0]
		if got.Affected != 7 || got.Recovered != 1 {
			t.Errorf("one went on: %d of %d", got.Recovered, got.Affected)
		}
		p.reads(t, s, 20*time.Minute)
		if got = problems(t, s, alert.ProblemQuery{Kinds: []alert.Kind{alert.Outage}})[0]; got.Affected != 8 {
			t.Errorf("one more: %d", got.Affected)
		}
		want(t, "of whom nobody hears alone", owed(t, p))
		p.tells(t, s, "new 2", connect.StageEntered, connect.EntitySelection)
		p.reads(t, s, 30*time.Minute)
		want(t, "but of one who stops elsewhere", look(t, p, `SELECT channel FROM outbox WHERE state <= 1 AND kind = 'card' ORDER BY channel`), "C1", "C2")
		deliver(t, p, s)
		p.later(t, s, 25*time.Hour)
		readDue(t, s)
		want(t, "nobody stopped for a day", surges(t, p), "dropped_off/mfa  resolved")
		p.tells(t, s, "new 1", connect.StageEntered, connect.EntitySelection)
		p.clock.advance(10 * time.Minute)
		p.reads(t, s, 30*time.Minute)
		want(t, "who stops again later is told alone", look(t, p, `SELECT channel FROM outbox WHERE state <= 1 AND kind = 'card' ORDER BY channel`), "C1", "C2")
	})
}

func TestNoSurgeOutOfNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name             string
		through, stopped int
		change           func(*connect.Session)
		want             []string
	}{
		{"nobody knows what is usual", 5, 1, func(*connect.Session) {}, nil},
		{"most stop there anyway", 4, 16, func(*connect.Session) {}, nil},
		{"they play in the sandbox", 18, 2, func(c *connect.Session) { c.Sandbox = true }, nil},
		{"they sign in again", 18, 2, func(c *connect.Session) { c.Reconnect = true }, nil},
		{"it does rise", 18, 2, func(*connect.Session) {}, []string{"dropped_off/mfa  open"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(t *testing.T, p place) {
				s := p.open(t)
				p.passes(t, s, c.through, c.stopped)
				for i := range 6 {
					p.employer(t, s, i, c.change)
				}
				p.reads(t, s, 30*time.Minute)
				want(t, "surges", surges(t, p), c.want...)
			})
		})
	}
}

// Where nobody tells of stages, a provider's drop-offs may rise.
func TestASurgeAtAProvider(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		p.passes(t, s, 18, 2)
		for i := range 6 {
			id := fmt.Sprint("new ", i)
			c := of(id, "cust-"+fmt.Sprint(i), "Customer")
			c.Created = p.clock.now()
			register(t, s, c)
			tell(t, s, id, p.event(connect.Opened, ""), p.event(connect.Closed, ""))
			readDue(t, s)
		}
		p.reads(t, s, 30*time.Minute)
		want(t, "surges", surges(t, p), "dropped_off gusto open")
		id := problems(t, s, alert.ProblemQuery{Kinds: []alert.Kind{alert.Outage}})[0].ID
		if _, err := s.Act(t.Context(), id, func(pr alert.Problem) (alert.Step, error) { return pr.Close("UBO", p.clock.now()) }); err != nil {
			t.Fatal(err)
		}
		want(t, "somebody closed it", surges(t, p), "dropped_off gusto closed")
		for i := range 6 {
			p.tells(t, s, fmt.Sprint("new ", i), connect.Succeeded, "")
		}
		want(t, "and it stays so", surges(t, p), "dropped_off gusto closed")
	})
}
