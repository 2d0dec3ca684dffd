package socket_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"perch/bot/socket"
)

// leftWith waits until the client has left a connection and returns the close code.
func (p *peer) leftWith() int {
	p.t.Helper()
	select {
	case <-p.over:
		return p.closeCode
	case <-time.After(time.Hour):
		p.t.Fatalf("connection %d never closed", p.n)
		return 0
	}
}

func (p *peer) open() bool {
	synctest.Wait()
	select {
	case <-p.over:
		return false
	default:
		return true
	}
}

func TestSocketsAreOpenedAtOnce(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		o := s.options(&handler{})
		o.Sockets = 0 // the default
		began := time.Now()
		c, stop := start(t, o)
		defer stop()
		synctest.Wait()
		if c.Live() != 2 || time.Since(began) > 0 {
			t.Errorf("%d sockets live after %v, want 2 at once", c.Live(), time.Since(began))
		}
		if got := c.Stats(); got.Hellos != 2 || got.Reconnects != 0 || got.NumConnections != 1 {
			t.Errorf("stats: %+v", got)
		}
	})
}

func TestSuccessorOpensBeforeTheOldSocketCloses(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{"warning", "refresh_requested", "a reason of next year"} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			inSlack(t, func(t *testing.T, s *fakeSlack) {
				seen := &observer{}
				o := s.options(&handler{})
				o.Observer = seen
				c, stop := start(t, o)
				defer stop()
				old := s.peer(1)
				time.Sleep(time.Hour)
				asked := time.Now()
				old.disconnect(reason)
				synctest.Wait()
				next := s.peer(2)
				if !old.open() || next.began != asked || c.Live() != 2 {
					t.Fatalf("old open: %v, successor after %v, %d live", old.open(), next.began.Sub(asked), c.Live())
				}
				time.Sleep(9 * time.Second)
				for _, frame := range []string{command("late click"), event("late event")} {
					old.send(frame)
				}
				if got := old.wait(); len(got) != 2 {
					t.Errorf("acknowledged on the old socket: %v", got)
				}
				next.send(command("new"))
				next.waitOne("new")
				if code := old.leftWith(); code != websocket.CloseNormalClosure {
					t.Errorf("the old socket closed with %d", code)
				}
				if took := old.ended.Sub(asked); took != 30*time.Second {
					t.Errorf("the old socket closed after %v", took)
				}
				time.Sleep(time.Second)
				if got := c.Stats(); got.Live != 1 || got.Reconnects != 1 || s.peerCount() != 2 {
					t.Errorf("stats: %+v, %d connections", got, s.peerCount())
				}
				word := reason
				if strings.Contains(reason, " ") {
					word = "other"
				}
				if seen.count(word) != 1 || c.Stats().LastDisconnect != word {
					t.Errorf("the reason is told as %q", c.Stats().LastDisconnect)
				}
			})
		})
	}
}

func TestOldSocketMayBeClosedBySlack(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		c, stop := start(t, s.options(&handler{}))
		defer stop()
		old := s.peer(1)
		time.Sleep(time.Hour)
		old.disconnect("warning")
		s.peer(2)
		time.Sleep(10 * time.Second)
		_ = old.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
		old.leftWith()
		time.Sleep(time.Hour)
		if c.Live() != 1 || s.peerCount() != 2 {
			t.Errorf("%d live of %d connections", c.Live(), s.peerCount())
		}
	})
}

func TestShutdownFinishesWhatWasTaken(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		h := &handler{
			keep: func(context.Context, socket.Envelope) error { time.Sleep(2 * time.Second); return nil },
			answer: func(context.Context, socket.Envelope) (json.RawMessage, error) {
				time.Sleep(time.Second)
				return json.RawMessage(`{"response_action":"clear"}`), nil
			},
		}
		c, stop := start(t, s.options(h))
		p := s.peer(1)
		p.send(event("e1"))
		p.send(interactive("s1", "view_submission"))
		synctest.Wait()
		asked := time.Now()
		stopped := make(chan error)
		go func() { stopped <- stop() }()
		synctest.Wait()
		p.send(command("too late"))
		p.send(event("too late"))
		if err := <-stopped; err != nil {
			t.Errorf("Run returned %v", err)
		}
		if took := time.Since(asked); took != 2*time.Second {
			t.Errorf("stopped after %v, want the 2 s that the work took", took)
		}
		got := p.wait()
		if len(got) != 2 || got[0].ID != "s1" || got[1].ID != "e1" {
			t.Errorf("acknowledged: %v, want s1 and e1 only", got)
		}
		if len(h.received()) != 2 {
			t.Error("something was handed on during shutdown")
		}
		if code := p.leftWith(); code != websocket.CloseNormalClosure {
			t.Errorf("closed with %d", code)
		}
		if c.Live() != 0 {
			t.Errorf("%d live", c.Live())
		}
	})
}

func TestShutdownIsBounded(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		s.connect = func(_ int, p *peer) {
			p.ws.SetCloseHandler(func(int, string) error { time.Sleep(time.Minute); return nil })
			p.hello(1)
		}
		told := make(chan error, 1)
		h := &handler{keep: func(ctx context.Context, _ socket.Envelope) error {
			<-ctx.Done()
			told <- ctx.Err()
			return ctx.Err()
		}}
		o := s.options(h)
		o.Timing.Keep = time.Hour
		_, stop := start(t, o)
		p := s.peer(1)
		p.send(event("e1"))
		synctest.Wait()
		asked := time.Now()
		if err := stop(); err != nil {
			t.Errorf("Run returned %v", err)
		}
		if took := time.Since(asked); took != 6*time.Second {
			t.Errorf("stopped after %v, want 5 s for the work and 1 s for the close", took)
		}
		if err := <-told; !errors.Is(err, context.Canceled) {
			t.Errorf("the handler was told %v", err)
		}
		p.waitNone("the event was not kept")
	})
}

func TestTakersContextOutlivesRun(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		var taken context.Context
		h := &handler{take: func(ctx context.Context, _ socket.Envelope) { taken = ctx }}
		_, stop := start(t, s.options(h))
		p := s.peer(1)
		p.send(command("e1"))
		p.waitOne("e1")
		_ = stop()
		if err := taken.Err(); err != nil {
			t.Errorf("what was taken is told to stop: %v", err)
		}
	})
}

func TestShutdownWhileNothingIsConnected(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		s.open = func(context.Context, int) error { return errors.New("connection refused") }
		c, stop := start(t, s.options(&handler{}))
		time.Sleep(10 * time.Minute)
		asked := time.Now()
		if err := stop(); err != nil || time.Since(asked) > 0 {
			t.Errorf("Run returned %v after %v", err, time.Since(asked))
		}
		if got := c.Stats(); got.Live != 0 || got.Opens < 10 {
			t.Errorf("stats: %+v", got)
		}
	})
}

func TestAddressIsKeptSecret(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"not a URL":         "ws://slack.test:port/link/?ticket=" + ticket,
		"not a websocket":   "https://slack.test/link/?ticket=" + ticket,
		"nobody there":      "ws://slack.invalid/link/?ticket=" + ticket,
		"unreadable escape": "ws://slack.test/%zz?ticket=" + ticket,
	}
	for name, address := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inSlack(t, func(t *testing.T, s *fakeSlack) {
				o := s.options(&handler{})
				o.Opener = opener(address)
				o.Dialer.NetDialContext = func(context.Context, string, string) (netConn, error) {
					return nil, errors.New("no such host")
				}
				_, stop := start(t, o)
				time.Sleep(time.Minute)
				_ = stop()
				if !strings.Contains(s.logged(), "no socket to Slack") {
					t.Error("nothing was logged at all") // inSlack looks for the ticket
				}
			})
		})
	}
}

func TestManyConnectionsAreWarnedOf(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		s.connect = func(_ int, p *peer) { p.hello(9) }
		c, stop := start(t, s.options(&handler{}))
		defer stop()
		synctest.Wait()
		if c.Stats().NumConnections != 9 || !strings.Contains(s.logged(), `"level":"warn","socket":1,"num_connections":9`) {
			t.Errorf("stats %+v, log %s", c.Stats(), s.logged())
		}
	})
}

type opener string

func (o opener) Open(context.Context) (string, error) { return string(o), nil }
