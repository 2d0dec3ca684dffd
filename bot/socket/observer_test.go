package socket_test

import (
	"sync"
	"time"

	"perch/bot/socket"
)

// observer counts what it hears, by words.
type observer struct {
	mu   sync.Mutex
	seen map[string]int
	took []time.Duration
}

func (o *observer) add(what string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.seen == nil {
		o.seen = make(map[string]int)
	}
	o.seen[what]++
}

func (o *observer) count(what string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.seen[what]
}

func (o *observer) Acked(k socket.Kind, took time.Duration) {
	o.add(string(k) + " acked")
	o.mu.Lock()
	defer o.mu.Unlock()
	o.took = append(o.took, took)
}

func (o *observer) Unacked(k socket.Kind, why socket.Why) { o.add(string(k) + " " + string(why)) }
func (o *observer) Disconnected(reason string)            { o.add(reason) }
