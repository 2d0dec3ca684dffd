package alert

import (
	"context"
	"fmt"
	"strings"
	"time"

	"perch/bot/card"
)

// write makes the head's message from what is true now, with the subscription it
// is for.
func (t *Teller) write(ctx context.Context, turn Turn) (card.Posting, Subscription, error) {
	d := *turn.Head
	p := card.Posting{Channel: d.Channel, Key: d.Key}
	if thread, ok := turn.thread(); ok {
		p.Channel, p.ThreadTS = thread.Channel, thread.TS
	}
	if d.Kind == ManyMessage || d.Kind == ListMessage {
		face, err := t.face(ctx, *turn.Card)
		p.Message = face.card
		if d.Kind == ListMessage {
			p.Message = face.list
		}
		return p, face.sub, err
	}
	s, err := t.outbox.Shown(ctx, d.ProblemID, d.SubscriptionID)
	if err != nil {
		return p, Subscription{}, fmt.Errorf("read what to tell: %w", err)
	}
	s.Now = t.now()
	p.Broadcast = s.loud(d.Kind)
	p.Message, err = t.said(ctx, d, s)
	return p, s.Subscription, err
}

// loud reports whether the channel sees a line too, not its card's thread alone.
func (s Shown) loud(k MessageKind) bool {
	switch k {
	case ReminderMessage: // comes at its time: see NextReminder
		return true
	case EscalateMessage:
		return !s.hushed()
	case LineMessage:
		return s.Subscription.Wish.InChannel && !s.hushed()
	default:
		return false
	}
}

// hushed reports whether the channel is not to be called now: what happens to the
// problem is said in its card's thread alone.
func (s Shown) hushed() bool {
	_, quiet := s.Subscription.Wish.quietUntil(s.Now)
	return quiet && !s.Subscription.Wish.passes(s.Problem) || s.Problem.snoozed(s.Now)
}

// said is what a message for itself says.
func (t *Teller) said(ctx context.Context, d Delivery, s Shown) (card.Message, error) {
	switch d.Kind {
	case CardMessage:
		return ProblemMessage(s), nil
	case DigestMessage:
		ps, err := t.problems(ctx, d.Body.Problems)
		return DigestText(ps, s.Subscription, s.Now), err
	case SampleMessage:
		return SampleText(s.Subscription, s.Now), nil
	case NoticeMessage:
		return t.notice(d, s), nil
	}
	line := func(p Problem) card.Message { return LineText(p, d.Body, s.Now) }
	if d.Kind == ReminderMessage {
		line = func(p Problem) card.Message { return ReminderText(p, s.Now) }
	}
	if len(d.Body.Problems) <= 1 {
		return line(s.Problem), nil
	}
	ps, err := t.problems(ctx, d.Body.Problems)
	return several(ps, line), err
}

// notice is a word to one person.
func (t *Teller) notice(d Delivery, s Shown) card.Message {
	switch {
	case d.Body.Words != "":
		return WordsNotice(d.Body)
	case d.ProblemID != 0:
		return LinkDoneNotice(s.Problem, s.Now)
	default:
		return PausedNotice(s.Subscription, t.slashPerch)
	}
}

func (t *Teller) problems(ctx context.Context, ids []int64) ([]Problem, error) {
	ps, err := t.outbox.ProblemsByID(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read the problems to tell: %w", err)
	}
	return ps, nil
}

// mostTogether is how many lines one message holds; the rest is counted.
const mostTogether = 10

// several puts the lines of several problems into one message.
func several(ps []Problem, line func(Problem) card.Message) card.Message {
	var lines []string
	for _, p := range ps[:min(len(ps), mostTogether)] {
		lines = append(lines, line(p).Text)
	}
	if rest := len(ps) - mostTogether; rest > 0 {
		lines = append(lines, fmt.Sprintf("and %d more.", rest))
	}
	return words(strings.Join(lines, "\n"))
}

// face is how a card looks now, and the list in its thread if it has one.
type face struct {
	card, list card.Message
	sub        Subscription
}

// face reads a card's problems, or what its thread is about, and shows them as
// they are now.
func (t *Teller) face(ctx context.Context, c Card) (face, error) {
	if c.Kind == ThreadCard {
		m, err := t.replyNow(ctx, c)
		return face{card: m}, err
	}
	s, err := t.outbox.Shown(ctx, c.ProblemID, c.SubscriptionID)
	if err != nil {
		return face{}, fmt.Errorf("read what a card shows: %w", err)
	}
	s.Now = t.now()
	if c.Kind == ProblemCard {
		f := face{card: ProblemMessage(s), sub: s.Subscription}
		if s.Problem.Key.Kind == Outage {
			f.list = SummaryList(s.Children, s.Now)
		}
		return f, nil
	}
	ps, err := t.outbox.OnCard(ctx, c)
	if err != nil {
		return face{}, fmt.Errorf("read what a card shows: %w", err)
	}
	return facesOf(c.Kind, ps, s.Subscription, s.Now), nil
}

func facesOf(kind CardKind, ps []Problem, sub Subscription, now time.Time) face {
	if kind == DigestCard {
		return face{card: DigestText(ps, sub, now), sub: sub}
	}
	return face{card: SummaryMessage(ps, sub, now), list: SummaryList(ps, now), sub: sub}
}
