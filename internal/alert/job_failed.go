package alert

import (
	"time"

	"perch/internal/finch"
)

// jobFailed finds jobs that ended in error and none of whose like has completed
// since. Jobs that failed for want of a sign-in or of rights are other kinds of
// problems: they do not count here, and they make nothing good.
func jobFailed(s Situation, _ []Finding) (found []Finding, _ time.Time) {
	for _, r := range rows(s) {
		if failed := r.ending(finch.JobFailed); len(failed) > 0 {
			found = append(found, s.failing(r, failed))
		} else if r.good.ID != "" {
			found = append(found, Finding{Key: s.failureKey(r.track), Word: Right, Over: endOf(r.good)})
		}
	}
	return found, time.Time{}
}

func (s Situation) failureKey(t track) Key {
	return Key{Kind: JobFailed, ConnectionID: s.Connection.ID, EntityID: t.entity, Part: t.kind}
}

func (s Situation) failing(r row, failed []finch.KnownJob) Finding {
	newest, oldest := failed[0], failed[len(failed)-1]
	f := Finding{
		Key: s.failureKey(r.track), Class: classOf(JobFailed, r.kind), Move: s.movesAfter(failed),
		Opened: endOf(oldest), LastSeen: endOf(newest), Count: len(failed), Jobs: idsOf(failed),
		Facts: Facts{LastGood: s.goodBefore(r, endOf(oldest)), Job: newest},
	}
	if next, quality := s.Connection.NextSync(s.Now); r.kind == finch.DataSync && next.After(s.Now) {
		f.Facts.Next, f.Facts.NextExact = next, quality == finch.Exact
	}
	return f
}

// movesAfter is whose move it is after jobs failed in a row, newest first. Finch
// repeats the daily sync by itself, so one or two of those are nobody's. What was
// asked for once, such as writing a deduction, nobody repeats but us; nor does
// Finch sync its sandbox.
func (s Situation) movesAfter(failed []finch.KnownJob) Move {
	switch repeats := failed[0].Type == finch.DataSync && !s.Connection.FinchSandbox; {
	case len(failed) >= RowOfFailures:
		return Finchs
	case repeats:
		return Nobodys
	default:
		return Ours
	}
}

// goodBefore is the last success of a row before it failed. Of data syncs the
// connection may know of a later one than the jobs do.
func (s Situation) goodBefore(r row, failed time.Time) time.Time {
	var good time.Time
	if r.good.ID != "" {
		good = endOf(r.good)
	}
	if last := s.Connection.LastSync(); r.kind == finch.DataSync && last.Before(failed) {
		good = later(good, last)
	}
	return good
}

// classOf is what problems with jobs of a type share.
func classOf(k Kind, jobType string) string { return string(k) + "/" + jobType }
