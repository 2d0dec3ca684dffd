package alert

import (
	"slices"
	"time"
)

// Rehearsal is what a wish would have told of the past.
type Rehearsal struct {
	// Messages are all that would have been posted: new cards, digests, reminders.
	Messages int
	// Problems are those that would have been told, each once, and Healed30 those
	// of them that were over within 30 minutes.
	Problems, Healed30 int
	// Held are the problems asked for that would not have been told: they were over
	// before their time, or their outage spoke for them.
	Held               int
	Digests, Reminders int
	// First is where the past begins that was looked at.
	First time.Time
	// AfterTwo is Messages if the wish waited for the second failure in a row.
	AfterTwo int
}

const (
	healsSoon = 30 * time.Minute
	// A lane posts once a second; what comes within that time of a card becomes a
	// summary, which takes in what comes while it stands no longer than this.
	replayPace    = time.Second
	replaySummary = 2 * time.Minute
)

// Replay says what a wish would have told of past problems, from a moment (where
// the store's memory begins, if that is later) until now. It asks the same Decide
// and NextReminder as telling does. Of failures in a row only the first and last
// times are kept, so those between are taken to have come evenly; and snoozes of
// the past are forgotten.
func Replay(w Wish, past []Problem, from, now time.Time) Rehearsal {
	r := replay(w, past, from, now)
	r.AfterTwo = r.Messages
	if w.After < 2 {
		w.After = 2
		r.AfterTwo = replay(w, past, from, now).Messages
	}
	return r
}

func replay(w Wish, past []Problem, from, now time.Time) Rehearsal {
	r := Rehearsal{First: from}
	outages := outagesOf(w, past)
	var cards, together []time.Time
	for _, p := range past {
		if p.Key.Kind == Outage && !outages[p.ID].hears {
			continue
		}
		p.Noted = p.began()
		again := rerun{wish: w, problem: p, outage: outages[p.ParentID].opened, now: now}
		at, reason := again.told()
		if at.IsZero() {
			r.hold(p, reason, from)
			continue
		}
		reminders := again.reminders(at, from)
		if w.Digest {
			together = append(together, reminders...)
		} else {
			r.Reminders += len(reminders)
		}
		switch {
		case at.Before(from):
			continue
		case reason == BecauseNow:
			cards = append(cards, at)
		default:
			together = append(together, at)
		}
		r.tell(p)
	}
	slices.SortFunc(together, time.Time.Compare)
	r.Digests = len(slices.CompactFunc(together, time.Time.Equal))
	r.Messages = posts(cards) + r.Digests + r.Reminders
	return r
}

// tell counts a problem that would have been told.
func (r *Rehearsal) tell(p Problem) {
	r.Problems++
	if p.State == Resolved && p.Over.Sub(p.began()) <= healsSoon {
		r.Healed30++
	}
}

// hold counts a problem that would not have been told, if it was asked for.
func (r *Rehearsal) hold(p Problem, reason string, from time.Time) {
	if reason != "" && !p.began().Before(from) {
		r.Held++
	}
}

// pastOutage is what its children need to know of one.
type pastOutage struct {
	opened time.Time
	// hears: one of the children is asked for, or none is known.
	hears bool
}

func outagesOf(w Wish, past []Problem) map[int64]pastOutage {
	children, heard := map[int64]bool{}, map[int64]bool{}
	for _, p := range past {
		children[p.ParentID] = true
		if ok, _ := w.Matches(p); ok {
			heard[p.ParentID] = true
		}
	}
	outages := map[int64]pastOutage{}
	for _, p := range past {
		if p.Key.Kind == Outage {
			outages[p.ID] = pastOutage{opened: p.began(), hears: heard[p.ID] || !children[p.ID]}
		}
	}
	return outages
}

// posts is how many messages the cards make of problems told at these times.
func posts(cards []time.Time) int {
	slices.SortFunc(cards, time.Time.Compare)
	n := 0
	var last, summary time.Time
	for _, at := range cards {
		switch {
		case !summary.IsZero() && at.Sub(summary) < replaySummary:
			summary = at
			continue
		case !last.IsZero() && at.Sub(last) < replayPace:
			summary = at
		}
		last = at
		n++
	}
	return n
}

// began is when Perch first knew of a problem, or would have known: one of a past
// that was brought to it later counts from when it opened.
func (p *Problem) began() time.Time {
	afterwards := p.late() || !p.Over.IsZero() && p.Noted.After(p.Over)
	if p.Noted.IsZero() || afterwards {
		return p.Opened
	}
	return p.Noted
}

// rerun is one problem of the past, told again.
type rerun struct {
	wish    Wish
	problem Problem
	outage  time.Time // when the outage opened that it belongs to; zero if unknown
	now     time.Time
}

// told is when the problem would have been told, and why then. No reason is a
// problem that was not asked for; no time one that was never told.
func (r rerun) told() (at time.Time, reason string) {
	if ok, _ := r.wish.Matches(r.problem); !ok {
		return time.Time{}, ""
	}
	held, reason := Verdict{}, BecauseNow
	for at := r.problem.began(); !at.IsZero() && !at.After(r.now); {
		switch v := Decide(r.wish, r.at(at), held, at); {
		case v.State == Owed:
			return at, reason
		case v.State == Dropped:
			return time.Time{}, v.Reason
		default:
			held = v
			at = r.next(v, at)
		}
		reason = BecauseNow
		if held.Reason == BecauseQuiet || held.Reason == BecauseDigest {
			reason = held.Reason
		}
	}
	return time.Time{}, held.Reason
}

// next is when what is held is asked about again: when it is due, or at the
// failure it waits for.
func (r rerun) next(v Verdict, at time.Time) time.Time {
	if !v.Due.IsZero() {
		return v.Due
	}
	if next := r.failure(r.wish.After); next.After(at) {
		return next
	}
	return time.Time{}
}

// failure is when the nth of the row came, about; zero if it never did.
func (r rerun) failure(n int) time.Time {
	p := r.problem
	switch first, last := p.began(), p.LastSeen; {
	case n > p.Count:
		return time.Time{}
	case n <= 1 || p.Count <= 1 || !last.After(first):
		return first
	default:
		return first.Add(time.Duration(float64(last.Sub(first)) * float64(n-1) / float64(p.Count-1)))
	}
}

// at is the problem as it was at a moment.
func (r rerun) at(t time.Time) Problem {
	p := r.problem
	if p.Over.IsZero() || t.Before(p.Over) {
		p.State, p.Over = Open, time.Time{}
	}
	p.Count = r.countAt(t)
	if t.Before(p.ClaimedAt) {
		p.ClaimedBy, p.ClaimedAt = "", time.Time{}
	}
	p.SnoozedBy, p.SnoozedUntil = "", time.Time{}
	if t.Before(r.outage) {
		p.ParentID = 0
	}
	return p
}

// countAt is how many of the row had come by then.
func (r rerun) countAt(t time.Time) int {
	p := r.problem
	if !p.Key.Kind.inRows() {
		return p.Count
	}
	n := 1
	for n < p.Count && !r.failure(n+1).After(t) {
		n++
	}
	return min(n, p.Count)
}

// reminders are those that would have followed, from a moment on.
func (r rerun) reminders(told, from time.Time) []time.Time {
	if r.wish.Reminder <= 0 {
		return nil
	}
	if gone := from.Sub(told) / r.wish.Reminder; gone > 1 {
		told = told.Add((gone - 1) * r.wish.Reminder) // what came before is not asked for
	}
	var times []time.Time
	for {
		next := r.wish.NextReminder(r.at(told), told, told)
		if next.IsZero() || next.After(r.now) || r.wish.NextReminder(r.at(next), told, next).IsZero() {
			return times
		}
		if !next.Before(from) {
			times = append(times, next)
		}
		told = next
	}
}
