package commands

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/thread"
)

// listener follows what people write where Perch may read it.
type listener struct {
	Sources
	commands []bot.Command
	words    []word // those behind /perch
}

// Listen hears ids where Perch reads along, and answers who writes to it by its
// name; all is the table of commands, by which such answers are found.
func Listen(s Sources, all []bot.Command) bot.Listener {
	return listener{s, all, perch{Sources: s}.words()}
}

// MayNotice reports whether anything in a text could be an id.
func (l listener) MayNotice(text string) bool { return len(thread.Find(text, 1)) > 0 }

// Notices returns the ids in a text that are known here. Most texts have nothing that
// could be one, so the store is asked last, and of the channel first.
func (l listener) Notices(ctx context.Context, channel, text string) ([]string, error) {
	candidates := thread.Find(text, thread.MaxCandidates)
	if len(candidates) == 0 || l.ThreadChannels == nil || l.Threads == nil {
		return nil, nil
	}
	c, err := l.ThreadChannels.ThreadChannel(ctx, channel)
	if err != nil {
		return nil, fmt.Errorf("see whether Perch reads along: %w", err)
	}
	if !c.On {
		return nil, nil
	}
	bonds, err := l.Threads.KnownIDs(ctx, candidates)
	if err != nil {
		return nil, fmt.Errorf("look up what was quoted: %w", err)
	}
	var ids []string
	for _, b := range bonds {
		// The beginning of a Job ID counts only where somebody asks.
		if b.Kind != thread.Job || slices.Contains(candidates, b.ID) {
			ids = append(ids, b.ID)
		}
	}
	return ids, nil
}

// Hear binds the thread of a message to what it quotes.
func (l listener) Hear(ctx context.Context, r *bot.Request) error {
	if r.Quoted == nil || len(r.Quoted.IDs) == 0 {
		return nil
	}
	bonds, err := l.Threads.KnownIDs(ctx, r.Quoted.IDs)
	if err != nil {
		return fmt.Errorf("look up what was quoted: %w", err)
	}
	if len(bonds) == 0 {
		return nil
	}
	_, err = l.bind(ctx, r, thread.Message{TS: r.Quoted.TS, Root: r.Quoted.Thread, ClientID: r.Quoted.ClientID, Bonds: bonds})
	return err
}

// bind completes a message with its link, and with the request's channel where it
// names none, and binds its thread.
func (s Sources) bind(ctx context.Context, r *bot.Request, m thread.Message) (thread.Outcome, error) {
	m.Channel = cmp.Or(m.Channel, r.Channel)
	link, err := r.PermalinkOf(ctx, m.Channel, m.Root)
	if err != nil {
		r.Note(err) // others are told of the thread without a link
	}
	m.Permalink = link
	outcome, err := s.Threads.Bind(ctx, m)
	if err != nil {
		return outcome, fmt.Errorf("bind a thread to what was quoted: %w", err)
	}
	return outcome, nil
}

// Joined has the channel offered that Perch reads along there.
func (l listener) Joined(ctx context.Context, channel string) error {
	if strings.HasPrefix(channel, "D") || l.ThreadChannels == nil {
		return nil
	}
	if err := l.ThreadChannels.OfferThreads(ctx, channel); err != nil {
		return fmt.Errorf("offer to read along: %w", err)
	}
	return nil
}

func unknownThread(doing string, err error) error {
	if errors.Is(err, thread.ErrUnknown) {
		return bot.Tell("This thread was let go: nothing more is added to it. Quote the id once more and it is followed again.", nil)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func threadsHelp(as bot.Names) card.Message {
	typed := as.Of("perch") + " threads"
	return helpCard("Support threads", []usage{
		{typed, "whether Perch reads along in this channel"},
		{typed + " on", "it does from now on: who quotes a Job, connection, session, company or customer id gets one reply in the thread, and news is added there"},
		{typed + " off", "it does not any more"},
		{"one reply", "lists up to 5 ids of a message, and those that come later in the thread: 20 an hour at most"},
		{"30 days", "without a message of a person, and a thread is let go"},
		{"@Perch", "also answers where it does not read along, for you alone: @Perch jobs harbor, @Perch help, or an id"},
		{"Look up with Perch", "in the ⋯ menu of a message finds the ids in it; Save as resolution keeps what helped"},
	}, "Nothing that is written is kept: of a message with an id that is known here, the id and where it stands; of others nothing.")
}
