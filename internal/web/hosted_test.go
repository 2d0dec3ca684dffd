package web_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"perch/internal/connect"
	"perch/internal/finch"
	"perch/internal/watch"
)

const (
	linkSecret = "link-secret-of-cedar-0123456789abcdefghijkl"
	code       = "code-77aa-of-cedar"
)

// links hosts one link, linkSecret, until dead says otherwise.
type links struct {
	session connect.Session
	dead    error
	fails   error // of an exchange

	mu    sync.Mutex
	codes []string
}

// exchanged are the codes that came so far, each behind its link's secret.
func (l *links) exchanged() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.codes)
}

func cedarsLink() *links {
	return &links{session: connect.Session{ID: "s1", CustomerID: "cust_1", CustomerName: `Cedar <b>&</b> "Sons"`, Source: connect.FromPerch, Expires: time.Now().Add(time.Hour)}}
}

func (l *links) Hosted(_ context.Context, secret string) (connect.Session, error) {
	if secret != linkSecret {
		return connect.Session{}, fmt.Errorf("find the link: %w", connect.ErrUnknown)
	}
	return l.session, l.dead
}

func (l *links) Exchange(_ context.Context, secret, code string) (string, error) {
	l.mu.Lock()
	l.codes = append(l.codes, secret+" "+code)
	l.mu.Unlock()
	if secret != linkSecret {
		return "", connect.ErrUnknown
	}
	return "c1", l.fails
}

// hosting opens the doors of hosted links.
func hosting(l *links) func(*house) {
	return func(h *house) {
		keeping(newBook("s1"))(h)
		h.options.Links, h.options.PublicURL = l, "https://perch.example"
		h.options.ConnectURL, h.options.ConnectJS = "https://connect.example", "https://cdn.example/v1/connect.js"
	}
}

// visit asks for a page as an employer's browser does, and checks that neither
// its headers nor the log hold the link's secret.
func (h *house) visit(t *testing.T, path string) *httptest.ResponseRecorder {
	t.Helper()
	h.log.Reset()
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, ask("GET", path, "").anonymous().Request)
	for where, text := range map[string]string{"page": w.Body.String(), "header": fmt.Sprint(w.Header()), "log": h.log.String()} {
		if strings.Contains(text, linkSecret) {
			t.Errorf("the %s holds the link's secret: %s", where, text)
		}
	}
	if w.Header().Get("Referrer-Policy") != "no-referrer" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("headers: %v", w.Header())
	}
	return w
}

var inline = regexp.MustCompile(`(?s)<(?:style|script id="page"[^>]*)>(.*?)</(?:style|script)>`)

func TestAHostedPageOpensFinchConnect(t *testing.T) {
	t.Parallel()
	l := cedarsLink()
	h := newHouse(hosting(l))
	b := h.options.Sessions.(*book)
	a := h.visit(t, "/connect/"+linkSecret)
	page := a.Body.String()
	if a.Code != 200 || a.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("answered %d %v", a.Code, a.Header())
	}
	for _, want := range []string{
		"Cedar &lt;b&gt;&amp;&lt;/b&gt; &#34;Sons&#34;", "Finch", `src="../perch.js"`, `src="https://cdn.example/v1/connect.js"`,
		`data-connect="https://connect.example"`, `data-session="s1"`, `lang="en"`, "<noscript>", `role="status"`, "width=device-width",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	token := regexp.MustCompile(`data-token="([^"]+)"`).FindStringSubmatch(page)
	if len(token) != 2 {
		t.Fatal("the page has no events token")
	}
	if of, err := eventKeys.Verify(token[1], time.Now()); of != "s1" || err != nil {
		t.Errorf("its token is of %q, %v", of, err)
	}
	policy := a.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "frame-src https://connect.example;", "connect-src 'self';", "frame-ancestors 'none'", " https://cdn.example;"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy lacks %s: %s", want, policy)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
		t.Errorf("the policy is loose: %s", policy)
	}
	texts := inline.FindAllStringSubmatch(page, -1)
	if len(texts) != 2 {
		t.Fatalf("the page has %d inline texts", len(texts))
	}
	for _, text := range texts {
		sum := sha256.Sum256([]byte(text[1]))
		if !strings.Contains(policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
			t.Errorf("the policy does not name %.40q", text[1])
		}
	}
	if len(b.kept("s1")) != 0 || len(l.codes) != 0 {
		t.Error("a GET recorded something")
	}
}

func TestAReconnectSaysSo(t *testing.T) {
	t.Parallel()
	l := cedarsLink()
	l.session.Reconnect, l.session.CustomerName = true, ""
	page := newHouse(hosting(l)).visit(t, "/connect/"+linkSecret).Body.String()
	if !strings.Contains(page, "Sign in again") || strings.Contains(page, "For <strong>") {
		t.Errorf("the page says %s", page)
	}
}

func TestALinkThatLeadsNowhere(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		path   string
		dead   error
		status int
		says   string
	}{
		"unknown": {"/connect/another", nil, 404, "not known"},
		"expired": {"/connect/" + linkSecret, watch.ErrLinkExpired, 410, "expired"},
		"revoked": {"/connect/" + linkSecret, fmt.Errorf("see: %w", watch.ErrLinkRevoked), 410, "no longer good"},
		"used":    {"/connect/" + linkSecret, watch.ErrLinkUsed, 410, "connected already"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := cedarsLink()
			l.dead = test.dead
			a := newHouse(hosting(l)).visit(t, test.path)
			page := a.Body.String()
			if a.Code != test.status || !strings.Contains(page, test.says) || strings.Contains(page, "<script") || strings.Contains(page, "Cedar") {
				t.Errorf("answered %d %s", a.Code, page)
			}
		})
	}
}

func TestNoPagesWithoutAPublicAddress(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*house){
		"no public address": func(h *house) { h.options.PublicURL = "" },
		"no links":          func(h *house) { h.options.Links = nil },
		"no Finch Connect":  func(h *house) { h.options.ConnectURL = "nonsense" },
	} {
		l := cedarsLink()
		h := newHouse(hosting(l), change)
		if a := h.visit(t, "/connect/"+linkSecret); a.Code != 404 {
			t.Errorf("%s: %d", name, a.Code)
		}
		h.answer(t, bring(`{"code":"`+code+`"}`)).want(t, 404, "unknown_link")
		if len(l.codes) != 0 {
			t.Errorf("%s: a code was exchanged", name)
		}
	}
}

func TestTroubleWithALinkIsOurs(t *testing.T) {
	t.Parallel()
	l := cedarsLink()
	l.dead = errors.New("disk full")
	newHouse(hosting(l)).answer(t, ask("GET", "/connect/"+linkSecret, "")).want(t, 500, "internal")
}

// bring is what the hosted page asks when the employer is through.
func bring(body string) question {
	return ask("POST", "/connect/"+linkSecret+"/code", body).anonymous().at("203.0.113.9:1", "perch.example").
		with("Content-Type", "application/json").with("Origin", "https://perch.example").with("Sec-Fetch-Site", "same-origin")
}

// brought asks, and checks that neither the answer nor the log holds the code.
func (h *house) brought(t *testing.T, q question) reply {
	t.Helper()
	a := h.answer(t, q)
	for _, s := range []string{code, linkSecret} {
		if strings.Contains(a.Body.String()+h.log.String()+fmt.Sprint(a.Header()), s) {
			t.Errorf("an answer or the log holds a secret: %s %s", a.Body, h.log.String())
		}
	}
	return a
}

func TestACodeIsTakenFromThePageAlone(t *testing.T) {
	t.Parallel()
	good := `{"code":"` + code + `"}`
	tests := map[string]struct {
		q      question
		status int
		code   string
	}{
		"of the page":                 {bring(good), 200, ""},
		"of a form":                   {bring("code="+code).with("Content-Type", "application/x-www-form-urlencoded"), 200, ""},
		"without Sec-Fetch-Site":      {bring(good).with("Sec-Fetch-Site", ""), 200, ""},
		"behind a proxy":              {bring(good).with("Sec-Fetch-Site", "").at("203.0.113.9:1", "10.0.0.7:8080"), 200, ""},
		"of no browser":               {bring(good).with("Sec-Fetch-Site", "").with("Origin", ""), 200, ""},
		"of a stranger's page":        {bring(good).with("Sec-Fetch-Site", "cross-site").with("Origin", "https://evil.example"), 403, "forbidden"},
		"of a neighbour's page":       {bring(good).with("Sec-Fetch-Site", "same-site").with("Origin", "https://www.perch.example.evil"), 403, "forbidden"},
		"of an old browser elsewhere": {bring(good).with("Sec-Fetch-Site", "").with("Origin", "https://evil.example"), 403, "forbidden"},
		"of a page without origin":    {bring(good).with("Sec-Fetch-Site", "").with("Origin", "null"), 403, "forbidden"},
		"empty":                       {bring(`{"code":""}`), 422, "missing_code"},
		"no code":                     {bring(`{"state":"x"}`), 422, "missing_code"},
		"no JSON":                     {bring(code), 422, "missing_code"},
		"in two words":                {bring(`{"code":"a b"}`), 422, "missing_code"},
		"much too long":               {bring(`{"code":"` + strings.Repeat("x", 3000) + `"}`), 422, "missing_code"},
		"too large":                   {bring(`{"code":"` + strings.Repeat("x", 9000) + `"}`), 413, "body_too_large"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := cedarsLink()
			a := newHouse(hosting(l)).brought(t, test.q)
			if a.Code != test.status || a.Error.Code != test.code || test.status == 200 && a.Status != "connected" {
				t.Errorf("answered %d %s", a.Code, a.Body)
			}
			if (len(l.codes) == 1) != (test.status == 200) || len(l.codes) == 1 && l.codes[0] != linkSecret+" "+code {
				t.Errorf("exchanged %q", l.codes)
			}
		})
	}
}

func TestACodeIsRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		err    error
		status int
		code   string
		says   string
	}{
		"no such link":  {fmt.Errorf("find: %w", connect.ErrUnknown), 404, "unknown_link", "not known"},
		"expired":       {watch.ErrLinkExpired, 410, "link_expired", "expired"},
		"revoked":       {watch.ErrLinkRevoked, 410, "link_revoked", "no longer good"},
		"elsewhere":     {watch.ErrElsewhere, 422, "code_of_another", "another company"},
		"an old code":   {fmt.Errorf("exchange a code: %w", &finch.Error{Status: 400, Name: "invalid_grant_error", Message: "no " + code}), 422, "code_refused", "too old"},
		"a busy Finch":  {&finch.Error{Status: 429}, 503, "finch_busy", "just now"},
		"Finch is down": {&finch.Error{Status: 503}, 502, "finch_unreachable", "just now"},
		"a wrong key":   {&finch.Error{Status: 401, Name: "invalid_client_error"}, 502, "finch_refuses_application", "just now"},
		"our own":       {errors.New("disk full"), 500, "internal", "reference"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := cedarsLink()
			l.fails = test.err
			h := newHouse(hosting(l))
			a := h.brought(t, bring(`{"code":"`+code+`"}`))
			a.want(t, test.status, test.code)
			if !strings.Contains(a.Error.Message, test.says) {
				t.Errorf("says %q", a.Error.Message)
			}
			if line := h.line(t); line["route"] != "/connect/{link}/code" {
				t.Errorf("logged %v", line)
			}
		})
	}
}

func TestTryingLinksIsSlowed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(hosting(cedarsLink()))
		for n := range 1000 {
			q := ask("GET", fmt.Sprint("/connect/guess", n), "").anonymous()
			w := httptest.NewRecorder()
			h.handler.ServeHTTP(w, q.Request)
			if w.Code == http.StatusTooManyRequests {
				return
			}
		}
		t.Error("a thousand links were tried")
	})
}
