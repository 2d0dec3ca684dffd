package socket_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"perch/bot/socket"
)

func TestCommandsAndClicksAreAckedBeforeAnybodySeesThem(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		frame func(id string) string
		kind  socket.Kind
	}{
		"slash command":  {command, socket.Command},
		"block action":   {func(id string) string { return interactive(id, "block_actions") }, socket.Click},
		"shortcut":       {func(id string) string { return interactive(id, "shortcut") }, socket.Click},
		"message action": {func(id string) string { return interactive(id, "message_action") }, socket.Click},
		"closed view":    {func(id string) string { return interactive(id, "view_closed") }, socket.Click},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inSlack(t, func(t *testing.T, s *fakeSlack) {
				release := make(chan struct{})
				h := &handler{take: func(context.Context, socket.Envelope) { <-release }}
				_, stop := start(t, s.options(h))
				defer stop()
				p := s.peer(1)
				p.send(test.frame("e1"))
				a := p.waitOne("e1")
				if a.Payload != nil {
					t.Errorf("the acknowledgement carries %s, want nothing", a.Payload)
				}
				got := h.received()
				if len(got) != 1 || got[0].Kind != test.kind || got[0].ID != "e1" {
					t.Errorf("handed on: %+v", got)
				}
				close(release)
			})
		})
	}
}

func TestEventIsAckedOnceKept(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		kept := make(chan error)
		h := &handler{keep: func(context.Context, socket.Envelope) error { return <-kept }}
		_, stop := start(t, s.options(h))
		defer stop()
		p := s.peer(1)
		p.send(event("slow"))
		p.waitNone("the event is not kept yet")
		p.send(command("meanwhile"))
		p.waitOne("meanwhile")
		kept <- nil
		if a := p.waitOne("slow"); a.Payload != nil {
			t.Errorf("the acknowledgement carries %s", a.Payload)
		}
		p.send(event("lost"))
		kept <- errors.New("disk full")
		p.waitNone("the event could not be kept, so Slack has to deliver it again")
	})
}

func TestWhatPassesIsAckedAndHandedToNobody(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		h := &handler{}
		o := s.options(h)
		o.Passes = func(e socket.Envelope) bool {
			if e.ID == "odd" {
				panic("odd")
			}
			return e.ID == "chatter"
		}
		_, stop := start(t, o)
		defer stop()
		p := s.peer(1)
		for _, id := range []string{"chatter", "news", "odd"} {
			p.send(event(id))
			p.waitOne(id)
		}
		p.send(command("chatter"))
		p.waitOne("chatter")
		var got []string
		for _, e := range h.received() {
			got = append(got, string(e.Kind)+" "+e.ID)
		}
		if want := []string{string(socket.Event) + " news", string(socket.Event) + " odd", string(socket.Command) + " chatter"}; !slices.Equal(got, want) {
			t.Errorf("handed on %q, want %q", got, want)
		}
	})
}

func TestEveryRetryIsDelivered(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		h := &handler{}
		_, stop := start(t, s.options(h))
		defer stop()
		p := s.peer(1)
		for n := range 4 {
			p.send(fmt.Sprintf(`{"envelope_id":"e%d","type":"events_api","retry_attempt":%d,"retry_reason":"timeout","payload":{"event_id":"Ev1"}}`, n, n))
			p.waitOne(fmt.Sprintf("e%d", n))
		}
		for n, e := range h.received() {
			if e.Retry != n || e.RetryReason != "timeout" {
				t.Errorf("delivery %d: retry %d for %q", n, e.Retry, e.RetryReason)
			}
		}
		if got := len(h.received()); got != 4 {
			t.Errorf("%d deliveries, want 4", got)
		}
	})
}

func TestAnswerTravelsInTheAck(t *testing.T) {
	t.Parallel()
	big := `{"errors":"` + strings.Repeat("x", socket.MaxAnswer) + `"}`
	fits := `{"options":"` + strings.Repeat("x", socket.MaxAnswer-len(`{"options":""}`)) + `"}`
	const none, empty = "no ack", ""
	tests := map[string]struct {
		answer     string
		err        error
		takes      time.Duration
		submission string // the payload wanted
		options    string
	}{
		"an answer in time":       {answer: `{"a": 1}`, submission: `{"a":1}`, options: `{"a":1}`},
		"the largest answer":      {answer: fits, submission: fits, options: fits},
		"no answer":               {submission: empty, options: `{"options":[]}`},
		"a null answer":           {answer: `null`, submission: empty, options: `{"options":[]}`},
		"an error":                {err: errors.New("no database"), submission: none, options: `{"options":[]}`},
		"an answer too late":      {answer: `{"a":1}`, takes: 5 * time.Second, submission: none, options: `{"options":[]}`},
		"an answer too big":       {answer: big, submission: none, options: `{"options":[]}`},
		"an answer cut short":     {answer: `{"a":`, submission: none, options: `{"options":[]}`},
		"an answer not an object": {answer: `[1]`, submission: none, options: `{"options":[]}`},
	}
	kinds := map[string]func(s, o string) string{
		"view_submission":  func(s, _ string) string { return s },
		"block_suggestion": func(_, o string) string { return o },
	}
	for name, test := range tests {
		for kind, choose := range kinds {
			t.Run(name+" to "+kind, func(t *testing.T) {
				t.Parallel()
				inSlack(t, func(t *testing.T, s *fakeSlack) {
					h := &handler{answer: func(context.Context, socket.Envelope) (json.RawMessage, error) {
						time.Sleep(test.takes) // deaf to its deadline
						return json.RawMessage(test.answer), test.err
					}}
					_, stop := start(t, s.options(h))
					defer stop()
					p := s.peer(1)
					sent := time.Now()
					p.send(interactive("e1", kind))
					time.Sleep(10 * time.Second)
					got, want := p.wait(), choose(test.submission, test.options)
					if want == none {
						if len(got) != 0 {
							t.Fatalf("acknowledged with %v", got)
						}
						return
					}
					if len(got) != 1 || string(got[0].Payload) != want {
						t.Fatalf("got %v, want the payload %s", got, want)
					}
					if took := got[0].at.Sub(sent); took > 2*time.Second {
						t.Errorf("acknowledged after %v", took)
					}
				})
			})
		}
	}
}

func TestAckLeavesInOneFrame(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		answer := `{"options":"` + strings.Repeat("x", socket.MaxAnswer-len(`{"options":""}`)) + `"}`
		h := &handler{answer: func(context.Context, socket.Envelope) (json.RawMessage, error) {
			return json.RawMessage(answer), nil
		}}
		o := s.options(h)
		var wire recorder
		dial := o.Dialer.NetDialContext
		o.Dialer.NetDialContext = wire.wrap(dial)
		_, stop := start(t, o)
		defer stop()
		p := s.peer(1)
		p.send(interactive("e1", "block_suggestion"))
		p.waitOne("e1")
		const finalText = 0x81 // FIN bit and opcode 1
		last := wire.last()
		if last[0] != finalText || len(last) < len(answer) || len(last) >= 20_000 {
			t.Errorf("the acknowledgement begins with %#x and has %d bytes on the wire", last[0], len(last))
		}
	})
}

func TestUnreadableEnvelopesAreAckedAndHandedOnRaw(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"unknown type":         `{"envelope_id":"e1","type":"workflow_steps_v3","payload":{"a":1}}`,
		"unknown interaction":  `{"envelope_id":"e1","type":"interactive","payload":{"type":"shake"}}`,
		"payload missing":      `{"envelope_id":"e1","type":"slash_commands"}`,
		"payload of text":      `{"envelope_id":"e1","type":"events_api","payload":"hello"}`,
		"payload type mangled": `{"envelope_id":"e1","type":"interactive","payload":{"type":7}}`,
		"type mangled":         `{"envelope_id":"e1","type":{},"payload":{"a":1}}`,
	}
	for name, raw := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inSlack(t, func(t *testing.T, s *fakeSlack) {
				h := &handler{keep: func(context.Context, socket.Envelope) error { return errors.New("what is this?") }}
				_, stop := start(t, s.options(h))
				defer stop()
				p := s.peer(1)
				p.send(raw)
				p.waitOne("e1")
				got := h.received()
				if len(got) != 1 || got[0].Kind != socket.Unknown || string(got[0].Payload) != raw {
					t.Errorf("handed on: %+v", got)
				}
			})
		})
	}
}

func TestUnknownInnerEventIsAnEvent(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		h := &handler{}
		_, stop := start(t, s.options(h))
		defer stop()
		p := s.peer(1)
		p.send(`{"envelope_id":"e1","type":"events_api","retry_attempt":"two","payload":{"event":{"type":"never_heard_of"}}}`)
		p.waitOne("e1")
		if got := h.received(); len(got) != 1 || got[0].Kind != socket.Event {
			t.Errorf("handed on: %+v", got)
		}
	})
}

func TestFramesWithoutAnIDDoNoHarm(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		h := &handler{}
		c, stop := start(t, s.options(h))
		defer stop()
		p := s.peer(1)
		for _, raw := range []string{`{"type":"news"}`, `not json`, ``, `[]`, `{"envelope_id":7}`, `{"type":"hello"}`} {
			p.send(raw)
		}
		p.waitNone("nothing had an id")
		p.send(command("e1"))
		p.waitOne("e1")
		if got := c.Stats().Unreadable; got != 5 {
			t.Errorf("%d unreadable frames, want 5", got)
		}
		if c.Live() != 1 || len(h.received()) != 1 {
			t.Errorf("%d live, %d handed on", c.Live(), len(h.received()))
		}
	})
}

func TestLargeEnvelopePasses(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		h := &handler{}
		_, stop := start(t, s.options(h))
		defer stop()
		p := s.peer(1)
		p.send(`{"envelope_id":"e1","type":"events_api","payload":{"text":"` + strings.Repeat("x", 2<<20) + `"}}`)
		p.waitOne("e1")
		if got := h.received(); len(got) != 1 || len(got[0].Payload) < 2<<20 {
			t.Error("the envelope was not handed on whole")
		}
	})
}

func TestAckReturnsOnTheConnectionThatDelivered(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		kept := make(chan struct{})
		h := &handler{keep: func(context.Context, socket.Envelope) error { <-kept; return nil }}
		o := s.options(h)
		o.Sockets = 2
		_, stop := start(t, o)
		defer stop()
		first, second := s.peer(1), s.peer(2)
		first.send(event("one"))
		second.send(event("two"))
		first.waitNone("not kept yet")
		close(kept)
		first.waitOne("one")
		second.waitOne("two")
	})
}

func TestAckIsNotMovedToAnotherConnection(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		kept := make(chan struct{})
		h := &handler{keep: func(context.Context, socket.Envelope) error { <-kept; return nil }}
		seen := &observer{}
		o := s.options(h)
		o.Observer = seen
		_, stop := start(t, o)
		defer stop()
		s.peer(1).send(event("e1"))
		time.Sleep(time.Minute) // past the minimum uptime, so the successor comes at once
		_ = s.peer(1).ws.Close()
		second := s.peer(2)
		close(kept)
		second.waitNone("the event arrived on another connection")
		if got := seen.count("event write_lost"); got != 1 {
			t.Errorf("lost acknowledgements counted: %d", got)
		}
	})
}

func TestFloodIsShedNotQueued(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		release := make(chan struct{})
		h := &handler{keep: func(context.Context, socket.Envelope) error { <-release; return nil }}
		o := s.options(h)
		o.Handling = 3
		seen := &observer{}
		o.Observer = seen
		_, stop := start(t, o)
		defer stop()
		p := s.peer(1)
		for n := range 5 {
			p.send(event(fmt.Sprintf("e%d", n)))
		}
		p.send(interactive("form", "view_submission"))
		p.waitOne("form")
		close(release)
		if got := len(p.wait()); got != 3 {
			t.Errorf("%d events acknowledged, want 3", got)
		}
		if got := seen.count("event busy"); got != 2 {
			t.Errorf("%d events shed, want 2", got)
		}
	})
}

func TestPanicCostsOneEnvelope(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		h := &handler{
			take:   func(context.Context, socket.Envelope) { panic("xoxb-secret") },
			keep:   func(context.Context, socket.Envelope) error { panic("xoxb-secret") },
			answer: func(context.Context, socket.Envelope) (json.RawMessage, error) { panic("xoxb-secret") },
		}
		c, stop := start(t, s.options(h))
		defer stop()
		p := s.peer(1)
		p.send(command("c"))
		p.waitOne("c")
		p.send(event("e"))
		p.send(interactive("s", "view_submission"))
		p.waitNone("neither was handled")
		p.send(interactive("o", "block_suggestion"))
		p.waitOne("o")
		if c.Live() != 1 {
			t.Error("the socket did not survive")
		}
		if strings.Contains(s.logged(), "xoxb-secret") {
			t.Error("the log holds what the panic said")
		}
	})
}

func TestAcksAreWrittenOneAtATime(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		const events = 200
		_, stop := start(t, s.options(&handler{}))
		defer stop()
		p := s.peer(1)
		for n := range events {
			p.send(event(fmt.Sprintf("e%d", n)))
			p.send(command(fmt.Sprintf("c%d", n)))
		}
		if got := len(p.wait()); got != 2*events {
			t.Errorf("%d acknowledgements, want %d", got, 2*events)
		}
	})
}
