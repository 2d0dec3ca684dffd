package commands

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/explore"
)

const (
	// maxRevealed is how many fields can be chosen from: Slack's limit of a menu.
	maxRevealed = 100
	// minReason and maxReason are how long a reason is.
	minReason, maxReason = 5, 200
)

// revealable are the fields that somebody may have shown in clear, by their place
// in the answer's list: masked ones that are no tokens.
func revealable(body *explore.Masked) []card.Choice {
	var choices []card.Choice
	for i, f := range body.Fields {
		if f.Masked && !f.Secret {
			choices = append(choices, card.Choice{Value: strconv.Itoa(i), Label: f.Path})
		}
	}
	return choices
}

// mayReveal: running a workspace is no clearance for payroll, so only admins named
// in the settings reveal, and only what can be read again.
func (x explorer) mayReveal(ctx context.Context, r *bot.Request, s sight) error {
	switch {
	case r.Who.Role < bot.NamedAdmin:
		x.noteRefused(ctx, r, s.Result.Query.Endpoint, s.Result.Query.ConnectionID)
		return bot.Tell("Only an admin named in PERCH_ADMINS can reveal.", nil)
	case s.Result.Body == nil, s.Result.Query.Endpoint.Writes, len(revealable(s.Result.Body)) == 0:
		return bot.Tell("There is nothing here that can be revealed.", nil)
	default:
		return nil
	}
}

// revealForm asks which fields, and why.
func (x explorer) revealForm(ctx context.Context, r *bot.Request, s sight) (slack.ModalViewRequest, error) {
	if err := x.mayReveal(ctx, r, s); err != nil {
		return slack.ModalViewRequest{}, err
	}
	return s.revealView(""), nil
}

// revealView is the form; wrong, as plain text, is what was wrong.
func (s sight) revealView(wrong string) slack.ModalViewRequest {
	blocks := card.Blocks{
		card.Rich(s.asked()),
		card.Text("Finch is asked again, and the fields you choose are shown to you alone, in this dialog only. Your name, the fields and the reason go into the audit log."),
	}
	if part := s.revealedPart(); part != "" {
		blocks = append(blocks, card.Text(part))
	}
	if wrong != "" {
		blocks = append(blocks, card.Text(":warning: "+card.Escape(wrong)))
	}
	fields := revealable(s.Result.Body)
	hint := "Tokens are never shown."
	if len(fields) > maxRevealed {
		hint = fmt.Sprintf("The first %d of %d. Tokens are never shown.", maxRevealed, len(fields))
	}
	return resultForm(s.look, "explore.uncover", "Reveal", append(blocks,
		card.MultiField(card.Field{BlockID: "fields", ActionID: "explore.fields", Label: "Fields", Hint: hint}, fields, nil),
		card.TextField(card.Field{BlockID: "reason", ActionID: "explore.reason", Label: "Reason", Hint: "What you need it for, such as a ticket's number."}, "", maxReason)))
}

// revealedPart says of which entries fields are shown.
func (s sight) revealedPart() string {
	if s.Page.To == 0 {
		return ""
	}
	part := "For what was in view: "
	if s.Narrowed {
		part = "Not for what jq made of the answer, but for the page behind it: "
	}
	return part + card.Escape(card.LowerFirst(s.items())) + "."
}

// uncover asks Finch again and shows the chosen fields in clear, once: what is
// revealed is held nowhere.
func (x explorer) uncover(ctx context.Context, r *bot.Request, s sight) (bot.Submitted, error) {
	if err := x.mayReveal(ctx, r, s); err != nil {
		return bot.Submitted{}, err
	}
	order := explore.Order{
		Who: r.Who.ID, Query: s.Result.Query, Reveal: chosenFields(s.Result.Body, r.View.Form["fields"]),
		Reason: card.Clean(r.View.Form.Text("reason")), From: s.Page.From, Count: s.Page.To - s.Page.From,
	}
	if s.Again {
		return bot.Next(s.revealView("The answer was no longer held, so Finch was asked again. Choose once more.")), nil
	}
	if wrong := unrevealable(order); len(wrong) > 0 {
		return bot.Wrong(wrong).Late(s.revealView("Choose at least one field, and say why.")), nil
	}
	result, err := x.Explorer.Explore(ctx, order)
	if err != nil {
		return bot.Submitted{}, unasked(err)
	}
	return bot.Next(s.revealed(result)), nil
}

// unrevealable says what is wrong with an order, by field.
func unrevealable(o explore.Order) map[string]string {
	wrong := map[string]string{}
	if len(o.Reveal) == 0 {
		wrong["fields"] = "Choose at least one field."
	}
	if utf8.RuneCountInString(o.Reason) < minReason {
		wrong["reason"] = fmt.Sprintf("Say why, in %d characters or more.", minReason)
	}
	return wrong
}

// chosenFields are the paths that a form's values mean.
func chosenFields(body *explore.Masked, values []string) []string {
	var paths []string
	for _, value := range values {
		i, err := strconv.Atoi(value)
		if err == nil && i >= 0 && i < len(body.Fields) && body.Fields[i].Masked && !body.Fields[i].Secret {
			paths = append(paths, body.Fields[i].Path)
		}
	}
	return paths
}

// revealed is the answer with fields in clear. It leads nowhere but back, and what
// stands in its private metadata is the masked answer's.
func (s sight) revealed(result explore.Result) slack.ModalViewRequest {
	s.Result = result
	blocks := card.Blocks{card.Rich(s.asked())}
	switch {
	case result.Refused != nil:
		blocks = append(blocks, s.refusal()...)
	case result.Body == nil:
		blocks = append(blocks, card.Text("Finch answered without a body."))
	default:
		page := result.Body.Page(0, pageItems, pageRoom)
		blocks = append(blocks, card.Rich(s.status()), card.Text("*In clear:* "+card.EscapeCut(strings.Join(result.Revealed, ", "), 1000)))
		blocks = append(blocks, preview(page.Lines)...)
		blocks = append(blocks, cutNote(page.Cut || overflows(page.Lines), "Not all of it fits here. Turn to the entries you need, then reveal again.")...)
	}
	blocks = append(blocks, card.Actions("hide", card.Button("explore.hide", "", "Hide", card.Primary())))
	return card.Modal{Title: "Revealed", Close: "Close", Private: s.look.String(), Blocks: blocks}.View()
}
