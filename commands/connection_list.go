package commands

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/finch"
)

// pageSize is how many connections a page of the list shows: few enough to
// read, and far from Slack's 50 blocks.
const pageSize = 12

// maxFilter is how many characters a filter keeps: it travels in the buttons.
const maxFilter = 100

// list answers with the first page of a list.
func (c connections) list(ctx context.Context, r *bot.Request, q finch.ListQuery) error {
	m, err := c.page(ctx, q)
	if err != nil {
		return err
	}
	return r.Reply(ctx, m)
}

// turn puts another page, tab or selection in the list's place.
func (c connections) turn(ctx context.Context, r *bot.Request) error {
	q := parsePage(r.Value)
	m, err := c.page(ctx, q)
	if err != nil && q.After != "" { // the place in an old card may be no place any more
		q.After, q.Skipped = "", 0
		m, err = c.page(ctx, q)
	}
	if err != nil {
		return err
	}
	return r.Update(ctx, m)
}

// filter narrows the list to what was typed into its field. Slack hands over
// only that, so the block's id tells which tab it was typed in.
func (c connections) filter(ctx context.Context, r *bot.Request) error {
	q := parsePage(r.Block)
	q.Words = card.Cut(card.Clean(r.Value), maxFilter)
	m, err := c.page(ctx, q)
	if err != nil {
		return err
	}
	return r.Update(ctx, m)
}

func (c connections) page(ctx context.Context, q finch.ListQuery) (card.Message, error) {
	q.Limit = pageSize
	l := list{Query: q, Now: c.Now()}
	var err error
	if l.Counts, err = c.Lister.Counts(ctx, q.Words); err != nil {
		return card.Message{}, fmt.Errorf("count connections: %w", err)
	}
	if q.Tab == finch.Staged {
		if l.Staged, err = c.staged(ctx, q); err != nil {
			return card.Message{}, err
		}
		return listCard(l), nil
	}
	if l.Page, err = c.Lister.List(ctx, q); err != nil {
		return card.Message{}, fmt.Errorf("list connections: %w", err)
	}
	return listCard(l), nil
}

// list is all that the card of a list is made of.
type list struct {
	Query  finch.ListQuery
	Page   finch.ListPage
	Counts finch.Counts
	// Staged is the page of the staged tab: links, not connections.
	Staged sessionList
	Now    time.Time
}

// shown is how many the page shows, and next where the one after it begins.
func (l list) shown() int { return len(l.Page.Briefs) + len(l.Staged.Page.Briefs) }

func (l list) next() string { return l.Page.Next + l.Staged.Page.Next }

func listCard(l list) card.Message {
	blocks := []slack.Block{card.Header("Connections"), card.Context(l.summary())}
	blocks = append(blocks, l.rows()...)
	blocks = append(blocks, l.tabs(), l.tools(), l.filterField())
	return card.Message{Text: l.fallback(), Blocks: blocks}
}

func (l list) summary() string {
	summary := fmt.Sprintf("%d live · %d staged · %d disconnected", l.Counts.Live, l.Counts.Staged, l.Counts.Disconnected)
	if shown := l.shown(); shown > 0 && (l.Query.After != "" || l.next() != "") {
		summary += fmt.Sprintf(" · here %d to %d", l.Query.Skipped+1, l.Query.Skipped+shown)
	}
	if l.Query.Words != "" {
		summary += fmt.Sprintf(" · matching \"%s\"", card.EscapeCut(l.Query.Words, maxFilter))
	}
	return summary
}

// rows are the connections of the page under a heading for those that need
// attention and one for the others.
func (l list) rows() []slack.Block {
	if l.Query.Tab == finch.Staged {
		return l.stagedRows()
	}
	if len(l.Page.Briefs) == 0 {
		return []slack.Block{card.Plain(l.nothingHere())}
	}
	var blocks []slack.Block
	heading := ""
	for _, b := range l.Page.Briefs {
		if h := l.heading(b); h != heading {
			heading = h
			blocks = append(blocks, card.Text(h))
		}
		blocks = append(blocks, l.row(b))
	}
	return blocks
}

func (l list) heading(b finch.Brief) string {
	switch {
	case l.Query.Tab != finch.Live:
		return "*" + tabName(l.Query.Tab) + "*"
	case b.NeedsAttention():
		return fmt.Sprintf("*Need attention (%d)*", l.Counts.Attention)
	default:
		return fmt.Sprintf("*Nothing to do (%d)*", l.Counts.Live-l.Counts.Attention)
	}
}

func (l list) row(b finch.Brief) slack.Block {
	name := briefName(b)
	button := card.Button("connection.open", b.ID, "Open", card.Says("Open "+name))
	return card.PlainWith(l.rowText(b), button)
}

// rowText is plain text: no name can format it.
func (l list) rowText(b finch.Brief) string {
	status := briefStatus(b)
	parts := []string{status.Sign() + " " + card.Cut(card.Clean(briefName(b)), 120), card.Cut(card.Clean(b.ProviderName), 80)}
	if b.Environment != "" && b.Environment != "production" {
		parts = append(parts, card.Cut(card.Clean(b.Environment), 40))
	}
	return strings.Join(append(parts, l.state(b, status)), " · ")
}

// briefStatus is what a line of the list says first: the status, or that syncs
// keep failing under one that is well.
func briefStatus(b finch.Brief) card.StatusWord {
	if b.NeedsAttention() && !b.Status.NeedsAttention() {
		failed := card.JobStatus(string(finch.JobFailed))
		failed.Word = fmt.Sprintf("Last %d syncs failed", b.FailedSyncs)
		return failed
	}
	return card.Status(string(b.Status))
}

// state is the status in words with how long it has lasted, or when a healthy
// connection last synced.
func (l list) state(b finch.Brief, status card.StatusWord) string {
	word := strings.ToLower(status.Word)
	if overall := b.Overall.Known(); overall != b.Status && b.Status.NeedsAttention() && !overall.NeedsAttention() {
		word = "a part of it: " + word
	}
	switch {
	case b.NeedsAttention() && !b.Status.NeedsAttention():
		return word
	case b.Status == finch.Connected && !b.LastSync.IsZero():
		return word + ", synced " + card.Ago(b.LastSync, l.Now)
	case b.Status != finch.Connected && l.Now.Sub(b.StatusSince) >= time.Minute && !b.StatusSince.IsZero():
		return word + " for " + card.Span(l.Now.Sub(b.StatusSince))
	default:
		return word
	}
}

func (l list) nothingHere() string {
	switch {
	case l.Query.Words != "":
		return fmt.Sprintf("Nothing %s matches \"%s\".", tabWord(l.Query.Tab), l.Query.Words)
	case l.Query.Attention != nil && *l.Query.Attention:
		return "Nothing needs attention."
	case l.Query.Tab == finch.Staged:
		return "No Connect links are waiting to be finished. Staged are those that were sent and not completed yet."
	case l.Query.Tab == finch.Ended:
		return "No connection has ended."
	default:
		return "Perch knows no connections yet. An operator adds their access tokens with perch connections add, or your application sends them to PUT /v1/connections/{connection_id}."
	}
}

func (l list) tabs() slack.Block {
	buttons := make([]slack.BlockElement, 0, len(finch.Tabs))
	for _, tab := range finch.Tabs {
		var opts []card.ButtonOption
		if tab == l.Query.Tab {
			opts = append(opts, card.Primary(), card.Says(tabName(tab)+", shown now"))
		}
		value := pageValue(finch.ListQuery{Tab: tab, Words: l.Query.Words})
		buttons = append(buttons, card.Button("connection."+string(tab), value, fmt.Sprintf("%s (%d)", tabName(tab), l.count(tab)), opts...))
	}
	return card.Actions("tabs", buttons...)
}

func (l list) count(tab finch.Tab) int {
	switch tab {
	case finch.Live:
		return l.Counts.Live
	case finch.Staged:
		return l.Counts.Staged
	default:
		return l.Counts.Disconnected
	}
}

func tabName(tab finch.Tab) string {
	word := tabWord(tab)
	return strings.ToUpper(word[:1]) + word[1:]
}

func tabWord(tab finch.Tab) string { return string(tab) }

// tools are paging, what to show, finding one, and the CSV.
func (l list) tools() slack.Block {
	var els []slack.BlockElement
	if l.Query.After != "" {
		first := l.Query
		first.After, first.Skipped = "", 0
		els = append(els, card.Button("connection.first", pageValue(first), "First page"))
	}
	if l.next() != "" {
		next := l.Query
		next.After, next.Skipped = l.next(), next.Skipped+l.shown()
		els = append(els, card.Button("connection.next", pageValue(next), "Next page"))
	}
	if l.Query.Tab == finch.Live {
		els = append(els, l.showButton())
	}
	all := l.Query
	all.After, all.Skipped = "", 0
	els = append(els, findSelect(), card.Button("connection.csv", pageValue(all), "CSV", card.Says("Send this list to me as a CSV file")))
	return card.Actions("tools", els...)
}

// showButton switches between all of a tab and those that need attention.
func (l list) showButton() slack.BlockElement {
	q, label := l.Query, "Only those that need attention"
	q.After, q.Skipped, q.Attention = "", 0, new(true)
	if l.Query.Attention != nil {
		q.Attention, label = nil, "Show all"
	}
	return card.Button("connection.show", pageValue(q), label)
}

// findSelect finds one connection while its name is typed.
func findSelect() slack.BlockElement {
	placeholder := slack.NewTextBlockObject(slack.PlainTextType, "Find one …", false, false)
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, placeholder, "connection.find")
	e.MinQueryLength = new(1)
	return e
}

// filterField narrows the list when Enter is pressed in it.
func (l list) filterField() slack.Block {
	block := slack.NewInputBlock(
		pageValue(finch.ListQuery{Tab: l.Query.Tab}),
		slack.NewTextBlockObject(slack.PlainTextType, "Filter by customer, provider or id, then press Enter", false, false), nil,
		&slack.PlainTextInputBlockElement{
			Type: slack.METPlainTextInput, ActionID: "connection.filter", MaxLength: maxFilter,
			InitialValue: card.Cut(card.Clean(l.Query.Words), maxFilter),
		},
	)
	return block.WithOptional(true).WithDispatchAction(true)
}

// fallback says the list in words, for notifications and screen readers.
func (l list) fallback() string {
	if l.Query.Tab == finch.Staged {
		return l.stagedFallback()
	}
	lines := []string{"Connections: " + l.summary()}
	if len(l.Page.Briefs) == 0 {
		lines = append(lines, card.Escape(l.nothingHere()))
	}
	for _, b := range l.Page.Briefs {
		status := briefStatus(b)
		lines = append(lines, fmt.Sprintf("%s %s · %s · %s", status.Emoji, card.EscapeCut(briefName(b), 120), card.Escape(b.ProviderName), card.Escape(l.state(b, status))))
	}
	return card.FallbackText(strings.Join(lines, "\n"))
}
