package explore_test

import (
	"reflect"
	"strings"
	"testing"

	"perch/internal/explore"
	"perch/internal/finch"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	directory, payment, individual := "/employer/directory", "/employer/payment", "/employer/individual"
	tests := []struct {
		name string
		q    explore.Query
		// want is each fault as "param: sentence".
		want []string
	}{
		{"nothing chosen", explore.Query{}, []string{": Choose what to ask Finch."}},
		{"complete", asking(t, "GET", directory, says{"limit": "10000", "offset": "0"}), nil},
		{"required", asking(t, "GET", payment, nil), []string{
			"start_date: start_date is missing. It is a date such as 2026-11-28.",
			"end_date: end_date is missing. It is a date such as 2026-11-28.",
		}},
		{"required and only space", asking(t, "GET", payment, says{"start_date": " ", "end_date": "2026-01-01"}), []string{"start_date: start_date is missing. It is a date such as 2026-11-28."}},
		{"an id in the path", asking(t, "GET", "/jobs/automated/{job_id}", nil), []string{"job_id: job_id is missing. It is an id, one word."}},
		{"several faults in order", asking(t, "GET", directory, says{"offset": "-1", "limit": "0"}), []string{
			"limit: limit is a whole number from 1 to 10000.",
			"offset: offset is a whole number.",
		}},
		{"a number too large for any", asking(t, "GET", directory, says{"offset": "99999999999999999999"}), []string{"offset: offset is a whole number."}},
		{"a number with a sign", asking(t, "GET", directory, says{"offset": "+5"}), []string{"offset: offset is a whole number."}},
		{"a number with a point", asking(t, "GET", directory, says{"limit": "5.0"}), []string{"limit: limit is a whole number from 1 to 10000."}},
		{"two of one", asking(t, "GET", directory, says{"limit": "5|6"}), []string{"limit: limit takes one value."}},
		{"two entities", asking(t, "GET", directory, says{"entity_ids": "a|b"}), []string{"entity_ids: entity_ids takes one value."}},
		{"too many", asking(t, "POST", "/employer/pay-statement", says{"payment_id": strings.Repeat("p|", 10) + "p"}), []string{"payment_id: payment_id takes at most 10 values, and these are 11."}},
		{"a day that is none", asking(t, "GET", payment, says{"start_date": "2026-02-30", "end_date": "2026-03-01"}), []string{"start_date: start_date: there is no such day. Write a date such as 2026-11-28."}},
		{"a day as people write it", asking(t, "GET", payment, says{"start_date": "1.2.2026", "end_date": "2026-03-01"}), []string{"start_date: start_date is a date such as 2026-11-28."}},
		{"an end before the start", asking(t, "GET", payment, says{"start_date": "2026-03-02", "end_date": "2026-03-01"}), []string{"end_date: end_date is before start_date."}},
		{"one day", asking(t, "GET", payment, says{"start_date": "2026-03-01", "end_date": "2026-03-01"}), nil},
		{"a word of a list", asking(t, "POST", "/jobs/automated", says{"type": "sync"}), []string{"type: type is data_sync_all or w4_form_employee_sync."}},
		{"words of a list", asking(t, "GET", "/employer/documents", says{"types": "w4_2020|w2"}), []string{"types: Each value of types is w4_2020 or w4_2005."}},
		{"a boolean", asking(t, "POST", "/connect/sessions", says{"customer_id": "a", "customer_name": "A", "products": "company", "manual": "yes"}), []string{"manual: manual is true or false."}},
		{"a text too long", asking(t, "POST", "/connect/sessions", says{"customer_id": strings.Repeat("é", 256), "customer_name": strings.Repeat("é", 255), "products": "company"}), []string{"customer_id: customer_id is text of at most 255 characters."}},
		{"no address", asking(t, "POST", "/connect/sessions", says{"customer_id": "a", "customer_name": "A", "products": "company", "customer_email": "ann"}), []string{"customer_email: customer_email is an address such as ann@example.com."}},
		{"ids that are not one", asking(t, "POST", individual, says{"individual_id": "a|b c"}), []string{"individual_id: Each value of individual_id is an id, one word."}},
		{"an id that climbs", asking(t, "GET", "/jobs/automated/{job_id}", says{"job_id": ".."}), []string{"job_id: job_id is an id, one word."}},
		{"an id with a slash", asking(t, "GET", "/jobs/automated/{job_id}", says{"job_id": "a/b"}), []string{"job_id: job_id is an id, one word."}},
		{"an id too long", asking(t, "GET", "/jobs/automated/{job_id}", says{"job_id": strings.Repeat("a", 256)}), []string{"job_id: job_id is an id, one word."}},
		{"broken JSON", asking(t, "POST", "/sandbox/jobs", says{"body": `{"tüpe" "data"}`}), []string{"body: body is no JSON: it breaks at character 9."}},
		{"JSON that stops", asking(t, "POST", "/sandbox/jobs", says{"body": `{"type": [`}), []string{"body: body is no JSON: it ends before it is complete."}},
		{"JSON and more", asking(t, "POST", "/sandbox/jobs", says{"body": `{} {}`}), []string{"body: body is no JSON: it breaks at character 4."}},
		{"JSON that is a number", asking(t, "POST", "/sandbox/jobs", says{"body": `5`}), []string{"body: body is JSON, an object {…} or a list […]."}},
		{"a body and its fields", asking(t, "POST", individual, says{"body": `{"requests":[]}`, "individual_id": "a", "options.include": "ssn"}), []string{"body: body is all that is sent, so leave out individual_id and options.include, or body."}},
		{"a body and what goes into the query", asking(t, "POST", individual, says{"body": `{"requests":[]}`, "entity_ids": entity}), nil},
		{"a body without what must be in it", asking(t, "POST", individual, says{"body": `{"options":{}}`}), []string{"body: body has no requests, and it must be there."}},
		{"a body that is no object", asking(t, "POST", individual, says{"body": "[]"}), []string{"body: body is an object {…} here, and no list."}},
		{"a body that may be a list", asking(t, "POST", "/sandbox/directory", says{"body": "[]"}), nil},
		{"a body where there is none", asking(t, "GET", directory, says{"body": "{}"}), []string{`body: GET /employer/directory has no parameter "body". It takes entity_ids, limit and offset.`}},
		{"what comes from the settings", asking(t, "POST", "/auth/token", says{"code": "c", "client_secret": "hunter2"}), []string{"client_secret: client_secret comes from Perch's settings. Leave it out, and do not write it into Slack."}},
		{"the same in a body", asking(t, "POST", "/auth/token", says{"body": `{"code":"c","client_id":"x"}`}), []string{"body: client_id comes from Perch's settings. Leave it out, and do not write it into Slack."}},
		{"a parameter that is gone", asking(t, "GET", "/introspect", says{"verbose": "1", "all": "2"}), []string{
			`all: GET /introspect has no parameter "all". It takes none.`,
			`verbose: GET /introspect has no parameter "verbose". It takes none.`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range tt.q.Check() {
				got = append(got, f.Param+": "+f.Sentence)
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestKindOfBounds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		p    finch.Param
		said string
		want string
	}{
		{finch.Param{Name: "n", Type: finch.TypeInteger, Min: 5}, "4", "n is a whole number of at least 5."},
		{finch.Param{Name: "n", Type: finch.TypeInteger, Max: 5}, "6", "n is a whole number from 0 to 5."},
		{finch.Param{Name: "s", Min: 3}, "ab", "s is text of at least 3 characters."},
		{finch.Param{Name: "s", Min: 3, Max: 4}, "ab", "s is text of 3 to 4 characters."},
		{finch.Param{Name: "s", List: true, Min: 2}, "ab", "s takes at least 2 values."},
		{finch.Param{Name: "s", Enum: []string{"a", "b", "c"}}, "d", "s is one of a, b or c."},
		{finch.Param{Name: "s", Enum: []string{"a"}}, "b", "s is a."},
	}
	for _, tt := range tests {
		q := explore.Query{Endpoint: finch.Endpoint{Method: "GET", Path: "/x", Params: []finch.Param{tt.p}}, Values: says{tt.p.Name: tt.said}.values()}
		if got := q.Check(); len(got) != 1 || got[0].Sentence != tt.want {
			t.Errorf("%+v, want %q", got, tt.want)
		}
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	q := asking(t, "POST", "/sandbox/directory", says{"body": "[\n  {\"title\": \"" + strings.Repeat("é", 200) + "\"}\n]"})
	want := "POST /sandbox/directory body=[ {\"title\": \""
	if got := q.Summary(); !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "é…") || len([]rune(got)) != 150 {
		t.Errorf("%q", got)
	}
	if got := (explore.Query{}).Summary(); got != "" {
		t.Errorf("%q", got)
	}
}
