package finch

import (
	"errors"
	"slices"
	"time"
)

// JobKind tells the two families of jobs apart: automated ones sync data,
// manual ones write deductions (and are read from another address).
type JobKind string

const (
	Automated JobKind = "automated"
	Manual    JobKind = "manual"
)

// JobStatus is the state of a job in Finch's own words, or Missing, which is
// Perch's: a sync that should have run and of which nothing was heard.
type JobStatus string

const (
	JobPending          JobStatus = "pending"
	JobRunning          JobStatus = "in_progress"
	JobComplete         JobStatus = "complete"
	JobFailed           JobStatus = "error"
	JobReauthError      JobStatus = "reauth_error"
	JobPermissionsError JobStatus = "permissions_error"
	JobMissing          JobStatus = "missing"
)

// Final reports whether the status will not change any more.
func (s JobStatus) Final() bool { return s == JobComplete || s.Failed() }

// Failed reports whether the job ended badly, whoever's fault it was.
func (s JobStatus) Failed() bool {
	return s == JobFailed || s == JobReauthError || s == JobPermissionsError
}

// DataSync is the type of the jobs that fetch an employer's data.
const DataSync = "data_sync_all"

// KnownJob is all that Perch knows of one job. Times are UTC; zero is unknown.
type KnownJob struct {
	ID           string
	Kind         JobKind
	ConnectionID string
	// EntityID is set only where a webhook named it: jobs carry none. Without
	// it the whole connection is meant.
	EntityID string
	// Type is Finch's: data_sync_all, w4_form_employee_sync, or for manual jobs
	// benefit_create, benefit_register, benefit_update, benefit_enroll,
	// benefit_unenroll; "" for a manual job whose webhook was never seen.
	Type   string
	Status JobStatus

	// Created of a scheduled sync is when the connection was made.
	Created time.Time
	// Scheduled is zero for a job that was asked for.
	Scheduled time.Time
	Started   time.Time
	Completed time.Time

	FirstSeen time.Time
	// Learned is when Finch last answered for this job.
	Learned time.Time
	// Gone: Finch says that there is no such job (404).
	Gone bool
	// RequestIDs are the Finch-Request-Ids of the last reads, newest last, at most five.
	RequestIDs []string
	// Results sum up what a manual job says of each person.
	Results []JobResult
}

// JobResult is how many people of a manual job got one code, and who: ids of
// individuals only, at most twenty.
type JobResult struct {
	Code        int
	Count       int
	Individuals []string
}

// At is when the job counts as having happened, which orders the history: when
// it began, else ended, else was due, else was asked for or first seen here.
func (j KnownJob) At() time.Time {
	candidates := []time.Time{j.Started, j.Completed, j.Scheduled}
	if j.Scheduled.IsZero() {
		candidates = append(candidates, j.Created)
	}
	for _, at := range append(candidates, j.FirstSeen) {
		if !at.IsZero() {
			return at
		}
	}
	return time.Time{}
}

// Took is how long it ran, or has been running, or 0 where that is not known.
func (j KnownJob) Took(now time.Time) time.Duration {
	switch {
	case j.Started.IsZero():
		return 0
	case !j.Completed.IsZero():
		return max(0, j.Completed.Sub(j.Started))
	case j.Status.Final():
		return 0
	default:
		return max(0, now.Sub(j.Started))
	}
}

// TooManyFailures is how many syncs in a row fail before somebody should act:
// most failures are gone with the next sync.
const TooManyFailures = 3

// FailedInARow is how many of a connection's last syncs, given oldest first,
// failed with none between that did not. Those under way say nothing yet.
func FailedInARow(syncs []KnownJob) int {
	n := 0
	for _, j := range slices.Backward(syncs) {
		switch {
		case j.Status.Failed():
			n++
		case j.Status == JobComplete, j.Status == JobMissing:
			return n
		}
	}
	return n
}

// JobLine is a job with the customer it belongs to, for lists.
type JobLine struct {
	KnownJob
	CustomerID   string
	CustomerName string
	CompanyID    string
	ProviderID   string
	ProviderName string
}

// JobQuery asks for a part of the history, newest first. A scheduled sync that
// lies ahead is "next", not history, and never comes. Zero fields do not narrow.
type JobQuery struct {
	ConnectionID string
	Statuses     []JobStatus
	Types        []string
	// Provider is a provider's id or a part of its name.
	Provider     string
	EntityID     string
	Since, Until time.Time
	// After is the cursor of the page before.
	After string
	// Limit is how many, 1 to 1,000.
	Limit int
}

// JobPage is a part of the history. Next is empty on the last page.
type JobPage struct {
	Jobs []JobLine
	Next string
}

// Change is one step of a connection's or entity's status history.
type Change struct {
	ConnectionID string
	EntityID     string // "" for the connection itself
	Method       string // the authentication method, where one was named
	From, To     Status
	At           time.Time
	// Source is "introspect" or "webhook". Where they disagree, the newest
	// introspection is the truth; until there is one, a webhook counts after a while.
	Source string
}

// Where a change was heard of.
const (
	FromIntrospect = "introspect"
	FromWebhook    = "webhook"
)

// DueJob is a job whose turn it is to be read. Fence grows by one with every
// claim: whoever comes back with an older one was overtaken.
type DueJob struct {
	JobID        string
	ConnectionID string
	Kind         JobKind
	Fence        int64
}

// Errors about jobs.
var (
	// ErrUnknownJob: no job of that id, or beginning of an id, was seen here.
	ErrUnknownJob = errors.New("no such job here")
	// ErrAmbiguousJob: the ids of several jobs begin so.
	ErrAmbiguousJob = errors.New("several jobs have ids that begin so")
)
