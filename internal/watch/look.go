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
	// introspectWithin bounds the question how a connection stands, which package
	// finch gives up after as long.
	introspectWithin = 20 * time.Second
	// personWithin bounds a look for a person, personJobsWithin its question for
	// the jobs: what they add is not worth more of a person's time.
	personWithin     = 22 * time.Second
	personJobsWithin = 5 * time.Second
	// lookWithin bounds a look that nobody waits for: two calls of at most 20 s
	// each. The records come on top of both.
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

// asker is for whom Finch is asked.
type asker bool

const (
	people     asker = false
	background asker = true
)

// within is how long a look may take, and in it the question for the jobs.
func (a asker) within() (look, jobs time.Duration) {
	if a == background {
		return lookWithin, lookWithin
	}
	return personWithin, personJobsWithin
}

// finch is Finch as the asker may ask it.
func (w *Watcher) finch(by asker) Finch {
	if by == background {
		return w.background
	}
	return w.people
}

// Look asks Finch about a connection now, records the answer and returns what
// is known then, all within about 22 s. Calls for the same connection at the
// same time are one look; those of the sweep stand apart. The error holds a *finch.Error where Finch did not answer as hoped (when it calls
// the token revoked, the connection is disconnected from then on), a *Mismatch,
// finch.ErrUnknown or finch.ErrNoToken. Where the refusal itself tells how the
// connection stands, that is recorded and returned beside it. A cancelled ctx ends
// the waiting only.
func (w *Watcher) Look(ctx context.Context, connectionID string) (finch.Connection, error) {
	flight := w.flights.DoChan(connectionID, func() (any, error) { return w.lookOnce(connectionID, people) })
	select {
	case <-ctx.Done():
		return finch.Connection{}, fmt.Errorf("wait for a look at connection %s: %w", connectionID, ctx.Err())
	case r := <-flight:
		c, _ := r.Val.(finch.Connection)
		return c, r.Err
	}
}

// lookOnce is a look on the watcher's own time, observed.
func (w *Watcher) lookOnce(id string, by asker) (c finch.Connection, err error) {
	if !w.work.enter() {
		return c, fmt.Errorf("look at connection %s: %w", id, finch.ErrStopping)
	}
	defer w.work.leave()
	started := time.Now()
	defer func() { w.observer.Looked(time.Since(started), troubleOf(err)) }()
	within, _ := by.within()
	ctx, cancel := context.WithTimeout(w.life, within)
	defer cancel()
	err = w.survive(func() error {
		var err error
		c, err = w.ask(ctx, id, by)
		return err
	})
	if err != nil {
		return c, fmt.Errorf("look at connection %s: %w", id, err)
	}
	return c, nil
}

// question is what Finch is asked. An answer counts as of when it was asked for:
// how long it then waited to be read, while another was asked for and read,
// nobody can tell.
type question struct {
	id    string
	token finch.Token
	at    time.Time
}

// ask asks Finch and records what it says.
func (w *Watcher) ask(ctx context.Context, id string, by asker) (finch.Connection, error) {
	token, err := w.store.Token(ctx, id)
	if err != nil {
		return finch.Connection{}, fmt.Errorf("take the token: %w", err)
	}
	q := question{id: id, token: token, at: w.now()}
	in, err := w.introspect(ctx, token, by)
	w.senseAnswer(err)
	if err != nil {
		c, told := w.told(ctx, q, err)
		return c, errors.Join(fmt.Errorf("introspect: %w", err), w.lost(ctx, id, token, err), told)
	}
	facts := finch.Facts{Introspection: in, At: q.at}
	if in.ConnectionID != id {
		return finch.Connection{}, &Mismatch{Want: id, Got: in.ConnectionID}
	}
	facts.Jobs = w.jobs(ctx, token, in, by)
	return w.record(ctx, facts)
}

func (w *Watcher) introspect(ctx context.Context, token finch.Token, by asker) (finch.Introspection, error) {
	ctx, cancel := context.WithTimeout(ctx, introspectWithin)
	defer cancel()
	return w.finch(by).Introspect(ctx, token)
}

// lost records that this token is revoked, if that is what the error says.
func (w *Watcher) lost(ctx context.Context, id string, token finch.Token, refusal error) error {
	if troubleOf(refusal) != finch.TroubleRevoked {
		return nil
	}
	ctx, cancel := recording(ctx)
	defer cancel()
	if err := w.store.Lost(ctx, id, token, w.now()); err != nil {
		return fmt.Errorf("record a revoked token: %w", err)
	}
	w.log.Info().Str("connection", id).Msg("Finch calls the access token revoked: the connection is disconnected, unless it has got another token meanwhile")
	return nil
}

// statusOf is how a connection stands that Finch answers for so, empty where the
// trouble does not tell.
func statusOf(t finch.Trouble) finch.Status {
	switch t {
	case finch.TroubleReauth:
		return finch.Reauth
	case finch.TroublePermissions:
		return finch.NoPermissions
	case finch.TroubleNotSetUp:
		return finch.NotSetUp
	default:
		return ""
	}
}

// told records how a connection stands if a refusal says so, and returns what is
// known then. Finch is not known to answer an introspection like that; but where
// it does, the connection must not look well until it is mended.
func (w *Watcher) told(ctx context.Context, q question, refusal error) (finch.Connection, error) {
	status := statusOf(troubleOf(refusal))
	if status == "" {
		return finch.Connection{}, nil
	}
	ctx, cancel := recording(ctx)
	defer cancel()
	current, err := w.store.Token(ctx, q.id)
	if err != nil || current != q.token {
		return finch.Connection{}, nil // another token may fare better
	}
	c, err := w.store.Connection(ctx, q.id)
	if err == nil && c.Overall() != status {
		if err = w.store.Learn(ctx, finch.Facts{Introspection: standing(c, status), At: q.at}); err == nil {
			c, err = w.store.Connection(ctx, q.id)
		}
	}
	if err != nil {
		return finch.Connection{}, fmt.Errorf("record how the connection stands: %w", err)
	}
	return c, nil
}

// standing is what Finch would say of a connection that stands so and is else as
// it is known.
func standing(c finch.Connection, status finch.Status) finch.Introspection {
	in := finch.Introspection{
		ConnectionID: c.ID, CustomerID: c.CustomerID, CustomerName: c.CustomerName, CompanyID: c.CompanyID,
		ProviderID: c.ProviderID, ClientType: c.Environment, ConnectionType: "provider", Manual: c.Assisted,
		ConnectionStatus: finch.StatusReport{Status: status, LastSync: c.Report.LastSync},
		Products:         c.Products, Methods: c.Methods, Entities: c.Entities,
	}
	if c.FinchSandbox {
		in.ConnectionType = "finch"
	}
	return in
}

// jobs asks for the job list where it says something: an assisted connection
// has none, Finch's sandbox schedules none. A broken connection is asked too:
// the sync that comes after its repair would have no name otherwise, and Finch
// tells of past ones only by their names. A failure takes nothing from the
// introspection.
func (w *Watcher) jobs(ctx context.Context, token finch.Token, in finch.Introspection, by asker) *finch.JobList {
	if in.Manual || in.ConnectionType == "finch" {
		return nil
	}
	_, within := by.within()
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	list, err := w.finch(by).AutomatedJobs(ctx, token)
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

// survive runs do and turns a panic into an error: nobody's crash is shared. What
// our own end cut short says so.
func (w *Watcher) survive(do func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			// Its type only: what it says may be anybody's data.
			w.log.Error().Str("panic", fmt.Sprintf("%T", v)).Bytes("stack", debug.Stack()).Msg("a watch broke off")
			err = errPanic
		}
	}()
	err = do()
	if w.life.Err() != nil && errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w: %w", finch.ErrStopping, err)
	}
	return err
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
