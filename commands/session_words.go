package commands

import (
	"fmt"
	"strings"

	"perch/bot/card"
	"perch/internal/connect"
	"perch/internal/finch"
)

// sessionState is how a session stands, without the rest of it.
type sessionState struct {
	Outcome     connect.Outcome
	Provisional bool
	Stage       connect.Stage
	Revoked     bool
}

func (l timeline) standing() sessionState { return stateOf(l.Reading) }

func stateOf(r connect.Reading) sessionState {
	return sessionState{r.Progress.Outcome, r.Progress.Provisional, r.Progress.Stage, !r.Session.Revoked.IsZero()}
}

func stateOfBrief(b connect.Brief) sessionState {
	return sessionState{b.Outcome, b.Provisional, b.Stage, !b.Session.Revoked.IsZero()}
}

// emoji and sign are the same picture, for mrkdwn and for plain text.
func (s sessionState) emoji() string {
	emoji, _ := s.picture()
	return emoji
}

func (s sessionState) sign() string {
	_, sign := s.picture()
	return sign
}

func (s sessionState) picture() (emoji, sign string) {
	switch s.Outcome {
	case connect.Unopened:
		return ":envelope_with_arrow:", "📩"
	case connect.InProgress:
		return ":hourglass_flowing_sand:", "⏳"
	case connect.DroppedOff:
		return ":door:", "🚪"
	case connect.Broken:
		return ":x:", "❌"
	case connect.Lapsed:
		return ":black_circle:", "⚫"
	case connect.Connected:
		if s.Provisional {
			return ":hourglass_flowing_sand:", "⏳"
		}
		return ":large_green_circle:", "🟢"
	default:
		return ":grey_question:", "❔"
	}
}

// words say in plain text how a session stands: "stopped at Sign-in".
func (s sessionState) words() string {
	switch s.Outcome {
	case connect.Unopened:
		return "not opened yet"
	case connect.InProgress:
		return "in progress" + s.at()
	case connect.DroppedOff:
		return "stopped" + s.at()
	case connect.Broken:
		return "Finch Connect could not open"
	case connect.Lapsed:
		if s.Revoked {
			return "link taken back" + s.reached()
		}
		return "link expired" + s.reached()
	case connect.Connected:
		if s.Provisional {
			return "connected, says the browser; not confirmed yet"
		}
		return "connected"
	default:
		return card.Cut(card.Clean(string(s.Outcome)), 40)
	}
}

func (s sessionState) at() string {
	if s.Stage == "" {
		return ", stage unknown"
	}
	return " at " + stageName(s.Stage)
}

func (s sessionState) reached() string {
	if s.Stage == "" {
		return ""
	}
	return ", got as far as " + stageName(s.Stage)
}

// outcome is how it stands and whose move it is, in mrkdwn.
func (l timeline) outcome() []string {
	emoji := l.standing().emoji()
	if l.setUpGoesOn() {
		emoji = ":hourglass_flowing_sand:"
	}
	first := fmt.Sprintf("%s *%s*%s", emoji, card.Escape(card.UpperFirst(l.headline())), l.since())
	if move := l.move(); move != "" {
		return []string{first, move}
	}
	return []string{first}
}

// headline is the standing, and without stages how long it lasted: "closed after 4
// min, stage unknown".
func (l timeline) headline() string {
	p := l.Progress
	left := p.Outcome == connect.InProgress && !p.ClosedAt.IsZero()
	switch {
	case l.setUpGoesOn():
		return "through Finch Connect, the assisted set-up goes on"
	case left && p.Stage != "":
		return "closed" + l.standing().at() + ", may come back"
	case p.Outcome != connect.DroppedOff && !left || p.Stage != "":
		return l.standing().words()
	case p.ClosedAt.IsZero():
		return "opened, then nothing more was heard; stage unknown"
	case p.Spent > 0:
		return "closed after " + card.Span(p.Spent) + ", stage unknown"
	default:
		return "closed, stage unknown"
	}
}

// since is when it came to stand so.
func (l timeline) since() string {
	p, s := l.Progress, l.Session
	switch p.Outcome {
	case connect.Unopened:
		if !s.Created.IsZero() {
			return " · link made " + l.ago(s.Created)
		}
	case connect.InProgress:
		if !p.Last.IsZero() {
			return " · last seen " + l.ago(p.Last)
		}
	case connect.DroppedOff, connect.Broken:
		if at := later(p.Last, p.ClosedAt); !at.IsZero() && p.Stage != "" && l.SharedBy == "" {
			return " " + l.ago(at)
		} else if !at.IsZero() {
			return " · " + l.ago(at)
		}
	case connect.Lapsed, connect.Connected:
		if !p.Over.IsZero() {
			return " · " + l.ago(p.Over)
		}
	}
	return ""
}

// tooManyErrors is how many errors show that somebody needs help.
const tooManyErrors = 3

// move says who must act, in mrkdwn.
func (l timeline) move() string {
	p := l.Progress
	switch p.Outcome {
	case connect.Unopened:
		return "*The employer's move:* nothing shows that they have opened the link."
	case connect.InProgress:
		if !p.ClosedAt.IsZero() {
			return "*The employer's move:* they closed Finch Connect and may come back." + l.countsFrom()
		}
		if p.ErrorCount >= tooManyErrors {
			return fmt.Sprintf("*Your move:* they are at it and have seen %d errors. They may need help now.", p.ErrorCount)
		}
		return "*The employer's move:* they are at it."
	case connect.DroppedOff:
		return "*Your move:* ask what holds them up. Nudge text has the words."
	case connect.Broken:
		return "*Your move:* send them a new link."
	case connect.Lapsed:
		return "*Your move:* they need a new link if they are still to connect."
	case connect.Connected:
		return l.moveAfter()
	default:
		return ""
	}
}

// countsFrom is when somebody who left counts as stopped.
func (l timeline) countsFrom() string {
	if l.Progress.DropsOff.IsZero() {
		return ""
	}
	return fmt.Sprintf(" From %s on they count as stopped.", card.When(l.Progress.DropsOff, l.Now))
}

// moveAfter says who must act once the employer is through.
func (l timeline) moveAfter() string {
	if l.Progress.Provisional {
		return "*Not confirmed yet:* it is once the code is exchanged, by your application or on Perch's own page."
	}
	switch status := finch.Status(card.Clean(l.Progress.Status)).Known(); status {
	case "", finch.Connected:
		return "*Nothing to do:* they are through."
	case finch.Processing:
		return "*Finch's move:* the first data is being fetched."
	case finch.Pending:
		return "*The employer's move:* they must invite Finch at their provider."
	default:
		return stoodSince(status)
	}
}

// movesSince are whose move it is where a connection did not stay well.
var movesSince = map[finch.Status]string{
	finch.Reauth:        "*The employer's move:* they must sign in again.",
	finch.NoPermissions: "*The employer's move:* their administrator must give Finch more rights.",
	finch.NotSetUp:      "*The employer's move:* they must finish set-up.",
	finch.Disconnected:  "*Your move:* it needs a new link if it is to go on.",
	finch.NoToken:       "*Your move:* hand Perch its access token if it is to go on.",
}

// stoodSince is what has become of the connection. That the employer came through
// stays true, so it stands beside that, with its own picture and word.
func stoodSince(status finch.Status) string {
	is := card.Status(string(status))
	move, ok := movesSince[status]
	if !ok {
		move = "*Your move:* look at the connection; Perch does not know this word of Finch's."
	}
	return fmt.Sprintf("%s The connection now: %s. %s", is.Emoji, card.Escape(card.LowerFirst(is.Word)), move)
}

// tellers are who can tell, in the order in which they are named.
var tellers = []struct {
	source connect.Source
	name   string
}{
	{connect.FromHost, "your application"},
	{connect.FromBrowser, "the employer's browser"},
	{connect.FromPerch, "Perch"},
	{connect.FromFinch, "Finch"},
	{connect.FromImport, "an imported history"},
}

// seenBy says who told of what, in plain text.
func (l timeline) seenBy() string {
	var said []string
	for _, s := range tellers {
		if types := l.Progress.Sources[s.source]; len(types) > 0 {
			said = append(said, fmt.Sprintf("%s (%s)", s.name, strings.Join(aspects(types), ", ")))
		}
	}
	if len(said) == 0 {
		return "Nobody has told of anything that happened in this session yet."
	}
	line := "Seen by: " + strings.Join(said, ", ")
	if len(said) == 1 && len(l.Progress.Sources[connect.FromBrowser]) > 0 {
		line += ". All of this is reported by the browser alone."
	}
	return line
}

// aspects are what somebody told of, each once.
func aspects(types []connect.Type) []string {
	var said []string
	for _, t := range types {
		said = union(said, aspect(t))
	}
	return said
}

func aspect(t connect.Type) string {
	switch t {
	case connect.Opened:
		return "opening"
	case connect.StageEntered, connect.StageExited:
		return "stages"
	case connect.Failed:
		return "errors"
	case connect.Closed:
		return "closing"
	case connect.Succeeded:
		return "success"
	case connect.TokenExchanged:
		return "the exchange of the code"
	case connect.Expired:
		return "the link's end"
	case connect.StatusChanged:
		return "the connection's status"
	case connect.FirstData:
		return "first data"
	default:
		return card.Cut(card.Clean(string(t)), 40)
	}
}
