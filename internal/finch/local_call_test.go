package finch_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"perch/internal/finch"
	local "perch/internal/playground/finch"
)

// tour is a way through all of Finch's operations, with what each answered.
type tour struct {
	t      *testing.T
	world  *local.Server
	client *finch.Client
	token  finch.Token
	// fields are the paths of each endpoint's answers, by its name, and of what kind.
	fields map[string]map[string]string
}

// said is what is said to an endpoint: ids by name, the query, the body.
type said struct {
	ids   map[string]string
	query url.Values
	body  any
}

func begin(t *testing.T) *tour {
	t.Helper()
	world := local.New(local.Options{Seed: 1})
	server := httptest.NewServer(world.API())
	t.Cleanup(server.Close)
	t.Cleanup(world.Close)
	id, secret := world.Client("sandbox")
	client, err := finch.New(finch.Options{
		BaseURL: server.URL, Budget: finch.NewLooseBudget(), Credentials: &finch.Credentials{ID: id, Secret: finch.NewToken(secret)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &tour{t: t, world: world, client: client, fields: map[string]map[string]string{}}
}

// try calls an endpoint by its name.
func (o *tour) try(name string, s said) (finch.Answer, error) {
	o.t.Helper()
	method, path, _ := strings.Cut(name, " ")
	e, _, ok := finch.FindEndpoint(method, path)
	if !ok || e.Name() != name {
		o.t.Fatalf("%s is not in the table", name)
	}
	for name, id := range s.ids {
		path = strings.Replace(path, "{"+name+"}", url.PathEscape(id), 1)
	}
	r := finch.Request{Method: method, Path: path, Query: s.query}
	if s.body != nil {
		var err error
		if r.Body, err = json.Marshal(s.body); err != nil {
			o.t.Fatal(err)
		}
	}
	if o.fields[name] == nil {
		o.fields[name] = map[string]string{}
	}
	return o.client.Call(o.t.Context(), o.token, r)
}

// call is try for what must succeed. It walks the answer and returns it.
func (o *tour) call(name string, s said) any {
	o.t.Helper()
	a, err := o.try(name, s)
	if err != nil {
		o.t.Fatalf("%s: %v", name, err)
	}
	if a.Status/100 != 2 || a.RequestID == "" || a.Took <= 0 || a.At.IsZero() {
		o.t.Errorf("%s: %d, request %q, took %s", name, a.Status, a.RequestID, a.Took)
	}
	if strings.Contains(name, "/employer/") == a.Retrieved.IsZero() {
		o.t.Errorf("%s: data from %s", name, a.Retrieved)
	}
	var body any
	if err := json.Unmarshal(a.Body, &body); err != nil {
		o.t.Fatalf("%s: %v", name, err)
	}
	walk("", body, o.fields[name])
	return body
}

// walk notes the paths of a value and of all below it, as Endpoint.Shown has them.
func walk(path string, value any, into map[string]string) {
	switch v := value.(type) {
	case map[string]any:
		into[path] = "object"
		for key, below := range v {
			walk(strings.TrimPrefix(path+"."+key, "."), below, into)
		}
	case []any:
		into[path] = "list"
		for _, below := range v {
			walk(path+"[]", below, into)
		}
	default:
		if into[path] == "" {
			into[path] = fmt.Sprintf("%T", v)
		}
	}
}

// text is the text at the end of a way through keys and indexes.
func (o *tour) text(body any, way ...any) string {
	o.t.Helper()
	for _, step := range way {
		switch step := step.(type) {
		case string:
			object, _ := body.(map[string]any)
			body = object[step]
		case int:
			list, _ := body.([]any)
			if step >= len(list) {
				o.t.Fatalf("nothing at %v", way)
			}
			body = list[step]
		}
	}
	text, _ := body.(string)
	if text == "" {
		o.t.Fatalf("no text at %v", way)
	}
	return text
}

type object = map[string]any

// TestEveryEndpointAtTheLocalFinch plays a life with all 48 operations: of a
// sandbox connection from its making to its end, and of a link to another.
func TestEveryEndpointAtTheLocalFinch(t *testing.T) {
	t.Parallel()
	o := begin(t)
	made := o.call("POST /sandbox/connections", said{body: object{"provider_id": "gusto", "employee_size": 7}})
	o.token = finch.NewToken(o.text(made, "access_token"))
	o.look()
	who := o.people()
	o.pay()
	o.rules()
	o.documents()
	o.deductions(who)
	o.jobs()
	o.change(who)
	o.connect(o.text(made, "connection_id"))
	o.refused()
	o.end(o.text(made, "company_id"))

	for _, e := range finch.Endpoints() {
		got, called := o.fields[e.Name()]
		if !called {
			t.Errorf("%s was not called", e.Name())
			continue
		}
		if e.Path == "/forward" { // not in the sandbox
			continue
		}
		if list := strings.TrimSuffix(e.Items, "."); e.Items != "" && got[list] != "list" {
			t.Errorf("%s: its list at %q is %q", e.Name(), e.Items, got[list])
		}
		for _, shown := range e.Shown {
			kind := got[shown]
			switch rare := slices.ContainsFunc(rarely, func(r string) bool { return strings.HasSuffix(shown, r) }); {
			case kind == "object" || kind == "list":
				t.Errorf("%s shows %s, which is a whole %s", e.Name(), shown, kind)
			case kind == "" && !rare:
				t.Errorf("%s shows %s, which its answers do not have: %v", e.Name(), shown, slices.Sorted(maps.Keys(got)))
			}
		}
	}
}

// rarely are ends of the shown fields that this life does not come by.
var rarely = []string{"departments[].parent.name", "locations[].name", "location.name", "deleted_at", "hsa_contribution_limit[]"}

func (o *tour) look() {
	o.call("GET /introspect", said{})
	o.call("GET /providers", said{})
	o.call("GET /employer/company", said{})
}

func (o *tour) people() (id string) {
	all := o.call("GET /employer/directory", said{query: url.Values{"limit": {"5"}}})
	id = o.text(all, "individuals", 1, "id")
	batch := said{body: object{"requests": []object{{"individual_id": id}, {"individual_id": "nobody"}}}}
	o.call("POST /employer/individual", batch)
	o.call("POST /employer/employment", batch)
	return id
}

func (o *tour) pay() {
	today := o.world.Now()
	days := url.Values{"start_date": {today.AddDate(0, -1, 0).Format(time.DateOnly)}, "end_date": {today.Format(time.DateOnly)}}
	payments := o.call("GET /employer/payment", said{query: days})
	o.call("POST /employer/pay-statement", said{body: object{"requests": []object{
		{"payment_id": o.text(payments, 0, "id"), "limit": 2}, {"payment_id": "none"},
	}}})
	groups := o.call("GET /employer/pay-groups", said{query: url.Values{"pay_frequencies[]": {"bi_weekly"}}})
	o.call("GET /employer/pay-groups/{pay_group_id}", said{ids: map[string]string{"pay_group_id": o.text(groups, 0, "id")}})
}

func (o *tour) rules() {
	o.call("GET /employer/pay-statement-item", said{query: url.Values{"categories": {"earnings,taxes,employee_deductions"}}})
	rule := o.call("POST /employer/pay-statement-item/rule", said{body: object{
		"conditions": []object{{"field": "name", "operator": "equals", "value": "Regular Pay"}}, "attributes": object{"metadata": object{"a": "b"}},
	}})
	o.call("GET /employer/pay-statement-item/rule", said{})
	it := map[string]string{"rule_id": o.text(rule, "id")}
	o.call("PUT /employer/pay-statement-item/rule/{rule_id}", said{ids: it, body: object{"effective_end_date": "2027-01-01"}})
	o.call("DELETE /employer/pay-statement-item/rule/{rule_id}", said{ids: it})
}

func (o *tour) documents() {
	all := o.call("GET /employer/documents", said{query: url.Values{"types[]": {"w4_2020", "w4_2005"}, "limit": {"3"}}})
	o.call("GET /employer/documents/{document_id}", said{ids: map[string]string{"document_id": o.text(all, "documents", 0, "id")}})
}

func (o *tour) deductions(who string) {
	all := o.call("GET /employer/benefits", said{})
	it := map[string]string{"benefit_id": o.text(all, 0, "benefit_id")}
	o.call("GET /employer/benefits/meta", said{})
	o.call("GET /employer/benefits/{benefit_id}", said{ids: it})
	enrolled := o.call("GET /employer/benefits/{benefit_id}/enrolled", said{ids: it})
	some := url.Values{"individual_ids": {o.text(enrolled, "individual_ids", 0) + ",nobody"}}
	o.call("GET /employer/benefits/{benefit_id}/individuals", said{ids: it, query: some})

	more := o.call("POST /employer/benefits", said{body: object{
		"type": "401k", "frequency": "every_paycheck", "company_contribution": object{"type": "match", "tiers": []object{{"threshold": 1, "match": 1}}},
	}})
	o.call("POST /employer/benefits/register", said{body: object{"type": "simple_ira"}})
	o.call("POST /employer/benefits/{benefit_id}", said{ids: it, body: object{"description": "Savings"}})
	job := o.call("POST /employer/benefits/{benefit_id}/individuals", said{ids: it, body: []object{{"individual_id": who}}})
	o.call("DELETE /employer/benefits/{benefit_id}/individuals", said{ids: it, body: object{"individual_ids": []string{who}}})
	o.world.Advance(3 * 24 * time.Hour)
	o.call("GET /jobs/manual/{job_id}", said{ids: map[string]string{"job_id": o.text(job, "job_id")}})
	o.call("GET /employer/benefits", said{})
	o.call("GET /employer/benefits/{benefit_id}", said{ids: map[string]string{"benefit_id": o.text(more, "benefit_id")}})
}

func (o *tour) jobs() {
	job := o.call("POST /jobs/automated", said{body: object{"type": "w4_form_employee_sync", "params": object{"individual_id": "someone"}}})
	o.call("GET /jobs/automated", said{query: url.Values{"limit": {"10"}}})
	o.call("GET /jobs/automated/{job_id}", said{ids: map[string]string{"job_id": o.text(job, "job_id")}})
	o.call("POST /sandbox/jobs", said{body: object{"type": finch.DataSync}})
	o.call("GET /sandbox/jobs/configuration", said{})
	o.call("PUT /sandbox/jobs/configuration", said{body: object{"type": finch.DataSync, "completion_status": "complete"}})
}

func (o *tour) change(who string) {
	it := map[string]string{"individual_id": who}
	o.call("PUT /sandbox/company", said{body: object{"legal_name": "Renamed"}})
	o.call("PUT /sandbox/individual/{individual_id}", said{ids: it, body: object{"first_name": "Changed"}})
	o.call("PUT /sandbox/employment/{individual_id}", said{ids: it, body: object{"title": "Captain"}})
	o.call("POST /sandbox/payment", said{body: object{}})
	o.call("PUT /sandbox/connections/accounts", said{body: object{"connection_status": "connected"}})
	o.call("POST /sandbox/directory", said{body: []object{{
		"first_name": "New", "title": "Mate", "manager": object{"id": who}, "department": object{"name": "Deck"}, "location": object{"name": "Ship"},
		"employment": object{"type": "employee", "subtype": "full_time"}, "employment_status": "active", "flsa_status": "exempt",
		"emails": []object{{"data": "a@b.example", "type": "work"}}, "phone_numbers": []object{{"data": "1", "type": "work"}},
	}}})
}

func (o *tour) connect(connectionID string) {
	link := o.call("POST /connect/sessions", said{body: object{
		"customer_id": "cust_new", "customer_name": "New Customer", "products": []string{"company", "directory"},
	}})
	code, err := o.world.FinishSession(o.text(link, "session_id"))
	if err != nil {
		o.t.Fatal(err)
	}
	granted := o.call("POST /auth/token", said{body: object{"code": code}})
	o.text(granted, "access_token")
	o.call("POST /connect/sessions/reauthenticate", said{body: object{"connection_id": connectionID}})
}

// refused are calls that Finch documents not to answer.
func (o *tour) refused() {
	for _, want := range []struct {
		name    string
		said    said
		trouble finch.Trouble
		status  int
	}{
		{"POST /forward", said{body: object{"method": "GET", "route": "/employees"}}, finch.TroubleUnsupported, http.StatusNotImplemented},
		{"GET /jobs/automated/{job_id}", said{ids: map[string]string{"job_id": "none"}}, finch.TroubleNotFound, http.StatusNotFound},
		{"GET /employer/payment", said{}, finch.TroubleRejected, http.StatusBadRequest},
		{"POST /auth/token", said{body: object{"code": "none"}}, finch.TroubleRejected, http.StatusBadRequest},
		{"POST /jobs/automated", said{body: object{"type": "odd"}}, finch.TroubleRejected, http.StatusBadRequest},
	} {
		a, err := o.try(want.name, want.said)
		e, ok := errors.AsType[*finch.Error](err)
		if !ok || e.Trouble() != want.trouble || e.Status != want.status || e.RequestID == "" || a.Took <= 0 {
			o.t.Errorf("%s: %d, %v", want.name, a.Status, err)
		}
	}
}

func (o *tour) end(companyID string) {
	second := o.call("POST /sandbox/connections/accounts", said{body: object{"provider_id": "gusto", "company_id": companyID}})
	if _, err := o.try("GET /employer/company", said{}); trouble(o.t, err) != finch.TroubleRejected {
		o.t.Errorf("two entities and none is named: %v", err)
	}
	id := o.text(second, "entity_id")
	o.call("GET /employer/company", said{query: url.Values{"entity_ids[]": {id}}})
	o.call("POST /disconnect-entity", said{body: object{"entity_ids": []string{id}}})
	o.call("POST /disconnect", said{})
	if _, err := o.try("GET /introspect", said{}); trouble(o.t, err) != finch.TroubleRevoked {
		o.t.Errorf("after the end: %v", err)
	}
}

// TestForwardAtTheLocalFinch is for a connection that a provider's own interface
// serves; the sandbox has none.
func TestForwardAtTheLocalFinch(t *testing.T) {
	t.Parallel()
	o := begin(t)
	acme := o.world.Named("Acme Bikes")[0]
	o.token = tokenOf(o.world, acme.ID)
	body := o.call("POST /forward", said{body: object{"method": "GET", "route": "/employees", "params": object{"a": "b"}}})
	if o.fields["POST /forward"]["statusCode"] != "float64" {
		t.Errorf("answered %v", body)
	}
}

// TestCallsThatAreNotReadyAtTheLocalFinch reads and writes where the first data is
// still on its way.
func TestCallsThatAreNotReadyAtTheLocalFinch(t *testing.T) {
	t.Parallel()
	o := begin(t)
	o.token = tokenOf(o.world, o.world.Named("Lakeview Veterinary")[0].ID)
	for name, s := range map[string]said{
		"GET /employer/directory":   {},
		"POST /employer/employment": {body: object{"requests": []object{{"individual_id": "x"}}}},
	} {
		if _, err := o.try(name, s); trouble(t, err) != finch.TroubleNotReady {
			t.Errorf("%s: %v", name, err)
		}
	}
}
