package watch

import (
	"cmp"
	"time"

	"perch/internal/finch"
)

const (
	// usualSync is how long after its time a scheduled sync is over, until it is
	// known of the connection itself.
	usualSync = 5 * time.Minute
	// atFirst is the pause between readings of a job that somebody asked for and
	// may be waiting for.
	atFirst = 5 * time.Second
	// manualEvery bounds the pauses between readings of a manual job. Finch:
	// deductions are pushed within a day, or within two business days where a
	// person does it.
	manualEvery = time.Hour

	// lateStart is how long after its time a sync may still begin at any moment.
	// After that it is read hourly and then less and less, as it is at once where
	// the connection is known to be broken and will hardly sync. After longLife
	// every job is read rarely.
	lateStart   = 6 * time.Hour
	hourly      = time.Hour
	longLife    = 24 * time.Hour
	rarely      = 6 * time.Hour
	givenUpWith = 30 * 24 * time.Hour
)

// reading is when to read a job again that is not over, or zero for never.
// usual is how long its like took of late, 0 where that is not known.
func (p pace) reading(j finch.KnownJob, c finch.Connection, usual time.Duration, now time.Time) time.Time {
	age := now.Sub(began(j))
	switch {
	case j.Scheduled.After(now):
		return p.ended(j, usual)
	case age > givenUpWith || age > longLife && unheard(j) && covered(j, c):
		return time.Time{}
	case age > longLife:
		return now.Add(p.jitter(rarely))
	case age > p.grace && unheard(j) && covered(j, c):
		return now.Add(p.jitter(rarely))
	case unheard(j) && (age > lateStart || age > hourly && c.Overall().NeedsAttention()):
		return now.Add(p.jitter(max(hourly, age/4, p.every)))
	case j.Scheduled.IsZero():
		return now.Add(p.jitter(p.asked(j, age)))
	default:
		return now.Add(p.jitter(p.scheduled(age, usual)))
	}
}

// unread is when to read a job again that could not be read, and would by the
// failure alone be read at next; zero for never. One that nobody gets to know
// anything of is asked for less and less too, and given up in the end.
func (p pace) unread(j finch.KnownJob, next, now time.Time) time.Time {
	began := began(j)
	if began.IsZero() {
		return next
	}
	age := now.Sub(began)
	pause := age / 10
	switch {
	case age > givenUpWith:
		return time.Time{}
	case age > longLife:
		pause = rarely
	}
	if at := now.Add(p.jitter(pause)); at.After(next) {
		return at
	}
	return next
}

// asked is the pause for a job that was asked for: it grows with its age.
func (p pace) asked(j finch.KnownJob, age time.Duration) time.Duration {
	longest := p.every
	if j.Kind == finch.Manual {
		longest = max(longest, manualEvery)
	}
	return min(max(age/2, atFirst), longest)
}

// scheduled is the pause for a scheduled sync: until it should be over, then a
// third of the usual pause, growing up to that. It is never longer than that
// while a sync may run, so that an early end is not noticed too late.
func (p pace) scheduled(age, usual time.Duration) time.Duration {
	usual = cmp.Or(usual, usualSync)
	if left := usual - age; left > 0 {
		return min(max(left, atFirst), p.every)
	}
	return min(max((age-usual)/2, p.every/3), p.every)
}

// ended is when a scheduled sync that lies ahead should be over.
func (p pace) ended(j finch.KnownJob, usual time.Duration) time.Time {
	return j.Scheduled.Add(p.jitter(min(cmp.Or(usual, usualSync), p.every)))
}

// began is from when on a job may have been running.
func began(j finch.KnownJob) time.Time {
	for _, at := range []time.Time{j.Scheduled, j.Started, j.Created} {
		if !at.IsZero() {
			return at
		}
	}
	return j.FirstSeen
}
