package socket

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/gorilla/websocket"
	"github.com/rs/zerolog"
)

// slot keeps one socket open. While a socket leaves, its successor is opened
// beside it, so a slot may own two for a while.
type slot struct {
	client *Client
	work   context.Context // of handlers; outlives ctx until what was taken is done
	log    zerolog.Logger
}

// keep opens one socket after the other until ctx ends. Its only error is a
// *FatalError.
func (s *slot) keep(ctx context.Context) error {
	var leaving *conn
	var delay time.Duration
	for s.client.pace.wait(ctx, delay) == nil {
		c, err := s.open(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			if fatal := s.fatal(err); fatal != nil {
				return fatal
			}
			delay = s.client.pace.failed(err)
			s.log.Warn().Err(err).Dur("retry_in", delay).Msg("no socket to Slack")
			continue
		}
		if leaving != nil {
			s.client.tally.reconnected()
			leaving.finishIn(s.client.opts.Timing.Overlap)
		}
		if !c.untilLeaving(ctx) {
			return nil
		}
		if leaving != nil {
			leaving.finish()
		}
		delay = s.client.pace.ended(c.uptime(), c.cause())
		s.parting(c, delay)
		leaving = c
	}
	return nil
}

// fatal turns a refusal into a FatalError where no socket ever came to be: then
// the operator is at hand, and waiting would hide the fault.
func (s *slot) fatal(err error) error {
	refused, ok := errors.AsType[*OpenError](err)
	if !ok || !Fatal(refused.Code) || s.client.Stats().Hellos > 0 {
		return nil
	}
	return &FatalError{Code: refused.Code, Err: err}
}

// parting logs why a socket goes, and sees that one which gets no successor
// soon does not linger.
func (s *slot) parting(c *conn, delay time.Duration) {
	level := zerolog.InfoLevel
	if asked, ok := errors.AsType[*DisconnectError](c.cause()); !ok {
		level = zerolog.WarnLevel
	} else if asked.Reason == reasonLinkDisabled {
		level = zerolog.ErrorLevel
		c.finish()
	} else if asked.Reason == reasonTooMany {
		level = zerolog.ErrorLevel
		c.finishIn(s.client.opts.Timing.Overlap)
	}
	s.log.WithLevel(level).AnErr("reason", c.cause()).Dur("uptime", c.uptime()).
		Dur("next_in", delay).Msg("socket to Slack leaves")
}

// open brings up a socket as far as Slack's hello.
func (s *slot) open(ctx context.Context) (*conn, error) {
	s.client.tally.opening()
	address, err := s.address(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask Slack for a socket: %w", err)
	}
	patience, cancel := context.WithTimeout(ctx, s.client.opts.Timing.Connect)
	defer cancel()
	ws, err := s.dial(patience, address)
	if err != nil {
		return nil, fmt.Errorf("connect to Slack's socket: %w", err)
	}
	c := s.serve(ctx, ws)
	if err := c.untilHello(patience); err != nil {
		c.finish()
		return nil, fmt.Errorf("wait for Slack's hello: %w", err)
	}
	return c, nil
}

func (s *slot) address(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, s.client.opts.Timing.Open)
	defer cancel()
	return s.client.opts.Opener.Open(ctx)
}

// dial connects. No error of it holds the address, which is a secret.
func (s *slot) dial(ctx context.Context, address string) (*websocket.Conn, error) {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "ws" && u.Scheme != "wss") {
		return nil, errors.New("what Slack named is no websocket address")
	}
	ws, answer, err := s.client.opts.Dialer.DialContext(ctx, address, nil)
	if err != nil && answer != nil {
		return nil, fmt.Errorf("the handshake is answered with %d: %w", answer.StatusCode, err)
	}
	return ws, err
}
