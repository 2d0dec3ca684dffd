package socket

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Kind says how an envelope wants to be treated.
type Kind string

const (
	// Command is a slash command.
	Command Kind = "command"
	// Click is whatever a person did that needs no answer in the
	// acknowledgement: a block action, a shortcut, a closed view.
	Click Kind = "click"
	// Submission is a modal sent off; its acknowledgement carries the answer.
	Submission Kind = "submission"
	// Choices asks for the entries of a select menu while somebody types.
	Choices Kind = "options"
	// Event comes from the Events API, whatever its inner type.
	Event Kind = "event"
	// Unknown is an envelope that this version cannot read.
	Unknown Kind = "unknown"
)

// maxID bounds an envelope id; Slack's have 36 characters.
const maxID = 512

// Envelope is one delivery from Slack.
type Envelope struct {
	ID   string
	Kind Kind
	// Type is Slack's own word: slash_commands, interactive, events_api or
	// one that Slack adds later.
	Type string
	// Retry is 0 for the first delivery of an event, then 1 to 3.
	Retry       int
	RetryReason string
	// Payload is what the envelope holds. For an Unknown it is the whole
	// frame as it came.
	Payload json.RawMessage
	// Received is when the frame had been read.
	Received time.Time
}

// frame is everything that Slack sends, told apart by Type.
type frame struct {
	Type           string          `json:"type"`
	EnvelopeID     string          `json:"envelope_id"`
	Payload        json.RawMessage `json:"payload"`
	RetryAttempt   int             `json:"retry_attempt"`
	RetryReason    string          `json:"retry_reason"`
	Reason         string          `json:"reason"`
	NumConnections int             `json:"num_connections"`
	DebugInfo      struct {
		Host string `json:"host"`
		// ConnectionTime is how many seconds Slack means to keep the socket.
		ConnectionTime int `json:"approximate_connection_time"`
	} `json:"debug_info"`
}

// parseFrame reads a frame. A field of an unexpected type is left zero, for the
// rest may still hold the id that wants an acknowledgement.
func parseFrame(data []byte) (frame, error) {
	var f frame
	err := json.Unmarshal(data, &f)
	if _, mistyped := errors.AsType[*json.UnmarshalTypeError](err); err != nil && !mistyped {
		return frame{}, fmt.Errorf("read a frame: %w", err)
	}
	if len(f.EnvelopeID) > maxID {
		f.EnvelopeID = ""
	}
	return f, nil
}

// envelope makes of a frame what is handed on.
func (f frame) envelope(data []byte, received time.Time) Envelope {
	e := Envelope{
		ID:          f.EnvelopeID,
		Kind:        f.kind(),
		Type:        f.Type,
		Retry:       f.RetryAttempt,
		RetryReason: f.RetryReason,
		Payload:     f.Payload,
		Received:    received,
	}
	if e.Kind == Unknown {
		e.Payload = data
	}
	return e
}

func (f frame) kind() Kind {
	if !bytes.HasPrefix(f.Payload, []byte("{")) {
		return Unknown
	}
	switch f.Type {
	case "slash_commands":
		return Command
	case "events_api":
		return Event
	case "interactive":
		return interaction(f.Payload)
	default:
		return Unknown
	}
}

func interaction(payload []byte) Kind {
	var p struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(payload, &p); err != nil {
		return Unknown
	}
	switch p.Type {
	case "block_actions", "shortcut", "message_action", "view_closed":
		return Click
	case "view_submission":
		return Submission
	case "block_suggestion":
		return Choices
	default:
		return Unknown
	}
}

// MaxAnswer is the largest answer that an acknowledgement carries, in bytes.
// Slack: client frames of 20 KB or more vanish without a word.
const MaxAnswer = 19 << 10

var errTooBig = fmt.Errorf("the answer is over %d bytes", MaxAnswer)

// fitAnswer compacts an answer and refuses one that is no JSON object or does not
// fit into an acknowledgement.
func fitAnswer(answer json.RawMessage) (json.RawMessage, error) {
	var b bytes.Buffer
	if err := json.Compact(&b, answer); err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	switch {
	case b.Bytes()[0] != '{':
		return nil, errors.New("the answer is not a JSON object")
	case b.Len() > MaxAnswer:
		return nil, errTooBig
	}
	return b.Bytes(), nil
}

// ackFrame is the acknowledgement of an envelope, without a payload if answer is
// nil.
func ackFrame(id string, answer json.RawMessage) []byte {
	quoted, _ := json.Marshal(id) // a string always has a JSON form
	b := make([]byte, 0, len(quoted)+len(answer)+32)
	b = append(b, `{"envelope_id":`...)
	b = append(b, quoted...)
	if answer != nil {
		b = append(b, `,"payload":`...)
		b = append(b, answer...)
	}
	return append(b, '}')
}
