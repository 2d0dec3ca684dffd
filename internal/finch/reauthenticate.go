package finch

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"
)

// Credentials are the application's own at Finch, FINCH_CLIENT_ID and
// FINCH_CLIENT_SECRET: what it makes Connect sessions with.
type Credentials struct {
	ID     string
	Secret Token
}

// ReauthLife is how long a link for signing in again is good where
// nobody said.
// Finch: minutes_to_expire, 43,200 by default.
const ReauthLife = 30 * 24 * time.Hour

// Reconnect is a session of Finch Connect, in which an employer signs in.
type Reconnect struct {
	SessionID string
	// URL is for the employer and nobody else: whoever opens it can sign in.
	URL string
	// Expires is when the link ends.
	Expires time.Time
}

// Reauthenticate makes a link by which the employer of a connection signs in
// again. The connection stays the same; the application that embeds Finch
// Connect gets a code for a new token. It is asked once: a second session would
// be a second link. Its errors are *Error; of TroubleBadClient where no
// credentials are set or Finch does not take them, of TroubleNotFound for a
// connection that has ended or belongs to another application.
func (c *Client) Reauthenticate(ctx context.Context, connectionID string) (Reconnect, error) {
	body := map[string]any{"connection_id": connectionID, "minutes_to_expire": minutes(ReauthLife)}
	return c.openSession(ctx, "/connect/sessions/reauthenticate", body, ReauthLife)
}

// openSession asks for a session, once, that ends after its life.
func (c *Client) openSession(ctx context.Context, path string, wishes any, life time.Duration) (Reconnect, error) {
	q := call{method: http.MethodPost, path: path, client: c.credentials}
	if c.credentials == nil {
		return Reconnect{}, q.noCredentials()
	}
	var err error
	if q.body, err = json.Marshal(wishes); err != nil {
		return Reconnect{}, q.noAnswer(err) // cannot happen: text always encodes
	}
	made := time.Now()
	a, err := c.ask(ctx, q)
	if err != nil {
		return Reconnect{}, err
	}
	link, err := decodeLink(a.body)
	if err != nil {
		return Reconnect{}, q.unreadable(a, err)
	}
	link.Expires = made.Add(life)
	return link, nil
}

func decodeLink(body []byte) (Reconnect, error) {
	var wire struct {
		SessionID string `json:"session_id"`
		URL       string `json:"connect_url"`
	}
	err := lenient(body, '{', &wire)
	if err == nil && !webAddress(wire.URL) {
		err = errNoLink
	}
	if err != nil {
		return Reconnect{}, err
	}
	return Reconnect{SessionID: plainID(wire.SessionID), URL: wire.URL}, nil
}

// minutes is a life as Finch counts it.
func minutes(life time.Duration) int { return int(life / time.Minute) }

var errNoLink = errors.New("the answer names no link")

// webAddress reports whether a text is a link that may be handed on.
func webAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}
