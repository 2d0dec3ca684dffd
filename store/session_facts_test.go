package store_test

import (
	"slices"
	"testing"
	"time"

	"perch/internal/connect"
	"perch/internal/finch"
	"perch/store"
)

// saying is what the timeline of a session says from the given sources: each type
// with its message, and when.
func saying(t *testing.T, s *store.Store, id string, sources ...connect.Source) []string {
	t.Helper()
	events, err := s.SessionEvents(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	said := []string{}
	for _, e := range events {
		if slices.Contains(sources, e.Source) {
			said = append(said, e.At.Sub(start).String()+" "+string(e.Type)+" "+e.Message)
		}
	}
	return said
}

// from dates a grant.
func from(after time.Duration, g finch.Grant) finch.Grant {
	g.Facts.At = start.Add(after)
	return g
}

func TestATokenEndsTheCustomersSessions(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		elsewhere := fern("s4")
		elsewhere.ConnectionID, elsewhere.Reconnect = "conn-2", true
		nameless := of("s5", "", "")
		nameless.ConnectionID = "conn-1"
		later := fern("s6")
		later.Created = start.Add(3 * time.Hour)
		register(t, s, fern("s1"), fern("s2"), of("s3", "cust-3", "Acme"), elsewhere, nameless, later)
		browser := told(0, connect.Succeeded, "")
		browser.Source = connect.FromBrowser
		tell(t, s, "s2", browser)
		readDue(t, s)
		p.clock.advance(time.Hour)
		g := named("conn-1", "cust-fern", "Blue Fern Dental")
		g.Facts.Introspection.ProviderID = "adp_run"
		g.Facts.Introspection.Methods = []finch.Method{{Type: "credential"}}
		grant(t, s, from(time.Hour, g))
		readDue(t, s)
		for _, c := range []struct {
			id      string
			outcome connect.Outcome
			conn    string
		}{
			{"s1", connect.Connected, "conn-1"},
			{"s2", connect.Connected, "conn-1"},
			{"s3", connect.Unopened, ""},
			{"s4", connect.Unopened, "conn-2"},
			{"s5", connect.Connected, "conn-1"},
			{"s6", connect.Unopened, ""},
		} {
			b := brief(t, s, c.id)
			if b.Outcome != c.outcome || b.Provisional || b.Session.ConnectionID != c.conn {
				t.Errorf("%s: %+v", c.id, b)
			}
			if c.outcome == connect.Connected && (b.Session.ProviderID != "adp_run" || b.Session.Method != "credential" || b.Session.CustomerID != "cust-fern") {
				t.Errorf("%s has not learned from the connection: %+v", c.id, b.Session)
			}
		}
		again := fern("s7")
		again.Created, again.ConnectionID, again.Reconnect = start.Add(2*time.Hour), "conn-1", true
		register(t, s, again)
		p.clock.advance(2 * time.Hour)
		grant(t, s, from(3*time.Hour, g)) // the host stores what it has once more
		readDue(t, s)
		if b := brief(t, s, "s7"); b.Outcome != connect.Unopened {
			t.Errorf("a token that was known before: %+v", b)
		}
		g.Facts.Introspection.TokenID = "a new one"
		grant(t, s, from(3*time.Hour, g))
		readDue(t, s)
		if b := brief(t, s, "s7"); b.Outcome != connect.Connected {
			t.Errorf("a new token: %+v", b)
		}
		want := []string{"1h0m0s token_exchanged ", "1h0m0s status_changed connected"}
		got := saying(t, s, "s1", connect.FromPerch, connect.FromFinch)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	})
}

// TestATokenJoinsASessionThatIsOver: the application told of success, and that was
// read, before the token came.
func TestATokenJoinsASessionThatIsOver(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		old := fern("s0")
		old.Created = start.Add(-40 * 24 * time.Hour)
		register(t, s, old, fern("s1"))
		tell(t, s, "s0", connect.Event{At: start.Add(-39 * 24 * time.Hour), Type: connect.Succeeded, Source: connect.FromHost})
		tell(t, s, "s1", told(time.Minute, connect.StageEntered, connect.Success))
		p.clock.advance(2 * time.Minute)
		readDue(t, s)
		grant(t, s, from(2*time.Minute, named("conn-1", "cust-fern", "Blue Fern Dental")))
		readDue(t, s)
		if b := brief(t, s, "s1"); b.Outcome != connect.Connected || b.Session.ConnectionID != "conn-1" {
			t.Errorf("it has not learned of its connection: %+v", b)
		}
		if b := brief(t, s, "s0"); b.Session.ConnectionID != "" {
			t.Errorf("one that was over for weeks was taken for it: %+v", b)
		}
	})
}

// TestATokenOfAConnectionThatWantsTheSignIn: Perch comes to a connection and to the
// session that is to mend it at the same time. Its token is news here, and old.
func TestATokenOfAConnectionThatWantsTheSignIn(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		before, after := fern("s1"), fern("s2")
		before.ConnectionID, before.Reconnect = "conn-1", true
		after.ConnectionID, after.Reconnect = "conn-1", true
		g := in(finch.Reauth, named("conn-1", "cust-fern", "Blue Fern Dental"))
		register(t, s, before)
		p.clock.advance(10 * time.Minute)
		grant(t, s, from(10*time.Minute, g))
		register(t, s, after)
		readDue(t, s)
		for _, id := range []string{"s1", "s2"} {
			if b := brief(t, s, id); b.Outcome != connect.Unopened {
				t.Errorf("%s: nobody has signed in again: %+v", id, b)
			}
		}
		g = in(finch.Connected, g)
		g.Facts.Introspection.TokenID = "a new one"
		grant(t, s, from(10*time.Minute, g))
		readDue(t, s)
		for _, id := range []string{"s1", "s2"} {
			if b := brief(t, s, id); b.Outcome != connect.Connected {
				t.Errorf("%s: the sign-in gave a new token: %+v", id, b)
			}
		}
	})
}

// TestAnAssistedSetUp follows a connection that Finch's people set up.
func TestAnAssistedSetUp(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		register(t, s, fern("s1"))
		g := in(finch.Pending, named("conn-1", "cust-fern", "Blue Fern Dental"))
		g.Facts.Introspection.Manual = true
		p.clock.advance(time.Hour)
		grant(t, s, from(time.Hour, g))
		readDue(t, s)
		day := 24 * time.Hour
		for i, status := range []finch.Status{finch.Processing, finch.Connected} {
			p.clock.advance(day)
			facts := in(status, g).Facts
			facts.At = start.Add(time.Hour + time.Duration(i+1)*day)
			if err := s.Learn(t.Context(), facts); err != nil {
				t.Fatal(err)
			}
		}
		if more, err := s.ReadSessions(t.Context(), 1); err != nil || !more {
			t.Errorf("the session is not due: %v", err)
		}
		done := sync1()
		done.ConnectionID, done.Status, done.Completed = "conn-1", finch.JobComplete, start.Add(3*day)
		record(t, s, done)
		p.clock.advance(40 * day)
		reauth := finch.Change{ConnectionID: "conn-1", To: finch.Reauth, At: start.Add(40 * day), Source: finch.FromWebhook}
		if err := s.RecordChange(t.Context(), reauth); err != nil {
			t.Fatal(err)
		}
		want := []string{"1h0m0s status_changed pending", "25h0m0s status_changed processing", "49h0m0s status_changed connected"}
		got := saying(t, s, "s1", connect.FromFinch)
		if len(got) == 4 && got[3][len(got[3])-len("first_data data_sync_all"):] == "first_data data_sync_all" {
			got = got[:3]
		} else {
			t.Error("the first sync is missing, or what came too late is there")
		}
		if !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		r, err := s.Session(t.Context(), "s1")
		if err != nil || r.Progress.Outcome != connect.Connected || r.Session.Method != "assisted" || len(r.Progress.Assisted) != 3 || !r.Progress.Assisted[2].Done {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

// TestATokenThatCameFirst has the host tell of the session after it stored the token.
func TestATokenThatCameFirst(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, named("conn-1", "cust-fern", "Blue Fern Dental"), named("conn-2", "cust-2", "Acme"))
		p.clock.advance(10 * time.Minute)
		before, after, imported := fern("s1"), fern("s2"), fern("s3")
		before.Created, imported.Created = start.Add(-time.Hour), start.Add(-time.Hour)
		after.Created, imported.Source = start.Add(2*time.Minute), connect.FromImport
		stale := of("s4", "cust-2", "Acme")
		stale.Created = before.Created
		register(t, s, before, after, imported)
		p.clock.advance(time.Hour)
		register(t, s, stale)
		readDue(t, s)
		for id, want := range map[string]connect.Outcome{
			"s1": connect.Connected, "s2": connect.Unopened, "s3": connect.Unopened, "s4": connect.Unopened,
		} {
			if b := brief(t, s, id); b.Outcome != want {
				t.Errorf("%s: %+v", id, b)
			}
		}
	})
}
