package playground

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"perch/internal/playground/finch"
)

// Tell posts a body as JSON to one of Perch's doors and reads the answer into
// answer, if that is not nil. The bearer is a session's events token; empty is
// the host application's own key.
type Tell func(ctx context.Context, path, bearer string, body, answer any) error

// HostOptions make a simulated host application. Finch, Tell and Adopt are
// required.
type HostOptions struct {
	Finch *finch.Server
	Tell  Tell
	Adopt Adopt
	// ConnectJS is where the local Finch's connect.js is, PerchJS where Perch's
	// script for host pages is. Browsers tell Perch where they got that from.
	ConnectJS, PerchJS string
	// Seed is where its customers and their habits come from. Life tells one life of
	// the playground from another on the same database; zero is the first.
	Seed, Life uint64
	// Failed hears what did not work; it may be nil.
	Failed func(what string, err error)
}

// Host is a simulated application that embeds Finch Connect: it makes sessions
// for its customers, registers them with Perch, exchanges codes, and tells Perch
// the stages. A real one learns of no stage from Finch: this one looks at the
// local Finch's own instrument, and whatever shows its word says so.
type Host struct {
	HostOptions
	walks  chan finch.Walk
	acts   chan act
	people *customers

	mu       sync.Mutex
	sessions map[string]*attempt
	made     []*attempt // in order
	told     int        // counts events, for their ids
}

// attempt is a session that the host made.
type attempt struct {
	finch.Session
	// token lets the employer's browser tell Perch.
	token string
	// provider is the one that Perch was told.
	provider string
	// quiet: the application tells Perch no stages.
	quiet bool
	// simulated: no person but a program plays the employer.
	simulated bool
}

// maxWalks are more than wait at any time: a simulated employer takes a step in
// seconds.
const maxWalks = 1024

// act is an employer whom the page asked for, about to begin.
type act struct {
	of   *attempt
	plot habit
}

const maxActs = 16

// NewHost makes a host application. Run tells Perch what its sessions do.
func NewHost(o HostOptions) *Host {
	if o.Failed == nil {
		o.Failed = func(string, error) {}
	}
	return &Host{
		HostOptions: o, walks: make(chan finch.Walk, maxWalks), acts: make(chan act, maxActs), sessions: map[string]*attempt{},
		people: newCustomers(o.Seed, o.Life),
	}
}

// Walked hears an employer's step; it is for the local Finch's Options.Walked,
// and returns at once.
func (h *Host) Walked(w finch.Walk) {
	w.At = time.Now() // the local Finch's clock may have been put forward
	select {
	case h.walks <- w:
	default: // Perch has not answered for very long: stages go untold
	}
}

// Run tells Perch of the stages, and plays the employers whom the page asks for,
// until ctx ends.
func (h *Host) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case a := <-h.acts:
			go h.act(ctx, a.of, h.actor(a.of), a.plot)
		case w := <-h.walks:
			if err := h.tellWalk(ctx, w); err != nil && ctx.Err() == nil {
				h.Failed("tell Perch of a stage", err)
			}
		}
	}
}

// wish is what the host wants of a session.
type wish struct {
	finch.Invitation
	quiet     bool
	simulated bool
	// created and expires are what Perch is told, where it is not Finch's.
	created, expires time.Time
}

var errNoCustomer = errors.New("the session has no customer's name")

// start makes a session at the local Finch and registers it with Perch.
func (h *Host) start(ctx context.Context, w wish) (*attempt, error) {
	made, err := h.Finch.Invite(w.Invitation)
	if err != nil {
		return nil, fmt.Errorf("make a session: %w", err)
	}
	if made.CustomerName == nil {
		return nil, fmt.Errorf("make a session: %w", errNoCustomer)
	}
	a := &attempt{Session: made, quiet: w.quiet, simulated: w.simulated, provider: w.Provider}
	a.token, err = h.register(ctx, registration{
		SessionID: made.ID, CustomerID: made.CustomerID, CustomerName: *made.CustomerName, ConnectionID: w.ConnectionID,
		ProviderID: w.Provider, CreatedAt: stamp(w.created, made.CreatedAt), ExpiresAt: stamp(w.expires, made.ExpiresAt),
	})
	if err != nil {
		return nil, fmt.Errorf("register a session: %w", err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sessions[made.ID] = a
	h.made = append(h.made, a)
	return a, nil
}

// attemptOf is a session that the host made; nil for others.
func (h *Host) attemptOf(sessionID string) *attempt {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.sessions[sessionID]
}

// exchange is the host application's server: it exchanges an employer's code,
// hands Perch the token and says that it did. Which connection it is Perch learns
// from the token.
func (h *Host) exchange(ctx context.Context, a *attempt, code string) (connectionID string, err error) {
	connectionID, token, err := h.Finch.Redeem(code)
	if err != nil {
		return "", err
	}
	if err := h.Adopt(ctx, connectionID, token); err != nil {
		return "", fmt.Errorf("hand the token to Perch: %w", err)
	}
	return connectionID, h.tellEvents(ctx, a.ID, "", h.event("token_exchanged", time.Now()))
}

// Employer is a session of the host's as its page shows it.
type Employer struct {
	SessionID    string `json:"session_id"`
	CustomerName string `json:"customer_name"`
	Reconnect    bool   `json:"reconnect"`
	// Simulated: a program plays the employer. Quiet: Perch is told no stages.
	Simulated bool `json:"simulated"`
	Quiet     bool `json:"quiet"`
	// Stage is where the employer is now, as the local Finch knows it.
	Stage string `json:"stage"`
	// Open: the link still opens.
	Open bool `json:"open"`
}

// maxSimulated is how many sessions the page lists that a program plays.
const maxSimulated = 20

// Employers are the newest sessions of the host, newest first, and all of those
// that wait for a person.
func (h *Host) Employers() []Employer {
	h.mu.Lock()
	made := slices.Clone(h.made)
	h.mu.Unlock()
	list, played := []Employer{}, 0
	for _, a := range slices.Backward(made) {
		if a.simulated {
			played++
		}
		if !a.simulated || played <= maxSimulated {
			list = append(list, h.shown(a))
		}
	}
	return list
}

// shown is a session as it stands at the local Finch.
func (h *Host) shown(a *attempt) Employer {
	e := Employer{
		SessionID: a.ID, CustomerName: *a.CustomerName, Reconnect: a.Kind == reconnect, Simulated: a.simulated, Quiet: a.quiet,
	}
	if now, ok := h.Finch.Session(a.ID); ok {
		e.Stage, e.Open = now.Stage, now.Open
	}
	return e
}

// reconnect is the local Finch's word for a session that signs in again.
const reconnect = "reauthenticate"
