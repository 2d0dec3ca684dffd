package thread

import (
	"errors"
	"time"

	"perch/internal/alert"
	"perch/internal/connect"
	"perch/internal/finch"
)

// Kind is what an id that somebody quotes is the id of.
type Kind string

// The kinds of ids, in the order in which an id is looked for.
const (
	Job        Kind = "job"
	Connection Kind = "connection"
	Session    Kind = "session"
	Company    Kind = "company"
	Customer   Kind = "customer"
)

// The manners of reading along.
const (
	// MaxCandidates is how many words of one message are looked up, whatever it holds.
	MaxCandidates = 40
	// MaxIDs is how many ids of one message count; the others are passed over.
	MaxIDs = 5
	// MaxHourly is how many ids a thread takes in an hour, MaxBonds in all.
	MaxHourly = 20
	MaxBonds  = 40
	// LetGoAfter is how long a thread stays bound without a message of a person.
	LetGoAfter = 30 * 24 * time.Hour
)

// Bond is what a thread is about: one id that was quoted in it.
type Bond struct {
	Kind Kind
	ID   string
	// ConnectionID, CompanyID and CustomerID are those the id belongs to, as far as
	// there is exactly one; empty where not.
	ConnectionID, CompanyID, CustomerID string
	// At is when it was quoted here first.
	At time.Time
}

// Message is where ids were quoted, and which: all that is kept of it. Times of
// Slack are its ts.
type Message struct {
	Channel, TS string
	// Root is the ts of the thread's first message: the message itself, if it is in
	// no thread.
	Root string
	// ClientID is Slack's client_msg_id, by which one text with two ts is one; empty
	// where Slack gives none.
	ClientID string
	// Permalink leads to Root; empty where Slack did not tell.
	Permalink string
	Bonds     []Bond
	// Asked: a person asked for the reply, by a shortcut or a mention, so that it is
	// given in channels where Perch does not read along, and in stopped threads.
	Asked bool
	// SharedBy is the admin who lets people of other companies read the reply; empty
	// where nobody was asked.
	SharedBy string
}

// Outcome is what became of a Message.
type Outcome string

const (
	Replied  Outcome = "replied"  // the thread is owed its reply
	Extended Outcome = "extended" // its reply is owed an edit
	Nothing  Outcome = "nothing"  // all of it was said before, or the message was heard before
	Unheard  Outcome = "unheard"  // Perch does not read along there, or not in this thread
	Full     Outcome = "full"     // the thread has taken too many ids
)

// Thread is a thread that is bound to what was quoted in it.
type Thread struct {
	ID            int64
	Channel, Root string
	Permalink     string
	Made          time.Time
	// CardID is the card of its one reply, as alert keeps it.
	CardID int64
	// StoppedBy is who wants no more lines and ids here; empty while it goes on.
	StoppedBy string
	StoppedAt time.Time
	// SharedBy is the admin who let people of other companies read the reply.
	SharedBy string
	// Bonds are in the order in which they were quoted.
	Bonds []Bond
}

// Channel is whether Perch reads along in a channel.
type Channel struct {
	ID string
	On bool
	// By is who switched it, a Slack user; empty if nobody ever did.
	By string
	At time.Time
	// SharedBy is the admin who consented to it though people of other companies
	// read the channel.
	SharedBy string
	// Offered is when it was offered, zero if never.
	Offered time.Time
}

// Entry is one bond with what is known of it now.
type Entry struct {
	Bond Bond
	// Job is set for a job.
	Job *finch.JobLine
	// Healed is the first sync that succeeded after Job failed; its ID is empty
	// where none did.
	Healed finch.KnownJob
	// Connections are the job's, the connection itself, or those of the company or
	// customer, those that need attention first; at most five, Of how many.
	Connections []finch.Connection
	Of          int
	// Session is set for a session, and for a customer whose last session is not
	// over.
	Session *connect.Reading
	// Problems are those open that Concerns picks, oldest first.
	Problems []alert.Problem
	// Gone: nothing is known of the id any more.
	Gone bool
}

// Shown is all that a thread's reply says.
type Shown struct {
	Thread  Thread
	Entries []Entry
	// Others are other threads on the same open problems, newest first.
	Others []alert.Discussion
	// Shared: people of other companies read along, so that no customer is named and
	// no other thread.
	Shared bool
	// Posted: it is about to be a new message, in which Slack would call the people it
	// names: they are named when it is edited.
	Posted bool
	// Dashboard makes links to Finch's dashboard, where the settings say how.
	Dashboard finch.Dashboard
	Now       time.Time
}

// ErrUnknown: there is no such thread, or it has been let go.
var ErrUnknown = errors.New("no such thread here")
