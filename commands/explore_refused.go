package commands

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"perch/bot/card"
	"perch/internal/explore"
	"perch/internal/finch"
)

// refusal is an answer that brings nothing: what happened, what it means, whose
// move it is, what Finch said, and when to try again.
func (s sight) refusal() card.Blocks {
	f := s.Result.Refused
	blocks := card.Blocks{
		card.Text(fmt.Sprintf("%s *%s* · %s", refusalSign(f.Trouble), refusalName(f), card.EscapeCut(f.Sentence, 600))),
	}
	if f.Move != "" {
		blocks = append(blocks, card.Text("Whose move: "+card.EscapeCut(f.Move, 200)+"."))
	}
	if !f.Until.IsZero() {
		blocks = append(blocks, card.Text(":clock3: Try again "+card.When(f.Until, s.Now)+"."))
	}
	if message := card.Cut(card.Clean(f.Message), 600); message != "" {
		blocks = append(blocks, card.Quote(card.Line(card.Normal("Finch says: "), card.Normal(message))))
	}
	if f.NotJSON {
		blocks = append(blocks, card.Text("What came was no JSON, so something between here and Finch may have answered in its place. It is not shown."))
	}
	return append(blocks, card.Context(s.circumstances()))
}

// refusalName is Finch's name for it: "401 reauthenticate_user".
func refusalName(f *explore.Refusal) string {
	word := card.EscapeCut(cmp.Or(f.Code, f.Name), 60)
	switch {
	case f.Status == 0:
		return "No answer"
	case word == "" && f.Trouble == finch.TroubleNotReady:
		word = "not ready yet"
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", f.Status, word))
}

// refusalSign tells what passes by itself from what somebody must mend.
func refusalSign(t finch.Trouble) string {
	switch {
	case t == finch.TroubleReauth:
		return ":key:"
	case t == finch.TroublePermissions, t == finch.TroubleNoScope:
		return ":no_entry:"
	case t.Passes():
		return ":hourglass_flowing_sand:"
	default:
		return ":x:"
	}
}

// circumstances are what support asks for.
func (s sight) circumstances() string {
	said := []string{"after " + callTook(s.Result.Took)}
	if id := s.Result.RequestID; id != "" {
		said = append(said, "request `"+card.Escape(shortID(id))+"…`")
	}
	if s.Result.Left >= 0 {
		said = append(said, card.Counted(s.Result.Left, "call")+" left this minute")
	}
	return strings.Join(said, " · ")
}

// mend is the button that leads out of a refusal, where there is one.
func (s sight) mend() *slack.ButtonBlockElement {
	f := s.Result.Refused
	if f == nil || f.Trouble != finch.TroubleReauth || s.Result.Query.ConnectionID == "" {
		return nil
	}
	return card.Button("perch.relink", s.Result.Query.ConnectionID, "Get reconnect link", card.Primary())
}
