package socket_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"perch/bot/socket"
)

// over waits until the client has left a connection and returns the close code.
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

func TestStormIsPaced(t *testing.T) {
	t.Parallel()
	storms := map[string]func(n int, p *peer){
		"disconnect after hello":  func(_ int, p *peer) { p.hello(1); p.disconnect("warning") },
		"disconnect before hello": func(_ int, p *peer) { p.disconnect("refresh_requested") },
		"hello, then hung up":     func(_ int, p *peer) { p.hello(1); _ = p.ws.Close() },
		"hung up":                 func(_ int, p *peer) { _ = p.ws.Close() },
	}
	for name, connect := range storms {
		for _, sockets := range []int{1, 2, 5} {
			t.Run(fmt.Sprintf("%s, %d sockets", name, sockets), func(t *testing.T) {
				t.Parallel()
				inSlack(t, func(t *testing.T, s *fakeSlack) {
					s.connect = connect
					o := s.options(&handler{})
					o.Sockets = sockets
					_, stop := start(t, o)
					defer stop()
					time.Sleep(5 * time.Minute)
					opens := s.openTimes()
					if len(opens) < 5 {
						t.Errorf("only %d opens: it gave up", len(opens))
					}
					for i := range opens {
						if i+9 < len(opens) && opens[i+9].Sub(opens[i]) <= 10*time.Second {
							t.Fatalf("10 opens within %v", opens[i+9].Sub(opens[i]))
						}
					}
					if got := len(opens); got > 25*sockets {
						t.Errorf("%d opens in 5 minutes: the waits do not grow", got)
					}
				})
			})
		}
	}
}

func TestStormDoesNotPileUpSockets(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		s.connect = func(_ int, p *peer) { p.hello(1); p.disconnect("warning") }
		c, stop := start(t, s.options(&handler{}))
		defer stop()
		for range 600 {
			time.Sleep(100 * time.Millisecond)
			if live := c.Live(); live > 2 {
				t.Fatalf("%d sockets at once for one", live)
			}
		}
	})
}

func TestSlackAsksToStayAway(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		reason string
		atMost int // opens within the first ten minutes
		atOnce bool
	}{
		"Socket Mode switched off": {reason: "link_disabled", atMost: 11, atOnce: true},
		"too many sockets":         {reason: "too_many_websockets", atMost: 6},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inSlack(t, func(t *testing.T, s *fakeSlack) {
				s.connect = func(_ int, p *peer) { p.hello(11); p.disconnect(test.reason) }
				c, stop := start(t, s.options(&handler{}))
				defer stop()
				time.Sleep(59 * time.Second)
				if opens := len(s.openTimes()); opens != 1 {
					t.Errorf("%d opens in the first minute", opens)
				}
				if code := s.peer(1).leftWith(); code != websocket.CloseNormalClosure {
					t.Errorf("closed with %d", code)
				}
				if c.Live() != 0 {
					t.Errorf("%d live", c.Live())
				}
				time.Sleep(9 * time.Minute)
				if opens := len(s.openTimes()); opens < 3 || opens > test.atMost {
					t.Errorf("%d opens in ten minutes, want 3 to %d", opens, test.atMost)
				}
				if !strings.Contains(s.logged(), `"level":"error"`) {
					t.Error("nothing alarms the operator")
				}
			})
		})
	}
}

func TestOneSocketsTroubleHoldsTheOthersBack(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		o := s.options(&handler{})
		o.Sockets = 2
		_, stop := start(t, o)
		defer stop()
		first, second := s.peer(1), s.peer(2)
		time.Sleep(time.Hour)
		first.disconnect("too_many_websockets")
		synctest.Wait()
		second.disconnect("warning")
		time.Sleep(2*time.Minute - time.Second)
		if opens := len(s.openTimes()); opens != 2 {
			t.Errorf("%d opens, want none after the first two", opens)
		}
	})
}

func TestConfigurationFaultAtStartEndsRun(t *testing.T) {
	t.Parallel()
	codes := []string{
		"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "no_permission",
		"missing_scope", "missing_args", "not_allowed_token_type", "forbidden_team", "team_access_not_granted",
	}
	for _, code := range codes {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			inSlack(t, func(t *testing.T, s *fakeSlack) {
				s.open = func(context.Context, int) error { return fmt.Errorf("open: %w", &socket.OpenError{Code: code}) }
				o := s.options(&handler{})
				o.Sockets = 2
				err := socket.New(o).Run(t.Context())
				fatal, ok := errors.AsType[*socket.FatalError](err)
				if !ok || fatal.Code != code {
					t.Errorf("Run returned %v", err)
				}
			})
		})
	}
}

func TestFaultAtStartThatMayPassIsRetried(t *testing.T) {
	t.Parallel()
	tests := map[string]error{
		"internal error": &socket.OpenError{Code: "internal_error"},
		"no code":        &socket.OpenError{},
		"no network":     errors.New("connection refused"),
	}
	for name, err := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inSlack(t, func(t *testing.T, s *fakeSlack) {
				s.open = func(_ context.Context, n int) error {
					if n < 4 {
						return err
					}
					return nil
				}
				c, stop := start(t, s.options(&handler{}))
				s.peer(1)
				synctest.Wait()
				if c.Live() != 1 {
					t.Error("no socket after the fault passed")
				}
				if err := stop(); err != nil {
					t.Errorf("Run returned %v", err)
				}
			})
		})
	}
}

func TestTokenRefusedLaterIsTriedEveryMinute(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		s.open = func(_ context.Context, n int) error {
			if n > 1 && n < 6 {
				return &socket.OpenError{Code: "token_revoked"}
			}
			return nil
		}
		c, stop := start(t, s.options(&handler{}))
		p := s.peer(1)
		time.Sleep(time.Hour)
		began := time.Now()
		_ = p.ws.Close()
		synctest.Wait()
		if c.Live() != 0 {
			t.Errorf("%d live", c.Live())
		}
		if took := s.peer(2).began.Sub(began); took != 4*time.Minute {
			t.Errorf("back after %v, want four tries a minute apart", took)
		}
		if err := stop(); err != nil {
			t.Errorf("Run returned %v", err)
		}
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		err  *socket.OpenError
		want time.Duration
	}{
		"named":     {&socket.OpenError{Code: "ratelimited", RetryAfter: 47 * time.Second}, 47 * time.Second},
		"not named": {&socket.OpenError{Code: "ratelimited"}, 30 * time.Second},
		"absurd":    {&socket.OpenError{RetryAfter: 1000 * time.Hour}, 10 * time.Minute},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inSlack(t, func(t *testing.T, s *fakeSlack) {
				s.open = func(_ context.Context, n int) error {
					if n == 1 {
						return test.err
					}
					return nil
				}
				began := time.Now()
				_, stop := start(t, s.options(&handler{}))
				defer stop()
				if took := s.peer(1).began.Sub(began); took != test.want {
					t.Errorf("tried again after %v, want %v", took, test.want)
				}
			})
		})
	}
}

func TestHangsAreSurvived(t *testing.T) {
	t.Parallel()
	hang := func(s *fakeSlack, _ *socket.Options) {
		s.open = func(ctx context.Context, n int) error {
			if n > 1 {
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		}
	}
	tests := map[string]func(s *fakeSlack, o *socket.Options){
		"apps.connections.open": hang,
		"the dial": func(_ *fakeSlack, o *socket.Options) {
			dial, dials := o.Dialer.NetDialContext, 0
			o.Dialer.NetDialContext = func(ctx context.Context, network, addr string) (c netConn, err error) {
				if dials++; dials > 1 {
					return dial(ctx, network, addr)
				}
				<-ctx.Done()
				return nil, ctx.Err()
			}
		},
		"the hello": func(s *fakeSlack, _ *socket.Options) {
			s.connect = func(n int, p *peer) {
				if n > 1 {
					p.hello(1)
				}
			}
		},
	}
	for name, arrange := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inSlack(t, func(t *testing.T, s *fakeSlack) {
				o := s.options(&handler{})
				arrange(s, &o)
				c, stop := start(t, o)
				defer stop()
				time.Sleep(20 * time.Second)
				synctest.Wait()
				if c.Live() != 1 || len(s.openTimes()) != 2 {
					t.Errorf("%d live after %d opens", c.Live(), len(s.openTimes()))
				}
			})
		})
	}
}

func TestSilentPeerIsNoticed(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		s.connect = func(n int, p *peer) {
			p.deaf = n == 1
			p.hello(1)
		}
		c, stop := start(t, s.options(&handler{}))
		defer stop()
		began := time.Now()
		second := s.peer(2)
		if took := second.began.Sub(began); took > 30*time.Second {
			t.Errorf("replaced after %v", took)
		}
		if code := s.peer(1).leftWith(); code != websocket.CloseNormalClosure {
			t.Errorf("the silent socket was left with %d", code)
		}
		if got := c.Stats().LastDisconnect; got != "silent" {
			t.Errorf("told as %q", got)
		}
		time.Sleep(time.Hour)
		if s.peerCount() != 2 {
			t.Error("a socket whose peer answers pings was given up")
		}
	})
}

func TestServersPingsAreAnsweredAndAreSignsOfLife(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		pongs := 0
		s.connect = func(_ int, p *peer) {
			p.deaf = true
			p.ws.SetPongHandler(func(data string) error {
				if data == "Ping from applink-1" {
					pongs++
				}
				return nil
			})
			p.hello(1)
		}
		_, stop := start(t, s.options(&handler{}))
		p := s.peer(1)
		for range 30 {
			_ = p.ws.WriteControl(websocket.PingMessage, []byte("Ping from applink-1"), time.Now().Add(time.Second))
			time.Sleep(20 * time.Second)
		}
		if !p.open() || s.peerCount() != 1 {
			t.Error("the socket was given up though Slack pings")
		}
		_ = stop()
		p.leftWith()
		if pongs != 30 || p.pings < 50 {
			t.Errorf("%d of 30 pings answered, %d own pings in ten minutes", pongs, p.pings)
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

func TestPeerThatDoesNotReadIsLeft(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		stuck := make(chan struct{})
		h := &handler{}
		seen := &observer{}
		o := s.options(h)
		o.Observer = seen
		s.connect = func(n int, p *peer) {
			p.hello(1)
			if n == 1 {
				p.send(command("e1"))
				<-stuck // reads nothing
			}
		}
		_, stop := start(t, o)
		defer stop()
		defer close(stuck)
		s.peer(2)
		if seen.count("command write_lost") != 1 || len(h.received()) != 0 {
			t.Error("a command whose acknowledgement could not be written was handed on")
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
