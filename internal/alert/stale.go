package alert

import (
	"time"

	"perch/internal/finch"
)

// stale finds silence: a sync should have run, its grace is over, and nobody has
// heard of a success or a failure. A sync that is running, or that nobody has
// looked for since its grace ended, neither proves nor ends it; a failure is a
// problem of its own, and ends it.
func stale(s Situation, found []Finding) ([]Finding, time.Time) {
	key := Key{Kind: Stale, ConnectionID: s.Connection.ID}
	if s.Connection.FinchSandbox || s.Connection.Overall().NeedsAttention() && !unheardOf(s.Connection) {
		return []Finding{{Key: key, Word: Moot}}, time.Time{}
	}
	last := s.lastGood()
	o, next := s.overdue(last)
	switch {
	case o.expected.IsZero() && o.unsure:
		return []Finding{{Key: key, Word: Unsure}}, next
	case o.expected.IsZero():
		return []Finding{{Key: key, Word: Right, Over: last}}, next
	}
	if at, failed := failureSince(found, o.expected); failed {
		return []Finding{{Key: key, Word: Moot, Over: at}}, next
	}
	if s.syncing() {
		return []Finding{{Key: key, Word: Unsure}}, next
	}
	f := Finding{
		Key: key, Class: string(Stale), Move: Ours, Opened: o.expected, LastSeen: later(s.Connection.Learned, o.expected),
		Jobs:  idsOf(o.jobs),
		Facts: Facts{LastGood: last, Expected: o.expected, Status: s.Connection.Overall(), Missing: len(o.jobs) > 0},
	}
	if len(o.jobs) > 0 {
		f.Facts.Job = o.jobs[0]
	}
	return []Finding{f}, next
}

// unheardOf reports whether the status is new to us. That does not speak against
// a sync, as it does not for finch.Connection.NextSync.
func unheardOf(c finch.Connection) bool {
	switch c.Overall() {
	case finch.Pending, finch.Reauth, finch.NoPermissions, finch.NotSetUp, finch.Disconnected, finch.NoToken:
		return false
	}
	return true
}

// overdue is what should have happened and did not.
type overdue struct {
	// expected is when the first of it should have been; zero for nothing.
	expected time.Time
	// jobs are the syncs that Finch named and that never began, newest first.
	jobs []finch.KnownJob
	// unsure: something is late, but nobody has looked since its grace ended.
	unsure bool
	next   time.Time
}

// overdue are the syncs that should have run since the last success: those that
// Finch named, and what its cadence promises.
func (s Situation) overdue(last time.Time) (overdue, time.Time) {
	var o overdue
	for _, j := range s.Jobs {
		if neverBegan(j) && j.Scheduled.After(last) {
			known := later(s.Connection.Learned, j.Learned)
			if o.add(s, j.Scheduled, known, j.Status == finch.JobMissing) {
				o.jobs = append(o.jobs, j)
			}
		}
	}
	c := s.Connection
	c.Report.LastSync.At = later(c.Report.LastSync.At, last)
	if at, quality := c.NextSync(s.Now); quality != finch.Unknown {
		o.add(s, at, c.Learned, false)
	}
	// A schedule that moves away each time it is reached is silence too: the
	// cadence may be missed by one sync, not by two.
	c.NextScheduled = time.Time{}
	if at, quality := c.NextSync(s.Now); quality != finch.Unknown && !last.IsZero() {
		if cadence := at.Sub(last); !s.Now.Before(at.Add(cadence + s.Grace.of(c))) {
			o.add(s, at, c.Learned, false)
		} else {
			o.next = earlier(o.next, at.Add(cadence+s.Grace.of(c)))
		}
	}
	return o, o.next
}

// add notes a sync that was expected, and reports whether it is overdue. Known
// is when it was last looked for; sure, that it is known to be missing.
func (o *overdue) add(s Situation, expected, known time.Time, sure bool) bool {
	due := expected.Add(s.Grace.of(s.Connection))
	switch {
	case s.Now.Before(due):
		o.next = earlier(o.next, due)
		return false
	case !sure && known.Before(due):
		o.unsure = true
		return false
	}
	o.expected = earlier(o.expected, expected)
	return true
}

// neverBegan reports whether a job is a scheduled data sync of which nothing was
// heard. One that Finch took from its schedule is missed only if it was judged so.
func neverBegan(j finch.KnownJob) bool {
	if j.Kind != finch.Automated || j.Type != finch.DataSync || j.Scheduled.IsZero() {
		return false
	}
	return j.Status == finch.JobMissing || j.Status == finch.JobPending && !j.Gone
}

// syncing reports whether a data sync runs now.
func (s Situation) syncing() bool {
	for _, j := range s.Jobs {
		if j.Type == finch.DataSync && j.Status == finch.JobRunning && !j.Gone {
			return true
		}
	}
	return false
}

// failureSince reports whether, and until when, a failure was seen that explains
// why nothing has synced since a time: of the whole connection, or a data sync
// that failed since.
func failureSince(found []Finding, expected time.Time) (last time.Time, failed bool) {
	for _, f := range found {
		syncs := f.Key.Kind == JobFailed && f.Key.Part == finch.DataSync
		explains := f.Key.Kind.byStatus() && f.Key.whole() || syncs && (f.Key.EntityID == "" || !f.LastSeen.Before(expected))
		if f.Word == Wrong && explains {
			last, failed = later(last, f.LastSeen), true
		}
	}
	return last, failed
}
