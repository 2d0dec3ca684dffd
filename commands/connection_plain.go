package commands

import (
	"fmt"
	"slices"
	"strings"

	"perch/bot/card"
	"perch/internal/finch"
)

// fallback says the card in words, for notifications and screen readers.
func (o overview) fallback() string {
	parts := []string{
		card.EscapeCut(customerName(o.Connection), 200) + ": " + card.Escape(card.Status(string(o.Overall())).Word),
		strings.ReplaceAll(strings.ReplaceAll(o.moveLine(), "*", ""), "\n", " "),
		card.EscapeCut(o.ProviderName, 100),
		o.integration(),
		card.EscapeCut(o.Environment, 40),
		o.plainLastSync(),
		o.plainNextSync(),
		o.plainLastJob(),
		o.plainStrip(),
		strings.ReplaceAll(o.Notice, "*", ""),
	}
	for _, g := range o.Groups() {
		parts = append(parts, groupName(g)+" "+o.groupWord(g))
	}
	for _, e := range o.Entities[:min(len(o.Entities), maxEntities)] {
		parts = append(parts, card.EscapeCut(e.Name, 80)+" "+card.Escape(card.Status(string(e.Status)).Word))
	}
	for _, line := range o.idLines() {
		parts = append(parts, card.Escape(line))
	}
	parts = append(parts, o.sourceLine())
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
	return card.FallbackText(strings.Join(parts, " · "))
}

func (o overview) plainLastSync() string {
	if o.LastSync().IsZero() {
		return "no successful sync yet"
	}
	return "last successful sync " + card.WhenPlain(o.LastSync())
}

func (o overview) plainNextSync() string {
	next, quality := o.NextSync(o.Now)
	if quality == finch.Unknown {
		return ""
	}
	when := "next sync"
	if !next.After(o.Now) {
		when = "sync was due"
	}
	return fmt.Sprintf("%s %s, %s", when, card.WhenPlain(next), quality)
}

func (o overview) groupWord(g finch.Group) string {
	if !g.Granted {
		return "not granted"
	}
	return card.Escape(card.Status(string(g.Report.Status)).Word)
}
