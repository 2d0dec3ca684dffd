package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/alert"
)

// act makes the step that a press asks for.
type act func(r *bot.Request, now time.Time) func(alert.Problem) (alert.Step, error)

func claimed(r *bot.Request, now time.Time) func(alert.Problem) (alert.Step, error) {
	return func(p alert.Problem) (alert.Step, error) { return p.Claim(r.Who.ID, now) }
}

func released(r *bot.Request, now time.Time) func(alert.Problem) (alert.Step, error) {
	return func(p alert.Problem) (alert.Step, error) { return p.Release(r.Who.ID, now) }
}

func woken(r *bot.Request, now time.Time) func(alert.Problem) (alert.Step, error) {
	return func(p alert.Problem) (alert.Step, error) { return p.Wake(r.Who.ID, now) }
}

func closed(r *bot.Request, now time.Time) func(alert.Problem) (alert.Step, error) {
	return func(p alert.Problem) (alert.Step, error) { return p.Close(r.Who.ID, now) }
}

func snoozed(r *bot.Request, now time.Time) func(alert.Problem) (alert.Step, error) {
	_, how, _ := strings.Cut(r.Value, " ")
	until := snoozeUntil(how, now, r.Who.Zone)
	return func(p alert.Problem) (alert.Step, error) { return p.Snooze(r.Who.ID, until, now) }
}

// morning is when tomorrow begins for who snoozes until then.
const morning = 9

// snoozeUntil is when a snooze ends; zero for one that lasts until the problem
// changes. A zone that this machine does not know counts as UTC.
func snoozeUntil(how string, now time.Time, zone string) time.Time {
	switch how {
	case alert.SnoozeChange:
		return time.Time{}
	case alert.SnoozeTomorrow:
		there, err := time.LoadLocation(zone)
		if err != nil {
			there = time.UTC
		}
		year, month, day := now.In(there).Date()
		return time.Date(year, month, day+1, morning, 0, 0, 0, there).UTC()
	default:
		return now.Add(time.Hour)
	}
}

// acting answers a press that changes a problem: the change is made once however
// often it is pressed, and the pressed card shows what is true then.
func (p perch) acting(do act) bot.Handler {
	return func(ctx context.Context, r *bot.Request) error {
		id, err := problemID(r.Value)
		if err != nil {
			return err
		}
		_, err = p.Actor.Act(ctx, id, do(r, p.Now()))
		refusal, refused := errors.AsType[*alert.RefusedError](err)
		if err != nil && !refused {
			return unknownProblem("change a problem", err)
		}
		if err := p.repaint(ctx, r, id); err != nil || !refused {
			return err
		}
		return bot.Tell(refusal.Sentence+" The card shows it as it is now.", nil)
	}
}

// repaint puts the problem's card, as it is now, in the pressed one's place.
func (p perch) repaint(ctx context.Context, r *bot.Request, id int64) error {
	m, err := p.shown(ctx, id, p.tellerOf(ctx, r))
	if err != nil {
		return err
	}
	return r.Update(ctx, m)
}

// tellerOf is the subscription that put the pressed card there; 0 for a card
// that somebody asked for.
func (p perch) tellerOf(ctx context.Context, r *bot.Request) int64 {
	if r.Ephemeral || r.TS == "" {
		return 0
	}
	c, ok, err := p.Cards.CardAt(ctx, r.Channel, r.TS)
	if err != nil {
		r.Note(fmt.Errorf("find the pressed card: %w", err))
	}
	if err != nil || !ok {
		return 0
	}
	return c.SubscriptionID
}

// more is the ⋯ menu: each choice begins with the name of what it does.
func (p perch) more(ctx context.Context, r *bot.Request) error {
	verb, rest, _ := strings.Cut(r.Value, " ")
	r.Value = rest
	switch verb {
	case "mute":
		return p.mute(ctx, r)
	case "manage":
		return p.manage(ctx, r)
	case "close":
		return p.acting(closed)(ctx, r)
	case "packet":
		r.Value = packetOf{ofProblem, rest}.String()
		return p.packet(ctx, r)
	default:
		return errStrange
	}
}

// pair reads the problem and the subscription of a value.
func pair(value string) (problem, subscription int64, err error) {
	if n, _ := fmt.Sscanf(value, "%d %d", &problem, &subscription); n != 2 || problem <= 0 || subscription <= 0 {
		return 0, 0, errStrange
	}
	return problem, subscription, nil
}

// mute opens the subscription's form with what is like this problem left out.
func (p perch) mute(ctx context.Context, r *bot.Request) error {
	id, subscriptionID, err := pair(r.Value)
	if err != nil {
		return err
	}
	s, err := p.mine(ctx, r, subscriptionID)
	if err != nil {
		return err
	}
	problem, err := p.Problems.Problem(ctx, id)
	if err != nil {
		return unknownProblem("read a problem", err)
	}
	d := draftOfSubscription(s, r.Who)
	what := leaveOut(&d.Wish, problem)
	if what == "" {
		return bot.Tell("This is about Perch itself, so no filter leaves it out. Change what is told here, and take the kind `blind` out.", nil)
	}
	return r.Open(ctx, d.view(fmt.Sprintf("*Filled in: not %s.* Look at the fields, then press Check.", what)))
}

// leaveOut excludes what a problem is about, as narrowly as it can be named, and
// says what that is, as mrkdwn.
func leaveOut(w *alert.Wish, p alert.Problem) string {
	s := p.Subject
	switch {
	case p.Key.Kind == alert.Outage && s.ProviderID != "":
		w.Exclude.Providers = union(w.Exclude.Providers, s.ProviderID)
		return "provider " + card.EscapeCut(s.ProviderName, 80)
	case p.Key.Kind == alert.Outage && p.Facts.Session.Stage != "":
		w.Exclude.Stages = union(w.Exclude.Stages, string(p.Facts.Session.Stage))
		return "employers at " + card.EscapeCut(p.Facts.Session.Stage.Name(), 80)
	case p.Key.EntityID != "":
		w.Exclude.Entities = union(w.Exclude.Entities, p.Key.EntityID)
		return "this entity of " + card.EscapeCut(nameOfProblem(p), 80)
	case s.CustomerID != "":
		w.Exclude.Customers = union(w.Exclude.Customers, s.CustomerID)
	case p.Key.ConnectionID != "":
		w.Exclude.Customers = union(w.Exclude.Customers, p.Key.ConnectionID)
	default:
		return ""
	}
	return card.EscapeCut(nameOfProblem(p), 80)
}

// manage shows the subscription behind a card.
func (p perch) manage(ctx context.Context, r *bot.Request) error {
	_, subscriptionID, err := pair(r.Value)
	if err != nil {
		return err
	}
	s, err := p.Subscriptions.Subscription(ctx, subscriptionID)
	if err == nil && direct(s) && s.Channel != r.Who.ID {
		err = alert.ErrUnknownSubscription // what others hear in their direct messages is theirs
	}
	if err != nil {
		return p.gone("read a subscription", err)
	}
	return r.Reply(ctx, p.single(s, r))
}
