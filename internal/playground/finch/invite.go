package finch

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Invitation is what a host application in this program wants of a session of
// the production application; over the wire it would be POST /connect/sessions.
type Invitation struct {
	CustomerID, CustomerName string
	// ConnectionID makes it a reauthentication; the customer is that one's.
	ConnectionID string
	// Provider and Method are preset; empty leaves them to the employer.
	Provider, Method string
	// Manual offers assisted set-ups too.
	Manual bool
	// Life is how long the link is good; Finch's default if zero.
	Life time.Duration
}

// Invite makes a session.
func (s *Server) Invite(i Invitation) (Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	of, want := s.world.clients[production], i.request()
	if fault := want.fault(); fault != "" {
		return Session{}, fmt.Errorf("invite %s: %w", i.CustomerID, errors.New(fault))
	}
	if i.ConnectionID != "" {
		n := s.sessionAgain(of, want)
		if n == nil {
			return Session{}, fmt.Errorf("invite to %s: %w", i.ConnectionID, ErrUnknown)
		}
		return s.shown(n), nil
	}
	n, fault := s.sessionOf(of, want)
	if fault != "" {
		return Session{}, fmt.Errorf("invite %s: %w", i.CustomerID, errors.New(fault))
	}
	return s.shown(n), nil
}

func (i Invitation) request() sessionRequest {
	want := sessionRequest{
		CustomerID: i.CustomerID, CustomerName: i.CustomerName, ConnectionID: i.ConnectionID, Manual: &i.Manual,
	}
	if i.ConnectionID == "" {
		want.Products = slices.Concat(organization, payroll)
	}
	if i.Life > 0 {
		want.Minutes = new(i.Life.Minutes())
	}
	if i.Provider != "" {
		want.Integration = &integration{Provider: i.Provider}
	}
	if i.Method != "" && want.Integration != nil {
		want.Integration.AuthMethod = &i.Method
	}
	return want
}

// Redeem exchanges a code of the production application for an access token, as
// POST /auth/token does.
func (s *Server) Redeem(code string) (connectionID, accessToken string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	given := s.world.codes[code]
	if given == nil || !given.good(s.world.clients[production], given.redirect, s.clock.now()) {
		return "", "", fmt.Errorf("redeem a code: %w", ErrUnknown)
	}
	given.used = true
	return given.owner.id, s.replaceToken(given.owner).secret, nil
}
