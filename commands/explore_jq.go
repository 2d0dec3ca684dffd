package commands

import (
	"context"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
)

// resultForm is a form about a result: it stands in its place, and a button leads
// back.
func resultForm(l look, callback, submit string, blocks card.Blocks) slack.ModalViewRequest {
	m := exploreModal(l, append(blocks, card.Actions("back", backButton())))
	m.CallbackID, m.Submit = callback, submit
	return m.View()
}

// backButton leads back to the result that a modal is about.
func backButton() *slack.ButtonBlockElement {
	return card.Button("explore.result", "", "Back to the answer")
}

// jqForm asks for an expression, beginning with the last one.
func jqForm(_ context.Context, _ *bot.Request, s sight) (slack.ModalViewRequest, error) {
	return s.jqView(""), nil
}

// jqView is the form; wrong, as plain text, is what was wrong with the expression.
func (s sight) jqView(wrong string) slack.ModalViewRequest {
	blocks := card.Blocks{card.Rich(s.asked())}
	if wrong != "" {
		blocks = append(blocks, card.Text(":warning: "+card.Escape(wrong)))
	}
	return resultForm(s.look, "explore.narrow", "Narrow", append(blocks, card.TextArea(card.Field{
		BlockID: "jq", ActionID: "explore.expression", Label: "jq expression", Placeholder: "." + s.Result.Query.Endpoint.Items,
		Hint: "As in jq: .individuals[] | select(.is_active) | .department.name. It sees masked values as ••••.",
	}, s.JQ, maxJQ)))
}

// narrow shows what the expression makes of the masked answer.
func (x explorer) narrow(ctx context.Context, r *bot.Request, s sight) (bot.Submitted, error) {
	if s.Result.Body == nil {
		return bot.Next(s.view()), nil
	}
	s.JQ = card.CleanLines(r.View.Form.Text("jq"))
	var err error
	if s.Narrow, err = x.jq.Narrow(ctx, s.Result.Body, s.JQ); err != nil {
		wrong := card.Cut(card.Clean(err.Error()), maxFieldError)
		return bot.Wrong(map[string]string{"jq": wrong}).Late(s.jqView(wrong)), nil
	}
	s.Narrowed = true
	return bot.Next(s.view()), nil
}
