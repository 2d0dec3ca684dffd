package alert

import (
	"cmp"
	"slices"
	"time"

	"perch/internal/finch"
)

// Grace is how long after its time a sync may be before silence is a problem.
type Grace struct{ Automated, Assisted time.Duration }

func (g Grace) of(c finch.Connection) time.Duration {
	if c.Assisted {
		return g.Assisted
	}
	return g.Automated
}

// Situation is all that is known of one connection at one moment.
type Situation struct {
	Connection finch.Connection
	// Jobs are in any order: of each type all since its last success.
	Jobs []finch.KnownJob
	// Changes are the last steps of its statuses, in any order. They tell since
	// when a part of it is as it is; without them StatusSince has to do.
	Changes []finch.Change
	// Said are steps that webhooks told and no look has answered yet, in any order.
	Said  []finch.Change
	Grace Grace
	Now   time.Time
}

// Word is what a finding says of its key.
type Word int

const (
	// Wrong: there is a problem.
	Wrong Word = iota
	// Right: there is none any more, since Over. What nothing is said of is right too.
	Right
	// Moot: what is wrong there matters no more, since Over.
	Moot
	// Unsure: it cannot be told yet. No problem opens, and none ends.
	Unsure
	// Settled: it is right for good, since Over: the employer is through. It need
	// not stay well for a while first, however often it came and went.
	Settled
)

// Finding is what the rules say of one key. One that is not Wrong has no more
// than Key, Word and Over.
type Finding struct {
	// Key without a Kind speaks for all keys that no other finding speaks of.
	Key  Key
	Word Word
	Over time.Time

	Class string
	Move  Move
	// Opened is when the trouble began: a job failed, a sync should have run, a
	// status came to be. Not when it began to count as a problem.
	Opened   time.Time
	LastSeen time.Time
	// Count of failures in a row; 0 for kinds that do not come in rows.
	Count int
	// Jobs are the ids of those that belong to it, oldest first.
	Jobs  []string
	Facts Facts
}

// rule is a line of the table of kinds.
type rule struct {
	kind Kind
	// judge says what is wrong with a connection, and when time alone could
	// change that (zero for never). found is what the rules above it found, for
	// those that give way to others. It is nil for what is not about connections.
	judge func(s Situation, found []Finding) ([]Finding, time.Time)
	// crowds tells of which classes many at once have one cause, so that they may
	// be an outage.
	crowds func(class string) bool
}

// rules is the table of kinds. To add a kind, write its file and give it a line.
func rules() []rule {
	return []rule{
		{JobFailed, jobFailed, always},
		{Reauth, reauth, always},
		{Permissions, permissions, always},
		{NotSetUp, notSetUp, never},
		{Stale, stale, always}, // below those it gives way to
		{Stuck, stuck, stuckTogether},
		{Disconnected, disconnected, never},
		{Blind, nil, never},      // see AssessSight
		{DroppedOff, nil, never}, // these four: see AssessSessions
		{AuthErrors, nil, never},
		{LinkUnused, nil, never},
		{LinkExpired, nil, never},
	}
}

func always(string) bool { return true }
func never(string) bool  { return false }

// Assess says what is wrong with a connection now, and when time alone could
// change that, zero for never. It depends on nothing but the situation: not on
// what was said before, nor on the order in which anything became known.
func Assess(s Situation) (found []Finding, next time.Time) {
	s.Jobs = newestFirst(s.Jobs)
	s, next = s.believe()
	over := !watched(s.Connection)
	for _, r := range rules() {
		if r.judge == nil || over && r.kind != Disconnected {
			continue
		}
		more, at := r.judge(s, found)
		found, next = append(found, more...), earlier(next, at)
	}
	return found, next
}

// newestFirst orders jobs by when they happened, each once.
func newestFirst(jobs []finch.KnownJob) []finch.KnownJob {
	ordered := slices.SortedFunc(slices.Values(jobs), func(a, b finch.KnownJob) int {
		return cmp.Or(b.At().Compare(a.At()), cmp.Compare(b.ID, a.ID))
	})
	return slices.CompactFunc(ordered, func(a, b finch.KnownJob) bool { return a.ID == b.ID })
}

// earlier is the earlier of two times of which zero is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// later is the later of two times.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// SubjectOf is whom a problem of a connection is about. An entity that is not
// known goes unnamed; where a connection has only one, it is that one.
func SubjectOf(c finch.Connection, entityID string) Subject {
	s := Subject{
		CustomerID: c.CustomerID, CustomerName: c.CustomerName, CompanyID: c.CompanyID,
		ProviderID: c.ProviderID, ProviderName: c.ProviderName,
		Environment: c.Environment, Sandbox: c.FinchSandbox || c.Environment == sandbox,
		Assisted: c.Assisted, Products: c.Products,
	}
	if living := entities(c); entityID == "" && len(living) == 1 {
		entityID = living[0].ID
	}
	for _, e := range c.Entities {
		if e.ID == entityID {
			s.EntityName = e.Name
		}
	}
	return s
}
