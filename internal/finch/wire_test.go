package finch

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func harbor(t testing.TB) []byte {
	t.Helper()
	body, err := os.ReadFile("testdata/harbor.json")
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestIntrospectionReadsEverything(t *testing.T) {
	t.Parallel()
	body := harbor(t)
	got, err := decodeIntrospection(body, Token{})
	if err != nil {
		t.Fatal(err)
	}
	synced := SyncTime{At: time.Date(2026, 11, 21, 7, 14, 3, 120e6, time.UTC), Raw: "2026-11-21T07:14:03.120Z"}
	data := []string{"company", "directory", "individual", "employment", "payment", "pay_statement"}
	want := Introspection{
		TokenID:          "6f0c2b7e-8a53-4f7a-9a44-0d8d0c6f5a11",
		ClientType:       "production",
		ConnectionID:     "c0ffee00-1111-4222-8333-444455556666",
		ConnectionType:   "provider",
		ConnectionStatus: StatusReport{Status: Connected, LastSync: synced},
		CompanyID:        "a9a9a9a9-0000-4000-8000-000000000001",
		CustomerID:       "cust_1042",
		CustomerName:     "Harbor Coffee Roasters",
		ProviderID:       "paychex_flex",
		Products:         append(data[:6:6], "benefits"),
		Methods: []Method{
			{Type: "credential", Report: StatusReport{Status: Connected, LastSync: synced}, Products: data},
			{Type: "assisted", Report: StatusReport{Status: Pending, Message: "Waiting for the employer to invite Finch"}, Products: []string{"benefits"}},
		},
		Entities: []Entity{
			{ID: "11111111-aaaa-4bbb-8ccc-000000000001", Name: "Harbor Coffee LLC", SourceID: "0099123", Status: Connected},
			{ID: "11111111-aaaa-4bbb-8ccc-000000000002", Name: "Harbor Bakery Inc", SourceID: "0099124", Status: Reauth},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read  %+v\nwant %+v", got, want)
	}
}

func TestIntrospectionForgives(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		body string
		want Introspection
	}{
		{"unknown fields", `{"connection_id":"c","moon":{"phase":[1,2]}}`, Introspection{ConnectionID: "c"}},
		{"unknown values", `{"connection_id":"c","connection_status":{"status":"molten"},"client_type":"staging"}`, Introspection{ConnectionID: "c", ClientType: "staging", ConnectionStatus: StatusReport{Status: "molten"}}},
		{"nulls everywhere", `{"connection_id":"c","id":null,"products":null,"entities":null,"connection_status":null,"manual":null}`, Introspection{ConnectionID: "c"}},
		{"optional fields of other types", `{"customer_id":42,"manual":"yes","company_id":["x"],"entities":{"a":1},"connection_id":"c","provider_id":"gusto"}`, Introspection{ConnectionID: "c", ProviderID: "gusto"}},
		{"a status as a plain string", `{"connection_status":"connected","connection_id":"c","customer_name":"Harbor"}`, Introspection{ConnectionID: "c", CustomerName: "Harbor"}},
		{"one bad entity among good ones", `{"connection_id":"c","entities":[7,{"id":"e","name":5,"status":"reauth"}]}`, Introspection{ConnectionID: "c", Entities: []Entity{{ID: "e", Status: Reauth}}}},
		{"one bad method among good ones", `{"connection_id":"c","authentication_methods":["oauth",{"type":"assisted","products":[1,"benefits"]}]}`, Introspection{ConnectionID: "c", Methods: []Method{{Type: "assisted", Products: []string{"", "benefits"}}}}},
		{"a sync time that is a word", `{"connection_id":"c","connection_status":{"status":"connected","last_successful_sync":"yesterday"}}`, Introspection{ConnectionID: "c", ConnectionStatus: StatusReport{Status: Connected, LastSync: SyncTime{Raw: "yesterday"}}}},
		{"a sync time that is a number", `{"connection_id":"c","connection_status":{"status":"connected","last_successful_sync":17}}`, Introspection{ConnectionID: "c", ConnectionStatus: StatusReport{Status: Connected, LastSync: SyncTime{Raw: "17"}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := decodeIntrospection([]byte(tt.body), Token{})
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("read  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

func TestWhatFinchSaysToPeopleIsCleanedAndBounded(t *testing.T) {
	t.Parallel()
	hostile := `Call\u202e \u0000\nus <!channel> tok-secret ` + strings.Repeat("x", 5000)
	body := []byte(`{"connection_id":"c","connection_status":{"message":"` + hostile + `"},` +
		`"authentication_methods":[{"type":"oauth","connection_status":{"message":"` + hostile + `"}}]}`)
	in, err := decodeIntrospection(body, NewToken("tok-secret"))
	if err != nil {
		t.Fatal(err)
	}
	for _, got := range []string{in.ConnectionStatus.Message, in.Methods[0].Report.Message} {
		if !strings.HasPrefix(got, "Call us <!channel> [redacted] xxx") || utf8.RuneCountInString(got) != 300 {
			t.Errorf("the message is %q", got)
		}
	}
}

func TestNothingThatFinchSaysIsUnbounded(t *testing.T) {
	t.Parallel()
	long := `"` + strings.Repeat("é", 9000) + `"`
	entities := strings.Repeat(`{"id":"e","name":"E"},`, 5000)
	body := `{"connection_id":"c","id":` + long + `,"client_type":` + long + `,"connection_type":` + long + `,"company_id":` + long +
		`,"customer_id":` + long + `,"customer_name":` + long + `,"provider_id":` + long + `,"products":[` + long + `],
		"connection_status":{"status":` + long + `,"last_successful_sync":` + long + `},
		"authentication_methods":[{"type":` + long + `,"products":[` + long + `],"connection_status":{"status":` + long + `,"last_successful_sync":[` + long + `]}}],
		"entities":[{"id":` + long + `,"name":` + long + `,"source_id":` + long + `,"status":` + long + `},` + entities + `7]}`
	in, err := decodeIntrospection([]byte(body), Token{})
	if err != nil {
		t.Fatal(err)
	}
	if len(in.Entities) > 1000 {
		t.Errorf("%d entities", len(in.Entities))
	}
	in.Entities = in.Entities[:1]
	for _, field := range strings.FieldsFunc(fmt.Sprintf("%+v", in), func(r rune) bool { return r != 'é' }) {
		if n := utf8.RuneCountInString(field); n > 300 {
			t.Errorf("%d characters are kept: %.100s", n, field)
		}
	}
	if n := utf8.RuneCountInString(in.CustomerName); n != 300 {
		t.Errorf("a name has %d characters", n)
	}
	if n := utf8.RuneCountInString(in.CustomerID); n != 255 {
		t.Errorf("an id has %d characters", n)
	}
	providers, err := decodeProviders([]byte(`[{"id":` + long + `,"display_name":` + long + `,"products":[` + long + `]}]`))
	if err != nil || utf8.RuneCountInString(providers[0].ID) != 255 || utf8.RuneCountInString(providers[0].DisplayName) != 300 ||
		utf8.RuneCountInString(providers[0].Products[0]) != 255 {
		t.Errorf("providers: %v", err)
	}
}

func TestIntrospectionRefuses(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "null", "[]", `"x"`, "<html>", "{", `{"connection_id":"c"`, `{}`, `{"connection_id":""}`, `{"connection_id":5}`, `{"connection_id":"` + strings.Repeat("x", 256) + `"}`, `{"connection_id":"c"} trailing`} {
		if in, err := decodeIntrospection([]byte(body), Token{}); err == nil {
			t.Errorf("%q was read as %+v", body, in)
		}
	}
}

func TestSyncTime(t *testing.T) {
	t.Parallel()
	at := func(h, m, s int) time.Time { return time.Date(2026, 11, 21, h, m, s, 0, time.UTC) }
	tests := []struct {
		wire string
		want time.Time
	}{
		{`"2026-11-21T07:14:03Z"`, at(7, 14, 3)},
		{`"2026-11-21T09:14:03+02:00"`, at(7, 14, 3)},
		{`"2026-11-21T07:14:03"`, at(7, 14, 3)},
		{`"2026-11-21 07:14:03"`, at(7, 14, 3)},
		{`" 2026-11-21 "`, at(0, 0, 0)},
		{`"never"`, time.Time{}},
		{`{"a":1}`, time.Time{}},
		{`null`, time.Time{}},
	}
	for _, tt := range tests {
		var got SyncTime
		if err := json.Unmarshal([]byte(tt.wire), &got); err != nil || !got.At.Equal(tt.want) {
			t.Errorf("%s: %v, %v; want %v", tt.wire, got.At, err, tt.want)
		}
		again, err := json.Marshal(got)
		if err != nil {
			t.Errorf("%s: %v", tt.wire, err)
		}
		var back SyncTime
		if err := json.Unmarshal(again, &back); err != nil || back != got {
			t.Errorf("%s came back as %s", tt.wire, again)
		}
	}
}

func TestProvidersKeepWhatHasAName(t *testing.T) {
	t.Parallel()
	got, err := decodeProviders([]byte(`[{"id":"gusto","display_name":"Gusto","products":["company"],"logo":7},5,{"display_name":"Nameless"},{"id":"adp_run","products":"all"}]`))
	want := []Provider{{ID: "gusto", DisplayName: "Gusto", Products: []string{"company"}}, {ID: "adp_run"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, %v; want %+v", got, err, want)
	}
	if _, err := decodeProviders([]byte(`{"data":[]}`)); err == nil {
		t.Error("an object is no catalogue")
	}
}

func TestJobs(t *testing.T) {
	t.Parallel()
	got, err := decodeJobs([]byte(`{"data":[
		{"job_id":"a","type":"data_sync_all","status":"pending","created_at":"2026-11-21T12:00:00Z","scheduled_at":"2026-11-23T12:00:00.000Z","started_at":null,"params":null},
		{"job_id":"b","type":9,"status":"in_orbit","created_at":false,"scheduled_at":"","completed_at":"2026-11-22T12:00:00Z"},
		"noise",{"status":"pending"}],"":{"paging":{}},"meta":{"quotas":{}}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := JobList{Jobs: []Job{
		{ID: "a", Type: "data_sync_all", Status: "pending", CreatedAt: yesterday, ScheduledAt: &tomorrow},
		{ID: "b", Status: "in_orbit", CompletedAt: &noon},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read  %+v\nwant %+v", got, want)
	}
}

func TestNextSyncOfAJobList(t *testing.T) {
	t.Parallel()
	job := func(id string, in time.Duration) Job {
		at := noon.Add(in)
		return Job{ID: id, Type: "data_sync_all", Status: "pending", ScheduledAt: &at}
	}
	as := func(j Job, change func(*Job)) Job { change(&j); return j }
	tests := []struct {
		name string
		jobs []Job
		want string
	}{
		{"none", nil, ""},
		{"the only one", []Job{job("a", time.Hour)}, "a"},
		{"the nearest ahead", []Job{job("late", 9*time.Hour), job("soon", time.Hour), job("later", 20*time.Hour)}, "soon"},
		{"what lies ahead before what has passed", []Job{job("past", -time.Minute), job("ahead", 20*time.Hour)}, "ahead"},
		{"the last that passed when nothing lies ahead", []Job{job("older", -9*time.Hour), job("newer", -time.Hour)}, "newer"},
		{"due this very moment", []Job{job("now", 0)}, "now"},
		{"asked for, not scheduled", []Job{as(job("a", 0), func(j *Job) { j.ScheduledAt = nil })}, ""},
		{"running already", []Job{as(job("a", time.Hour), func(j *Job) { j.Status = "in_progress" })}, ""},
		{"another type", []Job{as(job("a", time.Hour), func(j *Job) { j.Type = "w4_form_employee_sync" })}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := JobList{Jobs: tt.jobs}.NextSync(noon)
			if got.ID != tt.want || ok != (tt.want != "") {
				t.Errorf("next is %q, %v; want %q", got.ID, ok, tt.want)
			}
		})
	}
}

func FuzzIntrospection(f *testing.F) {
	f.Add(harbor(f))
	f.Add([]byte(`{"connection_id":"c","connection_status":{"last_successful_sync":{}}}`))
	f.Add([]byte(`{"connection_id":"c","entities":[1,null,{"id":[]}],"authentication_methods":[{"connection_status":3}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		in, err := decodeIntrospection(body, Token{})
		if err != nil {
			if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' || r > '~' }) {
				t.Errorf("the error quotes the answer: %q", err)
			}
			return
		}
		if in.ConnectionID == "" {
			t.Errorf("read without an id: %+v", in)
		}
		c := Connection{HasToken: true, Report: in.ConnectionStatus, Products: in.Products, Methods: in.Methods, Entities: in.Entities}
		if c.Worst().Urgency() < c.Overall().Urgency() {
			t.Errorf("the worst, %q, is better than the whole, %q", c.Worst(), c.Overall())
		}
		if len(c.Groups()) < 3 {
			t.Error("a standard group is missing")
		}
		c.NextSync(noon)
		again, err := json.Marshal(in)
		if err != nil {
			t.Fatalf("cannot be written again: %v", err)
		}
		if _, err := decodeIntrospection(again, Token{}); err != nil {
			t.Errorf("what was written cannot be read: %v", err)
		}
	})
}
