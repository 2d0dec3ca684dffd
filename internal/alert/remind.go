package alert

import "time"

// The reminders there are, beside none.
const (
	remindOften = 4 * time.Hour
	remindDaily = 24 * time.Hour
)

// digestSlack is how much earlier than a day after the last word a digest may
// remind: one is sent some seconds late, and a day may have 23 hours.
const digestSlack = 2 * time.Hour

// NextReminder is when to remind of a problem that was told, or reminded of
// last, at the given time. Zero is never: nobody asked to be reminded, somebody
// is on it, it is snoozed or over, or its outage reminds. A time that is not
// after now means now. It is never in quiet hours that the kind does not pass,
// and with a digest it is a digest's.
func (w Wish) NextReminder(p Problem, told, now time.Time) time.Time {
	if w.Reminder <= 0 || told.IsZero() || p.State != Open || p.ClaimedBy != "" || p.ParentID != 0 || p.snoozed(now) {
		return time.Time{}
	}
	if !p.WellSince.IsZero() {
		return time.Time{} // a flapping problem that is well at the moment
	}
	if w.Digest {
		return w.remindInDigest(told, now)
	}
	at := told.Add(w.Reminder).UTC()
	if at.Before(now) {
		at = now.UTC()
	}
	if until, quiet := w.quietUntil(at); quiet && !w.passes(p) {
		return until
	}
	return at
}

// remindInDigest is the digest in which to remind: one that was missed for longer
// than a restart takes is not made up for between two others.
func (w Wish) remindInDigest(told, now time.Time) time.Time {
	at := w.nextDigest(told.Add(w.Reminder - digestSlack))
	if now.Sub(at) > digestSlack {
		return w.nextDigest(now)
	}
	return at
}
