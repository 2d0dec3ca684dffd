package watch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"perch/internal/finch"
)

// sweep is something that is done every so often.
type sweep struct {
	name  string
	every time.Duration
	do    func(context.Context) error
}

// sweeps is the table of all of them. Each goes over what the store says is
// due, so how often it runs is how late it may be, not how much it does.
func (w *Watcher) sweeps() []sweep {
	return []sweep{
		{"due connections", time.Second, w.lookAtDue},
		{"due jobs", time.Second, w.readDueJobs},
		{"due judgements", time.Second, w.judgeDue},
		{"due sessions", time.Second, w.readSessions},
		w.mail(),
		{"provider catalogue", 2 * time.Second, w.learnCatalogue},
		{"old events", time.Hour, w.forgetEvents},
		{"old history", time.Hour, w.forgetHistory},
		{"old problems", time.Hour, w.forgetProblems},
		{"old sessions", time.Hour, w.forgetSessions},
		{"quiet threads", time.Hour, w.letQuietGo},
	}
}

// LongestLease is how long what was claimed for a process that is gone may stay so.
const LongestLease = max(lookLease, readLease, eventLease)

const (
	// lookers is how many connections are looked at together.
	lookers = 4
	// lookLease outlasts the slowest turn: the look, its record, the next turn's
	// record, and something for a busy machine.
	lookLease = lookWithin + 2*recordWithin + 5*time.Second

	catalogueAge = 24 * time.Hour
	// catalogueTries is how many tokens are tried for the catalogue in one go.
	catalogueTries = 3
	// catalogueFrom is how many are gone over to find some with a token.
	catalogueFrom = 100

	inboxAge = 7 * 24 * time.Hour
)

// lookAtDue begins looks at the connections whose turn it is. It does not wait
// for the last to end, so that slow ones keep nobody waiting who comes due
// meanwhile.
func (w *Watcher) lookAtDue(ctx context.Context) error {
	for {
		more, err := w.beginDue(ctx)
		if err != nil || !more || w.behind.Load() {
			return err
		}
	}
}

// lookUnlessBehind leaves it to the sweep's measure while jobs wait.
func (w *Watcher) lookUnlessBehind(ctx context.Context) error {
	if w.behind.Load() {
		return nil
	}
	return w.lookAtDue(ctx)
}

// beginDue waits for a free looker, claims as many connections as there are
// free ones and begins their turns. It reports whether more may be due.
func (w *Watcher) beginDue(ctx context.Context) (more bool, err error) {
	free, begun := w.lookers.take(ctx), 0
	defer func() { w.lookers.leave(free - begun) }()
	if free == 0 || w.work.isClosed() {
		return false, nil
	}
	if w.behind.Load() && free > 1 {
		// How waiting jobs ended is worth more than a look, and both draw on
		// one budget.
		w.lookers.leave(free - 1)
		free = 1
	}
	due, err := w.store.ClaimDue(ctx, free, lookLease)
	if err != nil {
		return false, fmt.Errorf("claim due connections: %w", err)
	}
	for _, d := range due {
		begun++
		w.work.follow()
		go w.takeTurn(ctx, d)
	}
	return begun == free, nil
}

// takeTurn is a turn on a looker's place.
func (w *Watcher) takeTurn(ctx context.Context, d finch.Due) {
	defer w.work.leave()
	defer w.lookers.leave(1)
	if err := w.survive(func() error { return w.turn(ctx, d) }); err != nil {
		w.log.Warn().Err(err).Str("connection", d.ConnectionID).Msg("a turn broke off")
	}
}

// turn looks at one connection and sets its next turn.
func (w *Watcher) turn(ctx context.Context, d finch.Due) error {
	next := w.now()
	if !w.work.isClosed() {
		c, err := w.lookOnce(d.ConnectionID, background)
		next = w.nextTurn(d.ConnectionID, c, err)
	}
	ctx, cancel := recording(ctx)
	defer cancel()
	if err := w.store.Postpone(ctx, d, next); err != nil {
		return fmt.Errorf("set the next turn of connection %s: %w", d.ConnectionID, err)
	}
	return nil
}

// nextTurn is when to look again after a look ended so, and says so in the log.
func (w *Watcher) nextTurn(id string, c finch.Connection, err error) time.Time {
	now := w.now()
	if err == nil {
		w.failures.clear(id)
		next := w.pace.after(c, now)
		w.log.Debug().Str("connection", id).Str("status", string(c.Worst())).Time("next", next).Msg("looked at a connection")
		return next
	}
	if w.work.isClosed() || errors.Is(err, finch.ErrStopping) {
		return now // cut short by our own end: its turn is still now
	}
	next := w.pace.afterFailure(err, w.failures.failed(id), now)
	if c.ID != "" {
		next = w.pace.after(c, now) // the refusal told how it stands
	}
	w.severity(err).Err(err).Str("connection", id).Time("next", next).Msg("could not look at a connection")
	return next
}

// severity is the level at which a failed look is worth a line.
func (w *Watcher) severity(err error) *zerolog.Event {
	// A revoked token has a line of its own, and the connection's card says it.
	if trouble := troubleOf(err); trouble.Passes() || trouble == finch.TroubleRevoked {
		return w.log.Info()
	}
	return w.log.Warn()
}

// learnCatalogue asks for Finch's catalogue of providers once a day, with
// whatever token works.
func (w *Watcher) learnCatalogue(ctx context.Context) error {
	if !w.catalogue.ready(w.now()) {
		return nil
	}
	learned, err := w.store.ProvidersLearned(ctx)
	if err != nil {
		return fmt.Errorf("see how old the catalogue is: %w", err)
	}
	if w.now().Sub(learned) < catalogueAge {
		return nil
	}
	ids, err := w.wellConnections(ctx)
	if err != nil || len(ids) == 0 {
		return err
	}
	err = w.askCatalogue(ctx, ids)
	w.catalogue.note(err, w.pace, w.now())
	return err
}

func (w *Watcher) askCatalogue(ctx context.Context, ids []string) error {
	var last error
	for _, id := range ids {
		providers, err := w.providersBy(ctx, id)
		if err != nil {
			last = fmt.Errorf("ask for the catalogue by connection %s: %w", id, err)
			continue
		}
		if err := w.store.SaveProviders(ctx, providers, w.now()); err != nil {
			return fmt.Errorf("keep the catalogue: %w", err)
		}
		return nil
	}
	return last
}

func (w *Watcher) providersBy(ctx context.Context, id string) ([]finch.Provider, error) {
	token, err := w.store.Token(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("take the token: %w", err)
	}
	providers, err := w.background.Providers(ctx, token)
	if err == nil && len(providers) == 0 {
		return nil, errors.New("the catalogue came empty")
	}
	return providers, err
}

// wellConnections are a few live connections, well ones if there are any.
func (w *Watcher) wellConnections(ctx context.Context) ([]string, error) {
	well := false
	for _, attention := range []*bool{&well, nil} {
		page, err := w.store.List(ctx, finch.ListQuery{Tab: finch.Live, Attention: attention, Limit: catalogueFrom})
		if err != nil {
			return nil, fmt.Errorf("find a connection to ask by: %w", err)
		}
		if ids := withToken(page.Briefs); len(ids) > 0 {
			return ids[:min(len(ids), catalogueTries)], nil
		}
	}
	return nil, nil
}

// withToken are the ids of those that can be asked by: a connection may be
// known from a webhook alone.
func withToken(briefs []finch.Brief) []string {
	var ids []string
	for _, b := range briefs {
		if b.Status != finch.NoToken {
			ids = append(ids, b.ID)
		}
	}
	return ids
}

// forgetEvents removes events from the inbox that are long worked off.
func (w *Watcher) forgetEvents(ctx context.Context) error {
	gone, err := w.store.PruneInbox(ctx, w.now().Add(-inboxAge))
	if err != nil {
		return fmt.Errorf("prune the inbox: %w", err)
	}
	if gone > 0 {
		w.log.Info().Int("events", gone).Msg("old events forgotten")
	}
	return nil
}

// forgetHistory removes jobs and status changes that are older than what is kept.
func (w *Watcher) forgetHistory(ctx context.Context) error {
	before := w.now().Add(-w.retention)
	jobs, err := w.store.PruneJobs(ctx, before)
	if err != nil {
		return fmt.Errorf("prune the jobs: %w", err)
	}
	changes, err := w.store.PruneChanges(ctx, before)
	if err != nil {
		return fmt.Errorf("prune the status changes: %w", err)
	}
	if jobs+changes > 0 {
		w.log.Info().Int("jobs", jobs).Int("changes", changes).Msg("old history forgotten")
	}
	return nil
}
