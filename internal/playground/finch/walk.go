package finch

import "time"

// What an employer does on a Connect page, as Walks tell it.
const (
	Opened  = "opened"
	Entered = "entered"
	// Exited is an employer who leaves Connect in the midst of a stage. One who goes
	// on or back enters the other stage and has not exited any.
	Exited = "exited"
	Erred  = "error"
	Done   = "done"
)

// Walk is a step of an employer through a session's Connect page. Finch tells
// nobody of these: they are the playground's own instrument and no part of the
// API, nor of what the page tells the page that embeds it.
type Walk struct {
	SessionID string
	Kind      string
	At        time.Time
	// Stage is where it happened, empty for Opened.
	Stage string
	// ProviderID is the one chosen so far, if any.
	ProviderID string
	// Message is the text of an error as the employer saw it.
	Message string
}

// walk notes a step. It is told to Options.Walked once the lock is open again.
func (s *Server) walk(n *session, kind, message string) {
	if s.options.Walked == nil {
		return
	}
	w := Walk{SessionID: n.id, Kind: kind, At: s.clock.now(), ProviderID: n.provider(), Message: message}
	if kind != Opened {
		w.Stage = n.stage
	}
	s.walks = append(s.walks, w)
}

// tellWalks tells what was noted, in its order and one at a time.
func (s *Server) tellWalks() {
	s.telling.Lock()
	defer s.telling.Unlock()
	s.mu.Lock()
	walks := s.walks
	s.walks = nil
	s.mu.Unlock()
	for _, w := range walks {
		s.options.Walked(w)
	}
}
