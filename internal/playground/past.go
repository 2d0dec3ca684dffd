package playground

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"perch/internal/playground/finch"
)

// rehearsal is a session that went on in the past, and all that would have been
// told of it.
type rehearsal struct {
	registration
	events []rehearsed
}

// rehearsed is an event, and whether the browser tells it.
type rehearsed struct {
	toldEvent
	browser bool
}

// plot is a session of the past that is to be made up.
type plot struct {
	id, name, provider, method string
	manual                     bool
	habit                      habit
	start                      time.Time
	// opens is how long after the link was made the employer opened it.
	opens time.Duration
	likes finch.Step
	run   uint64
}

// rehearse has an employer go through a local Finch whose clock stands in the
// past: what is told of them is what the page itself would have shown.
func rehearse(p plot, dice *rand.Rand) (rehearsal, error) {
	now := p.start
	var told []rehearsed
	tell := func(browser bool, e toldEvent) {
		e.ID, e.At = fmt.Sprintf("past-%d", len(told)+1), written(now)
		told = append(told, rehearsed{e, browser})
	}
	stage := finch.New(finch.Options{Connections: 1, Run: p.run, Now: func() time.Time { return now }, Walked: func(w finch.Walk) {
		if kind := stageEvents[w.Kind]; kind != "" {
			e := toldEvent{Type: kind}
			e.fill(w)
			tell(false, e)
		}
	}})
	defer stage.Close()
	made, err := stage.Invite(finch.Invitation{
		CustomerID: p.id, CustomerName: p.name, Provider: p.provider, Method: p.method, Manual: p.manual,
	})
	if err != nil {
		return rehearsal{}, fmt.Errorf("rehearse: %w", err)
	}
	pass := func(d time.Duration) bool { now = now.Add(d); return true }
	e := &employer{
		dice: dice, name: p.name, likes: p.likes,
		does:  func(step finch.Step) finch.Screen { step.SessionID = made.ID; return stage.Step(step) },
		pause: pass, away: pass,
		says: func(kind, message string) {
			if kind == "error" {
				return // the application told of it, with its stage
			}
			tell(true, toldEvent{Type: kind})
		},
	}
	e.rest(p.opens)
	p.habit(e)
	if e.seen.Code != "" {
		now = now.Add(time.Second)
		tell(false, toldEvent{Type: "token_exchanged"})
	}
	return rehearsal{registration{
		SessionID: made.ID, CustomerID: p.id, CustomerName: p.name, ProviderID: e.seen.Provider.ID,
		CreatedAt: *made.CreatedAt, ExpiresAt: *made.ExpiresAt,
	}, told}, nil
}

// endsAt moves all that was told, so that the last of it is of this moment.
func (r *rehearsal) endsAt(moment time.Time) {
	if len(r.events) == 0 {
		return
	}
	last, err := time.Parse(time.RFC3339, r.events[len(r.events)-1].At)
	if err != nil {
		return
	}
	for i := range r.events {
		at, err := time.Parse(time.RFC3339, r.events[i].At)
		if err == nil {
			r.events[i].At = written(at.Add(moment.Sub(last)))
		}
	}
}

// How much of a past there is.
const (
	pastSessions = 150
	pastDays     = 30
	pastAtOnce   = 4
	// freshest is how old the newest of the past is: what is newer is played.
	freshest = 3 * time.Hour
)

// habits of the past, by how many in a hundred have them.
var pastHabits = []struct {
	of    int
	habit habit
	// again: they drop off, and some try again another day.
	again bool
}{
	{45, goesThrough, false},
	{13, mistypes, false},
	{6, returns(26 * time.Hour), false},
	{5, stopsAt("terms_of_service", 1, 2*time.Minute, 0), true},
	{4, stopsAt("terms_of_service", 3, 2*time.Minute, 10*time.Minute), true},
	{8, stopsAt("provider_selection", 1, 90*time.Second, 0), true},
	{8, wrongPassword, true},
	{4, stopsAt("mfa", 1, 5*time.Minute, 0), true},
	{2, looksIn, true},
	{5, neverOpens, true},
}

// likings are the providers and ways in use, by how many in a hundred use them.
var likings = []struct {
	of               int
	provider, method string
}{
	{20, "gusto", ""},
	{18, "adp_run", "credential"},
	{8, "adp_run", "assisted"},
	{10, "paychex_flex", "credential"},
	{4, "paychex_flex", "assisted"},
	{9, "rippling", ""},
	{8, "bamboo_hr", ""},
	{7, "justworks", ""},
	{6, "paylocity", "credential"},
	{4, "paycom", "credential"},
	{3, "trinet", "api_token"},
	{3, "insperity", ""},
}

// likes are a provider and a way to sign in.
func likes(dice *rand.Rand) finch.Step {
	roll := dice.IntN(100)
	for _, l := range likings {
		if roll -= l.of; roll < 0 {
			return finch.Step{Provider: l.provider, Method: l.method}
		}
	}
	return finch.Step{Provider: likings[0].provider}
}

// plots are the sessions of the past 30 days, oldest first.
func (h *Host) plots(now time.Time) []plot {
	dice := rand.New(rand.NewPCG(h.Seed, 30))
	var list []plot
	for len(list) < pastSessions {
		roll := dice.IntN(100)
		for _, one := range pastHabits {
			if roll -= one.of; roll >= 0 {
				continue
			}
			p := h.plot(dice, one.habit, now)
			list = append(list, p)
			if one.again && dice.IntN(100) < 40 {
				list = append(list, p.again(dice, now))
			}
			break
		}
	}
	slices.SortFunc(list, func(a, b plot) int { return a.start.Compare(b.start) })
	return list
}

func (h *Host) plot(dice *rand.Rand, does habit, now time.Time) plot {
	id, name := h.people.next()
	ago := freshest + time.Duration(dice.Int64N(int64(pastDays*24*time.Hour-freshest-48*time.Hour)))
	return plot{
		id: id, name: name, manual: true, habit: does, start: now.Add(-ago), likes: likes(dice), run: dice.Uint64(),
		opens: time.Duration(1+dice.IntN(90)) * time.Minute,
	}
}

// again is a later attempt of the same employer, which succeeds.
func (p plot) again(dice *rand.Rand, now time.Time) plot {
	p.start = p.start.Add(time.Duration(20+dice.IntN(60)) * time.Hour)
	if latest := now.Add(-freshest); p.start.After(latest) {
		p.start = latest
	}
	p.habit, p.run = goesThrough, dice.Uint64()
	return p
}

// Recall brings the past in through Perch's own doors, until ctx ends. It takes a
// few seconds; whatever does not work ends it.
func (h *Host) Recall(ctx context.Context, now time.Time) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(pastAtOnce)
	dice := rand.New(rand.NewPCG(h.Seed, 31))
	for _, p := range h.plots(now) {
		r, err := rehearse(p, dice)
		if err != nil {
			return err
		}
		r.until(now)
		group.Go(func() error { return h.bringWhole(ctx, r) })
	}
	return group.Wait()
}

// bringWhole registers a rehearsed session and has the application tell all of it.
func (h *Host) bringWhole(ctx context.Context, r rehearsal) error {
	if _, err := h.register(ctx, r.registration); err != nil {
		return fmt.Errorf("register a past session: %w", err)
	}
	return h.bring(ctx, r, "", false)
}

// until drops what would lie in the future.
func (r *rehearsal) until(now time.Time) {
	r.events = slices.DeleteFunc(r.events, func(e rehearsed) bool { return e.At > written(now) })
}

// bring tells Perch of a rehearsed session. With a browser's token that tells
// its own part; otherwise the application tells all. Quiet leaves the
// application's part out.
func (h *Host) bring(ctx context.Context, r rehearsal, token string, quiet bool) error {
	parts := map[string][]toldEvent{}
	for _, e := range r.events {
		switch {
		case e.browser && token != "":
			parts[token] = append(parts[token], e.toldEvent)
		case !quiet || e.browser:
			parts[""] = append(parts[""], e.toldEvent)
		}
	}
	for bearer, events := range parts {
		if err := h.tellEvents(ctx, r.SessionID, bearer, events...); err != nil {
			return fmt.Errorf("tell of a past session: %w", err)
		}
	}
	return nil
}
