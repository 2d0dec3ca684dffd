package commands

import (
	"context"
	"errors"
	"fmt"

	"perch/bot"
	"perch/internal/finch"
)

// comparedWith is how many jobs before one its card shows.
const comparedWith = 3

// job reads a job of the history, and says it plainly when there is none.
func (j jobs) job(ctx context.Context, id string) (finch.JobLine, error) {
	line, err := j.History.Job(ctx, id)
	if errors.Is(err, finch.ErrUnknownJob) {
		return line, bot.Tell("This job is not known here any more.", nil)
	}
	if err != nil {
		return line, fmt.Errorf("read job %s: %w", id, err)
	}
	return line, nil
}

// show answers with one job.
func (j jobs) show(ctx context.Context, r *bot.Request, line finch.JobLine) error {
	d, err := j.detail(ctx, line)
	if err != nil {
		return err
	}
	d.CanShare = canShare(r)
	return r.Reply(ctx, jobCard(d))
}

// detail gathers what the card of a job is made of. A job outlives what is
// known of its connection.
func (j jobs) detail(ctx context.Context, line finch.JobLine) (jobDetail, error) {
	known, err := j.Known.Connection(ctx, line.ConnectionID)
	if err != nil && !errors.Is(err, finch.ErrUnknown) {
		return jobDetail{}, fmt.Errorf("read connection %s: %w", line.ConnectionID, err)
	}
	before, err := j.History.JobsBefore(ctx, line.KnownJob, comparedWith)
	if err != nil {
		return jobDetail{}, fmt.Errorf("read the jobs before %s: %w", line.ID, err)
	}
	return jobDetail{JobLine: line, Of: known, Before: before, Now: j.Now()}, nil
}

// refresh reads the job again, in the place of the card, for everybody who sees
// it. Finch is asked by the watcher, as often as the job's age calls for.
func (j jobs) refresh(ctx context.Context, r *bot.Request) error {
	s := parseShared(r.Value)
	line, err := j.job(ctx, s.ID)
	if err != nil {
		return err
	}
	d, err := j.detail(ctx, line)
	if err != nil {
		return err
	}
	d.CanShare, d.SharedBy = s.By == "" && canShare(r), s.By
	return put(ctx, r, jobCard(d))
}
