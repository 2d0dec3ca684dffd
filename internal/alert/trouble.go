package alert

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// fate is what a failure in Slack means, in the words of whoever talks to Slack.
type fate struct {
	word string
	code string // Slack's own
	wait time.Duration
}

// The words that errors of a Courier say with their method Fate. An error without
// one is no word of Slack's at all: the outcome is not known.
const (
	fateClear     = "clear"     // refused, and the same call would be again
	fateMalformed = "malformed" // refused for its blocks: simpler ones may pass
	fateWait      = "wait"      // too many calls
	fateUnsure    = "unsure"    // it may have happened
	fateGone      = "gone"      // the channel cannot be written to, or read
	fateRefused   = "refused"   // the token does not suffice for anything
	fateThread    = "thread"    // the thread takes no replies
	fateLost      = "lost"      // the message to edit is no more
)

func fateOf(err error) fate {
	if err == nil {
		return fate{}
	}
	var says interface {
		Fate() (word, code string, wait time.Duration)
	}
	if !errors.As(err, &says) {
		return fate{word: fateUnsure}
	}
	word, code, wait := says.Fate()
	return fate{word, code, wait}
}

// mostBackoff bounds how long a channel is left alone.
const mostBackoff = 15 * time.Minute

// backoff is how long to wait after so many failures in a row: a random half to
// whole of 2ⁿ seconds, so that channels do not come back all at once.
func backoff(fails int) time.Duration {
	wait := mostBackoff
	if fails < 10 {
		wait = min(time.Second<<fails, mostBackoff)
	}
	return wait/2 + rand.N(wait/2+1)
}

// weather tells one channel's trouble from Slack's own.
type weather struct {
	mu     sync.Mutex
	silent map[string]bool // channels without an answer since the last one
}

func (w *weather) unsure(channel string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.silent == nil {
		w.silent = map[string]bool{}
	}
	w.silent[channel] = true
}

const (
	// badWeather is how many channels without an answer make it Slack's own trouble.
	badWeather = 3
	// badWeatherWait is how long a channel waits at most then: the trouble is not
	// its own, and whoever is answered first brings all others forward.
	badWeatherWait = 15 * time.Second
)

// bad reports whether it is Slack's own trouble.
func (w *weather) bad() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.silent) >= badWeather
}

// answered reports whether this is the end of a time in which Slack did not answer.
func (w *weather) answered() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	over := len(w.silent) >= badWeather
	clear(w.silent)
	return over
}

// cleared notes an answer. After a silence everywhere, nobody need wait as long
// as the silence made it.
func (t *Teller) cleared(ctx context.Context, log zerolog.Logger) {
	if !t.weather.answered() {
		return
	}
	log.Info().Msg("Slack answers again")
	if err := t.outbox.HastenLanes(ctx); err != nil {
		log.Error().Err(err).Msg("cannot bring channels forward; they are tried when their time comes")
	}
}

// tokenPause is how long nothing is sent after Slack refused the token.
const tokenPause = time.Minute

// pauses knows when nothing is to be sent at all.
type pauses struct {
	now   func() time.Time
	mu    sync.Mutex
	until time.Time
}

func (p *pauses) tokenRefused() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now().Before(p.until)
}

func (t *Teller) refusedToken(f fate, log zerolog.Logger) {
	t.pauses.mu.Lock()
	defer t.pauses.mu.Unlock()
	t.pauses.until = t.now().Add(tokenPause)
	log.Error().Str("code", f.code).Dur("wait", tokenPause).Msg("Slack refuses the bot token; nothing is sent, all is kept")
}

// scopeLacks is Slack's word for what no channel is to blame for: until the app is
// installed again, a person cannot be told of it either.
const scopeLacks = "missing_scope"

// pauseChannel pauses all who are told in a channel that cannot be written to.
// What is owed to it stays owed.
func (t *Teller) pauseChannel(ctx context.Context, d Delivery, reason string, log zerolog.Logger) Result {
	if d.Kind == NoticeMessage && reason == scopeLacks {
		log.Warn().Str("code", reason).Dur("wait", tokenPause).Msg("the bot token lacks a scope to write to a person; trying again")
		return Result{End: EndUnsent, Until: t.now().Add(tokenPause)}
	}
	if d.Kind == NoticeMessage || d.Kind.ofThreads() {
		log.Warn().Str("code", reason).Msg("a person, or a thread, cannot be told; giving it up")
		t.observed(OutcomeGivenUp, 0)
		return Result{End: EndGivenUp, Reason: reason}
	}
	if !t.pauseAll(ctx, d.Channel, reason, func(Subscription) bool { return true }, log) {
		return Result{End: EndUnsent, Until: t.now().Add(tokenPause)}
	}
	return Result{End: EndUnsent}
}

// pauseAll reports whether it paused any.
func (t *Teller) pauseAll(ctx context.Context, channel, reason string, which func(Subscription) bool, log zerolog.Logger) bool {
	subs, err := t.pauser.Subscriptions(ctx, channel)
	paused := false
	for _, sub := range subs {
		if sub.Paused || !which(sub) {
			continue
		}
		if err = t.pauser.PauseSubscription(ctx, sub.ID, "", reason); err != nil {
			break
		}
		paused = true
		t.observed(OutcomePaused, 0)
		log.Warn().Int64("subscription", sub.ID).Str("code", reason).Msg("paused a subscription: its channel cannot be written to")
	}
	if err != nil {
		log.Error().Err(err).Msg("cannot pause a subscription; trying again in a minute")
	}
	return paused && err == nil
}

// doors remembers which channels nobody of another company reads. Those that
// somebody does are asked about each time: they are rare, and may be ours again.
type doors struct {
	now  func() time.Time
	mu   sync.Mutex
	ours map[string]time.Time // until when that counts
}

const (
	// doorFor is how long what is known of a channel counts.
	doorFor = 5 * time.Minute
	// maxDoors bounds what is remembered.
	maxDoors = 10_000
	// pausedShared is the reason of a pause because of other companies.
	pausedShared = "shared"
)

func (d *doors) areOurs(channel string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now().Before(d.ours[channel])
}

func (d *doors) put(channel string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ours == nil || len(d.ours) >= maxDoors {
		d.ours = map[string]time.Time{}
	}
	d.ours[channel] = d.now().Add(doorFor)
}

func (d *doors) forget(channel string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.ours, channel)
}

// OthersRead says that Slack spoke of people of other companies in a channel, so
// that it is asked again before anything more is sent there. It does not wait.
func (t *Teller) OthersRead(channel string) { t.doors.forget(channel) }

// refuseShared keeps what is told within the company: a channel that others came
// to since it was subscribed to is paused, unless an admin has said yes to it.
func (t *Teller) refuseShared(ctx context.Context, turn Turn, sub Subscription, log zerolog.Logger) (bool, Result) {
	d := turn.Head
	if d.Kind == NoticeMessage || direct(d.Channel) || sub.SharedBy != "" {
		return false, Result{}
	}
	who, shut, r := t.readersOf(ctx, turn, log)
	if shut || who != readersOthers {
		return shut, r
	}
	paused := t.pauseAll(ctx, d.Channel, pausedShared, func(s Subscription) bool { return s.SharedBy == "" }, log)
	if paused {
		return true, Result{End: EndUnsent}
	}
	return true, Result{End: EndUnsent, Until: t.now().Add(tokenPause)}
}

// readers is who reads a channel.
type readers int

const (
	readersOurs    readers = iota // the company alone
	readersOthers                 // people of other companies too
	readersUnknown                // Slack does not say
)

// readersOf asks Slack who reads the head's channel. Shut means that nothing is
// sent now, with the Result to note.
func (t *Teller) readersOf(ctx context.Context, turn Turn, log zerolog.Logger) (who readers, shut bool, r Result) {
	began := t.now()
	shared, err := t.othersRead(ctx, turn.Head.Channel)
	switch f := fateOf(err); {
	case err == nil && shared:
		who = readersOthers
	case err == nil:
		// In a channel where Slack is slow the turn has no time left for a message.
		return readersOurs, t.now().Sub(began) > turnTimeout-callTimeout, Result{End: EndUnsent}
	case f.word == fateUnsure:
		r = t.unsure(turn, err, log)
		r.End = EndUnsent // nothing was sent
		return readersUnknown, true, r
	case f.word == fateWait:
		return readersUnknown, true, Result{End: EndUnsent, Until: t.now().Add(f.wait)}
	case f.word == fateRefused:
		t.refusedToken(f, log)
		return readersUnknown, true, Result{End: EndUnsent, Until: t.now().Add(tokenPause)}
	default: // what Slack does not show, it will not take a message for either
		log.Warn().Err(err).Msg("Slack does not say who reads a channel")
		who = readersUnknown
	}
	return who, false, Result{}
}

// othersRead reports whether people of other companies read a channel.
func (t *Teller) othersRead(ctx context.Context, channel string) (bool, error) {
	if direct(channel) || t.doors.areOurs(channel) {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	shared, err := t.courier.Shared(ctx, channel)
	if err == nil && !shared {
		t.doors.put(channel)
	}
	return shared, err
}
