package socket

import (
	"sync"
	"time"
)

// Stats is how a Client's sockets fare. Counters run since New.
type Stats struct {
	// Live is how many sockets have had Slack's hello and are still open.
	Live int
	// NumConnections is how many sockets Slack believed this app to have at
	// the last hello, ghosts and other processes included. Slack's limit is 10.
	NumConnections int
	// Opens is how often an address was asked for.
	Opens uint64
	// Hellos is how many sockets came to be.
	Hellos uint64
	// Reconnects is how many of these took another's place.
	Reconnects uint64
	// LastDisconnect is why a socket last left or ended, and LastDisconnectAt
	// when; see Observer.Disconnected for the words.
	LastDisconnect   string
	LastDisconnectAt time.Time
	Acked            uint64
	Unacked          uint64
	// Unreadable counts frames that are not JSON or have neither an id to
	// acknowledge nor a known type.
	Unreadable uint64
}

// tally counts, and tells the observer.
type tally struct {
	observer Observer
	mu       sync.Mutex
	stats    Stats
}

func (t *tally) read() Stats {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.stats
}

func (t *tally) count(change func(*Stats)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	change(&t.stats)
}

func (t *tally) opening() { t.count(func(s *Stats) { s.Opens++ }) }

func (t *tally) hello(numConnections int) {
	t.count(func(s *Stats) {
		s.Live++
		s.Hellos++
		s.NumConnections = numConnections
	})
}

func (t *tally) reconnected() { t.count(func(s *Stats) { s.Reconnects++ }) }

func (t *tally) gone() { t.count(func(s *Stats) { s.Live-- }) }

func (t *tally) unreadable() { t.count(func(s *Stats) { s.Unreadable++ }) }

func (t *tally) disconnected(reason string) {
	t.count(func(s *Stats) { s.LastDisconnect, s.LastDisconnectAt = reason, time.Now() })
	t.observer.Disconnected(reason)
}

func (t *tally) acked(e Envelope) {
	t.count(func(s *Stats) { s.Acked++ })
	t.observer.Acked(e.Kind, time.Since(e.Received))
}

func (t *tally) unacked(e Envelope, why Why) {
	t.count(func(s *Stats) { s.Unacked++ })
	t.observer.Unacked(e.Kind, why)
}
