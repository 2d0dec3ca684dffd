package alert

import (
	"regexp"
	"sync"
	"time"
)

const minutesPerDay = 24 * 60

// zones remembers the time zones that were read from disk: they do not change
// while a program runs, and each wish asks for its own at every problem.
var zones sync.Map // name -> *time.Location

// zoneName keeps out what would be a path elsewhere.
var zoneName = regexp.MustCompile(`^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$`)

// zoneOf is an IANA time zone. The machine's own zone is none: a wish means the
// same on every machine.
func zoneOf(name string) (*time.Location, bool) {
	if name == "" {
		return time.UTC, true
	}
	if known, ok := zones.Load(name); ok {
		return known.(*time.Location), true
	}
	if !zoneName.MatchString(name) || name == time.Local.String() {
		return time.UTC, false
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC, false
	}
	zones.Store(name, zone)
	return zone, true
}

// location is where the wish's quiet hours and digests are meant.
func (w Wish) location() *time.Location {
	zone, _ := zoneOf(w.Zone)
	return zone
}

// moment is when a wall clock in the zone shows so many minutes after midnight
// of the day that t names there, days later. A time that the clocks leap over is
// when they leap; of a time that comes twice it is the first: so there is exactly
// one a day.
func moment(t time.Time, days, minutes int) time.Time {
	year, month, day := t.Date()
	at := time.Date(year, month, day+days, 0, minutes, 0, 0, t.Location())
	shown := at.Hour()*60 + at.Minute()
	begins, ends := at.ZoneBounds()
	switch ahead := (shown - minutes + minutesPerDay) % minutesPerDay; {
	case ahead == 0:
		return firstOfTwo(at, begins)
	case ahead < minutesPerDay/2: // read by the clock before the leap
		return begins
	default:
		return ends
	}
}

// firstOfTwo is the earlier time at which the clock shows the same as at, if
// the clocks were set back in between, else at.
func firstOfTwo(at, begins time.Time) time.Time {
	if begins.IsZero() {
		return at
	}
	_, after := at.Zone()
	_, before := begins.Add(-time.Nanosecond).Zone()
	earlier := at.Add(time.Duration(after-before) * time.Second)
	if before > after && earlier.Before(begins) {
		return earlier
	}
	return at
}

// nextDigest is the first digest after a moment.
func (w Wish) nextDigest(after time.Time) time.Time {
	local := after.In(w.location())
	for days := 0; ; days++ {
		at := moment(local, days, w.DigestAt)
		if at.After(after) && (!w.Quiet.Weekends || !isWeekend(at)) {
			return at.UTC()
		}
	}
}

// quietUntil is when the quiet hours around a moment end; false if there are
// none around it. Hours and weekends that touch are one.
func (w Wish) quietUntil(now time.Time) (time.Time, bool) {
	until := now
	for {
		end, quiet := w.Quiet.around(until.In(w.location()))
		if !quiet {
			return until.UTC(), until.After(now)
		}
		until = end
	}
}

// around is the end of the one stretch of quiet that holds t.
func (q QuietHours) around(t time.Time) (end time.Time, quiet bool) {
	if q.Weekends && isWeekend(t) {
		days := 1 + int(time.Sunday+7-t.Weekday())%7
		return moment(t, days, 0), true
	}
	if q.From == q.To {
		return time.Time{}, false
	}
	for days := -1; days <= 0; days++ { // yesterday's may not have ended
		begin, end := moment(t, days, q.From), q.endOf(t, days)
		if !t.Before(begin) && t.Before(end) {
			return end, true
		}
	}
	return time.Time{}, false
}

// endOf is when the quiet hours end that begin on the given day.
func (q QuietHours) endOf(t time.Time, days int) time.Time {
	if q.To < q.From {
		days++
	}
	return moment(t, days, q.To)
}

// any reports whether there is any quiet at all.
func (q QuietHours) any() bool { return q.Weekends || q.From != q.To }

func isWeekend(t time.Time) bool {
	return t.Weekday() == time.Saturday || t.Weekday() == time.Sunday
}
