package alert

import (
	"fmt"
	"time"

	"perch/bot/card"
)

// RefusedError says to the person who acted why nothing came of it, in a
// sentence.
type RefusedError struct{ Sentence string }

func (e *RefusedError) Error() string { return e.Sentence }

func refuse(format string, args ...any) (Step, error) {
	return Step{}, &RefusedError{fmt.Sprintf(format, args...)}
}

// standing refuses what cannot be done any more with a problem that is over.
func (p Problem) standing() error {
	switch p.State {
	case Resolved:
		return &RefusedError{"It has recovered already."}
	case Closed:
		return &RefusedError{"It is closed already."}
	default:
		return nil
	}
}

// did is the step of somebody's act.
func (p Problem) did(what Happening, who string, at time.Time) (Step, error) {
	p.Version++
	return Step{p, Event{At: at, Who: who, What: what}}, nil
}

// Claim says that somebody, a Slack user id, sees to it. What another holds is
// theirs until they, or somebody for them, give it back.
func (p Problem) Claim(who string, at time.Time) (Step, error) {
	if err := p.standing(); err != nil {
		return Step{}, err
	}
	switch p.ClaimedBy {
	case "":
	case who:
		return refuse("You are on it already.")
	default:
		return refuse("<@%s> is on it already.", p.ClaimedBy)
	}
	p.ClaimedBy, p.ClaimedAt = who, at
	return p.did(HasClaimed, who, at)
}

// Release gives a claim back. Anybody may: people go on holiday.
func (p Problem) Release(who string, at time.Time) (Step, error) {
	if err := p.standing(); err != nil {
		return Step{}, err
	}
	if p.ClaimedBy == "" {
		return refuse("Nobody is on it.")
	}
	p.ClaimedBy, p.ClaimedAt = "", time.Time{}
	return p.did(HasReleased, who, at)
}

// Snooze keeps it quiet until a time, or, with the zero time, until it changes. A
// later snooze takes the place of an earlier.
func (p Problem) Snooze(who string, until, at time.Time) (Step, error) {
	if err := p.standing(); err != nil {
		return Step{}, err
	}
	if !until.IsZero() && !until.After(at) {
		return refuse("That time has passed already.")
	}
	p.SnoozedBy, p.SnoozedUntil = who, until
	return p.did(HasSnoozed, who, at)
}

// Wake ends a snooze.
func (p Problem) Wake(who string, at time.Time) (Step, error) {
	if err := p.standing(); err != nil {
		return Step{}, err
	}
	if p.SnoozedBy == "" {
		return refuse("It is not snoozed.")
	}
	p.SnoozedBy, p.SnoozedUntil = "", time.Time{}
	return p.did(HasWoken, who, at)
}

// Close says that nobody need act any more, though it may still be wrong. It
// opens again only for something new.
func (p Problem) Close(who string, at time.Time) (Step, error) {
	if err := p.standing(); err != nil {
		return Step{}, err
	}
	p.State, p.Over, p.ClosedBy = Closed, at, who
	return p.did(HasClosed, who, at)
}

// LinkMade notes who got a link for the employer to sign in again, the last one
// who did. A problem that resolves after that notes by itself that it was used.
func (p Problem) LinkMade(who string, at time.Time) (Step, error) {
	if err := p.standing(); err != nil {
		return Step{}, err
	}
	p.LinkBy, p.LinkAt, p.LinkUsed = who, at, time.Time{}
	return p.did(HasLink, who, at)
}

// PacketMade notes that somebody made a packet for Finch's support of it. That
// may be done of what is over too, and no card shows it.
func (p Problem) PacketMade(who string, at time.Time) (Step, error) {
	return Step{p, Event{At: at, Who: who, What: HasPacket}}, nil
}

// MaxReference is how long a reference of Finch's support may be, in characters.
const MaxReference = 100

// SentToFinch says that somebody handed it to Finch's support, and under which
// reference, if they were given one. What is over may be asked about too; the
// newest hand-over takes the place of the one before.
func (p Problem) SentToFinch(who, reference string, at time.Time) (Step, error) {
	p.SentBy, p.SentAt, p.SentRef = who, at, card.Cut(card.Clean(reference), MaxReference)
	step, err := p.did(HasSent, who, at)
	step.Event.Detail = p.SentRef
	return step, err
}

// NoteMade notes that somebody kept how it was resolved. What they said is shown on
// the cards of problems like it, not on its own.
func (p Problem) NoteMade(who string, at time.Time) (Step, error) {
	return Step{p, Event{At: at, Who: who, What: HasNote}}, nil
}
