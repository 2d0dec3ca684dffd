package commands

import (
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"perch/bot/card"
	"perch/internal/connect"
)

// How much of each the card of a session lists.
const (
	lastEvents  = 5
	maxRemarks  = 5
	maxErrors   = 3
	maxStages   = 16
	maxAttempts = 30
	// maxTold is how many attempts are compared in words.
	maxTold = 5
	// maxSeen is how much of an error's text the card shows; More info has all.
	maxSeen = 300
)

// timeline is all that the card of one session is made of.
type timeline struct {
	connect.Reading
	// Events are the last ones, the newest first.
	Events []told
	// Attempts are the customer's sessions, newest first, this one among them; at
	// most one more than maxAttempts.
	Attempts []connect.Reading
	// Watched: the asker is told when it moves.
	Watched bool
	// Notice says what became of a button that was pressed, if one was.
	Notice string
	Now    time.Time
	// CanShare offers the Share button; SharedBy names who used it.
	CanShare bool
	SharedBy string
}

// timelineCard answers, top to bottom: who is it, how does it stand, whose move is
// it, how far did they come, what held them up, what can be done, who told.
func timelineCard(l timeline) card.Message {
	blocks := card.Blocks{card.Header(sessionName(l.Session)), card.Text(strings.Join(l.outcome(), "\n")), card.Text(l.facts())}
	if l.Notice != "" {
		blocks = append(blocks, card.Text(l.Notice))
	}
	blocks = append(blocks, l.progress()...)
	if len(l.Remarks) > 0 {
		blocks = append(blocks, card.Bullets(l.remarks()...))
	}
	blocks = append(blocks, l.errors()...)
	if len(l.Events) > 0 {
		blocks = append(blocks, card.Rich(append([]card.Part{card.Bold("Last events")}, l.lastEvents()...)...))
	}
	blocks = append(blocks, l.attempts()...)
	blocks = append(blocks, card.Preformatted(l.idLines()...), card.Context(card.Escape(l.seenBy())))
	blocks = append(blocks, card.Actions("session", l.actions()...))
	if l.SharedBy != "" {
		blocks = append(blocks, card.Context("As of "+card.When(l.Now, l.Now)), sharedBy(l.SharedBy))
	}
	return card.Message{Text: l.fallback(), Blocks: blocks}
}

// sessionName is what people call a session: by whose it is.
func sessionName(s connect.Session) string {
	switch {
	case card.Clean(s.CustomerName) != "":
		return s.CustomerName
	case card.Clean(s.CustomerID) != "":
		return s.CustomerID
	default:
		return "Session " + s.ID
	}
}

// facts are what and when, in one line.
func (l timeline) facts() string {
	s, p := l.Session, l.Progress
	said := []string{"provider not known yet"}
	if name := card.EscapeCut(providerOf(s), 80); name != "" {
		said[0] = "*" + name + "*"
	}
	if s.Method != "" {
		said = append(said, methodWord(s.Method))
	}
	if s.Reconnect {
		said = append(said, "reconnect")
	}
	if s.Sandbox {
		said = append(said, "sandbox")
	}
	switch {
	case !p.Opened.IsZero():
		said = append(said, "started "+card.When(p.Opened, l.Now))
	case !s.Created.IsZero():
		said = append(said, "link made "+card.When(s.Created, l.Now))
	}
	if spent := l.spent(); spent != "" {
		said = append(said, spent)
	}
	if good := l.linkLife(); good != "" {
		said = append(said, good)
	}
	return strings.Join(said, " · ")
}

func providerOf(s connect.Session) string {
	if card.Clean(s.ProviderName) != "" {
		return s.ProviderName
	}
	return s.ProviderID
}

// spent is the time in Finch Connect; a channel hears of none that still grows.
func (l timeline) spent() string {
	p := l.Progress
	if p.Spent <= 0 || l.SharedBy != "" && p.Outcome == connect.InProgress {
		return ""
	}
	if p.Visits > 1 {
		return fmt.Sprintf("%s in Finch Connect in %d visits", card.Span(p.Spent), p.Visits)
	}
	return card.Span(p.Spent) + " in Finch Connect"
}

// linkLife is how long the link is good, while that still matters.
func (l timeline) linkLife() string {
	s := l.Session
	switch {
	case l.Progress.Outcome.Over(), s.Expires.IsZero(), !s.Revoked.IsZero(), !s.Expires.After(l.Now):
		return ""
	case l.SharedBy != "":
		return "link good until " + card.Day(s.Expires)
	default:
		return "link good for " + moreOf(s.Expires.Sub(l.Now))
	}
}

// moreOf is a span that is still to come: "89 more days".
func moreOf(d time.Duration) string {
	number, unit, _ := strings.Cut(card.Span(d), " ")
	return number + " more " + unit
}

// ago is an age for the asker, who reads it now, and a time for a channel,
// where the card will stand for long.
func (l timeline) ago(at time.Time) string {
	if l.SharedBy != "" {
		return card.When(at, l.Now)
	}
	return card.Ago(at, l.Now)
}

func (l timeline) remarks() []card.Part {
	var lines []card.Part
	for _, r := range l.plainRemarks() {
		lines = append(lines, card.Normal(r))
	}
	return lines
}

func (l timeline) plainRemarks() []string {
	var said []string
	for _, r := range l.Remarks[:min(len(l.Remarks), maxRemarks)] {
		said = append(said, card.Cut(card.Clean(r), 250))
	}
	return said
}

// errors are what the employer was told, in its exact words.
func (l timeline) errors() card.Blocks {
	var blocks card.Blocks
	for _, e := range l.Progress.Errors[:min(len(l.Progress.Errors), maxErrors)] {
		more := sessionValue{ID: l.Session.ID, Error: errorMark(e.Message)}
		blocks = append(blocks, card.PlainWith("❌ "+errorLine(e), card.Button("session-timeline.more_info", more.String(), "More info", card.Says("More info on this error"))))
	}
	if rest := len(l.Progress.Errors) - maxErrors; rest > 0 {
		blocks = append(blocks, card.Context(fmt.Sprintf("And %s; the full timeline has all of them.", card.Counted(rest, "other error", "other errors"))))
	}
	return blocks
}

// errorLine is an error as the employer saw it, plain: "Sign-in: "…" 4 times".
func errorLine(e connect.ErrorSeen) string {
	said := quoted(e.Message, maxSeen)
	if e.Stage != "" {
		said = stageName(e.Stage) + ": " + said
	}
	if e.Count > 1 {
		said += fmt.Sprintf(" %d times", e.Count)
	}
	return said
}

// quoted is somebody's exact words, plain, as far as there is room.
func quoted(text string, room int) string {
	if text = card.Clean(text); text == "" {
		return "an error without words"
	}
	return "\"" + card.Cut(text, room) + "\""
}

func (l timeline) lastEvents() []card.Part {
	var lines []card.Part
	for _, e := range l.Events {
		lines = append(lines, card.Line(card.Date(e.At, l.Now), card.Normal(" "+e.words+e.doubt())))
	}
	return lines
}

func (l timeline) idLines() []string {
	s := l.Session
	lines := []string{"session     " + card.Cut(card.Clean(s.ID), 255)}
	for _, id := range []struct{ name, id string }{{"customer    ", s.CustomerID}, {"connection  ", s.ConnectionID}} {
		if shown := card.Cut(card.Clean(id.id), 255); shown != "" {
			lines = append(lines, id.name+shown)
		}
	}
	return lines
}

// actions are what can be done; a shared card never leads to a link.
func (l timeline) actions() card.Elements {
	s := l.Session
	own := l.SharedBy == ""
	row := card.Elements{card.Button("session-timeline.timeline", sessionValue{ID: s.ID}.String(), "Full timeline")}
	add := func(when bool, b *slack.ButtonBlockElement) {
		if when {
			row = append(row, b)
		}
	}
	over := l.Progress.Outcome == connect.Connected
	add(!over, card.Button("session-timeline.nudge", s.ID, "Nudge text", card.Says("A text to send to the employer")))
	add(own && l.resendable(), card.Button("session-timeline.resend", s.ID, "Resend link"))
	add(own && !over, renewButton(l.Session))
	add(own && s.CustomerID != "", l.watchButton())
	add(s.ConnectionID != "", card.Button("connection.open", s.ConnectionID, "Connection"))
	add(true, card.Button("session-timeline.refresh", sessionValue{ID: s.ID, By: l.SharedBy}.String(), "Refresh"))
	add(own && l.CanShare, card.Button("session-timeline.share", s.ID, "Share"))
	add(true, packetButton(ofSession, s.ID))
	return row
}

// resendable: the employer can still use the link, and Perch has it.
func (l timeline) resendable() bool {
	s := l.Session
	return s.Source == connect.FromPerch && !l.Progress.Outcome.Over() && s.Revoked.IsZero() && (s.Expires.IsZero() || s.Expires.After(l.Now))
}

func renewButton(s connect.Session) *slack.ButtonBlockElement {
	var sure []card.ButtonOption
	if s.Source == connect.FromPerch && s.Revoked.IsZero() {
		sure = append(sure, card.Confirm("Make a new link?", "The link that the employer has now is taken back.", "Make it", "Leave it"))
	}
	return card.Button("session-timeline.renew", s.ID, "Renew link", sure...)
}

func (l timeline) watchButton() *slack.ButtonBlockElement {
	value := sessionValue{ID: l.Session.ID}.String()
	if l.Watched {
		return card.Button("session-timeline.unwatch", value, "Stop watching")
	}
	return card.Button("session-timeline.watch", value, "Watch", card.Says("Tell me when it moves"))
}
