package finch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// APIVersion is the only one there is. Finch: "Finch-API-Version" goes with
// every request.
const APIVersion = "2020-09-17"

// patience is how long one call may take in all: waiting for the budget,
// every attempt, and the pauses between them.
const patience = 20 * time.Second

// jobsPerPage is Finch's own default, said aloud: the list holds the next
// scheduled sync and the jobs that were asked for, so one page is all of it.
const jobsPerPage = "100"

// Options are what a Client needs.
type Options struct {
	// BaseURL is where Finch is, such as https://api.tryfinch.com. Only http and
	// https, no user, no query.
	BaseURL string
	// HTTP carries the requests; nil for a client of our own. It is copied, and
	// the copy follows no redirects.
	HTTP *http.Client
	// Budget is shared by all that ask Finch from this process; nil for a new one.
	Budget *Budget
	// Credentials are the application's own; nil where none are set, and then no
	// Connect sessions can be made.
	Credentials *Credentials
	// Version is Perch's own, for the User-Agent.
	Version string
}

// Client asks Finch. It is safe for use by many goroutines, and every error of
// its calls is an *Error.
type Client struct {
	base        *url.URL
	http        *http.Client
	budget      *Budget
	credentials *Credentials
	agent       string
	background  bool
	// firstPause is what a repeated read waits at first; each further pause doubles it.
	firstPause time.Duration
}

// New checks the address and returns a client for people waiting at a command.
func New(o Options) (*Client, error) {
	base, err := parseBase(o.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("finch: the API's address %w", err)
	}
	budget := o.Budget
	if budget == nil {
		budget = NewBudget()
	}
	agent := "perch"
	if o.Version != "" {
		agent += "/" + o.Version
	}
	return &Client{base: base, http: withoutRedirects(o.HTTP), budget: budget, credentials: o.Credentials, agent: agent, firstPause: 500 * time.Millisecond}, nil
}

// parseBase never repeats the address in its errors: it may hold a password.
func parseBase(s string) (*url.URL, error) {
	base, err := url.Parse(s)
	switch {
	case err != nil:
		return nil, errors.New("is not a URL")
	case base.Scheme != "http" && base.Scheme != "https":
		return nil, errors.New("must begin with https:// or http://")
	case base.Hostname() == "":
		return nil, errors.New("names no host")
	case base.User != nil:
		return nil, errors.New("must not hold a user or password")
	case base.RawQuery != "" || base.ForceQuery || base.Fragment != "":
		return nil, errors.New("must not hold a query or fragment")
	}
	return base, nil
}

// withoutRedirects returns a copy of h that hands redirects back as answers: a
// token goes to the configured host and to no other, whatever an answer says.
func withoutRedirects(h *http.Client) *http.Client {
	var own http.Client
	if h != nil {
		own = *h
	}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// Background returns a client for work that nobody waits for: it shares
// everything with c, but leaves the budget's reserve to people.
func (c *Client) Background() *Client {
	behind := *c
	behind.background = true
	return &behind
}

// Budget is what this client and all made from it draw on.
func (c *Client) Budget() *Budget { return c.budget }

// Introspect asks what a token is and how its connection stands. It needs no
// product, and answers for connections that need a reconnect too.
func (c *Client) Introspect(ctx context.Context, token Token) (Introspection, error) {
	q := call{method: http.MethodGet, path: "/introspect", token: token}
	return fetch(ctx, c, q, func(body []byte) (Introspection, error) { return decodeIntrospection(body, token) })
}

// Providers asks for Finch's catalogue. It is large and changes rarely: once a
// day is plenty.
func (c *Client) Providers(ctx context.Context, token Token) ([]Provider, error) {
	q := call{method: http.MethodGet, path: "/providers", token: token}
	return fetch(ctx, c, q, decodeProviders)
}

// AutomatedJobs asks for the next scheduled sync and the jobs that were asked
// for, newest first. Finch keeps no history here, and an assisted connection
// has an empty list.
func (c *Client) AutomatedJobs(ctx context.Context, token Token) (JobList, error) {
	q := call{method: http.MethodGet, path: "/jobs/automated", query: url.Values{"limit": {jobsPerPage}}, token: token}
	return fetch(ctx, c, q, decodeJobs)
}

// fetch makes a call and reads its answer.
func fetch[T any](ctx context.Context, c *Client, q call, decode func([]byte) (T, error)) (T, error) {
	var none T
	a, err := c.ask(ctx, q)
	if err != nil {
		return none, err
	}
	value, err := decode(a.body)
	if err != nil {
		return none, q.unreadable(a, err)
	}
	return value, nil
}
