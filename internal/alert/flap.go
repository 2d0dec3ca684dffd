package alert

import (
	"slices"
	"time"
)

// open opens a problem for a finding. Last is the problem of its key that is
// over, had whether there was one. Soon after its end, or for the third time in
// a day, it is that one again, on the same card.
func open(last Problem, had bool, f Finding, now time.Time) (p Problem, what Happening) {
	openings := append(last.recently(now), now)
	flapping := len(openings) >= FlapTimes
	p, what = Problem{Noted: now}, HasOpened
	if had && (flapping || now.Sub(last.Over) <= ReopenWithin) {
		p, what = last.again(), HasReopened
	}
	if flapping {
		what = HasFlapped
	}
	p.State, p.Key, p.Openings, p.Flapping = Open, f.Key, openings, flapping
	p.Opened = f.Opened
	if p.Opened.IsZero() {
		p.Opened = now
	}
	p.LastSeen, p.Class, p.Move, p.Facts = later(p.Opened, f.LastSeen), f.Class, f.Move, f.Facts
	p.Jobs = withNew(p.Jobs, f.Jobs)
	p.Count = max(p.Count+1, 1)
	if f.Count > 0 {
		p.Count = f.Count
	}
	p.Version++
	return p, what
}

// again is a problem that is over without what its end and its last episode left.
func (p Problem) again() Problem {
	p.Over, p.ClosedBy, p.WellSince = time.Time{}, "", time.Time{}
	p.ParentID = 0 // its outage may be over; if not, it joins it again
	p.LinkBy, p.LinkAt, p.LinkUsed = "", time.Time{}, time.Time{}
	if p.SnoozedUntil.IsZero() {
		p.SnoozedBy = "" // until it changes: it did
	}
	return p
}

// recently are the openings that count towards flapping. Of trouble that was long
// past when it was noted, as a first fill brings it, none does.
func (p Problem) recently(now time.Time) []time.Time {
	if p.late() {
		return nil
	}
	return recent(p.Openings, now)
}

// recent are the openings within the last FlapWindow.
func recent(openings []time.Time, now time.Time) []time.Time {
	return slices.DeleteFunc(slices.Clone(openings), func(t time.Time) bool { return now.Sub(t) > FlapWindow })
}

// calm is when a flapping problem that is well now counts as over.
func (p Problem) calm() time.Time { return p.WellSince.Add(FlapCalm) }

// waits reports whether a problem whose trouble has gone stays open for now.
func (p Problem) waits(now time.Time) bool {
	return p.Flapping && (p.WellSince.IsZero() || now.Before(p.calm()))
}

// latest is when it last opened here.
func (p Problem) latest() time.Time {
	if n := len(p.Openings); n > 0 {
		return p.Openings[n-1]
	}
	return p.Noted
}
