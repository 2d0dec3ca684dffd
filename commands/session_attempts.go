package commands

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"perch/bot/card"
	"perch/internal/connect"
)

// attempts compares the sessions of a customer, if there are several.
func (l timeline) attempts() card.Blocks {
	if len(l.Attempts) < 2 {
		return nil
	}
	lines := []card.Part{card.Bold("Attempts")}
	for _, line := range l.attemptLines() {
		lines = append(lines, line.part(l.Now))
	}
	blocks := card.Blocks{card.Rich(lines...)}
	if others := l.otherAttempts(); l.SharedBy == "" && len(others) > 0 {
		blocks = append(blocks, card.Actions("attempts", card.Select("session-timeline.open", "Open another attempt …", others)))
	}
	return blocks
}

// dated is a line of plain text, with a time at its end if it has one.
type dated struct {
	words string
	at    time.Time
}

func (d dated) part(now time.Time) card.Part {
	if d.at.IsZero() {
		return card.Normal(d.words)
	}
	return card.Line(card.Normal(d.words+" · "), card.Date(d.at, now))
}

func (d dated) plain() string {
	if d.at.IsZero() {
		return d.words
	}
	return d.words + " · " + card.WhenPlain(d.at)
}

// attemptLines say how far each attempt came, newest first.
func (l timeline) attemptLines() []dated {
	var lines []dated
	shown := l.Attempts[:min(len(l.Attempts), maxTold)]
	for i, a := range shown {
		lines = append(lines, l.attemptLine(i, a))
	}
	if rest := len(l.Attempts) - len(shown); l.countless() {
		lines = append(lines, dated{words: fmt.Sprintf("and more than %d others", maxAttempts-len(shown))})
	} else if rest > 0 {
		lines = append(lines, dated{words: fmt.Sprintf("and %d earlier ones", rest)})
	}
	if best := l.furthest(); best != "" {
		lines = append(lines, dated{words: best})
	}
	return lines
}

// countless: there are more than were read, so nobody knows which attempt it is.
func (l timeline) countless() bool { return len(l.Attempts) > maxAttempts }

func (l timeline) attemptLine(i int, a connect.Reading) dated {
	said := []string{l.attemptName(i) + ": " + furthestOf(a)}
	if a.Progress.ErrorCount > 0 {
		said = append(said, card.Counted(a.Progress.ErrorCount, "error"))
	}
	if a.Session.Reconnect {
		said = append(said, "reconnect")
	}
	return dated{strings.Join(said, " · "), began(a)}
}

// began is when the employer first opened the link, or when it was made.
func began(a connect.Reading) time.Time {
	if a.Progress.Opened.IsZero() {
		return a.Session.Created
	}
	return a.Progress.Opened
}

// attemptName is "Attempt 3 of 3", with which one the card is of.
func (l timeline) attemptName(i int) string {
	name := "Attempt"
	switch n := len(l.Attempts); {
	case l.countless() && i == 0:
		name = "Newest attempt"
	case l.countless():
		name = "Earlier attempt"
	case i == 0:
		name = fmt.Sprintf("Attempt %d of %d", n, n)
	default:
		name = fmt.Sprintf("Attempt %d", n-i)
	}
	if l.Attempts[i].Session.ID == l.Session.ID {
		name += " (this one)"
	}
	return name
}

// furthestOf is how far an attempt came: "got as far as Verification".
func furthestOf(a connect.Reading) string {
	s := stateOf(a)
	stage := furthestStage(a.Progress)
	if s.Outcome == connect.DroppedOff && stage != "" {
		return "got as far as " + stageName(stage)
	}
	return s.words()
}

// furthestStage is the last stage that was seen; where the employer went back, that
// is not the one they stopped at.
func furthestStage(p connect.Progress) connect.Stage {
	furthest := p.Stage
	for _, s := range p.Stages {
		if seen(s) {
			furthest = s.Stage
		}
	}
	return furthest
}

// furthest says which attempt came further than this one, if one did.
func (l timeline) furthest() string {
	best, rank := -1, stageRank(furthestStage(l.Progress))
	if l.Progress.Outcome == connect.Connected || rank < 0 || l.countless() {
		return ""
	}
	for i, a := range l.Attempts {
		if r := stageRank(furthestStage(a.Progress)); a.Progress.Outcome != connect.Connected && r > rank {
			best, rank = i, r
		}
	}
	if best < 0 {
		return ""
	}
	return fmt.Sprintf("Attempt %d came further than this one: to %s.", len(l.Attempts)-best, stageName(furthestStage(l.Attempts[best].Progress)))
}

// stageRank orders the known stages; -1 for others.
func stageRank(s connect.Stage) int { return slices.Index(connect.Stages(), s) }

func (l timeline) otherAttempts() []card.Choice {
	var others []card.Choice
	for i, a := range l.Attempts[:min(len(l.Attempts), maxAttempts)] {
		if a.Session.ID == l.Session.ID || len(a.Session.ID) > maxOptionValue {
			continue
		}
		others = append(others, card.Choice{Value: a.Session.ID, Label: l.attemptName(i) + ": " + furthestOf(a), Description: l.attemptDay(a)})
	}
	return others
}

func (l timeline) attemptDay(a connect.Reading) string {
	said := []string{card.WhenPlain(began(a))}
	if provider := card.Clean(providerOf(a.Session)); provider != "" {
		said = append(said, card.Cut(provider, 40))
	}
	return strings.Join(said, " · ")
}
