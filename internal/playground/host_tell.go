package playground

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"time"

	"perch/internal/playground/finch"
)

// registration is what POST /v1/sessions takes.
type registration struct {
	SessionID    string `json:"session_id"`
	CustomerID   string `json:"customer_id"`
	CustomerName string `json:"customer_name"`
	ConnectionID string `json:"connection_id,omitempty"`
	ProviderID   string `json:"provider_id,omitempty"`
	CreatedAt    string `json:"created_at,omitempty"`
	ExpiresAt    string `json:"expires_at,omitempty"`
}

// toldEvent is an event as POST /v1/sessions/{session_id}/events takes it.
type toldEvent struct {
	ID        string `json:"id"`
	At        string `json:"at"`
	Type      string `json:"type"`
	Stage     string `json:"stage,omitempty"`
	Message   string `json:"message,omitempty"`
	ErrorType string `json:"error_type,omitempty"`
}

// employerError is Finch's type of an error that the employer saw.
const employerError = "employer_connection_error"

func written(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

// stamp is a time as Perch is told it: the host's where it has one, else Finch's.
func stamp(own time.Time, finchs *string) string {
	if !own.IsZero() || finchs == nil {
		return written(own)
	}
	return *finchs
}

// register makes a session known to Perch, or known better, and returns its
// events token.
func (h *Host) register(ctx context.Context, r registration) (token string, err error) {
	var answer struct {
		EventsToken string `json:"events_token"`
	}
	err = h.Tell(ctx, "/v1/sessions", "", r, &answer)
	return answer.EventsToken, err
}

// tellEvents tells of a session; the bearer is the browser's token, or empty for
// the application's own key.
func (h *Host) tellEvents(ctx context.Context, sessionID, bearer string, events ...toldEvent) error {
	body := map[string]any{"events": events}
	return h.Tell(ctx, "/v1/sessions/"+url.PathEscape(sessionID)+"/events", bearer, body, nil)
}

// event is a new event with an id of its own.
func (h *Host) event(kind string, at time.Time) toldEvent {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.told++
	return toldEvent{ID: fmt.Sprintf("host-%d", h.told), At: written(at), Type: kind}
}

// tellWalk tells Perch of a step, if it is one that the application tells. That
// Connect was opened and closed is for the employer's browser to tell.
func (h *Host) tellWalk(ctx context.Context, w finch.Walk) error {
	a := h.attemptOf(w.SessionID)
	if a == nil || a.quiet {
		return nil
	}
	if err := h.tellProvider(ctx, a, w.ProviderID); err != nil {
		return err
	}
	kind := stageEvents[w.Kind]
	if kind == "" {
		return nil
	}
	e := h.event(kind, w.At)
	e.fill(w)
	return h.tellEvents(ctx, a.ID, "", e)
}

// stageEvents are the steps that the application tells, by the contract's types.
var stageEvents = map[string]string{finch.Entered: "stage_entered", finch.Exited: "stage_exited", finch.Erred: "error"}

func (e *toldEvent) fill(w finch.Walk) {
	e.Stage, e.Message = w.Stage, w.Message
	if w.Kind == finch.Erred {
		e.ErrorType = employerError
	}
}

// tellProvider tells Perch which provider the employer chose, once.
func (h *Host) tellProvider(ctx context.Context, a *attempt, provider string) error {
	h.mu.Lock()
	known := provider == "" || a.provider == provider
	a.provider = cmp.Or(provider, a.provider)
	h.mu.Unlock()
	if known {
		return nil
	}
	_, err := h.register(ctx, registration{SessionID: a.ID, CustomerID: a.CustomerID, CustomerName: *a.CustomerName, ProviderID: provider})
	return err
}

// tellBrowser tells Perch what the employer's browser would.
func (h *Host) tellBrowser(ctx context.Context, a *attempt, kind, message string) error {
	e := h.event(kind, time.Now())
	if e.Message = message; message != "" {
		e.ErrorType = employerError
	}
	return h.tellEvents(ctx, a.ID, a.token, e)
}
