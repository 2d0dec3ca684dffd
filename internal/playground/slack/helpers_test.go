package slack

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	slackgo "github.com/slack-go/slack"
)

// patience bounds every wait of these tests; nothing waits that long unless it
// is broken.
const patience = time.Minute

// quick is a pace for tests that let deadlines pass.
func quick() Timing {
	return Timing{
		Ack: 300 * time.Millisecond, Grace: 300 * time.Millisecond,
		Retries: []time.Duration{time.Millisecond, 2 * time.Millisecond, 3 * time.Millisecond},
	}
}

// stand is a local Slack that listens.
type stand struct {
	*Server
	t   *testing.T
	url string
	api *slackgo.Client
	ctx context.Context
}

func newStand(t *testing.T, o Options) *stand {
	t.Helper()
	s := New(o)
	web := httptest.NewServer(s.Handler())
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(func() {
		cancel()
		s.Close()
		web.Close()
	})
	api := slackgo.New(BotToken, slackgo.OptionAppLevelToken(AppToken), slackgo.OptionAPIURL(web.URL+"/api/"))
	return &stand{Server: s, t: t, url: web.URL, api: api, ctx: ctx}
}

// clock is a time that tests move.
type clock struct{ ch chan time.Time }

func newClock() *clock {
	c := &clock{ch: make(chan time.Time, 1)}
	c.ch <- time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	return c
}

func (c *clock) now() time.Time {
	t := <-c.ch
	c.ch <- t
	return t
}

func (c *clock) advance(d time.Duration) { c.ch <- (<-c.ch).Add(d) }

// frame is what the app reads from its socket.
type frame struct {
	Type           string          `json:"type"`
	EnvelopeID     string          `json:"envelope_id"`
	Accepts        bool            `json:"accepts_response_payload"`
	Retry          int             `json:"retry_attempt"`
	RetryReason    string          `json:"retry_reason"`
	Reason         string          `json:"reason"`
	NumConnections int             `json:"num_connections"`
	Payload        json.RawMessage `json:"payload"`
	DebugInfo      struct {
		Life int `json:"approximate_connection_time"`
	} `json:"debug_info"`
	ConnectionInfo struct {
		AppID string `json:"app_id"`
	} `json:"connection_info"`
}

// app is the app's end of one socket. Frames arrive on a channel that closes
// with the socket.
type app struct {
	t      *testing.T
	conn   *websocket.Conn
	write  sync.Mutex
	frames chan frame
	ended  chan error
}

func (s *stand) dial() *app {
	s.t.Helper()
	a := s.dialRaw()
	if hello := a.next(); hello.Type != "hello" {
		s.t.Fatalf("first frame is %+v, want hello", hello)
	}
	return a
}

func (s *stand) dialRaw() *app {
	s.t.Helper()
	_, link, err := s.api.StartSocketModeContext(s.ctx)
	if err != nil {
		s.t.Fatalf("open a connection: %v", err)
	}
	dialer := websocket.Dialer{WriteBufferSize: 64 << 10} // a frame larger than the buffer goes out in fragments
	conn, _, err := dialer.DialContext(s.ctx, link, nil)
	if err != nil {
		s.t.Fatalf("dial: %v", err)
	}
	a := &app{t: s.t, conn: conn, frames: make(chan frame, 100), ended: make(chan error, 1)}
	go a.read()
	s.t.Cleanup(func() { conn.Close() })
	return a
}

func (a *app) read() {
	defer close(a.frames)
	for {
		var f frame
		if err := a.conn.ReadJSON(&f); err != nil {
			a.ended <- err
			return
		}
		a.frames <- f
	}
}

func (a *app) next() frame {
	a.t.Helper()
	select {
	case f, ok := <-a.frames:
		if !ok {
			a.t.Fatal("the socket ended")
		}
		return f
	case <-time.After(patience):
		a.t.Fatal("no frame came")
	}
	return frame{}
}

func (a *app) ack(f frame, payload ...any) {
	a.t.Helper()
	if err := a.reply(f, payload); err != nil {
		a.t.Fatalf("ack: %v", err)
	}
}

func (a *app) reply(f frame, payload []any) error {
	body := map[string]any{"envelope_id": f.EnvelopeID}
	if len(payload) > 0 {
		body["payload"] = payload[0]
	}
	a.write.Lock()
	defer a.write.Unlock()
	return a.conn.WriteJSON(body)
}

// answering acks the next frame in the background and hands it over.
func (a *app) answering(payload ...any) <-chan frame {
	got := make(chan frame, 1)
	go func() {
		if f, ok := <-a.frames; ok {
			got <- f
			_ = a.reply(f, payload) // what it acks may be over: the test tells
		}
	}()
	return got
}

// into decodes a frame's payload.
func into[T any](t *testing.T, f frame) T {
	t.Helper()
	var out T
	if err := json.Unmarshal(f.Payload, &out); err != nil {
		t.Fatalf("decode %s: %v", f.Payload, err)
	}
	return out
}

func is(t *testing.T, err error, code string) {
	t.Helper()
	if code == "" && err == nil {
		return
	}
	if err == nil || !strings.HasPrefix(err.Error(), code) || code == "" {
		t.Fatalf("error is %v, want %q", err, code)
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
