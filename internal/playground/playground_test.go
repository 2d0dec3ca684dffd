package playground_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"perch/internal/playground"
)

// echo is a world whose door says which path it was asked for.
type echo string

func (e echo) Control() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(string(e) + " " + r.Method + " " + r.URL.Path))
	})
}

func options() playground.Options {
	return playground.Options{Slack: echo("slack"), Finch: echo("finch")}
}

func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func request(method, path string, header map[string]string) *http.Request {
	r := httptest.NewRequest(method, "http://127.0.0.1:7077"+path, nil)
	for k, v := range header {
		r.Header.Set(k, v)
	}
	return r
}

func TestPageComesWithItsPolicy(t *testing.T) {
	t.Parallel()
	h := playground.New(options())
	types := map[string]string{"/": "text/html", "/app.js": "javascript", "/style.css": "text/css", "/icon.svg": "image/svg+xml"}
	for path, want := range types {
		w := serve(h, request("GET", path, nil))
		if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Content-Type"), want) {
			t.Errorf("GET %s: %d, %s", path, w.Code, w.Header().Get("Content-Type"))
		}
		policy := w.Header().Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("GET %s: the policy lacks %q: %s", path, part, policy)
			}
		}
		if strings.Contains(policy, "unsafe") {
			t.Errorf("GET %s: the policy allows something unsafe: %s", path, policy)
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("GET %s: nosniff is missing", path)
		}
	}
	if body := serve(h, request("GET", "/", nil)).Body.String(); !strings.Contains(body, "Nothing here is real") {
		t.Error("the page does not say that it is a simulation")
	}
}

func TestOnlyThePageIsServed(t *testing.T) {
	t.Parallel()
	h := playground.New(options())
	for _, path := range []string{"/package.json", "/nothing.js", "/../playground.go"} {
		if w := serve(h, request("GET", path, nil)); w.Code == http.StatusOK {
			t.Errorf("GET %s: served", path)
		}
	}
	if w := serve(h, request("POST", "/", nil)); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST /: %d", w.Code)
	}
}

func TestDoorsAreMountedWithoutTheirPrefix(t *testing.T) {
	t.Parallel()
	h := playground.New(options())
	for path, want := range map[string]string{"/_slack/state": "slack GET /state", "/_finch/fault": "finch GET /fault"} {
		if got := serve(h, request("GET", path, nil)).Body.String(); got != want {
			t.Errorf("GET %s: %q, want %q", path, got, want)
		}
	}
}

func TestWhoMayKnock(t *testing.T) {
	t.Parallel()
	h := playground.New(playground.Options{Slack: echo("slack"), Finch: echo("finch"), Hosts: []string{"lab.internal", ""}})
	tests := map[string]struct {
		host   string
		header map[string]string
		page   int
		door   int
	}{
		"a program on this machine":             {host: "127.0.0.1:7077", page: 200, door: 200},
		"by name":                               {host: "localhost:7077", page: 200, door: 200},
		"IPv6":                                  {host: "[::1]:7077", page: 200, door: 200},
		"another loopback address":              {host: "127.8.8.8", page: 200, door: 200},
		"a name under localhost":                {host: "perch.localhost:7077", page: 200, door: 200},
		"a host that was named":                 {host: "LAB.internal:7077", page: 200, door: 200},
		"the page itself":                       {host: "127.0.0.1:7077", header: map[string]string{"Origin": "http://127.0.0.1:7077", "Sec-Fetch-Site": "same-origin"}, page: 200, door: 200},
		"a name that was rebound":               {host: "evil.example:7077", page: 403, door: 403},
		"a name that only looks like ours":      {host: "localhost.evil.example", page: 403, door: 403},
		"an address that is not loopback":       {host: "192.168.1.7:7077", page: 403, door: 403},
		"no host":                               {host: "", page: 403, door: 403},
		"another site's script":                 {host: "127.0.0.1:7077", header: map[string]string{"Origin": "https://evil.example"}, page: 200, door: 403},
		"another port of this machine":          {host: "127.0.0.1:7077", header: map[string]string{"Origin": "http://127.0.0.1:9999"}, page: 200, door: 403},
		"a sandboxed frame":                     {host: "127.0.0.1:7077", header: map[string]string{"Origin": "null"}, page: 200, door: 403},
		"an image tag elsewhere":                {host: "127.0.0.1:7077", header: map[string]string{"Sec-Fetch-Site": "cross-site"}, page: 200, door: 403},
		"a sister site":                         {host: "127.0.0.1:7077", header: map[string]string{"Sec-Fetch-Site": "same-site"}, page: 200, door: 403},
		"an origin that is no address":          {host: "127.0.0.1:7077", header: map[string]string{"Origin": "://"}, page: 200, door: 403},
		"a rebound name with its own origin":    {host: "evil.example", header: map[string]string{"Origin": "http://evil.example"}, page: 403, door: 403},
		"a person who types the door's address": {host: "127.0.0.1:7077", header: map[string]string{"Sec-Fetch-Site": "none"}, page: 200, door: 200},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for path, want := range map[string]int{"/": tt.page, "/_slack/state": tt.door, "/_finch/state": tt.door} {
				r := request("GET", path, tt.header)
				r.Host = tt.host
				if got := serve(h, r).Code; got != want {
					t.Errorf("GET %s: %d, want %d", path, got, want)
				}
			}
		})
	}
}

func TestReconnectedEmployersTokenGoesToPerch(t *testing.T) {
	t.Parallel()
	const token = "tok-secret"
	tests := map[string]struct {
		adopt  playground.Adopt
		body   string
		status int
	}{
		"taken in":     {adopt: func(context.Context, string, string) error { return nil }, body: `{"access_token":"` + token + `"}`, status: 200},
		"refused":      {adopt: func(context.Context, string, string) error { return errors.New("it belongs elsewhere") }, body: `{"access_token":"` + token + `"}`, status: 502},
		"no token":     {adopt: func(context.Context, string, string) error { return nil }, body: `{}`, status: 400},
		"no JSON":      {adopt: func(context.Context, string, string) error { return nil }, body: token, status: 400},
		"nobody there": {body: `{"access_token":"` + token + `"}`, status: 501},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options()
			var gotID, gotToken string
			if tt.adopt != nil {
				o.Adopt = func(ctx context.Context, id, token string) error {
					gotID, gotToken = id, token
					return tt.adopt(ctx, id, token)
				}
			}
			r := httptest.NewRequest("POST", "http://localhost/_host/connections/c-1/token", strings.NewReader(tt.body))
			w := serve(playground.New(o), r)
			var answer struct {
				OK   bool
				Code string
			}
			if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
				t.Fatalf("answer: %v", err)
			}
			if w.Code != tt.status || answer.OK != (tt.status == 200) {
				t.Errorf("%d %s, want %d", w.Code, w.Body, tt.status)
			}
			if (answer.Code == "by_hand") != (tt.adopt == nil) {
				t.Errorf("the code is %q", answer.Code)
			}
			if tt.status == 200 && (gotID != "c-1" || gotToken != token) {
				t.Errorf("Perch was handed %q for %q", gotToken, gotID)
			}
			if strings.Contains(w.Body.String(), token) {
				t.Errorf("the answer repeats the token: %s", w.Body)
			}
		})
	}
}
