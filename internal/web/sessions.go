package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"perch/internal/connect"
)

// Sessions keep Connect sessions and what happened in them.
type Sessions interface {
	// RegisterSession makes a session known. Of one that is known already it fills
	// what was missing, unless it is another customer's; known is what is kept from
	// then on.
	RegisterSession(ctx context.Context, s connect.Session) (known connect.Session, created bool, err error)
	// AddSessionEvents keeps all events or none, and each once: by its id, of which
	// a server has the last word, or by what it says and when if it has none. Its
	// errors: connect.ErrUnknown, connect.ErrFull.
	AddSessionEvents(ctx context.Context, sessionID string, events []connect.Event) (added int, err error)
}

const (
	// maxHostBody and maxBrowserBody are what a body may weigh, in bytes.
	maxHostBody    = 1 << 20
	maxBrowserBody = 64 << 10
	// maxSessionID is what a session's id may measure. Finch's are UUIDs.
	maxSessionID = 200
	// maxLife is how long a session may live. Finch: 90 days.
	maxLife = 366 * 24 * time.Hour
)

// registered is the answer to a session that was made known.
type registered struct {
	SessionID   string    `json:"session_id"`
	EventsToken string    `json:"events_token"`
	Expires     time.Time `json:"expires_at"`
}

// registerSession makes a Connect session known that the host application made.
func (d *doors) registerSession(w *answer, r *http.Request) error {
	if d.Sessions == nil {
		return noSessions()
	}
	fields, err := readFields(w, r, maxHostBody)
	if err != nil {
		return err
	}
	session, err := decodeSession(fields, time.Now())
	if err != nil {
		return err
	}
	known, created, err := d.Sessions.RegisterSession(r.Context(), session)
	if err != nil {
		return fmt.Errorf("register a session: %w", err)
	}
	if known.CustomerID != session.CustomerID {
		return badSession("customer_id is another than this session was registered with. Nothing was changed.")
	}
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	ends := known.Ends()
	writeJSON(w, status, registered{SessionID: known.ID, EventsToken: d.EventKeys.Mint(known.ID, ends), Expires: ends.UTC()})
	return nil
}

func noSessions() *refusal {
	return &refusal{
		status: http.StatusServiceUnavailable, code: "sessions_not_kept",
		message: "This door is closed: no Connect sessions are kept here.",
	}
}

// readFields reads a body that is one JSON object.
func readFields(w http.ResponseWriter, r *http.Request, limit int64) (map[string]json.RawMessage, error) {
	body, err := readBody(w, r, limit)
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil || fields == nil {
		return nil, badBody("The body must be one JSON object.")
	}
	return fields, nil
}

// decodeSession reads a session as the host application tells of it.
func decodeSession(fields map[string]json.RawMessage, now time.Time) (connect.Session, error) {
	s := connect.Session{Source: connect.FromHost}
	texts := []struct {
		name  string
		into  *string
		must  bool
		fault func(string) string
	}{
		{"session_id", &s.ID, true, faultOfSessionID},
		{"customer_id", &s.CustomerID, true, faultOfText},
		{"customer_name", &s.CustomerName, true, faultOfText},
		{"connection_id", &s.ConnectionID, false, faultOfID},
		{"provider_id", &s.ProviderID, false, faultOfText},
	}
	for _, t := range texts {
		text, ok := textOf(fields[t.name])
		fault := t.fault(text)
		switch {
		case !ok:
			fault = "is not a text"
		case strings.TrimSpace(text) == "" && t.must:
			fault = "is missing or empty"
		case text == "":
			fault = ""
		}
		if fault != "" {
			return s, badSession(t.name + " " + fault + ".")
		}
		*t.into = text
	}
	s.Reconnect = s.ConnectionID != ""
	return s, timesOf(&s, fields, now)
}

// timesOf reads when a session was made and when it ends.
func timesOf(s *connect.Session, fields map[string]json.RawMessage, now time.Time) error {
	var ok bool
	if s.Created, ok = momentOf(fields["created_at"]); !ok {
		return badSession("created_at " + notATime + ".")
	}
	if s.Expires, ok = momentOf(fields["expires_at"]); !ok {
		return badSession("expires_at " + notATime + ".")
	}
	if s.Created.IsZero() {
		s.Created = now.UTC().Truncate(time.Millisecond)
	}
	switch {
	case s.Created.After(now.Add(time.Minute)):
		return badSession("created_at lies in the future.")
	case s.Created.Before(now.Add(-maxLife)):
		return badSession("created_at is too long ago.")
	case !s.Expires.IsZero() && !s.Expires.After(s.Created):
		return badSession("expires_at must be after created_at.")
	case s.Expires.After(s.Created.Add(maxLife)):
		return badSession("expires_at is more than a year after created_at.")
	}
	return nil
}

func badSession(message string) *refusal {
	return &refusal{status: http.StatusUnprocessableEntity, code: "invalid_session", message: message}
}

func faultOfSessionID(id string) string {
	switch {
	case !plausibleID(id) || len(id) > maxSessionID:
		return fmt.Sprintf("must have 1 to %d visible characters and no slash", maxSessionID)
	case id == "." || id == "..":
		return "cannot be part of a path"
	}
	return ""
}

func faultOfID(id string) string {
	if !plausibleID(id) {
		return fmt.Sprintf("must have 1 to %d visible characters and no slash", maxID)
	}
	return ""
}

// faultOfText is what is wrong with a name. Finch: 1 to 255 characters.
func faultOfText(text string) string {
	switch {
	case utf8.RuneCountInString(text) > maxID:
		return fmt.Sprintf("is longer than %d characters", maxID)
	case strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "holds characters that cannot be printed"
	}
	return ""
}

// unknownSession is the refusal of a session that is not known, or err.
func unknownSession(err error) error {
	switch {
	case errors.Is(err, connect.ErrUnknown):
		return &refusal{status: http.StatusNotFound, code: "unknown_session", message: "No such session is known here. Register it first."}
	case errors.Is(err, connect.ErrFull):
		return &refusal{status: http.StatusUnprocessableEntity, code: "session_full", message: "This session has as many events as it may have. Nothing was stored."}
	default:
		return fmt.Errorf("store events: %w", err)
	}
}
