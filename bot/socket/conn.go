package socket

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/rs/zerolog"
)

// conn is one socket from handshake to close. One goroutine reads, one pings
// and closes; anybody may acknowledge.
type conn struct {
	client *Client
	ws     *websocket.Conn
	work   context.Context
	log    zerolog.Logger
	// finish begins a close on purpose.
	finish context.CancelFunc

	hello   *once // Slack has greeted
	leaving *once // Slack asks to leave, or the socket has ended

	writing sync.Mutex // held while a frame is written

	mu      sync.Mutex
	since   time.Time // of the hello
	left    time.Time // when leaving
	why     error
	handled int
	closing bool
	idle    *once // closing, and nothing is being handled
}

// once is an event that happens at most one time.
type once struct {
	do sync.Once
	ch chan struct{}
}

func newOnce() *once { return &once{ch: make(chan struct{})} }

func (o *once) happen() { o.do.Do(func() { close(o.ch) }) }

func (o *once) happened() bool {
	select {
	case <-o.ch:
		return true
	default:
		return false
	}
}

var errNoHello = errors.New("none came")

// untilHello waits until Slack has greeted on this socket.
func (c *conn) untilHello(ctx context.Context) error {
	select {
	case <-c.hello.ch:
	case <-c.leaving.ch:
	case <-ctx.Done():
	}
	switch {
	case c.hello.happened():
		return nil
	case c.leaving.happened():
		return c.cause()
	default:
		return errNoHello
	}
}

// untilLeaving waits until the socket wants a successor; false means that ctx
// ended first.
func (c *conn) untilLeaving(ctx context.Context) bool {
	select {
	case <-c.leaving.ch:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// finishIn closes the socket on purpose after d, if it still stands then.
func (c *conn) finishIn(d time.Duration) { time.AfterFunc(d, c.finish) }

// leave notes that the socket wants a successor. Only the first cause counts.
func (c *conn) leave(reason string, why error) {
	if c.setCause(why) {
		c.client.tally.disconnected(reason)
		c.leaving.happen()
	}
}

func (c *conn) setCause(why error) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.why != nil {
		return false
	}
	c.why, c.left = why, time.Now()
	return true
}

func (c *conn) cause() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.why
}

// uptime is how long the socket served before it had to leave.
func (c *conn) uptime() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.since.IsZero() {
		return 0
	}
	return c.left.Sub(c.since)
}

// serve runs a socket in goroutines of its own until it has closed. It ends with
// ctx or with finish, then in good order.
func (s *slot) serve(ctx context.Context, ws *websocket.Conn) *conn {
	ctx, finish := context.WithCancel(ctx)
	c := &conn{
		client: s.client, ws: ws, work: s.work, log: s.log, finish: finish,
		hello: newOnce(), leaving: newOnce(), idle: newOnce(),
	}
	c.watchPeer()
	s.client.conns.Go(func() {
		defer finish()
		c.run(ctx)
	})
	return c
}

func (c *conn) run(ctx context.Context) {
	readEnd := make(chan error, 1)
	go func() { readEnd <- c.read() }()
	timing := c.client.opts.Timing
	pings := time.NewTicker(timing.Ping)
	defer pings.Stop()
	for {
		select {
		case <-pings.C:
			// A ping that cannot be written is found out by the silence that follows.
			_ = c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(timing.Write))
		case err := <-readEnd:
			c.ended(err)
			return
		case <-ctx.Done():
			c.close(readEnd)
			return
		}
	}
}

// ended tidies up after a socket that the peer or the network ended.
func (c *conn) ended(err error) {
	reason := "broken"
	if _, ok := errors.AsType[*websocket.CloseError](err); ok {
		reason = "closed"
	} else if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		reason = "silent"
	}
	c.leave(reason, err)
	c.sayGoodbye()
	_ = c.ws.Close()
	c.depart()
	c.stopTaking()
	c.awaitIdle()
}

// close ends the socket on purpose: takes nothing more, lets what was taken be
// answered, says goodbye and waits a little for the peer to do the same.
func (c *conn) close(readEnd <-chan error) {
	c.stopTaking()
	c.awaitIdle()
	c.sayGoodbye()
	patience := time.NewTimer(c.client.opts.Timing.Close)
	defer patience.Stop()
	select {
	case <-readEnd:
		_ = c.ws.Close()
	case <-patience.C:
		_ = c.ws.Close()
		<-readEnd
	}
	c.depart()
}

// sayGoodbye sends a close frame if it still can. Slack: a socket that goes
// without one stays registered for hours and is sent clicks.
func (c *conn) sayGoodbye() {
	normal := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = c.ws.WriteControl(websocket.CloseMessage, normal, time.Now().Add(c.client.opts.Timing.Close))
}

func (c *conn) depart() {
	if c.hello.happened() {
		c.client.tally.gone()
		c.log.Info().Msg("socket to Slack is closed")
	}
}

// begin admits an envelope unless the socket takes nothing more.
func (c *conn) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return false
	}
	c.handled++
	return true
}

func (c *conn) done() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.handled--
	if c.closing && c.handled == 0 {
		c.idle.happen()
	}
}

func (c *conn) stopTaking() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closing = true
	if c.handled == 0 {
		c.idle.happen()
	}
}

func (c *conn) awaitIdle() {
	patience := time.NewTimer(c.client.opts.Timing.Drain)
	defer patience.Stop()
	select {
	case <-c.idle.ch:
	case <-patience.C:
		c.log.Warn().Msg("a socket to Slack closes with work unfinished")
	}
}
