package commands

import (
	"context"
	"fmt"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
)

// share shows the card to everybody in the channel, unless people read along
// who should be thought of first.
func (c connections) share(ctx context.Context, r *bot.Request) error {
	audience, err := r.Audience(ctx)
	if err != nil {
		return fmt.Errorf("find out who reads along: %w", err)
	}
	switch audience {
	case bot.Colleagues:
		return c.publish(ctx, r)
	case bot.WithGuests:
		return r.Reply(ctx, shareQuestion("Guests may read this channel, or it is too large for Slack to say. Share the card there?", r.Value))
	case bot.WithOthers:
		if r.Who.Role >= bot.Admin {
			return r.Reply(ctx, shareQuestion("People of other companies read this channel. Share the card with them?", r.Value))
		}
		return bot.Tell("People of other companies read this channel, so only an admin can share a card here.", nil)
	default:
		return bot.Tell("Perch cannot see who reads along here, so it does not share. Invite it to the channel first (/invite), then press Share again.", nil)
	}
}

// shareAnyway is the answer yes to the question; the audience may have changed
// since it was asked.
func (c connections) shareAnyway(ctx context.Context, r *bot.Request) error {
	audience, err := r.Audience(ctx)
	if err != nil {
		return fmt.Errorf("find out who reads along: %w", err)
	}
	if audience == bot.Hidden || (audience == bot.WithOthers && r.Who.Role < bot.Admin) {
		return c.share(ctx, r)
	}
	return c.publish(ctx, r)
}

func (c connections) publish(ctx context.Context, r *bot.Request) error {
	known, err := c.known(ctx, r.Value)
	if err != nil {
		return err
	}
	// The asker's own card loses its button first, so that a second press
	// shares nothing twice.
	done := overviewCard(overview{Connection: known, Source: fromFinch, Now: c.Now()})
	done.Blocks = append(done.Blocks, card.Context("Shared in this channel."))
	if err := r.Update(ctx, done); err != nil {
		return fmt.Errorf("mark the card as shared: %w", err)
	}
	return r.Publish(ctx, c.overview(known, fromFinch, r.Who.ID))
}

func shareQuestion(question, value string) card.Message {
	return card.Message{Text: question, Blocks: []slack.Block{
		card.Text(question),
		card.Actions("share", card.Button("connection.share_anyway", value, "Share")),
	}}
}
