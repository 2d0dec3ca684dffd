package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"perch/bot/card"
)

// Permalink is the address of a message in the request's channel.
func (r *Request) Permalink(ctx context.Context, ts string) (string, error) {
	return r.PermalinkOf(ctx, r.Channel, ts)
}

// PermalinkOf is Permalink for a channel other than the request's: a modal has none.
func (r *Request) PermalinkOf(ctx context.Context, channel, ts string) (string, error) {
	link, err := r.bot.slack.GetPermalinkContext(ctx, &slack.PermalinkParameters{Channel: channel, Ts: ts})
	if err == nil && link == "" {
		err = errors.New("no address named by Slack")
	}
	if err != nil {
		return "", fmt.Errorf("ask Slack for the address of a message: %w", err)
	}
	return link, nil
}

// PostInThread shows a card to everybody in the thread that the request is about
// (r.Quoted, else r.Thread, in r.Channel), or in the channel where it is about none.
// Ask Audience first. A modal knows neither: set Channel and Thread before.
func (r *Request) PostInThread(ctx context.Context, m card.Message) error {
	thread := card.Place{Channel: r.Channel, TS: r.Thread}
	if r.Quoted != nil {
		thread.TS = r.Quoted.Thread
	}
	return r.simplifying(m, func(version card.Message) error {
		_, err := r.bot.poster.PostIn(ctx, thread, version)
		return err
	})
}

// Whisper shows one person a card in a channel or thread. It waits where Slack says
// so, as long as ctx allows.
func (p *Poster) Whisper(ctx context.Context, at card.Place, userID string, m card.Message) error {
	for {
		ts, err := p.chat.PostEphemeralContext(ctx, at.Channel, userID, optionsIn(at.TS, m)...)
		if err == nil && ts == "" {
			err = errNoAnswer
		}
		verdict, wait := Judge(err)
		if err != nil && verdict != Wait {
			return fmt.Errorf("show somebody something in %s: %w", at.Channel, err)
		}
		if err == nil {
			return nil
		}
		if err := sleep(ctx, wait); err != nil {
			return fmt.Errorf("wait until Slack takes it: %w", err)
		}
	}
}
