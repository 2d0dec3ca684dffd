package watch

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"perch/internal/finch"
)

const (
	// lookWithin bounds a look: two calls of at most 20 s each, and the records.
	lookWithin = 45 * time.Second
	// recordWithin bounds what is written after Finch has answered, which is done
	// even when time is up or nobody waits any more.
	recordWithin = 5 * time.Second
)

// Mismatch means that a token belongs to another connection than it was said to.
type Mismatch struct {
	// Want is the connection that was named, Got the one that Finch names.
	Want, Got string
}

func (m *Mismatch) Error() string {
	return fmt.Sprintf("the access token belongs to connection %s, not to %s", m.Got, m.Want)
}

// glimpse is what a look brought, and for whom it was made.
type glimpse struct {
	connection finch.Connection
	by         asker
}

// asker is for whom Finch is asked.
type asker bool

const (
	people     asker = false
	background asker = true
)

// finch is Finch as the asker may ask it.
func (w *Watcher) finch(by asker) Finch {
	if by == background {
		return w.background
	}
	return w.people
}

// Look asks Finch about a connection now, records the answer and returns what
// is known then. Looks at the same connection at the same time are one. The
// error holds a *finch.Error where Finch did not answer as hoped (when it calls
// the token revoked, the connection is disconnected from then on), a *Mismatch,
// finch.ErrUnknown or finch.ErrNoToken. A cancelled ctx ends the waiting only.
func (w *Watcher) Look(ctx context.Context, connectionID string) (finch.Connection, error) {
	seen, err := w.share(ctx, connectionID, people)
	if seen.by == background && troubleOf(err) == finch.TroubleRateLimited {
		// It was held back for the sake of people: this is one.
		seen, err = w.share(ctx, connectionID, people)
	}
	return seen.connection, err
}

// share starts a look or joins the one under way.
func (w *Watcher) share(ctx context.Context, id string, by asker) (glimpse, error) {
	flight := w.flights.DoChan(id, func() (any, error) {
		seen := glimpse{by: by}
		var err error
		seen.connection, err = w.lookOnce(id, w.finch(by))
		return seen, err
	})
	select {
	case <-ctx.Done():
		return glimpse{}, fmt.Errorf("wait for a look at connection %s: %w", id, ctx.Err())
	case r := <-flight:
		seen, _ := r.Val.(glimpse)
		return seen, r.Err
	}
}

// lookOnce is a look on the watcher's own time, observed.
func (w *Watcher) lookOnce(id string, from Finch) (c finch.Connection, err error) {
	if !w.work.enter() {
		return c, fmt.Errorf("look at connection %s: %w", id, errStopping)
	}
	defer w.work.leave()
	started := time.Now()
	defer func() { w.observer.Looked(time.Since(started), troubleOf(err)) }()
	ctx, cancel := context.WithTimeout(w.life, lookWithin)
	defer cancel()
	err = w.survive(func() error {
		var err error
		c, err = w.ask(ctx, id, from)
		return err
	})
	if err != nil {
		return c, fmt.Errorf("look at connection %s: %w", id, err)
	}
	return c, nil
}

// ask asks Finch and records what it says.
func (w *Watcher) ask(ctx context.Context, id string, from Finch) (finch.Connection, error) {
	token, err := w.store.Token(ctx, id)
	if err != nil {
		return finch.Connection{}, fmt.Errorf("take the token: %w", err)
	}
	asked := w.now()
	in, err := from.Introspect(ctx, token)
	if err != nil {
		return finch.Connection{}, errors.Join(fmt.Errorf("introspect: %w", err), w.lost(ctx, id, err, asked))
	}
	facts := finch.Facts{Introspection: in, At: w.now()}
	if in.ConnectionID != id {
		return finch.Connection{}, &Mismatch{Want: id, Got: in.ConnectionID}
	}
	facts.Jobs = w.jobs(ctx, token, in, from)
	return w.record(ctx, facts)
}

// lost records that the token is revoked, if that is what the error says.
func (w *Watcher) lost(ctx context.Context, id string, refusal error, asked time.Time) error {
	if troubleOf(refusal) != finch.TroubleRevoked {
		return nil
	}
	ctx, cancel := recording(ctx)
	defer cancel()
	if err := w.store.Lost(ctx, id, asked); err != nil {
		return fmt.Errorf("record a revoked token: %w", err)
	}
	w.log.Info().Str("connection", id).Msg("Finch calls the access token revoked: the connection is disconnected")
	return nil
}

// jobs asks for the job list where it says something: an assisted connection
// has none, Finch's sandbox schedules none. A broken connection is asked too:
// the sync that comes after its repair would have no name otherwise, and Finch
// tells of past ones only by their names. A failure takes nothing from the
// introspection.
func (w *Watcher) jobs(ctx context.Context, token finch.Token, in finch.Introspection, from Finch) *finch.JobList {
	if in.Manual || in.ConnectionType == "finch" {
		return nil
	}
	list, err := from.AutomatedJobs(ctx, token)
	if err != nil {
		w.log.Info().Err(err).Str("connection", in.ConnectionID).Msg("Finch did not tell the jobs")
		return nil
	}
	return &list
}

func (w *Watcher) record(ctx context.Context, facts finch.Facts) (finch.Connection, error) {
	ctx, cancel := recording(ctx)
	defer cancel()
	if err := w.store.Learn(ctx, facts); err != nil {
		return finch.Connection{}, fmt.Errorf("record what Finch said: %w", err)
	}
	if err := w.keepListed(ctx, facts); err != nil {
		return finch.Connection{}, err
	}
	c, err := w.store.Connection(ctx, facts.Introspection.ConnectionID)
	if err != nil {
		return finch.Connection{}, fmt.Errorf("read what is known: %w", err)
	}
	return c, nil
}

// recording is a context for writing down what has already happened.
func recording(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), recordWithin)
}

// errPanic stands for a panic, whose cause is in the log.
var errPanic = errors.New("broke off: see the log")

// survive runs do and turns a panic into an error: nobody's crash is shared.
func (w *Watcher) survive(do func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			w.log.Error().Str("panic", fmt.Sprint(v)).Bytes("stack", debug.Stack()).Msg("a watch broke off")
			err = errPanic
		}
	}()
	return do()
}

// troubleOf is what an error means: "" for none, TroubleOther where it is not
// Finch's.
func troubleOf(err error) finch.Trouble {
	if err == nil {
		return ""
	}
	if refusal, ok := errors.AsType[*finch.Error](err); ok {
		return refusal.Trouble()
	}
	return finch.TroubleOther
}
