package finch

import (
	"encoding/json"
	"reflect"
	"testing"
)

// The example of Finch's documentation, as the local Finch must give it.
const harborExample = `{
  "id": "6f0c2b7e-8a53-4f7a-9a44-0d8d0c6f5a11",
  "client_id": "b1f7c9de-4a30-4f77-9d12-2a9f6f0f7c01",
  "client_type": "production",
  "connection_id": "c0ffee00-1111-4222-8333-444455556666",
  "connection_status": {"status": "connected", "last_successful_sync": "2026-11-21T07:14:03.120Z"},
  "connection_type": "provider",
  "products": ["company","directory","individual","employment","payment","pay_statement","benefits"],
  "provider_id": "paychex_flex",
  "company_id": "a9a9a9a9-0000-4000-8000-000000000001",
  "account_id": "e5e5e5e5-0000-4000-8000-000000000001",
  "authentication_methods": [
    {"type": "credential", "connection_status": {"status": "connected", "last_successful_sync": "2026-11-21T07:14:03.120Z"},
     "products": ["company","directory","individual","employment","payment","pay_statement"]},
    {"type": "assisted", "connection_status": {"status": "pending", "message": "Waiting for the employer to invite Finch", "last_successful_sync": null},
     "products": ["benefits"]}
  ],
  "customer_id": "cust_1042", "customer_name": "Harbor Coffee Roasters", "customer_email": "ops@harbor.example",
  "entities": [
    {"id": "11111111-aaaa-4bbb-8ccc-000000000001", "name": "Harbor Coffee LLC", "source_id": "0099123", "status": "connected"},
    {"id": "11111111-aaaa-4bbb-8ccc-000000000002", "name": "Harbor Bakery Inc", "source_id": "0099124", "status": "reauth"}
  ],
  "manual": false, "payroll_provider_id": "paychex_flex", "username": "payroll.admin@harbor.example"
}`

const harborJobs = `{"data":[
  {"job_id":"d1d1d1d1-0000-4000-8000-00000000000a","job_url":"https://api.tryfinch.com/jobs/automated/d1d1d1d1-0000-4000-8000-00000000000a",
   "type":"data_sync_all","status":"pending","created_at":"2026-03-02T15:20:11.000Z","scheduled_at":"2026-11-22T07:14:00.000Z",
   "started_at":null,"completed_at":null,"params":null}],
 "meta":{"quotas":{"data_sync_all":{"allowed_refreshes":1,"remaining_refreshes":1}}}}`

func TestHarborIsTheDocumentedExample(t *testing.T) {
	t.Parallel()
	s := local(t, Options{Seed: 7})
	p := serve(t, s).as(s.Tokens()[harborConnection])
	for path, example := range map[string]string{"/introspect": harborExample, "/jobs/automated": harborJobs} {
		var want any
		if err := json.Unmarshal([]byte(example), &want); err != nil {
			t.Fatal(err)
		}
		if got := p.get(path); !reflect.DeepEqual(got.body, want) {
			t.Errorf("%s is\n%s", path, got.raw)
		}
	}
}

func TestIntrospectSaysNullWhereNothingIsKnown(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	tokens := s.Tokens()
	p := serve(t, s)
	for _, c := range s.Connections() {
		if c.Status == disconnected {
			if _, has := tokens[c.ID]; has {
				t.Error("an ended connection has a token")
			}
			continue
		}
		got := p.as(tokens[c.ID]).get("/introspect")
		if got.status != 200 || got.text("connection_id") != c.ID || got.text("id") != c.TokenIDs[0] || got.at("manual") != c.Assisted {
			t.Errorf("%s: %s", c.ID, got.raw)
		}
		if _, given := got.body.(map[string]any)["customer_name"]; !given || (c.CustomerName == nil) != (got.at("customer_name") == nil) {
			t.Errorf("customer_name of %s: %v", c.ID, got.at("customer_name"))
		}
	}
	fresh := p.as(tokens[named(t, s, "Copper Kettle Brewing").ID]).get("/introspect")
	if fresh.at("connection_status", "last_successful_sync") != nil || fresh.text("connection_status", "message") == "" {
		t.Errorf("a pending connection: %s", fresh.raw)
	}
}

func TestProvidersAnswerWithAndWithoutToken(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	p := serve(t, s)
	for _, got := range []answered{p.get("/providers"), p.as(s.Tokens()[harborConnection]).get("/providers")} {
		names := map[string]string{}
		for i := range got.list() {
			names[got.text(i, "id")] = got.text(i, "display_name")
			if len(got.list(i, "products")) == 0 || got.text(i, "authentication_methods", 0, "type") == "" {
				t.Errorf("%s lacks products or methods", got.text(i, "id"))
			}
		}
		if len(names) < 8 || names["adp_run"] != "ADP Run" || names["paychex_flex"] != "Paychex Flex" {
			t.Errorf("providers %v", names)
		}
	}
}
