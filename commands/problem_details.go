package commands

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/alert"
	"perch/internal/connect"
)

const (
	// maxHistory is how many lines of a problem's history a modal shows.
	maxHistory = 40
	// maxJobIDs is how many of its jobs are named.
	maxJobIDs = 20
	// maxResolutions is how many of its resolutions are shown.
	maxResolutions = 10
)

// details opens a modal with a problem's history, how it was resolved, and all its ids.
func (p perch) details(ctx context.Context, r *bot.Request) error {
	id, err := problemID(r.Value)
	if err != nil {
		return err
	}
	d, err := p.detailOf(ctx, r, id)
	if err != nil {
		return err
	}
	return r.Open(ctx, d.view())
}

// detail is all that the modal is made of.
type detail struct {
	Problem alert.Problem
	Events  []alert.Event
	// Reconnect is the session in which the employer signs in again, or none.
	Reconnect *connect.Reading
	// Resolutions are what was saved of this problem, newest first.
	Resolutions []alert.Resolution
	// Who reads it.
	Who bot.Person
	Now time.Time
}

func (p perch) detailOf(ctx context.Context, r *bot.Request, id int64) (detail, error) {
	problem, err := p.Problems.Problem(ctx, id)
	if err != nil {
		return detail{}, unknownProblem("read a problem", err)
	}
	d := detail{Problem: problem, Who: r.Who, Now: p.Now()}
	if d.Events, err = p.Problems.ProblemEvents(ctx, id, maxHistory); err != nil {
		return detail{}, fmt.Errorf("read a problem's history: %w", err)
	}
	if d.Reconnect, err = p.reconnecting(ctx, problem); err != nil {
		return detail{}, err
	}
	if p.Resolutions != nil {
		if d.Resolutions, err = p.Resolutions.ResolutionsOf(ctx, id); err != nil {
			return detail{}, fmt.Errorf("read how a problem was resolved: %w", err)
		}
	}
	return d, nil
}

func (d detail) view() slack.ModalViewRequest {
	blocks := card.Blocks{card.Text("*" + problemLine(d.Problem, d.Now) + "*"), card.Text(detailFacts(d.Problem, d.Now))}
	if d.Reconnect != nil {
		blocks = append(blocks, card.Plain(reconnectLine(*d.Reconnect, d.Now)))
	}
	blocks = append(blocks, d.resolutions()...)
	blocks = append(blocks, card.Header("What happened"), card.Bullets(history(d.Events, d.Now)...))
	blocks = append(blocks, card.Header("To copy"), card.Preformatted(detailIDs(d.Problem)...))
	return card.Modal{Title: "Details", Close: "Close", Private: strconv.FormatInt(d.Problem.ID, 10), Blocks: blocks}.View()
}

// resolutions are how it was resolved, as people saved it.
func (d detail) resolutions() card.Blocks {
	if len(d.Resolutions) == 0 {
		return nil
	}
	blocks := card.Blocks{card.Header("How it was resolved")}
	for _, one := range d.Resolutions[:min(len(d.Resolutions), maxResolutions)] {
		blocks = append(blocks, card.Plain(one.Text), d.savedBy(one))
	}
	if more := len(d.Resolutions) - maxResolutions; more > 0 {
		blocks = append(blocks, card.Context(fmt.Sprintf("%d older ones are not shown.", more)))
	}
	return blocks
}

// savedBy is who saved one, when, and what it was taken from, with the way to remove it
// for those who may.
func (d detail) savedBy(one alert.Resolution) slack.Block {
	said := fmt.Sprintf("Saved by <@%s> %s", card.Escape(one.By), card.When(one.At, d.Now))
	if strings.HasPrefix(one.Permalink, "https://") && !strings.ContainsAny(one.Permalink, "<>|\"` ") {
		said += " · <" + card.Escape(one.Permalink) + "|what was said>"
	}
	if !d.mayRemove(one) {
		return card.Text(said)
	}
	return card.TextWith(said, card.Button("perch.resolution_drop", strconv.FormatInt(one.ID, 10), "Remove", card.Says("Remove this resolution"),
		card.Confirm("Remove it?", "Cards of problems like this one show it no more.", "Remove", "Keep it")))
}

// mayRemove: who saved it, and admins.
func (d detail) mayRemove(one alert.Resolution) bool {
	return d.Who.ID != "" && d.Who.ID == one.By || d.Who.Role >= bot.Admin
}

// detailFacts are times, counts and who is on it.
func detailFacts(p alert.Problem, now time.Time) string {
	said := []string{
		"First seen " + card.When(p.Opened, now),
		"last seen " + card.When(p.LastSeen, now),
		card.Counted(max(p.Count, 1), "time"),
	}
	if p.State == alert.Open {
		said = append(said, moveOf(p.Move))
	} else {
		said = append(said, "over since "+card.When(p.Over, now))
	}
	if p.ClaimedBy != "" {
		said = append(said, fmt.Sprintf("<@%s> is on it", card.Escape(p.ClaimedBy)))
	}
	if p.Facts.Message != "" {
		said = append(said, "Finch says: "+card.EscapeCut(p.Facts.Message, 500))
	}
	return strings.Join(said, " · ")
}

// history is who did what, newest first, as events are.
func history(events []alert.Event, now time.Time) []card.Part {
	var lines []card.Part
	for _, e := range events {
		if e.What == alert.HasChanged { // a detail of the card, such as when it runs next
			continue
		}
		line := card.Line(card.Date(e.At, now), card.Normal("  "))
		if e.Who != "" {
			line = card.Line(line, card.User(e.Who), card.Normal(" "))
		}
		line = card.Line(line, card.Normal(happened(e)))
		if e.Detail != "" && e.What != alert.HasJoined { // an outage's detail is Perch's own key
			line = card.Line(line, card.Normal(" "), card.Code(card.Cut(card.Clean(e.Detail), 80)))
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return []card.Part{card.Normal("Nothing is kept of it any more.")}
	}
	return lines
}

// happened is an event in words, behind who did it where somebody did.
func happened(e alert.Event) string {
	switch e.What {
	case alert.HasOpened:
		return "It opened."
	case alert.HasReopened:
		return "It opened again."
	case alert.HasRecurred:
		return "It happened again."
	case alert.HasEscalated:
		return "From now on it is somebody else's move."
	case alert.HasFlapped:
		return "It comes and goes; counted as one problem from now on."
	case alert.HasResolved:
		return "It recovered."
	case alert.HasClosed:
		if e.Who == "" {
			return "It was closed: nobody need act any more."
		}
		return "closed it."
	case alert.HasJoined:
		return "It became part of an outage."
	case alert.HasClaimed:
		return "is on it."
	case alert.HasReleased:
		return "let it go."
	case alert.HasSnoozed:
		return "snoozed it."
	case alert.HasWoken:
		if e.Who == "" {
			return "The snooze ended."
		}
		return "ended the snooze."
	case alert.HasLink:
		return "got a reconnect link."
	case alert.HasPacket:
		return "made a support packet."
	case alert.HasSent:
		return "sent it to Finch's support."
	case alert.HasNote:
		return "kept how it was resolved."
	default:
		return card.Cut(card.Clean(string(e.What)), 40)
	}
}

// detailIDs are the ids as they are copied into a ticket.
func detailIDs(p alert.Problem) []string {
	var ids []string
	add := func(name, id string) {
		if id = card.Clean(id); id != "" {
			ids = append(ids, fmt.Sprintf("%-11s %s", name, card.Cut(id, maxShownID)))
		}
	}
	add("connection", p.Key.ConnectionID)
	add("entity", p.Key.EntityID)
	add("session", p.Facts.Session.ID)
	add("customer", p.Subject.CustomerID)
	add("company", p.Subject.CompanyID)
	add("provider", p.Subject.ProviderID)
	jobs := p.Jobs
	if more := len(jobs) - maxJobIDs; more > 0 {
		ids = append(ids, fmt.Sprintf("%-11s %d older ones are not shown", "job", more))
		jobs = jobs[more:]
	}
	for _, id := range jobs {
		add("job", id)
	}
	if len(ids) == 0 {
		ids = append(ids, fmt.Sprintf("problem     %d", p.ID))
	}
	return ids
}
