package finch

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// usualSize is how many connections a world has unless told otherwise: 61
// live ones and one that has ended.
const usualSize = 62

// world is everything that Finch remembers.
type world struct {
	seed        seed
	run         uint64
	born        time.Time
	day         time.Duration
	clients     map[string]*client
	connections []*connection
	byID        map[string]*connection
	byEntity    map[string]*connection
	tokens      map[string]*token
	jobs        map[string]*job
	manual      map[string]*manualJob
	sessions    map[string]*session
	codes       map[string]*code
	// made counts customers, minted all else that gets a number.
	made, minted  int
	stride, start int
}

// newWorld makes a world of n connections around the moment now.
func newWorld(o Options, now time.Time) *world {
	w := &world{
		seed: seed(o.Seed), run: o.Run, born: now, day: o.Day, clients: clients(seed(o.Seed)),
		byID: map[string]*connection{}, byEntity: map[string]*connection{}, tokens: map[string]*token{},
		jobs: map[string]*job{}, manual: map[string]*manualJob{}, sessions: map[string]*session{}, codes: map[string]*code{},
	}
	w.admit(w.harbor(), character{})
	parts := cast()
	for _, part := range parts[:min(len(parts), o.Connections-1)] {
		w.add(part)
	}
	for n := 0; len(w.connections) < o.Connections; n++ {
		w.add(w.crowdMember(n))
	}
	if o.History > 0 {
		w.recall(o.History, o.Mishaps)
	}
	return w
}

// clients are the applications: production has the client id of Finch's
// documentation examples.
func clients(s seed) map[string]*client {
	of := map[string]*client{}
	for _, kind := range []string{production, development, sandbox} {
		of[kind] = &client{kind: kind, id: s.id("client", kind), secret: "finch-secret-" + s.id("client secret", kind)}
	}
	of[production].id = productionClient
	return of
}

// clientOf is the application with these credentials.
func (w *world) clientOf(id, secret string) *client {
	for _, c := range w.clients {
		if c.id == id && c.secret == secret {
			return c
		}
	}
	return nil
}

// add gives a character its connection.
func (w *world) add(part character) *connection {
	p, ok := providerOf(part.provider)
	if !ok {
		return nil
	}
	number := w.nextNumber()
	dice := w.seed.dice("connection", number)
	c := &connection{
		number: number, id: w.seed.id("connection", number), companyID: w.seed.id("company", number), accountID: w.seed.id("account", number),
		client: w.clients[or(part.env, production)], source: or(part.source, byProvider), provider: p.id,
		customer: customer{id: fmt.Sprintf("cust_%d", 1000+number)},
		status:   or(part.status, connected), message: part.message, outcome: or(part.outcome, complete), gap: part.gap,
		created: w.born.Add(-time.Duration(30*24+dice.IntN(800*24))*time.Hour - time.Duration(dice.IntN(3600_000))*time.Millisecond),
	}
	if part.fresh {
		c.created = w.born.Add(-time.Duration(2+dice.IntN(20)) * time.Hour)
	}
	if part.name != "" {
		domain := strings.ToLower(strings.Join(strings.FieldsFunc(part.name, notLetter), ""))
		domain = domain[:min(len(domain), 40)] + ".example"
		c.customer.name, c.customer.email = &part.name, new("payroll@"+domain)
		c.username = new("admin@" + domain)
	}
	w.furnish(c, p, part)
	w.admit(c, part)
	return c
}

// furnish gives a connection its methods, products and entities.
func (w *world) furnish(c *connection, p provider, part character) {
	main := &method{kind: or(part.method, p.methods[0]), status: c.status, message: part.message}
	main.products = slices.Clone(organization)
	if p.payroll {
		main.products = append(main.products, payroll...)
	}
	if p.deductions && c.number%3 == 0 && part.deductions == "" {
		main.products = append(main.products, "benefits", "documents")
	}
	if c.number%5 == 0 {
		main.products = append(main.products, "ssn")
	}
	c.methods = []*method{main}
	c.products = slices.Clone(main.products)
	if part.deductions != "" {
		c.methods = append(c.methods, &method{kind: assisted, status: part.deductions, products: []string{"benefits"}})
		c.products = append(c.products, "benefits")
	}
	names := part.entities
	if len(names) == 0 {
		names = []string{or(part.name, "Unnamed "+p.name+" employer")}
	}
	for i, name := range names {
		c.entities = append(c.entities, &entity{
			id: w.seed.id("entity", c.number, i), name: name, sourceID: fmt.Sprintf("%07d", c.number*13+i), status: c.status,
		})
	}
}

// admit enters a connection with a first token and the past that it has.
func (w *world) admit(c *connection, part character) {
	w.connections = append(w.connections, c)
	w.byID[c.id] = c
	for _, e := range c.entities {
		w.byEntity[e.id] = c
	}
	t := w.newToken(c)
	if c.id == harborConnection {
		t.id = harborToken
	}
	t.revoked = c.ended()
	w.remember(c, part)
}

// remember lays out when a connection last synced and when it will next.
func (w *world) remember(c *connection, part character) {
	every := w.cadence(c)
	ahead := time.Duration(w.seed.dice("phase", c.id).Int64N(int64(every))) + 1
	if c.id == harborConnection && w.day == usualDay {
		ahead = quarterPast7(w.born).Sub(w.born)
	}
	c.firstRun = w.born.Add(ahead).Truncate(time.Millisecond)
	previous := c.firstRun.Add(-every)
	c.lastTry, c.lastResult = previous, "success"
	switch {
	case part.fresh, c.status == pending, c.status == notSetUp:
		c.lastTry, c.lastResult = time.Time{}, ""
	case part.ago > 0:
		c.synced(previous.Add(-time.Duration(part.ago) * every).Add(usualTakes))
		c.lastResult = "error"
	default:
		c.synced(previous.Add(usualTakes))
	}
	c.toldOrg, c.toldPayroll = !c.lastSync.IsZero(), !c.lastSync.IsZero()
	for _, m := range c.methods[1:] {
		if m.status == connected {
			m.lastSync = previous.Add(-time.Duration(c.number%7) * every).Add(usualTakes)
		}
	}
}

// cadence is how often Finch syncs a connection.
func (w *world) cadence(c *connection) time.Duration {
	if c.assisted() {
		return 7 * w.day
	}
	return w.day
}

// newToken gives a connection one more access token.
func (w *world) newToken(c *connection) *token {
	n := len(c.tokens)
	t := &token{secret: w.seed.id("access token", c.id, n), id: w.seed.id("token id", c.id, n), owner: c}
	c.tokens = append(c.tokens, t)
	w.tokens[t.secret] = t
	return t
}

// nextNumber counts customers; Harbor has 42 for itself.
func (w *world) nextNumber() int {
	w.made++
	if w.made == 42 {
		w.made++
	}
	return w.made
}

// next is a number for something that is made along the way.
func (w *world) next() int {
	w.minted++
	return w.minted
}

// addEntity gives a connection one more entity.
func (w *world) addEntity(c *connection) *entity {
	n := len(c.entities)
	e := &entity{
		id: w.seed.id("entity", c.number, n), name: fmt.Sprintf("%s %d", c.entities[0].name, n+1),
		sourceID: fmt.Sprintf("%07d", c.number*13+n), status: c.status,
	}
	c.entities = append(c.entities, e)
	w.byEntity[e.id] = c
	return e
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func notLetter(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') }
