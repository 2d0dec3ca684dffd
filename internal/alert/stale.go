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
	if s.Connection.FinchSandbox || broken(s.Connection) {
		return []Finding{{Key: key, Word: Moot}}, time.Time{}
	}
	last := s.lastGood()
	o := s.overdue(later(last, s.mended()))
	next := o.next
	switch {
	case o.expected.IsZero() && o.unsure:
		return []Finding{{Key: key, Word: Unsure}}, next
	case o.expected.IsZero():
		return []Finding{{Key: key, Word: Right, Over: last}}, next
	}
	if at, failed := failureSince(found, o.expected); failed {
		return []Finding{{Key: key, Word: Moot, Over: at}}, next
	}
	if s.syncing(last) {
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

// broken reports whether Finch cannot sync the connection at all. A status that
// is new to us does not say so.
func broken(c finch.Connection) bool {
	switch c.Overall() {
	case finch.Pending, finch.Reauth, finch.NoPermissions, finch.NotSetUp:
		return true
	}
	return false
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

// mended is when the connection, having been otherwise, became connected; zero if
// that was before all that is known. What should have run before then could not.
func (s Situation) mended() time.Time {
	if len(s.Changes) == 0 && s.Connection.Worst() == finch.Connected {
		return s.Connection.StatusSince
	}
	var at time.Time
	for _, c := range s.Changes {
		if c.EntityID == "" && c.Method == "" && c.To.Known() == finch.Connected {
			at = later(at, c.At)
		}
	}
	return at
}

// overdue are the syncs that should have run since a time: those that Finch
// named, and what its cadence promises.
func (s Situation) overdue(since time.Time) overdue {
	var o overdue
	for _, j := range s.Jobs {
		if neverBegan(j) && j.Scheduled.After(since) {
			known := later(s.Connection.Learned, j.Learned)
			if o.add(s, j.Scheduled, known, j.Status == finch.JobMissing) {
				o.jobs = append(o.jobs, j)
			}
		}
	}
	c := s.Connection
	if !s.lastGood().IsZero() { // Finch may tell it in words that are no time
		c.Report.LastSync.At = later(c.Report.LastSync.At, since)
	}
	at, quality := c.NextSync(s.Now)
	if quality == finch.Unknown {
		o.unsure = true
		return o
	}
	o.add(s, at, c.Learned, false)
	if quality == finch.Exact {
		o.drift(s, c)
	}
	return o
}

// drift notes a schedule that moves away each time it is reached. That is silence
// too: one sync may come later than the cadence says, by less than the next.
func (o *overdue) drift(s Situation, c finch.Connection) {
	since := c.Report.LastSync.At
	c.NextScheduled = time.Time{}
	at, quality := c.NextSync(s.Now)
	if quality == finch.Unknown {
		return
	}
	if again := at.Add(at.Sub(since)); s.Now.Before(again.Add(s.Grace.of(c))) {
		o.next = earlier(o.next, again.Add(s.Grace.of(c)))
	} else {
		o.add(s, at, c.Learned, false)
	}
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

// syncing reports whether a data sync runs now that began after the last success.
func (s Situation) syncing(last time.Time) bool {
	for _, j := range s.Jobs {
		if j.At().After(last) && j.Type == finch.DataSync && j.Status == finch.JobRunning && !j.Gone {
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
