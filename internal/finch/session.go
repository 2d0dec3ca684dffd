package finch

import (
	"context"
	"time"
)

// linkLife is how long a link for a new connection is good where nobody said.
// Finch: minutes_to_expire, 129,600 by default.
const linkLife = 90 * 24 * time.Hour

// NewSession is what a Connect session for a new connection is to be made with.
// Empty fields are left out, for Finch to decide.
type NewSession struct {
	// CustomerID is the application's own id of the employer. Finch makes one
	// connection of each.
	CustomerID   string
	CustomerName string
	Email        string
	Products     []string
	// Provider and Method spare the employer the choice. Finch takes a method only
	// with a provider.
	Provider, Method string
	// RedirectURI is where the employer is sent with the code; empty for a page
	// that embeds Finch Connect.
	RedirectURI string
	// Life is how long the link is good, by the minute; 0 means 90 days.
	Life time.Duration
	// Sandbox is "finch" for data that Finch makes up, "provider" for a provider's
	// own sandbox, empty for neither.
	Sandbox string
}

// CreateSession makes a link by which an employer connects their payroll. It is
// asked once: a second session would be a second link. Its errors are *Error:
// TroubleRejected, with Finch's words in Message, where Finch does not take what
// it is to be made with, such as a customer id that has a connection already.
func (c *Client) CreateSession(ctx context.Context, n NewSession) (Reconnect, error) {
	if n.Life == 0 {
		n.Life = linkLife
	}
	return c.openSession(ctx, "/connect/sessions", n.wire(), n.Life)
}

// sessionWire is a session's wishes as Finch reads them.
type sessionWire struct {
	CustomerID   string       `json:"customer_id"`
	CustomerName string       `json:"customer_name"`
	Email        string       `json:"customer_email,omitempty"`
	Products     []string     `json:"products"`
	Integration  *integration `json:"integration,omitempty"`
	RedirectURI  string       `json:"redirect_uri,omitempty"`
	Minutes      int          `json:"minutes_to_expire"`
	Sandbox      string       `json:"sandbox,omitempty"`
}

type integration struct {
	Provider string `json:"provider"`
	Method   string `json:"auth_method,omitempty"`
}

func (n NewSession) wire() sessionWire {
	w := sessionWire{
		CustomerID: n.CustomerID, CustomerName: n.CustomerName, Email: n.Email, Products: n.Products,
		RedirectURI: n.RedirectURI, Minutes: minutes(n.Life), Sandbox: n.Sandbox,
	}
	if n.Provider != "" {
		w.Integration = &integration{Provider: n.Provider, Method: n.Method}
	}
	return w
}
