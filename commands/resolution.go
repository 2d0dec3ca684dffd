package commands

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/alert"
	"perch/internal/audit"
	"perch/internal/mask"
)

// resolution asks which problem a message tells the end of, and how much of it is to
// be kept.
func (p perch) resolution(ctx context.Context, r *bot.Request) error {
	if r.Quoted == nil {
		return errStrange
	}
	if p.Resolutions == nil {
		return bot.Tell("Nothing is kept of threads here.", nil)
	}
	return r.Meanwhile(ctx, resolutionNote("Looking for the problem …"), func(ctx context.Context) (slack.ModalViewRequest, error) {
		of, near, err := p.candidates(ctx, r)
		if err != nil {
			return slack.ModalViewRequest{}, err
		}
		if len(of) == 0 {
			return resolutionNote("No problem is open here, and none was in the last 30 days, so there is nothing that this could be kept for."), nil
		}
		text, cut := resolutionText(r.Quoted.Text)
		f := resolutionForm{Message: saidAt{Channel: r.Channel, TS: r.Quoted.TS}, Problems: of, Near: near, Text: text, Cut: cut, Now: p.Now()}
		return f.view(), nil
	})
}

// keepResolution keeps what stands in the form: masked once more, since people edit.
func (p perch) keepResolution(_ context.Context, r *bot.Request) (bot.Submitted, error) {
	message, err := saidAtValue(r.View.Private)
	if err != nil {
		return bot.Submitted{}, err
	}
	id, err := problemID(r.View.Form.Text("problem"))
	if err != nil {
		return bot.Submitted{}, err
	}
	text := card.Cut(mask.Text(r.View.Form.Text("text")), alert.MaxResolution)
	if text == "" {
		return bot.Wrong(map[string]string{"text": "Say in a few words how it was resolved."}), nil
	}
	if p.Resolutions == nil {
		return bot.Submitted{}, errStrange
	}
	r.Channel = message.Channel
	return r.Slowly(resolutionNote("One moment …"), func(ctx context.Context) (bot.Submitted, error) {
		problem, err := p.Problems.Problem(ctx, id)
		if err != nil {
			return bot.Submitted{}, unknownProblem("read a problem", err)
		}
		if err := p.noteResolution(ctx, r, problem, "resolution saved"); err != nil {
			return bot.Submitted{}, err
		}
		if err := p.saveOnce(ctx, r, problem, message, text); err != nil {
			return bot.Submitted{}, err
		}
		return bot.Next(resolutionNote(resolutionSaved(problem))), nil
	})
}

// saveOnce saves it, in place of what was saved of the same message. Where Slack tells
// no address of that, as of a conversation that Perch is not in, the same words of the
// same person are the same message.
func (p perch) saveOnce(ctx context.Context, r *bot.Request, problem alert.Problem, message saidAt, text string) error {
	link, err := r.Permalink(ctx, message.TS)
	if err != nil {
		link = ""
		before, err := p.Resolutions.ResolutionsOf(ctx, problem.ID)
		if err != nil {
			return fmt.Errorf("read resolutions: %w", err)
		}
		for _, b := range before {
			if b.Text == text && b.By == r.Who.ID {
				return nil
			}
		}
	}
	_, err = p.Resolutions.SaveResolution(ctx, alert.Resolution{
		ProblemID: problem.ID, Class: problem.Class, CustomerID: customerOfProblem(problem), ProviderID: problem.Subject.ProviderID,
		Text: text, By: r.Who.ID, At: p.Now(), Permalink: link,
	})
	if err != nil {
		return unknownProblem("save a resolution", err)
	}
	return nil
}

// noteResolution keeps account of who saves and removes what, before it is done.
func (p perch) noteResolution(ctx context.Context, r *bot.Request, problem alert.Problem, what string) error {
	err := p.Audits.NoteAudit(ctx, audit.Entry{
		At: p.Now(), Who: r.Who.ID, What: what, Detail: fmt.Sprintf("problem %d", problem.ID),
		About: cmp.Or(problem.Key.ConnectionID, customerOfProblem(problem), problem.Subject.ProviderID),
	})
	if err != nil {
		return fmt.Errorf("note %s: %w", what, err)
	}
	return nil
}

// customerOfProblem is whose a problem is.
func customerOfProblem(p alert.Problem) string {
	if id, ok := alert.CustomerOf(p.Key); ok {
		return id
	}
	return p.Subject.CustomerID
}

// dropResolution forgets what somebody saved. Who may was decided when the modal was
// drawn, and is again.
func (p perch) dropResolution(ctx context.Context, r *bot.Request) error {
	if r.View == nil || p.Resolutions == nil {
		return errStrange
	}
	id, err := problemID(r.Value)
	if err != nil {
		return err
	}
	of, err := problemID(r.View.Private)
	if err != nil {
		return err
	}
	d, err := p.detailOf(ctx, r, of)
	if err != nil {
		return err
	}
	for _, one := range d.Resolutions {
		if one.ID != id {
			continue
		}
		if !d.mayRemove(one) {
			return bot.Tell("Only who saved it may remove it, and admins.", nil)
		}
		if err := p.noteResolution(ctx, r, d.Problem, "resolution removed"); err != nil {
			return err
		}
		if err := p.Resolutions.DropResolution(ctx, id); err != nil {
			return fmt.Errorf("remove a resolution: %w", err)
		}
		if d, err = p.detailOf(ctx, r, of); err != nil {
			return err
		}
		break
	}
	return r.UpdateView(ctx, d.view())
}

// saidAt is where a message stands, as the form carries it.
type saidAt struct{ Channel, TS string }

func (m saidAt) String() string { return m.Channel + " " + m.TS }

// saidAtValue reads it back. It went through the user's client.
func saidAtValue(value string) (saidAt, error) {
	channel, ts, _ := strings.Cut(value, " ")
	if !slackChannel.MatchString(channel) || !slackTS.MatchString(ts) {
		return saidAt{}, errStrange
	}
	return saidAt{channel, ts}, nil
}
