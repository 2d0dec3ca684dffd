package commands

import (
	"context"

	"perch/bot"
	"perch/bot/card"
)

// sharing shows the overview to a channel.
func (c connections) sharing() sharing {
	return sharing{yes: "connection.share_anyway", cards: func(ctx context.Context, r *bot.Request) (own, public card.Message, err error) {
		o, err := c.gather(ctx, r, shared{ID: r.Value})
		if err != nil {
			return own, public, err
		}
		o.CanShare = false
		own = overviewCard(o)
		o.SharedBy = r.Who.ID
		return own, overviewCard(o), nil
	}}
}
