package commands

import (
	"cmp"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/explore"
	"perch/internal/finch"
)

const (
	// pageItems is how many entries of a list a page shows at most, pageRoom how many
	// characters it takes.
	pageItems = 25
	pageRoom  = 6000
	// shownFailures is how many failed entries of a batch are named.
	shownFailures = 5
)

// sight is all that the view of an answer is made of.
type sight struct {
	look
	Result explore.Result
	// Of is whose token asked; its zero value where the application asked for itself.
	Of finch.Connection
	// Page is the part that is shown; where the look is narrowed, Narrow is instead.
	Page   explore.Page
	Narrow explore.Narrowed
	// Who looks.
	Who bot.Person
	As  bot.Names
	// Again: the answer is newer than the view that was acted on, so its fields and
	// entries may be others.
	Again bool
	// Notes are what is said of this look, as mrkdwn.
	Notes []string
	Now   time.Time
}

// exploreModal is a modal of the explorer that belongs to a look.
func exploreModal(l look, blocks card.Blocks) card.Modal {
	return card.Modal{Title: "Explore", Close: "Close", Private: l.String(), Blocks: blocks}
}

// view is the answer as a person sees it.
func (s sight) view() slack.ModalViewRequest {
	blocks := card.Blocks{card.Rich(s.asked())}
	if s.Result.Refused != nil {
		blocks = append(blocks, s.refusal()...)
	} else {
		blocks = append(blocks, s.answer()...)
	}
	for _, n := range s.Notes {
		blocks = append(blocks, card.Context(":information_source: "+n))
	}
	blocks = append(blocks, card.Actions("result", s.buttons()...))
	if ids := s.ids(); len(ids) > 0 {
		blocks = append(blocks, card.Preformatted(ids...))
	}
	return exploreModal(s.look, blocks).View()
}

// answer is what came, top to bottom: is it well, how much is it, what exactly, and
// how much of it is hidden.
func (s sight) answer() card.Blocks {
	blocks := card.Blocks{card.Rich(s.status())}
	if late := s.staleness(); late != "" {
		blocks = append(blocks, card.Text(late))
	}
	blocks = append(blocks, s.followUps()...)
	body := s.Result.Body
	if body == nil {
		return append(blocks, card.Text("Finch answered without a body."))
	}
	blocks = append(blocks, s.failures()...)
	blocks = append(blocks, s.part()...)
	if hidden := s.hidden(); hidden != "" {
		blocks = append(blocks, card.Context(hidden))
	}
	return blocks
}

// part is the page, or what the expression made of the answer.
func (s sight) part() card.Blocks {
	if s.Narrowed {
		blocks := card.Blocks{card.Rich(card.Line(card.Normal("Narrowed by "), card.Code(s.JQ), card.Normal(" · "+card.Counted(s.Narrow.Values, "value"))))}
		blocks = append(blocks, preview(s.Narrow.Lines)...)
		return append(blocks, cutNote(s.Narrow.Cut || overflows(s.Narrow.Lines), "Not all of it fits here: narrow it further.")...)
	}
	var blocks card.Blocks
	if items := s.items(); items != "" {
		blocks = append(blocks, card.Text("*"+card.Escape(items)+"*"))
	}
	blocks = append(blocks, preview(s.Page.Lines)...)
	return append(blocks, cutNote(s.Page.Cut || overflows(s.Page.Lines), "Folded to fit. _JSON to me_, in the menu, has all of it.")...)
}

func cutNote(cut bool, note string) card.Blocks {
	if !cut {
		return nil
	}
	return card.Blocks{card.Context(note)}
}

// followUps say what the call began, and what did not follow from it.
func (s sight) followUps() card.Blocks {
	var blocks card.Blocks
	if id := s.Result.JobID; id != "" {
		blocks = append(blocks, card.Text(fmt.Sprintf(":arrows_counterclockwise: Finch does this as job `%s`. You hear in your direct messages when it is over; `%s %s` shows it meanwhile.",
			card.EscapeCut(id, maxShownID), s.As.Of("jobs"), card.EscapeCut(id, maxShownID))))
	}
	if id := s.Result.TokenID; id != "" {
		blocks = append(blocks, card.Text(fmt.Sprintf(":key: Access token `%s` is in the vault, for connection `%s`.",
			card.Escape(shortID(id)), card.EscapeCut(s.Result.TokenOf, maxShownID))))
	}
	for _, missing := range s.Result.Notes {
		blocks = append(blocks, card.Text(":warning: "+card.EscapeCut(missing, 600)))
	}
	return blocks
}

// failures are the entries of a batch that failed.
func (s sight) failures() card.Blocks {
	failed := s.Result.Body.Failed
	if len(failed) == 0 {
		return nil
	}
	var lines []card.Part
	for _, f := range failed[:min(shownFailures, len(failed))] {
		lines = append(lines, failureLine(f))
	}
	if more := len(failed) - len(lines); more > 0 {
		lines = append(lines, card.Normal(fmt.Sprintf("and %d more", more)))
	}
	noun, nouns := nounsOf(s.Result.Query.Endpoint, "item", "items")
	said := fmt.Sprintf(":x: *HTTP %d, %d of %s failed*", s.Result.Status, len(failed), card.Escape(card.Counted(max(s.Result.Body.Items, len(failed)), noun, nouns)))
	return card.Blocks{card.Text(said), card.Bullets(lines...)}
}

func failureLine(f explore.Failure) card.Part {
	line := card.Line(card.Code(card.Cut(card.Clean(cmp.Or(f.ID, "no id")), maxShownID)),
		card.Normal(fmt.Sprintf(" · %d ", f.Status)), card.Normal(card.Cut(card.Clean(cmp.Or(f.Code, f.Name)), 60)))
	if message := card.Cut(card.Clean(f.Message), 200); message != "" {
		line = card.Line(line, card.Normal(" · "), card.Italic(message))
	}
	return line
}

// buttons are what can be done with the answer.
func (s sight) buttons() card.Elements {
	var row card.Elements
	if move := s.mend(); move != nil {
		row = append(row, move)
	}
	row = append(row, s.pages()...)
	if s.repeatable() {
		row = append(row, card.Button("explore.again", "", "Run again"))
	}
	row = append(row, card.Button("explore.change", "", "Change"))
	if s.Result.Body != nil {
		row = append(row, card.Button("explore.jq", "", "jq …", card.Says("Narrow with jq")))
	}
	row = append(row, card.Button("explore.curl", "", "Copy as curl"))
	if choices := s.menu(); len(choices) > 0 {
		row = append(row, card.Overflow("explore.more", choices...))
	}
	return row
}

// repeatable: what changed something is not done again by a button that says so.
func (s sight) repeatable() bool {
	return !s.Result.Query.Endpoint.Writes || s.Result.Refused != nil
}

// pages lead through a list: in the answer, then at Finch.
func (s sight) pages() card.Elements {
	body := s.Result.Body
	switch {
	case body == nil:
		return nil
	case s.Narrowed:
		return card.Elements{card.Button("explore.clear", unnarrowed, "Clear", card.Says("Show all of it again"))}
	}
	var row card.Elements
	if from := s.Page.From; from > 0 {
		row = append(row, card.Button("explore.back", fmt.Sprint(max(0, from-pageItems)), "Previous page"))
	} else if _, _, ok := s.Result.Query.BackAtFinch(body); ok {
		row = append(row, card.Button("explore.backward", "", "Previous page"))
	}
	if to := s.Page.To; to < body.Items {
		row = append(row, card.Button("explore.next", fmt.Sprint(to), "Next page"))
	} else if _, ok := s.Result.Query.NextAtFinch(body); ok {
		row = append(row, card.Button("explore.onward", "", "Next page"))
	}
	return row
}

// menu is what else can be done.
func (s sight) menu() []card.Choice {
	var choices []card.Choice
	offer := func(may bool, value, label string) {
		if may {
			choices = append(choices, card.Choice{Value: value, Label: label})
		}
	}
	body, reads := s.Result.Body, !s.Result.Query.Endpoint.Writes
	offer(body != nil, "json", "JSON to me")
	offer(body != nil, "fields", "Fields")
	offer(reads, "save", "Save as …")
	offer(body != nil && inChannel(s.Channel), "share", "Share …")
	offer(body != nil && reads && s.Who.Role >= bot.NamedAdmin && len(revealable(body)) > 0, "reveal", "Reveal …")
	return choices
}
