package commands

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/connect"
)

// sessionsPage is how many sessions a page of a list shows.
const sessionsPage = 12

// sessionList is all that the card of a list of sessions is made of.
type sessionList struct {
	Query connect.ListQuery
	Page  connect.ListPage
	// Skipped is how many stand on the pages before.
	Skipped int
	Now     time.Time
}

// list answers with the first page.
func (t sessions) list(ctx context.Context, r *bot.Request, q connect.ListQuery) error {
	l, err := t.sessionPage(ctx, q, 0)
	if err != nil {
		return err
	}
	return r.Reply(ctx, sessionsCard(l))
}

// turn puts another page or selection in the list's place.
func (t sessions) turn(ctx context.Context, r *bot.Request) error {
	q, skipped := sessionsOf(r.Value)
	l, err := t.sessionPage(ctx, q, skipped)
	if err != nil && q.After != "" { // the place in an old card may be no place any more
		q.After = ""
		l, err = t.sessionPage(ctx, q, 0)
	}
	if err != nil {
		return err
	}
	return put(ctx, r, sessionsCard(l))
}

func (s Sources) sessionPage(ctx context.Context, q connect.ListQuery, skipped int) (sessionList, error) {
	q.Limit = sessionsPage
	l := sessionList{Query: q, Skipped: skipped, Now: s.Now()}
	if s.SessionLister == nil {
		return l, nil
	}
	page, err := s.SessionLister.Sessions(ctx, q)
	if err != nil {
		return l, fmt.Errorf("list sessions: %w", err)
	}
	l.Page = page
	return l, nil
}

func sessionsCard(l sessionList) card.Message {
	blocks := card.Blocks{card.Header(l.title()), card.Context(l.summary())}
	lines := []string{l.title() + ": " + l.summary()}
	if len(l.Page.Briefs) == 0 {
		blocks, lines = append(blocks, card.Text(l.nothing())), append(lines, l.nothing())
	}
	for _, b := range l.Page.Briefs {
		blocks = append(blocks, l.row(b))
		lines = append(lines, stateOfBrief(b).emoji()+" "+card.Escape(l.line(b)))
	}
	blocks = append(blocks, card.Actions("sessions", l.tools()...))
	return card.Message{Text: card.FallbackText(strings.Join(lines, "\n")), Blocks: blocks}
}

func (l sessionList) title() string {
	switch l.Query.Scope {
	case connect.Staged:
		return "Links sent and not finished"
	case connect.Every:
		return "All Connect sessions"
	default:
		return "Connect sessions that wait"
	}
}

func (l sessionList) summary() string {
	said := map[connect.Scope]string{
		connect.Underway: "in progress and lately stopped, stuck longest first",
		connect.Staged:   "the newest link of each customer, newest first",
		connect.Every:    "newest first",
	}[l.Query.Scope]
	said = fmt.Sprintf("%d %s", l.Page.Total, said)
	return said + l.here()
}

// here is which part of the list a page is, where it is not the whole.
func (l sessionList) here() string {
	if shown := len(l.Page.Briefs); shown > 0 && (l.Query.After != "" || l.Page.Next != "") {
		return fmt.Sprintf(" · here %d to %d", l.Skipped+1, l.Skipped+shown)
	}
	return ""
}

func (l sessionList) nothing() string {
	switch {
	case l.Query.Words != "":
		return fmt.Sprintf("Nothing here matches \"%s\".", card.EscapeCut(l.Query.Words, maxFilter))
	case l.Query.Scope == connect.Underway:
		return ":large_green_circle: Nobody is on the way, and nobody stopped lately."
	case l.Query.Scope == connect.Staged:
		return "No Connect links are waiting to be finished. Staged are those that were sent and not completed yet."
	default:
		return "No Connect session is known yet. Perch knows those it makes itself, and those your application or `perch sessions import` tells it of."
	}
}

// row is plain text: no name can format it.
func (l sessionList) row(b connect.Brief) slack.Block {
	open := card.Button("session-timeline.open", b.Session.ID, "Open", card.Says("Open "+sessionName(b.Session)))
	return card.PlainWith(stateOfBrief(b).sign()+" "+l.line(b), open)
}

// line is a session in one line of plain text.
func (l sessionList) line(b connect.Brief) string {
	return card.Cut(card.Clean(sessionName(b.Session)), 120) + " · " + l.detail(b)
}

// detail is a line without whose session it is.
func (l sessionList) detail(b connect.Brief) string {
	said := []string{stateOfBrief(b).words() + l.age(b)}
	if provider := card.Cut(card.Clean(providerOf(b.Session)), 60); provider != "" {
		said = append([]string{provider}, said...)
	}
	if b.Errors > 0 {
		said = append(said, card.Counted(b.Errors, "error"))
	}
	if b.Attempts > 1 {
		said = append(said, card.Counted(b.Attempts, "attempt"))
	}
	if b.Session.Reconnect {
		said = append(said, "reconnect")
	}
	if b.Session.Sandbox {
		said = append(said, "sandbox")
	}
	return strings.Join(said, " · ")
}

// age is how long ago it came to stand so; of a link that waits to be opened, when
// it was made.
func (l sessionList) age(b connect.Brief) string {
	at, said := b.Last, ", "
	switch {
	case b.Outcome.Over() && !b.Over.IsZero():
		at = b.Over
	case b.Outcome == connect.Unopened:
		at, said = b.Session.Created, ", made "
	case b.Outcome == connect.InProgress:
		said = ", last seen "
	}
	if at.IsZero() {
		return ""
	}
	return said + card.Ago(at, l.Now)
}

// tools are paging, the other lists and the CSV.
func (l sessionList) tools() card.Elements {
	row := l.paging("session-timeline.first", "session-timeline.next")
	for _, other := range []struct {
		scope connect.Scope
		label string
	}{{connect.Underway, "In progress and stopped"}, {connect.Staged, "Not finished"}, {connect.Every, "All"}} {
		if other.scope != l.Query.Scope {
			q := connect.ListQuery{Scope: other.scope, Words: l.Query.Words}
			row = append(row, card.Button("session-timeline."+string(other.scope), sessionsValue(q, 0), other.label))
		}
	}
	return append(row, l.csvButton())
}

func (l sessionList) paging(first, next string) card.Elements {
	var row card.Elements
	begin, onward := l.Query, l.Query
	begin.After, onward.After = "", l.Page.Next
	if l.Query.After != "" {
		row = append(row, card.Button(first, sessionsValue(begin, 0), "First page"))
	}
	if onward.After != "" {
		row = append(row, card.Button(next, sessionsValue(onward, l.Skipped+len(l.Page.Briefs)), "Next page"))
	}
	return row
}

func (l sessionList) csvButton() slack.BlockElement {
	q := l.Query
	q.After = ""
	return card.Button("session-timeline.csv", sessionsValue(q, 0), "CSV", card.Says("Send this list to me as a CSV file"))
}
