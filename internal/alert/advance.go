package alert

import (
	"cmp"
	"slices"
	"time"
)

// seenEvery is how often a problem notes that it was seen again when nothing
// else is new. Looks come every quarter of an hour: cards must not.
const seenEvery = 24 * time.Hour

// Advance compares what is wrong now with the problems there are, and says what
// happened. Past are all open problems that the findings are about, and of each
// key the last that is over. A problem with ID 0 in a step is a new one.
//
// There is at most one step for a problem, and none where nothing changed: doing
// it twice does nothing. Afterwards each Wrong finding has exactly one open
// problem, except where a person closed that very trouble.
func Advance(past []Problem, found []Finding, subject func(Key) Subject, now time.Time) []Step {
	a := &advance{found: found, subject: subject, now: now, over: map[Key]Problem{}, before: map[Key]Problem{}}
	for _, p := range past {
		if p.State == Open {
			a.open = append(a.open, p)
		} else if last, had := a.over[p.Key]; !had || p.Over.After(last.Over) {
			a.over[p.Key] = p
		}
	}
	slices.SortStableFunc(a.open, func(p, q Problem) int { return cmp.Compare(p.ID, q.ID) })
	a.rekey()
	for _, p := range a.open {
		a.goOn(p)
	}
	for _, f := range found {
		if f.Word == Wrong && !a.holds(f.Key) && !a.dismissed(f) {
			a.begin(f)
		}
	}
	return a.steps
}

// advance is one comparison under way.
type advance struct {
	open    []Problem
	over    map[Key]Problem // the last of each key
	before  map[Key]Problem // what was given another key, by the new one
	found   []Finding
	subject func(Key) Subject
	now     time.Time
	steps   []Step
}

// begin opens a problem.
func (a *advance) begin(f Finding) {
	last, had := a.over[f.Key]
	p, what := open(last, had, f, a.now)
	p.Subject = a.subject(f.Key)
	a.open = append(a.open, p)
	a.steps = append(a.steps, Step{p, Event{At: a.now, What: what, Detail: f.Facts.Job.ID}})
}

// dismissed reports whether a finding is what a person closed.
func (a *advance) dismissed(f Finding) bool {
	last, had := a.over[f.Key]
	return had && last.dismisses(f)
}

// dismisses reports whether a finding is the very trouble that a person closed:
// it began before, and no job failed since. What Perch closed by itself may open
// again.
func (p Problem) dismisses(f Finding) bool {
	if p.State != Closed || p.ClosedBy == "" || p.recurs(f) {
		return false
	}
	return !f.Opened.After(p.Over)
}

// recurs reports whether a finding brings a more recent failure than is known.
func (p Problem) recurs(f Finding) bool {
	return f.Count > 0 && f.LastSeen.After(p.LastSeen) && len(withNew(p.Jobs, f.Jobs)) > len(p.Jobs)
}

// goOn says what became of an open problem.
func (a *advance) goOn(p Problem) {
	was := p
	if other, moved := a.before[p.Key]; moved {
		was = other
	}
	f := a.saidOf(p)
	var what Happening
	switch f.Word {
	case Wrong:
		p, what = p.seen(f, a.now)
		p.Subject = a.subject(p.Key)
	case Unsure:
		p, what = p.awake(a.now)
	case Moot:
		p, what = p.end(Closed, f.Over, a.now), HasClosed
	case Right:
		p, what = p.right(f.Over, a.now)
	case Settled:
		p, what = p.end(Resolved, f.Over, a.now), HasResolved
		p.Facts.Session.Connected, p.Facts.Session.Provisional = true, f.Facts.Session.Provisional
	}
	if step, changed := follow(was, p, what, a.now); changed {
		if what == HasRecurred || what == HasEscalated {
			step.Event.Detail = f.Facts.Job.ID
		}
		a.steps = append(a.steps, step)
	}
}

// saidOf is what was found of an open problem.
func (a *advance) saidOf(p Problem) Finding {
	said := Finding{Key: p.Key, Word: Right}
	for _, f := range a.found {
		switch {
		case f.Key == p.Key:
			return f
		case f.Key.Kind == "" && f.Key.ConnectionID == p.Key.ConnectionID:
			said = f
		}
	}
	if said.Word == Right && a.absorbed(p) {
		said.Word = Moot // the whole is not well, and so its part is not
	}
	return said
}

// seen is an open problem that was found again, and what that means.
func (p Problem) seen(f Finding, now time.Time) (Problem, Happening) {
	was := p
	p, what := p.awake(now)
	if !p.WellSince.IsZero() {
		p.WellSince, p.Openings, p.Count = time.Time{}, append(recent(p.Openings, now), now), p.Count+1
	}
	p.Class, p.Move, p.Facts = f.Class, f.Move, f.Facts
	p.Opened = cmp.Or(f.Opened, p.Opened) // what began it may become known late
	p.Jobs, p.LastSeen = withNew(p.Jobs, f.Jobs), later(p.Opened, f.LastSeen)
	p.Count = cmp.Or(f.Count, p.Count)
	switch {
	case p.Key.Kind == JobFailed && was.Count < RowOfFailures && p.Count >= RowOfFailures:
		what = HasEscalated
	case !p.Flapping && was.recurs(f):
		what = HasRecurred
	}
	if what == HasEscalated || what == HasRecurred || p.Class != was.Class || p.Move != was.Move {
		p = p.changed()
	}
	return p, what
}

// changed ends a snooze that lasts until there is a change.
func (p Problem) changed() Problem {
	if p.SnoozedUntil.IsZero() {
		p.SnoozedBy = ""
	}
	return p
}

// awake ends a snooze whose time has come.
func (p Problem) awake(now time.Time) (Problem, Happening) {
	if p.SnoozedBy == "" || p.SnoozedUntil.IsZero() || now.Before(p.SnoozedUntil) {
		return p, ""
	}
	p.SnoozedBy, p.SnoozedUntil = "", time.Time{}
	return p, HasWoken
}

// right is an open problem whose trouble has gone. A flapping one has to stay
// well for a while first.
func (p Problem) right(over, now time.Time) (Problem, Happening) {
	if !p.waits(now) {
		if p.Flapping {
			over = p.WellSince
		}
		return p.end(Resolved, over, now), HasResolved
	}
	p, what := p.awake(now)
	if p.WellSince.IsZero() {
		p.WellSince = p.within(over, now)
	}
	return p, what
}

// end is a problem that is over.
func (p Problem) end(state State, over, now time.Time) Problem {
	p.State, p.Over = state, p.within(over, now)
	if state == Resolved && p.LinkBy != "" {
		p.LinkUsed = p.Over
	}
	return p
}

// within is a time if it lies between the problem's beginning and now, else now:
// what is known of an end may be older than what is wrong.
func (p Problem) within(at, now time.Time) time.Time {
	if at.Before(p.Opened) || at.Before(p.LastSeen) || at.After(now) {
		return now
	}
	return at
}

// follow is the step from one state of a problem to the next, and whether there
// is any.
func follow(was, p Problem, what Happening, now time.Time) (Step, bool) {
	if what == "" {
		if was.shows(p) {
			return Step{}, false
		}
		what = HasChanged
	}
	p.Version++
	return Step{p, Event{At: now, What: what}}, true
}

// withNew are ids and those that are new, in order.
func withNew(ids, more []string) []string {
	all := slices.Clip(ids)
	for _, id := range more {
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}

// WakeAt is when time alone changes the problem, zero for never: its snooze ends,
// it flapped and has been well for long enough, or a surge has seen nobody stop for
// as long as it looks back. Whether a problem goes on at all is Assess's to say.
func (p Problem) WakeAt() time.Time {
	if p.State != Open {
		return time.Time{}
	}
	var at time.Time
	if p.SnoozedBy != "" {
		at = p.SnoozedUntil
	}
	if !p.WellSince.IsZero() {
		at = earlier(at, p.calm())
	} else if p.surge() {
		at = earlier(at, p.LastSeen.Add(DefaultSurge().Within))
	}
	return at
}
