package finch

import (
	"encoding/json"
	"slices"
)

// books are the data of a connection's employer, a ledger for each entity,
// made when first asked for.
type books struct {
	ledgers map[string]*ledger
	// drafts hold what sandbox calls changed and no sync has fetched yet.
	drafts map[string]*ledger
}

// ledger is all that is known of one entity.
type ledger struct {
	Company  company
	People   []person
	Payments []payment
	// Statements are those of payments that a sandbox call gave itself.
	Statements map[string][]payStatement
	// Benefits and rules are Finch's own and change at once.
	benefits []*benefit
	rules    []*rule
}

// person is one who works, or worked, for an entity.
type person struct {
	Individual individual
	Employment employment
}

func (l *ledger) person(id string) *person {
	i := slices.IndexFunc(l.People, func(p person) bool { return p.Individual.ID == id })
	if i < 0 {
		return nil
	}
	return &l.People[i]
}

// ledger is what Finch last fetched of the entity that a call is about.
func (c *call) ledger() *ledger {
	return c.server.world.ledger(c.owner, c.entity)
}

func (w *world) ledger(c *connection, e *entity) *ledger {
	if c.books == nil {
		c.books = &books{ledgers: map[string]*ledger{}, drafts: map[string]*ledger{}}
	}
	if c.books.ledgers[e.id] == nil {
		c.books.ledgers[e.id] = w.newLedger(c, e)
	}
	return c.books.ledgers[e.id]
}

// draft is what the employer has now, whether or not a sync fetched it.
func (w *world) draft(c *connection, e *entity) *ledger {
	current := w.ledger(c, e)
	if c.books.drafts[e.id] == nil {
		c.books.drafts[e.id] = current.copied()
	}
	return c.books.drafts[e.id]
}

// publish makes the drafts what was last fetched.
func (b *books) publish() {
	for id, draft := range b.drafts {
		old := b.ledgers[id]
		draft.benefits, draft.rules = old.benefits, old.rules
		b.ledgers[id] = draft
		delete(b.drafts, id)
	}
}

// copied shares nothing with the original but benefits and rules.
func (l *ledger) copied() *ledger {
	var twin ledger
	text, err := json.Marshal(l)
	if err == nil {
		err = json.Unmarshal(text, &twin)
	}
	if err != nil { // the types are ours: both directions hold
		return l
	}
	return &twin
}

// newLedger makes up an entity's data.
func (w *world) newLedger(c *connection, e *entity) *ledger {
	l := &ledger{Company: w.newCompany(c, e), People: w.newPeople(c, e)}
	if c.source == byFinch {
		l.Payments = []payment{w.newPayment(e, l.People, c.created)} // as new sandbox connections have
	}
	l.benefits = w.newBenefits(e, l.People)
	return l
}
