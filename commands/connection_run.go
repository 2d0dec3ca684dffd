package commands

import (
	"context"
	"errors"
	"fmt"
	"time"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/finch"
)

// followFor is how long somebody who asked for a sync is kept company. A request
// may take 30 s in all, and the last word needs some of them.
const followFor = 25 * time.Second

// runs reports whether a sync can be asked for. Finch: not of assisted
// connections.
func (o overview) runs() bool {
	return o.HasToken && o.DisconnectedAt.IsZero() && !o.Assisted
}

// runSync asks Finch for a sync now, says on the card what came of it, and says
// it again when the job has ended or takes too long to wait for.
func (c connections) runSync(ctx context.Context, r *bot.Request) error {
	company, cancel := context.WithTimeout(ctx, followFor)
	defer cancel()
	s := parseShared(r.Value)
	if _, err := c.known(ctx, s.ID); err != nil {
		return err
	}
	run, err := c.Runner.RunSync(ctx, s.ID)
	if err != nil {
		return refused(err)
	}
	if err := c.tellRun(ctx, r, s, begunNotice(run)); err != nil {
		return err
	}
	job, err := c.Runner.Follow(company, run.JobID)
	if err != nil {
		return fmt.Errorf("follow the sync: %w", err)
	}
	if job.Status.Final() { // the card says when data last came, which only Finch knows
		c.lookBriefly(ctx, r, s.ID)
	}
	return c.tellRun(ctx, r, s, endedNotice(job, run, r.As))
}

// lookBriefly has the store know what Finch says now, if that takes no time
// worth speaking of.
func (c connections) lookBriefly(ctx context.Context, r *bot.Request, id string) {
	ctx, cancel := context.WithTimeout(ctx, pressPatience)
	defer cancel()
	if _, err := c.Looker.Look(ctx, id); err != nil {
		r.Note(err)
	}
}

// refused explains why there is no sync. Finch's plain answers are no fault of
// Perch's, so they need no reference to its log.
func refused(err error) error {
	answer, ok := errors.AsType[*finch.Error](err)
	if errors.Is(err, finch.ErrNoToken) || ok && (400 <= answer.Status && answer.Status < 500 || answer.Trouble() == finch.TroubleRateLimited) {
		return bot.Tell(finch.SyncSentence(err), nil)
	}
	return bot.Tell(finch.SyncSentence(err), err)
}

// tellRun puts the card, as things stand now, back with a notice on it.
func (c connections) tellRun(ctx context.Context, r *bot.Request, s shared, notice string) error {
	o, err := c.gather(ctx, r, s)
	if err != nil {
		return err
	}
	o.Notice = notice
	return put(ctx, r, overviewCard(o))
}

func begunNotice(run finch.RunSync) string {
	running := card.JobStatus(string(finch.JobRunning)).Emoji
	if run.Already {
		return fmt.Sprintf("%s *A sync is running already*, so none was started and none is counted. This card changes when it ends. Job `%s`", running, card.EscapeCut(run.JobID, maxShownID))
	}
	return fmt.Sprintf("%s *A sync was asked for.* This card changes when it ends. %sJob `%s`", running, remaining(run), card.EscapeCut(run.JobID, maxShownID))
}

// remaining says how many more syncs Finch lets one ask for, if it said.
func remaining(run finch.RunSync) string {
	switch {
	case run.Remaining == nil:
		return ""
	case *run.Remaining <= 0:
		return "It was the last that Finch allows within the hour. "
	default:
		return fmt.Sprintf("Finch allows %d more within the hour. ", *run.Remaining)
	}
}

func endedNotice(job finch.KnownJob, run finch.RunSync, as bot.Names) string {
	id := card.EscapeCut(run.JobID, maxShownID)
	if !job.Status.Final() && !job.Gone {
		return fmt.Sprintf("%s *The sync is still running.* Refresh, or type `%s %s`, to see how it ends.",
			card.JobStatus(string(finch.JobRunning)).Emoji, as.Of("jobs"), id)
	}
	took := ""
	if d := job.Took(job.Completed); d > 0 {
		took = " after " + card.Span(d)
	}
	state := jobState(job)
	return fmt.Sprintf("%s *The sync that was asked for: %s*%s. Job `%s`", state.Emoji, card.Escape(card.LowerFirst(state.Word)), took, id)
}
