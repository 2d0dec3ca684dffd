package watch

import (
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"perch/internal/finch"
)

const (
	// almostDaily is when a connection is looked at that needs nothing: with the
	// jitter on top, still at least once a day.
	almostDaily = 21*time.Hour + 30*time.Minute
	// spread is how far jitter moves a time, either way.
	spread = 0.1
	// oftenAtLeast bounds the pauses between looks at what is wrong for long.
	oftenAtLeast = 6 * time.Hour
	// jobsTell is how long after a scheduled sync its job has usually told how it went.
	jobsTell = time.Hour

	firstBackoff = time.Minute
	maxBackoff   = time.Hour
)

// pace decides when a connection is looked at next.
type pace struct {
	every time.Duration
	// grace is how late a scheduled sync may begin before it counts as missing.
	grace time.Duration
	// random is a number from 0 to 1.
	random func() float64
}

func newPace(every, grace time.Duration) pace {
	if every <= 0 {
		every = defaultPollEvery
	}
	if grace <= 0 {
		grace = defaultGrace
	}
	return pace{every: every, grace: grace, random: rand.Float64}
}

// after is when to look again at a connection as it is known now: often while
// something has newly gone wrong, is under way or is overdue, else some time
// after its next sync, and about once a day in any case.
func (p pace) after(c finch.Connection, now time.Time) time.Time {
	if c.Worst() != finch.Connected {
		return now.Add(p.jitter(p.often(c.StatusSince, now)))
	}
	next := now.Add(p.jitter(almostDaily))
	sync, quality := c.NextSync(now)
	switch {
	case quality == finch.Unknown:
		return next
	case !sync.After(now):
		return now.Add(p.jitter(p.often(sync, now)))
	}
	synced := sync.Add(p.jitter(p.every))
	if quality == finch.Exact {
		// Its job is read by its id, and when that is over a look follows. This one
		// is for a job that does not tell.
		synced = sync.Add(p.jitter(max(p.every, jobsTell)))
	}
	if synced.Before(next) {
		return synced
	}
	return next
}

// often is the pause between looks at something that has stood as it stands
// since a time: a tenth of how long that is, so that what is new is seen soon
// and what nobody mends for days does not eat the budget.
func (p pace) often(since, now time.Time) time.Duration {
	if since.IsZero() {
		return p.every
	}
	return max(p.every, min(now.Sub(since)/10, oftenAtLeast))
}

// afterFailure is when to look again after the given number of failures in a
// row. What waiting cannot mend is looked at daily; a state of the connection
// that Finch tells by refusing, like any other trouble of the connection. A
// revoked token counts for a passing failure: its looks have ended, unless the
// loss could not be recorded.
func (p pace) afterFailure(err error, failures int, now time.Time) time.Time {
	_, elsewhere := errors.AsType[*Mismatch](err)
	if elsewhere || errors.Is(err, finch.ErrNoToken) || errors.Is(err, finch.ErrUnknown) {
		return now.Add(p.jitter(almostDaily))
	}
	refusal, _ := errors.AsType[*finch.Error](err)
	if refusal == nil {
		return now.Add(p.backoff(failures))
	}
	switch refusal.Trouble() {
	case finch.TroubleReauth, finch.TroublePermissions, finch.TroubleNotSetUp:
		return now.Add(p.jitter(p.every))
	}
	next := now.Add(p.backoff(failures))
	if refusal.Until.After(next) {
		// Not all at the same moment, when Finch names one to all.
		return refusal.Until.Add(time.Duration(p.random() * float64(p.every)))
	}
	return next
}

// backoff doubles from one minute up to an hour.
func (p pace) backoff(failures int) time.Duration {
	d := firstBackoff
	for range failures - 1 {
		if d *= 2; d >= maxBackoff {
			d = maxBackoff
			break
		}
	}
	return p.jitter(d)
}

// jitter moves a length of time by up to a tenth, so that what began together
// does not stay together.
func (p pace) jitter(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (1 - spread + 2*spread*p.random()))
}

// tally counts failures in a row by connection. It is forgotten at a restart,
// which costs one look too early.
type tally struct {
	mu     sync.Mutex
	counts map[string]int
}

func newTally() *tally { return &tally{counts: map[string]int{}} }

func (t *tally) failed(id string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts[id]++
	return t.counts[id]
}

func (t *tally) clear(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.counts, id)
}

// retry remembers when something that failed may be tried again. It is used by
// one sweep alone, so it needs no lock.
type retry struct {
	failures int
	next     time.Time
}

func (r *retry) ready(now time.Time) bool { return !now.Before(r.next) }

func (r *retry) note(err error, p pace, now time.Time) {
	if err == nil {
		*r = retry{}
		return
	}
	r.failures++
	r.next = now.Add(p.backoff(r.failures))
}
