package socket

import (
	"fmt"
	"time"

	"github.com/gorilla/websocket"
)

// manyConnections is where the log begins to warn; at ten Slack turns sockets away.
const manyConnections = 8

// watchPeer takes every sign of life for one: data, Slack's pings, and the pongs
// to ours.
func (c *conn) watchPeer() {
	c.ws.SetReadLimit(readLimit)
	c.alive()
	pong := c.ws.PingHandler()
	c.ws.SetPingHandler(func(data string) error {
		c.alive()
		return pong(data)
	})
	c.ws.SetPongHandler(func(string) error {
		c.alive()
		return nil
	})
}

func (c *conn) alive() {
	_ = c.ws.SetReadDeadline(time.Now().Add(c.client.opts.Timing.Silence))
}

// read takes frames until the socket ends.
func (c *conn) read() error {
	for {
		_, data, err := c.ws.ReadMessage()
		if err != nil {
			return fmt.Errorf("read from Slack's socket: %w", err)
		}
		c.alive()
		c.frame(data, time.Now())
	}
}

func (c *conn) frame(data []byte, received time.Time) {
	f, err := parseFrame(data)
	switch {
	case err != nil:
		c.client.tally.unreadable()
		c.log.Warn().Int("bytes", len(data)).Msg("a frame from Slack is not JSON")
	case f.Type == "hello":
		c.greeted(f)
	case f.Type == "disconnect":
		c.log.Info().Str("reason", brief(f.Reason)).Str("host", brief(f.DebugInfo.Host)).
			Msg("Slack asks to leave a socket")
		c.leave(reasonWord(f.Reason), &DisconnectError{Reason: brief(f.Reason)})
	case f.EnvelopeID == "":
		c.client.tally.unreadable()
		c.log.Warn().Str("type", brief(f.Type)).Msg("a frame from Slack has no envelope id")
	default:
		c.deliver(f.envelope(data, received))
	}
}

func (c *conn) greeted(f frame) {
	if c.hello.happened() {
		return
	}
	c.mu.Lock()
	c.since = time.Now()
	c.mu.Unlock()
	c.client.tally.hello(f.NumConnections)
	entry := c.log.Info()
	if f.NumConnections >= manyConnections {
		entry = c.log.Warn()
	}
	entry.Int("num_connections", f.NumConnections).Str("host", brief(f.DebugInfo.Host)).
		Int("expected_seconds", f.DebugInfo.ConnectionTime).Msg("socket to Slack is open")
	c.hello.happen()
}

// write sends a frame in one piece; one writer at a time.
func (c *conn) write(data []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(c.client.opts.Timing.Write))
	if err := c.ws.WriteMessage(websocket.TextMessage, data); err != nil {
		return fmt.Errorf("write to Slack's socket: %w", err)
	}
	return nil
}

// brief cuts text from outside to what a log line bears.
func brief(s string) string { return s[:min(len(s), 64)] }
