package commands

import (
	"context"
	"fmt"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
)

// sharing is the way of a card from its asker into the channel, past everybody
// who would read along. All cards go this one way.
type sharing struct {
	// yes is the action that answers the question with yes; anyway handles it.
	yes string
	// publish marks the asker's card as shared and shows it to the channel.
	publish bot.Handler
}

// share shows the card to everybody in the channel, unless people read along
// who should be thought of first.
func (s sharing) share(ctx context.Context, r *bot.Request) error {
	audience, err := r.Audience(ctx)
	if err != nil {
		return fmt.Errorf("find out who reads along: %w", err)
	}
	switch audience {
	case bot.Colleagues:
		return s.publish(ctx, r)
	case bot.WithGuests:
		return r.Reply(ctx, s.question("Guests may read this channel, or it is too large for Slack to say. Share the card there?", r.Value))
	case bot.WithOthers:
		if r.Who.Role >= bot.Admin {
			return r.Reply(ctx, s.question("People of other companies read this channel. Share the card with them?", r.Value))
		}
		return bot.Tell("People of other companies read this channel, so only an admin can share a card here.", nil)
	default:
		return bot.Tell("Perch cannot see who reads along here, so it does not share. Invite it to the channel first (/invite), then press Share again.", nil)
	}
}

// anyway is the answer yes to the question; the audience may have changed since
// it was asked.
func (s sharing) anyway(ctx context.Context, r *bot.Request) error {
	audience, err := r.Audience(ctx)
	if err != nil {
		return fmt.Errorf("find out who reads along: %w", err)
	}
	if audience == bot.Hidden || (audience == bot.WithOthers && r.Who.Role < bot.Admin) {
		return s.share(ctx, r)
	}
	return s.publish(ctx, r)
}

func (s sharing) question(question, value string) card.Message {
	return card.Message{Text: question, Blocks: []slack.Block{
		card.Text(question),
		card.Actions("share", card.Button(s.yes, value, "Share")),
	}}
}

// publish puts the asker's own card back without its Share button before the
// channel sees the other, so that a second press shares nothing twice.
func publish(ctx context.Context, r *bot.Request, own, public card.Message) error {
	shared := card.Context("Shared in this channel.")
	own.Blocks = append(own.Blocks, shared)
	if len(own.Simpler) > 0 {
		own.Simpler = append(own.Simpler, shared)
	}
	if err := r.Update(ctx, own); err != nil {
		return fmt.Errorf("mark the card as shared: %w", err)
	}
	return r.Publish(ctx, public)
}

// sharedBy says at the foot of a shared card who wanted it there.
func sharedBy(slackID string) slack.Block { return card.Context("Shared by <@" + slackID + ">") }
