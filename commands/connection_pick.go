package commands

import (
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/finch"
)

// picker offers connections to choose from, on behalf of a command: its actions
// pick and near_1 to near_5 come with the id of what was chosen.
type picker struct {
	command string
	// block is the id of the block that was pressed in: the only place for what
	// else was asked, since an option's value is too short.
	block string
}

// several offers the matches.
func (p picker) several(words string, found []finch.Brief, now time.Time) card.Message {
	count, narrow := fmt.Sprintf("%d connections match", len(found)), ""
	if len(found) > maxPicks {
		count = fmt.Sprintf("More than %d connections match", maxPicks)
		narrow = fmt.Sprintf("The first %d are offered. Type more of the name for fewer.", maxPicks)
		found = found[:maxPicks]
	}
	question := fmt.Sprintf("%s \"%s\". Which one?", count, card.Cut(card.Clean(words), 80))
	names := make([]string, 0, len(found))
	for _, b := range found[:min(len(found), 20)] {
		names = append(names, card.EscapeCut(briefName(b), 80)+" ("+card.Escape(b.ID)+")")
	}
	blocks := []slack.Block{
		card.Plain(question),
		card.Actions(p.block, card.Select(p.command+".pick", "Pick a connection", choices(found, now))),
	}
	if narrow != "" {
		blocks = append(blocks, card.Context(narrow))
	}
	return card.Message{Text: card.FallbackText(card.Escape(question) + " " + strings.Join(names, ", ")), Blocks: blocks}
}

// choices are connections as options of a select: two of the same name differ
// in what stands below it.
func choices(found []finch.Brief, now time.Time) []card.Choice {
	list := make([]card.Choice, 0, len(found))
	for _, b := range found {
		list = append(list, card.Choice{
			Value:       b.ID,
			Label:       briefName(b),
			Description: pickDetail(b, now),
		})
	}
	return list
}

func pickDetail(b finch.Brief, now time.Time) string {
	detail := []string{b.ProviderName, strings.ToLower(briefStatus(b).Word)}
	if b.Environment != "" && b.Environment != "production" {
		detail = append(detail, b.Environment)
	}
	if b.CustomerID != "" {
		detail = append(detail, b.CustomerID)
	}
	if !b.LastSync.IsZero() {
		detail = append(detail, "synced "+card.Ago(b.LastSync, now))
	}
	return strings.Join(detail, " · ")
}

func briefName(b finch.Brief) string { return nameOf(b.CustomerName, b.CustomerID, b.ID) }

// maxNear is how many of the nearest names are offered.
const maxNear = 5

// nothing says that nothing matches and offers the nearest names.
func (p picker) nothing(words string, near []finch.Brief, as bot.Names) card.Message {
	sentence := fmt.Sprintf("Nothing matches \"%s\".", card.Cut(card.Clean(words), 80))
	if len(near) == 0 {
		return plainNote(sentence + fmt.Sprintf(" Type %s for the list of all.", as.Of(p.command)))
	}
	names := make([]string, 0, len(near))
	buttons := make([]slack.BlockElement, 0, len(near))
	for i, b := range near {
		name := briefName(b)
		names = append(names, card.Cut(card.Clean(name), 80))
		buttons = append(buttons, p.near(i, b, name))
	}
	sentence += " Nearest: " + strings.Join(names, ", ") + "."
	m := plainNote(sentence)
	m.Blocks = append(m.Blocks, card.Actions(p.block, buttons...))
	return m
}

// near opens one of the nearest names. Buttons of one row need different
// action ids, so they count.
func (p picker) near(i int, b finch.Brief, name string) slack.BlockElement {
	return card.Button(fmt.Sprintf("%s.near_%d", p.command, i+1), b.ID, card.Cut(card.Clean(name), 40), card.Says("Open "+name))
}

// plainNote is one sentence that may hold text from outside: nothing in it
// formats, links or pings.
func plainNote(sentence string) card.Message {
	return card.Message{Text: card.FallbackText(card.Escape(sentence)), Blocks: []slack.Block{card.Plain(sentence)}}
}
