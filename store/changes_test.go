package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"perch/internal/finch"
	"perch/store"
)

// steps are the last hundred steps of a connection, oldest first, as text.
func steps(t *testing.T, s *store.Store, connectionID string) []string {
	t.Helper()
	changes, err := s.Changes(t.Context(), connectionID, 100)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, c := range changes {
		told = append(told, fmt.Sprintf("%s %s%s: %s > %s (%s)", c.At.Format("15:04"), c.EntityID, c.Method, c.From, c.To, c.Source))
	}
	slices.Reverse(told)
	return told
}

func TestStatusHistory(t *testing.T) {
	t.Parallel()
	at := func(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }
	look := func(minute int, status finch.Status, change ...func(*finch.Introspection)) func(*testing.T, *store.Store) {
		return func(t *testing.T, s *store.Store) {
			facts := named("conn-1", "cust-1", "Acme").Facts
			facts.At, facts.Introspection.ConnectionStatus.Status = at(minute), status
			facts.Introspection.Methods = []finch.Method{{Type: "credential", Report: finch.StatusReport{Status: finch.Connected}}}
			facts.Introspection.Entities = []finch.Entity{{ID: "entity-1", Status: finch.Connected}}
			for _, c := range change {
				c(&facts.Introspection)
			}
			if err := s.Learn(t.Context(), facts); err != nil {
				t.Fatal(err)
			}
		}
	}
	event := func(minute int, status finch.Status, entity, method string) func(*testing.T, *store.Store) {
		return func(t *testing.T, s *store.Store) {
			err := s.RecordChange(t.Context(), finch.Change{ConnectionID: "conn-1", EntityID: entity, Method: method, To: status, At: at(minute), Source: finch.FromWebhook})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	method := func(status finch.Status) func(*finch.Introspection) {
		return func(in *finch.Introspection) { in.Methods[0].Report.Status = status }
	}
	entity := func(status finch.Status) func(*finch.Introspection) {
		return func(in *finch.Introspection) { in.Entities[0].Status = status }
	}
	lost := func(t *testing.T, s *store.Store) {
		if err := s.Lost(t.Context(), "conn-1", finch.NewToken("secret of conn-1"), at(30)); err != nil {
			t.Fatal(err)
		}
	}
	type doing = func(*testing.T, *store.Store)
	cases := []struct {
		name string
		do   []doing
		want []string
	}{
		{"nothing new", []doing{look(1, finch.Connected), look(2, finch.Connected)}, nil},
		{"a look finds the connection broken and well again", []doing{look(1, finch.Reauth), look(2, finch.Reauth), look(3, finch.Connected)}, []string{
			"10:01 : connected > reauth (introspect)", "10:03 : reauth > connected (introspect)",
		}},
		{"each part has its own", []doing{look(1, finch.Connected), look(2, finch.Reauth, method(finch.Reauth), entity(finch.NoPermissions))}, []string{
			"10:02 : connected > reauth (introspect)", "10:02 credential: connected > reauth (introspect)", "10:02 entity-1: connected > error_permissions (introspect)",
		}},
		{"an event, which a look confirms", []doing{look(1, finch.Connected), event(2, finch.Reauth, "", ""), look(3, finch.Reauth)}, []string{
			"10:02 : connected > reauth (webhook)",
		}},
		{"an event, which a look denies", []doing{look(1, finch.Connected), event(2, finch.Reauth, "", ""), look(3, finch.Connected)}, []string{
			"10:02 : connected > reauth (webhook)", "10:03 : reauth > connected (introspect)",
		}},
		{"the same event twice", []doing{event(2, finch.Reauth, "", ""), event(2, finch.Reauth, "", "")}, []string{"10:02 : connected > reauth (webhook)"}},
		{"the same status twice", []doing{event(2, finch.Reauth, "", ""), event(3, "error_reauth", "", "")}, []string{"10:02 : connected > reauth (webhook)"}},
		{"events out of order", []doing{event(4, finch.Connected, "", "oauth"), event(2, finch.Reauth, "", "oauth"), event(3, finch.Processing, "", "oauth")}, []string{
			"10:02 oauth:  > reauth (webhook)", "10:03 oauth: reauth > processing (webhook)", "10:04 oauth: processing > connected (webhook)",
		}},
		{"a late event of what was noticed since", []doing{look(5, finch.Reauth), event(4, finch.Reauth, "", "")}, []string{"10:05 : connected > reauth (introspect)"}},
		{"a late event of what passed unnoticed", []doing{look(5, finch.Processing), event(4, finch.Reauth, "", "")}, []string{
			"10:04 : connected > reauth (webhook)", "10:05 : reauth > processing (introspect)",
		}},
		{"an entity's method is the entity", []doing{look(1, finch.Connected), event(2, finch.Reauth, "entity-1", "credential"), look(3, finch.Connected)}, []string{
			"10:02 entity-1credential: connected > reauth (webhook)", "10:03 entity-1: reauth > connected (introspect)",
		}},
		{"an older look", []doing{look(5, finch.Connected), look(4, finch.Reauth)}, nil},
		{"a token revoked and granted anew", []doing{lost, func(t *testing.T, s *store.Store) {
			g := named("conn-1", "cust-1", "Acme")
			g.Facts.At = at(40)
			grant(t, s, g)
		}}, []string{"10:30 : connected > disconnected (introspect)", "10:40 : disconnected > connected (introspect)"}},
		{"an event without a status", []doing{event(2, "", "", "")}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(t *testing.T, p place) {
				s := p.open(t)
				grant(t, s, named("conn-1", "cust-1", "Acme"))
				for _, do := range c.do {
					do(t, s)
				}
				if got := steps(t, s, "conn-1"); !slices.Equal(got, c.want) {
					t.Errorf("got  %q\nwant %q", got, c.want)
				}
			})
		})
	}
}

func TestChangesOfAStranger(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		for i, status := range []finch.Status{finch.Pending, finch.Connected, finch.Reauth} {
			err := s.RecordChange(t.Context(), finch.Change{ConnectionID: "conn-1\x00", Method: "oauth\xff", To: status, At: start.Add(time.Duration(i) * time.Minute), Source: finch.FromWebhook})
			if err != nil {
				t.Fatal(err)
			}
		}
		changes, err := s.Changes(t.Context(), "conn-1", 2)
		if err != nil || len(changes) != 2 || changes[0].To != finch.Reauth || changes[1].From != finch.Pending {
			t.Errorf("the last two: %+v, %v", changes, err)
		}
		if none, err := s.Changes(t.Context(), "nobody", 2); err != nil || len(none) != 0 {
			t.Errorf("of nobody: %+v, %v", none, err)
		}
	})
}

func TestPruneChanges(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		for i := range 600 { // more than one step
			status := []finch.Status{finch.Connected, finch.Reauth}[i%2]
			err := s.RecordChange(t.Context(), finch.Change{ConnectionID: "conn-1", To: status, At: start.Add(time.Duration(i) * time.Minute), Source: finch.FromWebhook})
			if err != nil {
				t.Fatal(err)
			}
		}
		n, err := s.PruneChanges(t.Context(), start.Add(598*time.Minute))
		if err != nil || n != 598 {
			t.Errorf("removed %d, %v", n, err)
		}
		if left := steps(t, s, "conn-1"); len(left) != 2 {
			t.Errorf("left: %q", left)
		}
	})
}

func TestSighted(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		sight := func(company string) {
			t.Helper()
			if err := s.Sighted(t.Context(), "conn-1", company, time.Time{}); err != nil {
				t.Fatal(err)
			}
			p.clock.advance(time.Hour)
		}
		sight("")
		sight("company-1")
		sight("company-2")
		c := connection(t, s, "conn-1")
		if c.Overall() != finch.NoToken || c.CompanyID != "company-1" || !c.FirstSeen.Equal(start) || !c.StatusSince.Equal(start) || c.CreatedExact {
			t.Errorf("got %+v", c)
		}
		if counts, err := s.Counts(t.Context(), ""); err != nil || counts != (finch.Counts{Live: 1, Attention: 1}) {
			t.Errorf("counted as %+v, %v", counts, err)
		}
		if found, err := s.Find(t.Context(), "COMPANY-1", 5); err != nil || len(found) != 1 || found[0].Status != finch.NoToken {
			t.Errorf("found by its company: %+v, %v", found, err)
		}
		if _, err := s.Token(t.Context(), "conn-1"); !errors.Is(err, store.ErrNoToken) {
			t.Errorf("its token: %v", err)
		}
		if due := claim(t, s, 5); len(due) != 0 {
			t.Errorf("nobody can look at it: %+v", due)
		}
		if err := s.Sighted(t.Context(), "a\x00b", "", start); err == nil {
			t.Error("an id that cannot be found again was taken")
		}
	})
}

func TestTheTokenComesAfterTheEvents(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		if err := s.Sighted(t.Context(), "conn-1", "company-1", start); err != nil {
			t.Fatal(err)
		}
		record(t, s, finch.KnownJob{ID: "job-1", Kind: finch.Automated, ConnectionID: "conn-1", Type: finch.DataSync, Status: finch.JobPending})
		if got := claimJobs(t, s); len(got) != 0 {
			t.Errorf("due without a token: %v", got)
		}
		if created := grant(t, s, named("conn-1", "cust-1", "Acme")); !created[0] {
			t.Error("it had no token before")
		}
		if got := claimJobs(t, s); !slices.Equal(got, []string{"job-1"}) {
			t.Errorf("due once there is a token: %v", got)
		}
		page, err := s.Jobs(t.Context(), finch.JobQuery{Provider: "gusto", Limit: 5})
		if err != nil || len(page.Jobs) != 1 || page.Jobs[0].CustomerName != "Acme" {
			t.Errorf("in its provider's history: %+v, %v", page, err)
		}
		if c := connection(t, s, "conn-1"); c.Overall() != finch.Connected || !c.FirstSeen.Equal(start) {
			t.Errorf("the connection: %+v", c)
		}
		sighted := s.Sighted(t.Context(), "conn-1", "company-9", start.Add(time.Hour))
		if c := connection(t, s, "conn-1"); sighted != nil || c.CompanyID != "company-conn-1" || !c.HasToken {
			t.Errorf("sighted again: %+v, %v", c, sighted)
		}
	})
}
