package slack

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Envelope types on the wire.
const (
	typeCommand     = "slash_commands"
	typeInteractive = "interactive"
	typeEvent       = "events_api"
)

// remembered bounds the logs of calls and deliveries.
const remembered = 5000

// envelope is one frame that wants an acknowledgement.
type envelope struct {
	id, typ string
	kind    string // what is inside: the command, view_submission, the event's type
	retry   int
	lost    bool // a fault: it goes to no socket, and comes as its first retry
	frame   object
}

// Delivery is the record of one envelope: where it went and what came back.
type Delivery struct {
	EnvelopeID   string          `json:"envelope_id"`
	Type         string          `json:"type"`
	Kind         string          `json:"kind"`
	Socket       int             `json:"socket"` // 0: none was open
	At           time.Time       `json:"at"`
	Acked        bool            `json:"acked"`
	AckMS        int64           `json:"ack_ms"`
	AckPayload   json.RawMessage `json:"ack_payload,omitempty"`
	RetryAttempt int             `json:"retry_attempt"`
}

// pendingAck waits for the acknowledgement of one envelope on one socket.
type pendingAck struct {
	id       string
	link     *link // nil: no socket was open
	answer   chan json.RawMessage
	deadline time.Duration
	record   *Delivery
}

func newEnvelope(typ, kind string, payload any) envelope {
	id := uuid.NewString()
	return envelope{id: id, typ: typ, kind: kind, frame: object{
		"envelope_id": id, "type": typ, "payload": payload,
		"accepts_response_payload": typ == typeCommand || kind == "view_submission" || kind == "block_suggestion",
	}}
}

// ship writes an envelope to exactly one socket and starts its clock.
func (s *Server) ship(e envelope) *pendingAck {
	s.mu.Lock()
	var l *link
	if !e.lost {
		l = s.pick()
	}
	p := &pendingAck{id: e.id, link: l, answer: make(chan json.RawMessage, 1), deadline: s.timing.Ack}
	p.record = &Delivery{EnvelopeID: e.id, Type: e.typ, Kind: e.kind, At: s.now(), RetryAttempt: e.retry}
	if l != nil {
		p.record.Socket = l.ID
		l.Sent++
		s.pending[e.id] = p
	}
	s.ws.shipped = remember(s.ws.shipped, p.record)
	s.touch()
	s.mu.Unlock()
	if l != nil {
		l.send(e.frame)
	}
	return p
}

// pick chooses the socket for the next envelope at random: Slack promises no
// pattern. A ghost is as likely as a live one, and swallows what it gets.
func (s *Server) pick() *link {
	open := slices.DeleteFunc(slices.Clone(s.links), func(l *link) bool {
		return !l.Ghost && (!l.Live || l.ClosedBy != "")
	})
	old := slices.DeleteFunc(slices.Clone(open), func(l *link) bool { return l.Disconnect == "" })
	if s.ws.wire.toOld > 0 && len(old) > 0 {
		s.ws.wire.toOld--
		open = old
	}
	if len(open) == 0 {
		return nil
	}
	return open[rand.IntN(len(open))]
}

// await returns the acknowledgement's payload, nil if it had none. ok is false
// when the deadline passed first.
func (s *Server) await(ctx context.Context, p *pendingAck) (payload json.RawMessage, ok bool) {
	if p.link == nil {
		return nil, false
	}
	ctx, cancel := context.WithTimeout(ctx, p.deadline)
	defer cancel()
	defer s.forget(p)
	select {
	case payload := <-p.answer:
		return payload, true
	case <-s.ctx.Done():
	case <-ctx.Done():
	}
	return nil, false
}

func (s *Server) forget(p *pendingAck) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.pending, p.id)
}

// takeAck matches a client's frame with the envelope it answers. Slack says
// nothing about acknowledgements on another socket than the envelope's; here
// they are noted and do not count.
func (s *Server) takeAck(l *link, frame []byte) {
	var ack struct {
		EnvelopeID string          `json:"envelope_id"`
		Payload    json.RawMessage `json:"payload"`
	}
	err := json.Unmarshal(frame, &ack)
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.touch()
	p := s.pending[ack.EnvelopeID]
	switch {
	case err != nil || p == nil:
		l.UnknownAcks++
	case p.link != l:
		l.WrongAcks++
	default:
		delete(s.pending, p.id)
		l.Acked++
		p.record.Acked = true
		p.record.AckMS = s.now().Sub(p.record.At).Milliseconds()
		p.record.AckPayload = meaningful(ack.Payload)
		p.answer <- p.record.AckPayload
	}
}

// meaningful drops payloads that say nothing: some clients always send {}.
func meaningful(payload json.RawMessage) json.RawMessage {
	switch string(payload) {
	case "", "null", "{}", `""`:
		return nil
	}
	return payload
}

// Deliveries lists the envelopes sent since the last reset, the oldest first.
func (s *Server) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Delivery, 0, len(s.ws.shipped))
	for _, d := range s.ws.shipped {
		out = append(out, *d)
	}
	return out
}

// Envelope sends any envelope as it stands, with an id made when it has none,
// and waits for its acknowledgement.
func (s *Server) Envelope(ctx context.Context, frame map[string]any) (Delivery, error) {
	id, _ := frame["envelope_id"].(string)
	if id == "" {
		id = uuid.NewString()
		frame["envelope_id"] = id
	}
	typ, _ := frame["type"].(string)
	p := s.ship(envelope{id: id, typ: typ, kind: "raw", frame: frame})
	s.await(ctx, p)
	s.mu.Lock()
	defer s.mu.Unlock()
	return *p.record, ctx.Err()
}

func remember[T any](log []T, entry T) []T {
	log = append(log, entry)
	return log[max(len(log)-remembered, 0):]
}
