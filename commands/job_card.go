package commands

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"perch/bot/card"
	"perch/internal/finch"
)

// jobDetail is all that the card of one job is made of.
type jobDetail struct {
	finch.JobLine
	// Of is the job's connection; its ID is empty where none is known.
	Of finch.Connection
	// Before are the jobs before this one of the same type, newest first.
	Before []finch.KnownJob
	// Later is the newest sync that succeeded after this one failed; its ID is
	// empty where none did.
	Later  finch.KnownJob
	Source source
	Now    time.Time
	// CanShare offers the Share button; SharedBy names who used it.
	CanShare bool
	SharedBy string
	// Dashboard leads to Finch's page of the connection; empty where no pattern is set.
	Dashboard string
}

// jobCard answers, top to bottom: what is it, how did it go, whose move is it,
// when exactly, was it so before, and what Finch's support needs to know.
func jobCard(d jobDetail) card.Message {
	blocks := []slack.Block{
		card.Header(nameOf(d.CustomerName, d.CustomerID, d.ConnectionID)),
		card.Text(d.statusLine()),
		card.Text(d.meaning(func(t time.Time) string { return card.When(t, d.Now) })),
		card.Fields(d.fields()...),
	}
	if len(d.Results) > 0 {
		blocks = append(blocks, d.results())
	}
	if len(d.Before) > 0 {
		blocks = append(blocks, d.before())
	}
	blocks = append(blocks,
		card.Text("*Copy for Finch's support*"), card.Preformatted(d.supportLines()...),
		card.Context(d.sourceLine()), d.actions())
	if d.SharedBy != "" {
		blocks = append(blocks, sharedBy(d.SharedBy))
	}
	return card.Message{Text: d.fallback(), Blocks: blocks}
}

func (d jobDetail) statusLine() string {
	parts := []string{jobState(d.KnownJob).String(), "*" + jobType(d.KnownJob) + "*"}
	if d.ProviderName != "" {
		parts = append(parts, card.Escape(d.ProviderName))
	}
	if d.Kind == finch.Automated && d.Scheduled.IsZero() && !d.Created.IsZero() {
		parts = append(parts, "asked for")
	}
	return strings.Join(parts, " · ")
}

func (d jobDetail) fields() []string {
	var fields []string
	field := func(name, value string) {
		if value != "" {
			fields = append(fields, "*"+name+"*\n"+value)
		}
	}
	times := d.times()
	for i, t := range times {
		when := card.When(t.at, d.Now)
		if i == len(times)-1 && d.SharedBy == "" { // in a channel it would grow old
			when += " (" + card.Ago(t.at, d.Now) + ")"
		}
		field(t.name, when)
	}
	field("Took", d.took())
	field("Concerns", d.concerns())
	return fields
}

// took is how long the job ran, or for the asker alone has been running.
func (d jobDetail) took() string {
	if d.SharedBy != "" && d.Completed.IsZero() {
		return ""
	}
	return took(d.KnownJob, d.Now)
}

// named is one of the times of a job.
type named struct {
	name string
	at   time.Time
}

// times are those that are known. What Finch calls the creation of a scheduled
// sync is the connection's. Of a deduction job it tells none, so the time when
// Perch heard of it stands for them.
func (d jobDetail) times() []named {
	asked := d.Created
	if !d.Scheduled.IsZero() {
		asked = time.Time{}
	}
	unknown := func(n named) bool { return n.at.IsZero() }
	times := slices.DeleteFunc([]named{
		{"Scheduled for", d.Scheduled}, {"Asked for", asked}, {"Started", d.Started}, {"Ended", d.Completed},
	}, unknown)
	if len(times) == 0 {
		times = slices.DeleteFunc([]named{{"First heard of", d.FirstSeen}}, unknown)
	}
	return times
}

// concerns: jobs carry no entity, so the whole connection is meant unless a
// webhook said otherwise.
func (d jobDetail) concerns() string {
	if d.EntityID != "" {
		return card.Escape(plainEntity(d.Of, d.EntityID)) + ", as a webhook of Finch's says"
	}
	return "the whole connection: Finch named no entity"
}

// maxCodes is how many codes of a deduction job are listed.
const maxCodes = 10

// results sum up what a deduction job did to each person: codes, and ids alone.
func (d jobDetail) results() slack.Block {
	lines := []card.Part{card.Bold("People")}
	for i, r := range d.Results {
		if i == maxCodes {
			lines = append(lines, card.Normal(fmt.Sprintf("and %d more codes", len(d.Results)-maxCodes)))
			break
		}
		lines = append(lines, card.Line(card.Normal(resultLine(r)), individuals(r)))
	}
	return card.Rich(lines...)
}

// resultLine says how many people got a code and what it means. Finch documents
// 200, 201 and 404; the others are HTTP's own.
func resultLine(r finch.JobResult) string {
	line := fmt.Sprintf("%d %s: %d", r.Count, plural(r.Count, "person", "people"), r.Code)
	switch {
	case r.Code == 0:
		return fmt.Sprintf("%d %s: without a code", r.Count, plural(r.Count, "person", "people"))
	case r.Code == 200:
		return line + ", updated"
	case r.Code == 201:
		return line + ", enrolled"
	case r.Code == 404:
		return line + ", not found at the provider"
	case succeeded(r):
		return line + ", done"
	default:
		return line + ", not done"
	}
}

// individuals names those whom something went wrong for.
func individuals(r finch.JobResult) card.Part {
	if succeeded(r) || len(r.Individuals) == 0 {
		return nil
	}
	ids := make([]string, 0, len(r.Individuals))
	for _, id := range r.Individuals {
		ids = append(ids, card.Cut(card.Clean(id), 40))
	}
	list := card.Line(card.Normal(" · "), card.Code(strings.Join(ids, " ")))
	if more := r.Count - len(ids); more > 0 {
		list = card.Line(list, card.Normal(fmt.Sprintf(" and %d more", more)))
	}
	return list
}

func succeeded(r finch.JobResult) bool { return 200 <= r.Code && r.Code < 300 }

// before are the jobs before this one, so that a first failure looks different
// from a third.
func (d jobDetail) before() slack.Block {
	lines := []card.Part{card.Bold("Before it")}
	for _, j := range d.Before {
		parts := []card.Part{jobState(j).Part(), card.Normal(" · "), card.Date(j.At(), d.Now)}
		if took := took(j, d.Now); took != "" {
			parts = append(parts, card.Normal(" · "+took))
		}
		lines = append(lines, card.Line(append(parts, card.Normal(" · "), card.Code(card.Cut(card.Clean(j.ID), maxShownID)))...))
	}
	return card.Rich(lines...)
}

// supportLines are what Finch's support needs, and no personal data.
func (d jobDetail) supportLines() []string {
	var lines []string
	line := func(name, value string) {
		if value = card.Cut(card.Clean(value), 255); value != "" {
			lines = append(lines, fmt.Sprintf("%-11s %s", name, value))
		}
	}
	line("job", d.ID)
	line("type", d.Type)
	line("kind", string(d.Kind))
	line("status", string(d.Status))
	line("connection", d.ConnectionID)
	line("company", d.CompanyID)
	line("entity", d.EntityID)
	line("provider", d.ProviderID)
	line("created", csvTime(d.Created))
	line("scheduled", csvTime(d.Scheduled))
	line("started", csvTime(d.Started))
	line("completed", csvTime(d.Completed))
	for i, id := range d.RequestIDs {
		line([]string{"requests", ""}[min(i, 1)], id)
	}
	return lines
}

func (d jobDetail) sourceLine() string {
	age := "Finch has not answered for it yet"
	switch {
	case d.Learned.IsZero():
	case d.Gone:
		age = "Last read " + d.ago(d.Learned) + "; Finch does not know it any more"
	default:
		age = "From Finch " + d.ago(d.Learned)
	}
	switch {
	case d.Source.asking:
		return age + ". Asking Finch for news …"
	case d.Source.failure != "":
		return age + ". " + card.Escape(d.Source.failure)
	default:
		return age
	}
}

// ago is an age for the asker, who reads it now, and a time for a channel,
// where the card will stand for long.
func (d jobDetail) ago(at time.Time) string {
	if d.SharedBy != "" {
		return card.When(at, d.Now)
	}
	return card.Ago(at, d.Now)
}

func (d jobDetail) actions() slack.Block {
	value := shared{ID: d.ID, By: d.SharedBy}.String()
	var els []slack.BlockElement
	if d.Of.ID != "" {
		els = append(els,
			card.Button("connection.open", d.ConnectionID, "Connection"),
			card.Button("jobs.of", d.ConnectionID, "All its jobs"))
	}
	els = append(els, card.Button("jobs.refresh", value, "Refresh"))
	if d.CanShare {
		els = append(els, card.Button("jobs.share", d.ID, "Share"))
	}
	els = append(els, packetButton(ofJob, d.ID))
	if d.Of.ID != "" && d.Dashboard != "" {
		els = append(els, card.Button("connection.dashboard", "", "Finch's dashboard", card.URL(d.Dashboard)))
	}
	return card.Actions("job", els...)
}

// fallback says the card in words, for notifications and screen readers.
func (d jobDetail) fallback() string {
	state := jobState(d.KnownJob)
	parts := []string{
		card.EscapeCut(nameOf(d.CustomerName, d.CustomerID, d.ConnectionID), 200) + ": " + jobType(d.KnownJob) + ", " + card.Escape(state.Word),
		strings.ReplaceAll(d.meaning(card.WhenPlain), "*", ""),
		card.EscapeCut(d.ProviderName, 100),
	}
	for _, t := range d.times() {
		parts = append(parts, card.LowerFirst(t.name)+" "+card.WhenPlain(t.at))
	}
	if took := d.took(); took != "" {
		parts = append(parts, "took "+took)
	}
	parts = append(parts, "concerns "+d.concerns())
	for _, r := range d.Results[:min(len(d.Results), maxCodes)] {
		parts = append(parts, resultLine(r))
	}
	for _, j := range d.Before {
		parts = append(parts, "before it: "+card.Escape(jobState(j).Word)+" "+card.WhenPlain(j.At()))
	}
	for _, line := range d.supportLines() {
		parts = append(parts, card.Escape(line))
	}
	parts = append(parts, d.sourceLine())
	return card.FallbackText(strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " · "))
}
