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
		return bot.Tell("Perch no longer follows this thread, so nothing more is added to it. Quote the id in it once more, and it does again.", nil)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func threadsHelp(as bot.Names) card.Message {
	typed := as.Of("perch") + " threads"
	return helpCard("Support threads", []usage{
		{typed, "whether Perch reads along in this channel, and since when"},
		{typed + " on", "has it read along: a message that quotes a Job, connection, session, company or customer id gets one reply in its thread, with how that stands and whose move it is; what happens next is added there"},
		{typed + " off", "ends that; threads it followed here get no more lines either"},
		{"Watch", "under a reply: what is added to this thread reaches you as direct messages too"},
		{"Stop", "under a reply: nothing more is added to this thread, until somebody presses Go on"},
		{"@Perch jobs harbor", "in any thread: what " + as.Of("jobs") + " answers, for you alone until you press Share; @Perch help lists the rest"},
		{"Look up with Perch", "in the ⋯ menu of any message: what the ids in it are, for you alone"},
		{"Save as resolution", "in the same menu: keeps what helped, and shows it when the like happens again"},
	}, "A reply takes up to 5 ids of one message, and 20 new ones an hour. After 30 days in which nobody writes, Perch no longer follows a thread. Of what people write it keeps no words, "+
		"only the ids it knows and where they were quoted; a resolution is kept because somebody saves it.")
}
