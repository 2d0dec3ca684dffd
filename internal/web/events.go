package web

import (
	"cmp"
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
	events, err := b.events(time.Now())
	if err != nil {
		return err
	}
	if faultOfSessionID(id) != "" {
		return unknownSession(connect.ErrUnknown)
	}
	added, err := d.Sessions.AddSessionEvents(r.Context(), id, events)
	if err != nil {
		return unknownSession(err)
	}
	writeJSON(w, http.StatusOK, told{Added: added})
	return nil
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
			return batch{}, cmp.Or(d.keyMissing(err), err)
		}
	}
	fields, err := readFields(w, r, maxBrowserBody)
	b := batch{fields, connect.FromBrowser}
	if err == nil && !given {
		err = d.mayTell(r, b.token(), sessionID)
	}
	return b, err
}

// keyMissing is why a bearer of the API key is refused where there is none.
func (d *doors) keyMissing(err error) error {
	if no, ok := errors.AsType[*refusal](err); !ok || no.code != "unauthorized" || d.guard.set {
		return nil
	}
	return keyNotSet()
}

// mayTell admits the events token of a session. No refusal says whether a session
// is known.
func (d *doors) mayTell(r *http.Request, token, sessionID string) error {
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
