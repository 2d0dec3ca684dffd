package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"perch/internal/audit"
	"perch/internal/connect"
	"perch/store"
)

var secrets = connect.Secrets{
	Link: "the-secret-of-the-hosted-link-000000000000", URL: "https://connect.tryfinch.com/authorize?session=s1", RedirectURI: "https://perch.example/done", Wishes: `{"CustomerID":"cust_1"}`,
}

func TestLinks(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		c := fern("s1")
		c.Source, c.Maker = connect.FromPerch, "U1"
		if err := s.SaveLink(t.Context(), c, secrets); err != nil {
			t.Fatal(err)
		}
		bare := connect.Secrets{URL: "https://connect.tryfinch.com/authorize?session=s2"}
		for _, id := range []string{"s2", "s3"} { // without a hosted page there is no secret to tell them apart
			if err := s.SaveLink(t.Context(), of(id, "cust-2", "Acme"), bare); err != nil {
				t.Fatal(err)
			}
		}
		register(t, s, of("s4", "cust-4", "Of the host"))
		for name, find := range map[string]func() (connect.Session, connect.Secrets, error){
			"by its secret": func() (connect.Session, connect.Secrets, error) { return s.LinkBySecret(t.Context(), secrets.Link) },
			"of its id":     func() (connect.Session, connect.Secrets, error) { return p.open(t).LinkOf(t.Context(), "s1") },
		} {
			session, found, err := find()
			if err != nil || session.ID != "s1" || session.Maker != "U1" || found != secrets {
				t.Errorf("%s: %+v, %v", name, session, err)
			}
		}
		if _, found, err := s.LinkOf(t.Context(), "s3"); err != nil || found != bare {
			t.Errorf("without a page: %v", err)
		}
		for name, err := range map[string]error{
			"no secret":         errorOf(s.LinkBySecret(t.Context(), "")),
			"another secret":    errorOf(s.LinkBySecret(t.Context(), "another")),
			"an unknown id":     errorOf(s.LinkOf(t.Context(), "nobody")),
			"one of the host":   errorOf(s.LinkOf(t.Context(), "s4")),
			"revoke a stranger": s.RevokeLink(t.Context(), "nobody", start),
		} {
			if !errors.Is(err, connect.ErrUnknown) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, at := range []time.Duration{time.Hour, 2 * time.Hour} {
			if err := s.RevokeLink(t.Context(), "s1", start.Add(at)); err != nil {
				t.Fatal(err)
			}
		}
		if session, _, err := s.LinkBySecret(t.Context(), secrets.Link); err != nil || session.Revoked != start.Add(time.Hour) {
			t.Errorf("revoked at %s, %v", session.Revoked, err)
		}
		p.clock.advance(time.Hour)
		readDue(t, s)
		if b := brief(t, s, "s1"); b.Outcome != connect.Lapsed {
			t.Errorf("revoked it is %s", b.Outcome)
		}
	})
}

func errorOf(_ connect.Session, _ connect.Secrets, err error) error { return err }

func TestLinksAreSealed(t *testing.T) {
	t.Parallel()
	p := sqlitePlace(t)
	s := p.open(t)
	for _, id := range []string{"s1", "s2"} {
		link := secrets
		link.Link += id
		if err := s.SaveLink(t.Context(), fern(id), link); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(p.database)
	if err != nil || strings.Contains(string(file), secrets.Link) || strings.Contains(string(file), "authorize?session") {
		t.Errorf("the file shows a link, %v", err)
	}
	other := p
	other.keys = []store.Key{store.NewKey()}
	if _, err := store.Open(t.Context(), other.options()); !errors.Is(err, store.ErrKeyMissing) {
		t.Errorf("opened with another key: %v", err)
	}
	if _, err := store.KeysFor(t.Context(), p.database, ""); !errors.Is(err, store.ErrKeyMissing) {
		t.Errorf("a new key was made: %v", err)
	}
	sqlite(t, p.database, "UPDATE session_links SET sealed = (SELECT o.sealed FROM session_links o WHERE o.session <> session_links.session LIMIT 1) WHERE session = 1")
	if _, _, err := p.open(t).LinkOf(t.Context(), "s1"); !errors.Is(err, store.ErrDamaged) || strings.Contains(err.Error(), "tryfinch") {
		t.Errorf("another session's link: %v", err)
	}
}

func TestEventKeys(t *testing.T) {
	t.Parallel()
	p := sqlitePlace(t)
	old := p.open(t).EventKeys()
	token := old.Mint("s1", start.Add(time.Hour))
	p.keys = append([]store.Key{store.NewKey()}, p.keys...)
	keys := p.open(t).EventKeys()
	if id, err := keys.Verify(token, start); err != nil || id != "s1" {
		t.Errorf("after the key was exchanged: %q, %v", id, err)
	}
	if _, err := old.Verify(keys.Mint("s1", start.Add(time.Hour)), start); err == nil {
		t.Error("the new key mints nothing of its own")
	}
}

func TestWatches(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		watching := func(customerID, userID string) bool {
			is, err := s.Watching(t.Context(), customerID, userID)
			if err != nil {
				t.Fatal(err)
			}
			return is
		}
		for range 2 {
			if err := s.WatchCustomer(t.Context(), "cust-fern", "U1"); err != nil {
				t.Fatal(err)
			}
		}
		if !watching("cust-fern", "U1") || watching("cust-fern", "U2") || watching("cust-2", "U1") {
			t.Error("the wrong one watches")
		}
		for range 2 {
			if err := s.UnwatchCustomer(t.Context(), "cust-fern", "U1"); err != nil {
				t.Fatal(err)
			}
		}
		if watching("cust-fern", "U1") {
			t.Error("still watching")
		}
	})
}

func TestImportSessions(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		all := []connect.Imported{
			{Session: fern("s2"), Events: []connect.Event{told(0, connect.Opened, ""), told(time.Hour, connect.Closed, "")}, Line: 1},
			{Session: fern("s1"), Events: []connect.Event{told(0, connect.Opened, "")}, Line: 3},
			{Session: of("s3", "", ""), Line: 4},
		}
		all[1].Session.Created = start.Add(time.Minute)
		for i, want := range [][2]int{{3, 3}, {0, 0}} {
			sessions, events, err := s.ImportSessions(t.Context(), all)
			if err != nil || sessions != want[0] || events != want[1] {
				t.Errorf("import %d: %d sessions and %d events, %v", i, sessions, events, err)
			}
		}
		p.clock.advance(24 * time.Hour)
		readDue(t, s)
		if b := brief(t, s, "cust-fern"); b.Session.ID != "s1" || b.Outcome != connect.DroppedOff || b.Attempts != 2 {
			t.Errorf("the customer's last: %+v", b)
		}
		if b := brief(t, s, "s3"); b.Attempts != 1 {
			t.Errorf("of nobody: %+v", b)
		}
		bad := []connect.Imported{{Session: fern("s9"), Line: 7}, {Session: fern(""), Line: 8}}
		if _, _, err := s.ImportSessions(t.Context(), bad); err == nil || !strings.Contains(err.Error(), "line 8") {
			t.Errorf("a bad line: %v", err)
		}
		bad[1].Session = of("s1", "another", "Another Dental")
		if _, _, err := s.ImportSessions(t.Context(), bad); err == nil || !strings.Contains(err.Error(), "line 8: the session is known already, as another customer's") {
			t.Errorf("a session of another customer: %v", err)
		}
		if _, err := s.Session(t.Context(), "s9"); !errors.Is(err, connect.ErrUnknown) {
			t.Errorf("a part was kept: %v", err)
		}
	})
}

// TestAnImportLeavesRoom: a long history must not hold up the reading of what
// happens now.
func TestAnImportLeavesRoom(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		var all []connect.Imported
		for i := range 600 {
			id := fmt.Sprintf("s%03d", i)
			all = append(all, connect.Imported{Session: of(id, "cust-"+id, "Customer"), Events: []connect.Event{told(0, connect.Opened, "")}, Line: i + 1})
		}
		if _, _, err := s.ImportSessions(t.Context(), all); err != nil {
			t.Fatal(err)
		}
		for _, want := range []int{250, 500, 600} {
			wantDue(t, s, want)
			p.clock.advance(time.Second)
		}
	})
}

func TestPruneSessions(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		open := fern("s3")
		open.Expires = start.Add(1000 * 24 * time.Hour)
		lasting := fern("s2")
		lasting.Created = start.Add(time.Minute)
		if err := s.SaveLink(t.Context(), fern("s1"), secrets); err != nil {
			t.Fatal(err)
		}
		register(t, s, lasting, open, of("s4", "cust-4", "Acme"))
		var events []connect.Event
		for i := range 1100 {
			events = append(events, saw(time.Duration(i)*time.Millisecond, "Wrong password"))
		}
		p.clock.advance(time.Hour)
		tell(t, s, "s1", append(events, told(time.Minute, connect.Succeeded, ""))...)
		p.clock.advance(99 * 24 * time.Hour)
		tell(t, s, "s2", told(99*24*time.Hour, connect.Succeeded, ""))
		readDue(t, s)
		if err := s.WatchCustomer(t.Context(), "cust-4", "U1"); err != nil {
			t.Fatal(err)
		}
		if err := s.NoteAudit(t.Context(), audit.Entry{At: start, Who: "U1", What: "link made", About: "s1"}); err != nil {
			t.Fatal(err)
		}
		if n, err := s.PruneSessions(t.Context(), start); n != 0 || err != nil {
			t.Errorf("%d went too early, %v", n, err)
		}
		if n, err := s.PruneSessions(t.Context(), start.Add(95*24*time.Hour)); n != 2 || err != nil {
			t.Errorf("%d went, %v", n, err)
		}
		if pages, _ := allSessions(t, s, connect.ListQuery{Scope: connect.Every, Limit: 9}); len(pages) != 1 || len(pages[0]) != 2 {
			t.Errorf("left are %v", pages)
		}
		if n, _, err := s.SameError(t.Context(), "Wrong password", start); n != 0 || err != nil {
			t.Errorf("its errors stay: %d, %v", n, err)
		}
		if is, err := s.Watching(t.Context(), "cust-4", "U1"); is || err != nil {
			t.Errorf("somebody watches a customer that is gone: %v", err)
		}
		if !strings.HasPrefix(p.database, "postgres") {
			var left int
			pool, err := sql.Open("sqlite", p.database)
			if err == nil {
				err = pool.QueryRowContext(t.Context(), "SELECT (SELECT COUNT(*) FROM session_events) + (SELECT COUNT(*) FROM audit)").Scan(&left)
				pool.Close()
			}
			if err != nil || left != 1 {
				t.Errorf("%d rows are left, %v", left, err)
			}
		}
	})
}
