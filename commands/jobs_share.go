package commands

import (
	"context"

	"perch/bot"
)

// sharingOne shows a job to a channel.
func (j jobs) sharingOne() sharing {
	return sharing{yes: "jobs.share_anyway", publish: func(ctx context.Context, r *bot.Request) error {
		line, err := j.job(ctx, r.Value)
		if err != nil {
			return err
		}
		d, err := j.detail(ctx, line)
		if err != nil {
			return err
		}
		d.CanShare = false
		public := d
		public.SharedBy = r.Who.ID
		return publish(ctx, r, jobCard(d), jobCard(public))
	}}
}

// sharingList shows a page of jobs to a channel.
func (j jobs) sharingList() sharing {
	return sharing{yes: "jobs.share_list_anyway", publish: func(ctx context.Context, r *bot.Request) error {
		l, err := j.page(ctx, parseJobs(r.Value))
		if err != nil {
			return err
		}
		l.CanShare = false
		public := l
		public.SharedBy = r.Who.ID
		return publish(ctx, r, jobsCard(l), jobsCard(public))
	}}
}
