package explore_test

import (
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"perch/internal/explore"
	"perch/internal/finch"
)

// says is what is said to a question, one value a parameter, several with "|"
// between them.
type says map[string]string

func (s says) values() map[string][]string {
	var values map[string][]string
	for name, said := range s {
		if values == nil {
			values = map[string][]string{}
		}
		values[name] = strings.Split(said, "|")
	}
	return values
}

// asking is a question to an endpoint of the table.
func asking(t testing.TB, method, path string, s says) explore.Query {
	t.Helper()
	e, ids, ok := finch.FindEndpoint(method, path)
	if !ok {
		t.Fatalf("there is no %s %s", method, path)
	}
	q := explore.Query{Endpoint: e, Values: s.values()}
	for name, id := range ids {
		if q.Values == nil {
			q.Values = map[string][]string{}
		}
		q.Values[name] = []string{id}
	}
	return q
}

const (
	job    = "453bd7d7-5355-4d6d-a38e-d9e7eb218c3f"
	entity = "11111111-aaaa-4bbb-8ccc-000000000001"
)

func TestParseText(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		who        string
		// operation is the endpoint's name, empty for none.
		operation string
		says      says
	}{
		{name: "nothing"},
		{name: "nothing but space", text: " \n\t "},
		{name: "whose", text: "harbor", who: "harbor"},
		{name: "whose in several words", text: "harbor  coffee", who: "harbor coffee"},
		{name: "whose in quotes", text: `"harbor coffee"`, who: "harbor coffee"},
		{name: "whose in typographic quotes", text: "“harbor coffee”", who: "harbor coffee"},
		{name: "a customer called after a method", text: "Get Fit Gym", who: "Get Fit Gym"},
		{name: "a customer whose name has a slash", text: `"A/B Test" /introspect`, who: "A/B Test", operation: "GET /introspect"},
		{name: "a customer with an ampersand", text: "R&amp;D GET /introspect", who: "R&D", operation: "GET /introspect"},
		{name: "a quote that is never closed", text: `"harbor coffee`, who: "harbor coffee"},
		{name: "an operation", text: "GET /employer/directory", operation: "GET /employer/directory"},
		{name: "all of it", text: "harbor coffee get /employer/directory limit=5 offset=10", who: "harbor coffee", operation: "GET /employer/directory", says: says{"limit": "5", "offset": "10"}},
		{name: "no method, one operation", text: "harbor /employer/individual individual_id=a", who: "harbor", operation: "POST /employer/individual", says: says{"individual_id": "a"}},
		{name: "no method, one of them gets", text: "/employer/benefits", operation: "GET /employer/benefits"},
		{name: "a method in front, customer called like one", text: "get GET /introspect", who: "get", operation: "GET /introspect"},
		{name: "no slash in front", text: "GET employer/company", operation: "GET /employer/company"},
		{name: "a slash behind", text: "GET /employer/company/", operation: "GET /employer/company"},
		{name: "an id in the path", text: "/jobs/automated/" + job, operation: "GET /jobs/automated/{job_id}", says: says{"job_id": job}},
		{name: "a template", text: "GET /jobs/automated/{job_id}", operation: "GET /jobs/automated/{job_id}"},
		{name: "a template and its id", text: "GET /jobs/automated/{job_id} job_id=" + job, operation: "GET /jobs/automated/{job_id}", says: says{"job_id": job}},
		{name: "a query", text: "GET /employer/directory?limit=5&amp;entity_ids[]=" + entity, operation: "GET /employer/directory", says: says{"limit": "5", "entity_ids": entity}},
		{name: "an escaped query", text: "/employer/directory?entity_ids%5B%5D=a%2Fb", operation: "GET /employer/directory", says: says{"entity_ids": "a/b"}},
		{name: "a query and more", text: "/employer/directory?limit=5 offset=2", operation: "GET /employer/directory", says: says{"limit": "5", "offset": "2"}},
		{name: "an address", text: "GET https://api.tryfinch.com/employer/directory?limit=5#top", operation: "GET /employer/directory", says: says{"limit": "5"}},
		{name: "an address without its scheme", text: "api.tryfinch.com/providers", operation: "GET /providers"},
		{name: "an address of which Slack made a link", text: "<https://api.tryfinch.com/employer/directory?limit=5&amp;offset=1>", operation: "GET /employer/directory", says: says{"limit": "5", "offset": "1"}},
		{name: "a name of which Slack made a link", text: "harbor GET <http://api.tryfinch.com/introspect|api.tryfinch.com/introspect>", who: "harbor", operation: "GET /introspect"},
		{name: "an address elsewhere, with a password", text: "http://ann:hunter2@localhost:7077/introspect", operation: "GET /introspect"},
		{name: "quotes around a value", text: `POST /employer/benefits description="Health plan, basic" type=s125_medical`, operation: "POST /employer/benefits", says: says{"description": "Health plan, basic", "type": "s125_medical"}},
		{name: "typographic quotes around a value", text: "POST /employer/benefits description=“Health \\”plan”", operation: "POST /employer/benefits", says: says{"description": "Health ”plan"}},
		{name: "a comma in what is no list", text: "POST /employer/benefits description=a,b", operation: "POST /employer/benefits", says: says{"description": "a,b"}},
		{name: "a list", text: "POST /employer/individual individual_id=a,b,,c", operation: "POST /employer/individual", says: says{"individual_id": "a|b|c"}},
		{name: "a list in several words", text: "POST /employer/individual individual_id=a individual_ids=b individual_id[]=c", operation: "POST /employer/individual", says: says{"individual_id": "a|b|c"}},
		{name: "one for several", text: "/employer/company ENTITY_ID=a", operation: "GET /employer/company", says: says{"entity_ids": "a"}},
		{name: "without the object it is in", text: "POST /employer/individual individual_id=a include=ssn", operation: "POST /employer/individual", says: says{"individual_id": "a", "options.include": "ssn"}},
		{name: "an address that Slack linked", text: "POST /connect/sessions customer_email=<mailto:ann@example.com|ann@example.com>", operation: "POST /connect/sessions", says: says{"customer_email": "ann@example.com"}},
		{name: "a body", text: `PUT /sandbox/jobs/configuration body={"type": "data_sync_all", "completion_status":"error"}`, operation: "PUT /sandbox/jobs/configuration", says: says{"body": `{"type": "data_sync_all", "completion_status":"error"}`}},
		{name: "a body over lines, and more behind", text: "POST /employer/individual body={\n \"requests\": [ {\"individual_id\": \"}\\\"]\"} ]\n} entity_id=e", operation: "POST /employer/individual", says: says{"body": "{\n \"requests\": [ {\"individual_id\": \"}\\\"]\"} ]\n}", "entity_ids": "e"}},
		{name: "a body in typographic quotes", text: `POST /sandbox/jobs body={“type”: “data_sync_all”, "said": "“so”"}`, operation: "POST /sandbox/jobs", says: says{"body": `{"type": "data_sync_all", "said": "“so”"}`}},
		{name: "a body that never ends", text: `POST /sandbox/jobs body={"type": "data`, operation: "POST /sandbox/jobs", says: says{"body": `{"type": "data`}},
		{name: "a body as a quoted value", text: `POST /sandbox/jobs body="{\"type\":1}"`, operation: "POST /sandbox/jobs", says: says{"body": `{"type":1}`}},
		{name: "parameters before the operation", text: "limit=5 harbor GET /employer/directory", who: "harbor", operation: "GET /employer/directory", says: says{"limit": "5"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := explore.ParseText(tt.text)
			operation := ""
			if got.Query.Endpoint.Path != "" {
				operation = got.Query.Endpoint.Name()
			}
			if got.Who != tt.who || operation != tt.operation || !reflect.DeepEqual(got.Query.Values, tt.says.values()) || got.Faults != nil {
				t.Errorf("%q: who %q, %q, %q, faults %v; want %q, %q, %q", tt.text, got.Who, operation, got.Query.Values, got.Faults, tt.who, tt.operation, tt.says)
			}
		})
	}
}

func TestParseTextSaysWhatItCannotRead(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		faults     []explore.Fault
		says       says
	}{
		{name: "an unknown path", text: "GET /employer/directroy limit=5", faults: []explore.Fault{{Sentence: "Finch has no such operation. Nearest: GET /employer/directory."}}},
		{name: "an unknown path below an id", text: "GET /employer/benefits/" + job + "/enroled", faults: []explore.Fault{{Sentence: "Finch has no such operation. Nearest: GET /employer/benefits/{benefit_id}/enrolled."}}},
		{name: "a path with another method", text: "DELETE /introspect", faults: []explore.Fault{{Sentence: "Finch has no such operation. Nearest: GET /introspect."}}},
		{name: "a method that none has", text: "PATCH /sandbox/company", faults: []explore.Fault{{Sentence: "Finch has no such operation. Nearest: PUT /sandbox/company."}}},
		{name: "a path like none", text: "/admin/users/all?password=hunter2", faults: []explore.Fault{{Sentence: "Finch has no such operation. Leave the path out to choose from all of them."}}},
		{name: "a path that climbs", text: "GET /jobs/automated/../../introspect", faults: []explore.Fault{{Sentence: "Finch has no such operation. Leave the path out to choose from all of them."}}},
		{name: "several operations at a path", text: "/employer/pay-statement-item/rule/r1", faults: []explore.Fault{{Sentence: "There is more than one operation at this path. Write PUT /employer/pay-statement-item/rule/{rule_id} or DELETE /employer/pay-statement-item/rule/{rule_id}."}}},
		{name: "an unknown parameter", text: "GET /employer/directory dob=1990-01-01 limit=5", faults: []explore.Fault{{Sentence: `GET /employer/directory has no parameter "dob". It takes entity_ids, limit and offset.`}}, says: says{"limit": "5"}},
		{name: "a value in a name's place", text: "/employer/directory?123-45-6789", faults: []explore.Fault{{Sentence: "GET /employer/directory has no such parameter. It takes entity_ids, limit and offset."}}},
		{name: "a parameter where there are none", text: "GET /introspect limit=5", faults: []explore.Fault{{Sentence: `GET /introspect has no parameter "limit". It takes none.`}}},
		{name: "a body where there is none", text: "GET /introspect body={}", faults: []explore.Fault{{Sentence: `GET /introspect has no parameter "body". It takes none.`}}},
		{name: "parameters of nothing", text: "harbor limit=5 offset=6", faults: []explore.Fault{{Sentence: "Say what to ask along with its parameters, as in GET /employer/directory limit=5."}}},
		{name: "a word behind", text: "GET /introspect harbor", faults: []explore.Fault{{Sentence: "What stands behind the path is read as name=value. Whose connection to ask stands in front of it."}}},
		{name: "what comes from the settings", text: "POST /auth/token client_secret=hunter2 code=c", faults: []explore.Fault{{Param: "client_secret", Sentence: "client_secret comes from Perch's settings. Leave it out, and do not write it into Slack."}}, says: says{"code": "c"}},
		{name: "nothing behind the =", text: "GET /employer/directory limit= offset=3", faults: []explore.Fault{{Param: "limit", Sentence: "limit is empty. It is a whole number from 1 to 10000."}}, says: says{"offset": "3"}},
		{name: "a parameter twice", text: "GET /employer/directory?limit=5 limit=6", faults: []explore.Fault{{Param: "limit", Sentence: "limit can be given once."}}, says: says{"limit": "5"}},
		{name: "more faults than anybody reads", text: "GET /introspect a=1 b=1 c=1 d=1 e=1 f=1 g=1 h=1 i=1 j=1 k=1 l=1", faults: tenUnknown()},
		{name: "too long", text: strings.Repeat("harbor ", 2000), faults: []explore.Fault{{Sentence: "That is too long to read: 12000 characters at most. Choose in the form instead."}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := explore.ParseText(tt.text)
			if !reflect.DeepEqual(got.Faults, tt.faults) || !maps.EqualFunc(got.Query.Values, tt.says.values(), func(a, b []string) bool { return reflect.DeepEqual(a, b) }) {
				t.Errorf("%q: %+v, %q", tt.text, got.Faults, got.Query.Values)
			}
		})
	}
}

func tenUnknown() []explore.Fault {
	var faults []explore.Fault
	for name := range strings.SplitSeq("abcdefghij", "") {
		faults = append(faults, explore.Fault{Sentence: `GET /introspect has no parameter "` + name + `". It takes none.`})
	}
	return faults
}

func TestText(t *testing.T) {
	t.Parallel()
	tests := []struct {
		who  string
		q    explore.Query
		want string
	}{
		{"", explore.Query{}, ""},
		{"harbor", explore.Query{}, "harbor"},
		{"harbor  coffee", asking(t, "GET", "/introspect", nil), `"harbor coffee" GET /introspect`},
		{"api.tryfinch.com", explore.Query{}, `"api.tryfinch.com"`},
		{"limit=5", explore.Query{}, `"limit=5"`},
		{"", asking(t, "GET", "/employer/directory", says{"offset": "3", "limit": "5", "entity_ids": entity}), "GET /employer/directory entity_ids=" + entity + " limit=5 offset=3"},
		{"", asking(t, "GET", "/jobs/automated/"+job, nil), "GET /jobs/automated/" + job},
		{"", asking(t, "GET", "/jobs/automated/{job_id}", nil), "GET /jobs/automated/{job_id}"},
		{"", asking(t, "GET", "/jobs/automated/{job_id}", says{"job_id": "a b"}), `GET /jobs/automated/{job_id} job_id="a b"`},
		{"", asking(t, "GET", "/employer/benefits/{benefit_id}", says{"benefit_id": "meta"}), "GET /employer/benefits/{benefit_id} benefit_id=meta"},
		{"", asking(t, "POST", "/employer/individual", says{"individual_id": "a|b c|d,e"}), `POST /employer/individual individual_id=a,"b c","d,e"`},
		{"", asking(t, "POST", "/sandbox/jobs", says{"body": `{"type": "data_sync_all"}`}), `POST /sandbox/jobs body={"type": "data_sync_all"}`},
		{"", asking(t, "POST", "/employer/benefits", says{"description": `say "so" & <go>`}), `POST /employer/benefits description="say \"so\" & <go>"`},
		{"", asking(t, "POST", "/employer/benefits", says{"description": "&lt;"}), `POST /employer/benefits description=&amp;lt;`},
		{"", asking(t, "GET", "/employer/directory", says{"limit": "", "nothing": "x"}), "GET /employer/directory"},
	}
	for _, tt := range tests {
		if got := tt.q.Text(tt.who); got != tt.want {
			t.Errorf("%q\nwant %q", got, tt.want)
		}
	}
}

// TestTextIsReadBack types any question and reads it.
func TestTextOfWhatIsNoUTF8(t *testing.T) {
	t.Parallel()
	e, _, _ := finch.FindEndpoint("POST", "/forward")
	for _, value := range []string{"\xff", "{\xff", "a\xff"} {
		text := explore.Query{Endpoint: e, Values: map[string][]string{"route": {value}}}.Text("")
		if got := explore.ParseText(text).Query.Values["route"]; len(got) != 1 || got[0] != strings.ToValidUTF8(value, "\ufffd") {
			t.Errorf("%q is written as %q and read as %q", value, text, got)
		}
	}
}

func TestTextIsReadBack(t *testing.T) {
	t.Parallel()
	all := finch.Endpoints()
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 6))
		q, who := explore.Query{Endpoint: draw(r, all)}, strings.Join(strings.Fields(awkward(r)), " ")
		params := slices.Clone(q.Endpoint.Params)
		if _, listed := q.Endpoint.Param(finch.Root); !listed && slices.ContainsFunc(params, func(p finch.Param) bool { return p.In == finch.InRequest }) {
			params = append(params, finch.Param{Name: finch.Root})
		}
		for _, p := range params {
			if p.FromSettings || r.IntN(3) == 0 {
				continue
			}
			values := []string{awkward(r)}
			for p.List && r.IntN(2) == 0 {
				values = append(values, awkward(r))
			}
			if q.Values == nil {
				q.Values = map[string][]string{}
			}
			q.Values[p.Name] = values
		}
		text := q.Text(who)
		got := explore.ParseText(text)
		if got.Faults != nil || got.Who != who || !reflect.DeepEqual(got.Query, q) {
			t.Fatalf("seed %d: %q is read as %q, %s, %q, faults %v; want %q, %s, %q", seed, text, got.Who, got.Query.Endpoint.Name(), got.Query.Values, got.Faults, who, q.Endpoint.Name(), q.Values)
		}
	}
}

func draw[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// awkward is a value made of what has a meaning somewhere, never only space.
func awkward(r *rand.Rand) string {
	pieces := []string{
		"a", "7", "harbor", " ", "\n", "\u00a0", ",", "=", "limit=5", "GET", "/", "/introspect", "?", "&", "&amp;", "&lt;", "<", ">", "<http://x|y>", "<mailto:a@b>",
		`"`, "“", "”", "'", `\`, "{", "}", "[", "]", `{"a": "b“"}`, "https://api.tryfinch.com/x", "..", "%2F", "é", "🙂", "\x00", "#", "{job_id}", "meta", "[]",
	}
	var b strings.Builder
	for range 1 + r.IntN(4) {
		b.WriteString(draw(r, pieces))
	}
	if s := b.String(); strings.TrimSpace(s) != "" {
		return s
	}
	return "x"
}

func FuzzParseText(f *testing.F) {
	for _, text := range []string{
		"", "harbor coffee GET /employer/directory?limit=5&entity_ids[]=a limit=6", `“a” POST /sandbox/jobs body={“type”: [1,{"b":"}"}]} x`,
		"<https://api.tryfinch.com/jobs/automated/1|x> job_id=2", `POST /employer/individual individual_id="a\"",{b,[c body={`, "/employer/benefits/meta benefit_id=%zz",
		"POST /auth/token client_secret=x code=<mailto:a@b>", "\xff\xfe=\xff /introspect", "get patch /x?=&&a", "&amp;lt; DELETE //employer//", `PUT /sandbox/company body="\`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := explore.ParseText(text)
		q := got.Query
		for _, fault := range append(got.Faults, q.Check()...) {
			if fault.Sentence == "" || utf8.RuneCountInString(fault.Sentence) > 1500 {
				t.Fatalf("%q: fault %+v", text, fault)
			}
		}
		if n := utf8.RuneCountInString(q.Summary()); n > 150 {
			t.Fatalf("%q: the summary has %d characters", text, n)
		}
		again := explore.ParseText(q.Text(got.Who))
		if len(q.Text(got.Who)) < 10_000 && (again.Faults != nil || again.Who != got.Who || !reflect.DeepEqual(again.Query, q)) {
			t.Fatalf("%q is typed as %q and read as %q %q, faults %v; want %q %q", text, q.Text(got.Who), again.Who, again.Query.Values, again.Faults, got.Who, q.Values)
		}
		mustBeSound(t, q)
	})
}
