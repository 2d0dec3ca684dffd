package finch

import (
	"net/http"
	"testing"
	"time"
)

func TestGateRefusesAsFinchDoes(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	tokens := s.Tokens()
	p := serve(t, s)
	good := p.as(tokens[harborConnection])
	oldVersion := *good
	oldVersion.version = ""
	for name, c := range map[string]struct {
		got       answered
		status    int
		errorName string
		finchCode string
	}{
		"no version":            {oldVersion.get("/introspect"), 400, "bad_request", "invalid_request"},
		"no token":              {p.get("/introspect"), 401, "unauthorized_request_error", ""},
		"wrong token":           {p.as("nobody's").get("/introspect"), 401, "invalid_token_error", ""},
		"wrong client":          {p.by("a", "b").post("/connect/sessions", map[string]any{}), 401, "invalid_client_error", ""},
		"bearer where basic is": {good.post("/connect/sessions", map[string]any{}), 401, "invalid_client_error", ""},
		"product not granted":   {good.get("/employer/documents"), 403, "insufficient_scope_error", ""},
		"entity not named":      {good.get("/employer/company"), 400, "bad_request", "invalid_request"},
		"unknown path":          {good.get("/connections"), 404, "not_found_error", ""},
		"wrong method":          {good.get("/disconnect"), 404, "not_found_error", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c.got.wants(t, c.status, c.errorName, c.finchCode)
			if c.got.header.Get("Finch-Request-Id") == "" {
				t.Error("no Finch-Request-Id")
			}
			if code, _ := c.got.at("code").(float64); int(code) != c.status {
				t.Errorf("code %v, want %d", c.got.at("code"), c.status)
			}
		})
	}
}

func TestDataEndpointsAnswerByStatus(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]struct {
		code            int
		name, finchCode string
	}{
		connected:     {200, "", ""},
		pending:       {202, "", ""},
		processing:    {202, "", ""},
		reauth:        {401, "authentication_error", "reauthenticate_user"},
		notSetUp:      {401, "authentication_error", "account_setup_required"},
		noPermissions: {403, "error_permissions", "insufficient_account_permissions"},
		disconnected:  {401, "invalid_token_error", ""},
	} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			s := local(t, Options{})
			c := plain(t, s)
			p := serve(t, s).as(s.Tokens()[c.ID])
			if err := s.SetStatus(c.ID, status, ""); err != nil {
				t.Fatal(err)
			}
			got := p.get("/employer/directory")
			got.wants(t, want.code, want.name, want.finchCode)
			if want.code == http.StatusAccepted && got.raw != "" {
				t.Errorf("202 with a body: %s", got.raw)
			}
			introspected := p.get("/introspect")
			if status == disconnected {
				introspected.wants(t, 401, "invalid_token_error", "")
			} else if introspected.text("connection_status", "status") != status {
				t.Errorf("introspect says %s", introspected.raw)
			}
		})
	}
}

func TestEntityAndMethodStatusCountToo(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	p := serve(t, s).as(s.Tokens()[harborConnection])
	const first, second = "11111111-aaaa-4bbb-8ccc-000000000001", "11111111-aaaa-4bbb-8ccc-000000000002"
	if got := p.get("/employer/company?entity_ids[]=" + first); got.status != 200 || got.text("legal_name") != "Harbor Coffee LLC" {
		t.Errorf("first entity: %d %s", got.status, got.raw)
	}
	p.get("/employer/company?entity_ids="+second).wants(t, 401, "authentication_error", "reauthenticate_user")
	if got := p.get("/employer/benefits?entity_ids=" + first); got.status != 202 {
		t.Errorf("deductions of a pending method: %d %s, want 202", got.status, got.raw)
	}
	p.get("/employer/company?entity_ids="+first+","+second).wants(t, 400, "bad_request", "invalid_request")
	p.get("/employer/company?entity_ids[]=stranger").wants(t, 400, "bad_request", "invalid_request")
}

func TestRateLimitIsPerClientAndEndpointAndRolls(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	tokens := s.Tokens()
	web := serve(t, s)
	acme, blue := web.as(tokens[plain(t, s).ID]), web.as(tokens[named(t, s, "Saffron Table").ID])
	staging := web.as(tokens[named(t, s, "Staging Bakery").ID])
	for i := range 20 {
		if got := acme.get("/employer/company"); got.status != 200 {
			t.Fatalf("request %d: %d %s", i, got.status, got.raw)
		}
	}
	refused := blue.get("/employer/company")
	refused.wants(t, 429, "rate_limit_exceeded_error", "finch_application_rl")
	if refused.at("statusCode") != 429.0 || refused.at("status") != 429.0 {
		t.Errorf("429 body %s", refused.raw)
	}
	if got := acme.get("/employer/directory"); got.status != 200 {
		t.Errorf("another endpoint: %d", got.status)
	}
	if got := staging.get("/employer/company"); got.status != 200 {
		t.Errorf("another client: %d", got.status)
	}
	s.Advance(59 * time.Second)
	acme.get("/employer/company").wants(t, 429, "rate_limit_exceeded_error", "finch_application_rl")
	s.Advance(2 * time.Second)
	if got := acme.get("/employer/company"); got.status != 200 {
		t.Errorf("after the window: %d", got.status)
	}
	for range 30 {
		if got := acme.get("/introspect"); got.status != 200 {
			t.Fatalf("introspect has no limit, got %d", got.status)
		}
	}
}

func TestAddressLimitBansForAnHour(t *testing.T) {
	t.Parallel()
	s := local(t, Options{AddressLimit: 5, Limits: map[string]int{"/employer/company": 1}})
	p := serve(t, s).as(s.Tokens()[plain(t, s).ID])
	for range 5 {
		p.get("/introspect")
	}
	p.get("/introspect").wants(t, 429, "rate_limit_exceeded_error", "finch_api_ip_rl")
	s.Advance(59 * time.Minute)
	p.get("/introspect").wants(t, 429, "rate_limit_exceeded_error", "finch_api_ip_rl")
	s.Advance(2 * time.Minute)
	if got := p.get("/introspect"); got.status != 200 {
		t.Errorf("after the hour: %d", got.status)
	}
	p.get("/employer/company")
	p.get("/employer/company").wants(t, 429, "rate_limit_exceeded_error", "finch_application_rl")
}
