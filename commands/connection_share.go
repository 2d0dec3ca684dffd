package commands

import (
	"context"

	"perch/bot"
)

// sharing shows the overview to a channel.
func (c connections) sharing() sharing {
	return sharing{yes: "connection.share_anyway", publish: c.publish}
}

func (c connections) publish(ctx context.Context, r *bot.Request) error {
	o, err := c.gather(ctx, shared{ID: r.Value})
	if err != nil {
		return err
	}
	own, public := o, o
	own.CanShare, public.CanShare = false, false
	public.SharedBy = r.Who.ID
	return publish(ctx, r, overviewCard(own), overviewCard(public))
}
