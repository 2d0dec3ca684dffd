package commands

import (
	"context"
	"errors"
	"fmt"
	"time"

	"perch/bot"
	"perch/internal/alert"
	"perch/internal/audit"
	"perch/internal/connect"
	"perch/internal/explore"
	"perch/internal/finch"
)

// Known answers from what Perch keeps.
type Known interface {
	// Connection fails with finch.ErrUnknown for an id never seen.
	Connection(ctx context.Context, id string) (finch.Connection, error)
	// Find returns those that an id or a part of a name means.
	Find(ctx context.Context, words string, limit int) ([]finch.Brief, error)
	// Nearest returns those whose names are most like the words.
	Nearest(ctx context.Context, words string, limit int) ([]finch.Brief, error)
}

// Lister reads long lists in parts.
type Lister interface {
	List(ctx context.Context, q finch.ListQuery) (finch.ListPage, error)
	// Counts counts what SessionLister lists as staged too.
	Counts(ctx context.Context, words string) (finch.Counts, error)
}

// Looker asks Finch now. It fails with an error that finch.Sentence explains.
type Looker interface {
	Look(ctx context.Context, connectionID string) (finch.Connection, error)
	// ReadJob fails with finch.ErrUnknownJob for one that is not known here.
	ReadJob(ctx context.Context, jobID string) (finch.JobLine, error)
}

// History answers from the jobs that Perch has kept.
type History interface {
	// Job finds a job by its id or the unique beginning of one, at least eight
	// characters. It fails with finch.ErrUnknownJob or finch.ErrAmbiguousJob.
	Job(ctx context.Context, id string) (finch.JobLine, error)
	// JobsBefore returns the n jobs of the same connection and type before one,
	// newest first.
	JobsBefore(ctx context.Context, job finch.KnownJob, n int) ([]finch.KnownJob, error)
	// LastSyncs returns the last n scheduled syncs, missing ones included,
	// oldest first.
	LastSyncs(ctx context.Context, connectionID string, n int) ([]finch.KnownJob, error)
}

// JobLister reads the history of jobs in parts.
type JobLister interface {
	Jobs(ctx context.Context, q finch.JobQuery) (finch.JobPage, error)
}

// Steps answers from the history of statuses that Perch has kept.
type Steps interface {
	// Changes returns the last n steps of a connection, its ways of access and
	// its entities, newest first.
	Changes(ctx context.Context, connectionID string, n int) ([]finch.Change, error)
}

// Runner has Finch sync on request.
type Runner interface {
	// RunSync asks for a sync now. It fails with an error that
	// finch.SyncSentence explains.
	RunSync(ctx context.Context, connectionID string) (finch.RunSync, error)
	// Follow waits until a job is over or ctx ends, and returns what is known of
	// it then.
	Follow(ctx context.Context, jobID string) (finch.KnownJob, error)
}

// Problems answers from the problems that Perch keeps.
type Problems interface {
	// Problem fails with alert.ErrUnknownProblem.
	Problem(ctx context.Context, id int64) (alert.Problem, error)
	Problems(ctx context.Context, q alert.ProblemQuery) (alert.ProblemPage, error)
	// ProblemEvents returns the last n things that happened to one, oldest first.
	ProblemEvents(ctx context.Context, id int64, n int) ([]alert.Event, error)
}

// Past is what a wish is tried out on.
type Past interface {
	// PastProblems are those that were open at some time since then.
	PastProblems(ctx context.Context, since time.Time) ([]alert.Problem, error)
	// KnownSince is when Perch began to watch.
	KnownSince(ctx context.Context) (time.Time, error)
	// Matching is how many problems that are open now a wish asks for.
	Matching(ctx context.Context, w alert.Wish) (int, error)
}

// Actor changes a problem. What act returns is kept with all that follows from
// it; its error is returned as it is, and then nothing is kept.
type Actor interface {
	Act(ctx context.Context, id int64, act func(alert.Problem) (alert.Step, error)) (alert.Problem, error)
}

// Cards knows what the messages say that stand in channels.
type Cards interface {
	// Shown is what a problem's card says to a subscription; 0 for none.
	Shown(ctx context.Context, problemID, subscriptionID int64) (alert.Shown, error)
	// CardAt finds a message by where it stands; ok is false if Perch keeps none
	// there.
	CardAt(ctx context.Context, place, ts string) (c alert.Card, ok bool, err error)
	// OnCard are the problems on a summary or digest, by its id, or of an outage's
	// card, by the outage's.
	OnCard(ctx context.Context, c alert.Card) ([]alert.Problem, error)
}

// Subscriptions answers who wishes to hear what.
type Subscriptions interface {
	// Subscription fails with alert.ErrUnknownSubscription.
	Subscription(ctx context.Context, id int64) (alert.Subscription, error)
	// Subscriptions are those of a channel or a person, or all for "".
	Subscriptions(ctx context.Context, channel string) ([]alert.Subscription, error)
}

// Subscriber makes, changes and ends subscriptions.
type Subscriber interface {
	Subscribe(ctx context.Context, s alert.Subscription) (alert.Subscription, error)
	ChangeWish(ctx context.Context, id int64, w alert.Wish, who string, at time.Time) (alert.Subscription, error)
	DeleteSubscription(ctx context.Context, id int64, who string) error
}

// Pauser stops subscriptions and lets them go on.
type Pauser interface {
	PauseSubscription(ctx context.Context, id int64, who, reason string) error
	ResumeSubscription(ctx context.Context, id int64, who string) error
	// ShareSubscription notes that an admin lets people of other companies read
	// along.
	ShareSubscription(ctx context.Context, id int64, who string) error
}

// Linker makes links by which an employer signs in again; maker is the Slack user
// who has it made. It fails with an error that finch.Sentence explains.
type Linker interface {
	ReconnectLink(ctx context.Context, connectionID, maker string) (connect.Link, error)
}

// Sessions answers from the Connect sessions that Perch has kept. It fails with
// connect.ErrUnknown for one that is not known here.
type Sessions interface {
	Session(ctx context.Context, id string) (connect.Reading, error)
	// SessionEvents are a session's, in order; of very many the newest.
	SessionEvents(ctx context.Context, id string) ([]connect.Event, error)
	// SameError is how many sessions, of how many customers, saw an error since.
	SameError(ctx context.Context, message string, since time.Time) (sessions, customers int, err error)
}

// SessionFinder finds sessions by whose they are, newest first.
type SessionFinder interface {
	CustomerSessions(ctx context.Context, customerID string, n int) ([]connect.Reading, error)
	ConnectionSessions(ctx context.Context, connectionID string, n int) ([]connect.Reading, error)
	// FindSessions returns the session of that id, or the newest of each customer
	// that the words mean, by an id or a part of the name; NearestSessions those
	// whose names are most like it.
	FindSessions(ctx context.Context, words string, limit int) ([]connect.Brief, error)
	NearestSessions(ctx context.Context, words string, limit int) ([]connect.Brief, error)
}

// SessionLister reads long lists of sessions in parts.
type SessionLister interface {
	Sessions(ctx context.Context, q connect.ListQuery) (connect.ListPage, error)
}

// Funnels count how far employers came.
type Funnels interface {
	Funnel(ctx context.Context, q connect.FunnelQuery) (connect.Funnel, error)
	// FunnelNames are those who stopped at a stage, newest first.
	FunnelNames(ctx context.Context, q connect.FunnelQuery, stage connect.Stage, limit int) ([]connect.Brief, error)
}

// Links makes the links of Connect sessions and takes them back. It fails with an
// error that finch.Sentence explains.
type Links interface {
	// MakeLink fails with a *connect.ConnectedError for a customer that is connected.
	MakeLink(ctx context.Context, o connect.LinkOrder) (connect.Link, error)
	// RenewLink makes a session of the same wishes and ends the old link.
	RenewLink(ctx context.Context, sessionID, maker string) (connect.Link, error)
	// LinkAgain is the same link once more, for who asks. It fails with
	// connect.ErrUnknown where Perch did not make it.
	LinkAgain(ctx context.Context, sessionID, who string) (connect.Link, error)
	RevokeLink(ctx context.Context, sessionID, who string) error
}

// Watches knows who wishes to be told when a customer's session moves.
type Watches interface {
	WatchCustomer(ctx context.Context, customerID, userID string) error
	UnwatchCustomer(ctx context.Context, customerID, userID string) error
	Watching(ctx context.Context, customerID, userID string) (bool, error)
}

// Explorer asks Finch what a person wants to know. It fails with an error that
// finch.Sentence explains where Finch was not asked at all; how Finch answered is
// in the result.
type Explorer interface {
	Explore(ctx context.Context, o explore.Order) (explore.Result, error)
	// Choices are what an id can be chosen from, asked of Finch once however many
	// want them, and kept for a while. When ctx ends only the waiting does.
	Choices(ctx context.Context, o explore.ChoicesOrder) (*explore.Choices, error)
}

// SavedQueries keeps questions under names.
type SavedQueries interface {
	// SaveQuery replaces the one of the same place and name. It fails with
	// explore.ErrTooManyQueries where a place has 100 others.
	SaveQuery(ctx context.Context, q explore.Saved) (explore.Saved, error)
	// SavedQueries are those of the places, by name.
	SavedQueries(ctx context.Context, places ...string) ([]explore.Saved, error)
	// SavedQuery fails with explore.ErrUnknownQuery.
	SavedQuery(ctx context.Context, id int64) (explore.Saved, error)
	DropQuery(ctx context.Context, id int64) error
}

// Audits keeps account of who did what.
type Audits interface {
	NoteAudit(ctx context.Context, e audit.Entry) error
	Audits(ctx context.Context, q audit.Query) (audit.Page, error)
}

// Statuses tells how Perch itself is.
type Statuses interface {
	Status(ctx context.Context) (Status, error)
}

// Sources are what the commands ask.
type Sources struct {
	Known         Known
	Lister        Lister
	Looker        Looker
	History       History
	Jobs          JobLister
	Steps         Steps
	Runner        Runner
	Problems      Problems
	Past          Past
	Actor         Actor
	Cards         Cards
	Subscriptions Subscriptions
	Subscriber    Subscriber
	Pauser        Pauser
	Linker        Linker
	// Sessions, Finder and SessionLister are nil where no sessions are kept: then
	// lists hold none.
	Sessions      Sessions
	Finder        SessionFinder
	SessionLister SessionLister
	Funnels       Funnels
	Links         Links
	Watches       Watches
	Explorer      Explorer
	SavedQueries  SavedQueries
	Audits        Audits
	Status        Statuses
	// Threads and what follows are nil where nothing is read along.
	Threads        Threads
	BoundThreads   BoundThreads
	ThreadEntries  ThreadEntries
	ThreadChannels ThreadChannels
	Resolutions    Resolutions
	// Dashboard makes links to Finch's dashboard.
	Dashboard finch.Dashboard
	// ExploreWrites: PERCH_EXPLORE_WRITES is on.
	ExploreWrites bool
	// FinchURL is Finch's address, for commands to be typed elsewhere.
	FinchURL string
	Now      func() time.Time
}

// All is the table of commands. To add one, write its file and a line here.
func All(s Sources) []bot.Command {
	commands := []bot.Command{Connection(s), Jobs(s), SessionTimeline(s), Explore(s)}
	return append(commands, Perch(s, commands))
}

// known reads a connection, and says it plainly when there is none.
func (s Sources) known(ctx context.Context, id string) (finch.Connection, error) {
	known, err := s.Known.Connection(ctx, id)
	if errors.Is(err, finch.ErrUnknown) {
		return known, bot.Tell("This connection is not known here any more.", nil)
	}
	if err != nil {
		return known, fmt.Errorf("read connection %s: %w", id, err)
	}
	return known, nil
}
