package alert

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"perch/bot/card"
)

// serve takes a turn to its end: one message sent, or looked for.
func (t *Teller) serve(work context.Context, turn Turn, plan Plan) {
	ctx, cancel := context.WithTimeout(work, turnTimeout)
	defer cancel()
	log := t.logOf(turn)
	act := t.send
	if plan.Act == DoLook {
		act = t.look
	}
	result := guardedTurn(log, func() Result { return act(ctx, turn, log) })
	t.note(work, turn, result, log)
}

// guardedTurn gives a message up whose making panics: it would do so again.
func guardedTurn(log zerolog.Logger, act func() Result) (r Result) {
	defer func() {
		if cause := recover(); cause != nil {
			log.Error().Str("panic", fmt.Sprintf("%T", cause)).Msg("cannot make a message; giving it up")
			r = Result{End: EndGivenUp, Reason: "panic"}
		}
	}()
	return act()
}

func (t *Teller) logOf(turn Turn) zerolog.Logger {
	d := turn.Head
	return t.log.With().Str("channel", d.Channel).Int64("delivery", d.ID).Str("kind", string(d.Kind)).Int64("problem", d.ProblemID).Logger()
}

// noteTries is how often it is tried to note what became of a message.
const noteTries = 3

func (t *Teller) note(work context.Context, turn Turn, r Result, log zerolog.Logger) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(work), noteTimeout)
	defer cancel()
	var err error
	for range noteTries {
		if err = t.outbox.NoteTurn(ctx, turn, r); err == nil || errors.Is(err, ErrOvertaken) {
			break
		}
	}
	switch {
	case errors.Is(err, ErrOvertaken):
		if r.End == EndStands {
			t.removeCopy(work, turn, r, log)
		}
	case err != nil:
		log.Error().Err(err).Msg("cannot note what became of a message; it is looked for when its turn comes again")
	}
}

// send makes the head from what is true now, and posts it.
func (t *Teller) send(ctx context.Context, turn Turn, log zerolog.Logger) Result {
	if turn.Head.ofThreads() {
		return t.sendOfThreads(ctx, turn, log)
	}
	posting, sub, err := t.write(ctx, turn)
	switch {
	case errors.Is(err, ErrUnknownProblem):
		return Result{End: EndGivenUp, Reason: "the problem is forgotten"}
	case err != nil:
		log.Error().Err(err).Msg("cannot read what to tell; trying again")
		return Result{End: EndUnsent, Until: t.now().Add(backoff(1))}
	}
	if shut, r := t.refuseShared(ctx, turn, sub, log); shut {
		return r
	}
	return t.deliver(ctx, turn, posting, log)
}

// deliver posts a message, each time simpler until Slack takes it.
func (t *Teller) deliver(ctx context.Context, turn Turn, posting card.Posting, log zerolog.Logger) Result {
	for _, version := range posting.Message.Versions() {
		posting.Message = version
		at, err := t.post(ctx, posting)
		if err == nil {
			t.cleared(ctx, log)
			t.observed(OutcomePosted, t.now().Sub(turn.Head.Owed))
			return Result{End: EndStands, Place: at.Channel, TS: at.TS}
		}
		if r, final := t.failed(ctx, turn, err, log); final {
			return r
		}
		log.Error().Err(err).Int("blocks", len(version.Blocks)).Msg("Slack refused a message; trying a simpler one")
	}
	log.Error().Msg("Slack refused a message in every form; giving it up")
	t.observed(OutcomeGivenUp, 0)
	return Result{End: EndGivenUp, Reason: "refused"}
}

func (t *Teller) post(ctx context.Context, p card.Posting) (card.Place, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return t.courier.Post(ctx, p)
}

// failed is what a post's failure means; final is false where a simpler message
// may pass.
func (t *Teller) failed(ctx context.Context, turn Turn, err error, log zerolog.Logger) (r Result, final bool) {
	d, f := turn.Head, fateOf(err)
	switch f.word {
	case fateWait:
		t.observed(OutcomeWaits, f.wait)
		log.Info().Dur("wait", f.wait).Msg("Slack wants fewer messages in a channel")
		return Result{End: EndUnsent, Until: t.now().Add(f.wait)}, true
	case fateGone:
		return t.pauseChannel(ctx, *d, f.code, log), true
	case fateRefused:
		t.refusedToken(f, log)
		return Result{End: EndUnsent, Until: t.now().Add(tokenPause)}, true
	case fateThread:
		log.Warn().Str("code", f.code).Msg("a thread takes no more messages; leaving one out")
		return Result{End: EndGivenUp, Reason: f.code}, true
	case fateClear, fateMalformed, fateLost:
		return Result{}, false
	default:
		return t.unsure(turn, err, log), true
	}
}

func (t *Teller) unsure(turn Turn, err error, log zerolog.Logger) Result {
	t.weather.unsure(turn.Lane.Channel)
	t.observed(OutcomeUnsure, 0)
	wait := max(backoff(turn.Lane.Fails+1), unsureFor)
	if t.weather.bad() {
		wait = min(wait, badWeatherWait)
	}
	log.Warn().Err(err).Dur("wait", wait).Msg("Slack gave no clear answer; trying again later")
	return Result{End: EndUnsure, Until: t.now().Add(wait), Silent: true}
}

// clocksDiffer is how far our clock may be ahead of Slack's, or of the one of who
// tried first, for a message to be found.
const clocksDiffer = 2 * time.Minute

// look finds out whether what was sent off stands. Where the history cannot be
// read an alert is sent again: told twice is better than never. What is said in
// threads is not: nobody misses it, and twice would be one too many.
func (t *Teller) look(ctx context.Context, turn Turn, log zerolog.Logger) Result {
	d := turn.Head
	search := card.Search{Channel: d.Channel, Key: d.Key, Since: d.FirstTried.Add(-clocksDiffer)}
	if thread, ok := turn.thread(); ok {
		search.Channel, search.ThreadTS = thread.Channel, thread.TS
	}
	at, found, err := t.courier.Find(ctx, search)
	switch f := fateOf(err); {
	case err == nil && found:
		t.cleared(ctx, log)
		t.observed(OutcomeAdopted, t.now().Sub(d.Owed))
		log.Info().Msg("found a message in Slack whose answer was lost")
		return Result{End: EndStands, Place: at.Channel, TS: at.TS}
	case err == nil:
		return Result{End: EndMissed}
	case f.word == fateWait:
		return Result{End: EndUnsure, Until: t.now().Add(f.wait)}
	case f.word == fateRefused:
		t.refusedToken(f, log)
		return Result{End: EndUnsure, Until: t.now().Add(tokenPause)}
	case f.word == fateUnsure:
		return t.unsure(turn, err, log)
	case d.Kind.ofThreads():
		log.Warn().Err(err).Msg("cannot read a thread, so a message that may stand there already is given up")
		t.observed(OutcomeGivenUp, 0)
		return Result{End: EndGivenUp, Reason: f.code}
	default:
		log.Warn().Err(err).Msg("cannot read the channel's history, so a message is sent again that may stand there already")
		return Result{End: EndMissed}
	}
}

// thread is whose thread the head goes to, if to any.
func (t Turn) thread() (card.Place, bool) {
	if t.inThread() {
		return card.Place{Channel: t.Head.Channel, TS: t.Card.Root}, true
	}
	if (t.Head.Kind.Line() || t.Head.Kind == ListMessage) && t.Card != nil {
		return card.Place{Channel: t.Card.Place, TS: t.Card.TS}, true
	}
	return card.Place{}, false
}

const (
	// copyPatience is how long it may take another sender to end what both sent.
	copyPatience = 30 * time.Second
	copyPause    = time.Second
)

// removeCopy takes back a message whose lane was overtaken while it was under
// way, unless the one who overtook found it and took it for its own.
func (t *Teller) removeCopy(work context.Context, turn Turn, r Result, log zerolog.Logger) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(work), copyPatience)
	defer cancel()
	for {
		ended, ts, err := t.outbox.Ended(ctx, turn.Head.ID)
		if err == nil && ended && ts == r.TS {
			return
		}
		if err == nil && ended {
			break
		}
		if !sleep(ctx, copyPause) {
			log.Warn().Str("ts", r.TS).Msg("a message may stand twice: another sender has its channel and does not come to an end")
			return
		}
	}
	if err := t.courier.Delete(ctx, card.Place{Channel: r.Place, TS: r.TS}); err != nil {
		log.Error().Err(err).Str("ts", r.TS).Msg("a message stands twice: its second copy cannot be deleted")
		return
	}
	t.observed(OutcomeRemoved, 0)
	log.Warn().Str("ts", r.TS).Msg("removed the second copy of a message")
}

// sleep reports whether the time passed before ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// direct reports whether a channel's id is a person's or a conversation with one.
func direct(channel string) bool {
	return strings.HasPrefix(channel, "U") || strings.HasPrefix(channel, "W") || strings.HasPrefix(channel, "D")
}
