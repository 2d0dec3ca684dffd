package main

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"perch/internal/finch"
	"perch/internal/watch"
)

func TestLooksAndSweepsAreMeasured(t *testing.T) {
	t.Parallel()
	m := newMeters("test")
	var observer watch.Observer = m
	observer.Looked(time.Second, "")
	observer.Looked(30*time.Second, finch.TroubleUnreachable)
	observer.Swept("due connections", time.Millisecond, nil)
	shown := httptest.NewRecorder()
	m.handler().ServeHTTP(shown, httptest.NewRequest("GET", "/metrics", nil))
	for _, line := range []string{
		`perch_finch_look_seconds_sum{trouble="none"} 1`,
		`perch_finch_look_seconds_sum{trouble="` + string(finch.TroubleUnreachable) + `"} 30`,
		`perch_sweep_seconds_count{name="due connections"} 1`,
	} {
		if !strings.Contains(shown.Body.String(), line+"\n") {
			t.Errorf("/metrics lacks %s", line)
		}
	}
}
