package socket

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"
)

// Client keeps an app's sockets open and hands on what arrives on them. Its
// methods may be called from any goroutine, Run once.
type Client struct {
	opts  Options
	pace  *pacer
	tally *tally
	rooms map[Kind]gate
	conns sync.WaitGroup
}

// New returns a Client that does nothing until Run.
func New(o Options) *Client {
	o = o.orDefaults()
	rooms := make(map[Kind]gate)
	for _, k := range []Kind{Submission, Choices, Event, Unknown} {
		rooms[k] = make(gate, o.Handling)
	}
	return &Client{opts: o, pace: newPacer(o.Timing), tally: &tally{observer: o.Observer}, rooms: rooms}
}

// Run keeps the sockets open until ctx ends, then takes nothing more, lets what
// was taken finish (Timing.Drain at most), closes the sockets and returns nil.
// Before the first hello it returns a *FatalError if Slack names a fault of
// configuration; later it stays and tries again every minute.
func (c *Client) Run(ctx context.Context) error {
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	slots, ctx := errgroup.WithContext(ctx)
	for n := range c.opts.Sockets {
		s := slot{client: c, work: work, log: c.opts.Log.With().Int("socket", n+1).Logger()}
		slots.Go(func() error { return s.keep(ctx) })
	}
	err := slots.Wait()
	c.conns.Wait()
	return err
}

// Live is how many sockets have had Slack's hello and are still open.
func (c *Client) Live() int { return c.Stats().Live }

// Stats tells how the sockets fare.
func (c *Client) Stats() Stats { return c.tally.read() }

// gate bounds how many may be inside; it turns away and never makes wait.
type gate chan struct{}

func (g gate) enter() bool {
	select {
	case g <- struct{}{}:
		return true
	default:
		return false
	}
}

func (g gate) leave() { <-g }
