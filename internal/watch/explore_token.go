package watch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"perch/internal/finch"
)

// errNoTokenIn means that an answer lacks the token that it should hold.
var errNoTokenIn = errors.New("the answer holds no access token")

// found is a token in an answer, and whose Finch says it is.
type found struct {
	token        finch.Token
	connectionID string
}

// tokenIn finds the token that an answer holds; zero for none.
func tokenIn(body []byte) found {
	var wire struct {
		Token        string `json:"access_token"`
		ConnectionID string `json:"connection_id"`
	}
	_ = json.Unmarshal(body, &wire) // what is no such object holds none
	return found{token: finch.NewToken(wire.Token), connectionID: wire.ConnectionID}
}

// keepFound asks Finch whose the token in an answer is, and puts it into the vault.
// The token comes only once, so Finch is asked again for a while where it fails.
func (w *Watcher) keepFound(ctx context.Context, f found) (tokenID, connectionID string, err error) {
	if f.token.IsZero() {
		return "", "", errNoTokenIn
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), exchangeWithin)
	defer cancel()
	grant, err := w.vouch(ctx, Applicant{ConnectionID: f.connectionID, Token: f.token})
	if err != nil {
		return "", "", err
	}
	if _, err := w.grant(ctx, []finch.Grant{grant}); err != nil {
		return "", "", fmt.Errorf("keep the token: %w", err)
	}
	in := grant.Facts.Introspection
	return in.TokenID, in.ConnectionID, nil
}

// vouch asks Finch whose a fresh token is, again for a while where Finch fails.
func (w *Watcher) vouch(ctx context.Context, a Applicant) (finch.Grant, error) {
	grant, err := w.verify(ctx, people, a)
	for try := 1; try < vouchTries && troubleOf(err).Passes() && pause(ctx, vouchPause); try++ {
		grant, err = w.verify(ctx, people, a)
	}
	return grant, err
}
