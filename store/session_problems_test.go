package store_test

import (
	"strings"
	"testing"
	"time"

	"perch/internal/alert"
	"perch/internal/connect"
	"perch/store"
)

// reads lets time pass and reads the sessions that are due then.
func (p place) reads(t testing.TB, s *store.Store, d time.Duration) {
	t.Helper()
	p.clock.advance(d)
	readDue(t, s)
}

// event is one of the host's that happens at this moment.
func (p place) event(what connect.Type, stage connect.Stage) connect.Event {
	return connect.Event{At: p.clock.now(), Type: what, Stage: stage, Source: connect.FromHost}
}

// tells has the host tell of something that happens now, and reads it.
func (p place) tells(t testing.TB, s *store.Store, id string, what connect.Type, stage connect.Stage) {
	t.Helper()
	tell(t, s, id, p.event(what, stage))
	readDue(t, s)
}

// stops has a customer open a link, come to a stage, and be silent for half an hour.
func (p place) stops(t testing.TB, s *store.Store, id string, stage connect.Stage) {
	t.Helper()
	p.tells(t, s, id, connect.Opened, "")
	p.clock.advance(time.Minute)
	p.tells(t, s, id, connect.StageEntered, stage)
	p.reads(t, s, 30*time.Minute)
}

func TestAnEmployerWhoStopsAndGoesOn(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		subscribe(t, s, "C1", nil)
		subscribe(t, s, "C2", func(w *alert.Wish) { w.Include.Stages = []string{"mfa"} })
		register(t, s, fern("s1"))
		p.tells(t, s, "s1", connect.Opened, "")
		p.clock.advance(time.Minute)
		p.tells(t, s, "s1", connect.StageEntered, connect.TermsOfService)
		p.reads(t, s, 29*time.Minute)
		if got := problems(t, s, alert.ProblemQuery{}); len(got) != 0 {
			t.Fatalf("too soon: %+v", got)
		}
		p.reads(t, s, time.Minute)
		got := theOnly(t, s)
		if got.Key != (alert.Key{Kind: alert.DroppedOff, Part: "customer:cust-fern"}) || got.Class != "dropped_off/terms_of_service" ||
			!got.Opened.Equal(start.Add(time.Minute)) || got.Subject.CustomerName != "Blue Fern Dental" || got.Facts.Session.ID != "s1" {
			t.Errorf("%+v", got)
		}
		want(t, "owed: the other waits for another stage", owed(t, p), "C1 card 1")
		select {
		case <-s.Owing():
		default:
			t.Error("nobody was woken")
		}
		deliver(t, p, s)
		p.reads(t, s, time.Hour)
		want(t, "no news", look(t, p, `SELECT id FROM cards WHERE dirty > 0`))
		p.tells(t, s, "s1", connect.StageEntered, connect.ProviderSelection)
		if got := theOnly(t, s); got.State != alert.Resolved || !got.Over.Equal(p.clock.now()) {
			t.Errorf("%+v", got)
		}
		want(t, "dirty cards", look(t, p, `SELECT problem_id FROM cards WHERE dirty > 0`), "1")
		p.reads(t, s, 40*time.Minute)
		got = theOnly(t, s)
		if got.State != alert.Open || got.Class != "dropped_off/provider_selection" {
			t.Errorf("within the hour it is the same card: %+v", got)
		}
		p.tells(t, s, "s1", connect.Succeeded, "")
		if got := theOnly(t, s); got.State != alert.Resolved || !got.Facts.Session.Connected {
			t.Errorf("%+v", got)
		}
		if h := history(t, s, got.ID); h != "opened resolved reopened resolved" {
			t.Errorf("history: %s", h)
		}
		if got := problems(t, s, alert.ProblemQuery{Words: "%blue fern%"}); len(got) != 0 {
			t.Errorf("found by a pattern: %+v", got)
		}
		for _, words := range []string{"Blue Férn", "cust-fern", "s1"} {
			if got := problems(t, s, alert.ProblemQuery{Words: words}); len(got) != 1 {
				t.Errorf("%d found by %q", len(got), words)
			}
		}
		if got := problems(t, s, alert.ProblemQuery{Words: "harbor"}); len(got) != 0 {
			t.Errorf("found by another name: %+v", got)
		}
	})
}

func TestARenewedLinkResolvesTheOldDropOff(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		register(t, s, fern("s1"))
		p.stops(t, s, "s1", connect.MFA)
		newer := fern("s2")
		newer.Created = p.clock.now()
		register(t, s, newer)
		p.reads(t, s, 0)
		if got := theOnly(t, s); got.State != alert.Open || !got.Facts.Session.Renewed.Equal(newer.Created) {
			t.Errorf("a link that is not opened: %+v", got)
		}
		p.clock.advance(time.Hour)
		p.tells(t, s, "s2", connect.Opened, "")
		if got := theOnly(t, s); got.State != alert.Resolved || got.Facts.Session.Connected {
			t.Errorf("they went on by the new link: %+v", got)
		}
	})
}

func TestATokenSettlesADropOff(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		register(t, s, fern("s1"))
		p.stops(t, s, "s1", connect.MFA)
		g := named("c1", "cust-fern", "Blue Fern Dental")
		g.Facts.At = p.clock.now()
		grant(t, s, g)
		readDue(t, s)
		if got := theOnly(t, s); got.State != alert.Resolved || !got.Facts.Session.Connected || got.Facts.Session.Provisional {
			t.Errorf("%+v", got)
		}
	})
}

// A token may come by another way than the link that ran out: a form of the
// application's own, an import.
func TestATokenSettlesAnExpiredLink(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		c := fern("s1")
		c.Expires = start.Add(time.Hour)
		register(t, s, c)
		p.reads(t, s, 2*time.Hour)
		want(t, "it ran out", look(t, p, `SELECT kind, state FROM problems`), "link_expired open")
		g := named("c1", "cust-fern", "Blue Fern Dental")
		g.Facts.At = p.clock.now()
		grant(t, s, g)
		readDue(t, s)
		want(t, "and they are connected all the same", look(t, p, `SELECT kind, state FROM problems`), "link_expired resolved")
	})
}

func TestLinksThatNobodyUses(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		subscribe(t, s, "C1", func(w *alert.Wish) { w.Kinds = []alert.Kind{alert.LinkUnused} })
		subscribe(t, s, "C2", nil)
		c := fern("s1")
		c.Expires = start.Add(10 * 24 * time.Hour)
		register(t, s, c)
		p.reads(t, s, time.Minute)
		p.reads(t, s, 72*time.Hour-2*time.Minute)
		want(t, "too soon", look(t, p, `SELECT kind FROM problems`))
		p.reads(t, s, time.Minute)
		want(t, "unused", look(t, p, `SELECT kind, state FROM problems`), "link_unused open")
		want(t, "by default nobody hears of it", owed(t, p), "C1 card 1")
		p.reads(t, s, 7*24*time.Hour)
		want(t, "it ran out", look(t, p, `SELECT kind, state FROM problems ORDER BY id`), "link_unused closed", "link_expired open")
		p.reads(t, s, 14*24*time.Hour)
		want(t, "and that is over by itself", look(t, p, `SELECT kind, state FROM problems ORDER BY id`), "link_unused closed", "link_expired closed")
	})
}

func TestErrorsInOneSession(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		register(t, s, fern("s1"))
		wrong := p.event(connect.Failed, connect.Authentication)
		wrong.Message = "The username or password you entered is incorrect."
		p.tells(t, s, "s1", connect.StageEntered, connect.Authentication)
		for range 3 {
			p.clock.advance(time.Minute)
			wrong.At = p.clock.now()
			tell(t, s, "s1", wrong)
			readDue(t, s)
		}
		got := theOnly(t, s)
		if f := got.Facts.Session; got.Key.Kind != alert.AuthErrors || got.Count != 3 || f.Error != wrong.Message || f.ErrorTimes != 3 {
			t.Errorf("%+v", got)
		}
		p.clock.advance(time.Minute)
		p.tells(t, s, "s1", connect.StageEntered, connect.MFA)
		if got := theOnly(t, s); got.State != alert.Resolved {
			t.Errorf("%+v", got)
		}
	})
}

// People act on problems of sessions as on all others, and a snooze ends by itself.
func TestActsOnSessionProblems(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		register(t, s, fern("s1"), of("s2", "cust-2", "Harbor"))
		p.stops(t, s, "s1", connect.MFA)
		id := theOnly(t, s).ID
		until := p.clock.now().Add(time.Hour)
		got, err := s.Act(t.Context(), id, func(pr alert.Problem) (alert.Step, error) { return pr.Snooze("UBO", until, p.clock.now()) })
		if err != nil || got.SnoozedBy != "UBO" {
			t.Fatalf("%+v, %v", got, err)
		}
		p.later(t, s, time.Hour)
		if got := theOnly(t, s); got.SnoozedBy != "" || got.State != alert.Open {
			t.Errorf("it did not wake: %+v", got)
		}
		if _, err := s.Act(t.Context(), id, func(pr alert.Problem) (alert.Step, error) { return pr.Close("UBO", p.clock.now()) }); err != nil {
			t.Fatal(err)
		}
		p.tells(t, s, "s2", connect.Opened, "")
		p.reads(t, s, 24*time.Hour)
		if got := problems(t, s, alert.ProblemQuery{State: alert.Open}); len(got) != 1 || got[0].Subject.CustomerName != "Harbor" {
			t.Errorf("what was closed stays closed, and others are as they are: %+v", got)
		}
	})
}

// What is judged twice, or by two at once, is judged once.
func TestReadingAgainTellsNothingAgain(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s, other := p.open(t), p.open(t)
		subscribe(t, s, "C1", nil)
		register(t, s, fern("s1"))
		p.stops(t, s, "s1", connect.MFA)
		meddle(t, p, `UPDATE sessions SET due = 1`)
		done := make(chan error)
		for _, each := range []*store.Store{s, other} {
			go func() {
				_, err := each.ReadSessions(t.Context(), 10)
				done <- err
			}()
		}
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		want(t, "owed", owed(t, p), "C1 card 1")
		if h := history(t, s, theOnly(t, s).ID); h != "opened" {
			t.Errorf("history: %s", h)
		}
	})
}

func TestForgottenSessionsLeaveNoProblem(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		c := fern("s1")
		c.Expires = start.Add(3 * 365 * 24 * time.Hour)
		register(t, s, c)
		p.reads(t, s, 4*24*time.Hour)
		id := theOnly(t, s).ID
		if _, err := s.Act(t.Context(), id, func(pr alert.Problem) (alert.Step, error) {
			return pr.Snooze("UBO", p.clock.now().Add(time.Hour), p.clock.now())
		}); err != nil {
			t.Fatal(err)
		}
		meddle(t, p, `DELETE FROM sessions`)
		p.later(t, s, 2*time.Hour)
		if got := theOnly(t, s); got.State != alert.Closed {
			t.Errorf("%+v", got)
		}
	})
}

// notices are the words to persons that were ever owed: "UANN … stopped …".
func notices(t *testing.T, p place) []string {
	t.Helper()
	return look(t, p, `SELECT channel, body FROM outbox WHERE kind = 'notice' AND subscription_id = 0 ORDER BY id`)
}

func TestWhoWatchesHearsWhatMoves(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		register(t, s, fern("s1"), of("s2", "cust-2", "Harbor"))
		p.reads(t, s, time.Minute)
		if err := s.WatchCustomer(t.Context(), "cust-fern", "UANN"); err != nil {
			t.Fatal(err)
		}
		p.reads(t, s, time.Hour)
		p.tells(t, s, "s2", connect.Opened, "")
		want(t, "nothing has moved", notices(t, p))
		p.tells(t, s, "s1", connect.Opened, "")
		said := notices(t, p)
		if len(said) != 1 || !strings.HasPrefix(said[0], "UANN ") || !strings.Contains(said[0], "Blue Fern Dental* is under way") {
			t.Fatalf("at once: %q", said)
		}
		p.clock.advance(10 * time.Second)
		p.tells(t, s, "s1", connect.StageEntered, connect.TermsOfService)
		p.clock.advance(10 * time.Second)
		p.tells(t, s, "s1", connect.StageEntered, connect.ProviderSelection)
		if said = notices(t, p); len(said) != 1 {
			t.Errorf("too soon for another: %q", said)
		}
		p.reads(t, s, 41*time.Second)
		if said = notices(t, p); len(said) != 2 || !strings.Contains(said[1], "is under way at Provider") {
			t.Errorf("what moved meanwhile comes as one: %q", said)
		}
		p.reads(t, s, time.Hour)
		if said = notices(t, p); len(said) != 3 || !strings.Contains(said[2], "stopped at Provider") {
			t.Errorf("%q", said)
		}
		p.tells(t, s, "s1", connect.Succeeded, "")
		if said = notices(t, p); len(said) != 4 || !strings.Contains(said[3], "is connected") {
			t.Errorf("%q", said)
		}
		if watching, err := s.Watching(t.Context(), "cust-fern", "UANN"); watching || err != nil {
			t.Errorf("it still watches: %v, %v", watching, err)
		}
		p.reads(t, s, 24*time.Hour)
		if said = notices(t, p); len(said) != 4 {
			t.Errorf("told again: %q", said)
		}
	})
}

// A browser's word of success is told as such, and its confirmation ends the watch.
func TestWhoWatchesHearsOfAConfirmation(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		register(t, s, fern("s1"))
		p.reads(t, s, time.Minute)
		if err := s.WatchCustomer(t.Context(), "cust-fern", "UANN"); err != nil {
			t.Fatal(err)
		}
		claim := p.event(connect.Succeeded, "")
		claim.Source = connect.FromBrowser
		tell(t, s, "s1", claim)
		readDue(t, s)
		if said := notices(t, p); len(said) != 1 || !strings.Contains(said[0], "as their browser reports") {
			t.Errorf("%q", said)
		}
		p.clock.advance(time.Second)
		p.tells(t, s, "s1", connect.TokenExchanged, "")
		if said := notices(t, p); len(said) != 2 || !strings.Contains(said[1], "is connected since") {
			t.Errorf("%q", said)
		}
	})
}
