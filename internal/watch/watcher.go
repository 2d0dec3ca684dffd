package watch

import (
	"context"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/singleflight"

	"perch/internal/finch"
)

// Finch answers questions about the connection that a token belongs to.
type Finch interface {
	Introspect(ctx context.Context, token finch.Token) (finch.Introspection, error)
	AutomatedJobs(ctx context.Context, token finch.Token) (finch.JobList, error)
	Providers(ctx context.Context, token finch.Token) ([]finch.Provider, error)
}

// Vault keeps access tokens.
type Vault interface {
	// Token fails with finch.ErrUnknown or finch.ErrNoToken where there is none.
	Token(ctx context.Context, connectionID string) (finch.Token, error)
	// Grant stores all tokens or none, and has each connection looked at soon.
	Grant(ctx context.Context, grants []finch.Grant) (created []bool, err error)
	// Lost records that Finch called this token revoked, at the given time. It
	// does nothing where the connection has another token by now.
	Lost(ctx context.Context, connectionID string, token finch.Token, at time.Time) error
}

// Memory keeps what Finch said.
type Memory interface {
	Learn(ctx context.Context, facts finch.Facts) error
	Connection(ctx context.Context, id string) (finch.Connection, error)
	List(ctx context.Context, q finch.ListQuery) (finch.ListPage, error)
}

// Queue hands out the connections whose turn it is. A claim is nobody else's
// until its lease ends; Postpone does nothing for a claim that was overtaken.
type Queue interface {
	ClaimDue(ctx context.Context, n int, lease time.Duration) ([]finch.Due, error)
	Postpone(ctx context.Context, d finch.Due, next time.Time) error
}

// Catalogue keeps Finch's list of providers.
type Catalogue interface {
	ProvidersLearned(ctx context.Context) (time.Time, error)
	SaveProviders(ctx context.Context, providers []finch.Provider, at time.Time) error
}

// Inbox forgets events that were received before a time.
type Inbox interface {
	PruneInbox(ctx context.Context, before time.Time) (int, error)
}

// Store is all that the watcher keeps things in.
type Store interface {
	Vault
	Memory
	Queue
	Catalogue
	Inbox
}

// Observer hears of what was done, for metrics. Calls come from many goroutines.
type Observer interface {
	// Looked: a look took so long and ended in a trouble, or in "" when it went well.
	Looked(took time.Duration, trouble finch.Trouble)
	// Swept: a sweep took so long.
	Swept(name string, took time.Duration, err error)
}

// Options are what a Watcher needs.
type Options struct {
	// Finch is asked for people who wait.
	Finch Finch
	// Background is asked for work that nobody waits for; nil for Finch too.
	Background Finch
	Store      Store
	// PollEvery is the shortest time between two looks at a connection by the
	// sweep; 0 means 15 minutes.
	PollEvery time.Duration
	Log       zerolog.Logger
	// Observer may be nil.
	Observer Observer
	// Now is time.Now unless a test says otherwise.
	Now func() time.Time
}

// defaultPollEvery is the documented default of PERCH_POLL_EVERY.
const defaultPollEvery = 15 * time.Minute

// Watcher watches Finch. Make one with New.
type Watcher struct {
	people, background Finch
	store              Store
	pace               pace
	log                zerolog.Logger
	observer           Observer
	now                func() time.Time

	flights  singleflight.Group // people's looks
	lookers  places             // the sweep's looks
	failures *tally
	work     *gate

	// life ends when Run has drained. Looks live on it and not on the context of
	// whoever asked first, since others may be waiting for the same look.
	life context.Context
	end  context.CancelFunc

	catalogue retry
}

// New returns a watcher that does nothing by itself until Run; Look, Admit and
// AdmitAll work without it.
func New(o Options) *Watcher {
	w := &Watcher{
		people: o.Finch, background: o.Background, store: o.Store, log: o.Log, observer: o.Observer, now: o.Now,
		pace: newPace(o.PollEvery), failures: newTally(), work: newGate(), lookers: make(places, lookers),
	}
	if w.background == nil {
		w.background = o.Finch
	}
	if w.observer == nil {
		w.observer = deaf{}
	}
	if w.now == nil {
		w.now = time.Now
	}
	w.life, w.end = context.WithCancel(context.Background())
	return w
}

// deaf is the Observer where there is none.
type deaf struct{}

func (deaf) Looked(time.Duration, finch.Trouble) {}
func (deaf) Swept(string, time.Duration, error)  {}
