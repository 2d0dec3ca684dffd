package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"perch/internal/alert"
	"perch/store/internal/db"
)

// hearing is what one subscription hears of one problem.
type hearing struct {
	id     int64
	state  alert.TellingState
	due    time.Time
	reason string
	cardID int64
}

// verdict is what was decided before, for the rules to go on from.
func (h hearing) verdict() alert.Verdict {
	if h.id == 0 || h.state != alert.Held {
		return alert.Verdict{}
	}
	return alert.Verdict{State: h.state, Due: h.due, Reason: h.reason}
}

// heard reports whether it is told, or will be as soon as its channel's turn comes.
func (h hearing) heard() bool {
	return h.id != 0 && (h.state == alert.Owed || h.state == alert.Told)
}

func hearingOf(r db.Telling) hearing {
	return hearing{id: r.ID, state: alert.TellingState(r.State), due: timeOf(r.Due), reason: r.Reason, cardID: r.CardID}
}

// hearings are what the subscriptions that stand hear of a problem, by their ids.
func hearings(ctx context.Context, q *db.Queries, problemID int64) (map[int64]hearing, error) {
	rows, err := q.TellingsOf(ctx, problemID)
	if err != nil {
		return nil, fmt.Errorf("select who hears of problem %d: %w", problemID, err)
	}
	all := map[int64]hearing{}
	for _, r := range rows {
		all[r.SubscriptionID] = hearing{id: r.ID, state: alert.TellingState(r.State), due: timeOf(r.Due), reason: r.Reason, cardID: r.CardID}
	}
	return all, nil
}

func (d *docket) hearing(ctx context.Context, id int64) (hearing, error) {
	row, err := d.q.TellingByID(ctx, id)
	if err != nil {
		return hearing{}, fmt.Errorf("select what is heard: %w", err)
	}
	return hearingOf(row), nil
}

// holdProblem reads a problem of which nobody else changes who hears meanwhile.
func (d *docket) holdProblem(ctx context.Context, id int64) (alert.Problem, error) {
	if err := d.q.HoldProblem(ctx, id); err != nil {
		return alert.Problem{}, fmt.Errorf("hold problem %d: %w", id, err)
	}
	return problemByID(ctx, d.q, id)
}

// subscriptions are all that stand, read once a transaction.
func (d *docket) subscriptions(ctx context.Context) ([]alert.Subscription, error) {
	if d.subsFor {
		return d.subs, nil
	}
	rows, err := d.q.Subscriptions(ctx)
	if err != nil {
		return nil, fmt.Errorf("select the subscriptions: %w", err)
	}
	d.subs, err = subscriptionsOf(rows)
	d.subsFor = err == nil
	return d.subs, err
}

// tell asks every subscription whether it hears of a step, and owes those that do
// what they are to hear.
func (d *docket) tell(ctx context.Context, step alert.Step) error {
	p := step.Problem
	subs, err := d.subscriptions(ctx)
	if err != nil {
		return err
	}
	all, err := hearings(ctx, d.q, p.ID)
	if err != nil {
		return err
	}
	said := map[int64]bool{} // cards that have this line already
	for _, sub := range subs {
		h := all[sub.ID]
		switch {
		case h.heard():
			err = d.follow(ctx, sub, h, step, said)
		case !sub.Paused && p.Key.Kind != alert.Outage: // of an outage its children tell: see join
			err = d.consider(ctx, sub, h, step)
		case !sub.Paused && h.id != 0 && (h.state == alert.Held || opens(step.Event.What)):
			err = d.decide(ctx, sub, h, p)
		}
		if err != nil {
			return err
		}
	}
	if len(all) > 0 {
		if err := d.store.soil(ctx, d.q, p.ID, d.now); err != nil {
			return err
		}
	}
	return d.thank(ctx, step)
}

// opens are the happenings from which on even a subscription hears of a problem
// that was made while it was open.
func opens(h alert.Happening) bool {
	return h == alert.HasOpened || h == alert.HasReopened || h == alert.HasFlapped
}

// consider decides on a problem that a subscription has not heard of.
func (d *docket) consider(ctx context.Context, sub alert.Subscription, h hearing, step alert.Step) error {
	p := step.Problem
	if h.id == 0 && (p.State != alert.Open || p.Noted.Before(sub.Made) && !opens(step.Event.What)) {
		return nil
	}
	if h.state == alert.Dropped && (p.State != alert.Open || p.ParentID != 0) {
		return nil
	}
	if ok, _ := sub.Wish.Matches(p); !ok && h.id == 0 {
		return nil
	} else if ok && p.ParentID != 0 {
		if err := d.join(ctx, sub, p); err != nil {
			return err
		}
	}
	return d.decide(ctx, sub, h, p)
}

// decide asks the rules about a problem that a subscription has not heard of, and
// writes down what they say if it is new.
func (d *docket) decide(ctx context.Context, sub alert.Subscription, h hearing, p alert.Problem) error {
	v := sub.Decide(p, h.verdict(), d.now)
	if h.id != 0 && v.State == h.state && v.Reason == h.reason && v.Due.Equal(h.due) {
		return nil
	}
	if v.State != alert.Owed {
		return d.record(ctx, sub, p, v)
	}
	return d.oweCard(ctx, sub, p, v.Reason)
}

// oweCard owes a subscription the card of a problem.
func (d *docket) oweCard(ctx context.Context, sub alert.Subscription, p alert.Problem, reason string) error {
	if err := d.recordOwed(ctx, sub, p, reason); err != nil {
		return err
	}
	return d.store.owe(ctx, d.q, alert.Delivery{
		Channel: sub.Channel, Kind: alert.CardMessage, SubscriptionID: sub.ID, ProblemID: p.ID, Owed: d.now,
	})
}

// recordOwed notes that a subscription is to be told now. When it is reminded is
// settled when it has been.
func (d *docket) recordOwed(ctx context.Context, sub alert.Subscription, p alert.Problem, reason string) error {
	return d.record(ctx, sub, p, alert.Verdict{State: alert.Owed, Reason: reason})
}

func (d *docket) record(ctx context.Context, sub alert.Subscription, p alert.Problem, v alert.Verdict) error {
	err := d.q.SaveTelling(ctx, db.SaveTellingParams{
		SubscriptionID: sub.ID, ProblemID: p.ID, State: int16(v.State), Reason: clean(v.Reason), Due: stamp(v.Due),
	})
	if err != nil {
		return fmt.Errorf("note what subscription %d hears of problem %d: %w", sub.ID, p.ID, err)
	}
	return nil
}

// follow tells a subscription, where it wants more than the card's edit, what
// happened to a problem of which it has heard; and reminds it, or no more.
func (d *docket) follow(ctx context.Context, sub alert.Subscription, h hearing, step alert.Step, said map[int64]bool) error {
	if err := d.remind(ctx, sub, h, step.Problem); err != nil {
		return err
	}
	kind, says := lineFor(step)
	if !says || sub.Paused || h.state != alert.Told || h.cardID == 0 || said[h.cardID] {
		return nil
	}
	said[h.cardID] = true
	return d.store.owe(ctx, d.q, alert.Delivery{
		Channel: sub.Channel, Kind: kind, SubscriptionID: sub.ID, ProblemID: step.Problem.ID, CardID: h.cardID, Owed: d.now,
		Body: alert.Body{Happening: step.Event.What, At: step.Event.At, Who: step.Event.Who},
	})
}

// worthALine is how long a problem must have been open for its end to be said
// beside the card's edit.
const worthALine = time.Hour

// lineFor is what sort of line a step is said by, if by any. What somebody did
// here is never said to anybody but by the card: they know. That it is somebody
// else's move is said of an outage's part by the outage.
func lineFor(step alert.Step) (alert.MessageKind, bool) {
	p := step.Problem
	if step.Event.Who != "" {
		return "", false
	}
	switch step.Event.What {
	case alert.HasEscalated:
		return alert.EscalateMessage, p.ParentID == 0
	case alert.HasReopened, alert.HasFlapped:
	case alert.HasResolved:
		if p.ClaimedBy == "" && (p.ParentID != 0 || p.Over.Sub(p.Opened) <= worthALine) {
			return "", false
		}
	default:
		return "", false
	}
	return alert.LineMessage, true
}

// remind sets when a subscription is reminded, where a step changed whether it is.
func (d *docket) remind(ctx context.Context, sub alert.Subscription, h hearing, p alert.Problem) error {
	next := sub.Wish.NextReminder(p, d.now, d.now)
	if h.state != alert.Told || next.IsZero() == h.due.IsZero() {
		return nil
	}
	if err := d.q.SetTellingDue(ctx, db.SetTellingDueParams{ID: h.id, Due: stamp(next)}); err != nil {
		return fmt.Errorf("note when to remind: %w", err)
	}
	return nil
}

// thank tells whoever asked for a reconnect link that it did its work.
func (d *docket) thank(ctx context.Context, step alert.Step) error {
	p := step.Problem
	if step.Event.What != alert.HasResolved || p.LinkBy == "" || p.LinkAt.Before(lastOpening(p)) {
		return nil
	}
	return d.store.owe(ctx, d.q, alert.Delivery{
		Channel: p.LinkBy, Kind: alert.NoticeMessage, ProblemID: p.ID, Owed: d.now,
		Body: alert.Body{Happening: alert.HasLink, At: step.Event.At, Who: p.LinkBy},
	})
}

// lastOpening is when a problem opened here last.
func lastOpening(p alert.Problem) time.Time {
	return slices.MaxFunc(append([]time.Time{p.Noted}, p.Openings...), time.Time.Compare)
}

// join has a subscription hear of the outage that a problem it asked for belongs
// to: once, however many of its problems do.
func (d *docket) join(ctx context.Context, sub alert.Subscription, child alert.Problem) error {
	all, known := d.parents[child.ParentID]
	if !known {
		var err error
		if all, err = hearings(ctx, d.q, child.ParentID); err != nil {
			return err
		}
		d.parents[child.ParentID] = all
	}
	if all[sub.ID].id != 0 {
		return nil
	}
	row, err := d.q.ProblemByID(ctx, child.ParentID)
	if err != nil {
		return fmt.Errorf("select the outage: %w", err)
	}
	parent, err := problemOf(row)
	if err != nil {
		return err
	}
	all[sub.ID] = hearing{id: -1} // decided on in this transaction
	return d.decide(ctx, sub, hearing{}, parent)
}
