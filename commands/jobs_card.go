package commands

import (
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"perch/bot/card"
	"perch/internal/finch"
)

// jobList is all that the card of a list of jobs is made of.
type jobList struct {
	Query finch.JobQuery
	Page  finch.JobPage
	// Of is the connection whose jobs these are; its ID is empty for all.
	Of  finch.Connection
	Now time.Time
	// CanShare offers the Share button; SharedBy names who used it.
	CanShare bool
	SharedBy string
}

// jobsCard is a table of jobs, or where Slack draws no tables a line for each.
func jobsCard(l jobList) card.Message {
	m := card.Message{
		Text:    l.fallback(),
		Blocks:  []slack.Block{card.Header(l.title()), card.Context(l.summary())},
		Simpler: []slack.Block{card.Header(l.title()), card.Context(l.summary())},
	}
	if len(l.Page.Jobs) == 0 {
		m.Blocks, m.Simpler = append(m.Blocks, card.Text(l.nothingHere())), nil
	} else {
		m.Blocks = append(m.Blocks, l.table())
		m.Blocks = append(m.Blocks, l.chooser()...)
		m.Simpler = append(m.Simpler, l.rows()...)
	}
	foot := l.foot()
	if m.Simpler != nil {
		m.Simpler = append(m.Simpler, foot...)
	}
	m.Blocks = append(m.Blocks, foot...)
	return m
}

func (l jobList) title() string {
	if l.Of.ID == "" {
		return "Jobs"
	}
	return "Jobs of " + card.Cut(card.Clean(customerName(l.Of)), 130)
}

// summary says what the list holds.
func (l jobList) summary() string {
	parts := []string{"Newest first"}
	if l.Of.ID == "" {
		parts[0] += ", all connections"
	}
	if len(l.Query.Statuses) > 0 {
		parts = append(parts, "only "+l.statuses())
	}
	for _, t := range l.Query.Types {
		parts = append(parts, strings.ToLower(jobType(finch.KnownJob{Type: t})))
	}
	if l.Query.Provider != "" {
		parts = append(parts, "provider \""+card.EscapeCut(l.Query.Provider, 60)+"\"")
	}
	if l.Query.EntityID != "" {
		parts = append(parts, "of "+card.Escape(plainEntity(l.Of, l.Query.EntityID)))
	}
	if !l.Query.Since.IsZero() {
		parts = append(parts, "since "+card.WhenPlain(l.Query.Since))
	}
	if !l.Query.Until.IsZero() {
		parts = append(parts, "until "+card.WhenPlain(l.Query.Until))
	}
	return strings.Join(parts, " · ")
}

func (l jobList) statuses() string {
	rest := slices.Clone(l.Query.Statuses)
	var words []string
	if l.onlyFailed() || containsAll(rest, failures) {
		words = append(words, "failed")
		rest = slices.DeleteFunc(rest, finch.JobStatus.Failed)
	}
	for _, s := range rest {
		words = append(words, strings.ToLower(card.Escape(card.JobStatus(string(s)).Word)))
	}
	return strings.Join(words, ", ")
}

func containsAll[T comparable](list, wanted []T) bool {
	return !slices.ContainsFunc(wanted, func(w T) bool { return !slices.Contains(list, w) })
}

func (l jobList) onlyFailed() bool {
	return len(l.Query.Statuses) == len(failures) && containsAll(l.Query.Statuses, failures)
}

// narrowed reports whether anything but the connection narrows the list.
func (l jobList) narrowed() bool {
	bare := finch.JobQuery{ConnectionID: l.Query.ConnectionID, After: l.Query.After}
	return jobsValue(l.Query) != jobsValue(bare)
}

func (l jobList) nothingHere() string {
	switch {
	case slices.Contains(l.Query.Statuses, finch.JobPending):
		return "No job matches these filters. A sync that lies ahead is no job of the past: the connection's own card says when it will run."
	case l.narrowed():
		return "No job matches these filters."
	case l.Query.After != "":
		return "There are no more."
	case l.Of.Assisted:
		return "No job of this connection is known. Finch lists none for assisted connections: only the deduction jobs that a webhook names come to be known."
	case l.Of.ID != "":
		return "No job of this connection is known yet. Perch keeps those that it hears of from now on; Finch has no list of earlier ones."
	default:
		return "No jobs are known yet. They come with Finch's webhooks and whenever Perch looks at a connection."
	}
}

func (l jobList) table() slack.Block {
	headings := []string{"Status", "When", "What", "Took", "Job ID"}
	if l.Of.ID == "" {
		headings = slices.Insert(headings, 2, "Customer")
	}
	rows := make([][]card.Part, 0, len(l.Page.Jobs))
	for _, job := range l.Page.Jobs {
		cells := []card.Part{
			jobState(job.KnownJob).Part(), card.Date(job.At(), l.Now), card.Normal(l.what(job)),
			card.Normal(l.took(job)), card.Code(card.Cut(card.Clean(job.ID), maxShownID)),
		}
		if l.Of.ID == "" {
			cells = slices.Insert(cells, 2, card.Normal(customerOf(job)))
		}
		rows = append(rows, cells)
	}
	return card.Table(headings, rows...)
}

// what is the job's type, and that it concerns one entity where a webhook said
// so.
func (l jobList) what(job finch.JobLine) string {
	what := plainJobType(job.KnownJob)
	if job.EntityID != "" {
		what += " of " + card.Cut(plainEntity(l.Of, job.EntityID), 30)
	}
	return what
}

// customerOf is the customer with the provider, in plain text.
func customerOf(job finch.JobLine) string {
	name := card.Cut(card.Clean(nameOf(job.CustomerName, job.CustomerID, job.ConnectionID)), 60)
	if provider := card.Cut(card.Clean(job.ProviderName), 30); provider != "" {
		name += " · " + provider
	}
	return name
}

// rows are the table for clients that draw none.
func (l jobList) rows() []slack.Block {
	blocks := make([]slack.Block, 0, len(l.Page.Jobs))
	for _, job := range l.Page.Jobs {
		text := jobState(job.KnownJob).Sign() + " " + l.line(job)
		if len(job.ID) > maxOptionValue {
			blocks = append(blocks, card.Plain(text))
			continue
		}
		blocks = append(blocks, card.PlainWith(text, card.Button("jobs.open", job.ID, "Open", card.Says("Open job "+shortID(job.ID)))))
	}
	return blocks
}

// line is a job in one line of plain text.
func (l jobList) line(job finch.JobLine) string {
	parts := []string{card.Clean(jobState(job.KnownJob).Word), card.WhenPlain(job.At())}
	if l.Of.ID == "" {
		parts = append(parts, customerOf(job))
	}
	parts = append(parts, l.what(job))
	if took := l.took(job); took != "" {
		parts = append(parts, took)
	}
	return strings.Join(append(parts, card.Cut(card.Clean(job.ID), maxShownID)), " · ")
}

// took is how long a job ran, or for the asker alone has been running: in a
// channel that would grow old.
func (l jobList) took(job finch.JobLine) string {
	if l.SharedBy != "" && job.Completed.IsZero() {
		return ""
	}
	return took(job.KnownJob, l.Now)
}

// foot is what stands below the jobs.
func (l jobList) foot() []slack.Block {
	var blocks []slack.Block
	if l.Query.EntityID != "" {
		blocks = append(blocks, card.Context("Finch names an entity only in webhooks. Jobs without one concern the whole connection and are not listed here."))
	}
	if l.SharedBy != "" {
		return append(blocks, sharedBy(l.SharedBy))
	}
	if tools := l.tools(); len(tools) > 0 {
		blocks = append(blocks, card.Actions("tools", tools...))
	}
	return blocks
}

// maxOptionValue is what Slack takes as an option's value. Finch's ids are 36
// long; a longer one cannot be chosen, only typed.
const maxOptionValue = 75

// chooser opens one of the jobs shown: a cell of a table holds no button.
func (l jobList) chooser() []slack.Block {
	var choices []card.Choice
	for _, job := range l.Page.Jobs {
		if len(job.ID) > maxOptionValue || job.ID == "" {
			continue
		}
		label := jobState(job.KnownJob).Sign() + " " + l.what(job)
		detail := card.WhenPlain(job.At()) + " · " + shortID(job.ID)
		if l.Of.ID == "" {
			label, detail = jobState(job.KnownJob).Sign()+" "+customerOf(job), l.what(job)+" · "+detail
		}
		choices = append(choices, card.Choice{Value: job.ID, Label: label, Description: detail})
	}
	if len(choices) == 0 {
		return nil
	}
	return []slack.Block{card.Actions("open", card.Select("jobs.open", "Open a job …", choices))}
}

// tools are paging, the selection, the CSV and Share, as far as there is
// something to do for them.
func (l jobList) tools() (els []slack.BlockElement) {
	add := func(verb, label string, q finch.JobQuery, opts ...card.ButtonOption) {
		els = append(els, card.Button("jobs."+verb, jobsValue(q), label, opts...))
	}
	first, next := l.Query, l.Query
	first.After, next.After = "", l.Page.Next
	if l.Query.After != "" {
		add("first", "First page", first)
	}
	if next.After != "" {
		add("next", "Next page", next)
	}
	if l.onlyFailed() {
		add("statuses", "All statuses", l.of(nil))
	} else if len(l.Page.Jobs) > 0 {
		add("statuses", "Only failed", l.of(failures))
	}
	if l.narrowed() {
		add("clear", "Without filters", finch.JobQuery{ConnectionID: l.Query.ConnectionID})
	}
	if len(l.Page.Jobs) > 0 {
		add("csv", "CSV", first, card.Says("Send this list to me as a CSV file"))
		if l.CanShare {
			add("share_list", "Share", l.Query)
		}
	}
	return els
}

// of is the same list from its first page, with other statuses.
func (l jobList) of(statuses []finch.JobStatus) finch.JobQuery {
	q := l.Query
	q.Statuses, q.After = statuses, ""
	return q
}

// fallback says the list in words, for notifications and screen readers.
func (l jobList) fallback() string {
	lines := []string{card.Escape(l.title()) + ": " + l.summary()}
	if len(l.Page.Jobs) == 0 {
		lines = append(lines, l.nothingHere())
	}
	for _, job := range l.Page.Jobs {
		lines = append(lines, card.Escape(l.line(job)))
	}
	return card.FallbackText(strings.Join(lines, "\n"))
}

// plainEntity is an entity in plain text: its name where the connection knows
// it, else its id.
func plainEntity(c finch.Connection, id string) string {
	i := slices.IndexFunc(c.Entities, func(e finch.Entity) bool { return e.ID == id })
	if i < 0 || card.Clean(c.Entities[i].Name) == "" {
		return "entity " + shortID(id)
	}
	return card.Cut(card.Clean(c.Entities[i].Name), 80)
}
