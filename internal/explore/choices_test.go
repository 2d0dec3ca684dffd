package explore

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"perch/internal/finch"
)

const directoryAnswer = `{"paging":{"offset":0,"count":5},"individuals":[
{"id":"5d0b2f3a-0000-4000-8000-000000000001","first_name":"Zoë","middle_name":null,"last_name":"Ångström","department":{"name":"Kitchen"},"is_active":true},
{"id":"5d0b2f3b-0000-4000-8000-000000000002","first_name":"Anna-Maria","middle_name":"Li","last_name":"Ångström","department":{"name":"Bar"},"is_active":false},
{"id":"77777777-0000-4000-8000-000000000003","first_name":"Ann","middle_name":null,"last_name":"Kitchener","department":null,"is_active":null},
{"id":null,"first_name":"Nobody","last_name":"Atall"},
{"id":"two words","first_name":"Odd"},
{"id":4,"first_name":"Number"},
"no object"]}`

const payments = `[
{"id":"11111111-0000-4000-8000-000000000001","pay_date":"2026-11-15","pay_period":{"start_date":"2026-11-01","end_date":"2026-11-14"}},
{"id":"22222222-0000-4000-8000-000000000002","pay_date":"soon","pay_period":null}]`

func TestReadChoices(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		pick finch.Pick
		body string
		want string // ID | Label
	}{
		{"people", finch.PickPerson, directoryAnswer, `
5d0b2f3a-0000-4000-8000-000000000001 | Kitchen · active · 5d0b2f3a
5d0b2f3b-0000-4000-8000-000000000002 | Bar · inactive · 5d0b2f3b
77777777-0000-4000-8000-000000000003 | 77777777`},
		{"payments, newest first", finch.PickPayment, `[{"id":"33333333-1","pay_date":"2026-10-30"},{"id":"44444444-1","pay_date":"2026-11-13"}]`, `
44444444-1 | paid 2026-11-13 · 44444444
33333333-1 | paid 2026-10-30 · 33333333`},
		{"payments", finch.PickPayment, payments, `
11111111-0000-4000-8000-000000000001 | paid 2026-11-15 · period 2026-11-01 to 2026-11-14 · 11111111
22222222-0000-4000-8000-000000000002 | 22222222`},
		{"pay groups", finch.PickPayGroup, `[{"id":"aaaaaaaa-1","name":"Weekly","pay_frequencies":["weekly"]}]`, `
aaaaaaaa-1 | Weekly · aaaaaaaa`},
		{"benefits", finch.PickBenefit, `[{"benefit_id":"bbbbbbbb-1","type":"401k","description":"Zoë only","frequency":"monthly"},{"id":"x"}]`, `
bbbbbbbb-1 | 401k · monthly · bbbbbbbb`},
		{"rules", finch.PickRule, `{"responses":[{"id":"cccccccc-1","conditions":[{"value":"Zoë"}]}]}`, `
cccccccc-1 | cccccccc`},
		{"documents", finch.PickDocument, `{"documents":[{"id":"dddddddd-1","type":"w4_2020","year":2024},{"id":"dddddddd-2","type":"call 555-867-5309"},{"id":"eeeeeeee-1","year":"x"},{"id":"ffffffff-1","year":20244}]}`, `
dddddddd-1 | w4_2020 · 2024 · dddddddd
dddddddd-2 | call •••• · dddddddd
ffffffff-1 | ffffffff`},
		{"a list of nobody", finch.PickPerson, `{"individuals":null}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := ReadChoices(tt.pick, []byte(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for _, one := range c.Find("", 100) {
				fmt.Fprintf(&got, "\n%s | %s", one.ID, one.Label)
				if one.About != one.ID {
					t.Errorf("%s is said to be about %s", one.ID, one.About)
				}
			}
			if got.String() != tt.want {
				t.Errorf("read %s\nwant %s", got.String(), tt.want)
			}
		})
	}
}

func TestReadChoicesRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pick       finch.Pick
		body, want string
	}{
		{finch.PickPerson, `["Zoë"]`, "read what a person can be chosen from: the answer is no object with a list"},
		{finch.PickPayment, `{"Zoë":1}`, "read what a payment can be chosen from: the answer is no list"},
		{finch.PickPerson, "", "read what a person can be chosen from: the answer is no object with a list"},
		{finch.PickEntity, "{}", "read what a entity can be chosen from: no answer lists it"},
	} {
		if _, err := ReadChoices(tt.pick, []byte(tt.body)); err == nil || err.Error() != tt.want {
			t.Errorf("%s of %s: %v, want %s", tt.pick, tt.body, err, tt.want)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	c, err := ReadChoices(finch.PickPerson, []byte(directoryAnswer))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, typed string
		want        []string // beginnings of ids
	}{
		{"all for nothing", " ", []string{"5d0b2f3a", "5d0b2f3b", "77777777"}},
		{"a name without its accents", "angstrom", []string{"5d0b2f3a", "5d0b2f3b"}},
		{"a name in other letters", "ÅNGSTRÖM zoe", []string{"5d0b2f3a"}},
		{"both words must be meant", "zoe kitchener", nil},
		{"a middle name, however short", "li", []string{"5d0b2f3b"}},
		{"half of a double name", "maria", []string{"5d0b2f3b"}},
		{"a double name", "Anna-Maria", []string{"5d0b2f3b"}},
		{"the beginning of a name", "angs", nil},
		{"a long beginning of a name", "kitchene", nil},
		{"a letter", "z", nil},
		{"another's whole name, not its continuation", "ann", []string{"77777777"}},
		{"the beginning of a department, not of a name", "kitc", []string{"5d0b2f3a"}},
		{"a short beginning of a department", "kit", nil},
		{"a short department", "bar", []string{"5d0b2f3b"}},
		{"a department and a name", "bar li", []string{"5d0b2f3b"}},
		{"the beginning of an id", "5d0b2f3", []string{"5d0b2f3a", "5d0b2f3b"}},
		{"a whole id", "77777777-0000-4000-8000-000000000003", []string{"77777777"}},
		{"too little of an id", "777", nil},
		{"nobody's", "nobody", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, one := range c.Find(tt.typed, 10) {
				got = append(got, one.ID[:8])
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%q means %q, want %q", tt.typed, got, tt.want)
			}
		})
	}
}

func TestFindReturnsNoMoreThanAsked(t *testing.T) {
	t.Parallel()
	c, err := ReadChoices(finch.PickPayment, []byte(payments))
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]int{-1: 0, 0: 0, 1: 1, 5: 2} {
		if got := len(c.Find("", n)); got != want {
			t.Errorf("%d asked, %d found", n, got)
		}
	}
	if got := c.Find("2026-11", 5); len(got) != 1 {
		t.Errorf("the month means %v", got)
	}
}

func TestChoice(t *testing.T) {
	t.Parallel()
	c, err := ReadChoices(finch.PickPayGroup, []byte(`[{"id":"a"},{"id":"b"}]`))
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := c.Choice("b"); !ok || got.ID != "b" {
		t.Errorf("found %v, %t", got, ok)
	}
	if got, ok := c.Choice("c"); ok {
		t.Errorf("found %v", got)
	}
}

func TestChoicesAreBounded(t *testing.T) {
	t.Parallel()
	body := "[" + strings.Repeat(`{"id":"a"},`, maxChoices+5) + `{"id":"b"}]`
	c, err := ReadChoices(finch.PickPayGroup, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if c.Len() != maxChoices {
		t.Errorf("kept %d", c.Len())
	}
}

func TestChoicesTellNoNames(t *testing.T) {
	t.Parallel()
	c, err := ReadChoices(finch.PickPerson, []byte(directoryAnswer))
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(map[string]any{"pointer": c, "value": *c})
	if err != nil {
		t.Fatal(err)
	}
	said := []string{string(encoded)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		said = append(said, fmt.Sprintf(verb, c), fmt.Sprintf(verb, *c), fmt.Sprintf(verb, []any{c}))
	}
	for _, one := range c.Find("", 10) {
		said = append(said, fmt.Sprintf("%#v", one))
	}
	for _, s := range said {
		for _, name := range []string{"zoe", "zoë", "angstrom", "ångström", "kitchener", "anna"} {
			if strings.Contains(strings.ToLower(s), name) {
				t.Errorf("%q holds %s", s, name)
			}
		}
	}
	if got := c.String(); got != "3 choices" {
		t.Errorf("says %q", got)
	}
}

func TestChoicesFromAreEndpoints(t *testing.T) {
	t.Parallel()
	for _, p := range []finch.Pick{finch.PickPerson, finch.PickPayment, finch.PickPayGroup, finch.PickBenefit, finch.PickRule, finch.PickDocument} {
		method, path, ok := ChoicesFrom(p)
		if e, _, found := finch.FindEndpoint(method, path); !ok || !found || e.Writes {
			t.Errorf("%s is chosen from %s %s, %t", p, method, path, ok)
		}
	}
	for _, p := range []finch.Pick{finch.PickEntity, finch.PickJob, finch.PickProvider, ""} {
		if method, path, ok := ChoicesFrom(p); ok {
			t.Errorf("%s is chosen from %s %s", p, method, path)
		}
	}
}

// FuzzReadChoices: whatever Finch sends, what may be shown fits Slack's options,
// and the beginning of a name finds nobody.
func TestIDsThatMayBeKept(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"d1d1d1d1-0000-4000-8000-00000000000a": true, "job-1": true, "00123": true,
		"": false, "Ana Souza": false, "123-45-6789": false, "ana@harbor.example": false, "a\nb": false, "xoxb-1-abc": false,
	} {
		if got := IsID(id); got != want {
			t.Errorf("%q is an id: %v", id, got)
		}
	}
}

func FuzzReadChoices(f *testing.F) {
	f.Add(directoryAnswer, "zoë")
	f.Add(payments, "2026")
	f.Add(`{"documents":[{"id":"é","type":"😀","year":1e400}]}`, "")
	f.Fuzz(func(t *testing.T, body, typed string) {
		for _, p := range []finch.Pick{finch.PickPerson, finch.PickPayment, finch.PickPayGroup, finch.PickBenefit, finch.PickRule, finch.PickDocument} {
			c, err := ReadChoices(p, []byte(body))
			if err != nil {
				continue
			}
			for _, one := range c.Find(typed, 100) {
				if width(one.Label) > maxLabel || width(one.About) > maxLabel || one.Label == "" || one.ID == "" {
					t.Errorf("no choice: %#v", one)
				}
			}
		}
	})
}

func BenchmarkFind(b *testing.B) {
	c, err := ReadChoices(finch.PickPerson, longDirectory(b, 3<<20).JSON)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		c.Find("nobody here", 100)
	}
}

func BenchmarkReadChoices(b *testing.B) {
	m := longDirectory(b, 3<<20)
	b.SetBytes(int64(len(m.JSON)))
	for b.Loop() {
		if _, err := ReadChoices(finch.PickPerson, m.JSON); err != nil {
			b.Fatal(err)
		}
	}
}
