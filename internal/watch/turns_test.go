package watch_test

import (
	"container/heap"
	"time"
)

// turns is a queue of ids by time, with leases and fences as the real store has.
type turns struct {
	at    map[string]time.Time
	fence map[string]int64
	heap  timeHeap
}

func newTurns() *turns { return &turns{at: map[string]time.Time{}, fence: map[string]int64{}} }

// set names an id's turn and overtakes any claim; the zero time takes it out.
func (t *turns) set(id string, at time.Time) {
	t.fence[id]++
	t.put(id, at)
}

func (t *turns) put(id string, at time.Time) {
	t.at[id] = at
	if !at.IsZero() {
		heap.Push(&t.heap, turn{id, at})
	}
}

// claim takes the ids whose turn it is.
func (t *turns) claim(n int, lease time.Duration) []string {
	now := time.Now()
	var claimed []string
	for len(claimed) < n && len(t.heap) > 0 && !t.heap[0].at.After(now) {
		next, _ := heap.Pop(&t.heap).(turn)
		if t.at[next.id].Equal(next.at) {
			t.set(next.id, now.Add(lease))
			claimed = append(claimed, next.id)
		}
	}
	return claimed
}

func (t *turns) postpone(id string, fence int64, next time.Time) bool {
	if t.fence[id] != fence || t.at[id].IsZero() {
		return false
	}
	t.put(id, next)
	return true
}

type turn struct {
	id string
	at time.Time
}

type timeHeap []turn

func (h timeHeap) Len() int           { return len(h) }
func (h timeHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h timeHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *timeHeap) Push(x any)        { *h = append(*h, x.(turn)) }
func (h *timeHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
