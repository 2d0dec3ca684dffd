package watch

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"perch/internal/finch"
)

// ErrTwice means that a list names a connection a second time.
var ErrTwice = errors.New("the connection stands in the list twice")

// Applicant is a token that wants in.
type Applicant struct {
	// ConnectionID is whose it is said to be; empty to go by Finch's word.
	ConnectionID string
	Token        finch.Token
}

// Outcome is what became of an applicant.
type Outcome struct {
	// ConnectionID is as Finch names it, or as the applicant did if Finch was not
	// asked or refused.
	ConnectionID string
	// Created is true if the connection had no token before.
	Created bool
	// Err is why it cannot be taken: a *finch.Error, a *Mismatch or ErrTwice.
	Err error
}

// Admit asks Finch whose a token is and stores it, bound to that connection.
// want is the connection it must be of, or empty. created is true if the
// connection had no token before. The connection is looked at again within
// seconds, if a watcher runs. The error holds a *finch.Error or a *Mismatch
// where the token is to blame.
func (w *Watcher) Admit(ctx context.Context, want string, token finch.Token) (id string, created bool, err error) {
	grant, err := w.verify(ctx, people, Applicant{ConnectionID: want, Token: token})
	if err != nil {
		return "", false, err
	}
	stored, err := w.grant(ctx, []finch.Grant{grant})
	if err != nil {
		return "", false, fmt.Errorf("keep the token: %w", err)
	}
	return grant.Facts.Introspection.ConnectionID, stored[0], nil
}

// verifyAtOnce is how many tokens of a list are verified together.
const verifyAtOnce = 8

// AdmitAll is Admit for many: all are verified first, then all are stored in
// one transaction, or none. There is an outcome for each applicant, in order.
// The error is not nil whenever nothing was stored; the outcomes say which
// applicants are to blame.
func (w *Watcher) AdmitAll(ctx context.Context, applicants []Applicant) ([]Outcome, error) {
	outcomes := make([]Outcome, len(applicants))
	grants := make([]finch.Grant, len(applicants))
	for i, a := range applicants {
		outcomes[i].ConnectionID = a.ConnectionID
	}
	refuseTwice(outcomes)
	var pool errgroup.Group
	pool.SetLimit(verifyAtOnce)
	for i, a := range applicants {
		if outcomes[i].Err != nil {
			continue
		}
		pool.Go(func() error {
			grants[i], outcomes[i].Err = w.verify(ctx, background, a)
			if outcomes[i].Err == nil {
				outcomes[i].ConnectionID = grants[i].Facts.Introspection.ConnectionID
			}
			return nil
		})
	}
	_ = pool.Wait() // each keeps its own error
	refuseTwice(outcomes)
	return outcomes, w.grantAll(ctx, grants, outcomes)
}

// refuseTwice refuses each later mention of a connection.
func refuseTwice(outcomes []Outcome) {
	seen := map[string]bool{}
	for i, o := range outcomes {
		switch {
		case o.ConnectionID == "":
			// Whose it is will be known when Finch has been asked.
		case seen[o.ConnectionID] && o.Err == nil:
			outcomes[i].Err = ErrTwice
		default:
			seen[o.ConnectionID] = true
		}
	}
}

func (w *Watcher) grantAll(ctx context.Context, grants []finch.Grant, outcomes []Outcome) error {
	refused := 0
	for _, o := range outcomes {
		if o.Err != nil {
			refused++
		}
	}
	if refused > 0 {
		return fmt.Errorf("%d of %d tokens cannot be taken", refused, len(outcomes))
	}
	if len(grants) == 0 {
		return nil
	}
	created, err := w.grant(ctx, grants)
	if err != nil {
		return fmt.Errorf("keep the tokens: %w", err)
	}
	for i := range outcomes {
		outcomes[i].Created = created[i]
	}
	return nil
}

// grant stores tokens. Nobody joins a look any more that asks with an older one.
func (w *Watcher) grant(ctx context.Context, grants []finch.Grant) (created []bool, err error) {
	created, err = w.store.Grant(ctx, grants)
	for _, g := range grants {
		w.flights.Forget(g.Facts.Introspection.ConnectionID)
	}
	return created, err
}

// verify asks Finch whose a token is.
func (w *Watcher) verify(ctx context.Context, by asker, a Applicant) (finch.Grant, error) {
	in, err := w.finch(by).Introspect(ctx, a.Token)
	if err != nil {
		return finch.Grant{}, fmt.Errorf("verify the token: %w", err)
	}
	if a.ConnectionID != "" && a.ConnectionID != in.ConnectionID {
		return finch.Grant{}, &Mismatch{Want: a.ConnectionID, Got: in.ConnectionID}
	}
	return finch.Grant{Token: a.Token, Facts: finch.Facts{Introspection: in, At: w.now()}}, nil
}
