package commands

import (
	"context"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/explore"
	"perch/internal/finch"
)

// submitted answers a form that was sent in with a question.
func (x explorer) submitted(ctx context.Context, r *bot.Request, q explore.Query, channel string) (bot.Submitted, error) {
	if err := x.may(r.Who, q.Endpoint); err != nil {
		return bot.Submitted{}, err
	}
	if q.Endpoint.Writes {
		v, err := x.writing(ctx, r, q, channel, "")
		return bot.Next(v), err
	}
	return r.Slowly(askingView(q), func(ctx context.Context) (bot.Submitted, error) {
		s, err := x.asked(ctx, r, q, channel, look{})
		if err != nil {
			return bot.Submitted{}, err
		}
		return bot.Next(s.view()), nil
	})
}

// running asks while a modal says so, and shows the answer in its place.
func (x explorer) running(ctx context.Context, r *bot.Request, q explore.Query, channel string, like look) error {
	return r.Meanwhile(ctx, askingView(q), func(ctx context.Context) (slack.ModalViewRequest, error) {
		s, err := x.asked(ctx, r, q, channel, like)
		if err != nil {
			return slack.ModalViewRequest{}, err
		}
		return s.view(), nil
	})
}

// asked asks Finch, holds the answer, and looks at it as at another before: from
// the same entry, narrowed by the same expression.
func (x explorer) asked(ctx context.Context, r *bot.Request, q explore.Query, channel string, like look) (sight, error) {
	h, err := x.hold(ctx, explore.Order{Who: r.Who.ID, Query: q}, channel)
	if err != nil {
		return sight{}, err
	}
	l := lookAt(h)
	l.From, l.JQ, l.Narrowed = like.From, like.JQ, like.Narrowed
	return x.sight(ctx, r, h, l)
}

// hold asks Finch and holds the answer.
func (x explorer) hold(ctx context.Context, o explore.Order, channel string) (held, error) {
	result, err := x.Explorer.Explore(ctx, o)
	if err != nil {
		return held{}, unasked(err)
	}
	return x.shelf.put(held{Owner: o.Who, Channel: channel, Result: result}), nil
}

// unasked puts into words why Finch was not asked at all, or why what it said is
// withheld.
func unasked(err error) error {
	switch {
	case errors.Is(err, finch.ErrNoToken), errors.Is(err, finch.ErrUnknown), errors.Is(err, finch.ErrStopping):
		return bot.Tell(finch.Sentence(err), nil)
	case errors.Is(err, explore.ErrUnaccounted):
		return bot.Tell("The audit log cannot be written at the moment, and nothing is shown or sent that is not in it. Try again in a minute.", err)
	default:
		return bot.Tell(finch.Sentence(err), err)
	}
}

// askingView stands in a result's place until Finch has answered.
func askingView(q explore.Query) slack.ModalViewRequest {
	return exploreModal(look{}, card.Blocks{
		card.Text(":hourglass_flowing_sand: Asking Finch …"),
		card.Rich(card.Code(q.Endpoint.Name())),
	}).View()
}

// sight gathers what the view of an answer is made of.
func (x explorer) sight(ctx context.Context, r *bot.Request, h held, l look) (sight, error) {
	of, err := x.connectionOf(ctx, h.Result.Query)
	if err != nil {
		return sight{}, err
	}
	l.Channel = h.Channel // what a client says of it might lead into another
	s := sight{look: l, Result: h.Result, Of: of, Who: r.Who, As: r.As, Now: x.Now()}
	if h.Result.Body == nil {
		return s, nil
	}
	if s.From >= h.Result.Body.Items { // asked again, there are fewer
		s.From = 0
	}
	// Narrowed, the page is behind what is shown, and what a reveal is for.
	s.Page = h.Result.Body.Page(s.From, pageItems, pageRoom)
	if l.Narrowed {
		if s.Narrow, err = x.jq.Narrow(ctx, h.Result.Body, l.JQ); err != nil {
			s.Narrowed = false
			s.Notes = append(s.Notes, "jq: "+card.EscapeCut(err.Error(), maxFieldError))
		}
	}
	return s, nil
}

// connectionOf is whose token asked; of a question of the application's own, and
// of one not known here any more, there is none.
func (x explorer) connectionOf(ctx context.Context, q explore.Query) (finch.Connection, error) {
	if q.ConnectionID == "" {
		return finch.Connection{}, nil
	}
	known, err := x.Known.Connection(ctx, q.ConnectionID)
	if err != nil && !errors.Is(err, finch.ErrUnknown) {
		return known, fmt.Errorf("read connection %s: %w", q.ConnectionID, err)
	}
	known.ID = q.ConnectionID
	return known, nil
}
