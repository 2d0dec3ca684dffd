package store_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"perch/internal/connect"
	"perch/store"
)

// fern is a session of Blue Fern Dental, made when the test begins.
func fern(id string) connect.Session {
	return connect.Session{ID: id, CustomerID: "cust-fern", CustomerName: "Blue Fern Dental", ProviderID: "gusto", Source: connect.FromHost, Created: start}
}

// of is a session of another customer.
func of(id, customerID, name string) connect.Session {
	c := fern(id)
	c.CustomerID, c.CustomerName = customerID, name
	return c
}

func register(t testing.TB, s *store.Store, sessions ...connect.Session) {
	t.Helper()
	for _, c := range sessions {
		if _, _, err := s.RegisterSession(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
}

// told is an event that the host tells of, at a time after start.
func told(after time.Duration, what connect.Type, stage connect.Stage) connect.Event {
	return connect.Event{At: start.Add(after), Type: what, Stage: stage, Source: connect.FromHost}
}

func saw(after time.Duration, message string) connect.Event {
	e := told(after, connect.Failed, connect.Authentication)
	e.Message = message
	return e
}

func tell(t testing.TB, s *store.Store, id string, events ...connect.Event) int {
	t.Helper()
	n, err := s.AddSessionEvents(t.Context(), id, events)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// readDue reads what is due until nothing is.
func readDue(t testing.TB, s *store.Store) {
	t.Helper()
	for more := true; more; {
		var err error
		if more, err = s.ReadSessions(t.Context(), 100); err != nil {
			t.Fatal(err)
		}
	}
}

// brief is a session as lists tell of it.
func brief(t testing.TB, s *store.Store, id string) connect.Brief {
	t.Helper()
	found, err := s.FindSessions(t.Context(), id, 1)
	if err != nil || len(found) != 1 {
		t.Fatalf("%d sessions of id %s, %v", len(found), id, err)
	}
	return found[0]
}

func TestRegisterSession(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		known, created, err := s.RegisterSession(t.Context(), connect.Session{ID: "s1", CustomerID: "cust-fern", Source: connect.FromHost})
		if err != nil || !created {
			t.Fatalf("created %v, %v", created, err)
		}
		want := connect.Session{ID: "s1", CustomerID: "cust-fern", Source: connect.FromHost, Created: start, Expires: start.Add(connect.LinkLife)}
		if known != want {
			t.Errorf("got  %+v\nwant %+v", known, want)
		}
		again := fern("s1")
		again.Created, again.Expires = start.Add(-time.Hour), start.Add(time.Hour)
		known, created, err = s.RegisterSession(t.Context(), again)
		want.CustomerName, want.ProviderID, want.ProviderName, want.Expires = "Blue Fern Dental", "gusto", "gusto", start.Add(time.Hour)
		if err != nil || created || known != want {
			t.Errorf("told more: created %v, %v\ngot  %+v\nwant %+v", created, err, known, want)
		}
		known, _, err = s.RegisterSession(t.Context(), of("s1", "cust-fern", "Blue Fern Dental Group"))
		want.CustomerName = "Blue Fern Dental Group"
		if err != nil || known != want {
			t.Errorf("a name corrected: %v\ngot  %+v\nwant %+v", err, known, want)
		}
		through := fern("s1")
		through.ConnectionID, through.Reconnect, through.ProviderID = "conn-1", true, "adp_run"
		known, _, err = s.RegisterSession(t.Context(), through)
		want.CustomerName, want.ConnectionID = "Blue Fern Dental", "conn-1"
		want.ProviderID, want.ProviderName = "adp_run", "adp_run"
		if err != nil || known != want {
			t.Errorf("told what became of it, which makes it no reconnect: %v\ngot  %+v\nwant %+v", err, known, want)
		}
		stranger := of("s1", "another", "Another Dental")
		stranger.ConnectionID, stranger.ProviderID, stranger.Method = "conn-2", "rippling", "oauth"
		if known, _, err = s.RegisterSession(t.Context(), stranger); err != nil || known != want {
			t.Errorf("said to be another customer's: %v\ngot  %+v\nwant %+v", err, known, want)
		}
		long := of("s2", strings.Repeat("c", 255), "Long")
		if known, _, err = s.RegisterSession(t.Context(), long); err != nil || known.CustomerID != long.CustomerID {
			t.Errorf("an id as long as Finch takes: %v, kept %q", err, known.CustomerID)
		}
		for _, id := range []string{"", "a\x00b", "\xff", strings.Repeat("x", 201)} {
			if _, _, err := s.RegisterSession(t.Context(), connect.Session{ID: id}); err == nil {
				t.Errorf("id %q was taken", id)
			}
		}
	})
}

func TestEventsAreKeptOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		register(t, s, fern("s1"), fern("s2"))
		named := told(time.Minute, connect.Opened, "")
		named.ID = "e1"
		batch := []connect.Event{named, told(2*time.Minute, connect.StageEntered, connect.TermsOfService), named}
		if n := tell(t, s, "s1", batch...); n != 2 {
			t.Errorf("%d are new, want 2", n)
		}
		if n := tell(t, s, "s1", batch...); n != 0 {
			t.Errorf("told again %d are new", n)
		}
		if n := tell(t, s, "s2", batch...); n != 2 {
			t.Errorf("of another session %d are new, want 2", n)
		}
		timeless := connect.Event{Type: connect.Closed, Source: connect.FromHost}
		if n := tell(t, s, "s1", timeless, timeless); n != 2 {
			t.Errorf("without id and time %d are new, want 2", n)
		}
		events, err := s.SessionEvents(t.Context(), "s1")
		if err != nil || len(events) != 4 {
			t.Fatalf("%d events, %v", len(events), err)
		}
		named.Received = start
		if events[2] != named || events[0].Type != connect.Closed || events[0].At != start {
			t.Errorf("out of order or changed: %+v", events)
		}
	})
}

func TestEventsOfNobody(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		if _, err := s.AddSessionEvents(t.Context(), "nobody", []connect.Event{told(0, connect.Opened, "")}); !errors.Is(err, connect.ErrUnknown) {
			t.Errorf("add: %v", err)
		}
		if _, err := s.SessionEvents(t.Context(), "nobody"); !errors.Is(err, connect.ErrUnknown) {
			t.Errorf("events: %v", err)
		}
		if _, err := s.Session(t.Context(), "nobody\x00"); !errors.Is(err, connect.ErrUnknown) {
			t.Errorf("session: %v", err)
		}
		if readings, err := s.CustomerSessions(t.Context(), "nobody", 3); err != nil || len(readings) > 0 {
			t.Errorf("of a customer: %v, %v", readings, err)
		}
	})
}

// TestAServerIsBelieved has a browser tell under an id that the host uses too.
func TestAServerIsBelieved(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		register(t, s, fern("s1"))
		claimed, real := told(0, connect.Closed, ""), told(0, connect.Succeeded, "")
		claimed.ID, real.ID, claimed.Source = "e1", "e1", connect.FromBrowser
		for i, e := range []connect.Event{claimed, real, claimed} {
			if n := tell(t, s, "s1", e); n != []int{1, 1, 0}[i] {
				t.Errorf("event %d: %d are new", i, n)
			}
		}
		events, err := s.SessionEvents(t.Context(), "s1")
		if err != nil || len(events) != 1 || events[0].Type != connect.Succeeded {
			t.Errorf("%+v, %v", events, err)
		}
	})
}

func TestASessionIsFull(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		register(t, s, fern("s1"))
		numbered := func(from, n int) []connect.Event {
			events := make([]connect.Event, n)
			for i := range events {
				events[i] = connect.Event{ID: fmt.Sprint("e", from+i), At: start, Type: connect.Opened, Source: connect.FromBrowser}
			}
			return events
		}
		tell(t, s, "s1", numbered(0, 1990)...)
		if _, err := s.AddSessionEvents(t.Context(), "s1", numbered(1985, 16)); !errors.Is(err, connect.ErrFull) {
			t.Errorf("one too many: %v", err)
		}
		if n := tell(t, s, "s1", numbered(1985, 15)...); n != 10 {
			t.Errorf("of those that fit %d are new: something of the refused was kept", n)
		}
		if n := tell(t, s, "s1", numbered(100, 500)...); n != 0 {
			t.Errorf("told again: %d are new", n)
		}
		if n := tell(t, s, "s1", told(0, connect.Succeeded, "")); n != 1 {
			t.Errorf("the host's: %d are new", n)
		}
	})
}

// TestEventsAtOnce has many tell of few sessions at the same time.
func TestEventsAtOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		register(t, s, fern("s0"), fern("s1"), fern("s2"))
		var wg sync.WaitGroup
		for teller := range 30 {
			wg.Go(func() {
				for i := range 20 {
					id := fmt.Sprint("s", (teller+i)%4) // one of them unknown
					e := connect.Event{ID: fmt.Sprint("e", teller, "-", i), At: start, Type: connect.Opened, Source: connect.FromBrowser}
					n, err := s.AddSessionEvents(t.Context(), id, []connect.Event{e, e})
					if id == "s3" && !errors.Is(err, connect.ErrUnknown) || id != "s3" && (err != nil || n != 1) {
						t.Errorf("%s: %d, %v", id, n, err)
					}
				}
			})
		}
		wg.Wait()
		for _, id := range []string{"s0", "s1", "s2"} {
			if events, err := s.SessionEvents(t.Context(), id); err != nil || len(events) != 150 {
				t.Errorf("%s has %d events, %v", id, len(events), err)
			}
		}
	})
}

func TestTheNewestEventsAreShown(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		register(t, s, fern("s1"))
		events := make([]connect.Event, 5_001)
		for i := range events {
			events[i] = told(time.Duration(i)*time.Second, connect.Opened, "")
		}
		tell(t, s, "s1", events...)
		got, err := s.SessionEvents(t.Context(), "s1")
		if err != nil || len(got) != 5_000 || got[0].At != start.Add(time.Second) {
			t.Errorf("%d events, %v", len(got), err)
		}
	})
}
