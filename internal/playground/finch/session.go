package finch

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// session is a Connect session: a link for an employer.
type session struct {
	id       string
	client   *client
	products []string
	customer customer
	// reconnects is the connection of a reauthentication; nil for a new one.
	reconnects *connection
	// preset is the provider and method that the link asks for, if any.
	preset struct{ provider, method string }
	// simulated is the wish for Finch's made-up data.
	simulated bool
	redirect  string
	created   time.Time
	expires   time.Time
	done      bool
	// again is true for a reauthentication.
	again bool
	// manual is the wish to offer assisted set-ups too.
	manual bool
	visit
}

var allProducts = []string{
	"company", "directory", "individual", "employment", "payment", "pay_statement", "benefits", "documents", "ssn",
	"recordkeeping", "deduction", "plans", "plans_enrollments", "plans_dependents",
}

const (
	maxSessionMinutes    = 129_600
	reauthSessionMinutes = 43_200
)

type sessionRequest struct {
	CustomerID    string   `json:"customer_id"`
	CustomerName  string   `json:"customer_name"`
	CustomerEmail *string  `json:"customer_email"`
	Products      []string `json:"products"`
	Integration   *struct {
		Provider   string  `json:"provider"`
		AuthMethod *string `json:"auth_method"`
	} `json:"integration"`
	Minutes  *float64 `json:"minutes_to_expire"`
	Redirect *string  `json:"redirect_uri"`
	Sandbox  any      `json:"sandbox"`
	Manual   *bool    `json:"manual"`

	ConnectionID string `json:"connection_id"`
}

// fault is what is wrong with a request for a session; empty if nothing.
func (r sessionRequest) fault() string {
	switch {
	case r.Minutes != nil && (*r.Minutes < 1 || *r.Minutes > maxSessionMinutes):
		return "minutes_to_expire must be between 1 and 129600"
	case slices.ContainsFunc(r.Products, func(p string) bool { return !slices.Contains(allProducts, p) }):
		return "products has a value that Finch does not know"
	case slices.Contains(r.Products, "benefits") && slices.Contains(r.Products, "deduction"):
		return "benefits and deduction may not both be asked for"
	case r.Redirect != nil && !goodRedirect(*r.Redirect):
		return "redirect_uri must be https, or http on localhost"
	case r.Integration != nil && !known(r.Integration.Provider):
		return "integration.provider is not a provider"
	}
	return ""
}

func known(provider string) bool {
	_, ok := providerOf(provider)
	return ok
}

func goodRedirect(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1")
}

func between1And255(s string) bool { return s != "" && utf8.RuneCountInString(s) <= 255 }

// createSession makes a link for a new connection. A customer id that has a
// live connection is refused, with a hint at reauthentication.
func createSession(c *call) answer {
	var want sessionRequest
	switch {
	case !c.decode(&want):
		return invalid("The body is not valid")
	case !between1And255(want.CustomerID), !between1And255(want.CustomerName):
		return invalid("customer_id and customer_name must have 1 to 255 characters")
	case len(want.Products) == 0:
		return invalid("products must name at least one product")
	case want.fault() != "":
		return invalid(want.fault())
	}
	for _, other := range c.server.world.connections {
		if other.customer.id == want.CustomerID && other.client == c.client && !other.ended() {
			return invalid("This customer_id has a connection already: use /connect/sessions/reauthenticate")
		}
	}
	s := c.newSession(want, maxSessionMinutes)
	s.customer = customer{id: want.CustomerID, name: &want.CustomerName, email: want.CustomerEmail}
	s.simulated = c.client.kind == sandbox && want.Sandbox != "provider"
	s.manual = want.Manual != nil && *want.Manual
	if want.Integration != nil {
		s.preset.provider = want.Integration.Provider
		if want.Integration.AuthMethod != nil {
			s.preset.method = *want.Integration.AuthMethod
		}
	}
	return c.link(s)
}

// createReauthSession makes a link by which an employer signs in again.
func createReauthSession(c *call) answer {
	var want sessionRequest
	if !c.decode(&want) || want.ConnectionID == "" {
		return invalid("connection_id is required")
	}
	if fault := want.fault(); fault != "" {
		return invalid(fault)
	}
	of := c.server.world.byID[want.ConnectionID]
	if of == nil || of.ended() || of.client != c.client {
		return notFound("item_not_found", "There is no such connection")
	}
	s := c.newSession(want, reauthSessionMinutes)
	s.customer, s.reconnects, s.again = of.customer, of, true
	s.preset.provider, s.preset.method = of.provider, of.methods[0].kind
	if len(s.products) == 0 {
		s.products = of.products
	}
	return c.link(s)
}

func (c *call) newSession(want sessionRequest, minutes float64) *session {
	if want.Minutes != nil {
		minutes = *want.Minutes
	}
	w := c.server.world
	s := &session{
		id: w.seed.id("session", w.run, w.next()), client: c.client, products: want.Products,
		created: c.now, expires: c.now.Add(time.Duration(minutes * float64(time.Minute))),
	}
	if want.Redirect != nil {
		s.redirect = *want.Redirect
	}
	w.sessions[s.id] = s
	return s
}

func (c *call) link(s *session) answer {
	base := strings.TrimSuffix(c.server.options.ConnectURL, "/")
	if base == "" {
		base = "http://" + c.request.Host
	}
	return answer{status: http.StatusCreated, body: map[string]string{
		"session_id": s.id, "connect_url": base + "/authorize?session=" + s.id,
	}}
}

// finishSession is an employer who finishes a session: the connection is made, or
// works again, and there is a code to exchange. A provider is that of one who
// takes the short way; empty where it was chosen.
func (s *Server) finishSession(n *session, provider string) string {
	if provider != "" && provider != n.chosen.provider {
		n.chosen.provider, n.chosen.method = provider, ""
	}
	c := n.reconnects
	if c == nil {
		c = s.connect(n)
	} else {
		s.change(c, connected, "")
		s.addChosen(c, n.companies)
	}
	n.done, n.reconnects = true, c
	s.enter(n, succeeded)
	s.walk(n, Done, "")
	id := s.world.seed.id("code", s.world.run, s.world.next())
	s.world.codes[id] = &code{owner: c, redirect: n.redirect, expires: s.clock.now().Add(codeLives)}
	return id
}

// addChosen adds the entities that a reauthentication brought.
func (s *Server) addChosen(c *connection, names []string) {
	for _, name := range names {
		if !slices.ContainsFunc(c.entities, func(e *entity) bool { return e.name == name }) {
			s.world.addEntity(c).name = name
		}
	}
}

// connect makes the connection of a finished session.
func (s *Server) connect(n *session) *connection {
	source := byProvider
	if n.simulated {
		source = byFinch
	}
	c := s.establish(character{
		name: *n.customer.name, provider: or(n.provider(), "gusto"), method: n.method(),
		env: n.client.kind, source: source, fresh: true, entities: n.companies,
	})
	c.customer = n.customer
	c.products = slices.Clone(n.products)
	c.methods[0].products = c.products
	return c
}

// establish makes a connection of this very moment. A new assisted one is
// pending, a new automated one waits for its first sync; in the Finch Sandbox
// there is data at once.
func (s *Server) establish(part character) *connection {
	p, _ := providerOf(part.provider)
	part.method = or(part.method, p.methods[0])
	switch {
	case part.method == assisted:
		part.status = pending
	case part.source == byProvider:
		part.status = processing
	}
	c := s.world.add(part)
	c.created = s.clock.now()
	switch {
	case part.source == byProvider:
		s.schedule(c, c.created.Add(s.options.SyncTakes))
	case part.method != assisted:
		c.synced(c.created)
	}
	return c
}
