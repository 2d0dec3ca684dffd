package socket

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// The hard bound on opens, whatever happens: a burst for the start, then one
// every openEvery, all sockets together. In ten seconds that makes eight.
const (
	openBurst = 4
	openEvery = 3 * time.Second
)

const (
	// rateLimitWait is for a 429 that does not say how long. Slack's own SDKs
	// wait as much.
	rateLimitWait = 30 * time.Second
	maxRetryAfter = 10 * time.Minute
)

// pacer decides when the next socket may be opened. All sockets share one: what
// one learns of Slack's mood holds for the others.
type pacer struct {
	timing Timing
	bucket *rate.Limiter
	random func() float64 // in [0,1)

	mu       sync.Mutex
	failures int
	held     time.Time // nobody opens before
}

func newPacer(t Timing) *pacer {
	return &pacer{
		timing: t,
		bucket: rate.NewLimiter(rate.Every(openEvery), openBurst),
		random: rand.Float64,
	}
}

// wait blocks until a socket may be opened: after the delay, after any hold,
// and within the hard bound.
func (p *pacer) wait(ctx context.Context, delay time.Duration) error {
	for {
		if err := sleep(ctx, max(delay, p.holdLeft())); err != nil {
			return err
		}
		delay = 0
		if p.holdLeft() > 0 {
			continue
		}
		if err := sleep(ctx, p.bucket.Reserve().Delay()); err != nil {
			return err
		}
		if p.holdLeft() <= 0 {
			return nil
		}
	}
}

// ended takes note of a socket that had lived for uptime and returns how long
// to wait before its successor is opened.
func (p *pacer) ended(uptime time.Duration, why error) time.Duration {
	if hold := p.holdFor(why); hold > 0 {
		return p.hold(hold)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if uptime >= p.timing.MinUptime {
		p.failures = 0
		return 0
	}
	p.failures++
	return p.backoff(p.failures)
}

// failed takes note of a socket that did not come to be.
func (p *pacer) failed(why error) time.Duration { return p.ended(0, why) }

// backoff draws a wait evenly from zero to a bound that doubles with each
// failure ("full jitter"), so that many clients do not come back in step.
func (p *pacer) backoff(failures int) time.Duration {
	bound := p.timing.MinBackoff
	for range failures - 1 {
		bound = min(2*bound, p.timing.MaxBackoff)
	}
	return time.Duration(p.random() * float64(bound))
}

// holdFor is how long every socket has to stay away after such an error; zero
// if the error is this socket's own affair.
func (p *pacer) holdFor(why error) time.Duration {
	if d, ok := errors.AsType[*DisconnectError](why); ok {
		switch d.Reason {
		case reasonLinkDisabled:
			return p.timing.Refused
		case reasonTooMany:
			return p.timing.TooMany + time.Duration(p.random()*float64(p.timing.TooMany)/2)
		}
	}
	if o, ok := errors.AsType[*OpenError](why); ok {
		switch {
		case o.RetryAfter > 0:
			return min(o.RetryAfter, maxRetryAfter)
		case o.Code == "ratelimited":
			return rateLimitWait
		case Fatal(o.Code):
			return p.timing.Refused
		}
	}
	return 0
}

// hold keeps all sockets away for d, or longer if they are kept away already,
// and returns d.
func (p *pacer) hold(d time.Duration) time.Duration {
	until := time.Now().Add(d)
	p.mu.Lock()
	defer p.mu.Unlock()
	if until.After(p.held) {
		p.held = until
	}
	return d
}

func (p *pacer) holdLeft() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Until(p.held)
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
