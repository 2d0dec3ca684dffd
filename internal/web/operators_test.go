package web_test

import (
	"slices"
	"strings"
	"testing"
)

func TestHealthIsForEverybody(t *testing.T) {
	t.Parallel()
	h := newHouse(func(h *house) { h.reasons = []string{"slack: no live socket"} })
	if a := h.answer(t, ask("GET", "/healthz", "").anonymous()); a.Code != 200 || a.Status != "ok" {
		t.Errorf("answered %d %s", a.Code, a.Body)
	}
}

func TestReadyWithoutReasons(t *testing.T) {
	t.Parallel()
	if a := newHouse().answer(t, ask("GET", "/readyz", "").anonymous()); a.Code != 200 || a.Status != "ready" {
		t.Errorf("answered %d %s", a.Code, a.Body)
	}
}

// Who may see what operators see: metrics, and why Perch is not ready.
func TestInsiders(t *testing.T) {
	t.Parallel()
	const here = "127.0.0.1:4711"
	tests := map[string]struct {
		ask    func(q question) question
		inside bool
	}{
		"a caller on this machine":        {func(q question) question { return q.anonymous().at(here, "127.0.0.1:8080") }, true},
		"the same by name":                {func(q question) question { return q.anonymous().at(here, "localhost:8080") }, true},
		"the same over IPv6":              {func(q question) question { return q.anonymous().at("[::1]:4711", "[::1]:8080") }, true},
		"the same as IPv4 in IPv6":        {func(q question) question { return q.anonymous().at("[::ffff:127.0.0.1]:4711", "localhost") }, true},
		"a bearer of the key":             {func(q question) question { return q }, true},
		"a stranger":                      {question.anonymous, false},
		"a stranger with a wrong key":     {func(q question) question { return q.with("Authorization", "Bearer x") }, false},
		"a stranger who says he is local": {func(q question) question { return q.anonymous().with("X-Forwarded-For", "127.0.0.1") }, false},
		"a stranger through a local proxy": {func(q question) question {
			return q.anonymous().at(here, "127.0.0.1:8080").with("X-Forwarded-For", "203.0.113.9")
		}, false},
		"a stranger who fooled that proxy": {func(q question) question {
			return q.anonymous().at(here, "127.0.0.1:8080").with("X-Forwarded-For", "127.0.0.1")
		}, false},
		"a proxy of the newer header": {func(q question) question {
			return q.anonymous().at(here, "127.0.0.1:8080").with("Forwarded", "for=203.0.113.9")
		}, false},
		"a proxy that keeps the name asked": {func(q question) question { return q.anonymous().at(here, "perch.example.com") }, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reasons := []string{"database: does not answer", "slack: no live socket"}
			h := newHouse(func(h *house) {
				h.reasons = reasons
				h.options.TrustedProxies = networks("127.0.0.0/8")
			})
			ready := h.answer(t, test.ask(ask("GET", "/readyz", "")))
			ready.want(t, 503, "not_ready")
			if got := slices.Equal(ready.Reasons, reasons); got != test.inside {
				t.Errorf("reasons shown: %v", ready.Reasons)
			}
			if !test.inside && strings.Contains(ready.Body.String(), "database") {
				t.Errorf("reasons leak: %s", ready.Body)
			}
			metrics := h.answer(t, test.ask(ask("GET", "/metrics", "")))
			if test.inside {
				if metrics.Code != 200 || metrics.Body.String() != "perch_up 1\n" {
					t.Errorf("metrics answered %d %s", metrics.Code, metrics.Body)
				}
				return
			}
			metrics.want(t, 403, "forbidden")
		})
	}
}
