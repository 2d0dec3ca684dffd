package alert

import (
	"cmp"
	"slices"
	"time"

	"perch/internal/finch"
)

const (
	// jobLimit is how long a job that reads may take.
	jobLimit = 6 * time.Hour
	// writeLimit and assistedWriteDays are how long Finch takes to write
	// deductions. Finch: up to a day, or two business days where a person does it.
	writeLimit        = 24 * time.Hour
	assistedWriteDays = 2
	// pendingDays and processingLimit are how long a set-up may take: until Finch
	// is let in, in business days, and until the first data is there.
	pendingDays     = 3
	processingLimit = 14 * 24 * time.Hour
	// statusLasts is how long a status counts that was looked at. A set-up is
	// looked at a few times a day, and its limits are days.
	statusLasts = 24 * time.Hour
)

// stuck finds jobs that do not end and set-ups that do not move. A sync that
// never began is not stuck but stale.
func stuck(s Situation, _ []Finding) ([]Finding, time.Time) {
	jobs, next := s.stuckJobs()
	setUps, at := s.stuckSetUps()
	return append(jobs, setUps...), earlier(next, at)
}

// stuckTogether: a provider that hangs has many jobs stuck at once, while the
// set-ups of several employers wait for each of them.
func stuckTogether(class string) bool { return class != string(Stuck) }

func (s Situation) stuckJobs() (found []Finding, next time.Time) {
	for _, j := range s.Jobs {
		began, runs := s.underWay(j)
		if !runs {
			continue
		}
		due := s.limit(j, began)
		switch {
		case s.Now.Before(due):
			next = earlier(next, due)
		case !j.Learned.Before(due): // else it may have ended meanwhile: it is yet to be read
			found = addStuck(found, s, j, began)
		}
	}
	return found, next
}

// underWay reports whether a job should end by itself, and since when it waits
// or runs. An automated job whose like completed later has no one waiting for it.
func (s Situation) underWay(j finch.KnownJob) (began time.Time, runs bool) {
	runs = j.Status == finch.JobRunning || j.Status == finch.JobPending && j.Scheduled.IsZero()
	if !runs || j.Gone || j.Kind == finch.Automated && s.completedAfter(j) {
		return time.Time{}, false
	}
	if !j.Started.IsZero() {
		return j.Started, true
	}
	if !j.Scheduled.IsZero() {
		return j.Scheduled, true
	}
	return cmp.Or(j.Created, j.FirstSeen), true
}

func (s Situation) completedAfter(j finch.KnownJob) bool {
	return slices.ContainsFunc(s.Jobs, func(other finch.KnownJob) bool {
		return other.Status == finch.JobComplete && other.At().After(j.At()) && trackOf(s.Connection, other) == trackOf(s.Connection, j)
	})
}

// limit is when a job should be over. Deductions of an automated connection may
// be written by a person too, where it has an assisted method.
func (s Situation) limit(j finch.KnownJob, began time.Time) time.Time {
	byHand := s.Connection.Assisted || slices.ContainsFunc(s.Connection.Methods, func(m finch.Method) bool { return m.Type == assisted })
	switch {
	case j.Kind != finch.Manual:
		return began.Add(jobLimit)
	case byHand:
		return afterBusinessDays(began, assistedWriteDays)
	default:
		return began.Add(writeLimit)
	}
}

// addStuck adds a job, older than those before it, to the finding of its track.
func addStuck(found []Finding, s Situation, j finch.KnownJob, began time.Time) []Finding {
	t := trackOf(s.Connection, j)
	// A job of unknown type is not the set-up, whose part is empty.
	key := Key{Stuck, s.Connection.ID, t.entity, cmp.Or(t.kind, string(j.Kind))}
	i := slices.IndexFunc(found, func(f Finding) bool { return f.Key == key })
	if i < 0 {
		i = len(found)
		found = append(found, Finding{Key: key, Class: classOf(Stuck, key.Part), Move: Finchs, Opened: began, LastSeen: j.Learned})
		found[i].Facts = Facts{Job: j, LastGood: s.lastGood()}
	}
	f := &found[i]
	f.Opened, f.LastSeen = earlier(f.Opened, began), later(f.LastSeen, j.Learned)
	f.Facts.Expected = s.limit(j, began)
	f.Jobs, f.Count = slices.Insert(f.Jobs, 0, j.ID), f.Count+1
	return found
}

func (s Situation) stuckSetUps() (found []Finding, next time.Time) {
	for _, status := range []finch.Status{finch.Pending, finch.Processing} {
		for _, p := range partsIn(s.Connection, status) {
			since := s.since(p)
			due := since.Add(processingLimit)
			if status == finch.Pending {
				due = afterBusinessDays(since, pendingDays)
			}
			switch {
			case s.Now.Before(due):
				next = earlier(next, due)
			case !s.Connection.Learned.Before(due.Add(-statusLasts)):
				found = append(found, s.stuckSetUp(p, since, due))
			}
		}
	}
	return found, next
}

func (s Situation) stuckSetUp(p part, since, due time.Time) Finding {
	return Finding{
		Key: p.key(Stuck, s.Connection), Class: string(Stuck), Move: Finchs,
		Opened: since, LastSeen: later(s.Connection.Learned, since),
		Facts: Facts{Status: p.report.Status.Known(), Message: p.report.Message, LastGood: s.Connection.LastSync(), Expected: due},
	}
}

// afterBusinessDays is when that many business days, Monday to Friday in UTC,
// have passed since a time.
func afterBusinessDays(t time.Time, days int) time.Time {
	t = t.UTC()
	if isWeekend(t) {
		t = t.Truncate(24 * time.Hour) // the weekend does not count: the days begin with Monday
	}
	for isWeekend(t) {
		t = t.AddDate(0, 0, 1)
	}
	for range days {
		t = t.AddDate(0, 0, 1)
		for isWeekend(t) {
			t = t.AddDate(0, 0, 1)
		}
	}
	return t
}
