package playground

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"perch/internal/playground/finch"
)

// How employers come and go while one watches: seconds stand for what takes
// minutes.
const (
	someoneEvery = 30 * time.Second
	// busyFor is after how many the rush is over.
	busyFor      = 40
	someoneLater = 3 * time.Minute
	hurry        = 3
	leastPause   = 3 * time.Second
	mostPause    = 20 * time.Second
	// staysAway is long enough to count as dropped off in the playground.
	staysAway = 210 * time.Second
	// invited is how long an assisted set-up waits for each of its steps.
	invited = 90 * time.Second
)

// liveHabits are those of the employers who come while one watches, by how many
// in a hundred have them.
var liveHabits = []struct {
	of    int
	habit habit
}{
	{50, goesThrough},
	{15, mistypes},
	{15, returns(staysAway)},
	{8, stopsAt("provider_selection", 1, time.Minute, 0)},
	{7, wrongPassword},
	{5, looksIn},
}

// KeepBusy has an employer start a session every now and then, until ctx ends.
// The first drops off and goes on later; the second has an assisted set-up.
func (h *Host) KeepBusy(ctx context.Context) {
	dice := rand.New(rand.NewPCG(h.Seed, h.Life^33))
	h.come(ctx, dice, returns(staysAway), finch.Step{Provider: "gusto"})
	h.come(ctx, dice, goesThrough, finch.Step{Provider: "insperity"})
	for n := 0; ; n++ {
		every := someoneEvery
		if n >= busyFor {
			every = someoneLater
		}
		pause := time.Duration(float64(every) * (0.7 + 0.6*dice.Float64()))
		if !sleep(ctx, pause) {
			return
		}
		h.come(ctx, dice, liveHabit(dice), likes(dice))
	}
}

func liveHabit(dice *rand.Rand) habit {
	roll := dice.IntN(100)
	for _, one := range liveHabits {
		if roll -= one.of; roll < 0 {
			return one.habit
		}
	}
	return goesThrough
}

// come lets a new employer open a link, and play it out on their own.
func (h *Host) come(ctx context.Context, dice *rand.Rand, does habit, likes finch.Step) {
	a, err := h.invite(ctx, true)
	if err != nil {
		if ctx.Err() == nil {
			h.Failed("start a session", err)
		}
		return
	}
	e := h.actor(a)
	e.likes = likes
	go h.act(ctx, a, e, does)
}

// actor is the employer of a session, with likings of their own.
func (h *Host) actor(a *attempt) *employer {
	dice := rand.New(rand.NewPCG(h.Seed, sum(a.ID)))
	return &employer{dice: dice, name: *a.CustomerName, likes: likes(dice)}
}

// invite makes a session for somebody new.
func (h *Host) invite(ctx context.Context, simulated bool) (*attempt, error) {
	id, name := h.people.next()
	return h.start(ctx, wish{simulated: simulated, Invitation: finch.Invitation{CustomerID: id, CustomerName: name, Manual: true}})
}

// sum is a number that belongs to a text.
func sum(text string) uint64 {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(text)) // never fails
	return hash.Sum64()
}

// act plays an employer here and now, until they are through or ctx ends.
func (h *Host) act(ctx context.Context, a *attempt, e *employer, does habit) {
	e.does = func(step finch.Step) finch.Screen {
		step.SessionID = a.ID
		return h.Finch.Step(step)
	}
	e.pause = func(d time.Duration) bool { return sleep(ctx, hurried(d)) }
	e.away = func(d time.Duration) bool { return sleep(ctx, d) }
	e.says = func(kind, message string) {
		if err := h.tellBrowser(ctx, a, kind, message); err != nil && ctx.Err() == nil {
			h.Failed("tell Perch as the browser", err)
		}
	}
	does(e)
	if e.seen.Code == "" {
		return
	}
	connection, err := h.exchange(ctx, a, e.seen.Code)
	if err != nil {
		if ctx.Err() == nil {
			h.Failed("exchange a code", err)
		}
		return
	}
	if e.seen.Method == "assisted" {
		h.accept(ctx, connection)
	}
}

// accept is the rest of an assisted set-up: the invitation is accepted, then the
// first data is there.
func (h *Host) accept(ctx context.Context, connectionID string) {
	for _, status := range []string{"processing", "connected"} {
		if !sleep(ctx, invited) {
			return
		}
		if err := h.Finch.SetStatus(connectionID, status, ""); err != nil {
			h.Failed("accept an invitation", fmt.Errorf("%s: %w", status, err))
			return
		}
	}
}

// hurried is a pause as it passes while one watches.
func hurried(d time.Duration) time.Duration {
	return min(max(d/hurry, leastPause), mostPause)
}

// sleep lets time pass; false if ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
