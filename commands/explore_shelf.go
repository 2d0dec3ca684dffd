package commands

import (
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"perch/internal/explore"
)

const (
	// shelfLife is how long an answer is held.
	shelfLife = 30 * time.Minute
	// shelfRoom is how many bytes all answers together may take.
	shelfRoom = 64 << 20
)

// held is an answer while somebody looks at it, or a question that waits for a
// yes: then its Result has no more than the Query.
type held struct {
	ID string
	// Owner is the Slack user who asked; nobody else sees it.
	Owner string
	// Channel is where /explore was typed, empty where nobody knows.
	Channel string
	Result  explore.Result

	until time.Time
	size  int
}

// shelf holds masked answers in memory for as long as somebody may look at them,
// at most shelfRoom bytes in all: the oldest go first. Nothing of it is stored.
type shelf struct {
	now func() time.Time
	// sent and shared keep a form that Slack sends twice from sending or posting
	// twice.
	sent   orders[writeEnd]
	shared orders[string]

	mu   sync.Mutex
	kept []held // oldest first
	size int
}

func newShelf(now func() time.Time) *shelf {
	// What was sent is remembered for as long as its question can be found.
	return &shelf{now: now, sent: orders[writeEnd]{keep: 2 * shelfLife}}
}

// put holds an answer under an id that nobody can guess. One that is larger than
// the shelf is not held; its id finds nothing.
func (s *shelf) put(h held) held {
	h.ID, h.until, h.size = rand.Text(), s.now().Add(shelfLife), weight(h.Result)
	if h.size > shelfRoom { // it would push everybody's from the shelf, then itself
		return h
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = append(s.kept, h)
	s.size += h.size
	s.tidy()
	// Payload is not kept until somebody happens to come by.
	time.AfterFunc(shelfLife, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.tidy()
	})
	return h
}

// weight is about how many bytes an answer takes in memory.
func weight(r explore.Result) int {
	const question = 2048
	if r.Body == nil {
		return question
	}
	return question + r.Body.Size()
}

// tidy lets go of what is over or has no room. It is called under the lock.
func (s *shelf) tidy() {
	gone := 0
	for gone < len(s.kept) && (s.size > shelfRoom || !s.now().Before(s.kept[gone].until)) {
		s.size -= s.kept[gone].size
		gone++
	}
	rest := copy(s.kept, s.kept[gone:])
	clear(s.kept[rest:])
	s.kept = s.kept[:rest]
}

var (
	errNotHeld  = errors.New("this answer is not held any more")
	errNotYours = errors.New("this answer is somebody else's")
)

// find returns what is held under an id. It fails with errNotHeld or errNotYours.
func (s *shelf) find(id, owner string) (held, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tidy()
	for _, h := range s.kept {
		switch {
		case h.ID != id:
		case h.Owner != owner:
			return held{}, errNotYours
		default:
			return h, nil
		}
	}
	return held{}, errNotHeld
}
