package commands

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/finch"
)

// patience is how long a person waits for Finch before the stored facts are
// shown in its place.
const patience = 800 * time.Millisecond

// maxPicks is how many matches are offered to pick from: Slack takes 100
// options, but not that much text in one message.
const maxPicks = 60

// connections is the command /connection.
type connections struct {
	Sources
}

// Connection answers with a connection's overview, or the list of all.
func Connection(s Sources) bot.Command {
	c := connections{s}
	return bot.Command{
		Name:  "connection",
		About: "Is a customer's payroll connection healthy, and what are its ids",
		Hint:  "[customer name, customer id, connection id or company id]",
		Help:  connectionHelp,
		Run:   c.run,
		Actions: map[string]bot.Handler{
			"open":         c.open,
			"pick":         c.open,
			"find":         c.open,
			"near_1":       c.open,
			"near_2":       c.open,
			"near_3":       c.open,
			"near_4":       c.open,
			"near_5":       c.open,
			"refresh":      c.refresh,
			"share":        c.share,
			"share_anyway": c.shareAnyway,
			"live":         c.turn,
			"staged":       c.turn,
			"disconnected": c.turn,
			"show":         c.turn,
			"filter":       c.filter,
			"next":         c.turn,
			"first":        c.turn,
			"csv":          c.csv,
		},
		Options: map[string]bot.Suggest{"find": c.suggest},
	}
}

func connectionHelp(as bot.Names) card.Message {
	slash := as.Of("connection")
	return helpCard("Connections", []usage{
		{slash, "every connection, those that need attention first"},
		{slash + " harbor", "the one whose customer's name contains “harbor”"},
		{slash + " cust_1042", "the one with this customer, connection or company id"},
	}, "The card says whether it is healthy, whose move it is, when it synced and will next, and has the ids to copy.")
}

// run answers the command as typed.
func (c connections) run(ctx context.Context, r *bot.Request) error {
	if r.Text == "" {
		return c.list(ctx, r, finch.ListQuery{Tab: finch.Live})
	}
	found, err := c.Known.Find(ctx, r.Text, maxPicks+1)
	if err != nil {
		return fmt.Errorf("find connections: %w", err)
	}
	switch len(found) {
	case 0:
		return c.nothing(ctx, r)
	case 1:
		return c.show(ctx, r, found[0].ID)
	default:
		return r.Reply(ctx, pickCard(r.Text, found, c.Now()))
	}
}

// nothing says that no connection matches, and which come nearest.
func (c connections) nothing(ctx context.Context, r *bot.Request) error {
	near, err := c.Known.Nearest(ctx, r.Text, 5)
	if err != nil {
		return fmt.Errorf("find the nearest names: %w", err)
	}
	return r.Reply(ctx, nothingCard(r.Text, near, r.As))
}

// show answers with one connection: fresh from Finch if that comes at once,
// else as it is known here, and fresh in the same place when Finch has answered.
func (c connections) show(ctx context.Context, r *bot.Request, id string) error {
	known, err := c.known(ctx, id)
	if err != nil {
		return err
	}
	if !worthAsking(known) {
		return r.Reply(ctx, c.overview(known, fromFinch, ""))
	}
	answer := c.look(ctx, id)
	select {
	case a := <-answer:
		return r.Reply(ctx, c.after(ctx, known, a, ""))
	case <-time.After(patience):
	}
	if err := r.Reply(ctx, c.overview(known, asking, "")); err != nil {
		return err
	}
	return r.Update(ctx, c.after(ctx, known, <-answer, ""))
}

// worthAsking: without a token there is nobody to ask.
func worthAsking(known finch.Connection) bool { return known.HasToken }

// looked is what asking Finch brought.
type looked struct {
	connection finch.Connection
	err        error
}

func (c connections) look(ctx context.Context, id string) <-chan looked {
	answer := make(chan looked, 1)
	go func() {
		connection, err := c.Looker.Look(ctx, id)
		answer <- looked{connection, err}
	}()
	return answer
}

// after is the card once Finch has answered, or has not. What Finch says can
// end a connection, so the store is read again then.
func (c connections) after(ctx context.Context, known finch.Connection, a looked, sharedBy string) card.Message {
	if a.err == nil {
		return c.overview(a.connection, fromFinch, sharedBy)
	}
	if now, err := c.Known.Connection(ctx, known.ID); err == nil {
		known = now
	}
	return c.overview(known, source{failure: finch.Sentence(a.err)}, sharedBy)
}

// overview is the card for the asker alone, or for the channel it was shared in.
func (c connections) overview(known finch.Connection, from source, sharedBy string) card.Message {
	return overviewCard(overview{
		Connection: known, Source: from, Now: c.Now(), CanShare: sharedBy == "", SharedBy: sharedBy,
	})
}

// known reads the store, and says it plainly when there is nothing.
func (c connections) known(ctx context.Context, id string) (finch.Connection, error) {
	known, err := c.Known.Connection(ctx, id)
	if errors.Is(err, finch.ErrUnknown) {
		return known, bot.Tell("This connection is not known here any more.", nil)
	}
	if err != nil {
		return known, fmt.Errorf("read connection %s: %w", id, err)
	}
	return known, nil
}

// open shows the connection whose button or option was chosen.
func (c connections) open(ctx context.Context, r *bot.Request) error {
	return c.show(ctx, r, r.Value)
}

// suggest fills the searching select of the list.
func (c connections) suggest(ctx context.Context, r *bot.Request) ([]*slack.OptionBlockObject, error) {
	found, err := c.Known.Find(ctx, r.Value, maxPicks)
	if err != nil {
		return nil, fmt.Errorf("find connections: %w", err)
	}
	return card.Suggest(choices(found, c.Now())).Options, nil
}

// refresh asks Finch again and puts the answer in the place of the card, for
// everybody who sees it.
func (c connections) refresh(ctx context.Context, r *bot.Request) error {
	shared := parseShared(r.Value)
	known, err := c.known(ctx, shared.ID)
	if err != nil {
		return err
	}
	if !worthAsking(known) {
		return r.Update(ctx, c.overview(known, fromFinch, shared.By))
	}
	return r.Update(ctx, c.after(ctx, known, <-c.look(ctx, shared.ID), shared.By))
}
