package watch_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"perch/internal/connect"
	"perch/internal/finch"
	"perch/internal/watch"
)

const ownAddress = "https://perch.example"

// linking is a watcher that keeps sessions and hosts links.
func linking(f *fakeFinch, s *fakeStore, b *fakeSessions) *watch.Watcher {
	return watch.New(watch.Options{Finch: f, Store: s, Sessions: b, PublicURL: ownAddress + "/", Log: zerolog.Nop()})
}

func order() connect.LinkOrder {
	return connect.LinkOrder{CustomerID: "cust_1", CustomerName: "Cedar", Email: "pay@cedar.example", Products: []string{"company"}, Provider: "gusto", Maker: "U1"}
}

func secretOf(t *testing.T, l connect.Link) string {
	t.Helper()
	secret, ok := strings.CutPrefix(l.URL, ownAddress+"/connect/")
	if !ok || !l.Hosted {
		t.Fatalf("the link is %+v", l)
	}
	return secret
}

func TestALinkIsMadeAndKept(t *testing.T) {
	t.Parallel()
	b := newSessions()
	w := linking(newFinch(), newStore(), b)
	link, err := w.MakeLink(t.Context(), order())
	if err != nil {
		t.Fatal(err)
	}
	secret := secretOf(t, link)
	if len(secret) != 43 || strings.ContainsAny(secret, "/+=") {
		t.Errorf("the secret is %q", secret)
	}
	s := b.sessions["session-cust_1-1"]
	if s.CustomerID != "cust_1" || s.CustomerName != "Cedar" || s.ProviderID != "gusto" || s.Maker != "U1" || s.Source != connect.FromPerch ||
		s.Created.IsZero() || s.Expires.IsZero() || s.Reconnect || s.Sandbox || s != link.Session {
		t.Errorf("kept %+v", s)
	}
	if kept := b.secrets[s.ID]; kept.Link != secret || kept.URL != "https://connect.example/authorize?session="+s.ID {
		t.Error("the secrets are not kept")
	}
	if got := b.did(); !slices.Equal(got, []string{"U1 link made session-cust_1-1"}) {
		t.Errorf("the audit log says %q", got)
	}
	if strings.Contains(fmt.Sprintf("%+v", b.audits), secret) {
		t.Error("the audit log holds the secret")
	}
	hosted, err := w.Hosted(t.Context(), secret)
	if err != nil || hosted.ID != s.ID {
		t.Errorf("the page is for %+v, %v", hosted, err)
	}
	again, err := w.MakeLink(t.Context(), order())
	if err != nil || again.URL == link.URL {
		t.Errorf("a second link is %+v, %v", again, err)
	}
}

func TestALinkIsFinchsOwn(t *testing.T) {
	t.Parallel()
	redirected := order()
	redirected.Redirect = "https://host.example/done"
	tests := map[string]struct {
		public string
		order  connect.LinkOrder
	}{
		"without a public address": {"", order()},
		"with a redirect":          {ownAddress, redirected},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newSessions()
			w := watch.New(watch.Options{Finch: newFinch(), Store: newStore(), Sessions: b, PublicURL: test.public, Log: zerolog.Nop()})
			link, err := w.MakeLink(t.Context(), test.order)
			if err != nil || link.Hosted || link.URL != "https://connect.example/authorize?session=session-cust_1-1" {
				t.Errorf("link %+v, %v", link, err)
			}
			if kept := b.secrets[link.Session.ID]; kept.Link != "" || kept.RedirectURI != test.order.Redirect {
				t.Error("the link is not kept as it is")
			}
			if _, err := w.Hosted(t.Context(), ""); !errors.Is(err, connect.ErrUnknown) {
				t.Errorf("the page of no secret: %v", err)
			}
		})
	}
}

func TestWhoIsConnectedGetsNoSecondConnection(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		brief     finch.Brief
		connected bool
	}{
		"live":                       {finch.Brief{ID: "c1", CustomerID: "cust_1", Status: finch.Connected}, true},
		"in need of a sign-in":       {finch.Brief{ID: "c1", CustomerID: "cust_1", Status: finch.Reauth}, true},
		"without a token here":       {finch.Brief{ID: "c1", CustomerID: "cust_1", Status: finch.NoToken}, true},
		"ended":                      {finch.Brief{ID: "c1", CustomerID: "cust_1", Status: finch.Disconnected}, false},
		"of a longer id":             {finch.Brief{ID: "c1", CustomerID: "cust_12", Status: finch.Connected}, false},
		"of an id in capitals":       {finch.Brief{ID: "c1", CustomerID: "CUST_1", Status: finch.Connected}, false},
		"of a company with that id":  {finch.Brief{ID: "c1", CustomerID: "other", Status: finch.Connected}, false},
		"of a customer without ids ": {finch.Brief{ID: "c1", Status: finch.Connected}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, b := newFinch(), newSessions()
			b.found = []finch.Brief{test.brief}
			_, err := linking(f, newStore(), b).MakeLink(t.Context(), order())
			connected, is := errors.AsType[*connect.ConnectedError](err)
			if is != test.connected || is && (connected.ConnectionID != "c1" || f.count("create", "cust_1") != 0) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestNoLinkIfFinchOrTheStoreRefuses(t *testing.T) {
	t.Parallel()
	f, b := newFinch(), newSessions()
	f.create = func(finch.NewSession) (finch.Reconnect, error) {
		return finch.Reconnect{}, &finch.Error{Status: http.StatusBadRequest, Message: "This customer_id is taken"}
	}
	w := linking(f, newStore(), b)
	_, err := w.MakeLink(t.Context(), order())
	if told, ok := errors.AsType[*finch.Error](err); !ok || told.Message != "This customer_id is taken" {
		t.Errorf("Finch refused: %v", err)
	}
	f.create, b.saveErr = nil, errDisk
	if link, err := w.MakeLink(t.Context(), order()); !errors.Is(err, errDisk) || link.URL != "" {
		t.Errorf("a link that nobody knows of: %+v, %v", link, err)
	}
	if len(b.audits) != 0 {
		t.Errorf("the audit log says %q", b.did())
	}
	if _, err := newWatcher(f, newStore()).MakeLink(t.Context(), order()); err == nil {
		t.Error("a link without anything to keep it in")
	}
}

func TestAReconnectLink(t *testing.T) {
	t.Parallel()
	f, s, b := newFinch(), newStore("c1"), newSessions()
	s.connections["c1"].connection.CustomerID, s.connections["c1"].connection.ProviderID = "cust_1", "gusto"
	w := linking(f, s, b)
	link, err := w.ReconnectLink(t.Context(), "c1", "U1")
	if err != nil || !strings.HasPrefix(link.URL, ownAddress+"/connect/") || link.Session.ID != "session-1" || !link.Hosted || f.count("reauthenticate", "c1") != 1 {
		t.Errorf("link %+v, %v", link, err)
	}
	kept := b.sessions["session-1"]
	if !kept.Reconnect || kept.ConnectionID != "c1" || kept.CustomerID != "cust_1" || kept.ProviderID != "gusto" || kept.Maker != "U1" {
		t.Errorf("kept %+v", kept)
	}
	if _, err := w.ReconnectLink(t.Context(), "nobody", "U1"); !errors.Is(err, finch.ErrUnknown) {
		t.Errorf("for nobody: %v", err)
	}
	plain, err := newWatcher(f, s).ReconnectLink(t.Context(), "c1", "U1")
	if err != nil || plain.URL != "https://connect.example/authorize?session=session-1" {
		t.Errorf("where no sessions are kept: %+v, %v", plain, err)
	}
	f.reconnect = &finch.Error{Status: http.StatusNotFound}
	if _, err := w.ReconnectLink(t.Context(), "c1", "U1"); err == nil {
		t.Error("Finch refused, and nobody heard")
	}
}

func TestALinkAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newSessions()
		w := linking(newFinch(), newStore(), b)
		link, err := w.MakeLink(t.Context(), order())
		if err != nil {
			t.Fatal(err)
		}
		id := link.Session.ID
		again, err := w.LinkAgain(t.Context(), id, "U2")
		if err != nil || again.URL != link.URL || !again.Hosted {
			t.Errorf("again: %+v, %v", again, err)
		}
		if got := b.did(); !slices.Equal(got, []string{"U1 link made " + id, "U2 link resent " + id}) {
			t.Errorf("the audit log says %q", got)
		}
		if _, err := w.LinkAgain(t.Context(), "of the host", "U2"); !errors.Is(err, connect.ErrUnknown) {
			t.Errorf("a link that Perch did not make: %v", err)
		}
		time.Sleep(91 * day)
		if _, err := w.LinkAgain(t.Context(), id, "U2"); !errors.Is(err, watch.ErrLinkExpired) {
			t.Errorf("after its end: %v", err)
		}
		if _, err := w.Hosted(t.Context(), secretOf(t, link)); !errors.Is(err, watch.ErrLinkExpired) {
			t.Errorf("the page after its end: %v", err)
		}
	})
}

func TestALinkIsTakenBack(t *testing.T) {
	t.Parallel()
	b := newSessions()
	w := linking(newFinch(), newStore(), b)
	link, err := w.MakeLink(t.Context(), order())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.RevokeLink(t.Context(), link.Session.ID, "U2"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Hosted(t.Context(), secretOf(t, link)); !errors.Is(err, watch.ErrLinkRevoked) {
		t.Errorf("the page: %v", err)
	}
	if _, err := w.Exchange(t.Context(), secretOf(t, link), "c1"); !errors.Is(err, watch.ErrLinkRevoked) {
		t.Errorf("the code: %v", err)
	}
	if err := w.RevokeLink(t.Context(), "of the host", "U2"); !errors.Is(err, connect.ErrUnknown) {
		t.Errorf("a link that Perch did not make: %v", err)
	}
	if got := b.did(); got[len(got)-1] != "U2 link revoked "+link.Session.ID {
		t.Errorf("the audit log says %q", got)
	}
}

func TestALinkIsRenewed(t *testing.T) {
	t.Parallel()
	f, s, b := newFinch(), newStore("c1"), newSessions()
	w := linking(f, s, b)
	old, err := w.MakeLink(t.Context(), order())
	if err != nil {
		t.Fatal(err)
	}
	var wished finch.NewSession
	f.create = func(n finch.NewSession) (finch.Reconnect, error) {
		wished = n
		return finch.Reconnect{SessionID: "session-2", URL: "https://connect.example/authorize?session=session-2", Expires: time.Now().Add(day)}, nil
	}
	fresh, err := w.RenewLink(t.Context(), old.Session.ID, "U2")
	if err != nil || fresh.Session.ID != "session-2" || fresh.Session.Maker != "U2" || fresh.URL == old.URL {
		t.Errorf("renewed: %+v, %v", fresh, err)
	}
	if wished.Email != "pay@cedar.example" || !slices.Equal(wished.Products, []string{"company"}) || wished.Provider != "gusto" || wished.CustomerName != "Cedar" {
		t.Errorf("made for %+v", wished)
	}
	if _, err := w.Hosted(t.Context(), secretOf(t, old)); !errors.Is(err, watch.ErrLinkRevoked) {
		t.Errorf("the old page: %v", err)
	}
	if _, err := w.Hosted(t.Context(), secretOf(t, fresh)); err != nil {
		t.Errorf("the new page: %v", err)
	}
	if _, err := w.RenewLink(t.Context(), "of the host", "U2"); !errors.Is(err, connect.ErrUnknown) {
		t.Errorf("a session that Perch did not make: %v", err)
	}
	b.found = []finch.Brief{{ID: "c1", CustomerID: "cust_1", Status: finch.Connected}}
	if _, ok := errors.AsType[*connect.ConnectedError](func() error { _, err := w.RenewLink(t.Context(), "session-2", "U2"); return err }()); !ok {
		t.Error("a customer who connected meanwhile gets a second connection")
	}
	again, err := w.ReconnectLink(t.Context(), "c1", "U1")
	if err != nil {
		t.Fatal(err)
	}
	if fresh, err := w.RenewLink(t.Context(), again.Session.ID, "U2"); err != nil || !fresh.Session.Reconnect || f.count("reauthenticate", "c1") != 2 {
		t.Errorf("a reconnect renewed: %+v, %v", fresh, err)
	}
}

// However fast events come, reading leaves the writer to the doors in between.
func TestSessionsThatMoveOnAndOnAreReadTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newSessions()
		stop := run(t, linking(newFinch(), newStore(), b))
		for range 2000 { // 10 s
			select {
			case b.moved <- struct{}{}:
			default:
			}
			time.Sleep(5 * time.Millisecond)
		}
		b.mu.Lock()
		reads := len(b.reads)
		b.mu.Unlock()
		if reads < 50 || reads > 65 { // five a second, and the sweep
			t.Errorf("they were read %d times in 10 s", reads)
		}
		stop()
	})
}

func TestSessionsThatMovedAreReadAtOnceAndOldOnesForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newSessions()
		stop := run(t, linking(newFinch(), newStore(), b))
		synctest.Wait()
		b.mu.Lock()
		b.due, b.reads = 250, nil
		b.mu.Unlock()
		b.moved <- struct{}{}
		synctest.Wait()
		stop()
		if !slices.Equal(b.reads, []int{100, 100, 50}) {
			t.Errorf("read %v", b.reads)
		}
		if len(b.pruned) != 1 || time.Since(b.pruned[0]) < 400*day {
			t.Errorf("forgot %v", b.pruned)
		}
	})
}
