package commands

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/connect"
)

// timelinePage is how many events a page of the full timeline shows: Slack takes
// 250 KB of a modal.
const timelinePage = 40

// timeline opens a modal with every event of a session.
func (t sessions) timeline(ctx context.Context, r *bot.Request) error {
	v, err := t.timelineView(ctx, sessionValueOf(r.Value))
	if err != nil {
		return err
	}
	return r.Open(ctx, v)
}

// turnTimeline shows another page.
func (t sessions) turnTimeline(ctx context.Context, r *bot.Request) error {
	v, err := t.timelineView(ctx, sessionValueOf(r.Value))
	if err != nil {
		return err
	}
	return r.UpdateView(ctx, v)
}

func (t sessions) timelineView(ctx context.Context, v sessionValue) (slack.ModalViewRequest, error) {
	reading, err := t.session(ctx, v.ID)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	events, err := t.Sessions.SessionEvents(ctx, v.ID)
	if err != nil {
		return slack.ModalViewRequest{}, unknownSession("read the events of a session", err)
	}
	return fullTimeline(reading, tell(events), v.Until, t.Now()), nil
}

// fullTimeline is a page of all events, newest first. A page ends at a count from
// the first event on, so that it stands still while more happens.
func fullTimeline(reading connect.Reading, events []told, until int, now time.Time) slack.ModalViewRequest {
	if until <= 0 || until > len(events) {
		until = len(events)
	}
	from := max(0, until-timelinePage)
	l := timeline{Reading: reading, Now: now}
	blocks := card.Blocks{card.Plain(card.Cut(card.Clean(sessionName(reading.Session)), 150)), card.Text(fmt.Sprintf("%s · %s", l.outcome()[0], timelineSize(from, until, len(events))))}
	if until > from {
		blocks = append(blocks, card.Bullets(timelineLines(events[from:until], now)...))
	}
	if row := timelineTools(reading.Session.ID, from, until, len(events)); len(row) > 0 {
		blocks = append(blocks, card.Actions("timeline", row...))
	}
	blocks = append(blocks, card.Preformatted(l.idLines()...), card.Context(card.Escape(l.seenBy())))
	return card.Modal{Title: "Full timeline", Close: "Close", Blocks: blocks}.View()
}

func timelineSize(from, until, all int) string {
	switch {
	case all == 0:
		return "no events"
	case until-from == all:
		return card.Counted(all, "event") + ", newest first"
	default:
		return fmt.Sprintf("%d events, newest first; here %d to %d", all, all-until+1, all-from)
	}
}

func timelineLines(page []told, now time.Time) []card.Part {
	var lines []card.Part
	for _, e := range slices.Backward(page) {
		kind := ""
		if word := card.Cut(card.Clean(e.ErrorType), 60); word != "" {
			kind = " (" + word + ")"
		}
		lines = append(lines, card.Line(card.Date(e.At, now), card.Normal(" "+e.words+kind+" · "), card.Italic(e.teller())))
	}
	return lines
}

func timelineTools(id string, from, until, all int) card.Elements {
	var row card.Elements
	if until < all {
		newer := sessionValue{ID: id, Until: min(all, until+timelinePage)}
		row = append(row, card.Button("session-timeline.timeline_back", newer.String(), "Newer"))
	}
	if from > 0 {
		older := sessionValue{ID: id, Until: from}
		row = append(row, card.Button("session-timeline.timeline_turn", older.String(), "Older"))
	}
	return row
}

// sameErrorFor is how far back the same error is looked for elsewhere.
const sameErrorFor = 7 * 24 * time.Hour

// moreInfo opens a modal about one error that the employer saw.
func (t sessions) moreInfo(ctx context.Context, r *bot.Request) error {
	v := sessionValueOf(r.Value)
	reading, err := t.session(ctx, v.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(reading.Progress.Errors, func(e connect.ErrorSeen) bool { return errorMark(e.Message) == v.Error })
	if i < 0 {
		return bot.Tell("This error is not kept any more. The full timeline has all that is.", nil)
	}
	about := errorInfo{Of: reading, Error: reading.Progress.Errors[i], Now: t.Now()}
	about.Sessions, about.Customers, err = t.Sessions.SameError(ctx, about.Error.Message, about.Now.Add(-sameErrorFor))
	if err != nil {
		return fmt.Errorf("look for the same error elsewhere: %w", err)
	}
	return r.Open(ctx, errorView(about))
}

// errorInfo is all that the modal about an error is made of. Sessions and
// Customers are how many saw the same this week, this one included.
type errorInfo struct {
	Of                  connect.Reading
	Error               connect.ErrorSeen
	Sessions, Customers int
	Now                 time.Time
}

func errorView(a errorInfo) slack.ModalViewRequest {
	e := a.Error
	blocks := card.Blocks{card.Text(a.when()), card.Header("What the employer saw"), card.Preformatted(exactly(e.Message))}
	if what, tell := connect.Meaning(e.Message, e.Type); what != "" {
		blocks = append(blocks, card.Header("What it usually means"), card.Plain(what))
		if tell != "" {
			blocks = append(blocks, card.Header("What to tell the employer"), card.Plain(tell))
		}
	} else {
		blocks = append(blocks, card.Header("What it usually means"), card.Text("Perch does not know this error. Ask the employer what they did just before; Finch's support can look it up by the exact text and the session's id."))
	}
	blocks = append(blocks, card.Header("Elsewhere this week"), card.Text(a.elsewhere()))
	if e.Type != "" {
		blocks = append(blocks, card.Context("Finch calls it `"+card.EscapeCut(e.Type, 60)+"`"))
	}
	blocks = append(blocks, card.Preformatted(timeline{Reading: a.Of}.idLines()...))
	return card.Modal{Title: "More info", Close: "Close", Blocks: blocks}.View()
}

// exactly is the text as the employer saw it, its line breaks too.
func exactly(message string) string {
	if card.Clean(message) == "" {
		return "(no words)"
	}
	return message
}

// when is where and how often: "Blue Fern Dental, at Sign-in: 4 times, …".
func (a errorInfo) when() string {
	e := a.Error
	said := "*" + card.EscapeCut(sessionName(a.Of.Session), 120) + "*"
	if e.Stage != "" {
		said += ", at " + card.Escape(stageName(e.Stage))
	}
	if e.Count <= 1 {
		return fmt.Sprintf("%s: once, %s", said, card.When(e.Last, a.Now))
	}
	return fmt.Sprintf("%s: %s, first %s, last %s", said, times(e.Count), card.When(e.First, a.Now), card.When(e.Last, a.Now))
}

func (a errorInfo) elsewhere() string {
	others := a.Customers - 1
	switch {
	case others <= 0 && a.Sessions <= 1:
		return "Nobody else saw the same error in the last 7 days."
	case others <= 0:
		return fmt.Sprintf("No other customer saw it in the last 7 days; this one saw it in %d sessions.", a.Sessions)
	default:
		return fmt.Sprintf("*%s* saw the same error in the last 7 days, in %s in all. If they share a provider, it may be at fault there.",
			card.Counted(others, "other customer"), card.Counted(a.Sessions, "session"))
	}
}
