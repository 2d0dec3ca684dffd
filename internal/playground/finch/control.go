package finch

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"time"
)

// reply is what a control request gives back besides "ok".
type reply map[string]any

// Control is the door by which tests and the playground's page look at the
// local Finch and steer it, as JSON. It is no part of Finch's API.
func (s *Server) Control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /state", s.controlState)
	mux.HandleFunc("GET /calls", s.controlCalls)
	mux.HandleFunc("GET /deliveries", func(w http.ResponseWriter, _ *http.Request) {
		show(w, http.StatusOK, map[string]any{"deliveries": s.Deliveries()})
	})
	mux.HandleFunc("GET /fault", s.controlFaults)
	mux.HandleFunc("DELETE /fault", steer(func(struct{}) (reply, error) { s.Mend(); return nil, nil }))
	mux.HandleFunc("POST /fault", steer(s.controlFault))
	mux.HandleFunc("POST /status", steer(s.controlStatus))
	mux.HandleFunc("POST /sync", steer(s.controlSync))
	mux.HandleFunc("POST /clock", steer(s.controlClock))
	mux.HandleFunc("POST /token", steer(s.controlToken))
	mux.HandleFunc("POST /revoke", steer(s.controlRevoke))
	mux.HandleFunc("POST /webhook", steer(s.controlWebhook))
	mux.HandleFunc("POST /event", steer(s.controlEvent))
	mux.HandleFunc("POST /replay", func(w http.ResponseWriter, r *http.Request) {
		steer(func(struct{}) (reply, error) { return nil, s.Replay(r.Context()) })(w, r)
	})
	mux.HandleFunc("POST /limit", steer(s.controlLimit))
	mux.HandleFunc("POST /connect", steer(s.controlConnect))
	mux.HandleFunc("POST /reset", steer(func(struct{}) (reply, error) { s.Reset(); return nil, nil }))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		show(w, http.StatusNotFound, map[string]any{"ok": false, "error": "there is no " + r.Method + " " + r.URL.Path})
	})
	return mux
}

// steer makes a handler of a function from a JSON body. Unknown fields are
// refused: a misspelt one would change nothing and say so to nobody.
func steer[T any](do func(T) (reply, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var want T
		decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&want); err != nil && !errors.Is(err, io.EOF) {
			show(w, http.StatusBadRequest, map[string]any{"ok": false, "error": err.Error()})
			return
		}
		given, err := do(want)
		if err != nil {
			status, code := refused(err)
			show(w, status, map[string]any{"ok": false, "error": err.Error(), "code": code})
			return
		}
		body := map[string]any{"ok": true}
		maps.Copy(body, given)
		show(w, http.StatusOK, body)
	}
}

// refused is the HTTP status of an error, and its name for programs.
func refused(err error) (status int, code string) {
	switch {
	case errors.Is(err, ErrUnknown):
		return http.StatusNotFound, "unknown"
	case errors.Is(err, ErrEnded):
		return http.StatusConflict, "ended"
	}
	return http.StatusBadRequest, "invalid"
}

func show(w http.ResponseWriter, status int, body any) {
	answer{status: status, body: body}.write(w)
}

func (s *Server) controlStatus(want struct {
	ConnectionID string `json:"connection_id"`
	EntityID     string `json:"entity_id"`
	Status       string `json:"status"`
	Message      string `json:"message"`
},
) (reply, error) {
	return nil, s.SetStatus(or(want.EntityID, want.ConnectionID), want.Status, want.Message)
}

func (s *Server) controlSync(want struct {
	Due
	In    float64 `json:"in_seconds"`
	Takes float64 `json:"takes_seconds"`
},
) (reply, error) {
	want.Due.In, want.Due.Takes = seconds(want.In), seconds(want.Takes)
	id, at, err := s.Sync(want.Due)
	return reply{"job_id": id, "scheduled_at": written(at)}, err
}

func (s *Server) controlFault(f Fault) (reply, error) {
	if f.Status == 0 && !f.Drop && f.DelayMS == 0 {
		return nil, errors.New("a fault needs a status, a delay_ms or drop")
	}
	s.Fault(f)
	return nil, nil
}

func (s *Server) controlClock(want struct {
	Advance any `json:"advance"`
},
) (reply, error) {
	switch by := want.Advance.(type) {
	case float64:
		s.Advance(seconds(by))
	case string:
		d, err := time.ParseDuration(by)
		if err != nil {
			return nil, fmt.Errorf("advance: %w", err)
		}
		s.Advance(d)
	default:
		return nil, errors.New(`advance must be seconds or a duration such as "24h"`)
	}
	return reply{"now": written(s.Now())}, nil
}

func (s *Server) controlToken(want struct {
	ConnectionID string `json:"connection_id"`
	RevokeOld    bool   `json:"revoke_old"`
},
) (reply, error) {
	id, secret, err := s.ReplaceToken(want.ConnectionID, want.RevokeOld)
	return reply{"token_id": id, "access_token": secret}, err
}

func (s *Server) controlRevoke(want struct {
	ConnectionID string `json:"connection_id"`
	TokenID      string `json:"token_id"`
},
) (reply, error) {
	n, err := s.Revoke(or(want.ConnectionID, want.TokenID))
	return reply{"revoked": n}, err
}

func (s *Server) controlEvent(want struct {
	ConnectionID string          `json:"connection_id"`
	EntityID     string          `json:"entity_id"`
	Type         string          `json:"event_type"`
	Data         json.RawMessage `json:"data"`
},
) (reply, error) {
	id, err := s.Event(want.ConnectionID, want.EntityID, want.Type, want.Data)
	return reply{"event_id": id}, err
}

func (s *Server) controlLimit(want struct {
	Path      string `json:"path"`
	PerMinute int    `json:"per_minute"`
	Address   *int   `json:"ip_per_5min"`
},
) (reply, error) {
	if want.Path != "" {
		s.Limit(want.Path, want.PerMinute)
	}
	if want.Address != nil {
		s.LimitAddress(*want.Address)
	}
	return nil, nil
}

func (s *Server) controlConnect(want struct {
	SessionID string `json:"session_id"`
},
) (reply, error) {
	id, err := s.FinishSession(want.SessionID)
	return reply{"code": id}, err
}

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
