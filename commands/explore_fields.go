package commands

import (
	"context"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/explore"
)

// fieldsOf lists the fields of an answer: path, types, how often, and whether it is
// masked.
func fieldsOf(_ context.Context, _ *bot.Request, s sight) (slack.ModalViewRequest, error) {
	blocks := card.Blocks{card.Rich(s.asked())}
	if s.Result.Body == nil || len(s.Result.Body.Fields) == 0 {
		blocks = append(blocks, card.Text("The answer has no fields."))
		return s.aside(blocks), nil
	}
	fields := s.Result.Body.Fields
	masked := 0
	var lines []string
	for _, f := range fields {
		if f.Masked {
			masked++
		}
		lines = append(lines, fieldLine(f))
	}
	blocks = append(blocks, card.Text(fmt.Sprintf("*%s*, %d of them masked", card.Counted(len(fields), "field"), masked)))
	blocks = append(blocks, preview(lines)...)
	blocks = append(blocks, cutNote(overflows(lines), "There are more than fit here.")...)
	return s.aside(blocks), nil
}

// fieldLine is one field: "individuals[].first_name  string  ×25  ••••".
func fieldLine(f explore.Field) string {
	line := fmt.Sprintf("%-40s %-16s ×%d", card.Cut(card.Clean(f.Path), 200), strings.Join(f.Types, "|"), f.Count)
	switch {
	case f.Secret:
		return line + " •••• secret"
	case f.Masked:
		return line + " ••••"
	default:
		return line
	}
}

// aside is a modal without fields about a result, with the way back.
func (s sight) aside(blocks card.Blocks) slack.ModalViewRequest {
	return exploreModal(s.look, append(blocks, card.Actions("back", backButton()))).View()
}
