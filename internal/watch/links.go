package watch

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"perch/internal/audit"
	"perch/internal/connect"
	"perch/internal/finch"
)

// errNoSessions means that this watcher keeps no sessions.
var errNoSessions = errors.New("no Connect sessions are kept here")

// MakeLink makes a link by which an employer connects their payroll. The error
// holds a *connect.ConnectedError for a customer who is connected, or a *finch.Error
// where Finch refused.
func (w *Watcher) MakeLink(ctx context.Context, o connect.LinkOrder) (connect.Link, error) {
	if w.sessions == nil {
		return connect.Link{}, errNoSessions
	}
	if err := w.free(ctx, o.CustomerID); err != nil {
		return connect.Link{}, err
	}
	made := w.now()
	link, err := w.people.CreateSession(ctx, finch.NewSession{
		CustomerID: o.CustomerID, CustomerName: o.CustomerName, Email: o.Email, Products: o.Products,
		Provider: o.Provider, Method: o.Method, RedirectURI: o.Redirect, Life: o.Expires, Sandbox: o.Sandbox,
	})
	if err != nil {
		return connect.Link{}, fmt.Errorf("make a link: %w", err)
	}
	return w.keepNew(ctx, o, link, made)
}

// keepNew keeps a link for a new connection that Finch has made.
func (w *Watcher) keepNew(ctx context.Context, o connect.LinkOrder, link finch.Reconnect, made time.Time) (connect.Link, error) {
	wishes, err := json.Marshal(o)
	if err != nil {
		return connect.Link{}, fmt.Errorf("note what the link is for: %w", err)
	}
	return w.keepLink(ctx, connect.Session{
		ID: link.SessionID, CustomerID: o.CustomerID, CustomerName: o.CustomerName, ProviderID: o.Provider, Method: o.Method,
		Sandbox: o.Sandbox != "", Source: connect.FromPerch, Maker: o.Maker, Created: made, Expires: link.Expires,
	}, connect.Secrets{URL: link.URL, RedirectURI: o.Redirect, Wishes: string(wishes)})
}

// sameCustomer is how many connections of one customer are gone over.
const sameCustomer = 100

// free reports a *connect.ConnectedError for a customer who has a connection that has
// not ended. Of others Finch decides.
func (w *Watcher) free(ctx context.Context, customerID string) error {
	briefs, err := w.sessions.Find(ctx, customerID, sameCustomer)
	if err != nil {
		return fmt.Errorf("see whether the customer is connected: %w", err)
	}
	for _, b := range briefs {
		if b.CustomerID == customerID && b.Status != finch.Disconnected {
			return &connect.ConnectedError{ConnectionID: b.ID}
		}
	}
	return nil
}

// ReconnectLink makes a link by which the employer of a connection signs in
// again. The error holds a *finch.Error where Finch refused, or finch.ErrUnknown.
func (w *Watcher) ReconnectLink(ctx context.Context, connectionID, maker string) (connect.Link, error) {
	c, err := w.store.Connection(ctx, connectionID)
	if err != nil {
		return connect.Link{}, fmt.Errorf("see whose link it is to be: %w", err)
	}
	made := w.now()
	link, err := w.people.Reauthenticate(ctx, connectionID)
	if err != nil {
		return connect.Link{}, fmt.Errorf("make a reconnect link: %w", err)
	}
	return w.keepAgain(ctx, c, link, connect.Secrets{URL: link.URL}, maker, made)
}

// keepAgain keeps a link by which the employer of a connection signs in again.
func (w *Watcher) keepAgain(ctx context.Context, c finch.Connection, link finch.Reconnect, secrets connect.Secrets, maker string, made time.Time) (connect.Link, error) {
	return w.keepLink(ctx, connect.Session{
		ID: link.SessionID, CustomerID: c.CustomerID, CustomerName: c.CustomerName, ConnectionID: c.ID,
		ProviderID: c.ProviderID, ProviderName: c.ProviderName, Reconnect: true, Sandbox: c.Environment == sandbox,
		Source: connect.FromPerch, Maker: maker, Created: made, Expires: link.Expires,
	}, secrets)
}

// sandbox is Finch's word for a connection that is none of a real employer.
const sandbox = "sandbox"

// keepLink stores a link that Finch has made. One that cannot be told by an id
// is handed out and forgotten.
func (w *Watcher) keepLink(ctx context.Context, s connect.Session, secrets connect.Secrets) (connect.Link, error) {
	if w.sessions == nil || s.ID == "" {
		return connect.Link{Session: s, URL: secrets.URL}, nil
	}
	if w.publicURL != "" && secrets.RedirectURI == "" {
		secrets.Link = newSecret()
	}
	s.Created, s.Expires = s.Created.UTC().Truncate(time.Millisecond), s.Expires.UTC().Truncate(time.Millisecond)
	ctx, cancel := recording(ctx)
	defer cancel()
	if err := w.sessions.SaveLink(ctx, s, secrets); err != nil {
		return connect.Link{}, fmt.Errorf("keep the link: %w", err)
	}
	w.audit(ctx, audit.Entry{Who: s.Maker, What: "link made", About: s.ID, Detail: about(s)})
	return w.linkTo(s, secrets), nil
}

// about says what a link is for, in ids.
func about(s connect.Session) string {
	if s.Reconnect {
		return "for connection " + s.ConnectionID
	}
	return "for customer " + s.CustomerID
}

// linkTo is the way into a session: Perch's own page, or Finch's where there is
// none.
func (w *Watcher) linkTo(s connect.Session, secrets connect.Secrets) connect.Link {
	if w.publicURL == "" || secrets.Link == "" {
		return connect.Link{Session: s, URL: secrets.URL}
	}
	return connect.Link{Session: s, URL: w.publicURL + "/connect/" + secrets.Link, Hosted: true}
}

// newSecret is what makes a hosted link unguessable: 256 bits.
func newSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// audit keeps account of what was done. It is done all the same where that fails,
// so the log says it then.
func (w *Watcher) audit(ctx context.Context, a audit.Entry) {
	a.At = w.now()
	if err := w.sessions.NoteAudit(ctx, a); err != nil {
		w.log.Error().Err(err).Str("what", a.What).Str("about", a.About).Str("who", a.Who).Msg("could not note in the audit log")
	}
}
