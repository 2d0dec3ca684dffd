package alert_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	locks "sync"
	"testing"
	"testing/synctest"
	"time"

	"perch/bot/card"
	"perch/internal/alert"
)

// process is one run of Perch: from the step at which it is killed on, nothing that it
// asks for happens, and it hears of nothing that did.
type process struct {
	mu     locks.Mutex
	left   int // steps; negative for ever
	end    context.CancelFunc
	steps  int
	killed bool
}

var errKilled = errors.New("killed")

// step is before each call and after it: a kill in between leaves what the call
// did, and nobody knows.
func (l *process) step() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.steps++
	if l.killed || l.left == 0 {
		l.killed = true
		l.end()
		return errKilled
	}
	l.left--
	return nil
}

// do makes a call of this process.
func do[T any](l *process, call func() (T, error)) (T, error) {
	var none T
	if err := l.step(); err != nil {
		return none, err
	}
	v, err := call()
	if dead := l.step(); dead != nil {
		return none, dead
	}
	return v, err
}

func try(l *process, call func() error) error {
	_, err := do(l, func() (struct{}, error) { return struct{}{}, call() })
	return err
}

// mortalOutbox and mortalCourier are what a process that may be killed uses.
type mortalOutbox struct {
	alert.Outbox
	process *process
}

func (m mortalOutbox) TakeTurn(ctx context.Context, lease time.Duration, mostFails int) (alert.Turn, alert.Plan, bool, error) {
	type taken struct {
		turn alert.Turn
		plan alert.Plan
		ok   bool
	}
	v, err := do(m.process, func() (taken, error) {
		turn, plan, ok, err := m.Outbox.TakeTurn(ctx, lease, mostFails)
		return taken{turn, plan, ok}, err
	})
	return v.turn, v.plan, v.ok, err
}

func (m mortalOutbox) NoteTurn(ctx context.Context, t alert.Turn, r alert.Result) error {
	return try(m.process, func() error { return m.Outbox.NoteTurn(ctx, t, r) })
}

func (m mortalOutbox) TakeEdit(ctx context.Context, lease time.Duration) (alert.Edit, bool, error) {
	type taken struct {
		edit alert.Edit
		ok   bool
	}
	v, err := do(m.process, func() (taken, error) {
		edit, ok, err := m.Outbox.TakeEdit(ctx, lease)
		return taken{edit, ok}, err
	})
	return v.edit, v.ok, err
}

func (m mortalOutbox) NoteEdit(ctx context.Context, e alert.Edit, r alert.EditResult) error {
	return try(m.process, func() error { return m.Outbox.NoteEdit(ctx, e, r) })
}

type mortalCourier struct {
	alert.Courier
	process *process
}

func (m mortalCourier) Post(ctx context.Context, p card.Posting) (card.Place, error) {
	return do(m.process, func() (card.Place, error) { return m.Courier.Post(ctx, p) })
}

func (m mortalCourier) Edit(ctx context.Context, at card.Place, msg card.Message) error {
	return try(m.process, func() error { return m.Courier.Edit(ctx, at, msg) })
}

func (m mortalCourier) Find(ctx context.Context, s card.Search) (card.Place, bool, error) {
	type found struct {
		at card.Place
		ok bool
	}
	v, err := do(m.process, func() (found, error) {
		at, ok, err := m.Courier.Find(ctx, s)
		return found{at, ok}, err
	})
	return v.at, v.ok, err
}

// live runs a teller that is killed after so many steps, or stopped after so
// long, and returns how many steps it made.
func (h *house) live(steps int, d time.Duration) (made int, killed bool) {
	h.Helper()
	ctx, cancel := context.WithTimeout(h.Context(), d)
	defer cancel()
	l := &process{left: steps, end: cancel}
	teller := h.teller(func(o *alert.TellerOptions) {
		o.Outbox, o.Courier = mortalOutbox{h.store, l}, mortalCourier{h.town, l}
	})
	if err := teller.Run(ctx); err != nil {
		h.Error(err)
	}
	synctest.Wait()
	return l.steps, l.killed
}

// TestAKillAtEveryStep kills at each step of a run that posts a card, a summary
// with its list, a line and edits, over a Slack that answers and one that does
// not, and wants the next run to end with everything told once.
func TestAKillAtEveryStep(t *testing.T) {
	t.Parallel()
	weathers := map[string]func(*town){
		"Slack answers": func(*town) {},
		"Slack accepts and drops": func(w *town) {
			for range 3 {
				w.on("post", answer{err: errDropped}, answer{}, answer{undone: true, err: unsure})
			}
		},
		"Slack drops and forgets": func(w *town) {
			w.on("post", answer{undone: true, err: errDropped}, answer{undone: true, err: errDropped})
		},
	}
	for name, weather := range weathers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kills, stride := 0, 1
			if raceDetector {
				stride = 6
			}
			for step := 1; ; step += stride {
				killed := false
				inHouse(t, func(h *house) {
					h.subscribe("C1")
					h.connect(0, 4)
					weather(h.town)
					h.fail(0)
					_, killed = h.live(step, 12*time.Second)
					h.fail(1, 2)
					h.heal(0)
					_, again := h.live(step, 12*time.Second)
					killed = killed || again
					h.settle(3 * time.Minute)
					roots := texts(h.town.said("C1", false))
					h.checkDone()
					if told := h.toldIn("C1"); told != 3 || len(roots) > 3 || h.Failed() {
						h.Errorf("killed at step %d: %d told: %q", step, told, roots)
					}
				})
				if !killed || t.Failed() {
					break
				}
				kills++
			}
			t.Logf("%d kills", kills)
			if kills*stride < 10 {
				t.Errorf("only %d steps were reached", kills)
			}
		})
	}
}

// TestKillsAtRandom kills a process that tells 60 problems to 6 channels again
// and again, over a Slack that does anything it may.
func TestKillsAtRandom(t *testing.T) {
	t.Parallel()
	const channels, problems = 6, 60
	kills := 200
	if raceDetector {
		kills = 15
	}
	dice := rand.New(rand.NewPCG(1, 2))
	whims := []answer{
		{},
		{},
		{},
		{err: errDropped},
		{err: unsure},
		{undone: true, err: errDropped},
		{undone: true, err: unsure},
		{undone: true, err: failure{word: "wait", wait: 3 * time.Second}},
		{takes: 12 * time.Second},
		{takes: time.Second},
	}
	inHouse(t, func(h *house) {
		for i := range channels {
			h.subscribe(fmt.Sprintf("C%d", i))
		}
		h.connect(0, problems)
		killed := 0
		for round := 0; killed < kills && round < 10*kills; round++ {
			for range 5 {
				h.town.on("post", whims[dice.IntN(len(whims))])
				h.town.on("edit", whims[dice.IntN(len(whims))])
			}
			h.fail(round % problems)
			h.heal(dice.IntN(min(round+1, problems)))
			if _, dead := h.live(1+dice.IntN(30), time.Duration(1+dice.IntN(20))*time.Second); dead {
				killed++
			}
		}
		h.settle(time.Hour)
		h.checkDone()
		all, err := h.store.PastProblems(h.Context(), time.Now().Add(-14*24*time.Hour))
		if err != nil {
			h.Fatal(err)
		}
		lost := 0
		for i := range channels {
			lost += len(all) - h.toldIn(fmt.Sprintf("C%d", i))
		}
		h.Logf("%d kills, %d problems in %d channels: lost %d, doubled %d", killed, len(all), channels, lost, len(h.town.doubles()))
		if lost != 0 || killed < kills {
			h.Errorf("%d tellings are lost", lost)
		}
	})
}

// toldIn counts the problems that a channel was told of.
func (h *house) toldIn(channel string) int {
	h.Helper()
	told := map[int64]bool{}
	for _, m := range h.town.said(channel, false) {
		c, ok, err := h.store.CardAt(h.Context(), m.Place.Channel, m.TS)
		if err != nil || !ok {
			h.Errorf("no card is kept for %q: %v", m.Message.Text, err)
			continue
		}
		if c.ProblemID != 0 {
			told[c.ProblemID] = true
			continue
		}
		ps, err := h.store.OnCard(h.Context(), c)
		if err != nil {
			h.Error(err)
		}
		for _, p := range ps {
			told[p.ID] = true
		}
	}
	return len(told)
}
