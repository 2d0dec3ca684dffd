package commands

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/explore"
)

const (
	// maxSavedName is how long the name of a saved question may be.
	maxSavedName = 60

	forMe, forChannel = "me", "channel"

	tooManySaved = "There are 100 already. Delete one first, or replace one by giving its name."
)

// inChannel: others read along where /explore was typed. Slack: the id of a
// conversation with Perch itself begins with D.
func inChannel(channel string) bool { return channel != "" && channel[0] != 'D' }

// saveForm asks for a name to keep the question under.
func saveForm(_ context.Context, _ *bot.Request, s sight) (slack.ModalViewRequest, error) {
	return s.saveView(""), nil
}

// saveView is the form; wrong, as plain text, is what was wrong.
func (s sight) saveView(wrong string) slack.ModalViewRequest {
	blocks := card.Blocks{card.Rich(s.asked()), card.Text("The question is kept with all that was filled in, never an answer.")}
	if wrong != "" {
		blocks = append(blocks, card.Text(":warning: "+card.Escape(wrong)))
	}
	places := []card.Choice{{Value: forMe, Label: "For me"}}
	if inChannel(s.Channel) {
		places = append(places, card.Choice{Value: forChannel, Label: "For this channel", Description: "everybody there who may explore sees what was filled in"})
	}
	return resultForm(s.look, "explore.keep", "Save", append(blocks,
		card.TextField(card.Field{BlockID: "name", ActionID: "explore.name", Label: "Name", Hint: "The same name again replaces it."}, "", maxSavedName),
		card.SelectField(card.Field{BlockID: "place", ActionID: "explore.place", Label: "Who sees it"}, places, forMe)))
}

// keep keeps the question.
func (x explorer) keep(ctx context.Context, r *bot.Request, s sight) (bot.Submitted, error) {
	if s.Result.Query.Endpoint.Writes {
		return bot.Submitted{}, bot.Tell("Only what reads can be saved.", nil)
	}
	saved := explore.Saved{Place: r.Who.ID, Name: card.Clean(r.View.Form.Text("name")), Query: s.Result.Query, Maker: r.Who.ID, Made: x.Now()}
	if r.View.Form.Text("place") == forChannel && inChannel(s.Channel) {
		saved.Place = s.Channel
	}
	wrong, err := x.save(ctx, saved)
	if err != nil {
		return bot.Submitted{}, err
	}
	if wrong != "" {
		return bot.Wrong(map[string]string{"name": wrong}).Late(s.saveView(wrong)), nil
	}
	where := "for you"
	if saved.Place == s.Channel {
		where = "for <#" + s.Channel + ">"
	}
	s.Notes = append(s.Notes, fmt.Sprintf("Saved %s as *%s*. `%s saved` lists them.", where, card.Escape(saved.Name), r.As.Of("explore")))
	return bot.Next(s.view()), nil
}

// save keeps a question under its name; wrong says why it cannot be kept there.
func (x explorer) save(ctx context.Context, q explore.Saved) (wrong string, err error) {
	if n := utf8.RuneCountInString(q.Name); n == 0 || n > maxSavedName {
		return fmt.Sprintf("A name has 1 to %d characters.", maxSavedName), nil
	}
	if name := q.Query.Personal(); name != "" {
		return "What is filled in for " + name + " looks personal, so it is not kept. Change it, or ask without saving.", nil
	}
	_, err = x.SavedQueries.SaveQuery(ctx, q)
	switch {
	case errors.Is(err, explore.ErrTooManyQueries):
		return tooManySaved, nil
	case err != nil:
		return "", fmt.Errorf("save a question: %w", err)
	default:
		return "", nil
	}
}
