package watch_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"perch/internal/connect"
	"perch/internal/finch"
	"perch/internal/watch"
)

// ofCustomer is Finch's word on a token's connection and customer.
func ofCustomer(connectionID, customerID string) func(context.Context, string) (finch.Introspection, error) {
	return func(context.Context, string) (finch.Introspection, error) {
		in := introspection(connectionID, finch.Connected)
		in.CustomerID, in.ProviderID = customerID, "gusto"
		return in, nil
	}
}

// madeLink is a link of cust_1 for a new connection, and its secret.
func madeLink(t *testing.T, w *watch.Watcher) (sessionID, secret string) {
	t.Helper()
	link, err := w.MakeLink(t.Context(), order())
	if err != nil {
		t.Fatal(err)
	}
	return link.Session.ID, secretOf(t, link)
}

func TestACodeBringsAConnection(t *testing.T) {
	t.Parallel()
	f, s, b := newFinch(), newStore(), newSessions()
	w := linking(f, s, b)
	id, secret := madeLink(t, w)
	f.introspect = ofCustomer("c1", "cust_1")
	connection, err := w.Exchange(t.Context(), secret, "c1")
	if err != nil || connection != "c1" {
		t.Fatalf("%q, %v", connection, err)
	}
	if len(s.granted) != 1 || s.granted[0][0].Token != finch.NewToken("c1") || s.granted[0][0].Facts.Introspection.ConnectionID != "c1" {
		t.Errorf("granted %+v", s.granted)
	}
	if got := b.eventsOf(id); !slices.Equal(got, []connect.Type{connect.Succeeded, connect.TokenExchanged}) || b.events[id][0].Source != connect.FromPerch {
		t.Errorf("the session says %v", got)
	}
	if kept := b.sessions[id]; kept.ConnectionID != "c1" || kept.ProviderID != "gusto" {
		t.Errorf("the session is %+v", kept)
	}
	if got := b.did(); got[len(got)-1] != "employer code exchanged "+id {
		t.Errorf("the audit log says %q", got)
	}
	for range 2 {
		again, err := w.Exchange(t.Context(), secret, "c1")
		if err != nil || again != "c1" {
			t.Errorf("again: %q, %v", again, err)
		}
	}
	if f.count("exchange", "c1") != 1 || len(s.granted) != 1 {
		t.Error("the code was exchanged again")
	}
	if _, err := w.Hosted(t.Context(), secret); !errors.Is(err, watch.ErrLinkUsed) {
		t.Errorf("the page afterwards: %v", err)
	}
	if _, err := w.LinkAgain(t.Context(), id, "U1"); !errors.Is(err, watch.ErrLinkUsed) {
		t.Errorf("the link afterwards: %v", err)
	}
}

// TestWhatBelongsElsewhereIsDiscarded pairs what Finch says of the code and of the
// token with a link of cust_1, or of connection c1.
func TestWhatBelongsElsewhereIsDiscarded(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		reconnect        bool
		code             finch.Exchanged
		tokenConnection  string
		tokenCustomer    string
		elsewhere, asked bool
	}{
		"all fits":                          {code: finch.Exchanged{ConnectionID: "c1", CustomerID: "cust_1"}, tokenConnection: "c1", tokenCustomer: "cust_1", asked: true},
		"the token alone names a customer":  {code: finch.Exchanged{ConnectionID: "c1"}, tokenConnection: "c1", tokenCustomer: "cust_1", asked: true},
		"the code alone names a customer":   {code: finch.Exchanged{ConnectionID: "c1", CustomerID: "cust_1"}, tokenConnection: "c1", asked: true},
		"nothing names a customer":          {code: finch.Exchanged{ConnectionID: "c1"}, tokenConnection: "c1", elsewhere: true, asked: true},
		"the code is another customer's":    {code: finch.Exchanged{ConnectionID: "c1", CustomerID: "cust_2"}, tokenConnection: "c1", tokenCustomer: "cust_1", elsewhere: true},
		"the token is another customer's":   {code: finch.Exchanged{ConnectionID: "c1", CustomerID: "cust_1"}, tokenConnection: "c1", tokenCustomer: "cust_2", elsewhere: true, asked: true},
		"the token is another connection's": {code: finch.Exchanged{ConnectionID: "c1", CustomerID: "cust_1"}, tokenConnection: "c2", tokenCustomer: "cust_1", elsewhere: true, asked: true},
		"a reconnect that fits":             {reconnect: true, code: finch.Exchanged{ConnectionID: "c1"}, tokenConnection: "c1", asked: true},
		"a reconnect of another":            {reconnect: true, code: finch.Exchanged{ConnectionID: "c2", CustomerID: "cust_1"}, tokenConnection: "c2", elsewhere: true},
		"a reconnect with another's token":  {reconnect: true, code: finch.Exchanged{ConnectionID: "c1"}, tokenConnection: "c2", elsewhere: true, asked: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, s, b := newFinch(), newStore("c1"), newSessions()
			w := linking(f, s, b)
			id, secret := madeLink(t, w)
			if test.reconnect {
				link, err := w.ReconnectLink(t.Context(), "c1", "U1")
				if err != nil {
					t.Fatal(err)
				}
				id, secret = link.Session.ID, secretOf(t, link)
			}
			test.code.Token = finch.NewToken("tok-secret")
			f.exchange = func(context.Context, string) (finch.Exchanged, error) { return test.code, nil }
			f.introspect = ofCustomer(test.tokenConnection, test.tokenCustomer)
			_, err := w.Exchange(t.Context(), secret, "code-1")
			if errors.Is(err, watch.ErrElsewhere) != test.elsewhere || !test.elsewhere && err != nil {
				t.Errorf("got %v", err)
			}
			if (len(s.granted) == 0) != test.elsewhere || (len(b.eventsOf(id)) == 0) != test.elsewhere {
				t.Errorf("granted %d, told %v", len(s.granted), b.eventsOf(id))
			}
			if asked := f.count("introspect", "tok-secret") == 1; asked != test.asked {
				t.Errorf("asked whose the token is: %v", asked)
			}
			want := "employer code exchanged " + id
			if test.elsewhere {
				want = "employer code refused " + id
			}
			if got := b.did(); got[len(got)-1] != want {
				t.Errorf("the audit log says %q", got)
			}
		})
	}
}

func TestACodeIsExchangedOnceHoweverOftenItComes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s, b := newFinch(), newStore(), newSessions()
		w := linking(f, s, b)
		_, secret := madeLink(t, w)
		f.introspect = ofCustomer("c1", "cust_1")
		f.exchange = func(_ context.Context, code string) (finch.Exchanged, error) {
			time.Sleep(time.Second)
			return finch.Exchanged{Token: finch.NewToken(code), ConnectionID: "c1", CustomerID: "cust_1"}, nil
		}
		var pages sync.WaitGroup
		for range 5 {
			pages.Go(func() {
				if id, err := w.Exchange(t.Context(), secret, "code-1"); id != "c1" || err != nil {
					t.Errorf("got %q, %v", id, err)
				}
			})
		}
		pages.Wait()
		if f.count("exchange", "code-1") != 1 || len(s.granted) != 1 {
			t.Errorf("%d exchanges", f.count("exchange", "code-1"))
		}
	})
}

func TestAnotherProcessMayBeQuicker(t *testing.T) {
	t.Parallel()
	f, b := newFinch(), newSessions()
	w, other := linking(f, newStore(), b), linking(newFinch(), newStore(), b)
	_, secret := madeLink(t, w)
	f.exchange = func(ctx context.Context, _ string) (finch.Exchanged, error) {
		if id, err := other.Exchange(ctx, secret, "c1"); id != "c1" || err != nil {
			t.Errorf("the other: %q, %v", id, err)
		}
		return finch.Exchanged{}, &finch.Error{Status: http.StatusBadRequest, Name: "invalid_grant_error"}
	}
	if id, err := w.Exchange(t.Context(), secret, "c1"); id != "c1" || err != nil {
		t.Errorf("got %q, %v", id, err)
	}
}

// TestAnotherProcessMayStillBeAtIt: the page heard nothing, and its second try
// came to another process while the first one asked whose the token is.
func TestAnotherProcessMayStillBeAtIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, elsewhere, b := newFinch(), newFinch(), newSessions()
		w, other := linking(f, newStore(), b), linking(elsewhere, newStore(), b)
		_, secret := madeLink(t, w)
		named := ofCustomer("c1", "cust_1")
		elsewhere.introspect = func(ctx context.Context, token string) (finch.Introspection, error) {
			time.Sleep(time.Second)
			return named(ctx, token)
		}
		f.exchange = func(context.Context, string) (finch.Exchanged, error) {
			return finch.Exchanged{}, &finch.Error{Status: http.StatusBadRequest, Name: "invalid_grant_error"}
		}
		var first sync.WaitGroup
		first.Go(func() {
			if id, err := other.Exchange(t.Context(), secret, "c1"); id != "c1" || err != nil {
				t.Errorf("the first: %q, %v", id, err)
			}
		})
		if id, err := w.Exchange(t.Context(), secret, "c1"); id != "c1" || err != nil {
			t.Errorf("the second: %q, %v", id, err)
		}
		first.Wait()
	})
}

func TestAnExchangeOutlivesItsPage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s, b := newFinch(), newStore(), newSessions()
		w := linking(f, s, b)
		_, secret := madeLink(t, w)
		f.introspect = func(ctx context.Context, id string) (finch.Introspection, error) {
			time.Sleep(time.Second)
			if err := ctx.Err(); err != nil {
				return finch.Introspection{}, err
			}
			return ofCustomer("c1", "cust_1")(ctx, id)
		}
		ctx, closed := context.WithTimeout(t.Context(), time.Millisecond)
		defer closed()
		if _, err := w.Exchange(ctx, secret, "c1"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the page that was closed: %v", err)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if len(s.granted) != 1 {
			t.Error("the token is lost")
		}
	})
}

func TestAFreshTokenIsNotLostToAMomentsTrouble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s, b := newFinch(), newStore(), newSessions()
		w := linking(f, s, b)
		_, secret := madeLink(t, w)
		f.introspect = func(ctx context.Context, id string) (finch.Introspection, error) {
			if f.count("introspect", id) < 3 {
				return finch.Introspection{}, unreachable()
			}
			return ofCustomer("c1", "cust_1")(ctx, id)
		}
		if _, err := w.Exchange(t.Context(), secret, "c1"); err != nil || len(s.granted) != 1 {
			t.Errorf("granted %d, %v", len(s.granted), err)
		}
	})
}

func TestACodeThatIsNoGood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		f, s, b := newFinch(), newStore(), newSessions()
		w := watch.New(watch.Options{Finch: f, Store: s, Sessions: b, PublicURL: ownAddress, Log: zerolog.New(&log)})
		_, secret := madeLink(t, w)
		f.exchange = func(context.Context, string) (finch.Exchanged, error) {
			return finch.Exchanged{}, &finch.Error{Status: http.StatusBadRequest, Name: "invalid_grant_error"}
		}
		_, err := w.Exchange(t.Context(), secret, "code-1")
		if refusal, ok := errors.AsType[*finch.Error](err); !ok || refusal.Trouble() != finch.TroubleRejected {
			t.Errorf("got %v", err)
		}
		if _, err := w.Exchange(t.Context(), "no such link", "code-1"); !errors.Is(err, connect.ErrUnknown) {
			t.Errorf("an unknown link: %v", err)
		}
		f.exchange, s.grantErr = nil, errDisk
		if _, err := w.Exchange(t.Context(), secret, "c1"); !errors.Is(err, errDisk) {
			t.Errorf("a token that cannot be kept: %v", err)
		}
		time.Sleep(91 * day)
		if _, err := w.Exchange(t.Context(), secret, "code-1"); !errors.Is(err, watch.ErrLinkExpired) || strings.Contains(err.Error(), secret) {
			t.Errorf("after its end: %v", err)
		}
		for _, text := range []string{err.Error(), log.String()} {
			if strings.Contains(text, "code-1") || strings.Contains(text, secret) {
				t.Errorf("%q holds a secret", text)
			}
		}
	})
}

func TestASessionThatCannotBeNotedIsConnectedAllTheSame(t *testing.T) {
	t.Parallel()
	f, s, b := newFinch(), newStore(), newSessions()
	w := linking(f, s, b)
	_, secret := madeLink(t, w)
	f.introspect, b.eventErr = ofCustomer("c1", "cust_1"), errDisk
	if id, err := w.Exchange(t.Context(), secret, "c1"); id != "c1" || err != nil || len(s.granted) != 1 {
		t.Errorf("got %q, %v", id, err)
	}
}
