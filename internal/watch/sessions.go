package watch

import (
	"context"
	"fmt"
	"time"

	"perch/internal/audit"
	"perch/internal/connect"
	"perch/internal/finch"
)

// SessionBook keeps Connect sessions and what happened in them.
type SessionBook interface {
	// RegisterSession fills what is not known yet of a session.
	RegisterSession(ctx context.Context, s connect.Session) (known connect.Session, created bool, err error)
	AddSessionEvents(ctx context.Context, sessionID string, events []connect.Event) (added int, err error)
	// SessionEvents fails with connect.ErrUnknown.
	SessionEvents(ctx context.Context, sessionID string) ([]connect.Event, error)
}

// LinkBook keeps the links that Perch made. What it does not know it answers
// with connect.ErrUnknown.
type LinkBook interface {
	// SaveLink registers the session too.
	SaveLink(ctx context.Context, s connect.Session, secrets connect.Secrets) error
	LinkBySecret(ctx context.Context, secret string) (connect.Session, connect.Secrets, error)
	LinkOf(ctx context.Context, sessionID string) (connect.Session, connect.Secrets, error)
	RevokeLink(ctx context.Context, sessionID string, at time.Time) error
}

// SessionQueue reads the sessions in which something happened.
type SessionQueue interface {
	// ReadSessions reads up to n of those that are due.
	ReadSessions(ctx context.Context, n int) (more bool, err error)
	// Moved receives when a session became due.
	Moved() <-chan struct{}
	PruneSessions(ctx context.Context, before time.Time) (int, error)
}

// Accounts say who is connected, and keep account of who did what.
type Accounts interface {
	// Find returns the connections whose customer id the words are, if there are
	// any.
	Find(ctx context.Context, words string, limit int) ([]finch.Brief, error)
	NoteAudit(ctx context.Context, a audit.Entry) error
}

// Sessions are all that the watcher keeps of Connect sessions.
type Sessions interface {
	SessionBook
	LinkBook
	SessionQueue
	Accounts
}

// readingRest is how long reading rests, so that what happens in quick succession
// is read once, and the doors that take events in get the writer too.
const readingRest = 200 * time.Millisecond

// sessionsAtOnce is how many sessions are read in one go.
const sessionsAtOnce = 100

// readSessions reads all sessions that are due.
func (w *Watcher) readSessions(ctx context.Context) error {
	for w.sessions != nil && !w.work.isClosed() {
		more, err := w.sessions.ReadSessions(ctx, sessionsAtOnce)
		if err != nil {
			return fmt.Errorf("read the sessions that moved: %w", err)
		}
		if !more {
			break
		}
	}
	return nil
}

// moved receives when a session became due, and never where there are none.
func (w *Watcher) moved() <-chan struct{} {
	if w.sessions == nil {
		return nil
	}
	return w.sessions.Moved()
}

// forgetSessions removes sessions that have been over for longer than is kept.
func (w *Watcher) forgetSessions(ctx context.Context) error {
	if w.sessions == nil {
		return nil
	}
	gone, err := w.sessions.PruneSessions(ctx, w.now().Add(-w.retention))
	if err != nil {
		return fmt.Errorf("prune the sessions: %w", err)
	}
	if gone > 0 {
		w.log.Info().Int("sessions", gone).Msg("old sessions forgotten")
	}
	return nil
}
