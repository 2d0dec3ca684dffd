package playground

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"perch/internal/playground/finch"
)

// part is an employer with a story that is under way when the playground opens,
// and that whoever visits it may go on with.
type part struct {
	name string
	// reconnects: the customer of that name in the local Finch signs in again.
	reconnects bool
	// likes are the provider and the way to sign in that they choose.
	likes finch.Step
	habit habit
	// ended is how long ago they were seen last; made is how long before they
	// opened the link it was made.
	ended, made time.Duration
	// life is how long the link was good, where it is over.
	life  time.Duration
	quiet bool
}

const day = 24 * time.Hour

// parts are the stories. The first is the README's.
var parts = []part{
	{name: "Blue Fern Dental", reconnects: true, habit: readsTheTerms, ended: 32 * time.Minute, made: 40 * time.Minute},
	{name: "Ferris Wheel Bakehouse", likes: finch.Step{Provider: "paylocity", Method: "credential"}, habit: wrongPassword, ended: 50 * time.Minute, made: 2 * time.Hour},
	{name: "Kestrel Outdoor", likes: finch.Step{Provider: "justworks"}, habit: waitsForTheCode, ended: 12 * time.Minute, made: day},
	{name: "Lantern House Inn", habit: neverOpens, made: 12 * day},
	{name: "Driftwood Charter School", habit: stopsAt("provider_selection", 2, 2*time.Minute, 20*time.Minute), ended: 8 * day, made: 3 * time.Hour, life: 7 * day},
	{name: "Nimbus Kayaks", habit: looksIn, ended: 25 * time.Minute, made: 3 * time.Hour, quiet: true},
	{name: "Open Door Books", habit: neverOpens, made: time.Minute}, // the last one is the page's first
}

// Cast brings in the employers whose stories are under way. One that cannot be
// does not keep the others out.
func (h *Host) Cast(ctx context.Context, now time.Time) error {
	dice := rand.New(rand.NewPCG(h.Seed, 32))
	var failed []error
	for _, p := range parts {
		if err := h.play(ctx, p, dice, now); err != nil {
			failed = append(failed, fmt.Errorf("bring in %s: %w", p.name, err))
		}
	}
	for _, n := range newlyConnected {
		if err := h.arrive(ctx, n.name, n.habit, dice); err != nil {
			failed = append(failed, fmt.Errorf("bring in %s: %w", n.name, err))
		}
	}
	return errors.Join(failed...)
}

// newlyConnected are customers of the local Finch who came through Connect hours
// ago.
var newlyConnected = []struct {
	name  string
	habit habit
}{
	{"Copper Kettle Brewing", goesThrough},
	{"Little Oaks Preschool", goesThrough},
	{"Lakeview Veterinary", mistypes},
	{"Juniper Street Books", goesOnLater},
}

// arrive tells Perch of the session that made a customer's connection.
func (h *Host) arrive(ctx context.Context, name string, does habit, dice *rand.Rand) error {
	of := h.Finch.Named(name)
	if len(of) == 0 || of[0].CreatedAt == nil {
		return nil
	}
	c := of[0]
	at, err := time.Parse(time.RFC3339, *c.CreatedAt)
	if err != nil {
		return err
	}
	r, err := rehearse(plot{
		id: c.CustomerID, name: name, manual: true, habit: does, start: at.Add(-time.Hour), run: sum(c.ID),
		likes: finch.Step{Provider: c.ProviderID, Method: c.Methods[0].Type},
	}, dice)
	if err != nil {
		return err
	}
	r.endsAt(at)
	if err := h.bringWhole(ctx, r); err != nil {
		return err
	}
	r.ConnectionID = c.ID // known only afterwards: at first it would make it a reconnect
	_, err = h.register(ctx, r.registration)
	return err
}

// play makes the session of a part at the local Finch, and tells Perch what has
// happened in it.
func (h *Host) play(ctx context.Context, p part, dice *rand.Rand, now time.Time) error {
	w := wish{quiet: p.quiet, Invitation: finch.Invitation{
		CustomerName: p.name, Manual: true, Life: p.life,
	}}
	if p.reconnects {
		of := h.Finch.Named(p.name)
		if len(of) == 0 {
			return nil // another seed's world, or a small one
		}
		w.ConnectionID, w.CustomerID, w.Life = of[0].ID, of[0].CustomerID, 90*day
		w.Provider, w.Method = of[0].ProviderID, of[0].Methods[0].Type
	} else {
		w.CustomerID, _ = h.people.next()
	}
	r, err := rehearse(plot{
		id: w.CustomerID, name: p.name, provider: w.Provider, method: w.Method, manual: true, habit: p.habit, start: now.Add(-p.ended), likes: p.likes, run: 1,
	}, dice)
	if err != nil {
		return err
	}
	r.endsAt(now.Add(-p.ended))
	w.created = r.began(now.Add(-p.ended)).Add(-p.made)
	if p.life > 0 {
		w.expires, w.Life = w.created.Add(p.life), time.Minute
	}
	a, err := h.start(ctx, w)
	if err != nil {
		return err
	}
	r.SessionID = a.ID
	if !p.quiet {
		if err := h.tellProvider(ctx, a, r.ProviderID); err != nil {
			return err
		}
	}
	if p.life > 0 {
		return h.bring(ctx, r, "", false) // the browser may tell no more
	}
	return h.bring(ctx, r, a.token, p.quiet)
}

// began is when the first thing was told, or otherwise.
func (r *rehearsal) began(otherwise time.Time) time.Time {
	if len(r.events) == 0 {
		return otherwise
	}
	at, err := time.Parse(time.RFC3339, r.events[0].At)
	if err != nil {
		return otherwise
	}
	return at
}
