package finch

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

const harborFirst = "?entity_ids[]=11111111-aaaa-4bbb-8ccc-000000000001"

func atHarbor(t *testing.T) (*Server, *peer) {
	t.Helper()
	s := local(t, Options{})
	return s, serve(t, s).as(s.Tokens()[harborConnection])
}

func TestDataTellsHowFreshItIs(t *testing.T) {
	t.Parallel()
	_, p := atHarbor(t)
	got := p.get("/employer/company" + harborFirst)
	for name, want := range map[string]string{
		"Finch-Data-Retrieved": "2026-11-21T07:14:03.120Z", "Finch-Last-Attempted-Update-Result": "success",
	} {
		if got.header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.header.Get(name), want)
		}
	}
	if got.header.Get("Finch-Last-Attempted-Update-Date") == "" {
		t.Error("no Finch-Last-Attempted-Update-Date")
	}
	if p.get("/introspect").header.Get("Finch-Data-Retrieved") != "" {
		t.Error("introspect has freshness headers")
	}
}

func TestDirectoryIsPaged(t *testing.T) {
	t.Parallel()
	_, p := atHarbor(t)
	seen := map[string]bool{}
	for offset := 0; offset < harborStaff; offset += 150 {
		got := p.get(fmt.Sprintf("/employer/directory%s&limit=150&offset=%d", harborFirst, offset))
		if got.at("paging", "count") != float64(harborStaff) || got.at("paging", "offset") != float64(offset) {
			t.Fatalf("paging %v", got.at("paging"))
		}
		for i := range got.list("individuals") {
			seen[got.text("individuals", i, "id")] = true
		}
	}
	if len(seen) != harborStaff {
		t.Errorf("%d people on the pages, want %d", len(seen), harborStaff)
	}
	if got := p.get("/employer/directory" + harborFirst); len(got.list("individuals")) != 100 {
		t.Errorf("a page has %d people unless told otherwise, want 100", len(got.list("individuals")))
	}
	p.get("/employer/directory"+harborFirst+"&limit=10001").wants(t, 400, "bad_request", "invalid_request")
}

func TestBatchesAnswerEachItem(t *testing.T) {
	t.Parallel()
	_, p := atHarbor(t)
	who := p.get("/employer/directory"+harborFirst).text("individuals", 1, "id")
	body := map[string]any{"requests": []map[string]any{{"individual_id": who}, {"individual_id": "nobody"}}}
	for _, path := range []string{"/employer/individual", "/employer/employment"} {
		got := p.post(path+harborFirst, body)
		if got.status != 200 || got.text("responses", 0, "body", "id") != who || got.at("responses", 0, "code") != 200.0 ||
			got.at("responses", 1, "code") != 404.0 || got.text("responses", 1, "body", "finch_code") != "individual_not_found" {
			t.Errorf("%s: %d %s", path, got.status, got.raw)
		}
		if strings.Contains(got.raw, `"ssn"`) {
			t.Errorf("%s shows a social security number to nobody who asked", path)
		}
	}
	body["options"] = map[string]any{"include": []string{"ssn"}}
	p.post("/employer/individual"+harborFirst, body).wants(t, 403, "insufficient_scope_error", "")
	p.post("/employer/individual"+harborFirst, map[string]any{}).wants(t, 400, "bad_request", "invalid_request")
}

func TestSocialSecurityNumbersNeedTheirProduct(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	web := serve(t, s)
	for _, c := range s.Connections() {
		if c.Status != connected || len(c.Entities) > 1 || !slices.Contains(c.Methods[0].Products, "ssn") {
			continue
		}
		p := web.as(s.Tokens()[c.ID])
		who := p.get("/employer/directory").text("individuals", 0, "id")
		ask := map[string]any{"requests": []map[string]any{{"individual_id": who}}}
		if got := p.post("/employer/individual", ask); got.text("responses", 0, "body", "ssn") != "" {
			t.Error("a number that was not asked for")
		}
		ask["options"] = map[string]any{"include": []string{"ssn"}}
		if got := p.post("/employer/individual", ask); !strings.HasPrefix(got.text("responses", 0, "body", "ssn"), "9") {
			t.Errorf("with the product: %s", got.raw)
		}
		return
	}
	t.Fatal("no connection has the product ssn")
}

func TestPaymentsAddUp(t *testing.T) {
	t.Parallel()
	_, p := atHarbor(t)
	payments := p.get("/employer/payment" + harborFirst + "&start_date=2026-10-01&end_date=2026-10-31")
	if len(payments.list()) < 2 {
		t.Fatalf("payments of a month: %s", payments.raw)
	}
	id := payments.text(0, "id")
	net, count := 0.0, 0
	for offset := 0; offset < 500; offset += 250 {
		got := p.post("/employer/pay-statement"+harborFirst, map[string]any{"requests": []map[string]any{
			{"payment_id": id, "limit": 250, "offset": offset}, {"payment_id": "none"},
		}})
		if got.text("responses", 1, "body", "finch_code") != "payment_not_found" {
			t.Errorf("an unknown payment: %v", got.at("responses", 1))
		}
		for i := range got.list("responses", 0, "body", "pay_statements") {
			amount, _ := got.at("responses", 0, "body", "pay_statements", i, "net_pay", "amount").(float64)
			net += amount
			count++
		}
	}
	if count != len(payments.list(0, "individual_ids")) || net != payments.at(0, "net_pay", "amount") {
		t.Errorf("%d statements of %v, payment %v", count, net, payments.at(0, "net_pay"))
	}
	p.get("/employer/payment"+harborFirst).wants(t, 400, "bad_request", "invalid_request")
	p.get("/employer/payment"+harborFirst+"&start_date=2026-02-01&end_date=2026-01-01").wants(t, 400, "bad_request", "invalid_request")
}

func TestPayGroupsAndItems(t *testing.T) {
	t.Parallel()
	_, p := atHarbor(t)
	groups := p.get("/employer/pay-groups" + harborFirst)
	if len(groups.list()) != 2 || groups.at(0, "individual_ids") != nil {
		t.Fatalf("groups: %s", groups.raw)
	}
	one := p.get("/employer/pay-groups/" + groups.text(0, "id") + harborFirst)
	if len(one.list("individual_ids")) == 0 {
		t.Errorf("a group: %s", one.raw)
	}
	p.get("/employer/pay-groups/none"+harborFirst).wants(t, 404, "not_found_error", "item_not_found")

	rule := p.post("/employer/pay-statement-item/rule"+harborFirst, map[string]any{
		"conditions": []map[string]any{{"field": "name", "operator": "equals", "value": "401(k)"}},
		"attributes": map[string]any{"metadata": map[string]any{"gl": "6100"}},
	})
	items := p.get("/employer/pay-statement-item" + harborFirst + "&categories=employee_deductions")
	if rule.status != 201 || len(items.list("responses")) != 1 || items.text("responses", 0, "attributes", "metadata", "gl") != "6100" {
		t.Errorf("rule %s, items %s", rule.raw, items.raw)
	}
	path := "/employer/pay-statement-item/rule/" + rule.text("id") + harborFirst
	if got := p.do("PUT", path, map[string]any{"attributes": map[string]any{"metadata": map[string]any{"gl": "7"}}}); got.text("id") != rule.text("id") {
		t.Errorf("update: %s", got.raw)
	}
	if got := p.do("DELETE", path, nil); got.text("deleted_at") == "" {
		t.Errorf("delete: %s", got.raw)
	}
	if got := p.get("/employer/pay-statement-item/rule" + harborFirst); got.status != 200 || len(got.list("responses")) != 0 {
		t.Errorf("rules after all: %s", got.raw)
	}
}

// offering is an automated connection of one entity with deductions.
func offering(t *testing.T, s *Server) Connection {
	t.Helper()
	for _, c := range s.Connections() {
		if c.Status == connected && !c.Assisted && len(c.Entities) == 1 && slices.Contains(c.Methods[0].Products, "benefits") {
			return c
		}
	}
	t.Fatal("no connection has deductions")
	return Connection{}
}

func TestDeductionsAreWrittenByJobs(t *testing.T) {
	t.Parallel()
	s, b := receiving(t, Options{})
	p := serve(t, s).as(s.Tokens()[offering(t, s).ID])
	if got := p.get("/employer/benefits"); len(got.list()) != 2 {
		t.Fatalf("at first: %s", got.raw)
	}
	made := p.post("/employer/benefits", map[string]any{"type": "hsa_pre", "description": "HSA", "frequency": "every_paycheck"})
	if made.status != 201 || made.text("benefit_id") == "" {
		t.Fatalf("create: %d %s", made.status, made.raw)
	}
	if got := p.get("/jobs/manual/" + made.text("job_id")); got.text("status") != pending || got.at("body") != nil {
		t.Errorf("the job at first: %s", got.raw)
	}
	s.Advance(day)
	path := "/employer/benefits/" + made.text("benefit_id")
	if got := p.get(path); got.text("description") != "HSA" {
		t.Errorf("after a day: %s", got.raw)
	}
	who := p.get("/employer/directory").text("individuals", 0, "id")
	job := p.post(path+"/individuals", []map[string]any{{"individual_id": who, "configuration": map[string]any{}}, {"individual_id": "nobody"}})
	s.Advance(day)
	got := p.get("/jobs/manual/" + job.text("job_id"))
	if got.text("status") != complete || got.at("body", 0, "code") != 201.0 || got.at("body", 1, "code") != 404.0 {
		t.Errorf("enrolment: %s", got.raw)
	}
	if got := p.get(path + "/enrolled"); len(got.list("individual_ids")) != 1 {
		t.Errorf("enrolled: %s", got.raw)
	}
	if got := p.get(path + "/individuals?individual_ids=" + who + ",nobody"); got.at(0, "code") != 200.0 || got.text(1, "body", "finch_code") != "enrollment_not_found" {
		t.Errorf("enrolments: %s", got.raw)
	}
	p.do("DELETE", path+"/individuals", map[string]any{"individual_ids": []string{who}})
	p.post(path, map[string]any{"description": "Health savings"})
	s.Advance(day)
	if got := p.get(path + "/enrolled"); len(got.list("individual_ids")) != 0 {
		t.Errorf("unenrolled: %s", got.raw)
	}
	types := b.types(s)
	for _, want := range []string{"create", "enroll", "unenroll", "update"} {
		if !slices.Contains(types, "job.benefit_"+want+".completed") {
			t.Errorf("no event of %s in %v", want, types)
		}
	}
	p.get("/employer/benefits/none").wants(t, 404, "not_found_error", "benefit_not_found")
	p.post("/employer/benefits", map[string]any{"type": "hsa_pre", "frequency": "monthly"}).wants(t, 422, "unprocessable_request_error", "unsupported_parameters")
	if got := p.get("/employer/benefits/meta"); len(got.list()) == 0 {
		t.Errorf("meta: %s", got.raw)
	}
}

func TestDeductionsByHandTakeDaysAndCannotBeRead(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	p := serve(t, s).as(s.Tokens()[named(t, s, "O'Malley & Sons Plumbing").ID])
	p.get("/employer/benefits").wants(t, 501, "not_implemented_error", "")
	made := p.post("/employer/benefits/register", map[string]any{"type": "401k"})
	s.Advance(day + time.Minute)
	if got := p.get("/jobs/manual/" + made.text("job_id")); made.status != 200 || got.text("status") != inProgress {
		t.Errorf("after a day: %s", got.raw)
	}
	s.Advance(day)
	if got := p.get("/jobs/manual/" + made.text("job_id")); got.text("status") != complete {
		t.Errorf("after two: %s", got.raw)
	}
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	p := serve(t, s).as(s.Tokens()[offering(t, s).ID])
	all := p.get("/employer/documents?limit=3")
	if len(all.list("documents")) != 3 || all.at("paging", "count") == 0.0 {
		t.Fatalf("documents: %s", all.raw)
	}
	one := p.get("/employer/documents/" + all.text("documents", 0, "id"))
	if one.text("type") != all.text("documents", 0, "type") || one.text("data", "filing_status") == "" {
		t.Errorf("a document: %s", one.raw)
	}
	p.get("/employer/documents/none").wants(t, 404, "not_found_error", "item_not_found")
}

func TestForwardingIsForProgrammingInterfaces(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	web := serve(t, s)
	ask := map[string]any{"method": "GET", "route": "/v1/employees", "params": map[string]any{"page": 1}}
	got := web.as(s.Tokens()[plain(t, s).ID]).post("/forward", ask)
	if got.status != 200 || got.at("statusCode") != 200.0 || !strings.Contains(got.text("data"), "simulated") || got.text("request", "route") != "/v1/employees" {
		t.Errorf("forward: %d %s", got.status, got.raw)
	}
	web.as(s.Tokens()[harborConnection]).post("/forward", ask).wants(t, 501, "not_implemented_error", "")
	web.as(s.Tokens()[plain(t, s).ID]).post("/forward", map[string]any{"method": "GET", "route": "x"}).wants(t, 400, "bad_request", "invalid_request")
}
