package alert

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"perch/bot/card"
	"perch/internal/connect"
)

// maxError is how much of an employer's error a card shows.
const maxError = 200

// stageWords is a stage as a card names it: one that is not known is text from
// outside, and may stand in a bold line.
func stageWords(s connect.Stage) string {
	return strings.ReplaceAll(card.EscapeCut(s.Name(), maxName), "*", "∗")
}

// Employers who stop.

func whatDroppedOff(p Problem, _ time.Time) string {
	switch f := p.Facts.Session; {
	case f.Stage != "":
		return "Stopped at " + stageWords(f.Stage) + f.again()
	case f.Closed:
		return "Closed Finch Connect" + f.again() + ", stage unknown"
	default:
		return "Stopped in Finch Connect" + f.again() + ", stage unknown"
	}
}

// again says that they are to sign in again, where it is not their first time.
func (f SessionFacts) again() string {
	if f.Reconnect {
		return " while reconnecting"
	}
	return ""
}

func moveDroppedOff(s Shown) string {
	f := s.Problem.Facts.Session
	said := []string{"*Your move:* write to them while they can still be helped."}
	if hint := s.advice(); hint != "" {
		said = append(said, hint)
	}
	if s.Odds.Known() {
		said = append(said, fmt.Sprintf("%d of %d who stopped like this went on by themselves within a day.", s.Odds.Healed, s.Odds.Of))
	}
	if !f.Renewed.IsZero() {
		said = append(said, fmt.Sprintf("A new link was made %s; they have not opened it yet.", card.When(f.Renewed, s.Now)))
	}
	return strings.Join(said, " ")
}

// advice is what may hold them up: what their last error means, else why employers
// stop at the stage.
func (s Shown) advice() string {
	f := s.Problem.Facts.Session
	if what, tell := connect.Meaning(f.Error, f.ErrorType); f.Error != "" && what != "" {
		return fmt.Sprintf("%s Tell them: \"%s\"", card.Escape(what), card.Escape(tell))
	}
	return f.Stage.WhyStopped()
}

func evidenceDroppedOff(p Problem, now time.Time) []string {
	f := p.Facts.Session
	seen := "Last seen there"
	switch {
	case f.Closed:
		seen = "They closed it"
	case f.Stage == "":
		seen = "Last seen"
	}
	said := fmt.Sprintf("%s %s", seen, card.When(p.Opened, now))
	if f.Spent > 0 {
		said += " after " + card.Span(f.Spent)
	}
	if f.Visits > 1 {
		said += fmt.Sprintf(" in %d visits", f.Visits)
	}
	return append([]string{said + "."}, p.tries(now)...)
}

// tries are what all sessions' cards say of the way so far.
func (p Problem) tries(now time.Time) []string {
	var said []string
	f := p.Facts.Session
	if f.Error != "" {
		said = append(said, f.lastError())
	}
	if f.Attempts > 1 {
		said = append(said, fmt.Sprintf("Attempt %d.", f.Attempts))
	}
	if p.State == Open && f.Expires.After(now) {
		said = append(said, fmt.Sprintf("Their link is good until %s.", card.When(f.Expires, now)))
	}
	return said
}

// lastError is the exact text that they saw last.
func (f SessionFacts) lastError() string {
	said := fmt.Sprintf("Last error: \"%s\"", card.EscapeCut(f.Error, maxError))
	if f.ErrorStage != "" && f.ErrorStage != f.Stage {
		said += " at " + stageWords(f.ErrorStage)
	}
	switch {
	case f.ErrorTimes > 1 && f.Errors > f.ErrorTimes:
		said += fmt.Sprintf(", %d times; %d errors in all", f.ErrorTimes, f.Errors)
	case f.ErrorTimes > 1:
		said += fmt.Sprintf(", %d times", f.ErrorTimes)
	case f.Errors > 1:
		said += fmt.Sprintf("; %d errors in all", f.Errors)
	}
	return said + "."
}

// Employers who meet error after error.

func whatAuthErrors(p Problem, _ time.Time) string {
	f, place := p.Facts.Session, " in Finch Connect"
	if f.Stage != "" {
		place = " at " + stageWords(f.Stage)
	}
	return card.Counted(p.Count, "error") + place + f.again()
}

func moveAuthErrors(s Shown) string {
	return strings.TrimSpace("*Your move:* help them past it. " + s.advice())
}

func evidenceAuthErrors(p Problem, now time.Time) []string {
	said := fmt.Sprintf("First one %s, last one %s.", card.When(p.Opened, now), card.When(p.LastSeen, now))
	return append([]string{said}, p.tries(now)...)
}

// Links.

// linkWord is what kind of link it is: "Reconnect link".
func (p Problem) linkWord() string {
	if p.Facts.Session.Reconnect {
		return "Reconnect link"
	}
	return "Link"
}

func whatLinkUnused(p Problem, now time.Time) string {
	return fmt.Sprintf("%s not opened for %s", p.linkWord(), card.Span(now.Sub(p.Opened)))
}

func moveLinkUnused(Shown) string {
	return "*Your move:* ask whether it reached them, or send a new one."
}

func evidenceLinkUnused(p Problem, now time.Time) []string {
	return append([]string{fmt.Sprintf("Made %s.", card.When(p.Opened, now))}, p.tries(now)...)
}

func whatLinkExpired(p Problem, _ time.Time) string { return p.linkWord() + " ran out" }

func moveLinkExpired(s Shown) string {
	still := "connect"
	if s.Problem.Facts.Session.Reconnect {
		still = "reconnect"
	}
	return "*Your move:* send them a new link if they are still to " + still + "."
}

func evidenceLinkExpired(p Problem, now time.Time) []string {
	f := p.Facts.Session
	said := []string{fmt.Sprintf("Ended %s.", card.When(p.Opened, now))}
	switch {
	case f.Opened.IsZero():
		said = append(said, "They never opened it.")
	case f.Stage != "":
		said = append(said, fmt.Sprintf("They came as far as %s.", stageWords(f.Stage)))
	default:
		said = append(said, "They opened it, and were not through.")
	}
	if p.State == Open {
		said = append(said, fmt.Sprintf("This closes by itself %s.", card.When(p.Opened.Add(CloseAttempts), now)))
	}
	return append(said, p.tries(now)...)
}

// endWord is how a problem that resolved did so: "Went on".
func (p Problem) endWord() string {
	switch {
	case p.Facts.Session.Connected:
		return "Connected"
	case p.Key.Kind.atStage():
		return "Went on"
	case p.Key.Kind == LinkUnused:
		return "Opened"
	case p.Key.Kind == LinkExpired:
		return "New link made"
	default:
		return "Recovered"
	}
}

// sessionEnding says how a session's problem ended by itself.
func (s Shown) sessionEnding() string {
	p, over := s.Problem, card.When(s.Problem.Over, s.Now)
	switch {
	case p.State == Closed:
		return fmt.Sprintf("Closed by itself %s: it is too long ago, or their link has ended.", over)
	case p.Facts.Session.Provisional:
		return fmt.Sprintf("Their browser reports that they are through, %s. No server has confirmed it yet.", over)
	case p.Facts.Session.Connected:
		return fmt.Sprintf("They are through since %s.", over)
	case p.Key.Kind == LinkExpired:
		return fmt.Sprintf("There is a new link since %s.", over)
	case p.Key.Kind == LinkUnused:
		return fmt.Sprintf("They opened it %s.", over)
	default:
		return fmt.Sprintf("They went on %s.", over)
	}
}

// sessionButtons are what may help an employer on their way.
func (s Shown) sessionButtons() card.Elements {
	p := s.Problem
	press := func(verb, label string, options ...card.ButtonOption) card.Elements {
		says := card.Says(label + ": " + firstSaid(p.Subject.CustomerName, p.Subject.CustomerID, string(p.Key.Kind)))
		return card.Elements{card.Button("session-timeline."+verb, p.Facts.Session.ID, label, append(options, says)...)}
	}
	switch {
	case p.Key.Kind.atStage():
		return append(press("open", "Timeline", card.Primary()), press("nudge", "Nudge text")...)
	case p.Key.Kind == LinkUnused: // their link is good: ask first
		return slices.Concat(press("nudge", "Nudge text", card.Primary()), press("renew", "Renew link"), press("open", "Timeline"))
	default:
		return append(press("renew", "Renew link", card.Primary()), press("open", "Timeline")...)
	}
}
