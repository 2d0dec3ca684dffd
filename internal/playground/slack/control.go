package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Control is the door outside the imitation: JSON for pages and scripts.
//
// What Slack would show to a person is HTTP 200 with {"ok":false,"error":…}; an
// act that no client would offer is 404, a body that cannot be read 400.
func (s *Server) Control() http.Handler {
	mux := http.NewServeMux()
	s.lookDoors(mux)
	s.actDoors(mux)
	s.worldDoors(mux)
	return mux
}

// lookDoors are those that change nothing.
func (s *Server) lookDoors(mux *http.ServeMux) {
	mux.HandleFunc("GET /state", s.serveState)
	mux.HandleFunc("GET /events", s.serveChanges)
	mux.HandleFunc("GET /sockets", func(w http.ResponseWriter, _ *http.Request) {
		s.mu.Lock()
		count := s.registered()
		s.mu.Unlock()
		writeJSON(w, http.StatusOK, object{"ok": true, "sockets": s.Sockets(), "num_connections": count})
	})
	mux.HandleFunc("GET /calls", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusOK, object{"ok": true, "calls": s.Calls(r.URL.Query().Get("method"))})
	})
	mux.HandleFunc("GET /deliveries", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, object{"ok": true, "deliveries": s.Deliveries()})
	})
	mux.HandleFunc("GET /file", func(w http.ResponseWriter, r *http.Request) {
		body, ok := s.File(r.URL.Query().Get("id"))
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write(body)
	})
}

func viewer(r *http.Request) string {
	if user := r.URL.Query().Get("user"); user != "" {
		return user
	}
	return "UBO"
}

func (s *Server) serveState(w http.ResponseWriter, r *http.Request) {
	st, err := s.State(viewer(r))
	if err != nil {
		writeOutcome(w, nil, err)
		return
	}
	writeJSON(w, http.StatusOK, struct {
		OK bool `json:"ok"`
		State
	}{true, st})
}

// serveChanges is a stream of sequence numbers (server-sent events): the
// newest one at each change, and at least every 15 s.
func (s *Server) serveChanges(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	alive := time.NewTicker(15 * time.Second)
	defer alive.Stop()
	for {
		s.mu.Lock()
		seq, changed := s.seq, s.changed
		s.mu.Unlock()
		if _, err := fmt.Fprintf(w, "data: {\"seq\":%d}\n\n", seq); err != nil || out.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-alive.C:
		case <-r.Context().Done():
			return
		case <-s.ctx.Done():
			return
		}
	}
}

// respondent is an act behind the control door: it reads its body from in and
// returns what to add to {"ok":true}.
type respondent[In any] func(ctx context.Context, in In) (object, error)

func post[In any](mux *http.ServeMux, path string, act respondent[In]) {
	mux.HandleFunc("POST /"+path, func(w http.ResponseWriter, r *http.Request) {
		var in In
		err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&in)
		if err != nil && !errors.Is(err, io.EOF) {
			writeJSON(w, http.StatusBadRequest, object{"ok": false, "error": "bad_json", "text": err.Error()})
			return
		}
		out, err := act(r.Context(), in)
		writeOutcome(w, out, err)
	})
}

func writeOutcome(w http.ResponseWriter, out object, err error) {
	if failed, ok := errors.AsType[*Failed](err); ok {
		writeJSON(w, http.StatusOK, object{"ok": false, "error": failed.Code, "text": failed.Text})
		return
	}
	if invalid, ok := errors.AsType[*InvalidInput](err); ok {
		writeJSON(w, http.StatusOK, object{"ok": false, "error": "invalid_input", "errors": invalid.Errors})
		return
	}
	if impossible, ok := errors.AsType[*Impossible](err); ok {
		writeJSON(w, http.StatusNotFound, object{"ok": false, "error": impossible.Code})
		return
	}
	if err != nil {
		writeJSON(w, http.StatusBadRequest, object{"ok": false, "error": err.Error()})
		return
	}
	if out == nil {
		out = object{}
	}
	out["ok"] = true
	writeJSON(w, http.StatusOK, out)
}
