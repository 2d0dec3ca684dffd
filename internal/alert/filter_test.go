package alert_test

import (
	"testing"

	"perch/internal/alert"
	"perch/internal/connect"
)

// harbor is a problem of a production customer, as most are.
func harbor(change func(*alert.Problem)) alert.Problem {
	p := alert.Problem{
		ID:    7,
		Key:   alert.Key{Kind: alert.JobFailed, ConnectionID: "c0ffee00-1111-4222-8333-444455556666", Part: "data_sync_all"},
		Class: "job_failed|data_sync_all",
		Subject: alert.Subject{
			CustomerID: "cust_1042", CustomerName: "Harbor Café Roasters", CompanyID: "a9a9a9a9-0000-4000-8000-000000000001",
			ProviderID: "paychex_flex", ProviderName: "Paychex Flex", Environment: "production",
			Products: []string{"employer:company", "directory", "employer:pay_statement"},
		},
		State: alert.Open, Count: 1,
	}
	if change != nil {
		change(&p)
	}
	return p
}

func bakery(p *alert.Problem) { p.Key.EntityID, p.Subject.EntityName = "0099124", "Harbor Bakery Inc" }

func parsed(t testing.TB, text string) alert.Wish {
	t.Helper()
	w, _, err := alert.ParseWish(text)
	if err != nil {
		t.Fatalf("ParseWish(%q): %v", text, err)
	}
	return w
}

func TestMatches(t *testing.T) {
	t.Parallel()
	inSandbox := func(p *alert.Problem) { p.Subject.Sandbox = true } // Finch's data, whatever the environment
	development := func(p *alert.Problem) { p.Subject.Environment = "development" }
	kind := func(k alert.Kind) func(*alert.Problem) { return func(p *alert.Problem) { p.Key.Kind = k } }
	outage := func(p *alert.Problem) {
		p.Key = alert.Key{Kind: alert.Outage, Part: "gusto/job_failed"}
		p.Subject = alert.Subject{ProviderID: "gusto", ProviderName: "Gusto"}
	}
	at := func(k alert.Kind, stage connect.Stage) func(*alert.Problem) {
		return func(p *alert.Problem) {
			p.Key, p.Class = alert.Key{Kind: k, Part: alert.PartOfCustomer("cust_1042")}, string(k)
			p.Subject.Products, p.Facts.Session.Stage = nil, stage
		}
	}
	blind := func(p *alert.Problem) { *p = alert.Problem{Key: alert.Key{Kind: alert.Blind, Part: "finch"}} }
	tests := []struct {
		name    string
		text    string
		problem func(*alert.Problem)
		reason  string // empty: it matches
	}{
		{"the default", "", nil, ""},
		{"the default leaves ended connections out", "", kind(alert.Disconnected), "kind not asked for"},
		{"all hears of ended connections", "all", kind(alert.Disconnected), ""},
		{"another kind", "reauth", nil, "kind not asked for"},
		{"a kind left out of a group", "jobs -job_failed", nil, "kind not asked for"},

		{"sandbox is left out by itself", "", inSandbox, "sandbox"},
		{"sandbox when it is asked for", "env:sandbox", inSandbox, ""},
		{"sandbox alone asked for", "env:sandbox", nil, "env not asked for"},
		{"sandbox beside production", "env:production,sandbox", inSandbox, ""},
		{"production asked for is no sandbox", "env:production", inSandbox, "sandbox"},
		{"production asked for", "env:production", nil, ""},
		{"development where production is asked for", "env:production", development, "env not asked for"},
		{"development by itself is heard", "", development, ""},
		{"development excluded", "-env:development", development, "env excluded"},
		{"an excluded environment leaves sandbox out all the same", "-env:development", inSandbox, "sandbox"},
		{"every environment is also one that Finch adds", "env:production,development,sandbox", func(p *alert.Problem) { p.Subject.Environment = "staging" }, ""},

		{"a customer by part of the name, no case, no accents", "customer:CAFE", nil, ""},
		{"a customer by several words", `customer:"harbor cafe"`, nil, ""},
		{"a customer by id", "customer:CUST_1042", nil, ""},
		{"a customer by part of the id", "customer:cust_10", nil, "customer not asked for"},
		{"a customer by company", "customer:a9a9a9a9-0000-4000-8000-000000000001", nil, ""},
		{"a customer by connection", "customer:c0ffee00-1111-4222-8333-444455556666", nil, ""},
		{"one of several customers", "customer:acme,harbor", nil, ""},
		{"another customer", "customer:acme", nil, "customer not asked for"},
		{"a customer excluded", "-customer:harbor", nil, "customer excluded"},
		{"excluding is stronger than asking", "customer:harbor -customer:roasters", nil, "customer excluded"},

		{"a provider by id", "provider:paychex_flex", nil, ""},
		{"a provider by part of the name", "provider:paychex", nil, ""},
		{"another provider", "provider:gusto", nil, "provider not asked for"},
		{"a provider excluded", "-provider:flex", nil, "provider excluded"},
		{"different names must all hold", "customer:harbor provider:gusto", nil, "provider not asked for"},

		{"automated", "type:automated", nil, ""},
		{"assisted", "type:assisted", nil, "type not asked for"},
		{"an assisted one", "type:assisted", func(p *alert.Problem) { p.Subject.Assisted = true }, ""},
		{"automated excluded", "-type:automated", nil, "type excluded"},

		{"a product without its prefix", "product:company", nil, ""},
		{"a product without prefix at all", "product:directory", nil, ""},
		{"a group of products", "product:payroll", nil, ""},
		{"a part of a product is none", "product:pay", nil, "product not asked for"},
		{"a product excluded", "-product:directory", nil, "product excluded"},

		{"an entity by id", "entity:0099124", bakery, ""},
		{"an entity by part of the name", "entity:bakery", bakery, ""},
		{"another entity", "entity:llc", bakery, "entity not asked for"},
		{"an entity where Finch named none", "entity:bakery", nil, "entity not asked for"},
		{"an entity excluded", "-entity:bakery", bakery, "entity excluded"},
		{"an entity excluded where Finch named none", "-entity:bakery", nil, ""},

		{"an outage as what it is made of", "job_failed", outage, ""},
		{"an outage of another kind", "reauth", outage, "kind not asked for"},
		{"an outage of nothing known", "all", func(p *alert.Problem) { outage(p); p.Class = "weather" }, "kind not asked for"},
		{"an outage of the provider", "provider:gusto", outage, ""},
		{"an outage of a provider excluded", "-provider:gusto", outage, "provider excluded"},
		{"an outage whatever its customers", "customer:acme type:assisted env:production", outage, ""},

		{"employers who stop, by default", "", at(alert.DroppedOff, connect.MFA), ""},
		{"nothing more of sessions by default", "", at(alert.AuthErrors, connect.MFA), "kind not asked for"},
		{"the group of sessions", "sessions", at(alert.LinkUnused, ""), ""},
		{"at a stage", "stage:terms_of_service", at(alert.DroppedOff, connect.TermsOfService), ""},
		{"at a stage as people call it", `stage:"terms of SERVICE"`, at(alert.DroppedOff, connect.TermsOfService), ""},
		{"at a stage by its name on cards", "stage:verification", at(alert.DroppedOff, connect.MFA), ""},
		{"at a stage that Perch does not know", "stage:bank_details", at(alert.DroppedOff, "bank_details"), ""},
		{"at another stage", "stage:mfa", at(alert.DroppedOff, connect.TermsOfService), "stage not asked for"},
		{"a part of a stage's name is no stage", "stage:terms", at(alert.DroppedOff, connect.TermsOfService), "stage not asked for"},
		{"at no stage that anybody told", "stage:mfa", at(alert.DroppedOff, ""), "stage not asked for"},
		{"at a stage excluded", "-stage:mfa", at(alert.DroppedOff, connect.MFA), "stage excluded"},
		{"at none of those excluded", "-stage:mfa", at(alert.DroppedOff, ""), ""},
		{"errors at a stage", "sessions stage:mfa", at(alert.AuthErrors, connect.TermsOfService), "stage not asked for"},
		{"a stage narrows no links", "sessions stage:mfa", at(alert.LinkUnused, ""), ""},
		{"a stage silences no failed sync", "stage:mfa", nil, ""},
		{"a product narrows no sessions", "product:payroll", at(alert.DroppedOff, connect.MFA), ""},
		{"an employer by name", "customer:harbor -stage:mfa", at(alert.DroppedOff, connect.TermsOfService), ""},
		{"another employer", "customer:acme", at(alert.DroppedOff, connect.TermsOfService), "customer not asked for"},
		{"production is what nobody calls otherwise", "env:production", at(alert.DroppedOff, connect.MFA), ""},

		{"blind is about everybody", "blind customer:acme env:production", blind, ""},
		{"blind unless it is not asked for", "jobs", blind, "kind not asked for"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ok, reason := parsed(t, tt.text).Matches(harbor(tt.problem))
			if reason != tt.reason || ok != (tt.reason == "") {
				t.Errorf("%q: matches %t, %q; want %q", tt.text, ok, reason, tt.reason)
			}
		})
	}
}

func TestKindsInWords(t *testing.T) {
	t.Parallel()
	said := map[string]bool{}
	for _, k := range alert.AllKinds() {
		plain := k.Plain()
		if plain == "" || plain == string(k) || said[plain] {
			t.Errorf("%s is said as %q", k, plain)
		}
		said[plain] = true
	}
	if len(said) != 12 || len(alert.JobKinds()) != 6 || len(alert.SessionKinds()) != 4 {
		t.Errorf("%d kinds, %d of jobs, %d of sessions", len(said), len(alert.JobKinds()), len(alert.SessionKinds()))
	}
	if alert.Outage.Plain() != "outage" {
		t.Errorf("an outage is said as %q", alert.Outage.Plain())
	}
}
