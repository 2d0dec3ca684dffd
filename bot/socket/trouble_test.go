package socket_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"perch/bot/socket"
)

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
				if s.peerCount() == 2 && (s.peer(1).open() || s.peer(1).closeCode != websocket.CloseNormalClosure) {
					t.Error("the socket without a hello was not closed")
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
		began := time.Now()
		_, stop := start(t, o)
		defer stop()
		defer close(stuck)
		if took := s.peer(2).began.Sub(began); took > 5*time.Second {
			t.Errorf("left after %v, though the acknowledgement was worthless after 3 s", took)
		}
		if seen.count("command write_lost") != 1 || len(h.received()) != 0 {
			t.Error("a command whose acknowledgement could not be written was handed on")
		}
	})
}

func TestEndlessFrameEndsTheSocket(t *testing.T) {
	t.Parallel()
	inSlack(t, func(t *testing.T, s *fakeSlack) {
		h := &handler{}
		_, stop := start(t, s.options(h))
		defer stop()
		p := s.peer(1)
		p.send(`{"envelope_id":"e1","type":"slash_commands","payload":{"text":"` + strings.Repeat("x", 5<<20) + `"}}`)
		p.leftWith()
		s.peer(2)
		if len(h.received()) != 0 {
			t.Error("it was read all the same")
		}
	})
}
