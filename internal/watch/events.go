package watch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"perch/internal/finch"
)

const (
	// eventsAtOnce is how many events are claimed together, openers how many are
	// worked off together. Nothing is asked of Finch here, so the lease is short:
	// after a crash the events come again soon.
	eventsAtOnce = 100
	openers      = 4
	eventLease   = 20 * time.Second
	// leftOver is how late an event may be whose arrival nobody was told of: one
	// from before a restart, or from a lease that ran out.
	leftOver = 5 * time.Second
	// eventTries is how often an event that cannot be recorded comes again: for
	// twenty minutes.
	eventTries = 60
)

// Arrived says that an event has been stored. It does not wait.
func (w *Watcher) Arrived() { nudge(w.arrived) }

// openMail works events off as they arrive, until ctx ends.
func (w *Watcher) openMail(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.arrived:
			w.sweep(w.mail())
		}
	}
}

// mail is the sweep over events. It runs when one arrives, and every so often
// for those that were left over.
func (w *Watcher) mail() sweep { return sweep{"events", leftOver, w.takeEvents} }

// takeEvents works off all events that wait.
func (w *Watcher) takeEvents(ctx context.Context) error {
	var failed error // the first time; one that fails keeps no others waiting
	for w.events != nil && !w.work.isClosed() {
		events, err := w.events.ClaimEvents(ctx, eventsAtOnce, eventLease)
		if err != nil {
			return fmt.Errorf("claim events: %w", err)
		}
		var pool errgroup.Group
		pool.SetLimit(openers)
		for _, e := range events {
			pool.Go(func() error { return w.survive(func() error { return w.takeEvent(ctx, e) }) })
		}
		failed = cmp.Or(failed, pool.Wait())
		if len(events) < eventsAtOnce {
			break
		}
	}
	return failed
}

// takeEvent records what one event says. One that cannot be recorded comes
// again when its lease has ended, but not for ever.
func (w *Watcher) takeEvent(ctx context.Context, e Event) error {
	said, err := finch.ParseEvent(e.Payload)
	if err == nil {
		said.ID, said.Sent = e.ID, e.Received
		err = w.heed(ctx, said)
		if err != nil && e.Attempts < eventTries {
			return fmt.Errorf("heed event %s: %w", e.ID, err)
		}
	}
	if err != nil {
		w.log.Error().Err(err).Str("event", e.ID).Int("attempts", e.Attempts).Msg("an event is given up")
	} else {
		w.log.Debug().Str("event", e.ID).Str("type", said.Type).Str("connection", said.ConnectionID).Msg("event taken")
	}
	if err := w.events.EventDone(ctx, e.ID); err != nil {
		return fmt.Errorf("mark event %s as done: %w", e.ID, err)
	}
	return nil
}

// testEvent is what the test button of Finch's dashboard sends. The ids in it
// are of nobody.
const testEvent = "test"

// heed records what an event says and sees to it that Finch is asked for the
// rest: an event names a job but not how it ended, and of a connection's status
// the introspection is the truth.
func (w *Watcher) heed(ctx context.Context, e finch.Event) error {
	if e.ConnectionID == "" || e.Type == testEvent {
		return nil
	}
	if err := w.sight(ctx, e); err != nil {
		return err
	}
	if job, ok := e.Job(); ok {
		return w.heedJob(ctx, e, job)
	}
	if e.Status == "" {
		return nil // a change of data, or a type that is new to us
	}
	change := finch.Change{
		ConnectionID: e.ConnectionID, EntityID: e.EntityID, Method: e.Method,
		To: e.Status, At: e.Sent, Source: finch.FromWebhook,
	}
	if err := w.store.RecordChange(ctx, change); err != nil {
		return fmt.Errorf("record a change of status: %w", err)
	}
	return w.lookSoon(ctx, e.ConnectionID)
}

// sight records a connection that Finch speaks of and that has no token here.
func (w *Watcher) sight(ctx context.Context, e finch.Event) error {
	c, err := w.store.Connection(ctx, e.ConnectionID)
	unknown := errors.Is(err, finch.ErrUnknown)
	if err != nil && !unknown {
		return fmt.Errorf("see whose event it is: %w", err)
	}
	if c.HasToken || !unknown && !c.DisconnectedAt.IsZero() {
		return nil
	}
	if err := w.store.Sighted(ctx, e.ConnectionID, e.CompanyID, e.Sent); err != nil {
		return fmt.Errorf("record a connection without a token: %w", err)
	}
	return nil
}

func (w *Watcher) heedJob(ctx context.Context, e finch.Event, job finch.KnownJob) error {
	job.ConnectionID, job.EntityID, job.FirstSeen = e.ConnectionID, e.EntityID, e.Sent
	w.hearsay.heard(job.ID)
	if err := w.keepJobs(ctx, []finch.KnownJob{job}); err != nil {
		return err
	}
	return w.readSoon(ctx, job.ID)
}

func (w *Watcher) lookSoon(ctx context.Context, connectionID string) error {
	if err := w.store.LookSoon(ctx, connectionID); err != nil {
		return fmt.Errorf("have connection %s looked at: %w", connectionID, err)
	}
	nudge(w.toLook)
	return nil
}
