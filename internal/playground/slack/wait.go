package slack

import (
	"context"
	"fmt"
)

// Wait returns when cond holds. It asks again after every change, and cond may
// call any method of the server. The error is ctx's.
func (s *Server) Wait(ctx context.Context, cond func() bool) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if cond() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for the local Slack: %w", ctx.Err())
		}
	}
}

// WaitFor returns the first state of a person for which cond holds; on an
// error, the last one.
func (s *Server) WaitFor(ctx context.Context, user string, cond func(State) bool) (State, error) {
	var last State
	err := s.Wait(ctx, func() bool {
		var err error
		last, err = s.State(user)
		return err == nil && cond(last)
	})
	return last, err
}

// WaitMessage returns the first message a person sees in a channel for which
// cond holds.
func (s *Server) WaitMessage(ctx context.Context, user, channel string, cond func(Message) bool) (Message, error) {
	var found Message
	_, err := s.WaitFor(ctx, user, func(st State) bool {
		for _, m := range st.Messages[channel] {
			if cond(m) {
				found = m
				return true
			}
		}
		return false
	})
	return found, err
}

// WaitLive returns when at least n sockets are open.
func (s *Server) WaitLive(ctx context.Context, n int) error {
	return s.Wait(ctx, func() bool { return s.Live() >= n })
}
