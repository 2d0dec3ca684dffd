package commands

import (
	"context"
	"errors"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/explore"
)

// resultActions answer what is pressed on results.
func (x explorer) resultActions() map[string]bot.Handler {
	return map[string]bot.Handler{
		"result":   x.pressed(resultView), // back from a form
		"hide":     x.pressed(resultView), // away from what was revealed
		"next":     x.pressed(resultView),
		"back":     x.pressed(resultView),
		"onward":   x.onward,
		"backward": x.backward,
		"again":    x.again,
		"change":   x.changed,
		"jq":       x.pressed(jqForm),
		"clear":    x.pressed(resultView),
		"curl":     x.pressed(x.curl),
		"more":     x.more,
	}
}

// resultSubmissions answer the forms that results lead to.
func (x explorer) resultSubmissions() map[string]bot.Submit {
	return map[string]bot.Submit{
		"narrow":   x.sent(x.narrow),
		"keep":     x.sent(x.keep),
		"announce": x.sent(x.announce),
		"uncover":  x.sent(x.uncover),
		"send":     x.send,
	}
}

// more answers the menu beside the buttons.
func (x explorer) more(ctx context.Context, r *bot.Request) error {
	shows := map[string]showing{
		"json": x.file, "fields": fieldsOf, "save": saveForm, "share": x.shareForm, "reveal": x.revealForm,
	}
	show, ok := shows[r.Value]
	if !ok {
		return bot.Tell("This choice belongs to another version of Perch. Ask again for a fresh answer.", nil)
	}
	return x.pressed(show)(ctx, r)
}

// showing makes what comes in a result's place.
type showing func(ctx context.Context, r *bot.Request, s sight) (slack.ModalViewRequest, error)

// resultView is the result itself.
func resultView(_ context.Context, _ *bot.Request, s sight) (slack.ModalViewRequest, error) {
	return s.view(), nil
}

// pressed puts something in the place of the result that was pressed. What is not
// held any more is asked again first.
func (x explorer) pressed(show showing) bot.Handler {
	return func(ctx context.Context, r *bot.Request) error {
		l := lookIn(r).turned(r.Value)
		s, err := x.seen(ctx, r, l)
		if again, ok := errors.AsType[*expired](err); ok {
			return r.Meanwhile(ctx, askingView(again.query), func(ctx context.Context) (slack.ModalViewRequest, error) {
				s, err := x.askedAgain(ctx, r, again.query, l)
				if err != nil {
					return slack.ModalViewRequest{}, err
				}
				return show(ctx, r, s)
			})
		}
		if err != nil {
			return err
		}
		v, err := show(ctx, r, s)
		if err != nil {
			return err
		}
		return r.UpdateView(ctx, v)
	}
}

// sending answers a form about a result that was sent in.
type sending func(ctx context.Context, r *bot.Request, s sight) (bot.Submitted, error)

// sent answers a form about a result. What is not held any more is asked again
// first, and jq takes its time, so that Slack may have to wait.
func (x explorer) sent(do sending) bot.Submit {
	return func(ctx context.Context, r *bot.Request) (bot.Submitted, error) {
		l := lookIn(r)
		h, err := x.find(ctx, r, l)
		again, isOver := errors.AsType[*expired](err)
		if err != nil && !isOver {
			return bot.Submitted{}, err
		}
		return r.Slowly(momentView(l), func(ctx context.Context) (bot.Submitted, error) {
			gather := func() (sight, error) { return x.sight(ctx, r, h, l) }
			if isOver {
				gather = func() (sight, error) { return x.askedAgain(ctx, r, again.query, l) }
			}
			s, err := gather()
			if err != nil {
				return bot.Submitted{}, err
			}
			return do(ctx, r, s)
		})
	}
}

// momentView stands in a form's place until what it asked for is done.
func momentView(l look) slack.ModalViewRequest {
	return exploreModal(l, card.Blocks{card.Text(":hourglass_flowing_sand: One moment …")}).View()
}

var errOver = bot.Tell("This is no longer held (30 minutes), so nothing was done. Ask again.", nil)

// expired is an answer that is not held any more but can be asked for again.
type expired struct{ query explore.Query }

func (*expired) Error() string { return errNotHeld.Error() }

// find is the answer that a look is at, if this person may still see it: rights are
// those of this moment. It fails with *expired where it must be asked for again.
func (x explorer) find(ctx context.Context, r *bot.Request, l look) (held, error) {
	h, err := x.shelf.find(l.ID, r.Who.ID)
	switch {
	case err == nil:
		return h, x.allow(ctx, r, h.Result.Query.Endpoint, h.Result.Query.ConnectionID)
	case errors.Is(err, errNotYours):
		return h, bot.Tell("This answer is somebody else's. Ask yourself: type "+r.As.Of("explore")+".", nil)
	}
	q, ok := l.question()
	if !ok {
		return h, errOver
	}
	if err := x.allow(ctx, r, q.Endpoint, q.ConnectionID); err != nil {
		return h, err
	}
	return h, &expired{q}
}

// seen is the answer that a look is at, gathered; see find.
func (x explorer) seen(ctx context.Context, r *bot.Request, l look) (sight, error) {
	h, err := x.find(ctx, r, l)
	if err != nil {
		return sight{}, err
	}
	return x.sight(ctx, r, h, l)
}

// askedAgain asks for an answer that is not held any more.
func (x explorer) askedAgain(ctx context.Context, r *bot.Request, q explore.Query, l look) (sight, error) {
	s, err := x.asked(ctx, r, q, l.Channel, l)
	s.Again = true
	s.Notes = append(s.Notes, "Asked again: the earlier answer was no longer held.")
	return s, err
}

// questionOf is what the pressed view asked, whether its answer is held or not.
func (x explorer) questionOf(ctx context.Context, r *bot.Request) (q explore.Query, l look, err error) {
	l = lookIn(r)
	h, err := x.find(ctx, r, l)
	if again, ok := errors.AsType[*expired](err); ok {
		return again.query, l, nil
	}
	l.Channel = h.Channel
	return h.Result.Query, l, err
}

// again asks the same once more; what would change something is shown for a yes
// again.
func (x explorer) again(ctx context.Context, r *bot.Request) error {
	q, l, err := x.questionOf(ctx, r)
	if err != nil {
		return err
	}
	if q.Endpoint.Writes {
		v, err := x.writing(ctx, r, q, l.Channel, "")
		if err != nil {
			return err
		}
		return r.UpdateView(ctx, v)
	}
	l.From = 0
	return x.running(ctx, r, q, l.Channel, l)
}

// changed leads back to the form, filled in.
func (x explorer) changed(ctx context.Context, r *bot.Request) error {
	q, l, err := x.questionOf(ctx, r)
	if err != nil {
		return err
	}
	return x.change(ctx, r, q, l.Channel)
}

// onward asks Finch for what comes after the answer.
func (x explorer) onward(ctx context.Context, r *bot.Request) error {
	return x.turnAtFinch(ctx, r, func(q explore.Query, m *explore.Masked) (explore.Query, int, bool) {
		next, ok := q.NextAtFinch(m)
		return next, 0, ok
	})
}

// backward asks Finch for what comes before the answer, and looks at its end.
func (x explorer) backward(ctx context.Context, r *bot.Request) error {
	return x.turnAtFinch(ctx, r, func(q explore.Query, m *explore.Masked) (explore.Query, int, bool) {
		back, entries, ok := q.BackAtFinch(m)
		return back, max(0, entries-pageItems), ok
	})
}

// turnAtFinch asks Finch for another part of the list; turn says which, and from which
// of its entries on it is looked at.
func (x explorer) turnAtFinch(ctx context.Context, r *bot.Request, turn func(explore.Query, *explore.Masked) (q explore.Query, from int, ok bool)) error {
	l := lookIn(r)
	h, err := x.find(ctx, r, l)
	if again, ok := errors.AsType[*expired](err); ok {
		// Without the answer nobody knows what comes before or after it.
		return x.running(ctx, r, again.query, l.Channel, look{})
	}
	if err != nil {
		return err
	}
	q, from, ok := turn(h.Result.Query, h.Result.Body)
	if !ok {
		return bot.Tell("There is no such page.", nil)
	}
	l.From = from
	return x.running(ctx, r, q, h.Channel, l)
}
