package finch

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// operation is one of Finch's as its documents have it, a line of
// testdata/operations.txt.
type operation struct {
	name, auth, product, mode, rate string
	// params are "query:limit", with a "!" behind what must be said.
	params []string
}

func documented(t *testing.T) []operation {
	t.Helper()
	text, err := os.ReadFile("testdata/operations.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []operation
	for line := range strings.Lines(string(text)) {
		if word := strings.Fields(line); word[0] != "#" {
			all = append(all, operation{word[0] + " " + word[1], word[2], word[3], word[4], word[5], word[6:]})
		}
	}
	return all
}

// ours is an endpoint of the table in the documents' terms.
func ours(e Endpoint) operation {
	o := operation{name: e.Name(), product: cmp.Or(e.Product, "-"), mode: "reads", rate: "-"}
	o.auth = map[Auth]string{Bearer: "bearer", Basic: "basic", InBody: "body"}[e.Auth]
	if e.Writes {
		o.mode = "writes"
	}
	if limit, ok := perMinute[endpointOf(e.Path)]; ok {
		o.rate = strconv.Itoa(limit)
	}
	for _, p := range e.Params {
		said := map[Place]string{InPath: "path", InQuery: "query", InRequest: "body", InItems: "items"}[p.In] + ":" + p.Name
		if p.Required {
			said += "!"
		}
		o.params = append(o.params, said)
	}
	return o
}

// deviations are where the table knowingly differs from the documents, with why.
var deviations = []struct{ on, theirs, ours, why string }{
	{"POST /employer/individual", "body:requests!", "items:individual_id!", "each entry is made of one id"},
	{"POST /employer/employment", "body:requests!", "items:individual_id!", "each entry is made of one id"},
	{"POST /employer/pay-statement", "body:requests!", "items:limit items:offset items:payment_id!", "each entry is made of one id"},
	{"POST /employer/benefits/{benefit_id}/individuals", "body:(whole)!", "body:body!", "a list at the root"},
	{"POST /sandbox/directory", "body:(whole)", "body:body!", "without it nothing is asked for"},
	{"PUT /sandbox/company", "body:(whole)", "body:body!", "without it nothing is asked for"},
	{"PUT /sandbox/individual/{individual_id}", "body:(whole)", "body:body!", "without it nothing is asked for"},
	{"PUT /sandbox/employment/{individual_id}", "body:(whole)", "body:body!", "without it nothing is asked for"},
	{"PUT /employer/pay-statement-item/rule/{rule_id}", "", "body:body!", "a change has a body, the documents name no field"},
	{"POST /connect/sessions", "body:recordkeeping", "body:recordkeeping.plan_id body:recordkeeping.recordkeeper", "an object of two fields"},
}

func deviate(o operation) operation {
	for _, d := range deviations {
		if d.on == o.name {
			o.params = slices.DeleteFunc(o.params, func(p string) bool { return p == d.theirs })
			o.params = append(o.params, strings.Fields(d.ours)...)
		}
	}
	// Of documents Finch limits the requests but says no number; rules are counted
	// with the items whose path theirs begins with.
	if strings.Contains(o.name, "/employer/documents") || strings.Contains(o.name, "/pay-statement-item/rule") {
		o.rate = "20"
	}
	return o
}

func (o operation) String() string {
	slices.Sort(o.params)
	return strings.Join(append([]string{o.name, o.auth, o.product, o.mode, o.rate}, o.params...), " ")
}

func TestTheTableIsFinchs(t *testing.T) {
	t.Parallel()
	want := map[string]string{}
	for _, o := range documented(t) {
		want[o.name] = deviate(o).String()
	}
	if len(want) != 48 {
		t.Fatalf("%d operations are documented, want 48", len(want))
	}
	for _, e := range Endpoints() {
		if got := ours(e).String(); got != want[e.Name()] {
			t.Errorf("the table has\n%s\nFinch has\n%s", got, want[e.Name()])
		}
		delete(want, e.Name())
	}
	for name := range want {
		t.Errorf("%s is missing", name)
	}
}

// TestTheDocumentedOperationsAreTheFacts compares the short list with the facts
// that it was made of, where these lie beside the repository.
func TestTheDocumentedOperationsAreTheFacts(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../shared/facts/finch-endpoints.json")
	if err != nil {
		t.Skip("the facts are not here")
	}
	type param struct {
		Name     string
		Required bool
	}
	var facts struct {
		Endpoints []struct {
			Method, Path, Auth, Product string
			Params                      []string `json:"path_params"`
			Query, Body                 []param
			Writes                      bool
			Rate                        int `json:"rate_per_min"`
		}
	}
	if err := json.Unmarshal(text, &facts); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, f := range facts.Endpoints {
		o := operation{name: f.Method + " " + f.Path, auth: f.Auth, product: cmp.Or(f.Product, "-"), mode: "reads", rate: "-"}
		if strings.HasPrefix(f.Auth, "none") {
			o.auth = "body"
		}
		if f.Writes {
			o.mode = "writes"
		}
		if f.Rate > 0 {
			o.rate = strconv.Itoa(f.Rate)
		}
		for _, name := range f.Params {
			o.params = append(o.params, "path:"+name+"!")
		}
		for place, params := range map[string][]param{"query:": f.Query, "body:": f.Body} {
			for _, p := range params {
				name := p.Name
				if strings.HasPrefix(name, "(") {
					name = "(whole)"
				}
				if p.Required {
					name += "!"
				}
				o.params = append(o.params, place+name)
			}
		}
		want = append(want, o.String())
	}
	var got []string
	for _, o := range documented(t) {
		got = append(got, o.String())
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("listed\n%s\nthe facts are\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestEveryEndpointIsWhole(t *testing.T) {
	t.Parallel()
	families, summaries := []Family{}, map[string]bool{}
	for _, e := range Endpoints() {
		if n := len(families); n == 0 || families[n-1] != e.Family {
			families = append(families, e.Family)
		}
		said := string(e.Family) + e.Summary
		if e.Summary == "" || strings.HasSuffix(e.Summary, ".") || utf8.RuneCountInString(e.Summary) > 60 || summaries[said] {
			t.Errorf("%s: the summary %q", e.Name(), e.Summary)
		}
		summaries[said] = true
		if e.Notes != "" && !strings.HasSuffix(e.Notes, ".") {
			t.Errorf("%s: the note %q is no sentence", e.Name(), e.Notes)
		}
		if len(e.Shown) == 0 {
			t.Errorf("%s shows nothing", e.Name())
		}
		if (e.Items == "") != (e.Noun == "") || (e.Noun == "") != (e.Nouns == "") || e.Paged && e.Items == "" {
			t.Errorf("%s: its list is %q of %q and %q", e.Name(), e.Items, e.Noun, e.Nouns)
		}
		if e.Open && e.Writes {
			t.Errorf("%s is open to all and writes", e.Name())
		}
		if e.Sandbox != strings.HasPrefix(e.Path, "/sandbox/") {
			t.Errorf("%s: sandbox is %t", e.Name(), e.Sandbox)
		}
		if got := slices.Contains(e.Shown, "job_id") && e.Writes; got != (e.Starts != "") {
			t.Errorf("%s names a job: %t, of kind %q", e.Name(), got, e.Starts)
		}
	}
	if !slices.Equal(families, Families) {
		t.Errorf("the families come as %q, want %q", families, Families)
	}
}

func TestOpenEndpoints(t *testing.T) {
	t.Parallel()
	var open []string
	for _, e := range Endpoints() {
		if e.Open {
			open = append(open, e.Name())
		}
	}
	want := []string{
		"GET /introspect", "GET /providers", "GET /jobs/automated", "GET /jobs/automated/{job_id}", "GET /jobs/manual/{job_id}",
		"GET /employer/pay-groups", "GET /employer/pay-groups/{pay_group_id}",
	}
	if !slices.Equal(open, want) {
		t.Errorf("open are %q, want %q", open, want)
	}
}

func TestParamsAreInOrder(t *testing.T) {
	t.Parallel()
	rank := func(p Param) int {
		r := map[Place]int{InPath: 0, InQuery: 2, InRequest: 4, InItems: 4}[p.In]
		if !p.Required {
			r++
		}
		return r
	}
	for _, e := range Endpoints() {
		if !slices.IsSortedFunc(e.Params, func(a, b Param) int { return rank(a) - rank(b) }) {
			t.Errorf("%s: %v", e.Name(), ours(e).params)
		}
		named := map[string]bool{}
		for _, p := range e.Params {
			if found, ok := e.Param(p.Name); !ok || found.Name != p.Name || named[p.Name] {
				t.Errorf("%s: %s is not found, or twice there", e.Name(), p.Name)
			}
			named[p.Name] = true
			if fault := faultOf(p); fault != "" {
				t.Errorf("%s: %s %s", e.Name(), p.Name, fault)
			}
		}
	}
}

// faultOf is what makes no sense in a parameter.
func faultOf(p Param) string {
	switch {
	case p.In == InPath && (!p.Required || p.List || p.Type != TypeID):
		return "stands in the path: it is one id, and must be said"
	case p.In == InPath && p.Pick == "":
		return "can be chosen from nowhere"
	case p.CSV && !(p.List && p.In == InQuery):
		return "goes with commas but is no list in a query"
	case p.Max != 0 && p.Max < p.Min:
		return fmt.Sprintf("is bound by %d and %d", p.Min, p.Max)
	case len(p.Enum) > 0 && (p.Type != TypeText || len(p.Enum) != len(slices.Compact(slices.Sorted(slices.Values(p.Enum))))):
		return "has an odd choice of values"
	case (p.Type == TypeJSON || p.Type == TypeEmail) && !p.Personal:
		return "may hold anything but is not personal"
	case p.Name == Root && (p.Type != TypeJSON || p.In != InRequest):
		return "is the whole body, but not as JSON"
	case p.FromSettings != (p.Name == "client_id" || p.Name == "client_secret"):
		return "comes from the settings, or should"
	}
	return ""
}

// forbidden are fields whose values nobody sees unless they ask for them.
var forbidden = []string{
	"first_name", "middle_name", "last_name", "preferred_name", "dob", "gender", "ethnicity", "marital_status", "ssn", "encrypted_ssn",
	"email", "emails", "customer_email", "primary_email", "primary_phone_number", "phone_numbers", "data", "residence",
	"line1", "line2", "city", "state", "postal_code", "amount", "currency", "unit", "income", "income_history", "gross_pay", "net_pay",
	"company_debit", "employer_taxes", "employee_taxes", "total_hours", "hours", "effective_date", "latest_rehire_date",
	"routing_number", "account_number", "account_name", "institution_name", "ein", "legal_name", "username", "message",
	"access_token", "client_secret", "connect_url", "custom_fields", "value", "metadata", "configuration", "url", "year",
	"highly_compensated_employee", "key_employee", "union_code", "union_local", "work_id", "description", "headers", "request",
}

// named are the only ways to a field "name" that is shown.
var named = []string{"department.name", "departments[].name", "departments[].parent.name", "location.name", "locations[].name"}

func TestShownIsNothingPersonal(t *testing.T) {
	t.Parallel()
	for _, e := range Endpoints() {
		for i, shown := range e.Shown {
			last := strings.TrimSuffix(shown[strings.LastIndex(shown, ".")+1:], "[]")
			switch {
			case slices.Contains(e.Shown[:i], shown):
				t.Errorf("%s shows %s twice", e.Name(), shown)
			case slices.Contains(forbidden, last):
				t.Errorf("%s shows %s", e.Name(), shown)
			case (last == "start_date" || last == "end_date") && !strings.Contains(shown, "pay_period."):
				t.Errorf("%s shows %s, which is somebody's", e.Name(), shown)
			case last == "name" && !ofNoPerson(e, shown):
				t.Errorf("%s shows the name %s", e.Name(), shown)
			}
		}
	}
}

func ofNoPerson(e Endpoint, shown string) bool {
	return strings.HasPrefix(e.Path, "/employer/pay-groups") || e.Path == "/introspect" && shown == "entities[].name" ||
		slices.ContainsFunc(named, func(n string) bool { return strings.HasSuffix("."+strings.TrimPrefix(shown, "[]."), "."+n) })
}

func TestShownAgreesWithTheList(t *testing.T) {
	t.Parallel()
	for _, e := range Endpoints() {
		way := e.Items + "[]"
		if e.Items == "." {
			way = "[]"
		}
		in := slices.IndexFunc(e.Shown, func(s string) bool { return s == way || strings.HasPrefix(s, way+".") })
		if e.Items != "" && in < 0 {
			t.Errorf("%s shows nothing of %s", e.Name(), way)
		}
		for _, s := range e.Shown {
			if strings.HasPrefix(s, "[]") != (e.Items == ".") {
				t.Errorf("%s shows %s, its list is %q", e.Name(), s, e.Items)
			}
			if path.Clean(s) != s || strings.Contains(s, "..") || strings.HasPrefix(s, ".") || strings.HasSuffix(s, ".") {
				t.Errorf("%s: %q is no path", e.Name(), s)
			}
		}
	}
}

func TestNobodyChangesTheTable(t *testing.T) {
	t.Parallel()
	Endpoints()[0].Shown[0] = "access_token"
	if Endpoints()[0].Shown[0] == "access_token" {
		t.Error("a caller changed the table for all")
	}
}
