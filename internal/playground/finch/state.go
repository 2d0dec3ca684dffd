package finch

import (
	"cmp"
	"slices"
)

// Connection is a connection as the control door shows it. Times are as
// Finch writes them, null where there is none.
type Connection struct {
	ID             string   `json:"connection_id"`
	CustomerID     string   `json:"customer_id"`
	CustomerName   *string  `json:"customer_name"`
	CompanyID      string   `json:"company_id"`
	ProviderID     string   `json:"provider_id"`
	Environment    string   `json:"environment"`
	ConnectionType string   `json:"connection_type"`
	Assisted       bool     `json:"assisted"`
	Status         string   `json:"status"`
	Message        string   `json:"message"`
	CreatedAt      *string  `json:"created_at"`
	LastSync       *string  `json:"last_successful_sync"`
	NextSync       *string  `json:"next_sync"`
	NextJobID      *string  `json:"next_job_id"`
	Outcome        string   `json:"outcome"`
	Entities       []Entity `json:"entities"`
	Methods        []Method `json:"methods"`
	// TokenIDs are the introspect ids of the tokens that work, newest last.
	TokenIDs []string `json:"token_ids"`
	// Introspected is how often /introspect was asked.
	Introspected int `json:"introspected"`
	// Tokens are the secrets themselves, only for those who ask for them.
	Tokens []string `json:"tokens,omitempty"`
}

// Entity is a company inside a connection.
type Entity struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Status string `json:"status"`
}

// Method is one way of access and what it carries.
type Method struct {
	Type     string   `json:"type"`
	Status   string   `json:"status"`
	Products []string `json:"products"`
}

// Session is a Connect session as the control door shows it.
type Session struct {
	ID           string  `json:"session_id"`
	Kind         string  `json:"kind"` // new or reauthenticate
	CustomerID   string  `json:"customer_id"`
	CustomerName *string `json:"customer_name"`
	// ConnectionID is null until the connection exists.
	ConnectionID *string `json:"connection_id"`
	CreatedAt    *string `json:"created_at"`
	ExpiresAt    *string `json:"expires_at"`
	Done         bool    `json:"done"`
	// Stage is where an employer is in it; empty while nobody is there.
	Stage string `json:"stage"`
	// Open: its link opens Connect.
	Open bool `json:"open"`
}

// Connections are all of them in the order they were made, without secrets.
func (s *Server) Connections() []Connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	list := make([]Connection, 0, len(s.world.connections))
	asked := s.introspections()
	for _, c := range s.world.connections {
		list = append(list, c.shown(asked[c]))
	}
	return list
}

// Connection is one of them; false if there is none of this id.
func (s *Server) Connection(id string) (Connection, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	c := s.world.byID[id]
	if c == nil {
		return Connection{}, false
	}
	return c.shown(s.introspections()[c]), true
}

// Named are the connections of the customers called so.
func (s *Server) Named(name string) []Connection {
	return slices.DeleteFunc(s.Connections(), func(c Connection) bool {
		return c.CustomerName == nil || *c.CustomerName != name
	})
}

// Tokens are the newest working access tokens by connection id; what has
// ended has none.
func (s *Server) Tokens() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	tokens := make(map[string]string, len(s.world.connections))
	for _, c := range s.world.connections {
		if valid := c.valid(); len(valid) > 0 {
			tokens[c.id] = valid[len(valid)-1].secret
		}
	}
	return tokens
}

// Client is the id and secret of an environment's application: production,
// development or sandbox.
func (s *Server) Client(environment string) (id, secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.world.clients[environment]
	if c == nil {
		return "", ""
	}
	return c.id, c.secret
}

// introspections are how often each connection was introspected. The lock is held.
func (s *Server) introspections() map[*connection]int {
	asked := map[*connection]int{}
	for key, n := range s.calls {
		if key.token != nil && key.path == "/introspect" {
			asked[key.token.owner] += n.count
		}
	}
	return asked
}

func (c *connection) shown(introspected int) Connection {
	shown := Connection{
		ID: c.id, CustomerID: c.customer.id, CustomerName: c.customer.name, CompanyID: c.companyID,
		ProviderID: c.provider, Environment: c.client.kind, ConnectionType: c.source, Assisted: c.assisted(),
		Status: c.status, Message: c.message, CreatedAt: written(c.created), LastSync: written(c.lastSync),
		Outcome: c.outcome, Introspected: introspected,
		Entities: []Entity{}, Methods: []Method{}, TokenIDs: []string{},
	}
	if c.next != nil {
		shown.NextSync, shown.NextJobID = written(c.next.scheduled), &c.next.id
	}
	for _, e := range c.entities {
		shown.Entities = append(shown.Entities, Entity{ID: e.id, Name: e.name, Status: e.status})
	}
	for _, m := range c.methods {
		shown.Methods = append(shown.Methods, Method{Type: m.kind, Status: m.status, Products: m.products})
	}
	for _, t := range c.valid() {
		shown.TokenIDs = append(shown.TokenIDs, t.id)
	}
	return shown
}

// Sessions are the Connect sessions, oldest first.
func (s *Server) Sessions() []Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []Session{}
	for _, n := range s.world.sessions {
		list = append(list, s.shown(n))
	}
	slices.SortFunc(list, func(a, b Session) int {
		return cmp.Or(cmp.Compare(*a.CreatedAt, *b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// Session is one of them; false if there is none of this id.
func (s *Server) Session(id string) (Session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.world.sessions[id]
	if n == nil {
		return Session{}, false
	}
	return s.shown(n), true
}

func (s *Server) shown(n *session) Session {
	shown := Session{
		ID: n.id, Kind: "new", CustomerID: n.customer.id, CustomerName: n.customer.name,
		CreatedAt: written(n.created), ExpiresAt: written(n.expires), Done: n.done,
		Stage: n.stage, Open: s.linkFault(n) == "",
	}
	if n.reconnects != nil {
		shown.ConnectionID = &n.reconnects.id
	}
	if n.again {
		shown.Kind = "reauthenticate"
	}
	return shown
}
