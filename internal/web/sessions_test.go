package web_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"perch/internal/connect"
	"perch/internal/web"
)

// book keeps sessions as the store does.
type book struct {
	mu       sync.Mutex
	sessions map[string]connect.Session
	events   map[string][]connect.Event
	err      error
}

func newBook(ids ...string) *book {
	b := &book{sessions: map[string]connect.Session{}, events: map[string][]connect.Event{}}
	for _, id := range ids {
		b.sessions[id] = connect.Session{ID: id, CustomerID: "cust_1"}
	}
	return b
}

func (b *book) RegisterSession(_ context.Context, s connect.Session) (connect.Session, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return connect.Session{}, false, b.err
	}
	if known, ok := b.sessions[s.ID]; ok {
		return known, false, nil
	}
	b.sessions[s.ID] = s
	return s, true, nil
}

func (b *book) AddSessionEvents(_ context.Context, id string, events []connect.Event) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return 0, b.err
	}
	if _, ok := b.sessions[id]; !ok {
		return 0, fmt.Errorf("store: %w", connect.ErrUnknown)
	}
	added := 0
	for _, e := range events {
		if e.ID == "" {
			e.ID = fmt.Sprint(e.At.UnixMilli(), e.Type, e.Stage, e.Message, e.ErrorType)
		}
		if !slices.ContainsFunc(b.events[id], func(o connect.Event) bool { return o.ID == e.ID }) {
			b.events[id] = append(b.events[id], e)
			added++
		}
	}
	return added, nil
}

// kept are the events of a session, as they came.
func (b *book) kept(id string) []connect.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.events[id])
}

var eventKeys = connect.TokenKeys{[]byte("a key for tests of events tokens")}

// keeping opens the session doors onto a book.
func keeping(b *book) func(*house) {
	return func(h *house) { h.options.Sessions, h.options.EventKeys = b, eventKeys }
}

const registration = `{"session_id":"s1","customer_id":"cust_1","customer_name":"Cedar & Sons"}`

func TestASessionIsRegistered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBook()
		h := newHouse(keeping(b))
		first := h.answer(t, ask("POST", "/v1/sessions", registration))
		if first.Code != 201 || first.SessionID != "s1" || !first.Expires.Equal(time.Now().Add(90*24*time.Hour)) {
			t.Errorf("answered %d %s", first.Code, first.Body)
		}
		if of, err := eventKeys.Verify(first.EventsToken, time.Now()); of != "s1" || err != nil {
			t.Errorf("the token is of %q, %v", of, err)
		}
		want := connect.Session{ID: "s1", CustomerID: "cust_1", CustomerName: "Cedar & Sons", Source: connect.FromHost, Created: time.Now().UTC()}
		if b.sessions["s1"] != want {
			t.Errorf("kept %+v", b.sessions["s1"])
		}
		again := h.answer(t, ask("POST", "/v1/sessions", registration))
		if again.Code != 200 || again.SessionID != "s1" || again.EventsToken != first.EventsToken {
			t.Errorf("again: %d %s", again.Code, again.Body)
		}
	})
}

func TestAllOfASessionIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // it is midnight, 1 January 2000
		b := newBook()
		a := newHouse(keeping(b)).answer(t, ask("POST", "/v1/sessions", `{"session_id":"s1","customer_id":"cust_1","customer_name":"Cedar",
			"connection_id":"c1","provider_id":"gusto","created_at":"1999-12-31T20:00:00.1239+01:00","expires_at":946944000000,"note":"ignored"}`))
		want := connect.Session{
			ID: "s1", CustomerID: "cust_1", CustomerName: "Cedar", ConnectionID: "c1", ProviderID: "gusto", Reconnect: true, Source: connect.FromHost,
			Created: time.Date(1999, 12, 31, 19, 0, 0, 123e6, time.UTC), Expires: time.Date(2000, 1, 4, 0, 0, 0, 0, time.UTC),
		}
		if a.Code != 201 || b.sessions["s1"] != want || !a.Expires.Equal(want.Expires) {
			t.Errorf("answered %s, kept %+v", a.Body, b.sessions["s1"])
		}
	})
}

func TestASessionIsRefused(t *testing.T) {
	t.Parallel()
	with := func(more string) string { return registration[:len(registration)-1] + "," + more + "}" }
	tests := map[string]struct {
		body   string
		status int
		code   string
		says   string
	}{
		"not JSON":                {"session_id=s1", 400, "bad_request", "JSON"},
		"a list":                  {"[]", 400, "bad_request", "JSON"},
		"too large":               {`{"note":"` + strings.Repeat("x", 1<<20) + `"}`, 413, "body_too_large", "1048576"},
		"no session":              {`{"customer_id":"c","customer_name":"n"}`, 422, "invalid_session", "session_id"},
		"no customer":             {`{"session_id":"s1","customer_name":"n"}`, 422, "invalid_session", "customer_id"},
		"a customer without name": {`{"session_id":"s1","customer_id":"c","customer_name":" "}`, 422, "invalid_session", "customer_name"},
		"an id of another type":   {`{"session_id":7,"customer_id":"c","customer_name":"n"}`, 422, "invalid_session", "session_id is not a text"},
		"an id with a slash":      {`{"session_id":"a/b","customer_id":"c","customer_name":"n"}`, 422, "invalid_session", "session_id"},
		"an id that is no path":   {`{"session_id":"..","customer_id":"c","customer_name":"n"}`, 422, "invalid_session", "session_id"},
		"an id that is too long":  {`{"session_id":"` + strings.Repeat("x", 201) + `","customer_id":"c","customer_name":"n"}`, 422, "invalid_session", "session_id"},
		"a name that is too long": {`{"session_id":"s1","customer_id":"c","customer_name":"` + strings.Repeat("ä", 256) + `"}`, 422, "invalid_session", "customer_name"},
		"a name in two lines":     {`{"session_id":"s1","customer_id":"c","customer_name":"a\nb"}`, 422, "invalid_session", "customer_name"},
		"a connection with space": {with(`"connection_id":"c 1"`), 422, "invalid_session", "connection_id"},
		"no time":                 {with(`"created_at":"yesterday"`), 422, "invalid_session", "created_at"},
		"an end before it began":  {with(`"expires_at":1000`), 422, "invalid_session", "expires_at"},
		"an end far away":         {with(`"expires_at":"2999-01-01T00:00:00Z"`), 422, "invalid_session", "expires_at"},
		"made in the future":      {with(`"created_at":"2999-01-01T00:00:00Z"`), 422, "invalid_session", "created_at"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBook()
			a := newHouse(keeping(b)).answer(t, ask("POST", "/v1/sessions", test.body))
			a.want(t, test.status, test.code)
			if !strings.Contains(a.Error.Message, test.says) || len(b.sessions) != 0 {
				t.Errorf("says %q, kept %v", a.Error.Message, b.sessions)
			}
		})
	}
}

func TestASessionOfAnotherCustomerIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(keeping(newBook("s1")))
	a := h.answer(t, ask("POST", "/v1/sessions", `{"session_id":"s1","customer_id":"cust_2","customer_name":"Oak"}`))
	a.want(t, 422, "invalid_session")
	if !strings.Contains(a.Error.Message, "customer_id is another") || a.EventsToken != "" {
		t.Errorf("answered %s", a.Body)
	}
}

func TestTheDoorOfSessionsIsForTheHostAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(keeping(newBook()))
	h.answer(t, ask("POST", "/v1/sessions", registration).anonymous()).want(t, 401, "unauthorized")
	token := eventKeys.Mint("s1", time.Now().Add(time.Hour))
	h.answer(t, ask("POST", "/v1/sessions", registration).with("Authorization", "Bearer "+token)).want(t, 401, "unauthorized")
	h = newHouse(keeping(newBook()), func(h *house) { h.options.APIKey = "" })
	h.answer(t, ask("POST", "/v1/sessions", registration)).want(t, 503, "api_key_not_set")
	h.answer(t, tell(told).anonymous()).want(t, 503, "api_key_not_set")
	h.answer(t, tell(told).byToken("forged")).want(t, 503, "api_key_not_set")
	h.answer(t, byBeacon(tokenOf("s1"), told)).want(t, 404, "unknown_session")
	h = newHouse()
	h.answer(t, ask("POST", "/v1/sessions", registration)).want(t, 503, "sessions_not_kept")
	h.answer(t, ask("POST", "/v1/sessions/s1/events", "{}")).want(t, 503, "sessions_not_kept")
	b := newBook()
	b.err = fmt.Errorf("disk full")
	h = newHouse(keeping(b))
	h.answer(t, ask("POST", "/v1/sessions", registration)).want(t, 500, "internal")
}

// FuzzSession takes any body from the host: what is kept is fit for a token and a
// path.
func FuzzSession(f *testing.F) {
	for _, seed := range []string{registration, `{"session_id":"\u0000"}`, `{"created_at":-1e300}`, `{"session_id":["s1"]}`, "{", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		b := newBook()
		a := newHouse(keeping(b)).answer(t, ask("POST", "/v1/sessions", body))
		if a.Code >= 500 {
			t.Fatalf("%d for %q", a.Code, body)
		}
		for id, s := range b.sessions {
			of, err := eventKeys.Verify(a.EventsToken, s.Created)
			if of != id || err != nil || s.CustomerID == "" || s.Created.IsZero() || s.Source != connect.FromHost {
				t.Errorf("kept %+v, token of %q, %v", s, of, err)
			}
		}
	})
}

var _ web.Sessions = (*book)(nil)
