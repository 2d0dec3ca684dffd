package connect

import (
	"fmt"
	"time"
)

// Link is an employer's way into a session that Perch made. URL is for the
// employer and nobody else.
type Link struct {
	Session Session
	URL     string
	// Hosted: it leads to Perch's own page, so Perch sees what happens there.
	Hosted bool
}

// LinkOrder is what a link for a new connection is to be made for, by the fields
// of Finch's own form. What is left empty Finch decides, or the employer.
type LinkOrder struct {
	CustomerID   string
	CustomerName string
	Email        string
	Products     []string
	// Provider and Method spare the employer the choice.
	Provider, Method string
	// Expires is how long the link is good; 0 means LinkLife.
	Expires time.Duration
	// Sandbox is "finch", "provider", or empty.
	Sandbox string
	// Redirect is where Finch sends the employer with the code. Perch sees nothing
	// of such a session: its link is Finch's own.
	Redirect string
	// Maker is the Slack user who asks for it.
	Maker string `json:"-"`
}

// ConnectedError means that a customer is connected already: it takes a reconnect
// link instead.
type ConnectedError struct{ ConnectionID string }

func (e *ConnectedError) Error() string {
	return fmt.Sprintf("the customer has connection %s already", e.ConnectionID)
}
