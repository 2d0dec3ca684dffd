package alert_test

import (
	"testing"

	"perch/internal/alert"
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
	if len(said) != 8 || len(alert.JobKinds()) != 6 {
		t.Errorf("%d kinds, %d of jobs", len(said), len(alert.JobKinds()))
	}
	if alert.Outage.Plain() != "outage" {
		t.Errorf("an outage is said as %q", alert.Outage.Plain())
	}
}
