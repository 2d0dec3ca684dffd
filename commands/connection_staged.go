package commands

import (
	"context"
	"strings"

	"github.com/slack-go/slack"

	"perch/bot/card"
	"perch/internal/connect"
	"perch/internal/finch"
)

// staged reads the part of the staged tab that a query asks for: links that were
// sent and not finished are no connections yet.
func (c connections) staged(ctx context.Context, q finch.ListQuery) (sessionList, error) {
	return c.sessionPage(ctx, connect.ListQuery{Scope: connect.Staged, Words: q.Words, After: q.After}, q.Skipped)
}

// stagedRows are the links of the page.
func (l list) stagedRows() []slack.Block {
	if len(l.Staged.Page.Briefs) == 0 {
		return []slack.Block{card.Plain(l.nothingHere())}
	}
	blocks := []slack.Block{card.Text("*Links sent and not finished*")}
	for _, b := range l.Staged.Page.Briefs {
		blocks = append(blocks, l.Staged.row(b))
	}
	return blocks
}

// stagedFallback says them in words.
func (l list) stagedFallback() string {
	lines := []string{"Connections: " + l.summary()}
	if len(l.Staged.Page.Briefs) == 0 {
		lines = append(lines, card.Escape(l.nothingHere()))
	}
	for _, b := range l.Staged.Page.Briefs {
		lines = append(lines, stateOfBrief(b).emoji()+" "+card.Escape(l.Staged.line(b)))
	}
	return card.FallbackText(strings.Join(lines, "\n"))
}
