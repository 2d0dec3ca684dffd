package finch

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const someone = "3f8a6b1e-0000-4000-8000-000000000007"

// noted starts a server that answers with body and keeps what it was asked.
func noted(t *testing.T, body string) (*Client, *http.Request, *string) {
	t.Helper()
	got, sent := new(http.Request), new(string)
	c := over(t, func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		*got, *sent = *r.Clone(context.Background()), string(text)
		_, _ = io.WriteString(w, body)
	})
	c.credentials = &Credentials{ID: "app-1", Secret: NewToken("app-secret")}
	return c, got, sent
}

func TestCallSendsTheRequest(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		request    Request
		uri, auth  string
		body, kind string
	}{
		{
			"a read with a list",
			Request{Method: "GET", Path: "/employer/directory", Query: url.Values{"entity_ids[]": {"e1"}, "limit": {"5"}}},
			"/employer/directory?entity_ids%5B%5D=e1&limit=5", "Bearer " + secret, "", "",
		},
		{"an id is escaped once", Request{Method: "get", Path: "/jobs/automated/a%20b+c"}, "/jobs/automated/a%20b+c", "Bearer " + secret, "", ""},
		{"an id beyond ASCII", Request{Method: "GET", Path: "/jobs/automated/ü"}, "/jobs/automated/%C3%BC", "Bearer " + secret, "", ""},
		{"a slash at the end", Request{Method: "GET", Path: "/introspect/"}, "/introspect", "Bearer " + secret, "", ""},
		{
			"a batch",
			Request{Method: "POST", Path: "/employer/individual", Body: []byte(`{"requests":[]}`)},
			"/employer/individual", "Bearer " + secret, `{"requests":[]}`, "application/json",
		},
		{"a write without a body", Request{Method: "POST", Path: "/disconnect"}, "/disconnect", "Bearer " + secret, "", ""},
		{
			"the application's own",
			Request{Method: "POST", Path: "/connect/sessions", Body: []byte(`{}`)},
			"/connect/sessions", "Basic YXBwLTE6YXBwLXNlY3JldA==", `{}`, "application/json",
		},
		{
			"credentials in the body",
			Request{Method: "POST", Path: "/auth/token", Body: []byte(`{"code":"c1","client_id":"other"}`)},
			"/auth/token", "", `{"client_id":"app-1","client_secret":"app-secret","code":"c1"}`, "application/json",
		},
		{
			"credentials alone",
			Request{Method: "POST", Path: "/auth/token"},
			"/auth/token", "", `{"client_id":"app-1","client_secret":"app-secret"}`, "application/json",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, got, sent := noted(t, `{}`)
			if _, err := c.Call(t.Context(), NewToken(secret), tt.request); err != nil {
				t.Fatal(err)
			}
			if got.Method != strings.ToUpper(tt.request.Method) || got.RequestURI != tt.uri || *sent != tt.body {
				t.Errorf("sent %s %s with %s, want %s with %s", got.Method, got.RequestURI, *sent, tt.uri, tt.body)
			}
			if h := got.Header; h.Get("Authorization") != tt.auth || h.Get("Content-Type") != tt.kind || h.Get("Finch-API-Version") != APIVersion {
				t.Errorf("headers %v", h)
			}
		})
	}
}

func TestCallSendsNothingElse(t *testing.T) {
	t.Parallel()
	c := over(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("asked %s %s", r.Method, r.RequestURI) })
	tests := map[string]struct {
		request Request
		trouble Trouble
	}{
		"another host":             {Request{Method: "GET", Path: "https://elsewhere.example/introspect"}, TroubleRejected},
		"another host, in short":   {Request{Method: "GET", Path: "//elsewhere.example/introspect"}, TroubleRejected},
		"no endpoint":              {Request{Method: "GET", Path: "/admin/" + someone}, TroubleRejected},
		"another method":           {Request{Method: "DELETE", Path: "/introspect"}, TroubleRejected},
		"a way up":                 {Request{Method: "GET", Path: "/employer/benefits/../company"}, TroubleRejected},
		"a way up in disguise":     {Request{Method: "GET", Path: "/jobs/automated/%2e%2e"}, TroubleRejected},
		"a path inside an id":      {Request{Method: "GET", Path: "/employer/benefits/a%2Findividuals"}, TroubleRejected},
		"a query inside a path":    {Request{Method: "GET", Path: "/employer/benefits/a?x=y"}, TroubleRejected},
		"a template":               {Request{Method: "GET", Path: "/jobs/automated/{job_id}"}, TroubleRejected},
		"a body that is no object": {Request{Method: "POST", Path: "/auth/token", Body: []byte(`["` + someone + `"]`)}, TroubleRejected},
		"a body of nothing":        {Request{Method: "POST", Path: "/auth/token", Body: []byte(`null`)}, TroubleRejected},
	}
	for name, tt := range tests {
		c.credentials = &Credentials{ID: "app-1", Secret: NewToken("app-secret")}
		_, err := c.Call(t.Context(), NewToken(secret), tt.request)
		if e := asError(t, err); e.Trouble() != tt.trouble || e.Status != 0 || strings.Contains(e.Error(), someone) {
			t.Errorf("%s: %v, %s", name, e, e.Trouble())
		}
	}
	c.credentials = nil
	_, err := c.Call(t.Context(), Token{}, Request{Method: "POST", Path: "/connect/sessions"})
	if e := asError(t, err); e.Trouble() != TroubleBadClient {
		t.Errorf("without credentials: %v", e)
	}
	_, err = c.Call(t.Context(), Token{}, Request{Method: "GET", Path: "/introspect"})
	if e := asError(t, err); e.Trouble() != TroubleRevoked {
		t.Errorf("without a token: %v", e)
	}
}

func TestWhatIsAnAnswerToACall(t *testing.T) {
	t.Parallel()
	read := Request{Method: "POST", Path: "/employer/individual", Body: []byte(`{}`)}
	write := Request{Method: "POST", Path: "/jobs/automated", Body: []byte(`{}`)}
	tests := []struct {
		name    string
		request Request
		reply   reply
		trouble Trouble // "" for an answer
		notJSON bool
	}{
		{"200", read, reply{status: 200, body: `{"a":1}`}, "", false},
		{"201", write, reply{status: 201, body: `{"job_id":"j"}`}, "", false},
		{"204 with nothing", write, reply{status: 204}, "", false},
		{"207", read, reply{status: 207, body: `[]`}, "", false},
		{"200 with nothing", write, reply{status: 200}, "", false},
		{"202 for a job", write, reply{status: 202, body: `{"job_id":"j"}`}, "", false},
		{"202 for no job", write, reply{status: 202, body: `{"job_id":null}`}, TroubleNotReady, false},
		{"202 with nothing, to a write", write, reply{status: 202}, TroubleNotReady, false},
		{"202 with nothing, to a read", read, reply{status: 202}, TroubleNotReady, false},
		{"202 with words, to a read", read, reply{status: 202, body: `{"name":"accepted","finch_code":"data_sync_in_progress"}`}, TroubleNotReady, false},
		{"202 for a job, to a read", read, reply{status: 202, body: `{"job_id":"j"}`}, TroubleNotReady, false},
		{"a page", read, reply{status: 200, body: `<html>Ana</html>`}, TroubleOther, true},
		{"half an answer", read, reply{status: 200, body: `{"a":`}, TroubleOther, true},
		{"a gateway's page", write, reply{status: 502, body: `<html>Ana</html>`}, TroubleUnreachable, true},
		{"a refusal with nothing", write, reply{status: 500}, TroubleUnreachable, false},
		{"a refusal", write, reply{status: 403, body: `{"name":"insufficient_scope_error"}`}, TroubleNoScope, false},
		{"elsewhere", write, reply{status: 302, header: http.Header{"Location": {"https://elsewhere.example"}}}, TroubleOther, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _ := clientFor(t, tt.reply)
			c.firstPause = time.Microsecond
			a, err := c.Call(t.Context(), NewToken(secret), tt.request)
			if tt.trouble == "" {
				if err != nil || a.Status != tt.reply.status || string(a.Body) != tt.reply.body {
					t.Errorf("%d %s, %v", a.Status, a.Body, err)
				}
				return
			}
			e := asError(t, err)
			if e.Trouble() != tt.trouble || e.NotJSON != tt.notJSON || e.Status != tt.reply.status || a.Body != nil || strings.Contains(fmt.Sprintf("%+v", e), "Ana") {
				t.Errorf("%v is %s, not JSON: %t", e, e.Trouble(), e.NotJSON)
			}
		})
	}
}

func TestReadsAreCalledAgainAndWritesAreNot(t *testing.T) {
	t.Parallel()
	tests := []struct {
		request Request
		asked   int
	}{
		{Request{Method: "GET", Path: "/introspect"}, 2},
		{Request{Method: "POST", Path: "/employer/employment"}, 2},
		{Request{Method: "POST", Path: "/disconnect"}, 1},
		{Request{Method: "PUT", Path: "/sandbox/company"}, 1},
		{Request{Method: "DELETE", Path: "/employer/pay-statement-item/rule/r1"}, 1},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			c, s := clientFor(t, reply{status: 503}, reply{status: 200, body: `{}`, after: 3 * time.Second})
			began := time.Now()
			a, err := c.Call(t.Context(), NewToken(secret), tt.request)
			if len(s.asked) != tt.asked || (err == nil) != (tt.asked == 2) {
				t.Errorf("%s %s: asked %d times, %v", tt.request.Method, tt.request.Path, len(s.asked), err)
			}
			if took := time.Since(began); a.Took != took || !a.At.Equal(time.Now()) || tt.asked == 2 && took < 3500*time.Millisecond {
				t.Errorf("%s %s took %s, it says %s until %s", tt.request.Method, tt.request.Path, took, a.Took, a.At)
			}
		})
	}
}

func TestACallThatTakesTooLongTellsHowLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := clientFor(t, reply{status: 200, after: time.Hour})
		a, err := c.Call(t.Context(), NewToken(secret), Request{Method: "GET", Path: "/employer/company"})
		if e := asError(t, err); e.Trouble() != TroubleUnreachable || a.Took != patience {
			t.Errorf("%v after %s", e, a.Took)
		}
	})
}

func TestFreshnessOfAnAnswer(t *testing.T) {
	t.Parallel()
	synced := time.Date(2026, 11, 21, 7, 14, 3, 120e6, time.UTC)
	tests := []struct {
		name                 string
		header               map[string]string
		retrieved, attempted time.Time
		attempt              string
	}{
		{"none", nil, time.Time{}, time.Time{}, ""},
		{"all", map[string]string{
			"finch-data-retrieved": "2026-11-21T07:14:03.120Z", "Finch-Last-Attempted-Update-Date": "2026-11-21 07:14:03.120",
			"Finch-Last-Attempted-Update-Result": "partial_error",
		}, synced, synced, "partial_error"},
		{"odd ones", map[string]string{
			"Finch-Data-Retrieved": "yesterday", "Finch-Last-Attempted-Update-Date": "0", "Finch-Last-Attempted-Update-Result": "went <wrong>",
		}, time.Time{}, time.Time{}, ""},
	}
	for _, tt := range tests {
		header := http.Header{}
		for name, value := range tt.header {
			header.Set(name, value)
		}
		header.Set("Finch-Request-Id", "req-1")
		c, _ := clientFor(t, reply{status: 200, body: `{}`, header: header})
		a, err := c.Call(t.Context(), NewToken(secret), Request{Method: "GET", Path: "/employer/company"})
		if err != nil || a.RequestID != "req-1" || !a.Retrieved.Equal(tt.retrieved) || !a.Attempted.Equal(tt.attempted) || a.Attempt != tt.attempt {
			t.Errorf("%s: %+v, %v", tt.name, a, err)
		}
	}
}

// TestACallsErrorNamesNobody plants an id, a code and the application's secret
// wherever a refusal could repeat them.
func TestACallsErrorNamesNobody(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		request Request
		says    string
		op      string
	}{
		"an id in the path": {
			Request{Method: "PUT", Path: "/sandbox/individual/" + someone, Body: []byte(`{}`)},
			"no such individual",
			"PUT /sandbox/individual/{individual_id}",
		},
		"a code": {
			Request{Method: "POST", Path: "/auth/token", Body: []byte(`{"code":"` + someone + `"}`)},
			"the code " + someone + " of app-secret is not good", "POST /auth/token",
		},
		"the secret": {
			Request{Method: "POST", Path: "/connect/sessions", Body: []byte(`{}`)}, "not the secret app-secret", "POST /connect/sessions",
		},
	}
	for name, tt := range tests {
		c, _ := clientFor(t, reply{status: 400, body: `{"name":"bad_request","message":"` + tt.says + `"}`})
		c.credentials = &Credentials{ID: "app-1", Secret: NewToken("app-secret")}
		_, err := c.Call(t.Context(), NewToken(secret), tt.request)
		e := asError(t, err)
		told := fmt.Sprintf("%v %+v %s", e, *e, e.Message)
		if strings.Contains(told, someone) || strings.Contains(told, "app-secret") || !strings.Contains(e.Error(), tt.op) {
			t.Errorf("%s: %s", name, told)
		}
	}
}
