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
	// word is one behind /perch that has a pick of its own, as in link_pick.
	word string
	// block is the id of the block that was pressed in: the only place for what
	// else was asked, since an option's value is too short.
	block string
}

// match is what a picker offers: Detail tells two of the same name apart.
type match struct{ ID, Name, Detail string }

// several offers the connections that match.
func (p picker) several(words string, found []finch.Brief, now time.Time) card.Message {
	return p.offer(words, "connection", matches(found, now))
}

// offer asks which of the matches is meant; beside stands what else there is to
// press.
func (p picker) offer(words, noun string, found []match, beside ...slack.BlockElement) card.Message {
	count, narrow := fmt.Sprintf("%d %ss match", len(found), noun), ""
	if len(found) > maxPicks {
		count = fmt.Sprintf("More than %d %ss match", maxPicks, noun)
		narrow = fmt.Sprintf("The first %d are offered. Type more of the name for fewer.", maxPicks)
		found = found[:maxPicks]
	}
	question := fmt.Sprintf("%s \"%s\". Which one?", count, card.Cut(card.Clean(words), 80))
	names := make([]string, 0, len(found))
	for _, m := range found[:min(len(found), 20)] {
		names = append(names, card.EscapeCut(m.Name, 80)+" ("+card.Escape(m.ID)+")")
	}
	choice := card.Select(p.pick(), "Pick a "+noun, options(found))
	blocks := []slack.Block{
		card.Plain(question),
		card.Actions(p.block, append(card.Elements{choice}, beside...)...),
	}
	if narrow != "" {
		blocks = append(blocks, card.Context(narrow))
	}
	return card.Message{Text: card.FallbackText(card.Escape(question) + " " + strings.Join(names, ", ")), Blocks: blocks}
}

func (p picker) pick() string {
	if p.word != "" {
		return p.command + "." + p.word + "_pick"
	}
	return p.command + ".pick"
}

// choices are connections as options of a select: two of the same name differ
// in what stands below it.
func choices(found []finch.Brief, now time.Time) []card.Choice { return options(matches(found, now)) }

func options(found []match) []card.Choice {
	list := make([]card.Choice, 0, len(found))
	for _, m := range found {
		list = append(list, card.Choice{Value: m.ID, Label: m.Name, Description: m.Detail})
	}
	return list
}

func matches(found []finch.Brief, now time.Time) []match {
	list := make([]match, 0, len(found))
	for _, b := range found {
		list = append(list, match{b.ID, briefName(b), pickDetail(b, now)})
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

// nothing says that nothing matches and offers the nearest connections.
func (p picker) nothing(words string, near []finch.Brief, as bot.Names) card.Message {
	return p.nearest(words, matches(near, time.Time{}), as)
}

// nearest says that nothing matches and offers the nearest names.
func (p picker) nearest(words string, near []match, as bot.Names) card.Message {
	sentence := fmt.Sprintf("Nothing matches \"%s\".", card.Cut(card.Clean(words), 80))
	if len(near) == 0 {
		return plainNote(sentence + fmt.Sprintf(" Type %s for the list of all.", as.Of(p.command)))
	}
	names := make([]string, 0, len(near))
	buttons := make([]slack.BlockElement, 0, len(near))
	for i, m := range near {
		names = append(names, card.Cut(card.Clean(m.Name), 80))
		buttons = append(buttons, p.near(i, m))
	}
	sentence += " Nearest: " + strings.Join(names, ", ") + "."
	m := plainNote(sentence)
	m.Blocks = append(m.Blocks, card.Actions(p.block, buttons...))
	return m
}

// near opens one of the nearest names. Buttons of one row need different
// action ids, so they count.
func (p picker) near(i int, m match) slack.BlockElement {
	return card.Button(fmt.Sprintf("%s.near_%d", p.command, i+1), m.ID, card.Cut(card.Clean(m.Name), 40), card.Says("Open "+m.Name))
}

// plainNote is one sentence that may hold text from outside: nothing in it
// formats, links or pings.
func plainNote(sentence string) card.Message {
	return card.Message{Text: card.FallbackText(card.Escape(sentence)), Blocks: []slack.Block{card.Plain(sentence)}}
}
