package watch

import (
	"time"

	"perch/internal/finch"
)

// madeUp is how long before its time a successful sync makes up for a scheduled
// one that Finch took away: the schedule was moved then, not missed.
const madeUp = 12 * time.Hour

// missed reports whether a scheduled sync should have begun long ago and
// nothing was heard of it: it never left pending, or Finch knows it no longer,
// and the connection had no successful sync instead. A broken connection does
// not sync, and that is no riddle.
func (p pace) missed(j finch.KnownJob, c finch.Connection, now time.Time) bool {
	return unheard(j) && !now.Before(p.judged(j)) && !c.Overall().NeedsAttention() && !covered(j, c)
}

// judged is when it can be told of a scheduled sync whether it is missing; long
// ago for other jobs.
func (p pace) judged(j finch.KnownJob) time.Time {
	if j.Scheduled.IsZero() {
		return time.Time{}
	}
	return j.Scheduled.Add(p.grace)
}

// unheard reports whether a job is a scheduled sync of which nothing was heard.
func unheard(j finch.KnownJob) bool {
	if j.Kind != finch.Automated || j.Scheduled.IsZero() || j.Status.Final() {
		return false
	}
	return j.Gone || j.Status == finch.JobPending || j.Status == finch.JobMissing
}

// covered reports whether another sync did what a scheduled one should have.
func covered(j finch.KnownJob, c finch.Connection) bool {
	from := j.Scheduled
	if j.Gone {
		from = from.Add(-madeUp)
	}
	return !c.LastSync().Before(from)
}
