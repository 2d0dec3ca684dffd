package alert

import (
	"reflect"
	"slices"
	"time"

	"perch/internal/finch"
)

// shows reports whether two states of a problem look the same to whoever reads
// of it. What every look and every reading of a job brings anew does not count.
func (p Problem) shows(q Problem) bool {
	times := sameTimes(p.Opened, q.Opened, p.Over, q.Over, p.WellSince, q.WellSince, p.SnoozedUntil, q.SnoozedUntil, p.SentAt, q.SentAt) &&
		q.LastSeen.Sub(p.LastSeen).Abs() < seenEvery
	counts := p.Count == q.Count && p.Affected == q.Affected && p.Recovered == q.Recovered && p.Of == q.Of
	return times && counts && p.Key == q.Key && p.Class == q.Class && p.State == q.State && p.Move == q.Move &&
		p.Flapping == q.Flapping && p.SnoozedBy == q.SnoozedBy && p.SentBy == q.SentBy && p.SentRef == q.SentRef && p.ParentID == q.ParentID &&
		slices.Equal(p.Jobs, q.Jobs) && p.Subject.same(q.Subject) && p.Facts.same(q.Facts)
}

func (s Subject) same(o Subject) bool {
	products := slices.Equal(s.Products, o.Products) // none is none, whether stored or not
	s.Products, o.Products = nil, nil
	return products && reflect.DeepEqual(s, o)
}

func (f Facts) same(o Facts) bool {
	return sameTimes(f.LastGood, o.LastGood, f.Next, o.Next, f.Expected, o.Expected) && f.NextExact == o.NextExact &&
		f.Status == o.Status && f.Message == o.Message && f.Missing == o.Missing && sameJob(f.Job, o.Job) && f.Session.same(o.Session) && f.Usual == o.Usual
}

func sameJob(a, b finch.KnownJob) bool {
	return a.ID == b.ID && a.Status == b.Status && a.Type == b.Type && a.EntityID == b.EntityID && a.Gone == b.Gone &&
		sameTimes(a.Scheduled, b.Scheduled, a.Started, b.Started, a.Completed, b.Completed) &&
		(len(a.Results) == 0 && len(b.Results) == 0 || reflect.DeepEqual(a.Results, b.Results))
}

// sameTimes compares times in pairs.
func sameTimes(pairs ...time.Time) bool {
	for pair := range slices.Chunk(pairs, 2) {
		if !pair[0].Equal(pair[1]) {
			return false
		}
	}
	return true
}
