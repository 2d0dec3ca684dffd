package store

import (
	"time"

	"perch/internal/finch"
)

// learn puts a look's facts over what is known, each part only if it is not
// older than what is known of it. It reports whether the introspection counted.
func learn(c *finch.Connection, f finch.Facts) bool {
	if f.Jobs != nil && !f.At.Before(c.JobsLearned) {
		learnJobs(c, *f.Jobs, f.At)
	}
	if f.At.Before(c.Learned) {
		return false
	}
	in := f.Introspection
	c.CustomerID, c.CustomerName, c.CompanyID, c.ProviderID = in.CustomerID, in.CustomerName, in.CompanyID, in.ProviderID
	c.Environment, c.FinchSandbox, c.Assisted = in.ClientType, in.ConnectionType == "finch", in.Manual
	c.Report, c.Products, c.Methods, c.Entities = in.ConnectionStatus, in.Products, in.Methods, in.Entities
	c.Learned = f.At
	return true
}

// learnJobs takes from the job list when the next data sync is scheduled and
// when the connection was made. A list without a sync takes only the former
// away.
func learnJobs(c *finch.Connection, jobs finch.JobList, at time.Time) {
	c.NextScheduled, c.JobsLearned = time.Time{}, at
	next, ok := jobs.NextSync(at)
	if !ok {
		return
	}
	c.NextScheduled = millis(*next.ScheduledAt)
	if created := millis(next.CreatedAt); !created.IsZero() {
		c.Created, c.CreatedExact = created, true
	}
}

// settle notes since when the worst status is what it now is.
func settle(c *finch.Connection, before finch.Status, at time.Time) {
	if c.StatusSince.IsZero() || c.Worst() != before {
		c.StatusSince = at
	}
}

// millis cuts a time to what is stored.
func millis(t time.Time) time.Time { return timeOf(stamp(t)) }

// stamp is a time as stored: milliseconds, 0 for the zero time.
func stamp(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func timeOf(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
