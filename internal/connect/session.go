package connect

import (
	"errors"
	"time"
)

var (
	// ErrUnknown means that no session of that id is known here.
	ErrUnknown = errors.New("no such Connect session is known here")
	// ErrFull means that a session has as many events as it may have.
	ErrFull = errors.New("this Connect session has as many events as it may have")
)

// LinkLife is how long a link for a new connection is good where nobody said.
// Finch: minutes_to_expire, 129,600 by default.
const LinkLife = 90 * 24 * time.Hour

// Session is what is known of a Connect session apart from its events. Times are
// UTC; zero is unknown or not so.
type Session struct {
	ID           string
	CustomerID   string
	CustomerName string
	// ConnectionID is set for a reconnect, and once the session made a connection.
	ConnectionID string
	// ProviderID and ProviderName are the preset ones, or those of the connection.
	ProviderID   string
	ProviderName string
	// Method is how the employer signs in, by Finch's word; mostly unknown before
	// there is a connection.
	Method    string
	Reconnect bool
	Sandbox   bool
	// Source is who made it known: FromHost, FromPerch or FromImport.
	Source Source
	// Maker is the Slack user who had Perch make it.
	Maker   string
	Created time.Time
	Expires time.Time
	Revoked time.Time
}

// Ends is when the session's link ends, where nobody said LinkLife after it was
// made; zero where neither is known.
func (s Session) Ends() time.Time {
	if s.Expires.IsZero() && !s.Created.IsZero() {
		return s.Created.Add(LinkLife)
	}
	return s.Expires
}
