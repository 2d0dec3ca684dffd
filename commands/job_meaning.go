package commands

import (
	"fmt"
	"time"

	"perch/bot/card"
	"perch/internal/finch"
)

// longRun is how long a job may run before the card says that it is long.
const longRun = 6 * time.Hour

// meaning says what the status means and who must act. Times are written by when.
func (d jobDetail) meaning(when func(time.Time) string) string {
	switch {
	case d.Status.Final():
		return d.ended(when)
	case d.Status == finch.JobMissing:
		return d.wasMissing(when)
	case d.Gone:
		return "*Nothing to do:* Finch does not know this job any more, so how it went will not come to light."
	case unread(d.KnownJob):
		return "*Nothing to do:* a webhook told of this job. Finch is about to be asked how it went."
	case d.Status == finch.JobRunning:
		return d.running(when)
	case d.Status == finch.JobPending:
		return d.ahead(when)
	default:
		return "Finch reports a status that this version of Perch does not know."
	}
}

func (d jobDetail) ended(when func(time.Time) string) string {
	manual := d.Kind == finch.Manual
	switch {
	case d.Status == finch.JobComplete && manual:
		return d.carriedOut()
	case d.Status == finch.JobComplete:
		return "*Nothing to do:* Finch has fetched the data."
	case d.overcome(when) != "":
		return d.overcome(when)
	case d.Status == finch.JobReauthError:
		return "*The employer must reconnect.* Their sign-in at the provider does not work any more; nothing syncs until they sign in again."
	case d.Status == finch.JobPermissionsError:
		return "*The employer's administrator must act:* Finch was let in with too few rights."
	case manual:
		return "*Finch's move:* the change was not made, and Finch gives no reason here. Give its support the block below before trying again."
	case d.Type != finch.DataSync:
		return "*Finch's move:* it gives no reason for a failed job. Give its support the block below." + d.inARow()
	default:
		return "*Finch's move:* it gives no reason for a failed sync. " + d.nextTry(when) + d.inARow()
	}
}

// overcome says why a failure wants nobody any more, or "" if it still does: what
// a job says of its connection was true when it ended.
func (d jobDetail) overcome(when func(time.Time) string) string {
	now := d.Of.Overall()
	well := now == finch.Connected || now == finch.Processing
	switch {
	case d.Kind == finch.Manual:
		return ""
	case d.Later.ID != "":
		return "*Nothing to do any more:* a later sync succeeded, " + when(d.Later.At()) + "."
	case d.Of.ID != "" && now == finch.Disconnected:
		return "*Nothing to do any more:* this connection has ended since."
	case !well || !d.Of.Learned.After(d.At().Add(d.Took(d.Now))):
		return ""
	case d.Status == finch.JobReauthError:
		return "*Nothing to do any more:* the employer has signed in again since. " + d.nextTry(when)
	case d.Status == finch.JobPermissionsError:
		return "*Nothing to do any more:* Finch has the permissions now. " + d.nextTry(when)
	default:
		return ""
	}
}

// carriedOut: a deduction job is complete even if it failed for some people, or
// if Finch does not say how it went for them.
func (d jobDetail) carriedOut() string {
	left, unsaid := 0, 0
	for _, r := range d.Results {
		switch {
		case r.Code == 0:
			unsaid += r.Count
		case !succeeded(r):
			left += r.Count
		}
	}
	switch {
	case left > 0:
		return fmt.Sprintf("*Our move:* the change was not made for %d %s, see below.", left, plural(left, "person", "people"))
	case unsaid > 0:
		return fmt.Sprintf("*Nothing to do:* the job is done. Of %d %s Finch does not say how it went.", unsaid, plural(unsaid, "person", "people"))
	default:
		return "*Nothing to do:* the change was made."
	}
}

// nextTry is when Finch tries again by itself.
func (d jobDetail) nextTry(when func(time.Time) string) string {
	next, quality := d.Of.NextSync(d.Now)
	if d.Of.ID == "" || quality == finch.Unknown || !next.After(d.Now) {
		return "The next sync tries again."
	}
	if quality == finch.Estimated {
		return fmt.Sprintf("The next sync tries again, about %s (estimated).", when(next))
	}
	return fmt.Sprintf("The next sync tries again: %s, scheduled at Finch.", when(next))
}

// inARow counts the failures up to this one, as far as the card looks back.
func (d jobDetail) inARow() string {
	n := 1
	for _, j := range d.Before {
		if !j.Status.Failed() {
			break
		}
		n++
	}
	if n < 2 {
		return ""
	}
	atLeast := ""
	if n > comparedWith {
		atLeast = "at least "
	}
	return fmt.Sprintf("\nThat is %s%d failures in a row: give Finch's support the block below.", atLeast, n)
}

func (d jobDetail) wasMissing(when func(time.Time) string) string {
	if said := d.overcome(when); said != "" {
		return said
	}
	due := "It should have run"
	if !d.Scheduled.IsZero() {
		due += " " + when(d.Scheduled)
	}
	return "*Finch's move:* nothing was heard of this sync. " + due + ", and neither a result nor a failure was reported. If the next one is missing too, give Finch's support the block below."
}

func (d jobDetail) running(when func(time.Time) string) string {
	ran := d.Took(d.Now)
	so := "for " + card.Span(ran)
	if d.SharedBy != "" { // in a channel an age would grow old
		so = "since " + when(d.Started)
	}
	switch {
	case ran >= longRun:
		return fmt.Sprintf("*Finch's move:* it has been running %s, which is long. If it stays so, give Finch's support the block below.", so)
	case ran > 0:
		return fmt.Sprintf("*Nothing to do:* it has been running %s.", so)
	default:
		return "*Nothing to do:* it is running."
	}
}

func (d jobDetail) ahead(when func(time.Time) string) string {
	switch {
	case d.Kind == finch.Manual:
		return "*Nothing to do:* Finch has the change and will make it. That takes up to a day, on assisted connections up to two business days."
	case d.Scheduled.IsZero():
		return "*Nothing to do:* it was asked for and has not begun yet."
	case d.Scheduled.After(d.Now):
		return fmt.Sprintf("*Nothing to do:* it will run %s.", when(d.Scheduled))
	default:
		return fmt.Sprintf("*Nothing to do yet:* it was due %s and has not begun.", when(d.Scheduled))
	}
}
