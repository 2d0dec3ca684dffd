package watch

import (
	"context"
	"sync"
	"time"
)

// places are so many that can be taken at the same time; its capacity says how many.
type places chan struct{}

// take waits until a place is free and takes all that are. It returns how many,
// 0 if ctx ended first.
func (p places) take(ctx context.Context) int {
	select {
	case <-ctx.Done():
		return 0
	case p <- struct{}{}:
	}
	for n := 1; ; n++ {
		select {
		case p <- struct{}{}:
		default:
			return n
		}
	}
}

// leave gives n places back.
func (p places) leave(n int) {
	for range n {
		<-p
	}
}

// shares keep any one from taking all places: each of many may have so many at
// the same time.
type shares struct {
	each int
	// apart is how far apart those come back who found their share taken.
	apart time.Duration

	mu    sync.Mutex
	taken map[string]*share
}

type share struct {
	inside int
	back   time.Time // when the last comes back who was sent away
}

func newShares(each int, apart time.Duration) *shares {
	return &shares{each: each, apart: apart, taken: map[string]*share{}}
}

// enter takes a place of an id's share; leave must follow. Where the share is
// taken it tells when to come back, each time a little later.
func (s *shares) enter(id string, now time.Time) (back time.Time, crowded bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := s.taken[id]
	if own == nil {
		own = &share{}
		s.taken[id] = own
	}
	if own.inside < s.each {
		own.inside++
		return time.Time{}, false
	}
	if own.back.Before(now) {
		own.back = now
	}
	own.back = own.back.Add(s.apart)
	return own.back, true
}

func (s *shares) leave(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := s.taken[id]
	if own.inside--; own.inside == 0 {
		delete(s.taken, id)
	}
}
