package watch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"perch/internal/audit"
	"perch/internal/connect"
)

// Why a link does not lead anywhere any more.
var (
	ErrLinkExpired = errors.New("the link has expired")
	ErrLinkRevoked = errors.New("the link was taken back")
	ErrLinkUsed    = errors.New("the link was used already")
)

// stands says why a link that was not used yet leads nowhere; nil: it does.
func stands(s connect.Session, now time.Time) error {
	switch {
	case !s.Revoked.IsZero():
		return ErrLinkRevoked
	case !s.Expires.IsZero() && !now.Before(s.Expires):
		return ErrLinkExpired
	}
	return nil
}

// Hosted is the session that a hosted page is for, by the secret of its link. Its
// errors: connect.ErrUnknown, ErrLinkExpired, ErrLinkRevoked, ErrLinkUsed.
func (w *Watcher) Hosted(ctx context.Context, secret string) (connect.Session, error) {
	s, _, err := w.bySecret(ctx, secret)
	if err == nil {
		err = w.leads(ctx, s)
	}
	if err != nil {
		return connect.Session{}, err
	}
	return s, nil
}

// leads says why a link leads nowhere; nil: it does.
func (w *Watcher) leads(ctx context.Context, s connect.Session) error {
	used, err := w.used(ctx, s.ID)
	switch {
	case err != nil:
		return err
	case used:
		return ErrLinkUsed
	}
	return stands(s, w.now())
}

// bySecret finds the link of a hosted page.
func (w *Watcher) bySecret(ctx context.Context, secret string) (connect.Session, connect.Secrets, error) {
	if w.sessions == nil || w.publicURL == "" || secret == "" {
		return connect.Session{}, connect.Secrets{}, connect.ErrUnknown
	}
	s, secrets, err := w.sessions.LinkBySecret(ctx, secret)
	if err != nil {
		return s, secrets, fmt.Errorf("find the link: %w", err)
	}
	return s, secrets, nil
}

// byID finds the link of a session.
func (w *Watcher) byID(ctx context.Context, sessionID string) (connect.Session, connect.Secrets, error) {
	if w.sessions == nil {
		return connect.Session{}, connect.Secrets{}, connect.ErrUnknown
	}
	s, secrets, err := w.sessions.LinkOf(ctx, sessionID)
	if err != nil {
		return s, secrets, fmt.Errorf("find the link of session %s: %w", sessionID, err)
	}
	return s, secrets, nil
}

// LinkAgain is the link of a session once more, for who is to send it again. Its
// errors: connect.ErrUnknown if Perch did not make it, ErrLinkExpired,
// ErrLinkRevoked, ErrLinkUsed.
func (w *Watcher) LinkAgain(ctx context.Context, sessionID, who string) (connect.Link, error) {
	s, secrets, err := w.byID(ctx, sessionID)
	if err != nil {
		return connect.Link{}, err
	}
	if err := w.leads(ctx, s); err != nil {
		return connect.Link{}, err
	}
	w.audit(ctx, audit.Entry{Who: who, What: "link resent", About: s.ID, Detail: about(s)})
	return w.linkTo(s, secrets), nil
}

// RevokeLink takes a link back. Perch's own page is closed from then on; an
// address of Finch's stays good until it expires, since Finch takes none back.
// It fails with connect.ErrUnknown if Perch did not make it.
func (w *Watcher) RevokeLink(ctx context.Context, sessionID, who string) error {
	s, _, err := w.byID(ctx, sessionID)
	if err != nil {
		return err
	}
	if err := w.sessions.RevokeLink(ctx, s.ID, w.now()); err != nil {
		return fmt.Errorf("take back the link of session %s: %w", s.ID, err)
	}
	w.audit(ctx, audit.Entry{Who: who, What: "link revoked", About: s.ID, Detail: about(s)})
	return nil
}

// errNoWishes means that nobody wrote down what a link was made for.
var errNoWishes = errors.New("it is not known what the link was made for")

// RenewLink makes another link for what a session was made for, and takes its own
// back. Its errors are those of MakeLink, and connect.ErrUnknown if Perch did not
// make the session.
func (w *Watcher) RenewLink(ctx context.Context, sessionID, maker string) (connect.Link, error) {
	s, secrets, err := w.byID(ctx, sessionID)
	if err != nil {
		return connect.Link{}, err
	}
	fresh, err := w.another(ctx, s, secrets, maker)
	if err != nil {
		return connect.Link{}, fmt.Errorf("renew the link of session %s: %w", s.ID, err)
	}
	ctx, cancel := recording(ctx)
	defer cancel()
	return fresh, w.RevokeLink(ctx, s.ID, maker)
}

func (w *Watcher) another(ctx context.Context, s connect.Session, secrets connect.Secrets, maker string) (connect.Link, error) {
	if s.Reconnect {
		return w.ReconnectLink(ctx, s.ConnectionID, maker)
	}
	var order connect.LinkOrder
	if json.Unmarshal([]byte(secrets.Wishes), &order) != nil || order.CustomerID != s.CustomerID {
		return connect.Link{}, errNoWishes
	}
	order.Maker = maker
	return w.MakeLink(ctx, order)
}
