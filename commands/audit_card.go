package commands

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"perch/bot/card"
	"perch/internal/audit"
)

// auditList is all that the card of the audit log is made of.
type auditList struct {
	Query audit.Query
	Page  audit.Page
	// Names are customers by connection.
	Names map[string]string
	// Skipped is how many entries stand on the pages before.
	Skipped int
	Now     time.Time
}

// maxAuditDetail is how many characters of a detail the card shows; the CSV has
// all.
const maxAuditDetail = 400

// auditCard is for an admin alone: it mentions people, and pings none of them
// only because nobody else sees it.
func auditCard(l auditList) card.Message {
	blocks := card.Blocks{card.Header("Audit log"), card.Context(l.summary())}
	said := []string{"Audit log: " + l.summary()}
	if len(l.Page.Entries) == 0 {
		blocks, said = append(blocks, card.Plain(l.nothing())), append(said, l.nothing())
	}
	var lines []card.Part
	for _, e := range l.Page.Entries {
		lines, said = append(lines, l.line(e)), append(said, l.plain(e))
	}
	if len(lines) > 0 {
		blocks = append(blocks, card.Bullets(lines...))
	}
	if tools := l.tools(); len(tools) > 0 {
		blocks = append(blocks, card.Actions("audit", tools...))
	}
	return card.Message{Text: card.FallbackText(strings.Join(said, "\n")), Blocks: blocks}
}

func (l auditList) summary() string {
	said := []string{"no entries"}
	if l.Page.Total > 0 {
		said[0] = card.Counted(l.Page.Total, "entry", "entries")
	}
	if l.Page.Total > 1 {
		said[0] += ", newest first"
	}
	if shown := len(l.Page.Entries); shown > 0 && (l.Skipped > 0 || l.Page.More) {
		said = append(said, fmt.Sprintf("here %d to %d", l.Skipped+1, l.Skipped+shown))
	}
	q := l.Query
	if q.Who != "" {
		said = append(said, "by "+auditWho(q.Who))
	}
	if q.About != "" {
		said = append(said, "about "+card.Escape(l.about(q.About)))
	}
	if q.What != "" {
		said = append(said, fmt.Sprintf("what begins with \"%s\"", card.EscapeCut(q.What, maxFilter)))
	}
	if !q.Since.IsZero() {
		said = append(said, "since "+card.WhenPlain(q.Since))
	}
	if !q.Until.IsZero() {
		said = append(said, "until "+card.WhenPlain(q.Until))
	}
	return strings.Join(said, " · ")
}

func (l auditList) nothing() string {
	if l.narrowed() {
		return "Nothing of that kind was noted."
	}
	return "Nothing was noted yet."
}

// narrowed reports whether something narrows the list.
func (l auditList) narrowed() bool {
	q := l.Query
	return q.Who != "" || q.About != "" || q.What != "" || !q.Since.IsZero() || !q.Until.IsZero()
}

// line is an entry in rich text: when, who, what, about what, and the rest.
func (l auditList) line(e audit.Entry) card.Part {
	who := card.Normal(card.Cut(e.Who, 40))
	if isSlackID(e.Who) {
		who = card.User(e.Who)
	}
	parts := []card.Part{card.Date(e.At, l.Now), card.Normal(" · "), who, card.Normal(" · "), card.Bold(card.Cut(e.What, 40))}
	for _, more := range l.more(e) {
		parts = append(parts, card.Normal(" · "+more))
	}
	return card.Line(parts...)
}

// plain is the same as mrkdwn.
func (l auditList) plain(e audit.Entry) string {
	said := []string{card.WhenPlain(e.At), auditWho(e.Who), card.EscapeCut(e.What, 40)}
	for _, more := range l.more(e) {
		said = append(said, card.Escape(more))
	}
	return strings.Join(said, " · ")
}

// more is what stands behind who did what, as far as there is something.
func (l auditList) more(e audit.Entry) (said []string) {
	if e.About != "" {
		said = append(said, l.about(e.About))
	}
	if e.Detail != "" {
		said = append(said, card.Cut(card.Clean(e.Detail), maxAuditDetail))
	}
	return said
}

// about is a connection by its customer's name and the beginning of its id, which
// tells two of one customer apart; anything else by its whole id.
func (l auditList) about(id string) string {
	name := card.Cut(card.Clean(l.Names[id]), 60)
	if name == "" {
		return card.Cut(card.Clean(id), maxShownID)
	}
	return name + " (" + shortID(id) + ")"
}

// auditWho is who did something, as mrkdwn.
func auditWho(who string) string {
	if isSlackID(who) {
		return "<@" + who + ">"
	}
	return card.EscapeCut(who, 40)
}

// tools are paging, the whole log and the file.
func (l auditList) tools() card.Elements {
	var row card.Elements
	first, next := l.Query, l.Query
	first.Before = 0
	if l.Query.Before > 0 {
		row = append(row, card.Button("perch.audit_first", auditValue(first, 0), "First page"))
	}
	shown := len(l.Page.Entries)
	if l.Page.More && shown > 0 {
		next.Before = l.Page.Entries[shown-1].Seq
		row = append(row, card.Button("perch.audit_next", auditValue(next, l.Skipped+shown), "Next page"))
	}
	if l.narrowed() {
		row = append(row, card.Button("perch.audit_all", auditValue(audit.Query{}, 0), "Without filters"))
	}
	if shown > 0 {
		row = append(row, card.Button("perch.audit_csv", auditValue(first, 0), "CSV", card.Says("Send these entries to me as a CSV file")))
	}
	return row
}

// auditValue is the value of the card's buttons: which part of the log.
func auditValue(q audit.Query, skipped int) string {
	v := url.Values{"log": {"audit"}} // never empty, since it is a block's id too
	for name, text := range map[string]string{"who": q.Who, "about": q.About, "what": q.What, "since": millis(q.Since), "until": millis(q.Until)} {
		if text != "" {
			v.Set(name, text)
		}
	}
	if q.Before > 0 {
		v.Set("before", strconv.FormatInt(q.Before, 10))
	}
	if skipped > 0 {
		v.Set("skipped", strconv.Itoa(skipped))
	}
	return v.Encode()
}

// auditOf reads a value back; what cannot be read is left out.
func auditOf(value string) (q audit.Query, skipped int) {
	v, _ := url.ParseQuery(value)
	q = audit.Query{
		Who: v.Get("who"), About: v.Get("about"), What: v.Get("what"),
		Since: fromMillis(v.Get("since")), Until: fromMillis(v.Get("until")),
	}
	if seq, err := strconv.ParseInt(v.Get("before"), 10, 64); err == nil && seq > 0 {
		q.Before = seq
	}
	if n, err := strconv.Atoi(v.Get("skipped")); err == nil && n > 0 && q.Before > 0 {
		skipped = n
	}
	return q, skipped
}
