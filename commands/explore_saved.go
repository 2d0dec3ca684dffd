package commands

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/explore"
	"perch/internal/finch"
)

// savedFor are the questions kept for a person and for the channel where they
// asked, without those that they may not ask.
func (x explorer) savedFor(ctx context.Context, who bot.Person, channel string) ([]explore.Saved, error) {
	places := []string{who.ID}
	if channel != "" {
		places = append(places, channel)
	}
	saved, err := x.SavedQueries.SavedQueries(ctx, places...)
	if err != nil {
		return nil, fmt.Errorf("list saved questions: %w", err)
	}
	return slices.DeleteFunc(saved, func(q explore.Saved) bool { return x.may(who, q.Query.Endpoint) != nil }), nil
}

// savedGroups are the saved questions to choose from: the person's own, then the
// channel's.
func (f exploreForm) savedGroups() []card.Group {
	own, here := card.Group{Label: "Yours"}, card.Group{Label: "This channel's"}
	for _, q := range f.Saved {
		c := card.Choice{Value: strconv.FormatInt(q.ID, 10), Label: q.Name, Description: q.Query.Endpoint.Name()}
		if q.Place == f.Channel {
			here.Choices = append(here.Choices, c)
		} else {
			own.Choices = append(own.Choices, c)
		}
	}
	return slices.DeleteFunc([]card.Group{own, here}, func(g card.Group) bool { return len(g.Choices) == 0 })
}

var errSavedGone = bot.Tell("This saved question is gone: somebody deleted it.", nil)

// savedQuestion finds a saved question that is the person's own or the channel's.
func (x explorer) savedQuestion(ctx context.Context, r *bot.Request, channel string) (explore.Saved, error) {
	id, err := strconv.ParseInt(r.Value, 10, 64)
	if err != nil {
		return explore.Saved{}, errSavedGone
	}
	q, err := x.SavedQueries.SavedQuery(ctx, id)
	switch {
	case errors.Is(err, explore.ErrUnknownQuery):
		return explore.Saved{}, errSavedGone
	case err != nil:
		return explore.Saved{}, fmt.Errorf("read saved question %d: %w", id, err)
	case q.Place != r.Who.ID && (channel == "" || q.Place != channel):
		return explore.Saved{}, errSavedGone // not one that was offered
	}
	return q, nil
}

// chooseSaved fills the form in with a saved question.
func (x explorer) chooseSaved(ctx context.Context, r *bot.Request) error {
	s, err := standingOf(r)
	if err != nil {
		return err
	}
	q, err := x.savedQuestion(ctx, r, s.Channel)
	if err != nil {
		return err
	}
	return x.reform(ctx, r, s, q.Query)
}

// listSaved answers with the saved questions.
func (x explorer) listSaved(ctx context.Context, r *bot.Request) error {
	m, err := x.savedList(ctx, r)
	if err != nil {
		return err
	}
	return r.Reply(ctx, m)
}

// openSaved asks a saved question, or opens the form where it lacks something.
func (x explorer) openSaved(ctx context.Context, r *bot.Request) error {
	q, err := x.savedQuestion(ctx, r, r.Channel)
	if err != nil {
		return err
	}
	return x.start(ctx, r, formStanding{Channel: r.Channel}, q.Query, nil)
}

// dropSaved deletes a saved question. A channel's is its maker's or an admin's to
// delete.
func (x explorer) dropSaved(ctx context.Context, r *bot.Request) error {
	q, err := x.savedQuestion(ctx, r, r.Channel)
	if err != nil {
		return err
	}
	if q.Place != r.Who.ID && q.Maker != r.Who.ID && r.Who.Role < bot.Admin {
		return bot.Tell(fmt.Sprintf("<@%s> saved this for the channel, so only they and admins can delete it.", card.Escape(q.Maker)), nil)
	}
	if err := x.SavedQueries.DropQuery(ctx, q.ID); err != nil && !errors.Is(err, explore.ErrUnknownQuery) {
		return fmt.Errorf("delete saved question %d: %w", q.ID, err)
	}
	m, err := x.savedList(ctx, r)
	if err != nil {
		return err
	}
	return r.Update(ctx, m)
}

// savedList is the card of the saved questions, with whose connections they ask.
func (x explorer) savedList(ctx context.Context, r *bot.Request) (card.Message, error) {
	saved, err := x.savedFor(ctx, r.Who, r.Channel)
	if err != nil {
		return card.Message{}, err
	}
	l := savedList{Saved: saved, Channel: r.Channel, As: r.As, Whose: map[string]string{}}
	for _, q := range saved[:min(maxSavedShown, len(saved))] {
		if q.Query.ConnectionID == "" {
			continue
		}
		known, err := x.Known.Connection(ctx, q.Query.ConnectionID)
		if err != nil && !errors.Is(err, finch.ErrUnknown) {
			return card.Message{}, fmt.Errorf("read connection %s: %w", q.Query.ConnectionID, err)
		}
		if err == nil {
			l.Whose[known.ID] = nameOf(known.CustomerName, known.CustomerID, known.ID)
		}
	}
	return l.card(), nil
}
