package watch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"perch/internal/audit"
	"perch/internal/explore"
	"perch/internal/finch"
)

// Calls makes any call of Finch's endpoint table. What it answers is payroll data.
type Calls interface {
	Call(ctx context.Context, token finch.Token, r finch.Request) (finch.Answer, error)
}

// Spare tells how many more calls of an endpoint fit into the running minute,
// negative where there is no limit.
type Spare interface{ Left(path string) int }

// Ledger is what the explorer keeps: account of every call, who waits for the end
// of a job, and which connections somebody here ended. No answer is kept.
type Ledger interface {
	NoteAudit(ctx context.Context, e audit.Entry) error
	// Mark stands for a personal value in the account.
	Mark(value string) string
	// AskJob owes a person a word at the end of a job that is known.
	AskJob(ctx context.Context, jobID, userID, about string) error
	// Forget takes a connection's token out of the vault; its history stays.
	Forget(ctx context.Context, connectionID string) error
}

// errNoLedger means that this watcher cannot account for calls.
var errNoLedger = errors.New("no account of calls can be kept here")

// Explore asks Finch one question for a person and returns of the answer what may be
// seen. This is the only room of the explorer where there is more. How Finch answered
// is in the result, a refusal too. It fails where Finch was not asked, with
// finch.ErrUnknown, finch.ErrNoToken, a fault of the question or
// explore.ErrUnaccounted; and with the latter where the answer to a read is withheld,
// since nobody could say later who saw it. It fails with finch.ErrStopping while Perch
// stops.
//
// A read that ctx cuts short fails too. A write goes on when ctx ends, and is asked
// once. What it began is followed: see consequences.
func (w *Watcher) Explore(ctx context.Context, o explore.Order) (r explore.Result, err error) {
	if !w.work.enter() {
		return r, fmt.Errorf("explore: %w", finch.ErrStopping)
	}
	defer w.work.leave()
	err = w.survive(func() error {
		var err error
		r, err = w.explore(ctx, o)
		return err
	})
	if err != nil {
		return explore.Result{}, fmt.Errorf("explore: %w", err)
	}
	return r, nil
}

func (w *Watcher) explore(ctx context.Context, o explore.Order) (explore.Result, error) {
	c, err := w.fillIn(ctx, o)
	if err != nil {
		return explore.Result{}, err
	}
	if c.beforehand() {
		if err := w.account(ctx, c, "asked"); err != nil {
			return explore.Result{}, err
		}
	}
	if c.writes() {
		ctx = context.WithoutCancel(ctx) // Finch does it whether or not somebody waits
	}
	answer, refusal := w.call(ctx, c)
	r := c.result(answer, refusal)
	r.Left = w.left(c.request.Path)
	if refusal == nil && c.writes() {
		w.consequences(ctx, c, answer, &r)
	}
	err = w.account(ctx, c, ending(r.Status, r.RequestID))
	switch {
	case err == nil && refusal != nil && errors.Is(ctx.Err(), context.Canceled):
		return explore.Result{}, refusal // nobody waits any more; Finch is not to be blamed for that
	case err == nil:
		return r, nil
	case c.writes(): // it is done and was accounted for; to hide what became of it helps nobody
		w.log.Error().Err(err).Str("endpoint", c.endpoint().Name()).Str("request", r.RequestID).Msg("could not note what became of a write")
		return r, nil
	default:
		return explore.Result{}, err
	}
}

// exploring is a question on its way to Finch.
type exploring struct {
	order   explore.Order
	request finch.Request
	// token is zero where the application asks for itself.
	token finch.Token
	// purpose is what is asked for beside the answer itself, for the account.
	purpose string
}

func (c exploring) endpoint() finch.Endpoint { return c.order.Query.Endpoint }
func (c exploring) writes() bool             { return c.endpoint().Writes }
func (c exploring) reveals() bool            { return len(c.order.Reveal) > 0 }

// beforehand reports whether the call must be accounted for before it is made.
func (c exploring) beforehand() bool { return c.writes() || c.reveals() }

// What makes an order none that can be followed.
var (
	errWriteAgain = errors.New("a write is not made again to show more of its answer")
	errNoReason   = errors.New("fields are shown in clear for a reason only")
)

// fillIn makes a question ready to be asked.
func (w *Watcher) fillIn(ctx context.Context, o explore.Order) (exploring, error) {
	c := exploring{order: o}
	switch {
	case w.ledger == nil:
		return c, errNoLedger
	case c.reveals() && c.writes():
		return c, errWriteAgain
	case c.reveals() && o.Reason == "":
		return c, errNoReason
	}
	var err error
	if c.request, err = o.Query.Request(); err != nil {
		return c, err
	}
	if c.endpoint().Auth == finch.Bearer {
		if c.token, err = w.store.Token(ctx, o.Query.ConnectionID); err != nil {
			return c, fmt.Errorf("take the token: %w", err)
		}
	}
	return c, nil
}

// call asks Finch. The log tells of the endpoint, not of the path: that may hold the
// id of a person, and so may the words of an error.
func (w *Watcher) call(ctx context.Context, c exploring) (finch.Answer, error) {
	began := w.now()
	answer, refusal := w.people.Call(ctx, c.token, c.request)
	if answer.Took == 0 {
		answer.Took = w.now().Sub(began)
	}
	if told, ok := errors.AsType[*finch.Error](refusal); ok {
		answer.Status, answer.RequestID = told.Status, told.RequestID
	}
	w.log.Info().Str("endpoint", c.endpoint().Name()).Str("connection", c.order.Query.ConnectionID).
		Int("status", answer.Status).Str("trouble", string(troubleOf(refusal))).Str("request", answer.RequestID).
		Int64("ms", answer.Took.Milliseconds()).Msg("the explorer asked Finch")
	if refusal != nil && c.endpoint().Auth == finch.Bearer {
		w.noteRefusal(ctx, c, refusal)
	}
	return answer, refusal
}

// noteRefusal notes what a refusal says of the connection.
func (w *Watcher) noteRefusal(ctx context.Context, c exploring, refusal error) {
	ctx, cancel := recording(ctx)
	defer cancel()
	if err := w.afterRefusal(ctx, c.order.Query.ConnectionID, c.token, refusal); err != nil {
		w.log.Warn().Err(err).Str("connection", c.order.Query.ConnectionID).Msg("could not note what a refusal says of the connection")
	}
}

// left is how many more calls fit into the running minute.
func (w *Watcher) left(path string) int {
	if w.spare == nil {
		return -1
	}
	return w.spare.Left(path)
}

// answeredAt is when an answer came.
func answeredAt(answer finch.Answer, now time.Time) time.Time {
	if answer.At.IsZero() {
		return now
	}
	return answer.At
}
