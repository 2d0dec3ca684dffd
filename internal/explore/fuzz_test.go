package explore

import (
	"encoding/json"
	"strings"
	"testing"

	"perch/internal/finch"
	"perch/internal/mask"
)

var anything = finch.Endpoint{
	Items: "individuals", Shown: []string{"id", "individuals[].id", "individuals[].tags[]", "[].id", "[][]", "responses[].code", "responses[].body.name", "paging.count"},
}

func FuzzMask(f *testing.F) {
	for _, seed := range []string{
		`{"individuals":[{"id":"123-45-6789","tags":["a@b.example",1,null,{}],"Ana S":1}],"paging":{"count":2}}`,
		`[{"id":"x"},[1,"2026-11-28"]]`, `{"responses":[{"code":404,"body":{"name":"n","message":"m"}}]}`, `{"\u0069d":"\ud83d\ude00"}`, `{"a":1,"a":2}`, `null`, ``,
	} {
		f.Add(seed, "individuals[].tags")
	}
	f.Fuzz(func(t *testing.T, body, reveal string) {
		for _, s := range []Seen{{}, {Reveal: []string{reveal}, Secrets: []string{"hush"}, From: 1, Count: 2}} {
			m, err := Mask(anything, []byte(body), s)
			if err != nil || m == nil {
				return
			}
			checkMasked(t, m)
			if s.Reveal != nil {
				if strings.Contains(string(m.JSON), "hush") {
					t.Errorf("the secret is seen in %s", m.JSON)
				}
				continue
			}
			again, err := Mask(anything, m.JSON, s)
			if err != nil {
				t.Fatalf("mask %s again: %v", m.JSON, err)
			}
			if string(again.JSON) != string(m.JSON) {
				t.Errorf("%s\nbecame %s\nthe second time", m.JSON, again.JSON)
			}
		}
	})
}

// checkMasked wants what Masked promises of any answer.
func checkMasked(t *testing.T, m *Masked) {
	t.Helper()
	if err := decoder(m.JSON).SkipValue(); err != nil || !json.Valid(m.JSON) {
		t.Fatalf("masked is no JSON: %s", m.JSON)
	}
	if m.Items != len(m.places) || len(m.Fields) > maxFields+1 {
		t.Errorf("%d items in %d places, %d fields", m.Items, len(m.places), len(m.Fields))
	}
	for _, p := range append([]span{m.list}, m.places...) {
		if part := m.JSON[p.from:p.to]; len(part) > 0 && !json.Valid(part) {
			t.Errorf("a place holds %s", part)
		}
	}
}

func FuzzNoCanarySurvives(f *testing.F) {
	f.Add("", "", "")
	f.Add("see ", ".", "name")
	f.Add("\u200b", "•", "tags")
	f.Add("0", "9", "123")
	f.Add("11111111-2222-4333-8444-", "", "id")
	f.Add(`"'`, `\"`, "a.b")
	f.Fuzz(func(t *testing.T, before, after, name string) {
		before, after, name = strings.ToValidUTF8(before, ""), strings.ToValidUTF8(after, ""), strings.ToValidUTF8(name, "")
		for _, canary := range []string{"123-45-6789", "(415) 555-0100", "ana.souza@harbor.example", "xoxb-17-canary", "0f1e2d3c-4b5a"} {
			seen := Seen{Secrets: []string{"0f1e2d3c-4b5a"}}
			s := before + canary + after
			body, err := json.Marshal(map[string]any{"id": s, name + "x": s, "individuals": []any{map[string]any{"id": s, name: s, s: s, "tags": []any{s}}}})
			if err != nil {
				t.Fatalf("encode: %v", err)
			}
			m := masked(t, anything, string(body), seen)
			assertNone(t, m, []string{canary})
			if strings.Contains(mask.Text(s), canary) && canary != "0f1e2d3c-4b5a" {
				t.Errorf("%q is seen in %q", canary, mask.Text(s))
			}
		}
	})
}
