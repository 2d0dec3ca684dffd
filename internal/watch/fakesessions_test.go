package watch_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"perch/internal/audit"
	"perch/internal/connect"
	"perch/internal/finch"
)

// fakeSessions keep Connect sessions in memory.
type fakeSessions struct {
	mu       sync.Mutex
	sessions map[string]connect.Session
	secrets  map[string]connect.Secrets
	events   map[string][]connect.Event
	audits   []audit.Entry
	found    []finch.Brief
	due      int // sessions to be read
	reads    []int
	pruned   []time.Time
	moved    chan struct{}
	saveErr  error
	eventErr error
}

func newSessions() *fakeSessions {
	return &fakeSessions{
		sessions: map[string]connect.Session{}, secrets: map[string]connect.Secrets{}, events: map[string][]connect.Event{},
		moved: make(chan struct{}, 1),
	}
}

func (s *fakeSessions) RegisterSession(_ context.Context, c connect.Session) (connect.Session, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known, ok := s.sessions[c.ID]
	if ok {
		c.Revoked = known.Revoked
	}
	s.sessions[c.ID] = c
	return c, !ok, nil
}

func (s *fakeSessions) AddSessionEvents(_ context.Context, id string, events []connect.Event) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.eventErr != nil {
		return 0, s.eventErr
	}
	added := 0
	for _, e := range events {
		if !slices.ContainsFunc(s.events[id], func(o connect.Event) bool { return o.ID == e.ID }) {
			s.events[id] = append(s.events[id], e)
			added++
		}
	}
	return added, nil
}

func (s *fakeSessions) SessionEvents(_ context.Context, id string) ([]connect.Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.sessions[id]; !ok {
		return nil, connect.ErrUnknown
	}
	return slices.Clone(s.events[id]), nil
}

func (s *fakeSessions) SaveLink(_ context.Context, c connect.Session, secrets connect.Secrets) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.saveErr != nil {
		return s.saveErr
	}
	s.sessions[c.ID], s.secrets[c.ID] = c, secrets
	return nil
}

func (s *fakeSessions) LinkBySecret(_ context.Context, secret string) (connect.Session, connect.Secrets, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, secrets := range s.secrets {
		if secrets.Link == secret {
			return s.sessions[id], secrets, nil
		}
	}
	return connect.Session{}, connect.Secrets{}, connect.ErrUnknown
}

func (s *fakeSessions) LinkOf(_ context.Context, id string) (connect.Session, connect.Secrets, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	secrets, ok := s.secrets[id]
	if !ok {
		return connect.Session{}, connect.Secrets{}, connect.ErrUnknown
	}
	return s.sessions[id], secrets, nil
}

func (s *fakeSessions) RevokeLink(_ context.Context, id string, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.sessions[id]
	c.Revoked = at
	s.sessions[id] = c
	return nil
}

func (s *fakeSessions) ReadSessions(_ context.Context, n int) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	read := min(n, s.due)
	s.due -= read
	s.reads = append(s.reads, read)
	return s.due > 0, nil
}

func (s *fakeSessions) Moved() <-chan struct{} { return s.moved }

func (s *fakeSessions) PruneSessions(_ context.Context, before time.Time) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pruned = append(s.pruned, before)
	return 1, nil
}

// Find answers as the store does: an id in any case, or the beginning of one.
func (s *fakeSessions) Find(_ context.Context, words string, limit int) ([]finch.Brief, error) {
	var found []finch.Brief
	for _, b := range s.found {
		if strings.HasPrefix(strings.ToLower(b.CustomerID), strings.ToLower(words)) {
			found = append(found, b)
		}
	}
	return found[:min(limit, len(found))], nil
}

func (s *fakeSessions) NoteAudit(_ context.Context, a audit.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.audits = append(s.audits, a)
	return nil
}

// did is what the audit log says: "U1 link made session-1".
func (s *fakeSessions) did() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	for _, a := range s.audits {
		lines = append(lines, strings.Join([]string{a.Who, a.What, a.About}, " "))
	}
	return lines
}

// eventsOf are the types of a session's events.
func (s *fakeSessions) eventsOf(id string) []connect.Type {
	s.mu.Lock()
	defer s.mu.Unlock()
	var types []connect.Type
	for _, e := range s.events[id] {
		types = append(types, e.Type)
	}
	return types
}
