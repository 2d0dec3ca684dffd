package finch

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrUnknown is returned for an id that does not exist here.
var ErrUnknown = errors.New("no such connection, entity, token or session")

// ErrEnded is returned for what a connection that has ended cannot do.
var ErrEnded = errors.New("the connection has ended")

// Now is the local Finch's clock.
func (s *Server) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock.now()
}

// Advance puts the clock forward; what falls due on the way happens in order.
func (s *Server) Advance(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock.shift += max(by, 0)
	s.settle()
}

// SetStatus gives a connection, or the entity of that id, a status and tells
// of it by webhook. Disconnected ends a connection for good.
func (s *Server) SetStatus(id, status, message string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	if !slices.Contains(statuses, status) {
		return fmt.Errorf("set a status: %q is none of %q", status, statuses)
	}
	if c := s.world.byID[id]; c != nil {
		if c.ended() {
			return fmt.Errorf("set a status: %s: %w", id, ErrEnded)
		}
		s.change(c, status, message)
		return nil
	}
	c := s.world.byEntity[id]
	if c == nil {
		return fmt.Errorf("set a status: %s: %w", id, ErrUnknown)
	}
	s.changeEntity(c, c.entity(id), status)
	return nil
}

// Due is a sync to come.
type Due struct {
	ConnectionID string `json:"connection_id"`
	// Outcome is complete, error, reauth_error, permissions_error, missed (the
	// time passes and nothing runs) or stuck (it starts and never ends); the
	// connection's own if empty.
	Outcome string `json:"outcome"`
	// In is how far ahead, Takes how long it runs; zero: now, at once.
	In, Takes time.Duration `json:"-"`
	// Keep makes later syncs end so too.
	Keep bool `json:"keep"`
}

// Sync makes a connection's next scheduled sync due, and returns its job id
// and when it runs. One without a scheduled sync (assisted, Finch Sandbox)
// gets a job that is none of the schedule's.
func (s *Server) Sync(d Due) (jobID string, at time.Time, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	c := s.world.byID[d.ConnectionID]
	switch {
	case c == nil:
		return "", at, fmt.Errorf("sync: %s: %w", d.ConnectionID, ErrUnknown)
	case c.ended():
		return "", at, fmt.Errorf("sync: %s: %w", c.id, ErrEnded)
	case d.Outcome != "" && !slices.Contains(outcomes, d.Outcome):
		return "", at, fmt.Errorf("sync: outcome %q is none of %q", d.Outcome, outcomes)
	}
	if d.Keep && d.Outcome != "" {
		c.outcome = d.Outcome
	}
	at = s.clock.now().Add(d.In)
	j := s.pendingJob(c, at)
	j.outcome, j.takes = or(d.Outcome, j.outcome), d.Takes
	s.reschedule(j, at)
	s.settle()
	return j.id, at, nil
}

// pendingJob is a connection's next sync. One that is stuck or still running
// makes room for a new one.
func (s *Server) pendingJob(c *connection, at time.Time) *job {
	if c.next != nil && c.next.status == pending {
		return c.next
	}
	j := s.newJob(c, dataSync, c.created)
	j.scheduled = at
	if c.scheduled() {
		c.next = j
	}
	return j
}

// SetOutcome is how a connection's syncs end from now on, as in Due.
func (s *Server) SetOutcome(connectionID, outcome string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.world.byID[connectionID]
	if c == nil || !slices.Contains(outcomes, outcome) {
		return fmt.Errorf("set the outcome of %s to %q: %w", connectionID, outcome, ErrUnknown)
	}
	c.outcome = outcome
	return nil
}

// ReplaceToken is an employer who signs in again: the connection works and
// has a new token. The old ones work on unless revokeOld.
func (s *Server) ReplaceToken(connectionID string, revokeOld bool) (tokenID, secret string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	c := s.world.byID[connectionID]
	switch {
	case c == nil:
		return "", "", fmt.Errorf("replace the token of %s: %w", connectionID, ErrUnknown)
	case c.ended():
		return "", "", fmt.Errorf("replace the token of %s: %w", connectionID, ErrEnded)
	}
	s.change(c, connected, "")
	t := s.replaceToken(c)
	if revokeOld {
		s.revoke(c, t)
	}
	return t.id, t.secret, nil
}

// Revoke ends a token by its introspect id, or all of a connection's by the
// connection's, without disconnecting anything, and counts them.
func (s *Server) Revoke(id string) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.world.byID[id]; c != nil {
		return s.revoke(c, nil), nil
	}
	for _, t := range s.world.tokens {
		if t.id == id && !t.revoked {
			t.revoked = true
			return 1, nil
		}
	}
	return 0, fmt.Errorf("revoke %s: %w", id, ErrUnknown)
}

// SetWebhook replaces where and how events are sent.
func (s *Server) SetWebhook(to Webhook) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.post.config = to
	s.send()
}

// Event sends any signed event of a connection; the entity may be empty. It
// returns the event's id, empty where no webhook is set up.
func (s *Server) Event(connectionID, entityID, kind string, data json.RawMessage) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.world.byID[connectionID]
	if c == nil || entityID != "" && c.entity(entityID) == nil {
		return "", fmt.Errorf("send an event of %s: %w", connectionID, ErrUnknown)
	}
	return s.tell(news{c, c.entity(entityID), kind, data}), nil
}

// Deliveries are the last 500 events and what became of them, oldest first.
func (s *Server) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Delivery, 0, len(s.post.log))
	for _, d := range s.post.log {
		list = append(list, *d)
	}
	return list
}

// FinishSession is an employer who succeeds in Connect. The code it returns
// is for /auth/token.
func (s *Server) FinishSession(sessionID string) (code string, err error) {
	defer s.tellWalks()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	n := s.world.sessions[sessionID]
	if s.linkFault(n) != "" {
		return "", fmt.Errorf("finish session %s: %w", sessionID, ErrUnknown)
	}
	return s.finishSession(n, ""), nil
}
