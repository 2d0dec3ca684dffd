package alert

import (
	"fmt"
	"slices"
	"time"
)

// The reasons that Decide gives, beside those of Matches.
const (
	BecauseNow     = "now"
	BecausePaused  = "paused"
	BecauseHealed  = "healed before"
	BecauseOutage  = "in an outage"
	BecauseSnoozed = "snoozed"
	BecauseDigest  = "digest"
	BecauseQuiet   = "quiet hours"
	BecauseLate    = "late news"
)

const (
	// lateNews is how old the newest sign of a problem is that may be over already:
	// whoever brings Perch a past, a first fill or a gap of days made good, brings it
	// piece by piece.
	lateNews = 12 * time.Hour
	// untilPast is how long the rest of such a past is waited for.
	untilPast = 10 * time.Minute
)

// Decide is Decide for the subscription's wish, unless it is paused.
func (s Subscription) Decide(p Problem, held Verdict, now time.Time) Verdict {
	if s.Paused {
		return Verdict{State: Dropped, Reason: BecausePaused}
	}
	return Decide(s.Wish, p, held, now)
}

// Decide says whether and when a problem is told that was not told yet. It is
// asked at every step of the problem, and again when what is held is due. Held is
// what it said of this problem before, the zero Verdict at first: by it a digest
// that has come is told from one still to come.
//
// What is held without a Due waits for the problem to change. What is held until
// the same moment, by quiet hours or for a digest, has exactly the same Due.
func Decide(w Wish, p Problem, held Verdict, now time.Time) Verdict {
	if v := w.dropped(p); v.State == Dropped {
		return v
	}
	if v, waits := w.waits(p, now); waits {
		return v
	}
	if w.Digest {
		return w.forDigest(held, now)
	}
	if until, quiet := w.quietUntil(now); quiet && !w.passes(p) {
		return Verdict{State: Held, Due: until, Reason: BecauseQuiet}
	}
	if rest := p.Noted.Add(untilPast); p.late() && now.Before(rest) {
		return Verdict{State: Held, Due: rest, Reason: BecauseLate}
	}
	return Verdict{State: Owed, Reason: BecauseNow}
}

// dropped is why a problem is not told at all.
func (w Wish) dropped(p Problem) Verdict {
	ok, reason := w.Matches(p)
	switch {
	case !ok:
		return Verdict{State: Dropped, Reason: reason}
	case p.State != Open:
		return Verdict{State: Dropped, Reason: BecauseHealed}
	case p.ParentID != 0:
		return Verdict{State: Dropped, Reason: BecauseOutage}
	default:
		return Verdict{}
	}
}

// waits is what must happen to a problem before anybody hears of it: another
// failure, more time, the end of a snooze.
func (w Wish) waits(p Problem, now time.Time) (Verdict, bool) {
	lasted := p.since().Add(w.OpenFor)
	switch {
	case p.Key.Kind.inRows() && p.Count < w.After:
		return Verdict{State: Held, Reason: fmt.Sprintf("fewer than %d in a row", w.After)}, true
	case w.OpenFor > 0 && now.Before(lasted):
		return Verdict{State: Held, Due: lasted, Reason: "open for less than " + spanWords(w.OpenFor)}, true
	case p.snoozed(now):
		return Verdict{State: Held, Due: p.SnoozedUntil, Reason: BecauseSnoozed}, true
	default:
		return Verdict{}, false
	}
}

// forDigest holds for the digest that was settled on before, or for the next. The
// wish may have changed since; and a digest that could not be told at its moment
// is due a little later, when it is tried again.
func (w Wish) forDigest(held Verdict, now time.Time) Verdict {
	due := held.Due
	if held.Reason != BecauseDigest || w.nextDigest(due.Add(-digestSlack)).After(due) {
		due = w.nextDigest(now)
	}
	if now.Before(due) {
		return Verdict{State: Held, Due: due, Reason: BecauseDigest}
	}
	return Verdict{State: Owed, Reason: BecauseDigest}
}

// passes reports whether quiet hours let a problem through; an outage passes as
// its children do.
func (w Wish) passes(p Problem) bool {
	kind := p.Key.Kind
	if kind == Outage {
		kind = childKind(p.Class)
	}
	return slices.Contains(w.Quiet.Pass, kind)
}

// since is when a problem began, as far as anybody knows.
func (p *Problem) since() time.Time {
	if p.Opened.IsZero() || p.Opened.After(p.Noted) && !p.Noted.IsZero() {
		return p.Noted
	}
	return p.Opened
}

// late reports whether a problem was noted long after it was last seen.
func (p *Problem) late() bool {
	return !p.LastSeen.IsZero() && p.Noted.Sub(p.LastSeen) > lateNews
}

// snoozed reports whether a snooze is still on.
func (p *Problem) snoozed(now time.Time) bool {
	return p.SnoozedBy != "" && (p.SnoozedUntil.IsZero() || now.Before(p.SnoozedUntil))
}
