package web_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestDoorsBehindTheKey(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		authorization string
		status        int
	}{
		"the key":                {"Bearer " + apiKey, 204},
		"the scheme in any case": {"bEARER " + apiKey, 204},
		"nothing":                {"", 401},
		"another key":            {"Bearer x" + apiKey[1:], 401},
		"half of the key":        {"Bearer " + apiKey[:8], 401},
		"an empty key":           {"Bearer ", 401},
		"another scheme":         {"Basic " + apiKey, 401},
		"the key alone":          {apiKey, 401},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse()
			a := h.answer(t, ask("DELETE", "/v1/connections/c1", "").with("Authorization", test.authorization))
			if a.Code != test.status {
				t.Errorf("answered %d %s", a.Code, a.Body)
			}
			if test.status == 401 && (a.Header().Get("WWW-Authenticate") == "" || a.Error.Code != "unauthorized") {
				t.Errorf("headers %v, code %q", a.Header(), a.Error.Code)
			}
			if (len(h.forgot) == 1) != (test.status == 204) {
				t.Errorf("forgot %q", h.forgot)
			}
		})
	}
}

func TestWithoutAKeyTheDoorsAreClosed(t *testing.T) {
	t.Parallel()
	for _, authorization := range []string{"", "Bearer ", "Bearer " + apiKey} {
		h := newHouse(func(h *house) { h.options.APIKey = "" })
		for _, method := range []string{"PUT", "DELETE"} {
			h.answer(t, ask(method, "/v1/connections/c1", "{}").with("Authorization", authorization)).want(t, 503, "api_key_not_set")
		}
		h.answer(t, ask("GET", "/metrics", "").with("Authorization", authorization)).want(t, 403, "forbidden")
	}
}

func TestGuessingIsSlowedPerAddress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(func(h *house) { h.options.TrustedProxies = networks("10.0.0.0/8") })
		try := func(peer, forwarded, key string) int {
			return h.answer(t, ask("DELETE", "/v1/connections/c1", "").at(peer, "perch.test").
				with("X-Forwarded-For", forwarded).with("Authorization", "Bearer "+key)).Code
		}
		for n := range 20 {
			if got := try("203.0.113.9:1", "", fmt.Sprint("guess", n)); got != 401 {
				t.Fatalf("guess %d: %d", n, got)
			}
		}
		if got := try("203.0.113.9:2", "", "guess"); got != 429 {
			t.Errorf("after 20 wrong keys the address is answered %d", got)
		}
		if got := try("203.0.113.9:2", "", apiKey); got != 204 {
			t.Errorf("who shares the address and has the key is answered %d", got)
		}
		if got := try("203.0.113.9:2", "198.51.100.1", "guess"); got != 429 {
			t.Errorf("a made-up X-Forwarded-For helps: %d", got)
		}
		if got := try("203.0.113.10:1", "", "guess"); got != 401 {
			t.Errorf("another address is answered %d", got)
		}
		if got := try("10.0.0.7:1", "203.0.113.9", "guess"); got != 429 {
			t.Errorf("the address behind a trusted proxy is answered %d", got)
		}
		if got := try("10.0.0.7:1", "203.0.113.9, 203.0.113.11", "guess"); got != 401 {
			t.Errorf("who only claims to speak for the address is answered %d", got)
		}
		time.Sleep(5 * time.Second)
		if got := try("203.0.113.9:3", "", "guess"); got != 401 {
			t.Errorf("after a while the address is answered %d", got)
		}
	})
}

func TestIPv6NeighboursCountAsOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse()
		for n := range 20 {
			q := ask("DELETE", "/v1/connections/c1", "").at(fmt.Sprintf("[2001:db8::%x]:1", n+1), "perch.test")
			h.answer(t, q.with("Authorization", "Bearer guess"))
		}
		neighbour := ask("DELETE", "/v1/connections/c1", "").at("[2001:db8::ffff]:1", "perch.test")
		h.answer(t, neighbour.with("Authorization", "Bearer guess")).want(t, 429, "too_many_attempts")
	})
}
