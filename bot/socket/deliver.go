package socket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
)

// noChoices is the answer to an option request that has none.
var noChoices = json.RawMessage(`{"options":[]}`)

// deliver acknowledges an envelope and hands it on, in the order its kind asks
// for. It runs in the read loop and does not wait for any handler.
func (c *conn) deliver(e Envelope) {
	if !c.begin() {
		c.unacked(e, Stopping, nil)
		return
	}
	switch e.Kind {
	case Command, Click:
		defer c.done()
		if c.ackEmpty(e) {
			c.take(e)
		}
	case Event:
		if c.passes(e) {
			defer c.done()
			c.ackEmpty(e)
			return
		}
		c.handle(e, c.keep)
	case Submission:
		c.handle(e, c.submit)
	case Choices:
		c.handle(e, c.choose)
	default:
		c.log.Warn().Str("envelope", brief(e.ID)).Str("type", brief(e.Type)).Msg("an envelope of unknown kind")
		c.ackEmpty(e)
		c.handle(e, c.keepUnknown)
	}
}

// passes reports whether nothing follows from an event.
func (c *conn) passes(e Envelope) (passes bool) {
	if c.client.opts.Passes == nil {
		return false
	}
	_ = c.guard(e, func() error { // after a panic the handler gets it
		passes = c.client.opts.Passes(e)
		return nil
	})
	return passes
}

// handle runs the slow part beside the read loop, if there is room.
func (c *conn) handle(e Envelope, do func(Envelope)) {
	room := c.client.rooms[e.Kind]
	if !room.enter() {
		c.unacked(e, Busy, nil)
		c.done()
		return
	}
	go func() {
		defer c.done()
		defer room.leave()
		do(e)
	}()
}

func (c *conn) take(e Envelope) {
	_ = c.guard(e, func() error {
		c.client.opts.Handler.Take(context.WithoutCancel(c.work), e)
		return nil
	})
}

// keep acknowledges an event once it is safe, and else leaves it for Slack to
// deliver again.
func (c *conn) keep(e Envelope) {
	if err := c.callKeep(e); err != nil {
		c.unacked(e, Failed, err)
		return
	}
	c.ackEmpty(e)
}

func (c *conn) keepUnknown(e Envelope) {
	if err := c.callKeep(e); err != nil {
		c.log.Warn().Err(err).Str("envelope", brief(e.ID)).Msg("an envelope of unknown kind is not kept")
	}
}

func (c *conn) callKeep(e Envelope) error {
	ctx, cancel := context.WithTimeout(c.work, c.client.opts.Timing.Keep)
	defer cancel()
	return c.guard(e, func() error { return c.client.opts.Handler.Keep(ctx, e) })
}

// submit acknowledges with the handler's answer or, lacking one, not at all: an
// acknowledgement would close the modal over what was typed in it.
func (c *conn) submit(e Envelope) {
	data, why, err := c.answerFrame(e, nil)
	if err != nil {
		c.unacked(e, why, err)
		return
	}
	c.send(e, data)
}

// choose acknowledges with the handler's list or, lacking one, an empty one: it
// says "no results", where silence shows an error at each keystroke.
func (c *conn) choose(e Envelope) {
	data, why, err := c.answerFrame(e, noChoices)
	if err != nil {
		c.log.Warn().Err(err).Str("envelope", brief(e.ID)).Str("why", string(why)).
			Msg("an option list is answered empty")
		data = ackFrame(e.ID, noChoices)
	}
	c.send(e, data)
}

// answerFrame is the acknowledgement that carries the handler's answer; none
// stands in where the handler has nothing to say.
func (c *conn) answerFrame(e Envelope, none json.RawMessage) ([]byte, Why, error) {
	answer, err := c.callAnswer(e)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, Late, err
	}
	if err != nil {
		return nil, Failed, err
	}
	if len(answer) == 0 || string(answer) == "null" {
		return ackFrame(e.ID, none), "", nil
	}
	answer, err = fitAnswer(answer)
	if errors.Is(err, errTooBig) {
		return nil, TooBig, err
	}
	if err != nil {
		return nil, Failed, err
	}
	return ackFrame(e.ID, answer), "", nil
}

// callAnswer asks the handler and does not wait past the deadline, even for one
// that ignores it; what comes after is thrown away.
func (c *conn) callAnswer(e Envelope) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(c.work, c.client.opts.Timing.Answer)
	defer cancel()
	type result struct {
		answer json.RawMessage
		err    error
	}
	results := make(chan result, 1)
	go func() {
		var r result
		r.err = c.guard(e, func() (err error) {
			r.answer, err = c.client.opts.Handler.Answer(ctx, e)
			return err
		})
		results <- r
	}()
	select {
	case r := <-results:
		return r.answer, r.err
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the answer: %w", ctx.Err())
	}
}

// ackEmpty acknowledges without a payload and reports whether that worked.
func (c *conn) ackEmpty(e Envelope) bool { return c.send(e, ackFrame(e.ID, nil)) }

// send writes an acknowledgement and reports whether that worked. One that
// cannot be written means that the socket is broken, so it is closed and the
// reader finds out.
func (c *conn) send(e Envelope, data []byte) bool {
	if err := c.write(data); err != nil {
		_ = c.ws.Close()
		c.unacked(e, WriteLost, err)
		return false
	}
	c.client.tally.acked(e)
	return true
}

func (c *conn) unacked(e Envelope, why Why, err error) {
	c.client.tally.unacked(e, why)
	c.log.Warn().Err(err).Str("envelope", brief(e.ID)).Str("kind", string(e.Kind)).
		Str("why", string(why)).Msg("an envelope is not acknowledged")
}

var errPanicked = errors.New("the handler panicked")

// guard keeps a panic of the handler from ending the program.
func (c *conn) guard(e Envelope, do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errPanicked
			c.log.Error().Str("envelope", brief(e.ID)).Str("kind", string(e.Kind)).
				Type("panic", p).Bytes("stack", debug.Stack()).Msg("the handler of an envelope panicked")
		}
	}()
	return do()
}
