package commands

import (
	"fmt"
	"strconv"
	"strings"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/explore"
)

// maxSavedShown is how many saved questions one card lists: each takes two blocks.
const maxSavedShown = 20

// savedList is what the card of the saved questions says. Values are left out: they
// may be about people, and a form shows them.
type savedList struct {
	Saved   []explore.Saved
	Channel string
	// Whose are the customers' names by connection.
	Whose map[string]string
	As    bot.Names
}

func (l savedList) card() card.Message {
	slash := l.As.Of("explore")
	if len(l.Saved) == 0 {
		return note("Nothing is saved yet, neither yours nor this channel's. Ask with " + slash + ", then press Save as.")
	}
	heading := fmt.Sprintf("Saved questions (%d)", len(l.Saved))
	names := []string{heading}
	blocks := card.Blocks{card.Header(heading)}
	for _, q := range l.Saved[:min(maxSavedShown, len(l.Saved))] {
		id := strconv.FormatInt(q.ID, 10)
		names = append(names, q.Name)
		blocks = append(blocks, card.Rich(card.Line(card.Bold(q.Name), card.Normal(" · "+l.about(q)))),
			card.Actions("saved."+id,
				card.Button("explore.saved_open", id, "Ask", card.Says("Ask "+q.Name)),
				card.Button("explore.saved_drop", id, "Delete", card.Says("Delete "+q.Name), card.Confirm("Delete it?", "The question \""+q.Name+"\" is forgotten. Answers were never kept.", "Delete", "Keep"))))
	}
	if len(l.Saved) > maxSavedShown {
		blocks = append(blocks, card.Context(fmt.Sprintf("The first %d. The form of %s offers all.", maxSavedShown, slash)))
	}
	return card.Message{Text: card.FallbackText(card.Escape(strings.Join(names, " · "))), Blocks: blocks}
}

// about says what is asked, of whom, and who sees it saved.
func (l savedList) about(q explore.Saved) string {
	parts := []string{q.Query.Endpoint.Name()}
	switch whose := l.Whose[q.Query.ConnectionID]; {
	case whose != "":
		parts = append(parts, card.Cut(card.Clean(whose), maxWords))
	case q.Query.ConnectionID != "":
		parts = append(parts, "a connection that is not known here any more")
	}
	if q.Place == l.Channel {
		return strings.Join(append(parts, "this channel's"), " · ")
	}
	return strings.Join(append(parts, "yours"), " · ")
}
