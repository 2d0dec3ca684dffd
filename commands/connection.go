package commands

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/finch"
)

// maxPicks is how many matches are offered to pick from: Slack takes 100
// options, but not that much text in one message.
const maxPicks = 60

// maxSuggestions is how many matches are offered while somebody types: they go
// into an acknowledgement, which Slack drops when it is too big.
const maxSuggestions = 25

// connections is the command /connection.
type connections struct {
	Sources
}

// Connection answers with a connection's overview, or the list of all.
func Connection(s Sources) bot.Command {
	c := connections{s}
	sharing, sharingChanges := c.sharing(), c.sharingChanges()
	return bot.Command{
		Name:  "connection",
		About: "Is a customer's payroll connection healthy, and what are its ids",
		Hint:  "[customer name, customer id, connection id or company id]",
		Help:  connectionHelp,
		Run:   c.run,
		Actions: map[string]bot.Handler{
			"open":                 c.open,
			"pick":                 c.open,
			"find":                 c.open,
			"near_1":               c.open,
			"near_2":               c.open,
			"near_3":               c.open,
			"near_4":               c.open,
			"near_5":               c.open,
			"dashboard":            followed,
			"refresh":              c.refresh,
			"run":                  c.runSync,
			"changes":              c.changes,
			"share":                sharing.share,
			"share_anyway":         sharing.anyway,
			"share_changes":        sharingChanges.share,
			"share_changes_anyway": sharingChanges.anyway,
			"live":                 c.turn,
			"staged":               c.turn,
			"disconnected":         c.turn,
			"show":                 c.turn,
			"filter":               c.filter,
			"next":                 c.turn,
			"first":                c.turn,
			"csv":                  c.csv,
		},
		Options: map[string]bot.Suggest{"find": c.suggest},
	}
}

func connectionHelp(as bot.Names) card.Message {
	slash := as.Of("connection")
	return helpCard("Connections", []usage{
		{slash, "every connection, those that need attention first"},
		{slash + " harbor", "the one whose customer's name contains \"harbor\""},
		{slash + " cust_1042", "the one with this customer, connection or company id"},
	}, "The card says whether it is healthy, whose move it is, when it synced and will next, and has the ids to copy.")
}

// run answers the command as typed.
func (c connections) run(ctx context.Context, r *bot.Request) error {
	words := unquoted(r.Text)
	if words == "" {
		return c.list(ctx, r, finch.ListQuery{Tab: finch.Live})
	}
	found, err := c.Known.Find(ctx, words, maxPicks+1)
	if err != nil {
		return fmt.Errorf("find connections: %w", err)
	}
	switch len(found) {
	case 0:
		return c.nothing(ctx, r, words)
	case 1:
		return c.show(ctx, r, found[0].ID)
	default:
		return r.Reply(ctx, picker{command: "connection", block: "pick"}.several(words, found, c.Now()))
	}
}

// nothing answers when no customer is called so: with the connections that the
// words mean otherwise (those of a provider), else with the nearest names.
func (c connections) nothing(ctx context.Context, r *bot.Request, words string) error {
	filter := card.Cut(card.Clean(words), maxFilter)
	counts, err := c.Lister.Counts(ctx, filter)
	if err != nil {
		return fmt.Errorf("count connections: %w", err)
	}
	if counts.Live > 0 {
		return c.list(ctx, r, finch.ListQuery{Tab: finch.Live, Words: filter})
	}
	near, err := c.Known.Nearest(ctx, words, maxNear)
	if err != nil {
		return fmt.Errorf("find the nearest names: %w", err)
	}
	return r.Reply(ctx, picker{command: "connection", block: "nearest"}.nothing(words, near, r.As))
}

// unquoted is typed text without the quotes around all of it.
func unquoted(text string) string {
	for _, quote := range []string{`"`, "'"} {
		if len(text) >= 2 && strings.Count(text, quote) == 2 && strings.HasPrefix(text, quote) && strings.HasSuffix(text, quote) {
			return strings.TrimSpace(strings.Trim(text, quote))
		}
	}
	return text
}

// show answers with one connection: fresh from Finch if that comes soon, else
// as it is known here. After a typed command the fresh one follows in its place.
func (c connections) show(ctx context.Context, r *bot.Request, id string) error {
	o, err := c.gather(ctx, r, shared{ID: id})
	if err != nil {
		return err
	}
	if !worthAsking(o.Connection) {
		return r.Reply(ctx, overviewCard(o))
	}
	wait := patience
	if r.Pressed {
		wait = pressPatience
	}
	answer := c.look(ctx, id)
	select {
	case err := <-answer:
		return r.Reply(ctx, c.after(ctx, r, o, err))
	case <-time.After(wait):
	}
	if r.Pressed {
		o.Source = waited
		return r.Reply(ctx, overviewCard(o))
	}
	o.Source = asking
	if err := r.Reply(ctx, overviewCard(o)); err != nil {
		return err
	}
	return r.Update(ctx, c.after(ctx, r, o, <-answer))
}

// look asks Finch beside what else is done.
func (c connections) look(ctx context.Context, id string) <-chan error {
	return ask(ctx, func(ctx context.Context) error {
		_, err := c.Looker.Look(ctx, id)
		return err
	})
}

// after is the card once Finch has answered, or has not. Either can change what
// is known, so the store is read again.
func (c connections) after(ctx context.Context, r *bot.Request, o overview, failed error) card.Message {
	if fresh, err := c.gather(ctx, r, shared{ID: o.ID, By: o.SharedBy}); err == nil {
		o = fresh
	}
	if failed != nil {
		r.Note(failed)
	}
	o.Source = source{failure: finch.Sentence(failed)}
	return overviewCard(o)
}

// gather reads all that the card is made of, for the asker alone or for the
// channel it was shared in.
func (c connections) gather(ctx context.Context, r *bot.Request, s shared) (overview, error) {
	known, err := c.known(ctx, s.ID)
	if err != nil {
		return overview{}, err
	}
	past, err := c.past(ctx, s.ID)
	if err != nil {
		return overview{}, err
	}
	return overview{
		Connection: known, past: past, Now: c.Now(), CanShare: s.By == "" && canShare(r), SharedBy: s.By,
		Dashboard: c.Dashboard.Of(known),
	}, nil
}

// open shows the connection whose button or option was chosen.
func (c connections) open(ctx context.Context, r *bot.Request) error {
	return c.show(ctx, r, r.Value)
}

// suggest fills the searching select of the list.
func (c connections) suggest(ctx context.Context, r *bot.Request) ([]*slack.OptionBlockObject, error) {
	found, err := c.Known.Find(ctx, r.Value, maxSuggestions)
	if err != nil {
		return nil, fmt.Errorf("find connections: %w", err)
	}
	return card.Suggest(choices(found, c.Now())).Options, nil
}

// refresh asks Finch again and puts the answer in the place of the card, for
// everybody who sees it.
func (c connections) refresh(ctx context.Context, r *bot.Request) error {
	o, err := c.gather(ctx, r, parseShared(r.Value))
	if err != nil {
		return err
	}
	if !worthAsking(o.Connection) {
		return put(ctx, r, overviewCard(o))
	}
	return replaced(ctx, r, c.look(ctx, o.ID), func(from source, failed error) error {
		if from.asking {
			o.Source = from
			return put(ctx, r, overviewCard(o))
		}
		return put(ctx, r, c.after(ctx, r, o, failed))
	})
}

// followed answers a button that is a link: the browser has opened it already.
func followed(context.Context, *bot.Request) error { return nil }
