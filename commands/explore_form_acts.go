package commands

import (
	"context"
	"fmt"

	"perch/bot"
	"perch/internal/explore"
)

// rechoose makes the form anew after a connection, a call or an entity was chosen.
func (x explorer) rechoose(ctx context.Context, r *bot.Request) error {
	s, err := standingOf(r)
	if err != nil {
		return err
	}
	return x.reform(ctx, r, s, s.settled(s.read(r.View.Form)))
}

// reform puts the form with a question filled in in the place of the modal that was
// pressed in.
func (x explorer) reform(ctx context.Context, r *bot.Request, s formStanding, q explore.Query) error {
	if chosen(q.Endpoint) {
		if err := x.allow(ctx, r, q.Endpoint, q.ConnectionID); err != nil {
			return err
		}
	}
	s.Turn++
	f, err := x.form(ctx, r.Who, s, q)
	if err != nil {
		return err
	}
	f.Labels = x.labels(ctx, r.Who, f)
	return r.UpdateView(ctx, f.view())
}

// change leads from an answer back to the form.
func (x explorer) change(ctx context.Context, r *bot.Request, q explore.Query, channel string) error {
	return x.reform(ctx, r, formStanding{Channel: channel}, q)
}

// ask answers the form when it is sent in: what is wrong stands beside its field.
func (x explorer) ask(ctx context.Context, r *bot.Request) (bot.Submitted, error) {
	s, err := standingOf(r)
	if err != nil {
		return bot.Submitted{}, err
	}
	q := s.settled(s.read(r.View.Form))
	if chosen(q.Endpoint) {
		if err := x.allow(ctx, r, q.Endpoint, q.ConnectionID); err != nil {
			return bot.Submitted{}, err
		}
	}
	again := s
	again.Turn++
	f, err := x.form(ctx, r.Who, again, q)
	if err != nil {
		return bot.Submitted{}, err
	}
	return x.judge(ctx, r, s, f)
}

// judge hands on a question that is complete. Where the form on the screen is still
// that of another call, or has no field for what is wrong, it is shown anew.
func (x explorer) judge(ctx context.Context, r *bot.Request, s formStanding, f exploreForm) (bot.Submitted, error) {
	faults := f.faults()
	overtaken := chosen(f.Query.Endpoint) && f.Query.Endpoint.Name() != s.Endpoint
	if len(faults) == 0 && !overtaken {
		return x.submitted(ctx, r, f.question(), s.Channel)
	}
	wrong, rest := s.beside(faults, r.View.Form)
	if len(rest) == 0 && !overtaken {
		return bot.Wrong(wrong), nil
	}
	if overtaken {
		f.Notices = append(f.Notices, fmt.Sprintf("These are the fields of %s. See whether they say what you mean, then ask.", f.Query.Endpoint.Name()))
	} else {
		f.Notices = append(f.Notices, sentences(faults)...)
	}
	f.Labels = x.labels(ctx, r.Who, f)
	return bot.Next(f.view()), nil
}
