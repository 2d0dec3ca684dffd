package finch

import (
	"net/http"
	"slices"
	"time"
)

// webhookChange is what POST /webhook takes; only what is named changes.
type webhookChange struct {
	URL          *string   `json:"url"`
	Secrets      []string  `json:"secrets"`
	Retries      []float64 `json:"retries_seconds"`
	Duplicate    *bool     `json:"duplicate"`
	Reorder      *bool     `json:"reorder"`
	MethodObject *bool     `json:"method_object"`
	Paused       *bool     `json:"paused"`
}

func (s *Server) controlWebhook(want webhookChange) (reply, error) {
	s.mu.Lock()
	to := s.post.config
	s.mu.Unlock()
	set(&to.URL, want.URL)
	set(&to.Duplicate, want.Duplicate)
	set(&to.Reorder, want.Reorder)
	set(&to.MethodAsObject, want.MethodObject)
	set(&to.Paused, want.Paused)
	if want.Secrets != nil {
		if _, err := Sign(want.Secrets, "", "", nil); err != nil {
			return nil, err
		}
		to.Secrets = want.Secrets
	}
	if want.Retries != nil {
		to.Retries = []time.Duration{}
		for _, n := range want.Retries {
			to.Retries = append(to.Retries, seconds(n))
		}
	}
	s.SetWebhook(to)
	return nil, nil
}

func set[T any](field, to *T) {
	if to != nil {
		*field = *to
	}
}

func (s *Server) controlFaults(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	faults := slices.Clone(s.faults)
	s.mu.Unlock()
	if faults == nil {
		faults = []*Fault{}
	}
	show(w, http.StatusOK, map[string]any{"faults": faults})
}

func (s *Server) controlCalls(w http.ResponseWriter, r *http.Request) {
	calls, total := s.Calls(r.URL.Query().Get("path")), 0
	for _, c := range calls {
		total += c.Count
	}
	show(w, http.StatusOK, map[string]any{"total": total, "calls": calls})
}

func (s *Server) controlState(w http.ResponseWriter, r *http.Request) {
	connections := s.Connections()
	if id := r.URL.Query().Get("connection_id"); id != "" {
		connections = slices.DeleteFunc(connections, func(c Connection) bool { return c.ID != id })
	}
	secrets := r.URL.Query().Get("tokens") == "1"
	sessions := s.Sessions()
	s.mu.Lock()
	defer s.mu.Unlock()
	if secrets {
		for i := range connections {
			for _, t := range s.world.byID[connections[i].ID].valid() {
				connections[i].Tokens = append(connections[i].Tokens, t.secret)
			}
		}
	}
	show(w, http.StatusOK, map[string]any{
		"now": written(s.clock.now()), "day_seconds": s.options.Day.Seconds(), "clients": s.showClients(secrets),
		"webhook": s.showWebhook(), "connections": connections, "sessions": sessions,
	})
}

func (s *Server) showClients(secrets bool) []map[string]string {
	list := []map[string]string{}
	for _, kind := range []string{production, development, sandbox} {
		c := s.world.clients[kind]
		shown := map[string]string{"client_type": c.kind, "client_id": c.id}
		if secrets {
			shown["client_secret"] = c.secret
		}
		list = append(list, shown)
	}
	return list
}

func (s *Server) showWebhook() map[string]any {
	p := s.post
	return map[string]any{
		"url": p.config.URL, "secrets": len(p.config.Secrets), "duplicate": p.config.Duplicate, "reorder": p.config.Reorder,
		"method_object": p.config.MethodAsObject, "paused": p.config.Paused,
		"waiting": len(p.waiting), "delivered": p.delivered, "failed": p.lost,
	}
}
