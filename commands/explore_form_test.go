package commands

import (
	"fmt"
	"strings"
	"testing"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/explore"
	"perch/internal/finch"
)

// says is what a question says, several values of a parameter with bars between.
type says map[string]string

// question is one to an endpoint of the table.
func question(t *testing.T, name, connection string, values says) explore.Query {
	t.Helper()
	q := explore.Query{ConnectionID: connection, Values: map[string][]string{}}
	if name != "" {
		q.Endpoint = endpointNamed(name)
		if !chosen(q.Endpoint) {
			t.Fatalf("there is no %s", name)
		}
	}
	for param, value := range values {
		q.Values[param] = strings.Split(value, "|")
	}
	return q
}

var (
	exploreAdmin    = bot.Person{ID: "U1", Role: bot.Admin, Ask: "Ask <@UANN> (admins)."}
	exploreOperator = bot.Person{ID: "U1", Role: bot.Operator, Ask: "Ask <@UANN> (admins)."}
	exploreNamed    = bot.Person{ID: "U1", Role: bot.NamedAdmin, Ask: "Ask <@UANN> (admins)."}
)

// oneEntity is a connection whose token has little.
func oneEntity() finch.Connection {
	c := harbor()
	c.ID, c.Entities, c.Products = "c-one", c.Entities[:1], []string{"employer:company", "directory"}
	return c
}

func sandboxConnection() finch.Connection {
	c := oneEntity()
	c.ID, c.Environment, c.FinchSandbox = "c-sandbox", "sandbox", true
	return c
}

func TestExploreForms(t *testing.T) {
	hostileOne := hostileConnection()
	hostileOne.ID, hostileOne.Entities = "c-hostile", append(hostileOne.Entities, finch.Entity{ID: "e2", Name: hostile, SourceID: hostile, Status: hostile})
	tokenless := ended()
	tokenless.ID = "c-ended"
	known := &archive{connections: []finch.Connection{harbor(), oneEntity(), sandboxConnection(), hostileOne, tokenless}}
	h, many := harbor().ID, strings.Repeat("x", 3500)
	for name, tt := range map[string]struct {
		who     bot.Person
		writes  bool
		q       explore.Query
		saved   []explore.Saved
		notices []string
	}{
		"empty":            {who: exploreAdmin},
		"empty_operator":   {who: exploreOperator},
		"empty_named":      {who: exploreNamed, writes: true},
		"connection":       {who: exploreAdmin, q: question(t, "", h, nil)},
		"few_products":     {who: exploreAdmin, q: question(t, "GET /employer/payment", "c-one", says{"start_date": "2026-11-01"})},
		"dates":            {who: exploreAdmin, q: question(t, "GET /employer/payment", h, says{"start_date": "2026-11-01", "end_date": "2026-11-30", "entity_ids": harbor().Entities[0].ID})},
		"batch":            {who: exploreAdmin, q: question(t, "POST /employer/individual", h, says{"individual_id": "p1|p2", "options.include": "ssn"})},
		"whole_body":       {who: exploreAdmin, q: question(t, "POST /employer/individual", h, says{"body": `{"requests":[{"individual_id":"p1"}]}`})},
		"numbers":          {who: exploreAdmin, q: question(t, "GET /employer/directory", "c-one", says{"limit": "5"})},
		"write":            {who: exploreNamed, writes: true, q: question(t, "POST /employer/pay-statement-item/rule", h, says{"conditions": `[{"field":"name"}]`})},
		"entities":         {who: exploreNamed, writes: true, q: question(t, "POST /disconnect-entity", h, says{"entity_ids": harbor().Entities[1].ID})},
		"basic":            {who: exploreNamed, writes: true, q: question(t, "POST /connect/sessions", h, says{"customer_id": "cust_7"})},
		"sandbox":          {who: exploreNamed, writes: true, q: question(t, "PUT /sandbox/individual/{individual_id}", "c-sandbox", nil)},
		"operator_job":     {who: exploreOperator, q: question(t, "GET /jobs/automated/{job_id}", h, says{"job_id": "453bd7d7-5355-4d6d-a38e-d9e7eb218c3f"})},
		"faults":           {who: exploreAdmin, q: question(t, "GET /employer/payment", "c-one", says{"start_date": "soon"}), notices: []string{"start_date is a date such as 2026-11-28.", hostile}},
		"hostile":          {who: exploreAdmin, q: question(t, "GET /employer/directory", "c-hostile", says{"limit": hostile, "entity_ids": "e2"}), saved: []explore.Saved{{ID: 1, Place: "C1", Name: hostile}}},
		"saved":            {who: exploreAdmin, saved: keptQuestions(t)},
		"too_long":         {who: exploreAdmin, q: question(t, "POST /employer/individual", h, says{"individual_id": manyIDs(150)})},
		"too_long_a_body":  {who: exploreAdmin, q: question(t, "POST /employer/individual", h, says{"body": many})},
		"gone_connection":  {who: exploreAdmin, q: question(t, "GET /employer/company", "c-gone", nil)},
		"no_token":         {who: exploreAdmin, q: question(t, "GET /employer/company", "c-ended", nil)},
		"no_such_id":       {who: exploreAdmin, q: question(t, "GET /employer/documents/{document_id}", h, says{"document_id": many})},
		"writes_are_taken": {who: exploreAdmin, writes: true, q: question(t, "", "c-sandbox", nil)},
	} {
		t.Run(name, func(t *testing.T) {
			b := &questions{archive: known, saved: tt.saved}
			x := explorer{Sources: b.sources()}
			x.ExploreWrites = tt.writes
			f, err := x.form(t.Context(), tt.who, formStanding{Channel: "C1", Turn: 3}, tt.q)
			if err != nil {
				t.Fatal(err)
			}
			f.Notices = append(f.Notices, tt.notices...)
			checkModal(t, "explore_form_"+name, f.view())
		})
	}
}

func manyIDs(n int) string {
	var ids []string
	for i := range n {
		ids = append(ids, fmt.Sprintf("person-%d", i))
	}
	return strings.Join(append(ids, ids...), "|")
}

// Whoever may not make a call is not offered it, whatever connection is chosen.
func TestNobodyIsOfferedWhatTheyMayNotCall(t *testing.T) {
	x := explorer{}
	for _, tt := range []struct {
		who    bot.Person
		writes bool
		want   func(finch.Endpoint) bool
	}{
		{exploreOperator, true, func(e finch.Endpoint) bool { return e.Open }},
		{exploreAdmin, true, func(e finch.Endpoint) bool { return !e.Writes }},
		{exploreNamed, false, func(e finch.Endpoint) bool { return !e.Writes }},
		{exploreNamed, true, func(finch.Endpoint) bool { return true }},
	} {
		x.ExploreWrites = tt.writes
		offered, _ := x.offered(tt.who, sandboxConnection())
		got := map[string]bool{}
		for _, e := range offered {
			got[e.Name()] = true
		}
		for _, e := range finch.Endpoints() {
			if got[e.Name()] != tt.want(e) || (x.may(tt.who, e) == nil) != tt.want(e) {
				t.Errorf("role %d with writes %v: %s is offered: %v", tt.who.Role, tt.writes, e.Name(), got[e.Name()])
			}
		}
	}
}

// Every endpoint of the table has a form that Slack takes, and what stands in its
// fields is what was filled in.
func TestEveryCallHasAForm(t *testing.T) {
	book := &questions{archive: &archive{connections: []finch.Connection{harbor()}}}
	x := explorer{Sources: book.sources()}
	for _, e := range finch.Endpoints() {
		t.Run(e.Name(), func(t *testing.T) {
			q := question(t, e.Name(), harbor().ID, filledIn(e))
			f, err := x.form(t.Context(), exploreNamed, formStanding{Channel: "C1"}, q)
			if err != nil {
				t.Fatal(err)
			}
			v := shown{View: f.view()}
			if err := card.ValidateView(v.View); err != nil {
				t.Errorf("Slack would refuse the modal: %v", err)
			}
			again := formStanding{ConnectionID: q.ConnectionID, Endpoint: e.Name()}.read(untouched(t, v))
			if got, want := again.Text("x"), q.Text("x"); got != want {
				t.Errorf("came back as\n%s, want\n%s", got, want)
			}
			if faults := f.faults(); len(faults) > 0 && !e.Sandbox {
				t.Errorf("is not complete: %+v", faults)
			}
		})
	}
}

// filledIn is a value for each parameter.
func filledIn(e finch.Endpoint) says {
	values := says{}
	for _, p := range e.Params {
		switch {
		case p.FromSettings:
		case p.Pick == finch.PickEntity:
			values[p.Name] = harbor().Entities[0].ID
		case len(p.Enum) > 0:
			values[p.Name] = p.Enum[0]
		case p.Type == finch.TypeDate:
			values[p.Name] = "2026-11-01"
		case p.Type == finch.TypeInteger:
			values[p.Name] = "7"
		case p.Type == finch.TypeBoolean:
			values[p.Name] = "true"
		case p.Type == finch.TypeJSON:
			values[p.Name] = `{"a":[1]}`
		case p.Type == finch.TypeEmail:
			values[p.Name] = "ann@example.com"
		case p.List:
			values[p.Name] = "one1|two2"
		default:
			values[p.Name] = "one1"
		}
	}
	return values
}

// untouched is what Slack would send of a form that nobody touched.
func untouched(t *testing.T, v shown) bot.Form {
	t.Helper()
	form := bot.Form{}
	for block, fields := range v.fields(t, nil) {
		for _, held := range fields.(map[string]any) {
			form[block] = heldValues(held.(map[string]any))
		}
	}
	return form
}

func heldValues(held map[string]any) []string {
	var values []string
	for _, key := range []string{"value", "selected_date"} {
		if s, _ := held[key].(string); s != "" {
			values = append(values, s)
		}
	}
	options, _ := held["selected_options"].([]any)
	if o := held["selected_option"]; o != nil {
		options = append(options, o)
	}
	for _, o := range options {
		values = append(values, o.(map[string]any)["value"].(string))
	}
	return values
}

// What was filled in stays where it means the same; ids of another connection or
// entity do not, nor does JSON for another call.
func TestWhatStaysWhenSomethingElseIsChosen(t *testing.T) {
	people := "POST /employer/individual"
	before := formStanding{Endpoint: people, ConnectionID: "c1", EntityID: "e1"}
	values := says{"entity_ids": "e1", "individual_id": "p1|p2", "options.include": "ssn"}
	for name, tt := range map[string]struct {
		before formStanding
		q      explore.Query
		want   string
	}{
		"nothing":             {before, question(t, people, "c1", values), "POST /employer/individual entity_ids=e1 individual_id=p1,p2 options.include=ssn"},
		"a like call":         {before, question(t, "POST /employer/employment", "c1", values), "POST /employer/employment entity_ids=e1 individual_id=p1,p2"},
		"an unlike call":      {before, question(t, "GET /employer/company", "c1", values), "GET /employer/company entity_ids=e1"},
		"another connection":  {before, question(t, people, "c2", values), "POST /employer/individual options.include=ssn"},
		"another entity":      {before, question(t, people, "c1", says{"entity_ids": "e2", "individual_id": "p1"}), "POST /employer/individual entity_ids=e2"},
		"a body of that call": {before, question(t, people, "c1", says{"entity_ids": "e1", "body": "{}"}), "POST /employer/individual entity_ids=e1 body={}"},
		"a body of another":   {before, question(t, "POST /employer/employment", "c1", says{"entity_ids": "e1", "body": "{}"}), "POST /employer/employment entity_ids=e1"},
	} {
		if got := tt.before.settled(tt.q).Text(""); got != tt.want {
			t.Errorf("%s: %s stays, want %s", name, got, tt.want)
		}
	}
}
