package finch

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
)

// Exchanged is what an authorization code was worth: a token, and whose Finch
// says it is.
type Exchanged struct {
	Token        Token
	ConnectionID string
	// CustomerID is empty where Finch names none.
	CustomerID string
}

// Exchange gives an authorization code to Finch for an access token. A code is
// good once and for ten minutes, so it is asked once. redirectURI is that of the
// session, empty for a page that embeds Finch Connect. Its errors are *Error, of
// TroubleRejected for a code that is not good (any more); none holds the code.
func (c *Client) Exchange(ctx context.Context, code, redirectURI string) (Exchanged, error) {
	q := call{method: http.MethodPost, path: "/auth/token", client: c.credentials, inBody: true, token: NewToken(code)}
	if c.credentials == nil {
		return Exchanged{}, q.noCredentials()
	}
	wire := struct {
		ID          string `json:"client_id"`
		Secret      string `json:"client_secret"`
		Code        string `json:"code"`
		RedirectURI string `json:"redirect_uri,omitempty"`
	}{c.credentials.ID, c.credentials.Secret.Reveal(), code, redirectURI}
	var err error
	if q.body, err = json.Marshal(wire); err != nil {
		return Exchanged{}, q.noAnswer(err) // cannot happen: text always encodes
	}
	a, err := c.ask(ctx, q)
	if refusal, ok := errors.AsType[*Error](err); ok {
		refusal.Message = withoutToken(refusal.Message, c.credentials.Secret)
	}
	if err != nil {
		return Exchanged{}, err
	}
	got, err := decodeExchanged(a.body)
	if err != nil {
		return Exchanged{}, q.unreadable(a, err)
	}
	return got, nil
}

func decodeExchanged(body []byte) (Exchanged, error) {
	var wire struct {
		Token        string `json:"access_token"`
		ConnectionID string `json:"connection_id"`
		CustomerID   string `json:"customer_id"`
	}
	if err := lenient(body, '{', &wire); err != nil {
		return Exchanged{}, err
	}
	got := Exchanged{Token: NewToken(wire.Token), ConnectionID: wire.ConnectionID, CustomerID: cut(wire.CustomerID, maxWord)}
	switch {
	case !got.Token.sendable():
		return Exchanged{}, errNoToken
	case got.ConnectionID == "" || len(got.ConnectionID) > maxWord:
		return Exchanged{}, errNameless
	}
	return got, nil
}

var errNoToken = errors.New("the answer holds no usable access token")
