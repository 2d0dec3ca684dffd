package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
)

// sharing is the way of a card from its asker into the channel, past everybody
// who would read along. All cards go this one way.
type sharing struct {
	// yes is the action that answers the question with yes; anyway handles it.
	yes string
	// cards makes the asker's card without its Share button, and the channel's.
	cards func(ctx context.Context, r *bot.Request) (own, public card.Message, err error)
}

// canShare: nobody else reads a conversation with Perch itself. Slack: its id
// begins with D.
func canShare(r *bot.Request) bool { return !strings.HasPrefix(r.Channel, "D") }

// share shows the card to everybody in the channel, unless people read along
// who should be thought of first.
func (s sharing) share(ctx context.Context, r *bot.Request) error {
	audience, err := r.Audience(ctx)
	if err != nil {
		return fmt.Errorf("find out who reads along: %w", err)
	}
	readers, err := readAlong(audience, r.Who.Role)
	if err != nil {
		return err
	}
	if readers != "" {
		return r.Reply(ctx, s.question(readers+" Share the card with them too?", r.Value))
	}
	own, public, err := s.cards(ctx, r)
	if err != nil {
		return err
	}
	return publish(ctx, r, own, public)
}

// readAlong says in a sentence who beside colleagues reads a channel, "" for
// nobody. It fails where this person may share nothing there.
func readAlong(audience bot.Audience, role bot.Role) (string, error) {
	switch {
	case audience == bot.Colleagues:
		return "", nil
	case audience == bot.WithGuests:
		return "Guests may read this channel.", nil
	case audience == bot.Crowd:
		return "This channel is too large for Perch to see whether guests read it.", nil
	case audience == bot.WithOthers && role >= bot.Admin:
		return "People of other companies read this channel.", nil
	case audience == bot.WithOthers:
		return "", bot.Tell("People of other companies read this channel, so only an admin can share a card here.", nil)
	default:
		return "", bot.Tell("Perch cannot see who reads along here, so it does not share. Type /invite @perch here, then press Share again.", nil)
	}
}

// anyway is the answer yes to the question; the audience may have changed since
// it was asked.
func (s sharing) anyway(ctx context.Context, r *bot.Request) error {
	audience, err := r.Audience(ctx)
	if err != nil {
		return fmt.Errorf("find out who reads along: %w", err)
	}
	if audience == bot.Hidden || (audience == bot.WithOthers && r.Who.Role < bot.Admin) {
		return s.share(ctx, r)
	}
	_, public, err := s.cards(ctx, r)
	if err != nil {
		return err
	}
	return publish(ctx, r, card.Message{}, public)
}

func (s sharing) question(question, value string) card.Message {
	return card.Message{Text: question, Blocks: []slack.Block{
		card.Text(question),
		card.Actions("share", card.Button(s.yes, value, "Share")),
	}}
}

// publish shows a card to the channel. What was pressed loses its button first,
// so that a second press shares nothing twice, and says in the end what came of it.
func publish(ctx context.Context, r *bot.Request, own, public card.Message) error {
	if err := r.Update(ctx, marked(own, "Sharing …")); err != nil {
		return fmt.Errorf("mark the card as being shared: %w", err)
	}
	if err := r.Publish(ctx, public); err != nil {
		return errors.Join(err, r.Update(ctx, marked(own, "This was not shared.")))
	}
	return r.Update(ctx, marked(own, "Shared in this channel."))
}

// marked is a card with a line at its foot, or the line alone.
func marked(m card.Message, line string) card.Message {
	if len(m.Blocks) == 0 {
		return note(line)
	}
	m.Blocks = append(m.Blocks[:len(m.Blocks):len(m.Blocks)], card.Context(line))
	if len(m.Simpler) > 0 {
		m.Simpler = append(m.Simpler[:len(m.Simpler):len(m.Simpler)], card.Context(line))
	}
	return m
}

// put changes a card where it stands. A card that stands in a channel which
// people of other companies came to read stays as it is, and the presser alone
// sees the new one.
func put(ctx context.Context, r *bot.Request, m card.Message) error {
	if r.Ephemeral {
		return r.Update(ctx, m)
	}
	audience, err := r.Audience(ctx)
	if err != nil {
		return fmt.Errorf("find out who reads along: %w", err)
	}
	if audience == bot.WithOthers || audience == bot.Hidden {
		return r.Reply(ctx, m)
	}
	return r.Update(ctx, m)
}

// sharedBy says at the foot of a shared card who wanted it there.
func sharedBy(slackID string) slack.Block { return card.Context("Shared by <@" + slackID + ">") }
