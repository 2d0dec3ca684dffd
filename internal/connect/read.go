package connect

import (
	"slices"
	"time"
)

// DefaultDropOff is how long silence means nothing where nobody said.
const DefaultDropOff = 30 * time.Minute

// Silence is how long it may be with the limits as they are set.
func (l Limits) Silence() time.Duration {
	if l.DropOff <= 0 {
		return DefaultDropOff
	}
	return l.DropOff
}

// Read says what can be read off a session's events now. The events may be in any
// order and each there several times: the same events give the same Progress.
func Read(s Session, events []Event, l Limits, now time.Time) Progress {
	now = moment(now)
	events = ordered(events, now)
	w := newWalk(events, l.Silence())
	for i := range events {
		w.step(&events[i])
	}
	p := Progress{
		Stage: w.last, Opened: w.opened, Last: w.seen, ClosedAt: w.closedAt, Visits: w.visits,
		Errors: w.errors.list(), ErrorCount: w.errors.total,
		Status: w.status, Sources: sourcesOf(events),
	}
	w.judge(&p, s, now)
	p.Stages = w.stageProgress(p, now)
	p.Assisted = readAssisted(s, events, now)
	p.Spent = w.spent
	if w.open {
		p.Spent += until(w.openedAt, p, now)
	}
	return p
}

// judge says how the session stands: what the strongest fact says.
func (w *walk) judge(p *Progress, s Session, now time.Time) {
	over, lapsed := lapse(s, w.expired, now)
	switch {
	case !w.through.IsZero():
		p.Outcome, p.Over = Connected, w.through
	case !w.claimed.IsZero():
		p.Outcome, p.Over, p.Provisional = Connected, w.claimed, true
	case lapsed:
		p.Outcome, p.Over = Lapsed, over
	case w.seen.IsZero():
		p.Outcome = Unopened
	case w.shut:
		p.Outcome = Broken
	default:
		p.DropsOff = w.seen.Add(w.dropOff)
		p.Outcome = InProgress
		if !now.Before(p.DropsOff) {
			p.Outcome = DroppedOff
		}
	}
	if p.Outcome == Connected {
		p.ClosedAt = time.Time{}
		if w.staged {
			p.Stage = Success
		}
	}
}

// lapse says when the session's link ended, if it did: by an event, by being taken
// back, or by its time, whichever came first.
func lapse(s Session, expired, now time.Time) (at time.Time, lapsed bool) {
	for _, t := range []time.Time{expired, moment(s.Revoked), moment(s.Expires)} {
		if !t.IsZero() && !t.After(now) && (!lapsed || t.Before(at)) {
			at, lapsed = t, true
		}
	}
	return at, lapsed
}

// until is how long something lasts that nothing ended: to now for an employer who
// is there, else to the last sign of them.
func until(start time.Time, p Progress, now time.Time) time.Duration {
	end := p.Last
	if p.Outcome == InProgress {
		end = now
	}
	return max(end.Sub(start), 0)
}

// sourcesOf says who told of what.
func sourcesOf(events []Event) map[Source][]Type {
	var told map[Source][]Type
	for i := range events {
		e := &events[i]
		if told == nil {
			told = map[Source][]Type{}
		}
		if !slices.Contains(told[e.Source], e.Type) {
			told[e.Source] = append(told[e.Source], e.Type)
		}
	}
	for _, types := range told {
		slices.SortFunc(types, compareTypes)
	}
	return told
}
