package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"perch/internal/connect"
)

// told is the answer to events that were taken.
type told struct {
	// Added is how many of them were new.
	Added int `json:"added"`
}

// sessionEvents takes in what the host application or an employer's browser tells
// of a session. It is answered once everything is stored.
func (d *doors) sessionEvents(w *answer, r *http.Request) error {
	letBrowsersIn(w.Header())
	if d.Sessions == nil {
		return noSessions()
	}
	id := r.PathValue("session_id")
	b, err := d.readBatch(w, r, id)
	if err != nil {
		return err
	}
	added, size, err := d.takeBatch(r.Context(), id, b)
	d.count(b.from, added, size, err)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, told{Added: added})
	return nil
}

// takeBatch stores what somebody who may tells of a session: all of it or nothing.
// size is of how many events they told, added how many of them were new.
func (d *doors) takeBatch(ctx context.Context, id string, b batch) (added, size int, err error) {
	events, err := b.events(time.Now())
	if err != nil {
		return 0, b.size(), err
	}
	if faultOfSessionID(id) != "" {
		return 0, len(events), unknownSession(connect.ErrUnknown)
	}
	if added, err = d.Sessions.AddSessionEvents(ctx, id, events); err != nil {
		return 0, len(events), unknownSession(err)
	}
	return added, len(events), nil
}

// Outcomes of an event that was told; of a refused one it is the refusal's code.
const (
	outcomeNew    = "new"
	outcomeKnown  = "known"
	outcomeFailed = "failed"
)

// count tells the observer what became of a batch.
func (d *doors) count(from connect.Source, added, size int, err error) {
	if d.Told == nil {
		return
	}
	no, refused := errors.AsType[*refusal](err)
	switch {
	case refused:
		d.Told(from, no.code, size)
	case err != nil:
		d.Told(from, outcomeFailed, size)
	default:
		d.Told(from, outcomeNew, added)
		d.Told(from, outcomeKnown, size-added)
	}
}

// preflight lets a browser ask whether it may tell. The answer is the same for
// every session, known or not.
func (d *doors) preflight(w *answer, _ *http.Request) error {
	h := w.Header()
	letBrowsersIn(h)
	h.Set("Access-Control-Allow-Methods", http.MethodPost)
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// letBrowsersIn lets pages of any origin read an answer. They send no cookies
// here, and the events token alone says what they may.
func letBrowsersIn(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "Retry-After")
}

// readBatch reads what somebody tells who may: the bearer of the API key, or a
// browser with the session's events token, as bearer or in the body.
func (d *doors) readBatch(w http.ResponseWriter, r *http.Request, sessionID string) (batch, error) {
	credential, given := bearer(r)
	if given && d.guard.set && d.guard.matches(credential) {
		fields, err := readFields(w, r, maxHostBody)
		return batch{fields, connect.FromHost}, err
	}
	if err := d.visit(r); err != nil {
		return batch{}, err
	}
	if given {
		if err := d.mayTell(r, credential, sessionID); err != nil {
			return batch{}, err
		}
	}
	fields, err := readFields(w, r, maxBrowserBody)
	b := batch{fields, connect.FromBrowser}
	if err == nil && !given {
		err = d.mayTell(r, b.token(), sessionID)
	}
	return b, err
}

// mayTell admits the events token of a session. Whoever has none may mean to come
// with the API key, and learns where none is set.
func (d *doors) mayTell(r *http.Request, token, sessionID string) error {
	err := d.checkTeller(r, token, sessionID)
	if no, ok := errors.AsType[*refusal](err); ok && no.code == "unauthorized" && !d.guard.set {
		return keyNotSet()
	}
	return err
}

// checkTeller verifies an events token. No refusal says whether a session is known.
func (d *doors) checkTeller(r *http.Request, token, sessionID string) error {
	of, err := d.EventKeys.Verify(token, time.Now())
	switch {
	case errors.Is(err, connect.ErrTokenExpired):
		return &refusal{status: http.StatusUnauthorized, code: "token_expired", message: "This events token has expired, as its session has."}
	case token == "":
		return &refusal{
			status: http.StatusUnauthorized, code: "unauthorized",
			message: "Send the API key or the session's events token as `Authorization: Bearer …`, or the latter as events_token in the body.",
		}
	case err != nil:
		return d.guard.guessed(r, "This is neither the API key nor an events token.")
	case of != sessionID:
		return &refusal{status: http.StatusForbidden, code: "forbidden", message: "This events token is of another session."}
	}
	return d.tellers.take(of)
}
