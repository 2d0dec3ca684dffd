package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/time/rate"

	"perch/bot/card"
)

// Slack: one message a second in a channel, with short bursts tolerated.
const (
	channelPace  = time.Second
	channelBurst = 1
	// maxPaces bounds the memory of channels; past it, idle ones are forgotten.
	maxPaces = 1000
)

// Chat is the part of Slack's Web API that writes messages.
type Chat interface {
	PostMessageContext(ctx context.Context, channelID string, options ...slack.MsgOption) (string, string, error)
	PostEphemeralContext(ctx context.Context, channelID, userID string, options ...slack.MsgOption) (string, error)
}

// Posted is where a message came to stand. Channel is the id to use from then
// on: a message to a user id lands in a conversation with an id of its own.
type Posted struct{ Channel, TS string }

// Poster is the one place that posts. It keeps Slack's pace for each channel
// and waits when Slack says so. A post whose outcome is unknown is not made
// again: Judge tells such errors (Ambiguous) from clear ones, and only the
// caller knows whether twice is worse than never.
type Poster struct {
	chat Chat

	mu    sync.Mutex
	paces map[string]*rate.Limiter
}

// NewPoster posts through chat.
func NewPoster(chat Chat) *Poster {
	return &Poster{chat: chat, paces: map[string]*rate.Limiter{}}
}

// Post writes a message to a channel, or to a user's conversation with the bot.
// It waits for its turn and for Slack's Retry-After as long as ctx allows.
func (p *Poster) Post(ctx context.Context, channel string, m card.Message) (Posted, error) {
	return p.PostIn(ctx, card.Place{Channel: channel}, m)
}

// PostIn is Post for a thread, named by its first message.
func (p *Poster) PostIn(ctx context.Context, thread card.Place, m card.Message) (Posted, error) {
	for {
		if err := p.pace(thread.Channel).Wait(ctx); err != nil {
			return Posted{}, fmt.Errorf("wait for the turn to post: %w", err)
		}
		posted, err := p.post(ctx, thread, m)
		verdict, wait := Judge(err)
		if err == nil || verdict != Wait {
			return posted, err
		}
		if err := sleep(ctx, wait); err != nil {
			return Posted{}, fmt.Errorf("wait until Slack takes posts again: %w", err)
		}
	}
}

func (p *Poster) post(ctx context.Context, thread card.Place, m card.Message) (Posted, error) {
	at, ts, err := p.chat.PostMessageContext(ctx, thread.Channel, optionsIn(thread.TS, m)...)
	if err != nil {
		return Posted{}, fmt.Errorf("post to %s: %w", thread.Channel, err)
	}
	if ts == "" { // slack-go takes {"ok":false} without a reason for success
		return Posted{}, fmt.Errorf("post to %s: %w", thread.Channel, errors.New("no message named by Slack"))
	}
	return Posted{Channel: at, TS: ts}, nil
}

// optionsIn are what makes a message of a card, in a thread or, where that is empty,
// in none.
func optionsIn(thread string, m card.Message) []slack.MsgOption {
	options := []slack.MsgOption{
		slack.MsgOptionText(m.Text, false),
		slack.MsgOptionDisableLinkUnfurl(),
		slack.MsgOptionDisableMediaUnfurl(),
	}
	if len(m.Blocks) > 0 {
		options = append(options, slack.MsgOptionBlocks(m.Blocks...))
	}
	if thread != "" {
		options = append(options, slack.MsgOptionTS(thread))
	}
	return options
}

func (p *Poster) pace(channel string) *rate.Limiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.paces) >= maxPaces {
		p.forgetIdle()
	}
	limiter, ok := p.paces[channel]
	if !ok {
		limiter = rate.NewLimiter(rate.Every(channelPace), channelBurst)
		p.paces[channel] = limiter
	}
	return limiter
}

// forgetIdle drops the channels whose next post need not wait.
func (p *Poster) forgetIdle() {
	for channel, limiter := range p.paces {
		if limiter.Tokens() >= channelBurst {
			delete(p.paces, channel)
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
