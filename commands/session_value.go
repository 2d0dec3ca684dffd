package commands

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strconv"

	"perch/internal/connect"
)

// sessionValue is what the buttons of a timeline carry that need more than the
// session's id.
type sessionValue struct {
	ID string
	// By shared the card, if somebody did.
	By string
	// Error is an error's mark: its text is too long for a button.
	Error string
	// Until is how many of the events, from the first on, the page ends with; 0 for all.
	Until int
}

func (v sessionValue) String() string {
	q := url.Values{"id": {v.ID}}
	if v.By != "" {
		q.Set("by", v.By)
	}
	if v.Error != "" {
		q.Set("error", v.Error)
	}
	if v.Until > 0 {
		q.Set("until", strconv.Itoa(v.Until))
	}
	return q.Encode()
}

// sessionValueOf reads a value back, tolerating anything.
func sessionValueOf(value string) sessionValue {
	q, _ := url.ParseQuery(value) // what cannot be read is left out
	v := sessionValue{ID: q.Get("id"), By: q.Get("by"), Error: q.Get("error")}
	if !isSlackID(v.By) {
		v.By = ""
	}
	if n, err := strconv.Atoi(q.Get("until")); err == nil && n > 0 {
		v.Until = n
	}
	return v
}

// errorMark stands for the text of an error in a button.
func errorMark(message string) string {
	sum := sha256.Sum256([]byte(message))
	return hex.EncodeToString(sum[:8])
}

// sessionsValue is the value of the buttons of a list: which part of which one.
func sessionsValue(q connect.ListQuery, skipped int) string {
	v := url.Values{"scope": {string(q.Scope)}}
	if q.Words != "" {
		v.Set("words", q.Words)
	}
	if q.After != "" {
		v.Set("after", q.After)
	}
	if skipped > 0 {
		v.Set("skipped", strconv.Itoa(skipped))
	}
	return v.Encode()
}

func sessionsOf(value string) (q connect.ListQuery, skipped int) {
	v, _ := url.ParseQuery(value) // what cannot be read is left out
	q = connect.ListQuery{Scope: connect.Underway, Words: v.Get("words"), After: v.Get("after")}
	switch scope := connect.Scope(v.Get("scope")); scope {
	case connect.Staged, connect.Every:
		q.Scope = scope
	}
	if n, err := strconv.Atoi(v.Get("skipped")); err == nil && n > 0 {
		skipped = n
	}
	return q, skipped
}
