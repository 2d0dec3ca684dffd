package watch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"perch/internal/audit"
	"perch/internal/connect"
	"perch/internal/finch"
)

// ErrElsewhere means that a code is worth a token of another customer or
// connection than the link was made for. The token is not kept.
var ErrElsewhere = errors.New("the code belongs to another customer or connection than the link")

const (
	// exchangeWithin bounds an exchange, which goes on when the page that asked for
	// it is closed: the code is spent, and the token would be lost.
	exchangeWithin = 50 * time.Second
	// vouchTries is how often Finch is asked whose a fresh token is.
	vouchTries = 3
	vouchPause = 2 * time.Second
	// meanwhileTries is how often it is looked whether another process, which Finch
	// gave the token to, has kept it by now.
	meanwhileTries = 5
	meanwhilePause = 500 * time.Millisecond
)

// exchangedID is the id of the event that an employer brought a session's code
// back and it was exchanged here. A token may come by other doors too.
const exchangedID = "perch-exchanged"

// Exchange gives the code that an employer brought back from Finch Connect to
// Finch, and keeps the token if it is of the customer or the connection that the
// link is for. A link whose code was exchanged already answers the same again and
// asks nobody. Its errors: connect.ErrUnknown, ErrLinkExpired, ErrLinkRevoked,
// ErrElsewhere, and a *finch.Error where Finch refused; none holds code or link.
func (w *Watcher) Exchange(ctx context.Context, secret, code string) (connectionID string, err error) {
	s, secrets, err := w.bySecret(ctx, secret)
	if err != nil {
		return "", err
	}
	flight := w.exchanges.DoChan(s.ID+"\n"+code, func() (any, error) { return w.exchangeOnce(s, secrets, code) })
	select {
	case <-ctx.Done():
		return "", fmt.Errorf("wait for the exchange of a code: %w", ctx.Err())
	case r := <-flight:
		connectionID, _ = r.Val.(string)
		return connectionID, r.Err
	}
}

// exchangeOnce does not end with whoever asked for it.
func (w *Watcher) exchangeOnce(s connect.Session, secrets connect.Secrets, code string) (connectionID string, err error) {
	if !w.work.enter() {
		return "", fmt.Errorf("exchange a code: %w", finch.ErrStopping)
	}
	defer w.work.leave()
	ctx, cancel := context.WithTimeout(w.life, exchangeWithin)
	defer cancel()
	err = w.survive(func() error {
		var err error
		connectionID, err = w.exchange(ctx, s, secrets, code)
		return err
	})
	return connectionID, err
}

func (w *Watcher) exchange(ctx context.Context, s connect.Session, secrets connect.Secrets, code string) (connectionID string, err error) {
	if used, err := w.used(ctx, s.ID); err != nil || used {
		return s.ConnectionID, err
	}
	if err := stands(s, w.now()); err != nil {
		return "", err
	}
	came := w.now()
	got, err := w.people.Exchange(ctx, code, secrets.RedirectURI)
	if err != nil {
		return w.exchangedMeanwhile(ctx, s, fmt.Errorf("exchange a code: %w", err))
	}
	grant, err := w.vouched(ctx, s, got)
	if err != nil {
		w.audit(ctx, audit.Entry{Who: employer, What: "code refused", About: s.ID, Detail: refusedDetail(err, got)})
		return "", err
	}
	if _, err := w.grant(ctx, []finch.Grant{grant}); err != nil {
		return "", fmt.Errorf("keep the token: %w", err)
	}
	w.noteExchange(ctx, s, came, grant.Facts.Introspection)
	return got.ConnectionID, nil
}

// employer is who uses a link, in the audit log.
const employer = "employer"

// exchangedMeanwhile makes good a refusal of Finch's whose cause is that another
// process exchanged the same code just before: a page that heard no answer asks
// again, and may come to a process that is not the first. That one may still be
// asking whose the token is.
func (w *Watcher) exchangedMeanwhile(ctx context.Context, s connect.Session, refusal error) (connectionID string, err error) {
	tries := 1
	if told, ok := errors.AsType[*finch.Error](refusal); ok && told.Trouble() == finch.TroubleRejected {
		tries = meanwhileTries
	}
	used, err := w.used(ctx, s.ID)
	for try := 1; try < tries && err == nil && !used && pause(ctx, meanwhilePause); try++ {
		used, err = w.used(ctx, s.ID)
	}
	if err != nil || !used {
		return "", refusal
	}
	now, _, err := w.byID(ctx, s.ID)
	if err != nil {
		return "", refusal
	}
	return now.ConnectionID, nil
}

// used reports whether a session's code was exchanged here.
func (w *Watcher) used(ctx context.Context, sessionID string) (bool, error) {
	events, err := w.sessions.SessionEvents(ctx, sessionID)
	if err != nil {
		return false, fmt.Errorf("see whether the link was used: %w", err)
	}
	for _, e := range events {
		if e.ID == exchangedID && e.Source == connect.FromPerch {
			return true, nil
		}
	}
	return false, nil
}

// vouched asks Finch whose a fresh token is, and refuses one that is not the
// link's.
func (w *Watcher) vouched(ctx context.Context, s connect.Session, got finch.Exchanged) (finch.Grant, error) {
	if !belongs(s, got.ConnectionID, got.CustomerID) {
		return finch.Grant{}, ErrElsewhere
	}
	grant, err := w.vouch(ctx, Applicant{ConnectionID: got.ConnectionID, Token: got.Token})
	if _, mismatch := errors.AsType[*Mismatch](err); mismatch {
		return finch.Grant{}, ErrElsewhere
	}
	if err != nil {
		return finch.Grant{}, err
	}
	in := grant.Facts.Introspection
	if !belongs(s, in.ConnectionID, in.CustomerID) || got.CustomerID == "" && in.CustomerID == "" && !s.Reconnect {
		return finch.Grant{}, ErrElsewhere
	}
	return grant, nil
}

// belongs reports whether what Finch names is what a link is for. Finch may name
// no customer; for a new connection it has to once.
func belongs(s connect.Session, connectionID, customerID string) bool {
	if s.Reconnect {
		return connectionID == s.ConnectionID
	}
	return customerID == "" || customerID == s.CustomerID
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// refusedDetail says in ids why a token was not kept.
func refusedDetail(err error, got finch.Exchanged) string {
	if errors.Is(err, ErrElsewhere) {
		return "it belongs to connection " + got.ConnectionID
	}
	return "Finch did not vouch for connection " + got.ConnectionID
}

// noteExchange writes down that the employer came with a code and is through. The
// token is kept by then: what goes wrong here changes nothing for them.
func (w *Watcher) noteExchange(ctx context.Context, s connect.Session, came time.Time, in finch.Introspection) {
	ctx, cancel := recording(ctx)
	defer cancel()
	s.ConnectionID, s.ProviderID = in.ConnectionID, in.ProviderID
	_, _, err := w.sessions.RegisterSession(ctx, s)
	now := w.now()
	_, failed := w.sessions.AddSessionEvents(ctx, s.ID, []connect.Event{
		{ID: exchangedID, At: came, Received: now, Type: connect.Succeeded, Source: connect.FromPerch},
		// By this id the store has it already where Finch named the customer.
		{ID: "token-" + cmp.Or(in.TokenID, in.ConnectionID), At: now, Received: now, Type: connect.TokenExchanged, Source: connect.FromPerch},
	})
	if err := errors.Join(err, failed); err != nil {
		w.log.Error().Err(err).Str("session", s.ID).Str("connection", in.ConnectionID).Msg("a code was exchanged, but its session does not say so")
	}
	w.audit(ctx, audit.Entry{Who: employer, What: "code exchanged", About: s.ID, Detail: "for connection " + in.ConnectionID})
}
