package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"perch/internal/alert"
	"perch/store/internal/db"
)

// Why a subscription hears no more of what it was to be told.
const (
	becauseUnsubscribed = "unsubscribed"
	becauseNewWish      = "the subscription changed"
)

// Subscribe adds a subscription and returns it as it is kept. It hears of what
// opens from now on, not of what is open already: see Matching.
func (s *Store) Subscribe(ctx context.Context, sub alert.Subscription) (alert.Subscription, error) {
	sub.Made = s.moment(sub.Made)
	sub.Channel, sub.Maker, sub.MakerName, sub.SharedBy = word(sub.Channel), word(sub.Maker), word(sub.MakerName), word(sub.SharedBy)
	wish, err := json.Marshal(sub.Wish)
	if err != nil {
		return alert.Subscription{}, fmt.Errorf("subscribe: write the wish: %w", err)
	}
	err = s.change(ctx, func(q *db.Queries) (err error) {
		sub.ID, err = q.AddSubscription(ctx, db.AddSubscriptionParams{
			Channel: sub.Channel, Wish: clean(string(wish)), Maker: sub.Maker, MakerName: sub.MakerName, Made: stamp(sub.Made), SharedBy: sub.SharedBy,
		})
		return err
	})
	if err != nil {
		return alert.Subscription{}, fmt.Errorf("subscribe: %w", err)
	}
	return sub, nil
}

// Matching is how many of the problems that are open now a wish asks for.
// Those of an outage count as one, as they would be told.
func (s *Store) Matching(ctx context.Context, w alert.Wish) (int, error) {
	open, err := openProblems(ctx, s.reads)
	if err != nil {
		return 0, fmt.Errorf("count what a subscription asks for: %w", damage(err))
	}
	n := 0
	outages := map[int64]bool{}
	for _, p := range open {
		ok, _ := w.Matches(p)
		switch {
		case !ok || p.Key.Kind == alert.Outage:
		case p.ParentID == 0:
			n++
		default:
			outages[p.ParentID] = true
		}
	}
	return n + len(outages), nil
}

func openProblems(ctx context.Context, q *db.Queries) ([]alert.Problem, error) {
	rows, err := q.OpenProblems(ctx)
	if err != nil {
		return nil, fmt.Errorf("select the open problems: %w", err)
	}
	return problemsOf(rows)
}

func subscriptionOf(r db.Subscription) (alert.Subscription, error) {
	sub := alert.Subscription{
		ID: r.ID, Channel: r.Channel, Maker: r.Maker, MakerName: r.MakerName, Made: timeOf(r.Made), Changer: r.Changer, Changed: timeOf(r.Changed),
		Paused: r.Paused != 0, PausedBy: r.PausedBy, PausedAt: timeOf(r.PausedAt), PauseReason: r.PauseReason, SharedBy: r.SharedBy,
	}
	if err := json.Unmarshal([]byte(r.Wish), &sub.Wish); err != nil {
		return sub, fmt.Errorf("%w: the wish of subscription %d is not JSON: %w", ErrDamaged, r.ID, err)
	}
	return sub, nil
}

func subscriptionsOf(rows []db.Subscription) ([]alert.Subscription, error) {
	var subs []alert.Subscription
	for _, r := range rows {
		sub, err := subscriptionOf(r)
		if err != nil {
			return nil, err
		}
		subs = append(subs, sub)
	}
	return subs, nil
}

// Subscription returns one. Error: alert.ErrUnknownSubscription.
func (s *Store) Subscription(ctx context.Context, id int64) (alert.Subscription, error) {
	sub, err := subscriptionByID(ctx, s.reads, id)
	if err != nil {
		return alert.Subscription{}, fmt.Errorf("read a subscription: %w", damage(err))
	}
	return sub, nil
}

func subscriptionByID(ctx context.Context, q *db.Queries, id int64) (alert.Subscription, error) {
	row, err := q.SubscriptionByID(ctx, id)
	if missing(err) {
		return alert.Subscription{}, fmt.Errorf("%w: %d", alert.ErrUnknownSubscription, id)
	}
	if err != nil {
		return alert.Subscription{}, fmt.Errorf("select subscription %d: %w", id, err)
	}
	return subscriptionOf(row)
}

// Subscriptions returns those of a channel, or all if it is empty, paused ones
// too, in the order in which they were made.
func (s *Store) Subscriptions(ctx context.Context, channel string) ([]alert.Subscription, error) {
	var rows []db.Subscription
	var err error
	if channel == "" {
		rows, err = s.reads.Subscriptions(ctx)
	} else {
		rows, err = s.reads.SubscriptionsOf(ctx, clean(channel))
	}
	if err != nil {
		return nil, fmt.Errorf("read the subscriptions: %w", damage(err))
	}
	subs, err := subscriptionsOf(rows)
	if err != nil {
		return nil, fmt.Errorf("read the subscriptions: %w", err)
	}
	return subs, nil
}

// changeSubscription changes one that nobody else changes meanwhile, and then
// what it hears. fn reports whether anything is owed.
func (s *Store) changeSubscription(ctx context.Context, id int64, fn func(d *docket, sub *alert.Subscription) error) error {
	return s.changeAndJudge(ctx, func(q *db.Queries) (bool, error) {
		if err := q.HoldSubscription(ctx, id); err != nil {
			return false, fmt.Errorf("hold subscription %d: %w", id, err)
		}
		sub, err := subscriptionByID(ctx, q, id)
		if err != nil {
			return false, err
		}
		return true, fn(s.newDocket(q), &sub)
	})
}

func (d *docket) saveSubscription(ctx context.Context, sub alert.Subscription, deleted time.Time) error {
	wish, err := json.Marshal(sub.Wish)
	if err != nil {
		return fmt.Errorf("write the wish: %w", err)
	}
	err = d.q.SaveSubscription(ctx, db.SaveSubscriptionParams{
		ID: sub.ID, Wish: clean(string(wish)), Changer: word(sub.Changer), Changed: stamp(sub.Changed), Paused: flag(sub.Paused),
		PausedBy: word(sub.PausedBy), PausedAt: stamp(sub.PausedAt), PauseReason: word(sub.PauseReason), SharedBy: word(sub.SharedBy), Deleted: stamp(deleted),
	})
	if err != nil {
		return fmt.Errorf("save subscription %d: %w", sub.ID, err)
	}
	return nil
}

// ChangeWish has a subscription ask for something else from now on. What it was
// to be told and has not been is decided again. At is now if it is zero. Error:
// alert.ErrUnknownSubscription.
func (s *Store) ChangeWish(ctx context.Context, id int64, wish alert.Wish, who string, at time.Time) (alert.Subscription, error) {
	at = s.moment(at)
	var changed alert.Subscription
	err := s.changeSubscription(ctx, id, func(d *docket, sub *alert.Subscription) error {
		sub.Wish, sub.Changer, sub.Changed = wish, who, at
		changed = *sub
		if err := d.saveSubscription(ctx, *sub, time.Time{}); err != nil || sub.Paused {
			return err
		}
		return d.redecide(ctx, *sub)
	})
	if err != nil {
		return alert.Subscription{}, fmt.Errorf("change what a subscription asks for: %w", err)
	}
	return changed, nil
}

// redecide decides again on all that a subscription was to be told and has not
// been, and again when it is reminded of what it has been told.
func (d *docket) redecide(ctx context.Context, sub alert.Subscription) error {
	rows, err := d.q.TellingsOfOpen(ctx, sub.ID)
	if err != nil {
		return fmt.Errorf("select what subscription %d hears: %w", sub.ID, err)
	}
	for _, r := range rows {
		p, err := d.holdProblem(ctx, r.ProblemID)
		if err != nil {
			return err
		}
		h, err := d.hearing(ctx, r.ID)
		if err != nil {
			return err
		}
		switch h.state {
		case alert.Told:
			err = d.q.SetTellingDue(ctx, db.SetTellingDueParams{ID: r.ID, Due: stamp(sub.Wish.NextReminder(p, d.now, d.now))})
		case alert.Held:
			err = d.again(ctx, sub, p)
		case alert.Owed:
			err = d.takeBack(ctx, sub, p)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// takeBack decides again on what is owed, unless it is on its way to Slack.
func (d *docket) takeBack(ctx context.Context, sub alert.Subscription, p alert.Problem) error {
	v := sub.Decide(p, alert.Verdict{}, d.now)
	if v.State == alert.Owed {
		return d.recordOwed(ctx, sub, p, v.Reason)
	}
	n, err := d.store.unowe(ctx, d.q, p.ID, sub.ID, becauseNewWish)
	if err != nil || n == 0 {
		return err
	}
	return d.record(ctx, sub, p, v)
}

// again decides on a problem as if nothing had been decided.
func (d *docket) again(ctx context.Context, sub alert.Subscription, p alert.Problem) error {
	v := sub.Decide(p, alert.Verdict{}, d.now)
	if v.State == alert.Owed {
		return d.oweCard(ctx, sub, p, v.Reason)
	}
	return d.record(ctx, sub, p, v)
}

// PauseSubscription tells a subscription nothing until somebody resumes it. Who
// is empty where Perch has to, for the reason that Slack gave: its maker is sent
// a word then. What is owed stays owed; one that is paused already stays as it
// is. Error: alert.ErrUnknownSubscription.
func (s *Store) PauseSubscription(ctx context.Context, id int64, who, reason string) error {
	err := s.changeSubscription(ctx, id, func(d *docket, sub *alert.Subscription) error {
		if sub.Paused {
			return nil
		}
		sub.Paused, sub.PausedBy, sub.PauseReason, sub.PausedAt = true, who, reason, d.now
		if err := d.saveSubscription(ctx, *sub, time.Time{}); err != nil || who != "" {
			return err
		}
		return s.owe(ctx, d.q, alert.Delivery{Channel: sub.Maker, Kind: alert.NoticeMessage, SubscriptionID: sub.ID, Owed: d.now})
	})
	if err != nil {
		return fmt.Errorf("pause a subscription: %w", err)
	}
	return nil
}

// ResumeSubscription has a paused subscription be told again: of what is still
// open, as it is now, what it has not heard of; not of what happened and is over.
// Error: alert.ErrUnknownSubscription.
func (s *Store) ResumeSubscription(ctx context.Context, id int64, who string) error {
	err := s.changeSubscription(ctx, id, func(d *docket, sub *alert.Subscription) error {
		if !sub.Paused {
			return nil
		}
		sub.Paused, sub.PausedBy, sub.PauseReason, sub.PausedAt = false, "", "", time.Time{}
		sub.Changer, sub.Changed = who, d.now
		if err := d.saveSubscription(ctx, *sub, time.Time{}); err != nil {
			return err
		}
		return d.catchUp(ctx, *sub)
	})
	if err != nil {
		return fmt.Errorf("resume a subscription: %w", err)
	}
	return nil
}

// catchUp begins anew with what a resumed subscription has not heard.
func (d *docket) catchUp(ctx context.Context, sub alert.Subscription) error {
	if _, err := d.store.unoweAll(ctx, d.q, sub.ID, alert.BecausePaused); err != nil {
		return err
	}
	known, err := d.hearingsOf(ctx, sub)
	if err != nil {
		return err
	}
	err = d.q.EndTellings(ctx, db.EndTellingsParams{SubscriptionID: sub.ID, Reason: alert.BecausePaused})
	if err != nil {
		return fmt.Errorf("drop what subscription %d was to hear: %w", sub.ID, err)
	}
	open, err := openProblems(ctx, d.q)
	if err != nil {
		return err
	}
	for _, p := range open {
		if err := d.catchUpWith(ctx, sub, p, known[p.ID]); err != nil {
			return err
		}
	}
	return d.store.wakeLane(ctx, d.q, sub.Channel)
}

// hearingsOf are what a subscription hears of the open problems, by their ids.
func (d *docket) hearingsOf(ctx context.Context, sub alert.Subscription) (map[int64]hearing, error) {
	rows, err := d.q.TellingsOfOpen(ctx, sub.ID)
	if err != nil {
		return nil, fmt.Errorf("select what subscription %d hears: %w", sub.ID, err)
	}
	known := map[int64]hearing{}
	for _, r := range rows {
		known[r.ProblemID] = hearingOf(r)
	}
	return known, nil
}

// catchUpWith tells a resumed subscription of an open problem, unless it has been
// told; h is what it heard before.
func (d *docket) catchUpWith(ctx context.Context, sub alert.Subscription, p alert.Problem, h hearing) error {
	if h.id != 0 && h.state == alert.Told {
		return d.remind(ctx, sub, hearing{id: h.id, state: h.state}, p)
	}
	asked, _ := sub.Wish.Matches(p)
	if p.Key.Kind == alert.Outage {
		asked = asked && h.id != 0 // else its children tell of it: see join
	} else {
		asked = asked && !lastOpening(p).Before(sub.Made)
	}
	if !asked {
		return nil
	}
	p, err := d.holdProblem(ctx, p.ID)
	if err != nil || p.State != alert.Open {
		return err
	}
	if p.ParentID != 0 {
		if err := d.join(ctx, sub, p); err != nil {
			return err
		}
	}
	return d.again(ctx, sub, p)
}

// ShareSubscription notes which admin confirmed that people of other companies
// may read along; nobody, if it is empty. Error: alert.ErrUnknownSubscription.
func (s *Store) ShareSubscription(ctx context.Context, id int64, admin string) error {
	err := s.changeSubscription(ctx, id, func(d *docket, sub *alert.Subscription) error {
		sub.SharedBy = admin
		return d.saveSubscription(ctx, *sub, time.Time{})
	})
	if err != nil {
		return fmt.Errorf("note who confirmed a shared channel: %w", err)
	}
	return nil
}

// DeleteSubscription ends a subscription. What it was to be told, it is not; what
// it was told is kept true. Error: alert.ErrUnknownSubscription.
func (s *Store) DeleteSubscription(ctx context.Context, id int64, who string) error {
	err := s.changeSubscription(ctx, id, func(d *docket, sub *alert.Subscription) error {
		sub.Changer, sub.Changed = who, d.now
		if err := d.saveSubscription(ctx, *sub, d.now); err != nil {
			return err
		}
		if _, err := s.unoweAll(ctx, d.q, id, becauseUnsubscribed); err != nil {
			return err
		}
		return d.q.EndTellings(ctx, db.EndTellingsParams{SubscriptionID: id, Reason: becauseUnsubscribed})
	})
	if err != nil {
		return fmt.Errorf("delete a subscription: %w", err)
	}
	return nil
}
