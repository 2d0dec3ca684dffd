package commands

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/alert"
)

// subscriptions answers who hears what: in a channel that channel's, in the
// messages with Perch one's own and, below, everybody's.
func (p perch) subscriptions(ctx context.Context, r *bot.Request, _ string) error {
	l, err := p.listSubscriptions(ctx, r, 0)
	if err != nil {
		return err
	}
	return r.Reply(ctx, subscriptionsCard(l))
}

func (p perch) turnSubscriptions(ctx context.Context, r *bot.Request) error {
	from, _ := strconv.Atoi(r.Value)
	l, err := p.listSubscriptions(ctx, r, from)
	if err != nil {
		return err
	}
	return r.Update(ctx, subscriptionsCard(l))
}

// listSubscriptions reads those that belong where the asker is.
func (p perch) listSubscriptions(ctx context.Context, r *bot.Request, from int) (subscriptionList, error) {
	l := subscriptionList{Who: r.Who, As: r.As, Now: p.Now(), Channel: r.Channel}
	if strings.HasPrefix(r.Channel, "D") {
		l.Channel = ""
	}
	all, err := p.Subscriptions.Subscriptions(ctx, l.Channel)
	if err != nil {
		return l, fmt.Errorf("read subscriptions: %w", err)
	}
	if l.Channel == "" { // one's own first, and nobody else's direct messages
		all = slices.DeleteFunc(all, func(s alert.Subscription) bool { return direct(s) && s.Channel != r.Who.ID })
		slices.SortStableFunc(all, func(a, b alert.Subscription) int { return l.rank(a) - l.rank(b) })
	}
	l.All, l.From = all, max(0, min(from, len(all)-1))
	return l, nil
}

func direct(s alert.Subscription) bool {
	return strings.HasPrefix(s.Channel, "U") || strings.HasPrefix(s.Channel, "W")
}

// mayChange: who made it, and admins.
func mayChange(s alert.Subscription, who bot.Person) bool {
	return who.ID == s.Maker || who.Role >= bot.Admin
}

// mine reads a subscription that the asker may change, judged now.
func (p perch) mine(ctx context.Context, r *bot.Request, id int64) (alert.Subscription, error) {
	s, err := p.Subscriptions.Subscription(ctx, id)
	if err != nil {
		return s, p.gone("read a subscription", err)
	}
	if !mayChange(s, r.Who) {
		return s, bot.Tell(fmt.Sprintf("Only <@%s>, who made it, and admins may change this subscription. You can make one of your own with `%s subscribe`.",
			s.Maker, r.As.Of("perch")), nil)
	}
	return s, nil
}

// gone says it plainly where a subscription is not there any more.
func (p perch) gone(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, alert.ErrUnknownSubscription):
		return bot.Tell("This subscription is not there any more: somebody deleted it.", nil)
	default:
		return fmt.Errorf("%s: %w", doing, err)
	}
}

// pressedOn is the subscription of the pressed button, if the presser may change it.
func (p perch) pressedOn(ctx context.Context, r *bot.Request) (alert.Subscription, error) {
	id, err := strconv.ParseInt(r.Value, 10, 64)
	if err != nil {
		return alert.Subscription{}, errStrange
	}
	return p.mine(ctx, r, id)
}

// errStrange is for values that no card of ours has.
var errStrange = bot.Tell("This button belongs to another version of Perch. Ask again for a fresh card.", nil)

// edit opens the form for a subscription.
func (p perch) edit(ctx context.Context, r *bot.Request) error {
	s, err := p.pressedOn(ctx, r)
	if err != nil {
		return err
	}
	return r.Open(ctx, draftOfSubscription(s, r.Who).view(""))
}

func draftOfSubscription(s alert.Subscription, who bot.Person) draft {
	d := draft{ID: s.ID, Channel: s.Channel, SharedBy: s.SharedBy, Wish: s.Wish, All: beyondBasics(s.Wish)}
	if d.Wish.Zone == "" {
		d.Wish.Zone = who.Zone
	}
	return d
}

// pause stops a subscription; twice is once.
func (p perch) pause(ctx context.Context, r *bot.Request) error {
	s, err := p.pressedOn(ctx, r)
	if err != nil {
		return err
	}
	if !s.Paused {
		if err := p.gone("pause a subscription", p.Pauser.PauseSubscription(ctx, s.ID, r.Who.ID, "")); err != nil {
			return err
		}
	}
	return p.redraw(ctx, r, s, "Paused. What is open when it goes on is told then, and no more.")
}

// resume lets a subscription go on, if Perch can post there now.
func (p perch) resume(ctx context.Context, r *bot.Request) error {
	s, err := p.pressedOn(ctx, r)
	if err != nil {
		return err
	}
	err = p.placeError(ctx, r, draftOfSubscription(s, r.Who))
	if errors.Is(err, errOthersRead) && r.Who.Role >= bot.Admin {
		return r.Reply(ctx, buttons("People of other companies read this channel by now (Slack Connect). They would read customers' names there.",
			card.Button("perch.resume_shared", r.Value, "Go on all the same", letOthersRead)))
	}
	if err != nil {
		return err
	}
	return p.goOn(ctx, r, s)
}

// resumeShared is an admin's word that others may read along.
func (p perch) resumeShared(ctx context.Context, r *bot.Request) error {
	s, err := p.pressedOn(ctx, r)
	switch {
	case err != nil:
		return err
	case r.Who.Role < bot.Admin:
		return errOthersRead
	}
	if err := p.gone("share a subscription", p.Pauser.ShareSubscription(ctx, s.ID, r.Who.ID)); err != nil {
		return err
	}
	s.SharedBy = r.Who.ID
	if err := p.placeError(ctx, r, draftOfSubscription(s, r.Who)); err != nil {
		return err
	}
	return p.goOn(ctx, r, s)
}

func (p perch) goOn(ctx context.Context, r *bot.Request, s alert.Subscription) error {
	if s.Paused {
		if err := p.gone("resume a subscription", p.Pauser.ResumeSubscription(ctx, s.ID, r.Who.ID)); err != nil {
			return err
		}
	}
	return p.redraw(ctx, r, s, "It goes on.")
}

// unsubscribe deletes a subscription; twice is once.
func (p perch) unsubscribe(ctx context.Context, r *bot.Request) error {
	s, err := p.pressedOn(ctx, r)
	if err != nil {
		return err
	}
	if err := p.gone("delete a subscription", p.Subscriber.DeleteSubscription(ctx, s.ID, r.Who.ID)); err != nil {
		return err
	}
	return p.redraw(ctx, r, s, ":heavy_minus_sign: Deleted: "+s.Wish.Short())
}

// sample posts what a card of the subscription looks like, to where it is told.
// That Perch can post there shows with it.
func (p perch) sample(ctx context.Context, r *bot.Request) error {
	s, err := p.pressedOn(ctx, r)
	if err != nil {
		return err
	}
	if err := p.placeError(ctx, r, draftOfSubscription(s, r.Who)); err != nil {
		return err
	}
	if err := r.Post(ctx, s.Channel, alert.SampleText(s, p.Now())); err != nil {
		if sentence := bot.Cannot(err); sentence != "" {
			return bot.Tell(sentence, nil)
		}
		return fmt.Errorf("post a sample: %w", err)
	}
	return r.Reply(ctx, note(fmt.Sprintf("A sample stands in %s now.", placeOf(s, r.Who.ID))))
}

// redraw puts the list, or the one subscription, as it is now in the pressed
// card's place.
func (p perch) redraw(ctx context.Context, r *bot.Request, s alert.Subscription, said string) error {
	var id int64
	var from int
	if n, _ := fmt.Sscanf(r.Block, "subs:%d:%d", &id, &from); n == 2 {
		l, err := p.listSubscriptions(ctx, r, from)
		if err != nil {
			return err
		}
		return r.Update(ctx, marked(subscriptionsCard(l), said))
	}
	fresh, err := p.Subscriptions.Subscription(ctx, s.ID)
	if errors.Is(err, alert.ErrUnknownSubscription) {
		return r.Update(ctx, note(said))
	}
	if err != nil {
		return fmt.Errorf("read a subscription: %w", err)
	}
	return r.Update(ctx, marked(p.single(fresh, r), said))
}

// single is the card of one subscription by itself.
func (p perch) single(s alert.Subscription, r *bot.Request) card.Message {
	return oneSubscription(s, fmt.Sprintf("sub:%d", s.ID), subscriptionList{Channel: r.Channel, Who: r.Who, As: r.As, Now: p.Now()})
}
