package explore

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"perch/internal/finch"
)

// canaries are what may be seen nowhere, whatever field they stand in.
var canaries = []string{
	"123-45-6789", "123456789", "987 65 4321", "456.78.9012", // social security numbers
	"000998877665", "021000021", // an account and its bank
	"tok_live_9f8e7d6c5b4a39281706f5e4", "0f1e2d3c-4b5a-4968-8776-655443322110", // tokens
	"ana.souza@harbor.example", "(415) 555-0100", "+14155550101",
}

// private are what is known for private by its field alone.
var private = []string{"1985-03-04", "Anastasia", "Bradford", "17 Quarry Lane", "8271.55", "Married-Canary"}

// token is the one that the calls of these tests are made with.
const token = "0f1e2d3c-4b5a-4968-8776-655443322110"

// shapes are answers of Finch's, as data: which of their fields are shown.
var shapes = []finch.Endpoint{
	{Method: "GET", Path: "/introspect", Shown: []string{"id", "client_type", "connection_id", "connection_status.status", "products[]", "authentication_methods[].type", "authentication_methods[].connection_status.message", "entities[].id", "entities[].status", "manual"}},
	{Method: "POST", Path: "/auth/token", GivesToken: true, Shown: []string{"token_type", "client_type", "connection_id", "entity_ids[]", "products[]", "access_token"}},
	{Method: "GET", Path: "/providers", Items: ".", Shown: []string{"[].id", "[].display_name", "[].products[]", "[].authentication_methods[].type", "[].beta"}},
	{Method: "GET", Path: "/jobs/automated", Items: "data", Shown: []string{"data[].job_id", "data[].type", "data[].status", "meta.quotas.data_sync_all.allowed_refreshes"}},
	{Method: "GET", Path: "/jobs/manual/{job_id}", Items: "body", Shown: []string{"job_id", "status", "body[].individual_id", "body[].code"}},
	{Method: "GET", Path: "/employer/company", Shown: []string{"id", "entity.type", "entity.subtype", "departments[].name", "departments[].parent.name", "locations[].name", "locations[].state"}},
	people,
	{Method: "POST", Path: "/employer/individual", Items: "responses", Shown: []string{"responses[].individual_id", "responses[].code", "responses[].body.id", "responses[].body.emails[].type", "responses[].body.name", "responses[].body.finch_code"}},
	{Method: "POST", Path: "/employer/employment", Items: "responses", Shown: []string{"responses[].individual_id", "responses[].code", "responses[].body.title", "responses[].body.manager.id", "responses[].body.employment.type", "responses[].body.is_active"}},
	{Method: "GET", Path: "/employer/payment", Items: ".", Shown: []string{"[].id", "[].pay_period.start_date", "[].pay_frequencies[]", "[].individual_ids[]"}},
	{Method: "POST", Path: "/employer/pay-statement", Items: "responses", Shown: []string{"responses[].payment_id", "responses[].code", "responses[].body.paging.count", "responses[].body.pay_statements[].individual_id", "responses[].body.pay_statements[].earnings[].type"}},
	{Method: "GET", Path: "/employer/pay-groups", Items: ".", Open: true, Shown: []string{"[].id", "[].name", "[].pay_frequencies[]"}},
	{Method: "GET", Path: "/employer/pay-statement-item/rule", Items: "responses", Shown: []string{"responses[].id", "responses[].conditions[].operator", "responses[].priority"}},
	{Method: "GET", Path: "/employer/documents", Items: "documents", Shown: []string{"paging.offset", "documents[].id", "documents[].type", "documents[].year"}},
	{Method: "GET", Path: "/employer/benefits/{benefit_id}/individuals", Items: ".", Shown: []string{"[].individual_id", "[].code"}},
	{Method: "POST", Path: "/forward", Shown: []string{"request.method", "request.route", "statusCode"}},
	{Method: "POST", Path: "/disconnect", Shown: []string{"status"}},
	{Method: "GET", Path: "/nothing/shown"},
}

// everyEndpoint is every shape above and every endpoint of the table.
func everyEndpoint() []finch.Endpoint { return append(finch.Endpoints(), shapes...) }

// fill makes an answer that has all paths, each with what leaf gives it, and in
// every object what poison puts there.
func fill(paths []string, leaf func() any, poison func(map[string]any)) any {
	below := map[string][]string{}
	for _, path := range paths {
		if path == "" && len(paths) == 1 {
			return leaf()
		}
		if rest, list := strings.CutPrefix(path, "[]"); list {
			below["[]"] = append(below["[]"], strings.TrimPrefix(rest, "."))
			continue
		}
		name, rest := path, ""
		if i := strings.IndexAny(path, ".["); i >= 0 {
			name, rest = path[:i], strings.TrimPrefix(path[i:], ".")
		}
		below[name] = append(below[name], rest)
	}
	if entries := below["[]"]; entries != nil {
		return []any{fill(entries, leaf, poison), fill(entries, leaf, poison)}
	}
	object := map[string]any{}
	for name, rest := range below {
		object[name] = fill(rest, leaf, poison)
	}
	poison(object)
	return object
}

// poison puts canaries into fields that Finch has, into unknown and nested ones,
// and into names.
func poison(object map[string]any) {
	for i, canary := range append(canaries, private...) {
		bird := map[string]any{
			fmt.Sprintf("unknown_%d", i): canary,
			fmt.Sprintf("nested_%d", i):  map[string]any{"deep": []any{canary, map[string]any{canary: canary}}},
			fmt.Sprintf("list_%d", i):    []any{canary, []any{canary}},
			"Person " + canary:           canary,
			canary + " of":               []any{},
		}
		maps.Copy(object, bird)
	}
	object["ssn_number"], object["access_token"] = 123456789, token
	object["account_number"], object["phone"] = 998877665, 14155550101
	object["first_name"], object["last_name"], object["dob"] = "Anastasia", "Bradford", "1985-03-04"
	object["net_pay"] = map[string]any{"amount": 8271.55, "currency": "usd"}
	object["error_message"] = `No "Anastasia Bradford", born 1985-03-04, with 123-45-6789`
}

// failing makes a batch's entry fail, with canaries in all that is read of it.
func failing(object map[string]any) {
	poison(object)
	object["code"], object["individual_id"] = 404, "123-45-6789"
	object["body"] = map[string]any{
		"code": 404, "name": "Person 123-45-6789", "finch_code": "n_123456789",
		"message": strings.Join(canaries, ", ") + `, "Anastasia Bradford" '17 Quarry Lane' born 1985-03-04 earns 8271.55 is "Married-Canary 2"`,
	}
}

func clean(map[string]any) {}

func assertNone(t *testing.T, m *Masked, birds []string) {
	t.Helper()
	var decoded any
	if err := json.Unmarshal(m.JSON, &decoded); err != nil {
		t.Fatalf("masked is no JSON: %v", err)
	}
	all := fmt.Sprintf("%s\n%v\n%+v\n%+v\n%d %d", m.JSON, decoded, m.Fields, m.Failed, m.Total, m.Offset)
	for _, bird := range birds {
		if at := strings.Index(all, bird); at >= 0 {
			t.Errorf("%q is seen: …%.200s", bird, all[max(0, at-80):])
		}
	}
}

func TestNoCanaryIsSeenInFieldsThatAreNotShown(t *testing.T) {
	t.Parallel()
	for _, e := range everyEndpoint() {
		t.Run(e.Name(), func(t *testing.T) {
			t.Parallel()
			for name, poisoned := range map[string]func(map[string]any){"well": poison, "failed": failing} {
				leaves := 0
				body := asJSON(t, fill(e.Shown, func() any { leaves++; return "allowed" }, poisoned))
				m := masked(t, e, body, Seen{Secrets: []string{token}})
				assertNone(t, m, canaries)
				assertNone(t, m, private)
				if name == "well" {
					assertShown(t, e, m, leaves)
				}
				if batch := e.Items == "responses"; batch && name == "failed" && len(m.Failed) != 2 {
					t.Errorf("%d failed", len(m.Failed))
				}
			}
		})
	}
}

// assertShown wants all shown values but tokens back. The poison stands in the
// place of a few.
func assertShown(t *testing.T, e finch.Endpoint, m *Masked, leaves int) {
	t.Helper()
	for _, path := range e.Shown {
		name := strings.TrimRight(path[strings.LastIndex(path, ".")+1:], "[]")
		if isSecret(name) || name == "first_name" || name == "last_name" || name == "net_pay" || strings.Contains(path, "net_pay.") {
			return
		}
	}
	if got := strings.Count(string(m.JSON), `"allowed"`); got != leaves {
		t.Errorf("%d of %d shown values are seen", got, leaves)
	}
}

func TestNoCanaryIsSeenInsideOfShownValues(t *testing.T) {
	t.Parallel()
	for _, e := range everyEndpoint() {
		t.Run(e.Name(), func(t *testing.T) {
			t.Parallel()
			for _, form := range []string{"%s", "see %s.", "id-%s", "x%sy", "%[1]s/%[1]s", "{\"a\":\"%s\"}", "2026-11-28 %s", "née %s ü"} {
				for _, canary := range canaries {
					body := asJSON(t, fill(e.Shown, func() any { return fmt.Sprintf(form, canary) }, clean))
					assertNone(t, masked(t, e, body, Seen{Secrets: []string{token}}), canaries)
				}
			}
			for _, number := range []string{"123456789", "-123456789", "123456789.5", "0.123456789", "1.23456789e8", "12345678900e-2"} {
				body := asJSON(t, fill(e.Shown, func() any { return json.RawMessage(number) }, clean))
				assertNone(t, masked(t, e, body, Seen{Secrets: []string{token}}), []string{"123456789", number})
			}
		})
	}
}

func TestRevealingOneFieldRevealsNoOther(t *testing.T) {
	t.Parallel()
	for _, e := range everyEndpoint() {
		t.Run(e.Name(), func(t *testing.T) {
			t.Parallel()
			body := asJSON(t, fill(e.Shown, func() any { return "allowed" }, poison))
			s := Seen{Secrets: []string{token}}
			for _, f := range masked(t, e, body, s).Fields {
				if strings.HasSuffix(f.Path, "first_name") || f.Secret {
					s.Reveal = append(s.Reveal, f.Path)
				}
			}
			m := masked(t, e, body, s)
			assertNone(t, m, canaries)
			assertNone(t, m, []string{"1985-03-04", "Bradford", "17 Quarry Lane", "8271.55"})
			if !strings.Contains(string(m.JSON), `"first_name":"Anastasia"`) && strings.Contains(string(m.JSON), `"first_name"`) {
				t.Errorf("the chosen field is not revealed in %.300s", m.JSON)
			}
		})
	}
}

func TestNoTokenIsSeenInAllThatCanBeRevealed(t *testing.T) {
	t.Parallel()
	for _, e := range everyEndpoint() {
		t.Run(e.Name(), func(t *testing.T) {
			t.Parallel()
			body := asJSON(t, fill(e.Shown, func() any { return "a " + token + " b" }, failing))
			s := Seen{Secrets: []string{token}}
			for _, f := range masked(t, e, body, s).Fields {
				s.Reveal = append(s.Reveal, f.Path)
			}
			assertNone(t, masked(t, e, body, s), []string{token, strings.ReplaceAll(token, "-", "")})
		})
	}
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	if b[0] != '{' && b[0] != '[' {
		t.Fatalf("the answer is %s", b)
	}
	return string(b)
}
