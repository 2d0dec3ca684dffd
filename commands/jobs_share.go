package commands

import (
	"context"

	"perch/bot"
	"perch/bot/card"
)

// sharingOne shows a job to a channel.
func (j jobs) sharingOne() sharing {
	return sharing{yes: "jobs.share_anyway", cards: func(ctx context.Context, r *bot.Request) (own, public card.Message, err error) {
		line, err := j.job(ctx, r.Value)
		if err != nil {
			return own, public, err
		}
		d, err := j.detail(ctx, line)
		if err != nil {
			return own, public, err
		}
		own = jobCard(d)
		d.SharedBy = r.Who.ID
		return own, jobCard(d), nil
	}}
}

// sharingList shows a page of jobs to a channel.
func (j jobs) sharingList() sharing {
	return sharing{yes: "jobs.share_list_anyway", cards: func(ctx context.Context, r *bot.Request) (own, public card.Message, err error) {
		l, err := j.page(ctx, parseJobs(r.Value))
		if err != nil {
			return own, public, err
		}
		own = jobsCard(l)
		l.SharedBy = r.Who.ID
		return own, jobsCard(l), nil
	}}
}
