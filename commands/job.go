package commands

import (
	"context"
	"errors"
	"fmt"
	"time"

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
	later, err := j.healed(ctx, line.KnownJob)
	if err != nil {
		return jobDetail{}, err
	}
	return jobDetail{JobLine: line, Of: known, Before: before, Later: later, Now: j.Now(), Dashboard: j.Dashboard.Of(known)}, nil
}

// healed is the newest sync that succeeded after one that did not, which is then
// nobody's trouble any more. Each deduction job stands for itself.
func (j jobs) healed(ctx context.Context, job finch.KnownJob) (finch.KnownJob, error) {
	if job.Type != finch.DataSync || !job.Status.Failed() && job.Status != finch.JobMissing {
		return finch.KnownJob{}, nil
	}
	page, err := j.Jobs.Jobs(ctx, finch.JobQuery{
		ConnectionID: job.ConnectionID, Types: []string{finch.DataSync}, Statuses: []finch.JobStatus{finch.JobComplete},
		Since: job.At().Add(time.Millisecond), Limit: 1,
	})
	if err != nil {
		return finch.KnownJob{}, fmt.Errorf("look for a success after %s: %w", job.ID, err)
	}
	if len(page.Jobs) == 0 {
		return finch.KnownJob{}, nil
	}
	return page.Jobs[0].KnownJob, nil
}

// refresh asks Finch for the job again and puts the answer in the place of the
// card, for everybody who sees it.
func (j jobs) refresh(ctx context.Context, r *bot.Request) error {
	s := parseShared(r.Value)
	d, err := j.gather(ctx, r, s)
	if err != nil {
		return err
	}
	if !worthAsking(d.Of) {
		return put(ctx, r, jobCard(d))
	}
	answer := j.read(ctx, d.ID)
	return replaced(ctx, r, answer, func(from source, failed error) error {
		if fresh, err := j.gather(ctx, r, s); err == nil {
			d = fresh
		}
		if failed != nil {
			r.Note(failed)
		}
		d.Source = from
		return put(ctx, r, jobCard(d))
	})
}

// read asks Finch beside what else is done.
func (j jobs) read(ctx context.Context, id string) <-chan error {
	return ask(ctx, func(ctx context.Context) error {
		_, err := j.Looker.ReadJob(ctx, id)
		return err
	})
}

// gather reads the job again, for the asker alone or for the channel that its
// card was shared in.
func (j jobs) gather(ctx context.Context, r *bot.Request, s shared) (jobDetail, error) {
	line, err := j.job(ctx, s.ID)
	if err != nil {
		return jobDetail{}, err
	}
	d, err := j.detail(ctx, line)
	d.CanShare, d.SharedBy = s.By == "" && canShare(r), s.By
	return d, err
}
