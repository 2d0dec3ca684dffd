package explore_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"perch/internal/explore"
	"perch/internal/finch"
)

// received is what a server sees of a request.
type received struct {
	path, query, body string
}

// sent sends a request to a server over HTTP and tells what arrived.
func sent(t *testing.T, r finch.Request) received {
	t.Helper()
	var got received
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		query := r.URL.Query()
		got = received{r.URL.Path, "", string(body)}
		for _, name := range slices.Sorted(maps.Keys(query)) {
			got.query += name + "=" + strings.Join(query[name], "|") + " "
		}
		got.query = strings.TrimSpace(got.query)
	}))
	defer server.Close()
	address := server.URL + r.Path
	if len(r.Query) > 0 {
		address += "?" + r.Query.Encode()
	}
	request, err := http.NewRequestWithContext(t.Context(), r.Method, address, strings.NewReader(string(r.Body)))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestRequestArrivesAsItWasMeant(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		q    explore.Query
		want received
	}{
		{"nothing said", asking(t, "GET", "/introspect", nil), received{path: "/introspect"}},
		{"an id in the path", asking(t, "GET", "/jobs/automated/{job_id}", says{"job_id": "a:b+c@d&é"}), received{path: "/jobs/automated/a:b+c@d&é"}},
		{"an array in the query", asking(t, "GET", "/employer/directory", says{"entity_ids": entity, "limit": "5"}), received{"/employer/directory", "entity_ids[]=" + entity + " limit=5", ""}},
		{"an array of several", asking(t, "GET", "/employer/pay-groups", says{"pay_frequencies": "weekly|monthly"}), received{"/employer/pay-groups", "pay_frequencies[]=weekly|monthly", ""}},
		{"a list with commas", asking(t, "GET", "/employer/benefits/b1/individuals", says{"individual_ids": "a|b"}), received{"/employer/benefits/b1/individuals", "individual_ids=a,b", ""}},
		{"a batch", asking(t, "POST", "/employer/individual", says{"individual_id": "a|b", "options.include": "ssn"}), received{"/employer/individual", "", `{"options":{"include":["ssn"]},"requests":[{"individual_id":"a"},{"individual_id":"b"}]}`}},
		{"a batch with pages", asking(t, "POST", "/employer/pay-statement", says{"payment_id": "a|b", "limit": "5"}), received{"/employer/pay-statement", "", `{"requests":[{"limit":5,"payment_id":"a"},{"limit":5,"payment_id":"b"}]}`}},
		{"fields of every type", asking(t, "POST", "/connect/sessions", says{"customer_id": "5", "customer_name": "A <&> B", "products": "company", "manual": "true", "minutes_to_expire": "60", "integration.provider": "gusto"}), received{
			"/connect/sessions", "", `{"customer_id":"5","customer_name":"A <&> B","integration":{"provider":"gusto"},"manual":true,"minutes_to_expire":60,"products":["company"]}`,
		}},
		{"JSON in a field", asking(t, "POST", "/employer/benefits", says{"company_contribution": `{ "type": "match", "tiers": [] }`}), received{"/employer/benefits", "", `{"company_contribution":{"type":"match","tiers":[]}}`}},
		{"a whole body", asking(t, "POST", "/employer/benefits/b1/individuals", says{"body": `[ {"individual_id": "a", "big": 12345678901234567890} ]`}), received{"/employer/benefits/b1/individuals", "", `[{"individual_id":"a","big":12345678901234567890}]`}},
		{"a whole body in place of fields", asking(t, "POST", "/employer/individual", says{"body": `{"requests":[]}`}), received{"/employer/individual", "", `{"requests":[]}`}},
		{"no field of several", asking(t, "POST", "/employer/benefits", nil), received{"/employer/benefits", "", "{}"}},
		{"no body at all", asking(t, "POST", "/disconnect", nil), received{path: "/disconnect"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := tt.q.Request()
			if err != nil {
				t.Fatal(err)
			}
			if r.Method != tt.q.Endpoint.Method {
				t.Errorf("asked by %s", r.Method)
			}
			if got := sent(t, r); got != tt.want {
				t.Errorf("arrived as %+v\nwant       %+v", got, tt.want)
			}
		})
	}
}

func TestRequestFailsWhereSomethingIsWrong(t *testing.T) {
	t.Parallel()
	_, err := asking(t, "GET", "/employer/directory", says{"limit": "123456789"}).Request()
	if err == nil || err.Error() != "fill in GET /employer/directory: limit is a whole number from 1 to 10000." {
		t.Errorf("%v", err)
	}
	if _, err := (explore.Query{}).Request(); err == nil {
		t.Error("a question to nothing can be sent")
	}
}

// mustBeSound: what Check passes goes to a path of the table, with JSON in it.
func mustBeSound(t *testing.T, q explore.Query) {
	t.Helper()
	r, err := q.Request()
	if complete := len(q.Check()) == 0; complete != (err == nil) {
		t.Fatalf("%q: complete %t, but %v", q.Values, complete, err)
	}
	if err != nil {
		return
	}
	u, err := url.Parse("https://api.tryfinch.com" + r.Path)
	if err != nil {
		t.Fatalf("%q is no path: %v", r.Path, err)
	}
	e, _, ok := finch.FindEndpoint(r.Method, u.EscapedPath())
	if !ok || strings.Count(r.Path, "/") != strings.Count(q.Endpoint.Path, "/") || u.JoinPath().EscapedPath() != u.EscapedPath() {
		t.Fatalf("%q of %s goes to %s", r.Path, q.Endpoint.Name(), e.Name())
	}
	if r.Body != nil && !json.Valid(r.Body) {
		t.Fatalf("%q is no JSON", r.Body)
	}
}

// TestEveryEndpointCanBeAsked fills all of the table in with what its parameters
// say of themselves.
func TestEveryEndpointCanBeAsked(t *testing.T) {
	t.Parallel()
	for _, e := range finch.Endpoints() {
		q := explore.Query{Endpoint: e, Values: map[string][]string{}}
		for _, p := range e.Params {
			if !p.FromSettings && (p.Name != finch.Root || p.Required) {
				q.Values[p.Name] = []string{example(p)}
			}
		}
		if faults := q.Check(); faults != nil {
			t.Errorf("%s: %+v", e.Name(), faults)
			continue
		}
		mustBeSound(t, q)
		if q.Curl("https://api.tryfinch.com") == "" || !strings.HasPrefix(q.Summary(), e.Method+" /") {
			t.Errorf("%s: %q, %q", e.Name(), q.Summary(), q.Curl(""))
		}
		if typed := explore.ParseText(q.Text("")); typed.Faults != nil || !reflect.DeepEqual(typed.Query, orNil(q)) {
			t.Errorf("%s is read back as %+v, %v", e.Name(), typed.Query.Values, typed.Faults)
		}
	}
}

func orNil(q explore.Query) explore.Query {
	if len(q.Values) == 0 {
		q.Values = nil
	}
	return q
}

func example(p finch.Param) string {
	if len(p.Enum) > 0 {
		return p.Enum[0]
	}
	switch p.Type {
	case finch.TypeInteger:
		return "7"
	case finch.TypeBoolean:
		return "true"
	case finch.TypeDate:
		return "2026-11-28"
	case finch.TypeJSON:
		return "{}"
	case finch.TypeEmail:
		return "ann@example.com"
	default:
		return "x"
	}
}
