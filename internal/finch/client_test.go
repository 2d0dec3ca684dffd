package finch

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// over starts a server and returns a client of it that repeats without delay.
func over(t *testing.T, answer http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return clientOf(t, server.URL)
}

func clientOf(t *testing.T, url string) *Client {
	t.Helper()
	c, err := New(Options{BaseURL: url, Version: "1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	c.firstPause = time.Millisecond
	return c
}

func asError(t *testing.T, err error) *Error {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("%v is no *Error", err)
	}
	if tellsSecret(fmt.Sprintf("%v %+v %#v %s", e, e, e, Sentence(e))) {
		t.Errorf("the error tells the token: %#v", e)
	}
	return e
}

func TestRequestsAreAsFinchWantsThem(t *testing.T) {
	t.Parallel()
	var got *http.Request
	c := over(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Clone(context.Background())
		switch r.URL.Path {
		case "/introspect":
			_, _ = w.Write(harbor(t))
		case "/providers":
			_, _ = io.WriteString(w, `[{"id":"gusto","display_name":"Gusto"}]`)
		case "/jobs/automated":
			_, _ = io.WriteString(w, `{"data":[{"job_id":"j"}]}`)
		}
	})
	token := NewToken(secret)
	asks := []struct {
		want string
		ask  func() (string, error)
		says string
	}{
		{"/introspect", func() (string, error) { in, err := c.Introspect(t.Context(), token); return in.CustomerName, err }, "Harbor Coffee Roasters"},
		{"/providers", func() (string, error) { p, err := c.Providers(t.Context(), token); return p[0].DisplayName, err }, "Gusto"},
		{"/jobs/automated?limit=100", func() (string, error) { l, err := c.AutomatedJobs(t.Context(), token); return l.Jobs[0].ID, err }, "j"},
	}
	for _, a := range asks {
		says, err := a.ask()
		if err != nil || says != a.says {
			t.Errorf("%s: %q, %v; want %q", a.want, says, err, a.says)
		}
		if got.Method != http.MethodGet || got.RequestURI != a.want {
			t.Errorf("asked %s %s, want GET %s", got.Method, got.RequestURI, a.want)
		}
		headers := map[string]string{"Finch-API-Version": "2020-09-17", "Authorization": "Bearer " + secret, "Accept": "application/json", "User-Agent": "perch/1.2.3"}
		for name, want := range headers {
			if got.Header.Get(name) != want {
				t.Errorf("%s: %s is %q, want %q", a.want, name, got.Header.Get(name), want)
			}
		}
	}
}

func TestAnAddressMayHaveAPath(t *testing.T) {
	t.Parallel()
	var asked atomic.Value
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Store(r.URL.Path)
		_, _ = w.Write(harbor(t))
	}))
	t.Cleanup(server.Close)
	for _, base := range []string{server.URL + "/finch", server.URL + "/finch/"} {
		if _, err := clientOf(t, base).Introspect(t.Context(), NewToken(secret)); err != nil {
			t.Fatal(err)
		}
		if got := asked.Load(); got != "/finch/introspect" {
			t.Errorf("%s: asked %v", base, got)
		}
	}
}

func TestAddressesThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, base := range []string{
		"", "api.tryfinch.com", "ftp://api.tryfinch.com", "https://", "https://:443", "https:///x", "https://me:hush@api.tryfinch.com",
		"https://api.tryfinch.com?key=hush", "https://api.tryfinch.com?", "https://api.tryfinch.com#hush", "https://me:hush@\x7f", "file:///etc/passwd",
	} {
		_, err := New(Options{BaseURL: base})
		if err == nil {
			t.Errorf("%q was accepted", base)
		} else if strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: the error repeats it: %v", base, err)
		}
	}
}

func TestAnswersAreRead(t *testing.T) {
	t.Parallel()
	packed := func(body []byte) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write(body)
		_ = z.Close()
		return b.Bytes()
	}
	t.Run("packed with gzip", func(t *testing.T) {
		t.Parallel()
		c := over(t, func(w http.ResponseWriter, r *http.Request) {
			if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
				t.Error("the client should say that it takes gzip")
			}
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed(harbor(t)))
		})
		if in, err := c.Introspect(t.Context(), NewToken(secret)); err != nil || in.CustomerID != "cust_1042" {
			t.Errorf("read %+v, %v", in, err)
		}
	})
	t.Run("small when packed, huge when not", func(t *testing.T) {
		t.Parallel()
		bomb := packed(make([]byte, maxAnswer+2))
		var asked atomic.Int32
		c := over(t, func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb)
		})
		_, err := c.Introspect(t.Context(), NewToken(secret))
		if e := asError(t, err); e.Trouble() != TroubleOther || !strings.Contains(e.Error(), "larger than 32 MiB") {
			t.Errorf("%v is %s", e, e.Trouble())
		}
		if asked.Load() != 1 {
			t.Errorf("asked %d times for what is too large", asked.Load())
		}
	})
	t.Run("a refusal that never ends", func(t *testing.T) {
		t.Parallel()
		c := over(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			for range 2 * maxRefusal / 1024 {
				if _, err := w.Write(make([]byte, 1024)); err != nil {
					return
				}
			}
		})
		_, err := c.Introspect(t.Context(), NewToken(secret))
		if e := asError(t, err); e.Trouble() != TroubleNotFound {
			t.Errorf("%v is %s", e, e.Trouble())
		}
	})
}

func TestAnswersThatAreNot(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		status  int
		body    string
		trouble Trouble
		says    string
	}{
		{"a page instead of an answer", 200, "<html>welcome " + secret + "</html>", TroubleOther, "not the JSON that Finch documents"},
		{"half an answer", 200, `{"connection_id":"c",`, TroubleOther, "not whole JSON"},
		{"nothing", 200, "", TroubleOther, "not the JSON"},
		{"no content", 204, "", TroubleOther, "status 204"},
		{"accepted, and nothing yet", 202, "", TroubleNotReady, "status 202"},
		{"accepted in words", 202, `{"code":202,"name":"accepted","finch_code":"data_sync_in_progress"}`, TroubleNotReady, "data_sync_in_progress"},
		{"a gateway's refusal", 403, "<html>denied " + secret + "</html>", TroubleOther, "status 403"},
		{"a token that ended", 401, `{"name":"invalid_token_error","message":"` + secret + ` is unknown"}`, TroubleRevoked, "invalid_token_error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			c := over(t, func(w http.ResponseWriter, _ *http.Request) {
				asked.Add(1)
				w.Header().Set("Finch-Request-Id", "req-1")
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			})
			_, err := c.Introspect(t.Context(), NewToken(secret))
			if e := asError(t, err); e.Trouble() != tt.trouble || !strings.Contains(e.Error(), tt.says) {
				t.Errorf("%v is %s, want %s with %q", e, e.Trouble(), tt.trouble, tt.says)
			} else if e.RequestID != "req-1" {
				t.Errorf("%v has lost its request id", e)
			}
			if asked.Load() != 1 {
				t.Errorf("asked %d times", asked.Load())
			}
		})
	}
}

func TestATokenFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	var strayed atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strayed.Add(1) }))
	t.Cleanup(elsewhere.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		c := over(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"/introspect?t="+secret, status)
		})
		_, err := c.Introspect(t.Context(), NewToken(secret))
		if e := asError(t, err); e.Status != status || e.Trouble() != TroubleOther || !strings.Contains(e.Error(), "redirects are not followed") {
			t.Errorf("%d: %v is %s", status, e, e.Trouble())
		}
	}
	if strayed.Load() != 0 {
		t.Errorf("another host was asked %d times", strayed.Load())
	}
}

func TestTheCallersHTTPClientStaysAsItIs(t *testing.T) {
	t.Parallel()
	own := &http.Client{}
	if _, err := New(Options{BaseURL: "https://api.tryfinch.com", HTTP: own}); err != nil {
		t.Fatal(err)
	}
	if own.CheckRedirect != nil {
		t.Error("the caller's client was changed")
	}
}

// resetting serves connections by dropping the first few midway, and answers after.
func resetting(t *testing.T, drops int32, drop func(net.Conn)) (*Client, *atomic.Int32) {
	t.Helper()
	var asked atomic.Int32
	c := over(t, func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) > drops {
			_, _ = w.Write(harbor(t))
			return
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		drop(conn)
		_ = conn.Close()
	})
	return c, &asked
}

func TestConnectionsThatBreakOff(t *testing.T) {
	t.Parallel()
	midway := func(conn net.Conn) {
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{\"connection_id\":")
	}
	reset := func(conn net.Conn) {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // closes with a reset
		}
	}
	tests := []struct {
		name  string
		drops int32
		drop  func(net.Conn)
		asked int32
		fails bool
	}{
		{"reset once", 1, reset, 2, false},
		{"midway twice", 2, midway, 3, false},
		{"midway for ever", 1000, midway, 3, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, asked := resetting(t, tt.drops, tt.drop)
			_, err := c.Introspect(t.Context(), NewToken(secret))
			if (err != nil) != tt.fails {
				t.Errorf("error %v", err)
			}
			if err != nil && asError(t, err).Trouble() != TroubleUnreachable {
				t.Errorf("%v is %s", err, asError(t, err).Trouble())
			}
			// net/http itself repeats a read once when a reused connection is
			// found dead, so there may be more, but never fewer.
			if asked.Load() < tt.asked {
				t.Errorf("asked %d times, want %d", asked.Load(), tt.asked)
			}
		})
	}
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	_, err := clientOf(t, "http://127.0.0.1:1").Introspect(t.Context(), NewToken(secret)) // a port that no test is given
	if e := asError(t, err); e.Trouble() != TroubleUnreachable || !strings.Contains(e.Error(), "connection refused") {
		t.Errorf("%v is %s", e, e.Trouble())
	}
}

func TestASlowServerEndsWithTheContext(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	defer close(release)
	c := over(t, func(http.ResponseWriter, *http.Request) { <-release })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := c.Introspect(ctx, NewToken(secret))
	if e := asError(t, err); e.Trouble() != TroubleUnreachable || !errors.Is(e, context.DeadlineExceeded) || !strings.Contains(e.Error(), "out of time") {
		t.Errorf("%v is %s", e, e.Trouble())
	}
}

func TestATokenThatCannotBeSentIsNot(t *testing.T) {
	t.Parallel()
	c := over(t, func(http.ResponseWriter, *http.Request) { t.Error("Finch was asked") })
	for _, bad := range []string{"", "two words", "evil\r\nHost: elsewhere"} {
		_, err := c.Introspect(t.Context(), NewToken(bad))
		if e := asError(t, err); e.Trouble() != TroubleRevoked || strings.Contains(e.Error(), "evil") {
			t.Errorf("%q: %v is %s", bad, e, e.Trouble())
		}
	}
}
