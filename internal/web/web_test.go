package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"perch/internal/finch"
	"perch/internal/web"
)

const (
	apiKey = "k-4c1f6c1e-key-of-the-host"
	secret = "tok-9b0d-secret-of-harbor"
	stray  = "q-77aa-stray-secret"
	conn   = "c0ffee00-1111-4222-8333-444455556666"
)

// house is what the doors open onto; each part can be replaced.
type house struct {
	admit   func(want string, token finch.Token) (string, bool, error)
	inside  func() // what happens while Admit waits for the request to be given up
	forget  func(id string) error
	reasons []string
	log     lines
	options web.Options
	handler http.Handler

	admitted []string // "id token"
	forgot   []string
}

// lines is a log that several requests write at once, as a browser's do.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *lines) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b.Reset()
}

func (h *house) Admit(ctx context.Context, want string, token finch.Token) (string, bool, error) {
	h.admitted = append(h.admitted, want+" "+token.Reveal())
	if h.inside != nil {
		h.inside()
		<-ctx.Done()
		return "", false, fmt.Errorf("verify the token: %w", ctx.Err())
	}
	if h.admit != nil {
		return h.admit(want, token)
	}
	return want, true, nil
}

func (h *house) Forget(_ context.Context, id string) error {
	h.forgot = append(h.forgot, id)
	if h.forget != nil {
		return h.forget(id)
	}
	return nil
}

func (h *house) Ready(context.Context) []string { return h.reasons }

// newHouse opens the doors, changed as a test likes.
func newHouse(change ...func(h *house)) *house {
	h := &house{}
	h.options = web.Options{
		Vault: h, Forgetter: h, Ready: h, APIKey: apiKey, Log: zerolog.New(&h.log),
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "perch_up 1") }),
	}
	for _, c := range change {
		c(h)
	}
	h.handler = web.New(h.options)
	return h
}

// question is a request in the making.
type question struct {
	*http.Request
}

// from a stranger's address, with the right key, unless changed.
func ask(method, target, body string) question {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.RemoteAddr = "203.0.113.9:4711"
	r.Header.Set("Authorization", "Bearer "+apiKey)
	return question{r}
}

func put(body string) question { return ask("PUT", "/v1/connections/"+conn, body) }

func (q question) with(header, value string) question {
	if value == "" {
		q.Header.Del(header)
	} else {
		q.Header.Set(header, value)
	}
	return q
}

func (q question) at(peer, host string) question {
	q.RemoteAddr, q.Host = peer, host
	return q
}

// anonymous is the question without the API key.
func (q question) anonymous() question { return q.with("Authorization", "") }

// reply is an answer, read.
type reply struct {
	*httptest.ResponseRecorder
	ConnectionID string    `json:"connection_id"`
	SessionID    string    `json:"session_id"`
	EventsToken  string    `json:"events_token"`
	Expires      time.Time `json:"expires_at"`
	Added        int       `json:"added"`
	Status       string    `json:"status"`
	Reasons      []string  `json:"reasons"`
	Error        struct {
		Code, Message, Ref string
		Events             []struct {
			Index   int
			Message string
		}
	} `json:"error"`
}

// answer asks, and checks what holds of every answer: no secret in it nor in
// the log, the headers, and the form of an error.
func (h *house) answer(t *testing.T, q question) reply {
	t.Helper()
	a := reply{ResponseRecorder: httptest.NewRecorder()}
	h.log.Reset()
	h.handler.ServeHTTP(a.ResponseRecorder, q.Request)
	for where, text := range map[string]string{"answer": a.Body.String(), "header": fmt.Sprint(a.Header()), "log": h.log.String()} {
		for _, s := range []string{apiKey, secret, stray} {
			if strings.Contains(text, s) {
				t.Errorf("the %s holds a secret: %s", where, text)
			}
		}
	}
	if a.Header().Get("X-Content-Type-Options") != "nosniff" || a.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("headers: %v", a.Header())
	}
	if strings.HasPrefix(a.Header().Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(a.Body.Bytes(), &a); err != nil {
			t.Errorf("not JSON: %s", a.Body)
		}
	}
	if a.Code >= 400 && (a.Error.Code == "" || a.Error.Message == "" || a.Error.Ref == "") {
		t.Errorf("%d without a proper error: %s", a.Code, a.Body)
	}
	return a
}

// line is the one log line of the last request.
func (h *house) line(t *testing.T) map[string]any {
	t.Helper()
	var line map[string]any
	if err := json.Unmarshal([]byte(h.log.String()), &line); err != nil {
		t.Fatalf("not one log line: %q", h.log.String())
	}
	return line
}

func (r reply) want(t *testing.T, status int, code string) {
	t.Helper()
	if r.Code != status || r.Error.Code != code {
		t.Errorf("answered %d %q, want %d %q: %s", r.Code, r.Error.Code, status, code, r.Body)
	}
}

func TestEveryRefusalHasOneForm(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		method, path string
		status       int
		code, allow  string
	}{
		"no such door":                 {"GET", "/nowhere", 404, "not_found", ""},
		"a door of a later version":    {"GET", "/v1/funnel", 404, "not_found", ""},
		"reading sessions back":        {"GET", "/v1/sessions", 405, "method_not_allowed", "POST"},
		"reading events back":          {"GET", "/v1/sessions/s1/events", 405, "method_not_allowed", "OPTIONS, POST"},
		"a code in an address":         {"GET", "/connect/l1/code", 405, "method_not_allowed", "POST"},
		"a webhook that is read":       {"GET", "/finch/webhook", 405, "method_not_allowed", "POST"},
		"the door of no connection":    {"PUT", "/v1/connections/", 404, "not_found", ""},
		"an id with a slash":           {"PUT", "/v1/connections/a/b", 404, "not_found", ""},
		"a method that the door lacks": {"POST", "/v1/connections/c1", 405, "method_not_allowed", "DELETE, PUT"},
		"reading a token back":         {"GET", "/v1/connections/c1", 405, "method_not_allowed", "DELETE, PUT"},
		"writing health":               {"PUT", "/healthz", 405, "method_not_allowed", "GET, HEAD"},
		"an empty part of a path":      {"PUT", "//v1/connections/c1", 404, "not_found", ""},
		"a path with detours":          {"GET", "/v1/../healthz", 404, "not_found", ""},
		"a method that nobody knows":   {"HARVEST", "/healthz", 405, "method_not_allowed", "GET, HEAD"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse()
			a := h.answer(t, ask(test.method, test.path+"?access_token="+stray, ""))
			a.want(t, test.status, test.code)
			if got := a.Header().Get("Allow"); got != test.allow {
				t.Errorf("allows %q, want %q", got, test.allow)
			}
			if got := h.line(t); got["ref"] != a.Error.Ref || got["route"] != "none" {
				t.Errorf("logged %v for ref %s", got, a.Error.Ref)
			}
		})
	}
}

func TestEachRequestLeavesOneLine(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.answer(t, put(`{"access_token":"`+secret+`"}`))
	line := h.line(t)
	if line["method"] != "PUT" || line["route"] != "/v1/connections/{connection_id}" || line["status"] != 201.0 ||
		line["level"] != "info" || line["ms"] == nil || len(line["ref"].(string)) != 8 {
		t.Errorf("logged %v", line)
	}
	h.answer(t, ask("GET", "/healthz", ""))
	if got := h.line(t); got["level"] != "debug" {
		t.Errorf("a probe is logged at %v", got["level"])
	}
}

func TestFaultOfOurOwnIsToldByRef(t *testing.T) {
	t.Parallel()
	faults := map[string]func(want string, token finch.Token) (string, bool, error){
		"an error": func(string, finch.Token) (string, bool, error) { return "", false, errors.New("disk full") },
		"a panic":  func(_ string, token finch.Token) (string, bool, error) { panic("cannot seal " + token.Reveal()) },
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(func(h *house) { h.admit = fault })
			a := h.answer(t, put(`{"access_token":"`+secret+`"}`))
			a.want(t, 500, "internal")
			if strings.Contains(a.Body.String(), "disk") {
				t.Error("the answer says what only the operator should read")
			}
			line := h.line(t)
			if line["level"] != "error" || line["ref"] != a.Error.Ref || line["error"] == nil {
				t.Errorf("logged %v", line)
			}
		})
	}
}

func TestPanicAfterTheAnswerBeganIsStillLogged(t *testing.T) {
	t.Parallel()
	h := newHouse(func(h *house) {
		h.options.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintln(w, "perch_up 1")
			panic("half way")
		})
	})
	a := h.answer(t, ask("GET", "/metrics", ""))
	if a.Code != 200 || a.Body.String() != "perch_up 1\n" {
		t.Errorf("answered %d %q", a.Code, a.Body)
	}
	if line := h.line(t); line["stack"] == nil {
		t.Errorf("logged %v", line)
	}
}

func TestWhoeverIsInsideWhenPerchStopsIsToldToComeBack(t *testing.T) {
	t.Parallel()
	base, giveUp := context.WithCancel(t.Context())
	h := newHouse(func(h *house) { h.inside = giveUp })
	q := put(`{"access_token":"` + secret + `"}`)
	q.Request = q.WithContext(base)
	a := h.answer(t, q)
	a.want(t, 503, "interrupted")
	if a.Header().Get("Retry-After") == "" {
		t.Error("does not say when to come back")
	}
}

func TestServerBoundsSlowCallers(t *testing.T) {
	t.Parallel()
	s := web.Server("127.0.0.1:0", newHouse().handler)
	if s.ReadHeaderTimeout <= 0 || s.ReadTimeout <= 0 || s.WriteTimeout <= 0 || s.IdleTimeout <= 0 || s.MaxHeaderBytes <= 0 {
		t.Errorf("a bound is missing: %+v", s)
	}
	if s.Addr != "127.0.0.1:0" || s.Handler == nil {
		t.Error("the server does not serve the doors")
	}
}

func networks(cidrs ...string) []netip.Prefix {
	var all []netip.Prefix
	for _, c := range cidrs {
		all = append(all, netip.MustParsePrefix(c))
	}
	return all
}
