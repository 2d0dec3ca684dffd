package main

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"perch/internal/connect"
	"perch/internal/finch"
	"perch/internal/watch"
)

func TestWhatHappensIsMeasured(t *testing.T) {
	t.Parallel()
	m := newMeters("test")
	var observer watch.Observer = m
	observer.Looked(time.Second, "")
	observer.Looked(30*time.Second, finch.TroubleUnreachable)
	observer.Swept("due connections", time.Millisecond, nil)
	m.eventsTold(connect.FromBrowser, "new", 3)
	m.eventsTold(connect.FromHost, "invalid_events", 2)
	m.watchSessions(func(context.Context) (int, error) { return 7, nil })
	shown := httptest.NewRecorder()
	m.handler().ServeHTTP(shown, httptest.NewRequest("GET", "/metrics", nil))
	for _, line := range []string{
		`perch_finch_look_seconds_sum{trouble="none"} 1`,
		`perch_finch_look_seconds_sum{trouble="` + string(finch.TroubleUnreachable) + `"} 30`,
		`perch_sweep_seconds_count{name="due connections"} 1`,
		`perch_session_events_total{outcome="new",source="browser"} 3`,
		`perch_session_events_total{outcome="invalid_events",source="host"} 2`,
		`perch_sessions_due 7`,
	} {
		if !strings.Contains(shown.Body.String(), line+"\n") {
			t.Errorf("/metrics lacks %s", line)
		}
	}
}
