package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"perch/bot/card"
)

const (
	// talkTimeout is how long what follows from a message may take.
	talkTimeout = 30 * time.Second
	// talkLife is how long it is tried, by the message's own time: what failed for a
	// day will not come right, and nobody waits for it any more.
	talkLife = 24 * time.Hour
)

// talked lets what follows from a message happen. An error has it tried again.
func (b *Bot) talked(ctx context.Context, payload []byte) error {
	var t talk
	if err := json.Unmarshal(payload, &t); err != nil || b.listener == nil {
		b.log.Error().AnErr("error", err).Msg("a message that cannot be worked off is let go")
		return nil
	}
	if at, ok := timeOf(t.TS); ok && time.Since(at) > talkLife {
		b.log.Error().Str("event", t.key()).Msg("nothing came of a message for a day; it is let go")
		return nil
	}
	work, cancel := context.WithTimeout(ctx, talkTimeout)
	defer cancel()
	if t.Mention {
		return b.mentioned(ctx, work, t)
	}
	return b.hear(work, t)
}

// overheard is the request that a message makes.
func (b *Bot) overheard(t talk) *Request {
	ref := newRef()
	log := b.log.With().Str("ref", ref).Logger()
	return &Request{
		Channel: t.Channel, TS: t.TS, Thread: t.ThreadTS,
		Quoted: &Quoted{TS: t.TS, Thread: t.root(), User: t.User, ClientID: t.ClientID, IDs: t.IDs},
		Ref:    ref, As: b.commands.as, Pressed: true,
		asker: t.User, back: &responseURL{}, bot: b, log: &log,
	}
}

// asker is a message as something that somebody asked, to be admitted.
func (t talk) asker() payload {
	return payload{UserID: t.User, ChannelID: t.Channel, User: party{ID: t.User, TeamID: t.Team}}
}

func (b *Bot) beginTalk(t talk, r *Request) line {
	return line{
		start: time.Now(), kind: t.kind(), request: r,
		event: func(ev *zerolog.Event) *zerolog.Event {
			return ev.Str("kind", t.kind()).Str("event", t.key()).Str("user", t.User).Str("channel", t.Channel).Str("team", t.Team)
		},
	}
}

// hear is what follows from a message with ids. Nobody asked for anything, so of
// what goes wrong nobody hears; only who may not use Perch is told so.
func (b *Bot) hear(ctx context.Context, t talk) error {
	r := b.overheard(t)
	line := b.beginTalk(t, r)
	err := guarded(func() error {
		if err := b.admit(ctx, t.asker(), r); err != nil {
			return err
		}
		return b.listener.Hear(ctx, r)
	})
	refusal, refused := errors.AsType[*Refusal](err)
	if refused && !b.isBot(ctx, t.User) {
		if failed := r.whisper(ctx, note(refusal.Sentence())); failed != nil {
			r.Note(fmt.Errorf("tell the author: %w", failed))
		}
	}
	line.end(err)
	told, said := errors.AsType[*UserError](err)
	if refused || said && told.Cause == nil {
		return nil
	}
	return err
}

// isBot is true of users that are programs. Those get no answer.
func (b *Bot) isBot(ctx context.Context, userID string) bool {
	who, err := b.people.Person(ctx, userID)
	return err == nil && who.Bot
}

// joined passes on that Perch came into a channel.
func (b *Bot) joined(ctx context.Context, e Event) error {
	var in struct {
		User    string `json:"user"`
		Channel string `json:"channel"`
	}
	if json.Unmarshal(e.Inner, &in) != nil || in.User != b.home.UserID || in.Channel == "" {
		return nil
	}
	return b.listener.Joined(ctx, in.Channel)
}

// whisper shows the asker alone a card in the thread it is about, or in the channel
// where it is about none.
func (r *Request) whisper(ctx context.Context, m card.Message) error {
	return r.simplifying(m, func(version card.Message) error {
		return r.bot.poster.Whisper(ctx, card.Place{Channel: r.Channel, TS: r.Thread}, r.asker, version)
	})
}
