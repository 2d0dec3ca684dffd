package commands

import (
	"context"
	"fmt"
	"time"

	"perch/bot"
	"perch/internal/finch"
)

// How long a person waits for Finch before the stored facts are shown in its
// place: shortly where the fresh ones can follow in that place, longer after a
// press, since Slack lets nobody change the answer to one.
const (
	patience      = 800 * time.Millisecond
	pressPatience = 3 * time.Second
)

// lookFor is how long Finch is waited for at all: a request may take 30 s, and
// the last word needs some of them.
const lookFor = 24 * time.Second

// source says where a card's facts come from.
type source struct {
	// asking: Finch was asked and has not answered yet.
	asking bool
	// waited: Finch was given some seconds and did not answer in them.
	waited bool
	// failure is what a person should know of an answer that did not come.
	failure string
}

var (
	// asking is the source of a card that is about to be replaced.
	asking = source{asking: true}
	// waited is the source of a card that nothing will replace.
	waited = source{waited: true}
)

// worthAsking: without a token there is nobody to ask.
func worthAsking(known finch.Connection) bool { return known.HasToken }

// ask asks Finch beside what else is done. The store has what it brought.
func ask(ctx context.Context, question func(context.Context) error) <-chan error {
	answer := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(ctx, lookFor)
		defer cancel()
		answer <- question(ctx)
	}()
	return answer
}

// replaced shows a card anew in its own place when Finch has answered. Where that
// takes long it says so before, unless the card stands in a channel: nothing
// changes there that is no news.
func replaced(ctx context.Context, r *bot.Request, answer <-chan error, show func(from source, failed error) error) error {
	select {
	case err := <-answer:
		return show(source{failure: finch.Sentence(err)}, err)
	case <-time.After(pressPatience):
	}
	if r.Ephemeral {
		if err := show(asking, nil); err != nil {
			return err
		}
	}
	select {
	case err := <-answer:
		return show(source{failure: finch.Sentence(err)}, err)
	case <-ctx.Done():
		return fmt.Errorf("wait for Finch: %w", ctx.Err())
	}
}
