package alert

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"perch/bot/card"
)

// amend brings one card up to date.
func (t *Teller) amend(work context.Context, e Edit) {
	ctx, cancel := context.WithTimeout(work, turnTimeout)
	defer cancel()
	log := t.log.With().Str("channel", e.Card.Channel).Int64("card", e.Card.ID).Logger()
	result := guardedEdit(log, func() EditResult { return t.edit(ctx, e, log) })
	noting, done := context.WithTimeout(context.WithoutCancel(work), noteTimeout)
	defer done()
	if err := t.outbox.NoteEdit(noting, e, result); err != nil {
		log.Error().Err(err).Msg("cannot note an edit; it is made again")
	}
}

// guardedEdit leaves a card as it is whose making panics.
func guardedEdit(log zerolog.Logger, edit func() EditResult) (r EditResult) {
	defer func() {
		if cause := recover(); cause != nil {
			log.Error().Str("panic", fmt.Sprintf("%T", cause)).Msg("cannot make a card; leaving it as it is")
			r = EditResult{End: EditDone}
		}
	}()
	return edit()
}

// edit shows the newest state of a card, and of the list in its thread. It may be
// done twice: the second changes nothing.
func (t *Teller) edit(ctx context.Context, e Edit, log zerolog.Logger) EditResult {
	f, err := t.face(ctx, e.Card)
	switch {
	case errors.Is(err, ErrUnknownProblem), errors.Is(err, ErrNotTold):
		return EditResult{End: EditDone} // nothing is known to show any more, or may be
	case err != nil:
		return t.unread(e, err, log)
	}
	at := card.Place{Channel: e.Card.Place, TS: e.Card.TS}
	if r := t.put(ctx, e, at, f.card, log); r.End != EditDone {
		return r
	}
	if e.Card.ThreadTS != "" && f.list.Text != "" {
		at.TS = e.Card.ThreadTS
		r := t.put(ctx, e, at, f.list, log)
		if r.End == EditLost {
			r.End = EditListLost
		}
		if r.End != EditDone {
			return r
		}
	}
	t.silences.heard(e.Card.Channel)
	t.observed(OutcomeEdited, t.now().Sub(e.Card.Dirty))
	return EditResult{End: EditDone}
}

// unread puts an edit off that it could not be read for what to show.
func (t *Teller) unread(e Edit, err error, log zerolog.Logger) EditResult {
	wait := backoff(1)
	switch f := fateOf(err); {
	case f.word == fateWait:
		wait = f.wait
	case f.word == fateRefused:
		t.refusedToken(f, log)
		wait = tokenPause
	default:
		if e.Card.Kind == ThreadCard { // it may be Slack that does not answer
			wait = backoff(t.silences.silent(e.Card.Channel))
		}
		log.Error().Err(err).Dur("wait", wait).Msg("cannot read what a card shows; trying again")
	}
	return EditResult{End: EditPutOff, Until: t.now().Add(wait)}
}

// put replaces one message with the richest version that Slack takes.
func (t *Teller) put(ctx context.Context, e Edit, at card.Place, m card.Message, log zerolog.Logger) EditResult {
	var err error
	for _, version := range m.Versions() {
		if err = t.replace(ctx, at, version); err == nil {
			return EditResult{End: EditDone}
		}
		switch f := fateOf(err); f.word {
		case fateLost, fateThread:
			return EditResult{End: EditLost}
		case fateWait:
			t.observed(OutcomeWaits, f.wait)
			log.Info().Dur("wait", f.wait).Msg("Slack wants fewer edits")
			return EditResult{End: EditSlowDown, Until: t.now().Add(f.wait)}
		case fateGone:
			return t.shut(ctx, e, f.code, log)
		case fateRefused:
			t.refusedToken(f, log)
			return EditResult{End: EditPutOff, Until: t.now().Add(tokenPause)}
		case fateUnsure:
			wait := backoff(t.silences.silent(e.Card.Channel))
			log.Warn().Err(err).Dur("wait", wait).Msg("cannot bring a card up to date; trying again")
			return EditResult{End: EditPutOff, Until: t.now().Add(wait)}
		}
	}
	log.Error().Err(err).Msg("Slack refused a card in every form; leaving it as it is")
	t.observed(OutcomeGivenUp, 0)
	return EditResult{End: EditDone}
}

func (t *Teller) replace(ctx context.Context, at card.Place, m card.Message) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return t.courier.Edit(ctx, at, m)
}

// shutFor is how long cards in a channel that cannot be written to are left.
const shutFor = time.Hour

// shut leaves the cards of a channel as they are for a while: it may come back,
// and they are brought up to date then. A thread's reply pauses no subscription:
// those of the channel are paused by what is owed to them.
func (t *Teller) shut(ctx context.Context, e Edit, reason string, log zerolog.Logger) EditResult {
	if e.Card.Kind != ThreadCard {
		t.pauseAll(ctx, e.Card.Channel, reason, func(Subscription) bool { return true }, log)
	}
	return EditResult{End: EditPutOff, Until: t.now().Add(shutFor)}
}

// silences counts failed edits in a row by channel.
type silences struct {
	mu    sync.Mutex
	fails map[string]int
}

// silent notes a failure and returns how many there are in a row.
func (s *silences) silent(channel string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails == nil {
		s.fails = map[string]int{}
	}
	s.fails[channel]++
	return s.fails[channel]
}

func (s *silences) heard(channel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.fails, channel)
}
