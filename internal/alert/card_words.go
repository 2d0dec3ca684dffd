package alert

import (
	"fmt"
	"strings"
	"time"

	"perch/bot/card"
	"perch/internal/finch"
)

// wording is how one kind of problem is spoken of.
type wording struct {
	sign string
	// what it is, at a moment: "Sync failed 3 times in a row".
	what func(p Problem, now time.Time) string
	// move is whose move it is and what to do next.
	move func(s Shown) string
	// evidence is what exactly was seen.
	evidence func(p Problem, now time.Time) []string
}

// wordings is the table of kinds as cards speak of them.
func wordings(k Kind) wording {
	switch k {
	case JobFailed:
		return wording{":x:", whatFailed, moveFailed, evidenceFailed}
	case Reauth:
		return wording{":key:", fixed("Employer must reconnect"), moveReauth, evidenceStatus("Their sign-in stopped working")}
	case Permissions:
		return wording{":no_entry:", fixed("Permissions missing"), movePermissions, evidenceStatus("Finch was let in with too few rights")}
	case NotSetUp:
		return wording{":no_entry:", fixed("Account not set up"), moveNotSetUp, evidenceStatus("Finch was not invited to the payroll system")}
	case Stale:
		return wording{":grey_question:", whatStale, moveStale, evidenceStale}
	case Stuck:
		return wording{":hourglass_flowing_sand:", whatStuck, moveStuck, evidenceStuck}
	case Disconnected:
		return wording{":black_circle:", fixed("Connection ended"), moveDisconnected, evidenceDisconnected}
	case Blind:
		return wording{":see_no_evil:", whatBlind, moveBlind, evidenceBlind}
	case DroppedOff:
		return wording{":door:", whatDroppedOff, moveDroppedOff, evidenceDroppedOff}
	case AuthErrors:
		return wording{":x:", whatAuthErrors, moveAuthErrors, evidenceAuthErrors}
	case LinkUnused:
		return wording{":envelope:", whatLinkUnused, moveLinkUnused, evidenceLinkUnused}
	case LinkExpired:
		return wording{":hourglass:", whatLinkExpired, moveLinkExpired, evidenceLinkExpired}
	case Outage:
		return wording{":rotating_light:", fixed("Outage"), moveOutage, evidenceNone}
	default:
		return wording{":grey_question:", fixed("Something is wrong"), func(Shown) string { return "" }, evidenceNone}
	}
}

func (p Problem) sign() string                    { return wordings(p.Key.Kind).sign }
func (p Problem) what(now time.Time) string       { return wordings(p.Key.Kind).what(p, now) }
func (p Problem) evidence(now time.Time) []string { return wordings(p.Key.Kind).evidence(p, now) }
func fixed(words string) func(Problem, time.Time) string {
	return func(Problem, time.Time) string { return words }
}
func evidenceNone(Problem, time.Time) []string { return nil }

// move is whose move it is; nothing once it is over.
func (s Shown) move() string {
	p := s.Problem
	switch {
	case p.Flapping && p.State == Open && !p.WellSince.IsZero():
		return fmt.Sprintf("*Nobody's move:* it is well since %s and counts as recovered %s, if it stays so.",
			card.When(p.WellSince, s.Now), card.When(p.WellSince.Add(FlapCalm), s.Now))
	case p.Key.Kind == Outage || p.State == Open:
		return wordings(p.Key.Kind).move(s)
	default:
		return s.ending()
	}
}

// ending says how it ended.
func (s Shown) ending() string {
	p := s.Problem
	times := ""
	if p.Key.Kind == JobFailed {
		times = fmt.Sprintf(" (%s)", card.Counted(p.Count, "failure"))
	}
	switch {
	case p.Key.Kind.bySession() && p.ClosedBy == "":
		return s.sessionEnding()
	case p.State == Closed:
		by := ""
		if p.ClosedBy != "" {
			by = fmt.Sprintf(" by <@%s>", card.Escape(p.ClosedBy))
		}
		return fmt.Sprintf("Closed %s%s%s. Nobody need act any more.", card.When(p.Over, s.Now), by, times)
	case p.Key.Kind == JobFailed, p.Key.Kind == Stale:
		return fmt.Sprintf("%s complete %s%s.", p.jobWord(), card.When(p.Over, s.Now), times)
	case p.Key.Kind == Stuck && p.Facts.Job.ID != "":
		return fmt.Sprintf("The job moved on %s.", card.When(p.Over, s.Now))
	case p.Key.Kind == Blind:
		return fmt.Sprintf("Perch sees again since %s.", card.When(p.Over, s.Now))
	default:
		return fmt.Sprintf("Connected again since %s.", card.When(p.Over, s.Now))
	}
}

// jobWord is the type of job in words, "Sync" for the common one.
func (p Problem) jobWord() string {
	kind := firstSaid(p.Facts.Job.Type, p.Key.Part)
	if p.Key.Kind == Stale || kind == finch.DataSync {
		return "Sync"
	}
	return card.Escape(firstSaid(card.JobType(kind), "Job"))
}

// Failed jobs.

func whatFailed(p Problem, _ time.Time) string {
	if p.Count > 1 {
		return fmt.Sprintf("%s failed %d times in a row", p.jobWord(), p.Count)
	}
	return p.jobWord() + " failed"
}

func moveFailed(s Shown) string {
	switch s.Problem.Move {
	case Finchs:
		return "*Finch's move:* " + s.support() + s.next(" The next sync still tries again %s.")
	case Ours:
		return "*Your move:* nothing tries this again by itself. See the job, then send the change again."
	default:
		return "*Your move:* none yet. " + s.heals() + s.next(" It runs again %s.")
	}
}

// AtSupport reports whether Finch's support was written to since the problem opened
// the last time.
func (p Problem) AtSupport() bool { return p.SentAt.After(p.Opened) }

// support is what there is to do with Finch's support: to write to it, or to wait for it.
func (s Shown) support() string {
	if s.Problem.AtSupport() {
		return "their support has the packet."
	}
	return "contact their support, the packet is ready."
}

// heals are the odds, where there are enough to speak of.
func (s Shown) heals() string {
	if !s.Odds.Known() {
		return "Finch tries again at the next sync."
	}
	return fmt.Sprintf("%d of %d failures like this healed by themselves within a day.", s.Odds.Healed, s.Odds.Of)
}

// next says when the next sync runs, in the words around it.
func (s Shown) next(words string) string {
	f := s.Problem.Facts
	if !f.Next.After(s.Now) {
		return ""
	}
	when := card.When(f.Next, s.Now)
	if !f.NextExact {
		when = "about " + when + " (estimated)"
	}
	return fmt.Sprintf(words, when)
}

func evidenceFailed(p Problem, now time.Time) []string {
	said := jobTimes(p.Facts.Job, "failed", now)
	switch {
	case p.Count > 1:
		said = append(said, fmt.Sprintf("First failure %s.", card.When(p.Opened, now)))
	case !p.Facts.LastGood.IsZero():
		said = append(said, fmt.Sprintf("Last good one %s.", card.When(p.Facts.LastGood, now)))
	}
	return said
}

// jobTimes says when a job began and ended.
func jobTimes(j finch.KnownJob, ended string, now time.Time) []string {
	switch {
	case !j.Started.IsZero() && !j.Completed.IsZero():
		return []string{fmt.Sprintf("Started %s, %s after %s.", card.When(j.Started, now), ended, card.Span(j.Completed.Sub(j.Started)))}
	case !j.Completed.IsZero():
		return []string{fmt.Sprintf("%s %s.", card.UpperFirst(ended), card.When(j.Completed, now))}
	case !j.Started.IsZero():
		return []string{fmt.Sprintf("Started %s.", card.When(j.Started, now))}
	default:
		return nil
	}
}

// What the employer must do.

func moveReauth(s Shown) string {
	return fmt.Sprintf("*The employer's move:* %s until they sign in again. Send them a reconnect link.", s.Problem.Halts())
}

func movePermissions(s Shown) string {
	return fmt.Sprintf("*The employer's administrator must act:* give Finch's user the rights it lacks at the provider. %s until then.", card.UpperFirst(s.Problem.Halts()))
}

func moveNotSetUp(s Shown) string {
	return fmt.Sprintf("*The employer's move:* finish the assisted set-up by inviting Finch. %s until then.", card.UpperFirst(s.Problem.Halts()))
}

// Halts says what does not sync while the employer has to act: all of a connection,
// one of its entities, or what comes by one way in of several.
func (p Problem) Halts() string {
	switch {
	case p.Key.EntityID != "":
		return "this entity does not sync"
	case p.Key.Part != "":
		return "nothing syncs that way"
	default:
		return "nothing syncs"
	}
}

func evidenceStatus(words string) func(Problem, time.Time) []string {
	return func(p Problem, now time.Time) []string {
		said := []string{fmt.Sprintf("%s %s.", words, card.When(p.Opened, now))}
		if p.Key.Part != "" {
			said = append(said, fmt.Sprintf("Way in: %s.", card.EscapeCut(strings.ReplaceAll(p.Key.Part, "_", " "), maxName)))
		}
		if !p.Facts.LastGood.IsZero() {
			said = append(said, fmt.Sprintf("Last good sync %s.", card.When(p.Facts.LastGood, now)))
		}
		if p.Facts.Message != "" {
			said = append(said, fmt.Sprintf("Finch says: %s", card.EscapeCut(p.Facts.Message, 300)))
		}
		return said
	}
}

// Silence.

func whatStale(p Problem, now time.Time) string {
	if p.Facts.LastGood.IsZero() {
		return "No sync yet"
	}
	return "No sync since " + card.When(p.Facts.LastGood, now)
}

func moveStale(s Shown) string {
	return "*Your move:* run a sync now. If none begins, it is Finch's: contact their support with the connection id below."
}

func evidenceStale(p Problem, now time.Time) []string {
	said := []string{fmt.Sprintf("It should have run %s; no failure was reported either.", card.When(p.Facts.Expected, now))}
	if p.Facts.Missing {
		said = append(said, "Finch had named that sync, and it never began.")
	}
	return said
}

// What does not move.

func whatStuck(p Problem, now time.Time) string {
	switch {
	case p.Facts.Job.ID != "":
		return fmt.Sprintf("%s not over after %s", p.jobWord(), card.Span(now.Sub(p.Opened)))
	case p.Facts.Status == finch.Pending:
		return fmt.Sprintf("Set-up pending for %s", card.Span(now.Sub(p.Opened)))
	default:
		return fmt.Sprintf("Set-up processing for %s", card.Span(now.Sub(p.Opened)))
	}
}

func moveStuck(s Shown) string {
	switch {
	case s.Problem.Facts.Job.ID != "":
		return "*Finch's move:* " + s.support()
	case s.Problem.Facts.Status == finch.Pending:
		return "*The employer's or Finch's move:* ask the employer whether they invited Finch; if so, contact Finch's support."
	default:
		return "*Finch's move:* the first data should be there by now. " + card.UpperFirst(s.support())
	}
}

func evidenceStuck(p Problem, now time.Time) []string {
	if p.Facts.Job.ID != "" {
		return jobTimes(p.Facts.Job, "ended", now)
	}
	return []string{fmt.Sprintf("%s since %s.", card.Status(string(p.Facts.Status)).Word, card.When(p.Opened, now))}
}

// What has ended.

func moveDisconnected(Shown) string {
	return "*Your move:* nobody here asked for it. Connecting again makes a new connection; if it was meant to end, close this."
}

func evidenceDisconnected(p Problem, now time.Time) []string {
	said := []string{fmt.Sprintf("Ended %s.", card.When(p.Opened, now))}
	if !p.Facts.LastGood.IsZero() {
		said = append(said, fmt.Sprintf("Last good sync %s.", card.When(p.Facts.LastGood, now)))
	}
	return said
}

// What Perch does not see.

// The senses that Perch has (Sense.Name).
const (
	SenseFinch    = "finch"
	SenseSecret   = "webhook_secret"
	SenseWebhooks = "webhooks"
	SenseAccount  = "account"
)

func whatBlind(p Problem, _ time.Time) string {
	switch p.Key.Part {
	case SenseFinch:
		return "Finch does not answer"
	case SenseSecret:
		return "Finch's webhooks are not signed as expected"
	case SenseWebhooks:
		return "Finch's webhooks have stopped"
	case SenseAccount:
		return "Finch refuses the account"
	default:
		return "Perch cannot see"
	}
}

func moveBlind(s Shown) string {
	switch s.Problem.Key.Part {
	case SenseFinch:
		return "*Finch's move:* Perch keeps asking. What cards say is as old as they say it is."
	case SenseSecret:
		return "*Your move:* put the secret that Finch shows for this webhook into FINCH_WEBHOOK_SECRET and restart. Until then Perch learns by asking, up to 20 minutes later."
	case SenseWebhooks:
		return "*Your move:* see in Finch's dashboard whether the webhook is still there and reaches Perch. Until then Perch learns by asking, up to 20 minutes later."
	case SenseAccount:
		return "*Your move:* see Finch's dashboard or billing. Nothing is learned until Finch serves the account again."
	default:
		return "*Your move:* see Perch's log."
	}
}

func evidenceBlind(p Problem, now time.Time) []string {
	said := []string{fmt.Sprintf("Since %s.", card.When(p.Opened, now))}
	if p.Count > 1 {
		said = append(said, fmt.Sprintf("%s so far.", card.Counted(p.Count, "failure")))
	}
	return said
}
