package watch

import (
	"cmp"
	"context"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/singleflight"

	"perch/internal/alert"
	"perch/internal/finch"
)

// Answers tells about the connection that a token belongs to.
type Answers interface {
	Introspect(ctx context.Context, token finch.Token) (finch.Introspection, error)
	AutomatedJobs(ctx context.Context, token finch.Token) (finch.JobList, error)
	Providers(ctx context.Context, token finch.Token) ([]finch.Provider, error)
}

// Works tells about single jobs, and begins them.
type Works interface {
	AutomatedJob(ctx context.Context, token finch.Token, id string) (finch.KnownJob, error)
	ManualJob(ctx context.Context, token finch.Token, id string) (finch.KnownJob, error)
	RunSync(ctx context.Context, token finch.Token) (finch.RunSync, error)
}

// Applies is what the application asks for itself, without a token.
type Applies interface {
	Reauthenticate(ctx context.Context, connectionID string) (finch.Reconnect, error)
	CreateSession(ctx context.Context, n finch.NewSession) (finch.Reconnect, error)
	Exchange(ctx context.Context, code, redirectURI string) (finch.Exchanged, error)
}

// Finch is asked with the token of the connection in question.
type Finch interface {
	Answers
	Works
	Applies
	Calls
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
	// LookSoon makes it the connection's turn now and overtakes a claim under
	// way. It does nothing for one without a token.
	LookSoon(ctx context.Context, connectionID string) error
}

// Jobs keeps what is known of jobs. RecordJobs merges: facts only get fuller,
// older knowledge never replaces newer, an end is never undone.
type Jobs interface {
	RecordJobs(ctx context.Context, jobs []finch.KnownJob) (changed int, err error)
	Job(ctx context.Context, id string) (finch.JobLine, error)
	// LastSyncs are a connection's last scheduled syncs, oldest first.
	LastSyncs(ctx context.Context, connectionID string, n int) ([]finch.KnownJob, error)
}

// JobQueue hands out the jobs whose turn it is to be read, as Queue does
// connections: jobs that are not over, of connections that have a token.
type JobQueue interface {
	ClaimJobs(ctx context.Context, n int, lease time.Duration) ([]finch.DueJob, error)
	// PostponeJob with the zero time means never again.
	PostponeJob(ctx context.Context, d finch.DueJob, next time.Time) error
	// ReadSoon makes it the job's turn, and overtakes a claim under way. It does
	// nothing for a job that is over.
	ReadSoon(ctx context.Context, jobID string) error
	// ReadWhenOver puts a sync's turn off from when it begins. It does nothing where
	// its turn is sooner than that: it was heard of otherwise.
	ReadWhenOver(ctx context.Context, jobID string, at time.Time) error
}

// History keeps what webhooks say, and forgets what is too old.
type History interface {
	RecordChange(ctx context.Context, c finch.Change) error
	// Sighted records a connection that Finch speaks of and that has no token here.
	Sighted(ctx context.Context, connectionID, companyID string, at time.Time) error
}

// Attic forgets what was over before a time, in small steps.
type Attic interface {
	PruneJobs(ctx context.Context, before time.Time) (int, error)
	PruneChanges(ctx context.Context, before time.Time) (int, error)
}

// Event is one of Finch's webhooks as it was stored at the door.
type Event struct {
	// ID is Finch's, the same on every delivery.
	ID       string
	Payload  []byte
	Received time.Time
	// Attempts counts the claims so far, this one included.
	Attempts int
}

// Events hands out the webhooks that wait to be worked off.
type Events interface {
	ClaimEvents(ctx context.Context, n int, lease time.Duration) ([]Event, error)
	EventDone(ctx context.Context, id string) error
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
	Jobs
	JobQueue
	History
	Attic
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
	// Events may be nil where no webhooks come in.
	Events Events
	// Webhooks: a secret is set, so Finch should tell of what happens.
	Webhooks bool
	// Alerts may be nil: then nothing is judged by time alone, and nobody remembers
	// how well Perch sees.
	Alerts Alerts
	// Sessions may be nil: then no Connect sessions are kept, and links are Finch's
	// own.
	Sessions Sessions
	// Ledger may be nil: then the explorer asks nothing.
	Ledger Ledger
	// Threads and ThreadReader may be nil: then no thread is let go.
	Threads      ThreadBook
	ThreadReader ThreadReader
	// Spare may be nil: then nobody tells how many calls fit.
	Spare Spare
	// PublicURL is how the outside reaches the HTTP doors, empty where it does not:
	// then links are Finch's own.
	PublicURL string
	// Grace is how late a sync may be before it is missing; zero means 2 h.
	Grace alert.Grace
	// PollEvery is the shortest time between two looks at a connection by the
	// sweep; 0 means 15 minutes.
	PollEvery time.Duration
	// Retention is how long jobs and status changes are kept; 0 means 400 days.
	Retention time.Duration
	Log       zerolog.Logger
	// Observer may be nil.
	Observer Observer
	// Now is time.Now unless a test says otherwise.
	Now func() time.Time
}

// The documented defaults of PERCH_POLL_EVERY, PERCH_RETENTION and
// PERCH_STALE_AFTER. Only automated connections have scheduled syncs.
const (
	defaultPollEvery = 15 * time.Minute
	defaultRetention = 400 * 24 * time.Hour
	defaultGrace     = 2 * time.Hour
)

// Watcher watches Finch. Make one with New.
type Watcher struct {
	people, background Finch
	store              Store
	events             Events
	webhooks           bool
	hearsay            *hearsay
	alerts             Alerts
	sessions           Sessions
	ledger             Ledger
	spare              Spare
	threads            ThreadBook
	threadReader       ThreadReader
	publicURL          string
	exchanges          singleflight.Group // of codes
	choices            *choiceShelf
	arrived            chan struct{}
	toRead, toLook     chan struct{} // a job, or a connection, was made due
	retention          time.Duration
	pace               pace
	log                zerolog.Logger
	observer           Observer
	now                func() time.Time

	flights  singleflight.Group // people's looks
	lookers  places             // the sweep's looks
	readers  places             // the sweep's readings of jobs
	shares   *shares            // of the readers, by connection
	failures *tally
	work     *gate

	// life ends when Run has drained. Looks live on it and not on the context of
	// whoever asked first, since others may be waiting for the same look.
	life context.Context
	end  context.CancelFunc

	catalogue retry
	// behind is true while jobs may wait for a reader.
	behind atomic.Bool
}

// New returns a watcher that does nothing by itself until Run; Look, Admit,
// AdmitAll, RunSync, Explore and Choices work without it.
func New(o Options) *Watcher {
	w := &Watcher{
		people: o.Finch, background: o.Background, store: o.Store, events: o.Events, log: o.Log, observer: o.Observer, now: o.Now,
		pace: newPace(o.PollEvery, o.Grace.Automated), failures: newTally(), work: newGate(), lookers: make(places, lookers),
		readers: make(places, readers), shares: newShares(readersEach, handBack),
		arrived: make(chan struct{}, 1), toRead: make(chan struct{}, 1), toLook: make(chan struct{}, 1), retention: cmp.Or(o.Retention, defaultRetention),
		webhooks: o.Webhooks, hearsay: newHearsay(), choices: &choiceShelf{}, alerts: o.Alerts,
		sessions: o.Sessions, ledger: o.Ledger, spare: o.Spare, threads: o.Threads, threadReader: o.ThreadReader, publicURL: strings.TrimSuffix(o.PublicURL, "/"),
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
