package web

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"time"

	"perch/internal/connect"
)

// maxEvents is how many events a batch may hold.
const maxEvents = 500

// eventFault is what is wrong with one event of a batch.
type eventFault struct {
	Index   int    `json:"index"`
	Message string `json:"message"`
}

// batch is what somebody tells of a session, unchecked.
type batch struct {
	fields map[string]json.RawMessage
	from   connect.Source
}

// token is the events token in a body, where a beacon has to put it.
func (b batch) token() string {
	token, _ := textOf(b.fields["events_token"])
	return token
}

// size is how many events a batch holds, good ones or not.
func (b batch) size() int {
	var raw []json.RawMessage
	_ = json.Unmarshal(b.fields["events"], &raw) // what cannot be read is not there
	return len(raw)
}

// events are a batch's events, all of them good; otherwise the refusal names each
// that is not.
func (b batch) events(now time.Time) ([]connect.Event, error) {
	var raw []json.RawMessage
	if json.Unmarshal(b.fields["events"], &raw) != nil || len(raw) == 0 {
		return nil, badEvents(`events is missing, empty or not a list.`, nil)
	}
	if len(raw) > maxEvents {
		return nil, badEvents(fmt.Sprintf("events holds more than %d events. Send them in parts.", maxEvents), nil)
	}
	shift := b.clockShift(now)
	var events []connect.Event
	var faults []eventFault
	for i, one := range raw {
		e, fault := b.event(one, shift, now)
		if fault != "" {
			faults = append(faults, eventFault{Index: i, Message: fault})
		}
		events = append(events, e)
	}
	if len(faults) > 0 {
		return nil, badEvents(fmt.Sprintf("%d of %d events are not good.", len(faults), len(raw)), faults)
	}
	return events, nil
}

func badEvents(message string, faults []eventFault) *refusal {
	return &refusal{
		status: http.StatusUnprocessableEntity, code: "invalid_events", faults: faults,
		message: message + " Nothing was stored.",
	}
}

// clockShift is by how much a browser's clock is behind ours, if it says what time
// it has: many are wrong by minutes.
func (b batch) clockShift(now time.Time) time.Duration {
	sent, ok := momentOf(b.fields["sent_at"])
	if b.from != connect.FromBrowser || !ok || sent.IsZero() {
		return 0
	}
	return now.Sub(sent).Truncate(time.Millisecond)
}

// event reads and checks one event.
func (b batch) event(raw json.RawMessage, shift time.Duration, now time.Time) (e connect.Event, fault string) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil || fields == nil {
		return e, "is not a JSON object"
	}
	var kind, stage string
	var ok bool
	for _, field := range []struct {
		name string
		into *string
	}{{"id", &e.ID}, {"type", &kind}, {"stage", &stage}, {"message", &e.Message}, {"error_type", &e.ErrorType}} {
		if *field.into, ok = textOf(fields[field.name]); !ok {
			return e, field.name + " is not a text"
		}
	}
	at, ok := momentOf(fields["at"])
	if !ok {
		return e, "at " + notATime
	}
	e.Type, e.Stage, e.Source, e.Received = connect.Type(kind), connect.Stage(stage), b.from, now.UTC().Truncate(time.Millisecond)
	e.At = e.Received
	if !at.IsZero() {
		e.At = at.Add(shift)
	}
	if fault := connect.Check(e, now); fault != "" {
		return e, fault
	}
	if e.ID == "" && at.IsZero() {
		e.ID = rand.Text() // each is another; of one that says when, the store makes the id
	}
	return e, ""
}

// textOf reads a text; nothing and null are the empty one.
func textOf(raw json.RawMessage) (text string, ok bool) {
	if len(raw) == 0 {
		return "", true
	}
	return text, json.Unmarshal(raw, &text) == nil
}

const notATime = "is neither an RFC 3339 time nor Unix milliseconds"

// latest is the last moment that databases and JSON agree on.
var latest = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// momentOf reads a time, in UTC and to the millisecond; nothing and null are the
// zero one.
func momentOf(raw json.RawMessage) (at time.Time, ok bool) {
	if len(raw) == 0 || string(raw) == "null" {
		return time.Time{}, true
	}
	var ms float64
	if json.Unmarshal(raw, &ms) == nil {
		if math.Abs(ms) > float64(latest.UnixMilli()) {
			return time.Time{}, false
		}
		return time.UnixMilli(int64(ms)).UTC(), true
	}
	text, ok := textOf(raw)
	if !ok {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || at.After(latest) {
		return time.Time{}, false
	}
	return at.UTC().Truncate(time.Millisecond), true
}
