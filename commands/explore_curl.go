package commands

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/finch"
)

// curl shows the question as a shell command. One that fits into no block goes into
// the asker's direct messages: cut, it would ask something else.
func (x explorer) curl(ctx context.Context, r *bot.Request, s sight) (slack.ModalViewRequest, error) {
	command := s.Result.Query.Curl(x.FinchURL)
	if utf8.RuneCountInString(command) > previewBlock {
		name := fileName(s, "sh")
		err := r.SendFile(ctx, bot.File{Name: name, Title: s.Result.Query.Endpoint.Name(), Size: len(command), Content: strings.NewReader(command)})
		if err != nil {
			return slack.ModalViewRequest{}, fmt.Errorf("send a command: %w", err)
		}
		s.Notes = append(s.Notes, fmt.Sprintf("The command is too long to show. It is in your direct messages with Perch, as %s.", card.Escape(name)))
		return s.view(), nil
	}
	return s.aside(card.Blocks{
		card.Rich(s.asked()),
		card.Text("As a shell command. " + putIn(s.Result.Query.Endpoint.Auth) + " What it prints is not masked."),
		card.Preformatted(command),
	}), nil
}

// putIn says what the command leaves out.
func putIn(auth finch.Auth) string {
	if auth == finch.Bearer {
		return "Perch does not give the token away: put your own into `$FINCH_TOKEN`."
	}
	return "Perch does not give the application's secret away: put yours into `$FINCH_CLIENT_ID` and `$FINCH_CLIENT_SECRET`."
}
