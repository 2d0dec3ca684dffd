package web_test

import (
	"bytes"
	"compress/gzip"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTheScriptIsServedToAnyPage(t *testing.T) {
	t.Parallel()
	h := newHouse(func(h *house) {
		h.options.ConnectURL, h.options.PublicURL = "https://Connect.Example:443/sub?x=1", "https://perch.example/"
	})
	get := func(tag string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.handler.ServeHTTP(w, ask("GET", "/perch.js", "").anonymous().with("If-None-Match", tag).Request)
		return w
	}
	a := get("")
	script := a.Body.String()
	if a.Code != 200 || !strings.Contains(script, `finch = "https://connect.example",`) || !strings.Contains(script, `home = "https://perch.example"`) {
		t.Errorf("answered %d %.600s", a.Code, script)
	}
	for header, want := range map[string]string{
		"Content-Type": "text/javascript; charset=utf-8", "Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*",
		"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff", "Set-Cookie": "",
	} {
		if got := a.Header().Get(header); got != want {
			t.Errorf("%s: %q", header, got)
		}
	}
	tag := a.Header().Get("ETag")
	if again := get(tag); tag == "" || again.Code != 304 || again.Body.Len() != 0 {
		t.Errorf("the same again: %d", again.Code)
	}
	if other := get(`"another"`); other.Code != 200 {
		t.Errorf("another tag: %d", other.Code)
	}
}

// TestTheScriptIsSmall holds it to what the README promises.
func TestTheScriptIsSmall(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	newHouse().handler.ServeHTTP(w, ask("GET", "/perch.js", "").Request)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(w.Body.Bytes())
	_ = z.Close()
	t.Logf("perch.js has %d bytes, %d compressed", w.Body.Len(), packed.Len())
	if packed.Len() > 3000 {
		t.Errorf("perch.js has %d bytes compressed, more than 3,000", packed.Len())
	}
	if !strings.Contains(w.Body.String(), `finch = "https://connect.tryfinch.com",`) {
		t.Error("without a setting it does not listen to Finch's own page")
	}
	for _, word := range []string{"cookie", "localStorage", "data.code", "eval("} {
		if strings.Contains(strings.ReplaceAll(w.Body.String(), "No cookies", ""), word) {
			t.Errorf("the script speaks of %s", word)
		}
	}
}
