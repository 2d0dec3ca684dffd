package alert

import (
	"strings"
	"time"

	"perch/internal/finch"
)

// Kind is what sort of trouble a problem is, in the words of the contract.
type Kind string

// The kinds of problems. Outage is the parent of many others; nobody subscribes
// to it by name: whoever hears of its children hears of it.
const (
	JobFailed    Kind = "job_failed"
	Reauth       Kind = "reauth"
	Permissions  Kind = "permissions"
	NotSetUp     Kind = "not_set_up"
	Stale        Kind = "stale"
	Stuck        Kind = "stuck"
	Disconnected Kind = "disconnected"
	Blind        Kind = "blind"
	DroppedOff   Kind = "dropped_off"
	AuthErrors   Kind = "auth_errors"
	LinkUnused   Kind = "link_unused"
	LinkExpired  Kind = "link_expired"
	Outage       Kind = "outage"
)

// Key says what fails, by every dimension that can fail alone. A sibling's
// success resolves nothing.
type Key struct {
	Kind Kind
	// ConnectionID is empty where Perch itself is meant, a provider, or an employer
	// on their way through Finch Connect.
	ConnectionID string
	// EntityID is set only where Finch named one; without it the whole connection
	// is meant.
	EntityID string
	// Part is a job's type, an authentication method, the sense that Perch has
	// lost (see Blind), of Connect sessions whose they are (see PartOfCustomer), or
	// of an outage the provider and class.
	Part string
}

// String is the key as it is stored.
func (k Key) String() string {
	return strings.Join([]string{string(k.Kind), k.ConnectionID, k.EntityID, k.Part}, "|")
}

// Move is who must act.
type Move string

const (
	Nobodys        Move = "nobody"
	Employers      Move = "employer"
	Administrators Move = "administrator" // the employer's, at the provider
	Finchs         Move = "finch"
	Ours           Move = "us"
)

// State is where a problem stands. Claimed and snoozed are said beside it: both
// are open.
type State string

const (
	Open     State = "open"
	Resolved State = "resolved" // what was wrong is right again
	Closed   State = "closed"   // a person, or time, said that nobody need act any more
)

// Problem is something wrong with one connection, with an employer's way through
// Finch Connect, with Perch's own sight, or, as an outage, with a provider, on
// which a person may have to act. Times are UTC; zero is unknown or not so.
type Problem struct {
	ID  int64
	Key Key
	// Class is what problems must share to be one outage: the kind, and of a job
	// its type, of a Connect session the stage.
	Class   string
	Subject Subject
	State   State
	Move    Move

	// Opened is when this episode began, by Finch's word where there is one;
	// Noted is when Perch opened it.
	Opened time.Time
	Noted  time.Time
	// LastSeen is when what is wrong was last seen happening: the newest failed
	// job, or the last look that found the status.
	LastSeen time.Time
	// Over is when it was resolved or closed.
	Over time.Time
	// ClosedBy is who closed it, a Slack user id; empty where Perch did.
	ClosedBy string
	// Count is how many times it happened: failed jobs in a row or stuck ones,
	// else openings, of an outage too.
	Count int
	// Jobs are the ids of all jobs that belong to it, oldest first.
	Jobs []string

	// Openings are when it opened within the last 24 h, this one included.
	Openings []time.Time
	// Flapping: it opened three times within 24 h. From then on it is one problem
	// that stays open until it has been well for FlapCalm.
	Flapping bool
	// WellSince of a flapping problem is since when what was wrong is right.
	WellSince time.Time

	ClaimedBy string // a Slack user id
	ClaimedAt time.Time
	SnoozedBy string
	// SnoozedUntil is when the snooze ends; zero with SnoozedBy set means until
	// the problem changes.
	SnoozedUntil time.Time
	// LinkBy asked for the last reconnect link, at LinkAt.
	LinkBy string
	LinkAt time.Time
	// LinkUsed is when the employer had signed in again after that.
	LinkUsed time.Time

	// SentBy handed it to Finch's support at SentAt; SentRef is their reference, if
	// they gave one.
	SentBy  string
	SentAt  time.Time
	SentRef string

	// ParentID is the outage it belongs to, 0 for none.
	ParentID int64
	// Affected and Recovered are an outage's count of children, Of how many
	// connections of the provider are active.
	Affected, Recovered, Of int

	Facts Facts
	// Version grows with every change that a card shows.
	Version int64
}

// Facts are what the card says beside the rest; which of them are set depends
// on the kind.
type Facts struct {
	// LastGood is the last successful sync before it opened.
	LastGood time.Time
	// Next is when the next sync is due, NextExact whether Finch said so.
	Next      time.Time
	NextExact bool
	// Expected is when what did not happen should have.
	Expected time.Time
	// Job is the newest job of it.
	Job finch.KnownJob
	// Status is Finch's word for the state, Message the text beside it.
	Status  finch.Status
	Message string
	// Missing: Finch named a sync that never began.
	Missing bool
	// Session is what is known of the Connect session that it is about.
	Session SessionFacts
	// Usual is of a surge how many of a hundred employers stop there otherwise.
	Usual int
}

// Subject is whom a problem is about: what cards name and subscriptions filter by.
type Subject struct {
	CustomerID   string
	CustomerName string
	CompanyID    string
	ProviderID   string
	ProviderName string
	EntityName   string
	Environment  string // production, development or sandbox
	// Sandbox is true where the data is made by Finch, or the environment is one.
	Sandbox  bool
	Assisted bool
	Products []string
}

// What happened to a problem, as its history and those who are told name it.
type Happening string

const (
	HasOpened    Happening = "opened"
	HasReopened  Happening = "reopened"  // within ReopenWithin of its end: the same card
	HasRecurred  Happening = "recurred"  // another failure of the same
	HasEscalated Happening = "escalated" // from now on it is somebody else's move
	HasFlapped   Happening = "flapping"
	HasResolved  Happening = "resolved"
	HasClosed    Happening = "closed"
	HasJoined    Happening = "joined" // an outage
	HasClaimed   Happening = "claimed"
	HasReleased  Happening = "released"
	HasSnoozed   Happening = "snoozed"
	HasWoken     Happening = "woken"
	HasLink      Happening = "link"    // a reconnect link was made
	HasPacket    Happening = "packet"  // a support packet was made
	HasSent      Happening = "sent"    // it went to Finch's support
	HasNote      Happening = "noted"   // somebody said how it was resolved
	HasChanged   Happening = "changed" // what the card says, and no more
)

// Event is one line of a problem's history: who did what, when.
type Event struct {
	At   time.Time
	Who  string // a Slack user id; empty for Perch itself
	What Happening
	// Detail is a job id, a time, or words of ours; never payroll data.
	Detail string
}

// Step is a problem as it is after something happened to it.
type Step struct {
	Problem Problem
	Event   Event
}

const (
	// ReopenWithin is how soon after its end a problem that opens again is the
	// same one, on the same card.
	ReopenWithin = time.Hour
	// FlapTimes openings within FlapWindow make a problem a flapping one.
	FlapTimes  = 3
	FlapWindow = 24 * time.Hour
	// FlapCalm is how long a flapping problem must be well to count as resolved.
	FlapCalm = 6 * time.Hour
	// RowOfFailures is how many failures in a row make a failing job Finch's move.
	RowOfFailures = 3
	// CloseAfter is how long a disconnected connection is a problem that nobody closed.
	CloseAfter = 7 * 24 * time.Hour
)
