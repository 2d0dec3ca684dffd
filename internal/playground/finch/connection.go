package finch

import (
	"slices"
	"time"
)

// The statuses of connections, methods and entities. Only entities and
// webhooks ever say disconnected.
const (
	connected     = "connected"
	processing    = "processing"
	pending       = "pending"
	reauth        = "reauth"
	noPermissions = "error_permissions"
	notSetUp      = "error_no_account_setup"
	disconnected  = "disconnected"
)

var statuses = []string{connected, processing, pending, reauth, noPermissions, notSetUp, disconnected}

// The ways in which Finch reaches a provider.
const (
	assisted   = "assisted"
	credential = "credential"
	apiToken   = "api_token"
	oauth      = "oauth"
)

// The environments, and who makes a connection's data.
const (
	production  = "production"
	development = "development"
	sandbox     = "sandbox"

	byProvider = "provider"
	byFinch    = "finch"
)

// client is an application at Finch: each environment has its own.
type client struct {
	kind, id, secret string
}

type customer struct {
	id    string
	name  *string
	email *string
}

// connection is one employer's login at one provider.
type connection struct {
	number    int
	id        string
	companyID string
	accountID string
	client    *client
	source    string
	provider  string
	customer  customer
	username  *string
	products  []string
	// methods has the main one first; an assisted one for deductions may follow.
	methods  []*method
	entities []*entity
	status   string
	message  string
	created  time.Time
	// lastSync is the last success; zero before the first.
	lastSync   time.Time
	lastTry    time.Time
	lastResult string
	// firstRun is when its first sync of this world's life falls due.
	firstRun time.Time
	tokens   []*token
	// next is the scheduled sync that Finch would list; nil where none is.
	next  *job
	adhoc []*job
	// past are the finished ones that can still be read, oldest first.
	past []*job
	// jobs counts all it ever had.
	jobs int
	// outcome is how its syncs end.
	outcome string
	// gap is how many days before its last sync one was missed; 0 is never.
	gap int
	// The first successes that were announced.
	toldOrg, toldPayroll bool
	refresh              refreshes
	books                *books
	// staff is how many work there; 0 leaves it to the seed.
	staff int
}

type method struct {
	kind     string
	status   string
	message  string
	products []string
	lastSync time.Time
}

type entity struct {
	id, name, sourceID string
	status             string
}

// token is an access token; id is its introspect id.
type token struct {
	secret  string
	id      string
	owner   *connection
	revoked bool
}

func (c *connection) assisted() bool { return c.methods[0].kind == assisted }

func (c *connection) ended() bool { return c.status == disconnected }

// scheduled reports whether Finch syncs it by itself: it schedules nothing in
// the Finch Sandbox, and assisted connections have no automated jobs.
func (c *connection) scheduled() bool {
	return !c.assisted() && c.source == byProvider && !c.ended()
}

func (c *connection) granted(product string) bool { return slices.Contains(c.products, product) }

// carrier is the method that carries a product.
func (c *connection) carrier(product string) *method {
	for _, m := range c.methods {
		if slices.Contains(m.products, product) {
			return m
		}
	}
	return c.methods[0]
}

func (c *connection) entity(id string) *entity {
	i := slices.IndexFunc(c.entities, func(e *entity) bool { return e.id == id })
	if i < 0 {
		return nil
	}
	return c.entities[i]
}

// live are the entities that were not disconnected.
func (c *connection) live() []*entity {
	return slices.DeleteFunc(slices.Clone(c.entities), func(e *entity) bool { return e.status == disconnected })
}

// setStatus changes the connection, its main method and its live entities.
func (c *connection) setStatus(status, message string) {
	for _, e := range c.live() {
		e.status = status
	}
	c.status, c.message = status, message
	c.methods[0].status, c.methods[0].message = status, message
}

func (c *connection) synced(at time.Time) {
	c.lastSync = at
	c.methods[0].lastSync = at
}

// valid are the tokens that still work, newest last.
func (c *connection) valid() []*token {
	return slices.DeleteFunc(slices.Clone(c.tokens), func(t *token) bool { return t.revoked })
}
