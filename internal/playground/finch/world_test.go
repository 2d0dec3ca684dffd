package finch

import (
	"testing"
	"time"
	"unicode/utf8"
)

var saturday = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)

func local(t *testing.T, o Options) *Server {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return saturday }
	}
	s := New(o)
	t.Cleanup(s.Close)
	return s
}

func TestWorldIsTheSameForTheSameSeed(t *testing.T) {
	t.Parallel()
	later := func() time.Time { return saturday.Add(1000 * time.Hour) }
	one, same, other := local(t, Options{Seed: 1}), local(t, Options{Seed: 1, Now: later}), local(t, Options{Seed: 2})
	if len(one.Connections()) != 62 {
		t.Errorf("the usual world has %d connections, want 62", len(one.Connections()))
	}
	tokens, differs := one.Tokens(), 0
	for i, c := range one.Connections() {
		twin := same.Connections()[i]
		if c.ID != twin.ID || c.CompanyID != twin.CompanyID || c.Entities[0].ID != twin.Entities[0].ID || tokens[c.ID] != same.Tokens()[c.ID] {
			t.Errorf("%s differs from %s under the same seed", c.ID, twin.ID)
		}
		if c.ID != other.Connections()[i].ID {
			differs++
		}
	}
	if differs != 61 { // Harbor is the same everywhere
		t.Errorf("%d connections differ under another seed, want 61", differs)
	}
}

func TestWorldHasEveryKindOfConnection(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	seen := map[string]int{}
	names := map[string]int{}
	for _, c := range s.Connections() {
		seen["provider "+c.ProviderID]++
		seen["status "+c.Status]++
		seen["environment "+c.Environment]++
		seen["type "+c.ConnectionType]++
		seen["method "+c.Methods[0].Type]++
		if len(c.Entities) > 1 {
			seen["several entities"]++
		}
		if c.CustomerName == nil {
			seen["no name"]++
			continue
		}
		names[*c.CustomerName]++
		if utf8.RuneCountInString(*c.CustomerName) == 255 {
			seen["long name"]++
		}
	}
	for what, least := range map[string]int{
		"status connected": 40, "status reauth": 3, "status pending": 1, "status processing": 1, "status error_permissions": 1,
		"status error_no_account_setup": 1, "status disconnected": 1, "environment sandbox": 2, "environment development": 2,
		"type finch": 2, "method assisted": 5, "method credential": 5, "method oauth": 5, "method api_token": 5,
		"several entities": 3, "no name": 1, "long name": 1, "provider gusto": 3, "provider adp_workforce_now": 2,
	} {
		if seen[what] < least {
			t.Errorf("%d connections with %s, want at least %d", seen[what], what, least)
		}
	}
	for name, want := range map[string]int{
		harborName: 1, "Blue Fern Dental": 1, "Northwind Logistics": 1, "Arbor Clinic": 1, "Acme Bikes": 1,
		hostileName: 1, accentName: 1, twinName: 2,
	} {
		if names[name] != want {
			t.Errorf("%d customers called %q, want %d", names[name], name, want)
		}
	}
}

func TestLargeWorldHasDistinctIDs(t *testing.T) {
	t.Parallel()
	s := local(t, Options{Connections: 10_000})
	ids, names := map[string]bool{}, map[string]bool{}
	for _, c := range s.Connections() {
		ids[c.ID] = true
		if c.CustomerName != nil {
			names[*c.CustomerName] = true
		}
	}
	if len(ids) != 10_000 || len(names) != 9_998 { // one has no name, two share one
		t.Errorf("%d ids and %d names among 10,000 connections", len(ids), len(names))
	}
}

func BenchmarkLargeWorld(b *testing.B) {
	for b.Loop() {
		New(Options{Connections: 10_000}).Close()
	}
}
