package finch

import (
	"testing"
	"time"
)

// playing is a new connection of the Finch Sandbox and a peer with its token.
func playing(t *testing.T, s *Server, body map[string]any) (p *peer, made answered) {
	t.Helper()
	p, _, _ = asked(t, s, sandbox)
	made = p.post("/sandbox/connections", body)
	if made.status != 200 || made.text("access_token") == "" {
		t.Fatalf("sandbox connection: %d %s", made.status, made.raw)
	}
	employer := p.as(made.text("access_token"))
	employer.basic = [2]string{}
	return employer, made
}

func TestSandboxConnection(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	p, made := playing(t, s, map[string]any{"provider_id": "gusto", "products": []string{"employer:company", "directory", "payment", "pay_statement"}})
	state := p.get("/introspect")
	if state.text("connection_type") != "finch" || state.text("client_type") != sandbox || state.text("connection_id") != made.text("connection_id") ||
		state.text("products", 0) != "company" || made.text("entity_id") != state.text("entities", 0, "id") {
		t.Errorf("state %s of %s", state.raw, made.raw)
	}
	if got := p.get("/employer/directory"); got.at("paging", "count") != float64(usualStaff) {
		t.Errorf("directory: %s", got.raw)
	}
	if got := p.get("/employer/payment?start_date=2026-11-21&end_date=2026-11-21"); len(got.list()) != 1 {
		t.Errorf("the payment of today: %s", got.raw)
	}
	if got := p.get("/jobs/automated"); len(got.list("data")) != 0 {
		t.Errorf("scheduled syncs in the sandbox: %s", got.raw)
	}
	s.Advance(30 * day)
	if got := p.get("/introspect"); got.text("connection_status", "status") != connected {
		t.Errorf("a month later: %s", got.raw)
	}
}

func TestSandboxStatusByHand(t *testing.T) {
	t.Parallel()
	s, b := receiving(t, Options{})
	p, made := playing(t, s, map[string]any{"provider_id": "insperity", "authentication_type": "assisted"})
	if got := p.get("/introspect").text("connection_status", "status"); got != pending {
		t.Errorf("a new assisted connection is %s", got)
	}
	for _, status := range []string{connected, "error_reauth"} {
		if got := p.do("PUT", "/sandbox/connections/accounts", map[string]any{"connection_status": status}); got.status != 200 || got.text("connection_id") != made.text("connection_id") {
			t.Errorf("set %s: %d %s", status, got.status, got.raw)
		}
	}
	if got := p.get("/introspect").text("connection_status", "status"); got != reauth {
		t.Errorf("error_reauth made it %s", got)
	}
	if got := b.types(s); len(got) != 2 || got[0] != "account.updated" {
		t.Errorf("events %v", got)
	}
	job := p.post("/sandbox/jobs", map[string]any{"type": dataSync})
	if job.status != 200 || job.at("job_id") != nil {
		t.Errorf("a job by hand: %s", job.raw)
	}
	p.do("PUT", "/sandbox/connections/accounts", map[string]any{"connection_status": "odd"}).wants(t, 400, "bad_request", "invalid_request")
}

func TestSandboxChangesShowAfterASync(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	p, _ := playing(t, s, map[string]any{"provider_id": "gusto", "employee_size": 3})
	if got := p.do("PUT", "/sandbox/company", map[string]any{"legal_name": "Renamed"}); got.text("legal_name") != "Renamed" {
		t.Errorf("company: %s", got.raw)
	}
	who := p.get("/employer/directory").text("individuals", 0, "id")
	p.do("PUT", "/sandbox/individual/"+who, map[string]any{"first_name": "Changed", "id": "not this"})
	p.do("PUT", "/sandbox/employment/"+who, map[string]any{"title": "Captain"})
	p.do("PUT", "/sandbox/individual/none", map[string]any{}).wants(t, 404, "not_found_error", "individual_not_found")
	added := p.post("/sandbox/directory", []map[string]any{{"first_name": "New", "title": "Mate", "is_active": true}})
	paid := p.post("/sandbox/payment", map[string]any{
		"start_date": "2026-11-01", "end_date": "2026-11-10",
		"pay_statements": []map[string]any{{"individual_id": who, "gross_pay": 123_00, "payment_method": "check"}},
	})
	p.post("/sandbox/payment", map[string]any{"pay_statements": []map[string]any{{"individual_id": "none"}}}).wants(t, 400, "bad_request", "invalid_request")
	if added.status != 200 || added.text(0, "title") != "Mate" || paid.text("pay_date") != "2026-11-10" {
		t.Errorf("added %s, paid %s", added.raw, paid.raw)
	}
	if got := p.get("/employer/company"); got.text("legal_name") == "Renamed" {
		t.Error("a change shows before any sync")
	}
	job := p.post("/sandbox/jobs", map[string]any{"type": dataSync})
	s.Advance(time.Minute)
	if got := p.get("/jobs/automated/" + job.text("job_id")); got.text("status") != complete {
		t.Errorf("job: %s", got.raw)
	}
	company, people := p.get("/employer/company"), p.get("/employer/directory")
	if company.text("legal_name") != "Renamed" || people.at("paging", "count") != 4.0 || people.text("individuals", 0, "first_name") != "Changed" {
		t.Errorf("after a sync: %s %s", company.raw, people.raw)
	}
	work := p.post("/employer/employment", map[string]any{"requests": []map[string]any{{"individual_id": who}}})
	if work.text("responses", 0, "body", "title") != "Captain" || work.text("responses", 0, "body", "first_name") != "Changed" {
		t.Errorf("employment: %s", work.raw)
	}
	payment := p.get("/employer/payment?start_date=2026-11-10&end_date=2026-11-10")
	if payment.text(0, "id") != paid.text("payment_id") || payment.at(0, "gross_pay", "amount") != 12300.0 {
		t.Errorf("payment: %s", payment.raw)
	}
	got := p.post("/employer/pay-statement", map[string]any{"requests": []map[string]any{{"payment_id": paid.text("payment_id")}}})
	if len(got.list("responses", 0, "body", "pay_statements")) != 1 || got.text("responses", 0, "body", "pay_statements", 0, "payment_method") != "check" {
		t.Errorf("statements: %s", got.raw)
	}
}

func TestSandboxJobConfiguration(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	p, _ := playing(t, s, map[string]any{"provider_id": "gusto"})
	if got := p.get("/sandbox/jobs/configuration"); got.text(0, "completion_status") != complete {
		t.Errorf("at first: %s", got.raw)
	}
	p.do("PUT", "/sandbox/jobs/configuration", map[string]any{"type": dataSync, "completion_status": missed}).wants(t, 400, "bad_request", "invalid_request")
	p.do("PUT", "/sandbox/jobs/configuration", map[string]any{"type": dataSync, "completion_status": reauthError})
	p.post("/sandbox/jobs", map[string]any{"type": dataSync})
	s.Advance(time.Minute)
	if got := p.get("/introspect").text("connection_status", "status"); got != reauth {
		t.Errorf("after the job: %s", got)
	}
}

func TestSandboxAccountsAndRefusals(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	_, made := playing(t, s, map[string]any{"provider_id": "gusto"})
	p, _, _ := asked(t, s, sandbox)
	account := map[string]any{"company_id": made.text("company_id"), "provider_id": "gusto"}
	for range 2 {
		if got := p.post("/sandbox/connections/accounts", account); got.text("connection_id") != made.text("connection_id") || got.text("entity_id") == made.text("entity_id") {
			t.Errorf("account: %d %s", got.status, got.raw)
		}
	}
	p.post("/sandbox/connections/accounts", account).wants(t, 400, "bad_request", "invalid_request")
	account["company_id"] = harborCompany
	p.post("/sandbox/connections/accounts", account).wants(t, 404, "not_found_error", "item_not_found")

	real := serve(t, s).as(s.Tokens()[harborConnection])
	real.do("PUT", "/sandbox/connections/accounts", map[string]any{"connection_status": connected}).wants(t, 403, "insufficient_scope_error", "")
	real.do("PUT", "/sandbox/company", map[string]any{}).wants(t, 403, "insufficient_scope_error", "")
	owner, _, _ := asked(t, s, production)
	owner.post("/sandbox/connections", map[string]any{"provider_id": "gusto"}).wants(t, 400, "bad_request", "invalid_request")
	p.post("/sandbox/connections", map[string]any{"provider_id": "abacus"}).wants(t, 400, "bad_request", "invalid_request")
}
