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
	CustomerID    string       `json:"customer_id"`
	CustomerName  string       `json:"customer_name"`
	CustomerEmail *string      `json:"customer_email"`
	Products      []string     `json:"products"`
	Integration   *integration `json:"integration"`
	Minutes       *float64     `json:"minutes_to_expire"`
	Redirect      *string      `json:"redirect_uri"`
	Sandbox       any          `json:"sandbox"`
	Manual        *bool        `json:"manual"`

	ConnectionID string `json:"connection_id"`
}

// integration is the provider, and maybe the method, that a link presets.
type integration struct {
	Provider   string  `json:"provider"`
	AuthMethod *string `json:"auth_method"`
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

// createSession makes a link for a new connection.
func createSession(c *call) answer {
	var want sessionRequest
	if !c.decode(&want) {
		return invalid("The body is not valid")
	}
	made, fault := c.server.sessionOf(c.client, want)
	if fault != "" {
		return invalid(fault)
	}
	return c.link(made)
}

// sessionOf makes a session for a new connection. A customer id that has a live
// connection is refused, with a hint at reauthentication.
func (s *Server) sessionOf(of *client, want sessionRequest) (made *session, fault string) {
	switch {
	case !between1And255(want.CustomerID), !between1And255(want.CustomerName):
		return nil, "customer_id and customer_name must have 1 to 255 characters"
	case len(want.Products) == 0:
		return nil, "products must name at least one product"
	case want.fault() != "":
		return nil, want.fault()
	}
	for _, other := range s.world.connections {
		if other.customer.id == want.CustomerID && other.client == of && !other.ended() {
			return nil, "This customer_id has a connection already: use /connect/sessions/reauthenticate"
		}
	}
	n := s.newSession(of, want, maxSessionMinutes)
	n.customer = customer{id: want.CustomerID, name: &want.CustomerName, email: want.CustomerEmail}
	n.simulated = of.kind == sandbox && want.Sandbox != "provider"
	n.manual = want.Manual != nil && *want.Manual
	if want.Integration != nil {
		n.preset.provider = want.Integration.Provider
		if want.Integration.AuthMethod != nil {
			n.preset.method = *want.Integration.AuthMethod
		}
	}
	return n, ""
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
	made := c.server.sessionAgain(c.client, want)
	if made == nil {
		return notFound("item_not_found", "There is no such connection")
	}
	return c.link(made)
}

// sessionAgain makes a session to sign in again to a connection; nil if there is
// no such one.
func (s *Server) sessionAgain(by *client, want sessionRequest) *session {
	of := s.world.byID[want.ConnectionID]
	if of == nil || of.ended() || of.client != by {
		return nil
	}
	n := s.newSession(by, want, reauthSessionMinutes)
	n.customer, n.reconnects, n.again = of.customer, of, true
	n.preset.provider, n.preset.method = of.provider, of.methods[0].kind
	if len(n.products) == 0 {
		n.products = of.products
	}
	return n
}

func (s *Server) newSession(of *client, want sessionRequest, minutes float64) *session {
	if want.Minutes != nil {
		minutes = *want.Minutes
	}
	w, now := s.world, s.clock.now()
	n := &session{
		id: w.seed.id("session", w.run, w.next()), client: of, products: want.Products,
		created: now, expires: now.Add(time.Duration(minutes * float64(time.Minute))),
	}
	if want.Redirect != nil {
		n.redirect = *want.Redirect
	}
	w.sessions[n.id] = n
	return n
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
