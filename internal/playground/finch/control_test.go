package finch

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// steering is a peer at the control door, mounted as the playground does.
func steering(t *testing.T, s *Server) *peer {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/_finch/", http.StripPrefix("/_finch", s.Control()))
	web := httptest.NewServer(mux)
	t.Cleanup(web.Close)
	return &peer{t: t, url: web.URL + "/_finch"}
}

func TestControlShowsStateWithoutSecrets(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	door := steering(t, s)
	state := door.get("/state")
	if len(state.list("connections")) != 62 || state.text("connections", 0, "next_job_id") != harborJob ||
		state.text("now") != "2026-11-21T09:00:00.000Z" || state.at("day_seconds") != 86400.0 {
		t.Errorf("state: %.400s", state.raw)
	}
	_, secret := s.Client(production)
	for _, token := range append([]string{secret}, s.Tokens()[harborConnection]) {
		if strings.Contains(state.raw, token) {
			t.Error("the state has a secret")
		}
		if !strings.Contains(door.get("/state?tokens=1").raw, token) {
			t.Error("the state lacks a secret that was asked for")
		}
	}
	one := door.get("/state?tokens=1&connection_id=" + harborConnection)
	if len(one.list("connections")) != 1 || one.text("connections", 0, "tokens", 0) != s.Tokens()[harborConnection] {
		t.Errorf("one connection: %s", one.raw)
	}
}

func TestControlSteers(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	door, p := steering(t, s), serve(t, s)
	c := plain(t, s)
	status := func() string {
		return p.as(s.Tokens()[c.ID]).get("/introspect").text("connection_status", "status")
	}

	door.post("/status", map[string]any{"connection_id": c.ID, "status": reauth})
	if got := status(); got != reauth {
		t.Errorf("after status: %s", got)
	}
	token := door.post("/token", map[string]any{"connection_id": c.ID})
	if token.text("access_token") != s.Tokens()[c.ID] || status() != connected {
		t.Errorf("after token: %s, %s", token.raw, status())
	}
	sync := door.post("/sync", map[string]any{"connection_id": c.ID, "outcome": permissionsError, "in_seconds": 30, "takes_seconds": 10})
	door.post("/clock", map[string]any{"advance": 35})
	job := p.as(s.Tokens()[c.ID]).get("/jobs/automated/" + sync.text("job_id"))
	if sync.text("scheduled_at") != "2026-11-21T09:00:30.000Z" || job.text("status") != inProgress {
		t.Errorf("sync %s, job %s", sync.raw, job.raw)
	}
	if now := door.post("/clock", map[string]any{"advance": "10s"}); now.text("now") != "2026-11-21T09:00:45.000Z" || status() != noPermissions {
		t.Errorf("clock %s, %s", now.raw, status())
	}
	door.post("/limit", map[string]any{"path": "/introspect", "per_minute": 1})
	p.as(s.Tokens()[c.ID]).get("/introspect")
	p.as(s.Tokens()[c.ID]).get("/introspect").wants(t, 429, "rate_limit_exceeded_error", "finch_application_rl")
	if got := door.post("/revoke", map[string]any{"connection_id": c.ID}); got.at("revoked") != 2.0 {
		t.Errorf("revoke: %s", got.raw)
	}
	if got := door.post("/reset", nil); got.at("ok") != true || status() != connected {
		t.Errorf("reset: %s, %s", got.raw, status())
	}
}

func TestControlCountsCalls(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	door, p := steering(t, s), serve(t, s).as(s.Tokens()[harborConnection])
	for range 3 {
		p.get("/introspect")
	}
	p.get("/jobs/automated/" + harborJob)
	p.as("wrong").get("/introspect")
	got := door.get("/calls?path=/introspect")
	if got.at("total") != 4.0 || len(got.list("calls")) != 2 || got.text("calls", 1, "token") != harborToken || got.at("calls", 1, "count") != 3.0 ||
		got.at("calls", 0, "last_status") != 401.0 {
		t.Errorf("calls: %s", got.raw)
	}
	if all := door.get("/calls"); all.at("total") != 5.0 || !strings.Contains(all.raw, "/jobs/automated/{job_id}") || strings.Contains(all.raw, p.token) {
		t.Errorf("all calls: %s", all.raw)
	}
	if s.Introspected(harborConnection) != 3 {
		t.Errorf("introspected %d times, want 3", s.Introspected(harborConnection))
	}
}

func TestControlSendsEvents(t *testing.T) {
	t.Parallel()
	b := &inbox{}
	web := httptest.NewServer(b)
	t.Cleanup(web.Close)
	s := local(t, Options{})
	door := steering(t, s)
	door.post("/webhook", map[string]any{"url": web.URL, "secrets": []string{vectorSecret}, "retries_seconds": []float64{0.5}})
	sent := door.post("/event", map[string]any{"connection_id": harborConnection, "event_type": "directory.created", "data": map[string]any{"individual_id": "i"}})
	got := b.arrived(s)
	if len(got) != 1 || got[0].id != sent.text("event_id") || got[0].Type != "directory.created" {
		t.Fatalf("events %v of %s", got, sent.raw)
	}
	if shown := door.get("/deliveries"); shown.at("deliveries", 0, "delivered") != true {
		t.Errorf("deliveries: %s", shown.raw)
	}
	if state := door.get("/state"); state.at("webhook", "delivered") != 1.0 || state.at("webhook", "secrets") != 1.0 {
		t.Errorf("state: %v", state.at("webhook"))
	}
}

func TestControlRefusesWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	door := steering(t, local(t, Options{}))
	for name, got := range map[string]answered{
		"misspelt field":     door.post("/status", map[string]any{"connection": harborConnection}),
		"unknown status":     door.post("/status", map[string]any{"connection_id": harborConnection, "status": "odd"}),
		"unknown outcome":    door.post("/sync", map[string]any{"connection_id": harborConnection, "outcome": "odd"}),
		"fault of nothing":   door.post("/fault", map[string]any{"path": "/introspect"}),
		"clock of nothing":   door.post("/clock", map[string]any{}),
		"secret not base64":  door.post("/webhook", map[string]any{"secrets": []string{"!"}}),
		"unknown connection": door.post("/token", map[string]any{"connection_id": "nobody"}),
		"unknown entity":     door.post("/status", map[string]any{"entity_id": "nobody", "status": reauth}),
		"unknown door":       door.post("/nothing", nil),
	} {
		t.Run(name, func(t *testing.T) {
			if got.status != 400 && got.status != 404 || got.at("ok") != false || got.text("error") == "" {
				t.Errorf("%d %s", got.status, got.raw)
			}
		})
	}
}

func TestControlNamesWhyNot(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	door := steering(t, s)
	gone := plain(t, s).ID
	door.post("/status", map[string]any{"connection_id": gone, "status": disconnected})
	for name, tt := range map[string]struct {
		got  answered
		code string
	}{
		"status of one that has ended": {door.post("/status", map[string]any{"connection_id": gone, "status": reauth}), "ended"},
		"sync of one that has ended":   {door.post("/sync", map[string]any{"connection_id": gone}), "ended"},
		"token of one that has ended":  {door.post("/token", map[string]any{"connection_id": gone}), "ended"},
		"sync of one that is not":      {door.post("/sync", map[string]any{"connection_id": "nobody"}), "unknown"},
		"a status that is none":        {door.post("/status", map[string]any{"connection_id": harborConnection, "status": "odd"}), "invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.got.text("code") != tt.code || tt.got.at("ok") != false {
				t.Errorf("%d %s", tt.got.status, tt.got.raw)
			}
		})
	}
}
