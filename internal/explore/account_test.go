package explore_test

import (
	"strings"
	"testing"

	"perch/internal/explore"
	"perch/internal/finch"
)

// mark stands for the keyed hash.
func mark(v string) string { return "mark" + string(rune('0'+len(v)%10)) }

func TestAccount(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		q    explore.Query
		want string
	}{
		{"nothing", explore.Query{}, ""},
		{"nothing said", asking(t, "GET", "/introspect", nil), ""},
		{"in order", asking(t, "GET", "/employer/directory", says{"offset": "5", "limit": "100", "entity_ids": entity}), "entity_ids=" + entity + " limit=100 offset=5"},
		{"dates and ids", asking(t, "GET", "/jobs/automated/"+job, nil), "job_id=" + job},
		{"people", asking(t, "POST", "/employer/individual", says{"individual_id": entity + "|" + job}), "individual_id=" + entity + "," + job},
		{"many people", asking(t, "POST", "/employer/individual", says{"individual_id": entity + "|bb|c|d"}), "individual_id=" + entity + ",#mark2,#mark1 (4 values)"},
		{"names for ids", asking(t, "POST", "/employer/individual", says{"individual_id": "Ana|Souza.Ana|123456"}), "individual_id=#mark3,#mark9,#mark6"},
		{"a name for an id in the path", asking(t, "GET", "/jobs/automated/Ana_Souza", nil), "job_id=#mark9"},
		{"a provider", asking(t, "POST", "/sandbox/connections", says{"provider_id": "bamboo_hr"}), "provider_id=bamboo_hr"},
		{"a number with strange signs in it", asking(t, "POST", "/connect/sessions", says{"customer_id": "123_45:67.89"}), "customer_id=#mark2"},
		{"a customer", asking(t, "POST", "/connect/sessions", says{"customer_id": "cust_1042"}), "customer_id=cust_1042"},
		{"personal values", explore.Query{Endpoint: finch.Endpoint{Path: "/x", Params: []finch.Param{{Name: "names", List: true, Personal: true}}}, Values: says{"names": "a|bb|c|d"}.values()}, "names=#mark1,#mark2,#mark1 (4 values)"},
		{"a body", asking(t, "POST", "/employer/individual", says{"body": `{"a":1}`}), "body=#mark7"},
		{"JSON in a field", asking(t, "POST", "/employer/benefits", says{"company_contribution": `{"ssn":1}`}), "company_contribution=#mark9"},
		{"a text", asking(t, "POST", "/employer/benefits", says{"description": "for Ann", "frequency": "monthly"}), "description=#mark7 frequency=monthly"},
		{"a number that is none", asking(t, "GET", "/employer/directory", says{"limit": "123-45-6789"}), "limit=#mark1"},
		{"a social security number for an id", asking(t, "GET", "/employer/company", says{"entity_ids": "123-45-6789"}), "entity_ids=#mark1"},
		{"an address", asking(t, "POST", "/connect/sessions", says{"customer_email": "ann@example.com"}), "customer_email=#mark5"},
		{"a secret", asking(t, "POST", "/auth/token", says{"client_secret": "hunter2"}), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.q.Account(mark); got != tt.want {
				t.Errorf("%q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestWhatLooksPersonalInAQuestion(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		q    explore.Query
		want string
	}{
		{"nothing said", asking(t, "GET", "/introspect", nil), ""},
		{"ids, dates and numbers", asking(t, "GET", "/employer/payment", says{"start_date": "2026-11-01", "end_date": "2026-11-30", "entity_ids": entity}), ""},
		{"a whole body", asking(t, "POST", "/employer/individual", says{"body": `{"requests":[{"individual_id":"` + entity + `"},{"individual_id":"` + job + `"}]}`}), ""},
		{"a line of a pay statement", asking(t, "GET", "/employer/pay-statement-item", says{"name": "Garnishment 2"}), ""},
		{"a number for an id", asking(t, "POST", "/employer/individual", says{"individual_id": entity + "|123-45-6789"}), "individual_id"},
		{"a number in a body", asking(t, "POST", "/employer/individual", says{"body": `{"requests":[{"individual_id":"123456789"}]}`}), "body"},
		{"an address", asking(t, "GET", "/employer/pay-statement-item", says{"name": "ann@example.com"}), "name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.q.Personal(); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestAccountIsShort(t *testing.T) {
	t.Parallel()
	q := explore.Query{Endpoint: finch.Endpoint{Path: "/x"}, Values: map[string][]string{}}
	for name := range strings.FieldsSeq(strings.Repeat("p", 20) + " q r s t u v w x y z") {
		q.Endpoint.Params = append(q.Endpoint.Params, finch.Param{Name: name})
		q.Values[name] = []string{strings.Repeat("a", 60)}
	}
	if got := q.Account(mark); len([]rune(got)) != 500 || !strings.HasSuffix(got, "…") {
		t.Errorf("%d characters: %s", len([]rune(got)), got)
	}
}

func TestNextAtFinch(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		q    explore.Query
		m    *explore.Masked
		// want is the next offset, empty where there is nothing more.
		want string
	}{
		{"more", asking(t, "GET", "/employer/directory", says{"limit": "100"}), &explore.Masked{Items: 100, Total: 412, Offset: 0}, "100"},
		{"more, and nothing was said", asking(t, "GET", "/employer/directory", nil), &explore.Masked{Items: 100, Total: 101, Offset: 0}, "100"},
		{"further on", asking(t, "GET", "/employer/directory", says{"offset": "100", "limit": "100"}), &explore.Masked{Items: 100, Total: 412, Offset: 100}, "200"},
		{"Finch does not say where this is", asking(t, "GET", "/employer/directory", says{"offset": "100"}), &explore.Masked{Items: 50, Total: 412, Offset: -1}, "150"},
		{"the end", asking(t, "GET", "/employer/directory", says{"offset": "400"}), &explore.Masked{Items: 12, Total: 412, Offset: 400}, ""},
		{"beyond the end", asking(t, "GET", "/employer/directory", says{"offset": "500"}), &explore.Masked{Items: 0, Total: 412, Offset: 500}, ""},
		{"Finch does not say how many", asking(t, "GET", "/employer/directory", nil), &explore.Masked{Items: 100, Total: -1, Offset: -1}, ""},
		{"no answer", asking(t, "GET", "/employer/directory", nil), nil, ""},
		{"no pages", asking(t, "GET", "/providers", nil), &explore.Masked{Items: 10, Total: 20, Offset: 0}, ""},
		{"a batch", asking(t, "POST", "/employer/pay-statement", says{"payment_id": "p"}), &explore.Masked{Items: 1, Total: 20, Offset: 0}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			before := tt.q.Text("")
			next, ok := tt.q.NextAtFinch(tt.m)
			if ok != (tt.want != "") || ok && next.Values["offset"][0] != tt.want {
				t.Fatalf("%q, %t; want %q", next.Values, ok, tt.want)
			}
			if limit := tt.q.Values["limit"]; len(limit) != len(next.Values["limit"]) || tt.q.Text("") != before {
				t.Errorf("the limit is %q, and the question became %q", next.Values["limit"], tt.q.Text(""))
			}
		})
	}
}

func TestBackAtFinch(t *testing.T) {
	t.Parallel()
	directory := func(said says) explore.Query { return asking(t, "GET", "/employer/directory", said) }
	tests := []struct {
		name string
		q    explore.Query
		m    *explore.Masked
		// want is the offset, empty where nothing comes before; entries is how many do.
		want    string
		entries int
	}{
		{"the second page", directory(says{"limit": "25", "offset": "25"}), &explore.Masked{Items: 25, Total: 412, Offset: 25}, "0", 25},
		{"the short last page", directory(says{"limit": "25", "offset": "400"}), &explore.Masked{Items: 12, Total: 412, Offset: 400}, "375", 25},
		{"no limit was said", directory(says{"offset": "300"}), &explore.Masked{Items: 100, Total: 412, Offset: 300}, "200", 100},
		{"less than a page before", directory(says{"offset": "10"}), &explore.Masked{Items: 100, Total: 412, Offset: 10}, "0", 10},
		{"beyond the end", directory(says{"offset": "500"}), &explore.Masked{Items: 0, Total: 412, Offset: 500}, "400", 100},
		{"Finch does not say where this is", directory(says{"offset": "100"}), &explore.Masked{Items: 50, Total: 412, Offset: -1}, "0", 100},
		{"the beginning", directory(nil), &explore.Masked{Items: 100, Total: 412, Offset: 0}, "", 0},
		{"no answer", directory(says{"offset": "100"}), nil, "", 0},
		{"a batch", asking(t, "POST", "/employer/pay-statement", says{"payment_id": "p", "offset": "5"}), &explore.Masked{Items: 1, Total: 20, Offset: 5}, "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			back, entries, ok := tt.q.BackAtFinch(tt.m)
			if ok != (tt.want != "") || entries != tt.entries || ok && back.Values["offset"][0] != tt.want {
				t.Errorf("%q, %d entries, %t; want %q", back.Values, entries, ok, tt.want)
			}
		})
	}
}
