package commands

import (
	"context"
	"fmt"
	"time"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/alert"
	"perch/internal/connect"
	"perch/internal/finch"
)

// syncNow asks Finch for a sync of the problem's connection. The card changes by
// itself when the sync ends well.
func (p perch) syncNow(ctx context.Context, r *bot.Request) error {
	problem, err := p.pressedProblem(ctx, r)
	if err != nil {
		return err
	}
	if problem.Key.ConnectionID == "" {
		return errStrange
	}
	if problem.State != alert.Open {
		return p.overAlready(ctx, r, problem.ID)
	}
	run, err := p.Runner.RunSync(ctx, problem.Key.ConnectionID)
	if err != nil {
		return refused(err)
	}
	return r.Reply(ctx, note(askedNotice(run, r.As)))
}

func askedNotice(run finch.RunSync, as bot.Names) string {
	running, id := card.JobStatus(string(finch.JobRunning)).Emoji, card.EscapeCut(run.JobID, maxShownID)
	begun := "*A sync was asked for.* " + remaining(run)
	if run.Already {
		begun = "*A sync is running already*, so none was started and none is counted. "
	}
	return fmt.Sprintf("%s %sIf it ends well, the card says so by itself; `%s %s` shows it meanwhile.", running, begun, as.Of("jobs"), id)
}

// pressedProblem is the problem of the pressed button, as it is now.
func (p perch) pressedProblem(ctx context.Context, r *bot.Request) (alert.Problem, error) {
	id, err := problemID(r.Value)
	if err != nil {
		return alert.Problem{}, err
	}
	problem, err := p.Problems.Problem(ctx, id)
	return problem, unknownProblem("read a problem", err)
}

// overAlready says so kindly, and puts what is true in the old card's place.
func (p perch) overAlready(ctx context.Context, r *bot.Request, id int64) error {
	if err := p.repaint(ctx, r, id); err != nil {
		return err
	}
	return bot.Tell("This is over already, so nothing was done. The card shows it now.", nil)
}

// link makes a link by which the employer signs in again, for the presser alone,
// and has the problem remember who asked.
func (p perch) link(ctx context.Context, r *bot.Request) error {
	problem, err := p.pressedProblem(ctx, r)
	if err != nil {
		return err
	}
	if problem.Key.ConnectionID == "" {
		return errStrange
	}
	if problem.State != alert.Open {
		return p.overAlready(ctx, r, problem.ID)
	}
	link, err := p.Linker.ReconnectLink(ctx, problem.Key.ConnectionID, r.Who.ID)
	if err != nil {
		return refusedLink(err)
	}
	now := p.Now()
	_, err = p.Actor.Act(ctx, problem.ID, func(fresh alert.Problem) (alert.Step, error) { return fresh.LinkMade(r.Who.ID, now) })
	if err != nil { // the link is good all the same
		r.Note(fmt.Errorf("note who asked for a link: %w", err))
	}
	if err := r.Reply(ctx, reconnectCard(link, now)); err != nil {
		return err
	}
	return p.repaint(ctx, r, problem.ID)
}

// refusedLink explains why there is no link.
func refusedLink(err error) error {
	return bot.Tell("There is no link: "+card.LowerFirst(finch.Sentence(err)), err)
}

// reconnectCard is the link that a problem led to, and a text fit to send to the
// employer.
func reconnectCard(link connect.Link, now time.Time) card.Message {
	said := linkSaid(link, "A reconnect link", now)
	said.closing = "When they have signed in, the card says so and you are told."
	return said.card(link.URL)
}

// within is a provider's name in brackets, or nothing.
func within(provider string) string {
	if provider = card.Cut(card.Clean(provider), 80); provider == "" {
		return ""
	}
	return " (" + provider + ")"
}
