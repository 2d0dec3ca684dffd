package thread

import (
	"cmp"
	"fmt"
	"time"

	"perch/bot/card"
	"perch/internal/alert"
	"perch/internal/connect"
	"perch/internal/finch"
)

// JobLine says how a job ended, "" while it has not; it names no customer.
func JobLine(j finch.JobLine, now time.Time) string {
	sign, ended := jobEnd(j.KnownJob)
	if ended == "" {
		return ""
	}
	what := jobWord(j.KnownJob, maxName)
	if at := j.Completed; !at.IsZero() {
		what += ", " + card.When(at, now)
	}
	return fmt.Sprintf("%s Job %s %s: %s.%s", sign, short(j.ID), ended, what, people(j.Results))
}

func jobEnd(j finch.KnownJob) (sign, ended string) {
	sign = card.JobStatus(string(j.Status)).Emoji
	switch {
	case j.Status == finch.JobComplete:
		return sign, "has completed"
	case j.Status == finch.JobReauthError:
		return sign, "has failed, and the employer must reconnect"
	case j.Status == finch.JobPermissionsError:
		return sign, "has failed, since Finch lacks permissions at the provider"
	case j.Status.Failed():
		return sign, "has failed"
	case j.Gone:
		return ":grey_question:", "is gone from Finch, so nobody knows how it ended"
	default:
		return "", ""
	}
}

// SessionLine says where an employer stands now; it names no customer.
func SessionLine(r connect.Reading, now time.Time) string {
	named := card.UpperFirst(ofSession(r.Session.ID, r.Session.CustomerID, r.Session.CustomerName))
	return fmt.Sprintf("%s %s: %s.", alert.SessionSign(r.Progress), named, sessionWords(r, now))
}

// ProblemLine says what happened to a problem, "" if that is no news for a thread: it
// is news that it began, is over, or became somebody else's move. It names no customer.
func ProblemLine(step alert.Step, now time.Time) string {
	p := step.Problem
	if p.Key.Kind == alert.Outage || p.Key.Kind == alert.Blind {
		return ""
	}
	sign, what := kindWords(p)
	at := cmp.Or(timeWords(step.Event.At, now), "just now")
	switch step.Event.What {
	case alert.HasOpened:
		return fmt.Sprintf("%s %s: %s, %s.%s", sign, what, about(p), card.When(p.Opened, now), meaning(p))
	case alert.HasReopened:
		return fmt.Sprintf("%s Again: %s: %s, %s.", sign, card.LowerFirst(what), about(p), at)
	case alert.HasEscalated:
		return fmt.Sprintf("%s %s: %s.%s", sign, what, about(p), moveNow(p))
	case alert.HasResolved:
		return ":large_green_circle: " + resolved(p, now)
	case alert.HasClosed:
		by := cmp.Or(p.ClosedBy, step.Event.Who)
		if by == "" {
			return ""
		}
		return fmt.Sprintf(":heavy_minus_sign: <@%s> closed this, nobody need act any more: %s, %s.", card.Escape(by), card.LowerFirst(what), about(p))
	default:
		return ""
	}
}

func timeWords(at, now time.Time) string {
	if at.IsZero() {
		return ""
	}
	return card.When(at, now)
}

// about names what a problem is about by its short id.
func about(p alert.Problem) string {
	if _, ok := alert.CustomerOf(p.Key); ok {
		return sessionNamed(p)
	}
	if ofJob := p.Key.Kind == alert.JobFailed || p.Key.Kind == alert.Stuck; ofJob && len(p.Jobs) > 0 {
		return "job " + short(p.Jobs[len(p.Jobs)-1])
	}
	return ofConnection(p)
}

// ofConnection is the connection that a problem is about, or the entity of it.
func ofConnection(p alert.Problem) string {
	words := "connection " + short(p.Key.ConnectionID)
	if p.Key.EntityID != "" {
		words = "entity " + short(p.Key.EntityID) + " of " + words
	}
	return words
}

// sessionNamed is the session that it is about.
func sessionNamed(p alert.Problem) string {
	return ofSession(p.Facts.Session.ID, cmp.Or(p.Facts.Session.CustomerID, p.Subject.CustomerID), p.Subject.CustomerName)
}

// ofSession names a session by its short id, if it has one that does not tell who the
// customer is: the host application chooses these ids.
func ofSession(id, customerID, customerName string) string {
	if id == "" || tells(id, customerID, customerName) {
		return "a session"
	}
	return "session " + short(id)
}

// meaning is what a problem that began means for the syncs, where its name does not
// say so.
func meaning(p alert.Problem) string {
	halts := " " + card.UpperFirst(p.Halts())
	switch p.Key.Kind {
	case alert.Reauth:
		return halts + " until they sign in again."
	case alert.Permissions:
		return halts + " until the employer's administrator gives Finch the rights it lacks."
	case alert.NotSetUp:
		return halts + " until the employer has finished the set-up."
	default:
		return ""
	}
}

// moveNow says whose move it has become.
func moveNow(p alert.Problem) string {
	switch p.Move {
	case alert.Finchs:
		if p.AtSupport() {
			return " It is Finch's move now: their support has the packet."
		}
		return " It is Finch's move now: contact their support."
	case alert.Ours:
		return " It is our move now."
	case alert.Employers:
		return " It is the employer's move now."
	case alert.Administrators:
		return " The employer's administrator must act now."
	default:
		return ""
	}
}

// resolved says how a problem ended.
func resolved(p alert.Problem, now time.Time) string {
	over, connection := card.When(p.Over, now), ofConnection(p)
	switch p.Key.Kind {
	case alert.JobFailed:
		return fmt.Sprintf("The next %s of %s completed %s.", card.LowerFirst(failing(p)), connection, over)
	case alert.Reauth:
		return fmt.Sprintf("The employer has reconnected: %s syncs again.", connection)
	case alert.Permissions:
		return fmt.Sprintf("Finch has its permissions for %s again; syncs go on.", connection)
	case alert.NotSetUp:
		return fmt.Sprintf("The account of %s is set up; syncs go on.", connection)
	case alert.Stale:
		return fmt.Sprintf("A sync of %s completed %s.", connection, over)
	case alert.Stuck:
		if p.Facts.Job.ID != "" {
			return fmt.Sprintf("Job %s moved on %s.", short(p.Facts.Job.ID), over)
		}
		return fmt.Sprintf("The set-up of %s went on %s.", connection, over)
	case alert.Disconnected:
		return fmt.Sprintf("%s was connected again %s.", card.UpperFirst(connection), over)
	default:
		return resolvedSession(p, over)
	}
}

func resolvedSession(p alert.Problem, over string) string {
	f, session := p.Facts.Session, sessionNamed(p)
	switch {
	case f.Provisional:
		return fmt.Sprintf("The employer of %s is through, as their browser reports; no server has confirmed it yet.", session)
	case f.Connected:
		return fmt.Sprintf("The employer of %s got through %s.", session, over)
	case p.Key.Kind == alert.LinkUnused:
		return fmt.Sprintf("The employer opened the link of %s %s.", session, over)
	case p.Key.Kind == alert.LinkExpired:
		return fmt.Sprintf("The employer of %s was given a new link %s.", session, over)
	default:
		return fmt.Sprintf("The employer of %s went on %s.", session, over)
	}
}
