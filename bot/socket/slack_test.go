package socket_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/rs/zerolog"

	"perch/bot/socket"
)

// ticket is in every address that the fake Slack names; no log may hold it.
const ticket = "5f3c-secret-ticket"

// fakeSlack is Slack's end of Socket Mode over in-memory connections, so that
// tests run on synctest's clock and a goroutine that stays behind fails them.
type fakeSlack struct {
	t      *testing.T
	server http.Server
	wires  chan net.Conn
	closed chan struct{}
	// handlers are the connections still served.
	handlers sync.WaitGroup

	// open decides the n-th apps.connections.open (from 1); nil accepts.
	open func(ctx context.Context, n int) error
	// connect is Slack's part of the n-th connection (from 1); nil says hello.
	connect func(n int, p *peer)

	mu    sync.Mutex
	opens []time.Time
	peers []*peer
	log   bytes.Buffer
}

// inSlack runs a test in a bubble of fake time with a fake Slack.
func inSlack(t *testing.T, test func(t *testing.T, s *fakeSlack)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &fakeSlack{t: t, wires: make(chan net.Conn), closed: make(chan struct{})}
		s.server.Handler = s
		var serving sync.WaitGroup
		serving.Go(func() { _ = s.server.Serve(s) })
		defer func() {
			_ = s.server.Close()
			serving.Wait()
			s.handlers.Wait()
			if strings.Contains(s.logged(), ticket) {
				t.Errorf("the log holds the ticket:\n%s", s.logged())
			}
		}()
		test(t, s)
	})
}

// Accept, Close and Addr make it a net.Listener.
func (s *fakeSlack) Accept() (net.Conn, error) {
	select {
	case wire := <-s.wires:
		return wire, nil
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

func (s *fakeSlack) Close() error { close(s.closed); return nil }

func (s *fakeSlack) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func (s *fakeSlack) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case s.wires <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Open makes it a socket.Opener.
func (s *fakeSlack) Open(ctx context.Context) (string, error) {
	s.mu.Lock()
	s.opens = append(s.opens, time.Now())
	n := len(s.opens)
	s.mu.Unlock()
	if s.open != nil {
		if err := s.open(ctx, n); err != nil {
			return "", err
		}
	}
	return "ws://slack.test/link/?ticket=" + ticket, nil
}

func (s *fakeSlack) openTimes() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.opens)
}

func (s *fakeSlack) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.handlers.Add(1)
	defer s.handlers.Done()
	ws, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer ws.Close()
	p := &peer{t: s.t, ws: ws, acks: make(chan ack, 1000), over: make(chan struct{})}
	s.mu.Lock()
	s.peers = append(s.peers, p)
	p.n = len(s.peers)
	s.mu.Unlock()
	p.began = time.Now()
	if s.connect != nil {
		s.connect(p.n, p)
	} else {
		p.hello(1)
	}
	p.read()
}

// peer waits for the n-th connection (from 1) and returns Slack's end of it.
func (s *fakeSlack) peer(n int) *peer {
	s.t.Helper()
	for deadline := time.Now().Add(time.Hour); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		s.mu.Lock()
		if len(s.peers) >= n {
			defer s.mu.Unlock()
			return s.peers[n-1]
		}
		s.mu.Unlock()
	}
	s.t.Fatalf("connection %d never came", n)
	return nil
}

func (s *fakeSlack) peerCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.peers)
}

// Write makes it the client's log.
func (s *fakeSlack) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(b)
}

func (s *fakeSlack) logged() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

// options are for one socket, unless a test wants more.
func (s *fakeSlack) options(h socket.Handler) socket.Options {
	return socket.Options{
		Opener: s, Handler: h, Sockets: 1, Log: zerolog.New(s),
		Dialer: &websocket.Dialer{NetDialContext: s.dial},
	}
}

// start runs a client until the test ends or stop is called; stop returns what
// Run returned.
func start(t *testing.T, o socket.Options) (c *socket.Client, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	c = socket.New(o)
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	return c, stop
}

// ack is what the client writes.
type ack struct {
	ID      string          `json:"envelope_id"`
	Payload json.RawMessage `json:"payload"`
	at      time.Time
}

// peer is Slack's end of one connection.
type peer struct {
	t         *testing.T
	n         int
	ws        *websocket.Conn
	began     time.Time
	acks      chan ack
	over      chan struct{} // closed when the client has gone
	closeCode int           // valid after over; 1006 if there was no close frame
	ended     time.Time     // valid after over
	deaf      bool          // answers no pings
	pings     int           // valid after over
	writing   sync.Mutex
}

func (p *peer) read() {
	defer close(p.over)
	pong := p.ws.PingHandler()
	p.ws.SetPingHandler(func(data string) error {
		p.pings++
		if p.deaf {
			return nil
		}
		return pong(data)
	})
	for {
		_, data, err := p.ws.ReadMessage()
		if err != nil {
			p.ended = time.Now()
			p.closeCode = websocket.CloseAbnormalClosure
			if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
				p.closeCode = closed.Code
			}
			return
		}
		a := ack{at: time.Now()}
		if err := json.Unmarshal(data, &a); err != nil {
			p.t.Errorf("an acknowledgement that is not JSON: %q", data)
		}
		p.acks <- a
	}
}

func (p *peer) send(text string) {
	p.writing.Lock()
	defer p.writing.Unlock()
	_ = p.ws.WriteMessage(websocket.TextMessage, []byte(text))
}

func (p *peer) hello(numConnections int) {
	p.send(fmt.Sprintf(`{"type":"hello","num_connections":%d,"debug_info":{"host":"applink-1","approximate_connection_time":18060},"connection_info":{"app_id":"A1"}}`, numConnections))
}

func (p *peer) disconnect(reason string) {
	p.send(fmt.Sprintf(`{"type":"disconnect","reason":%q,"debug_info":{"host":"applink-1"}}`, reason))
}

// wait lets the client do all it can at this moment, then returns the
// acknowledgements that came.
func (p *peer) wait() []ack {
	synctest.Wait()
	var got []ack
	for {
		select {
		case a := <-p.acks:
			got = append(got, a)
		default:
			return got
		}
	}
}

// waitOne is wait where exactly one acknowledgement is due.
func (p *peer) waitOne(id string) ack {
	p.t.Helper()
	got := p.wait()
	if len(got) != 1 || got[0].ID != id {
		p.t.Fatalf("acknowledgements on connection %d: %v, want one of %s", p.n, got, id)
	}
	return got[0]
}

func (p *peer) waitNone(why string) {
	p.t.Helper()
	if got := p.wait(); len(got) != 0 {
		p.t.Fatalf("acknowledgements on connection %d: %v, want none: %s", p.n, got, why)
	}
}

func (a ack) String() string { return a.ID + " " + string(a.Payload) }

// The envelopes that Slack sends, shortened.

func command(id string) string {
	return fmt.Sprintf(`{"envelope_id":%q,"type":"slash_commands","accepts_response_payload":true,"payload":{"command":"/connection","text":"harbor"}}`, id)
}

func interactive(id, kind string) string {
	return fmt.Sprintf(`{"envelope_id":%q,"type":"interactive","accepts_response_payload":true,"payload":{"type":%q}}`, id, kind)
}

func event(id string) string {
	return fmt.Sprintf(`{"envelope_id":%q,"type":"events_api","payload":{"type":"event_callback","event_id":"Ev1","event":{"type":"message"}}}`, id)
}

// handler records what it is handed; each part can be replaced.
type handler struct {
	take   func(ctx context.Context, e socket.Envelope)
	keep   func(ctx context.Context, e socket.Envelope) error
	answer func(ctx context.Context, e socket.Envelope) (json.RawMessage, error)

	mu  sync.Mutex
	got []socket.Envelope
}

func (h *handler) record(e socket.Envelope) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.got = append(h.got, e)
}

func (h *handler) received() []socket.Envelope {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.got)
}

func (h *handler) Take(ctx context.Context, e socket.Envelope) {
	h.record(e)
	if h.take != nil {
		h.take(ctx, e)
	}
}

func (h *handler) Keep(ctx context.Context, e socket.Envelope) error {
	h.record(e)
	if h.keep != nil {
		return h.keep(ctx, e)
	}
	return nil
}

func (h *handler) Answer(ctx context.Context, e socket.Envelope) (json.RawMessage, error) {
	h.record(e)
	if h.answer != nil {
		return h.answer(ctx, e)
	}
	return nil, nil
}

var _ io.Writer = (*fakeSlack)(nil)
