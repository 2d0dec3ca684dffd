package alert

import (
	"context"
	"errors"

	"github.com/rs/zerolog"

	"perch/bot/card"
)

// ofThreads reports whether a message comes of reading along, and not of anybody's
// subscription. What becomes of it pauses none.
func (k MessageKind) ofThreads() bool {
	return k == ReplyMessage || k == NewsMessage || k == OfferMessage
}

// ofThreads reports whether it comes of reading along: what is added to a thread, or
// a word on that to somebody who watches the thread.
func (d Delivery) ofThreads() bool {
	return d.Kind.ofThreads() || d.Kind == NoticeMessage && d.CardID != 0
}

// sendOfThreads posts the head where ids were quoted, or offers to read along.
// Where others read too, and nobody let them, nothing is said and nobody is told
// so.
func (t *Teller) sendOfThreads(ctx context.Context, turn Turn, log zerolog.Logger) Result {
	d := *turn.Head
	who, shut, r := t.readersOf(ctx, turn, log)
	if shut {
		return r
	}
	m, err := t.inThread(ctx, d, who != readersOurs)
	switch {
	case errors.Is(err, ErrNotTold):
		log.Debug().Msg("nothing is to be said in a thread")
		return Result{End: EndGivenUp, Reason: "not told"}
	case err != nil:
		log.Error().Err(err).Msg("cannot read what to say in a thread; trying again")
		return Result{End: EndUnsent, Until: t.now().Add(backoff(1))}
	}
	posting := card.Posting{Channel: d.Channel, Key: d.Key, Message: m}
	if thread, ok := turn.thread(); ok {
		posting.ThreadTS = thread.TS
	}
	return t.deliver(ctx, turn, posting, log)
}

// inThread is what is said there now.
func (t *Teller) inThread(ctx context.Context, d Delivery, shared bool) (card.Message, error) {
	if t.threads == nil {
		return card.Message{}, ErrNotTold
	}
	return t.threads.InThread(ctx, d, shared)
}

// replyNow is a thread's reply as it is to look now. What Slack does not show the
// readers of counts as read by others; its other failures are returned.
func (t *Teller) replyNow(ctx context.Context, c Card) (card.Message, error) {
	shared, err := t.othersRead(ctx, c.Channel)
	switch fateOf(err).word {
	case fateUnsure, fateWait, fateRefused:
		return card.Message{}, err
	}
	return t.inThread(ctx, Delivery{Kind: ReplyMessage, Channel: c.Channel, CardID: c.ID}, shared || err != nil)
}
