package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"perch/internal/alert"
	"perch/store/internal/db"
)

// tellTogether is how many problems go into one message at most.
const tellTogether = 1000

// tellWaiting tells channels what was held for now, and reminds them.
func (s *Store) tellWaiting(ctx context.Context, n int) (more bool, err error) {
	for range n {
		claimed, err := s.claimTellings(ctx)
		if err != nil {
			return false, err
		}
		if len(claimed) == 0 {
			return false, nil
		}
		err = s.changeAndJudge(ctx, func(q *db.Queries) (bool, error) { return true, s.newDocket(q).tellHeld(ctx, claimed) })
		if err != nil {
			return true, errors.Join(err, s.putOffTellings(ctx, claimed))
		}
	}
	return true, nil
}

// dueTelling is one that was taken from the queue, and when it was due.
type dueTelling struct {
	db.Telling
	was time.Time
}

// claimTellings takes all that is due in the channel that waits longest.
func (s *Store) claimTellings(ctx context.Context) ([]dueTelling, error) {
	var claimed []dueTelling
	now := s.now()
	err := s.change(ctx, func(q *db.Queries) error {
		claimed = nil // it may be run again
		channel, err := q.DueChannel(ctx, stamp(now))
		if missing(err) {
			return nil
		}
		if err != nil {
			return err
		}
		due, err := q.DueTellings(ctx, db.DueTellingsParams{Channel: channel, Now: stamp(now), Count: tellTogether})
		if err != nil {
			return err
		}
		was := map[int64]int64{}
		for _, d := range due {
			was[d.ID] = d.Due
		}
		rows, err := q.ClaimTellings(ctx, db.ClaimTellingsParams{
			LeaseUntil: stamp(now.Add(judgeLease)), Channel: channel, Now: stamp(now), Count: tellTogether,
		})
		for _, r := range rows {
			claimed = append(claimed, dueTelling{r, timeOf(was[r.ID])})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim what was held: %w", err)
	}
	slices.SortFunc(claimed, func(a, b dueTelling) int {
		return cmp.Or(cmp.Compare(a.ProblemID, b.ProblemID), cmp.Compare(a.SubscriptionID, b.SubscriptionID))
	})
	return claimed, nil
}

func (s *Store) putOffTellings(ctx context.Context, claimed []dueTelling) error {
	return s.change(ctx, func(q *db.Queries) error {
		for _, t := range claimed {
			if err := q.SetTellingDue(ctx, db.SetTellingDueParams{ID: t.ID, Due: stamp(s.now().Add(judgeAgain))}); err != nil {
				return fmt.Errorf("put off what was held: %w", err)
			}
		}
		return nil
	})
}

// together is what one subscription is to be told at once.
type together struct {
	sub alert.Subscription
	// alone are told each on its own card, listed in one message; reminded were told
	// before, on the cards of the same places.
	alone, listed, reminded []alert.Problem
	cards                   []int64
}

// tellHeld decides again on what was held for now. What one subscription is to be
// told at the same moment goes into one message.
func (d *docket) tellHeld(ctx context.Context, claimed []dueTelling) error {
	subs, err := d.subscriptions(ctx)
	if err != nil {
		return err
	}
	problems := map[int64]alert.Problem{}
	for _, t := range claimed { // they are in order
		if _, held := problems[t.ProblemID]; held {
			continue
		}
		if problems[t.ProblemID], err = d.holdProblem(ctx, t.ProblemID); err != nil {
			return err
		}
	}
	reminded := map[int64]bool{} // cards: one reminder in a thread is enough
	for _, sub := range subs {
		all := together{sub: sub}
		for _, t := range claimed {
			if t.SubscriptionID != sub.ID {
				continue
			}
			if err := d.fallsDue(ctx, &all, t, problems[t.ProblemID]); err != nil {
				return err
			}
		}
		if err := d.oweTogether(ctx, all, reminded); err != nil {
			return err
		}
	}
	return d.forgetGone(ctx, claimed, subs)
}

// forgetGone ends the waiting for subscriptions that were deleted while somebody
// decided what they hear.
func (d *docket) forgetGone(ctx context.Context, claimed []dueTelling, stand []alert.Subscription) error {
	for _, t := range claimed {
		if slices.ContainsFunc(stand, func(sub alert.Subscription) bool { return sub.ID == t.SubscriptionID }) {
			continue
		}
		if err := d.setDue(ctx, t.ID, 0); err != nil {
			return err
		}
	}
	return nil
}

// fallsDue decides on one problem whose time has come.
func (d *docket) fallsDue(ctx context.Context, all *together, t dueTelling, p alert.Problem) error {
	h, err := d.hearing(ctx, t.ID)
	if err != nil || stamp(h.due) != t.Due {
		return err // somebody else has decided since
	}
	switch {
	case all.sub.Paused: // it begins anew when it is resumed
	case h.state == alert.Held:
		h.due = t.was
		return d.heldUntilNow(ctx, all, h, p)
	case h.state == alert.Told:
		next := all.sub.Wish.NextReminder(p, d.now, d.now)
		if !next.IsZero() {
			all.reminded, all.cards = append(all.reminded, p), append(all.cards, h.cardID)
		}
		return d.setDue(ctx, h.id, stamp(next))
	}
	return d.setDue(ctx, h.id, 0)
}

func (d *docket) setDue(ctx context.Context, tellingID, due int64) error {
	if err := d.q.SetTellingDue(ctx, db.SetTellingDueParams{ID: tellingID, Due: due}); err != nil {
		return fmt.Errorf("note when it is due: %w", err)
	}
	return nil
}

func (d *docket) heldUntilNow(ctx context.Context, all *together, h hearing, p alert.Problem) error {
	v := all.sub.Decide(p, h.verdict(), d.now)
	if v.State != alert.Owed {
		return d.record(ctx, all.sub, p, v)
	}
	if h.reason == alert.BecauseDigest || h.reason == alert.BecauseQuiet {
		all.listed = append(all.listed, p)
	} else {
		all.alone = append(all.alone, p)
	}
	return d.recordOwed(ctx, all.sub, p, h.reason)
}

// oweTogether owes a subscription what fell due for it. What is the only thing to
// be told goes onto a card, what is the only thing to be reminded of into the
// thread of its card; all else is listed in one message.
func (d *docket) oweTogether(ctx context.Context, all together, reminded map[int64]bool) error {
	owed := alert.Delivery{Channel: all.sub.Channel, SubscriptionID: all.sub.ID, Owed: d.now}
	for _, p := range all.alone {
		owed.Kind, owed.ProblemID = alert.CardMessage, p.ID
		if err := d.store.owe(ctx, d.q, owed); err != nil {
			return err
		}
	}
	owed.ProblemID = 0
	switch {
	case len(all.listed)+len(all.reminded) == 0:
		return nil
	case len(all.reminded) == 0 && len(all.listed) == 1:
		owed.Kind, owed.ProblemID = alert.CardMessage, all.listed[0].ID
	case len(all.listed) == 0 && len(all.reminded) == 1:
		if reminded[all.cards[0]] {
			return nil
		}
		reminded[all.cards[0]] = true
		owed.Kind, owed.ProblemID, owed.CardID = alert.ReminderMessage, all.reminded[0].ID, all.cards[0]
	default:
		owed.Kind = alert.DigestMessage
		for _, p := range slices.Concat(all.listed, all.reminded) {
			owed.Body.Problems = append(owed.Body.Problems, p.ID)
		}
	}
	return d.store.owe(ctx, d.q, owed)
}
