package socket_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"perch/bot/socket"
	"perch/internal/playground/slack"
)

// emulator is the local Slack, which knows the protocol from Slack's side and
// shares no code with this package.
type emulator struct {
	t    *testing.T
	http *httptest.Server
}

func newEmulator(t *testing.T) *emulator {
	t.Helper()
	s := slack.New(slack.Options{Commands: []string{"/connection"}})
	mux := http.NewServeMux()
	mux.Handle("/", s.API())
	mux.Handle("/_slack/", http.StripPrefix("/_slack", s.Control()))
	e := &emulator{t: t, http: httptest.NewServer(mux)}
	t.Cleanup(func() {
		s.Close()
		e.http.Close()
	})
	return e
}

// Open makes it a socket.Opener.
func (e *emulator) Open(ctx context.Context) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, e.http.URL+"/api/apps.connections.open", nil)
	if err != nil {
		return "", err
	}
	r.Header.Set("Authorization", "Bearer "+slack.AppToken)
	var answer struct{ URL, Error string }
	if err := e.do(r, &answer); err != nil {
		return "", err
	}
	if answer.Error != "" {
		return "", &socket.OpenError{Code: answer.Error}
	}
	return answer.URL, nil
}

func (e *emulator) do(r *http.Request, answer any) error {
	resp, err := e.http.Client().Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return json.NewDecoder(resp.Body).Decode(answer)
}

// act does something at the control door and returns what Slack would show.
func (e *emulator) act(path string, body any) acted {
	e.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		e.t.Fatal(err)
	}
	r, _ := http.NewRequest(http.MethodPost, e.http.URL+"/_slack/"+path, bytes.NewReader(text))
	var a acted
	if err := e.do(r, &a); err != nil {
		e.t.Fatal(err)
	}
	return a
}

type acted struct {
	OK, Acked bool
	Error     string
	Payload   json.RawMessage
}

type fields map[string]any

func (e *emulator) command() acted {
	return e.act("command", fields{"user": "UBO", "channel": "CSUPPORT", "text": "/connection harbor"})
}

// seen is a socket as Slack sees it.
type seen struct {
	Live, Ghost          bool
	CloseCode            int `json:"close_code"`
	Disconnect           string
	Sent, Acked          int
	WrongAcks            int `json:"wrong_acks"`
	UnknownAcks          int `json:"unknown_acks"`
	Oversize, Fragmented int
}

func (e *emulator) sockets() []seen {
	e.t.Helper()
	r, _ := http.NewRequest(http.MethodGet, e.http.URL+"/_slack/sockets", nil)
	var a struct{ Sockets []seen }
	if err := e.do(r, &a); err != nil {
		e.t.Fatal(err)
	}
	return a.Sockets
}

// until asks again and again until the sockets are as wanted.
func (e *emulator) until(what string, ok func(all []seen) bool) {
	e.t.Helper()
	patience := time.After(time.Minute)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !ok(e.sockets()) {
		select {
		case <-again.C:
		case <-patience:
			e.t.Fatalf("%s: never; sockets %+v", what, e.sockets())
		}
	}
}

func count(all []seen, ok func(s seen) bool) (n int) {
	for _, s := range all {
		if ok(s) {
			n++
		}
	}
	return n
}

func live(s seen) bool { return s.Live }

func TestAgainstTheLocalSlack(t *testing.T) {
	t.Parallel()
	e := newEmulator(t)
	h := &handler{answer: func(context.Context, socket.Envelope) (json.RawMessage, error) {
		return json.RawMessage(`{"response_action":"clear"}`), nil
	}}
	_, stop := start(t, socket.Options{Opener: e, Handler: h})
	e.until("two live sockets", func(all []seen) bool { return count(all, live) == 2 })

	if a := e.command(); !a.OK {
		t.Errorf("a command: %+v", a)
	}
	submission := fields{"type": "view_submission", "view": fields{"callback_id": "connection.filter"}}
	if a := e.act("envelope", fields{"type": "interactive", "payload": submission}); !a.Acked || string(a.Payload) != `{"response_action":"clear"}` {
		t.Errorf("a submission: %+v %s", a, a.Payload)
	}
	if a := e.act("envelope", fields{"type": "of_next_year", "payload": fields{}}); !a.Acked {
		t.Errorf("an unknown envelope: %+v", a)
	}

	// Told to leave, with envelopes still going to the old sockets.
	e.act("fault", fields{"kind": "to_old", "times": 3})
	e.act("fault", fields{"kind": "disconnect", "reason": "warning"})
	for n := range 3 {
		if a := e.command(); !a.OK {
			t.Errorf("command %d on a leaving socket: %+v", n, a)
		}
	}
	e.until("two successors", func(all []seen) bool {
		return count(all, func(s seen) bool { return s.Live && s.Disconnect == "" }) == 2
	})
	if a := e.command(); !a.OK {
		t.Errorf("a command after the change: %+v", a)
	}

	if err := stop(); err != nil {
		t.Errorf("Run returned %v", err)
	}
	e.until("no live socket", func(all []seen) bool { return count(all, live) == 0 })
	for n, s := range e.sockets() {
		if s.CloseCode != 1000 || s.Ghost {
			t.Errorf("socket %d was left with %d, ghost %v", n, s.CloseCode, s.Ghost)
		}
		if s.Acked != s.Sent || s.WrongAcks+s.UnknownAcks+s.Oversize+s.Fragmented > 0 {
			t.Errorf("socket %d: %+v", n, s)
		}
	}
	if got := len(h.received()); got != 7 {
		t.Errorf("%d envelopes were handed on, want 7", got)
	}
}
