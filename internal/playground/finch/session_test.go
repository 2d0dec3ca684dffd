package finch

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// asked is a peer of the production application, its id and its secret.
func asked(t *testing.T, s *Server, environment string) (p *peer, id, secret string) {
	t.Helper()
	id, secret = s.Client(environment)
	return serve(t, s).by(id, secret), id, secret
}

func TestSessionBecomesAConnection(t *testing.T) {
	t.Parallel()
	s := local(t, Options{ConnectURL: "https://connect.example/"})
	p, id, secret := asked(t, s, production)
	made := p.post("/connect/sessions", map[string]any{
		"customer_id": "new-1", "customer_name": "New Customer", "products": []string{"company", "directory", "payment"},
		"integration": map[string]any{"provider": "bamboo_hr"},
	})
	session := made.text("session_id")
	if made.status != 201 || made.text("connect_url") != "https://connect.example/authorize?session="+session {
		t.Fatalf("session: %d %s", made.status, made.raw)
	}
	code, err := s.FinishSession(session)
	if err != nil {
		t.Fatal(err)
	}
	p.basic = [2]string{}
	body := map[string]any{"client_id": id, "client_secret": secret, "code": code}
	got := p.post("/auth/token", body)
	if got.status != 200 || got.text("token_type") != "bearer" || got.text("customer_id") != "new-1" ||
		got.text("provider_id") != "bamboo_hr" || got.text("client_type") != production || len(got.list("entity_ids")) != 1 {
		t.Fatalf("token: %d %s", got.status, got.raw)
	}
	p.post("/auth/token", body).wants(t, 400, "invalid_grant_error", "")

	employer := p.as(got.text("access_token"))
	state := employer.get("/introspect")
	if state.text("connection_id") != got.text("connection_id") || state.text("connection_status", "status") != processing {
		t.Errorf("the new connection: %s", state.raw)
	}
	s.Advance(time.Minute)
	if state = employer.get("/introspect"); state.text("connection_status", "status") != connected {
		t.Errorf("after its first sync: %s", state.raw)
	}
}

func TestReauthenticationGivesANewTokenOfTheSameConnection(t *testing.T) {
	t.Parallel()
	for name, revokes := range map[string]bool{"the old token works on": false, "the old token ends": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := local(t, Options{RevokeReplaced: revokes})
			c := named(t, s, "Blue Fern Dental")
			old := s.Tokens()[c.ID]
			p, id, secret := asked(t, s, production)
			made := p.post("/connect/sessions/reauthenticate", map[string]any{"connection_id": c.ID})
			code, err := s.FinishSession(made.text("session_id"))
			if made.status != 201 || err != nil {
				t.Fatalf("session: %d %s, %v", made.status, made.raw, err)
			}
			got := p.post("/auth/token", map[string]any{"client_id": id, "client_secret": secret, "code": code})
			fresh := p.as(got.text("access_token"))
			fresh.basic = [2]string{}
			state := fresh.get("/introspect")
			if got.text("connection_id") != c.ID || got.text("access_token") == old ||
				state.text("id") == c.TokenIDs[0] || state.text("connection_status", "status") != connected {
				t.Errorf("token %s, state %s", got.raw, state.raw)
			}
			want := http.StatusOK
			if revokes {
				want = http.StatusUnauthorized
			}
			if status := fresh.as(old).get("/introspect").status; status != want {
				t.Errorf("the old token: %d, want %d", status, want)
			}
		})
	}
}

func TestSessionsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	p, _, _ := asked(t, s, production)
	good := func(change string, to any) map[string]any {
		body := map[string]any{"customer_id": "c", "customer_name": "n", "products": []string{"company"}}
		body[change] = to
		return body
	}
	for name, body := range map[string]map[string]any{
		"no customer":         good("customer_id", ""),
		"name of 256":         good("customer_name", strings.Repeat("é", 256)),
		"no products":         good("products", []string{}),
		"unknown product":     good("products", []string{"everything"}),
		"both deductions":     good("products", []string{"benefits", "deduction"}),
		"expires in no time":  good("minutes_to_expire", 0),
		"expires after 90 d":  good("minutes_to_expire", 129_601),
		"unknown provider":    good("integration", map[string]any{"provider": "abacus"}),
		"redirect over http":  good("redirect_uri", "http://example.com/back"),
		"customer is reused":  good("customer_id", harborCustomer),
		"customer is a digit": good("customer_id", 7),
	} {
		t.Run(name, func(t *testing.T) { p.post("/connect/sessions", body).wants(t, 400, "bad_request", "invalid_request") })
	}
	ended := named(t, s, "Old Mill Press")
	for name, id := range map[string]string{"unknown": "nobody", "ended": ended.ID, "of another client": named(t, s, "Staging Bakery").ID} {
		t.Run(name, func(t *testing.T) {
			p.post("/connect/sessions/reauthenticate", map[string]any{"connection_id": id}).wants(t, 404, "not_found_error", "item_not_found")
		})
	}
}

func TestCodesAndLinksExpire(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	p, id, secret := asked(t, s, production)
	link := func(customer string) string {
		return p.post("/connect/sessions", map[string]any{
			"customer_id": customer, "customer_name": "n", "products": []string{"company"}, "minutes_to_expire": 30,
		}).text("session_id")
	}
	code, err := s.FinishSession(link("one"))
	if err != nil {
		t.Fatal(err)
	}
	late := link("two")
	s.Advance(10 * time.Minute)
	p.post("/auth/token", map[string]any{"client_id": id, "client_secret": secret, "code": code}).wants(t, 400, "invalid_grant_error", "")
	s.Advance(20 * time.Minute)
	if _, err := s.FinishSession(late); err == nil {
		t.Error("an expired link was finished")
	}
	p.post("/auth/token", map[string]any{"client_id": id, "client_secret": "wrong", "code": code}).wants(t, 401, "invalid_client_error", "")
	p.post("/auth/token", map[string]any{"client_id": id}).wants(t, 400, "bad_request", "invalid_request")
}

func TestConnectPage(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	p, id, secret := asked(t, s, production)
	made := p.post("/connect/sessions", map[string]any{
		"customer_id": "page", "customer_name": "<b>Bold</b>", "products": []string{"company"}, "redirect_uri": "https://host.example/back?a=b",
	})
	page := p.get(strings.TrimPrefix(made.text("connect_url"), p.url))
	if !strings.Contains(page.raw, "simulation") || strings.Contains(page.raw, "<b>Bold") || !strings.Contains(page.header.Get("Content-Security-Policy"), "script-src 'self'") {
		t.Errorf("page: %v %s", page.header, page.raw)
	}
	if script := p.get("/authorize/page.js"); !strings.Contains(script.raw, "finch-auth-message-v2") {
		t.Errorf("the page's script: %d %s", script.status, script.raw)
	}
	if script := p.get("/connect.js"); script.status != 200 || !strings.Contains(script.raw, "finch-connect-iframe") {
		t.Errorf("script: %d %s", script.status, script.raw)
	}
	response, err := http.PostForm(p.url+"/authorize", url.Values{"session": {made.text("session_id")}, "provider": {"gusto"}, "state": {"s"}})
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if got := s.Sessions(); len(got) != 1 || !got[0].Done || got[0].ConnectionID == nil {
		t.Errorf("sessions %+v", got)
	}
	if again := p.get("/authorize?session=" + made.text("session_id")); !strings.Contains(again.raw, "used already") {
		t.Errorf("the link again: %s", again.raw)
	}
	s.mu.Lock()
	var code string
	for given := range s.world.codes {
		code = given
	}
	s.mu.Unlock()
	body := map[string]any{"client_id": id, "client_secret": secret, "code": code}
	p.post("/auth/token", body).wants(t, 400, "invalid_grant_error", "") // the redirect is missing
	body["redirect_uri"] = "https://host.example/back?a=b"
	if got := p.post("/auth/token", body); got.status != 200 {
		t.Errorf("with the redirect: %d %s", got.status, got.raw)
	}
	if got := withCode("https://host.example/back?a=b", "c", "s"); got != "https://host.example/back?a=b&code=c&state=s" {
		t.Errorf("redirect to %s", got)
	}
}

func TestDisconnectEndsTheConnectionForGood(t *testing.T) {
	t.Parallel()
	s, b := receiving(t, Options{})
	c := plain(t, s)
	p := serve(t, s).as(s.Tokens()[c.ID])
	if got := p.post("/disconnect", nil); got.status != 200 || got.text("status") != "success" {
		t.Fatalf("disconnect: %d %s", got.status, got.raw)
	}
	p.get("/introspect").wants(t, 401, "invalid_token_error", "")
	p.post("/disconnect", nil).wants(t, 401, "invalid_token_error", "")
	if got := b.arrived(s); len(got) != 1 || got[0].Data["status"] != disconnected {
		t.Errorf("events %v", got)
	}
	if now, _ := s.Connection(c.ID); now.Status != disconnected || now.NextSync != nil {
		t.Errorf("state %+v", now)
	}
	if err := s.SetStatus(c.ID, connected, ""); err == nil {
		t.Error("an ended connection was connected again")
	}
}

func TestDisconnectEntityLeavesTheOthers(t *testing.T) {
	t.Parallel()
	s, b := receiving(t, Options{})
	c := named(t, s, "Summit Ridge Hospitality")
	p := serve(t, s).as(s.Tokens()[c.ID])
	p.post("/disconnect-entity", map[string]any{"entity_ids": []string{}}).wants(t, 400, "bad_request", "invalid_request")
	p.post("/disconnect-entity", map[string]any{"entity_ids": []string{"stranger"}}).wants(t, 400, "bad_request", "invalid_request")
	got := p.post("/disconnect-entity", map[string]any{"entity_ids": []string{c.Entities[0].ID, c.Entities[1].ID}})
	if got.status != 200 || len(b.arrived(s)) != 2 {
		t.Errorf("%d %s, %d events, want 2", got.status, got.raw, len(b.arrived(s)))
	}
	state := p.get("/introspect")
	if state.text("entities", 0, "status") != disconnected || state.text("entities", 2, "status") != connected {
		t.Errorf("state %s", state.raw)
	}
	p.get("/employer/company?entity_ids="+c.Entities[0].ID).wants(t, 404, "not_found_error", "item_not_found")
}

func TestSessionLinksNameTheHostTheyWereAskedFrom(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	id, secret := s.Client(sandbox)
	web := httptest.NewServer(s.API())
	t.Cleanup(web.Close)
	p := (&peer{t: t, url: web.URL, version: apiVersion}).by(id, secret)
	got := p.post("/connect/sessions", map[string]any{"customer_id": "x", "customer_name": "X", "products": []string{"company"}})
	if !strings.HasPrefix(got.text("connect_url"), web.URL+"/authorize?session=") {
		t.Errorf("link %s", got.raw)
	}
	code, err := s.FinishSession(got.text("session_id"))
	if err != nil {
		t.Fatal(err)
	}
	token := p.post("/auth/token", map[string]any{"client_id": id, "client_secret": secret, "code": code})
	if token.text("connection_type") != "finch" || token.text("client_type") != sandbox {
		t.Errorf("a sandbox client's connection: %s", token.raw)
	}
}
