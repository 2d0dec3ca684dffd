package finch

import (
	"container/heap"
	"time"
)

// agenda holds what will happen, earliest first; what was entered earlier
// comes first among equals.
type agenda struct {
	queue   plans
	entered int
}

type plan struct {
	at    time.Time
	order int
	do    func(now time.Time)
}

func (a *agenda) add(at time.Time, do func(now time.Time)) {
	a.entered++
	heap.Push(&a.queue, plan{at: at, order: a.entered, do: do})
}

// take removes and returns the first plan that is due.
func (a *agenda) take(now time.Time) (plan, bool) {
	if len(a.queue) == 0 || a.queue[0].at.After(now) {
		return plan{}, false
	}
	return heap.Pop(&a.queue).(plan), true
}

// first is when the next plan falls due.
func (a *agenda) first() (time.Time, bool) {
	if len(a.queue) == 0 {
		return time.Time{}, false
	}
	return a.queue[0].at, true
}

type plans []plan

func (p plans) Len() int { return len(p) }

func (p plans) Less(i, j int) bool {
	if p[i].at.Equal(p[j].at) {
		return p[i].order < p[j].order
	}
	return p[i].at.Before(p[j].at)
}

func (p plans) Swap(i, j int) { p[i], p[j] = p[j], p[i] }

func (p *plans) Push(x any) { *p = append(*p, x.(plan)) }

func (p *plans) Pop() any {
	last := len(*p) - 1
	x := (*p)[last]
	*p = (*p)[:last]
	return x
}
