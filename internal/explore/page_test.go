package explore

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"perch/internal/golden"
)

// answer is a masked answer whose long list is under a name of its root, or the
// root itself for ".", or nowhere.
func answer(t testing.TB, body, items string) *Masked {
	t.Helper()
	m := &Masked{JSON: []byte(body), Total: -1, Offset: -1}
	dec := jsontext.NewDecoder(bytes.NewReader(m.JSON))
	if items == "" {
		return m
	}
	if items != "." {
		for tok := ""; tok != items; {
			next, err := dec.ReadToken()
			if err != nil {
				t.Fatal(err)
			}
			if tok = next.String(); tok != items && tok != "{" {
				if err := dec.SkipValue(); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		t.Fatal(err)
	}
	m.list.from = int(dec.InputOffset()) - 1
	for dec.PeekKind() != ']' {
		raw, err := dec.ReadValue()
		if err != nil {
			t.Fatal(err)
		}
		end := int(dec.InputOffset())
		m.places = append(m.places, span{end - len(raw), end})
	}
	if _, err := dec.ReadToken(); err != nil {
		t.Fatal(err)
	}
	m.list.to = int(dec.InputOffset())
	m.Items = len(m.places)
	return m
}

// longDirectory is a directory's answer of at least so many bytes.
func longDirectory(t testing.TB, size int) *Masked {
	t.Helper()
	var b strings.Builder
	b.WriteString(`{"paging":{"offset":0,"count":412},"individuals":[`)
	for i := 0; b.Len() < size; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"5d0b2f3a-0000-4000-8000-%012d","first_name":"••••","middle_name":null,"last_name":"••••",`+
			`"manager":{"id":"5d0b2f3a-0000-4000-8000-000000000001"},"department":{"name":"Kitchen"},"is_active":%t}`, i, i%3 > 0)
	}
	b.WriteString(`]}`)
	return answer(t, b.String(), "individuals")
}

const batchAnswer = `{"responses":[{"individual_id":"a1","code":200,"body":{"id":"a1","title":"Barista","manager":{"id":"b2"},` +
	`"department":{"name":"Bar"},"employment":{"type":"employee","subtype":"full_time"},"start_date":"2024-02-01","end_date":null,` +
	`"is_active":true,"income":"••••","income_history":["••••","••••"],"custom_fields":"••••",` +
	`"location":{"city":"Oakland","state":"CA","deep":{"deeper":{"deepest":1}}}}},` +
	`{"individual_id":"b2","code":404,"body":{"code":404,"name":"not_found","finch_code":"individual_not_found","message":"••••"}}]}`

const company = `{"id":"5d0b2f3a-0000-4000-8000-000000000001","legal_name":"Harbor Coffee LLC","entity":{"type":"llc","subtype":null},` +
	`"primary_email":"••••","departments":[{"name":"Bar","parent":null},{"name":"Kitchen","parent":{"name":"Bar","parent":{"name":"x"}}},` +
	`{"name":"A department whose name is so long that it does not fit into what is kept of any text, however good","parent":null}],` +
	`"accounts":"••••","none":[],"nothing":{},"odd":"\u202Ea\"\\\n\t😀"}`

func TestPage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body, items string
		from, n, room     int
	}{
		{"directory", string(longDirectory(t, 2000).JSON), "individuals", 0, 3, 3000},
		{"directory-end", string(longDirectory(t, 2000).JSON), "individuals", 4, 25, 3000},
		{"directory-full", string(longDirectory(t, 9000).JSON), "individuals", 1, 25, 900},
		{"directory-tight", string(longDirectory(t, 2000).JSON), "individuals", 0, 3, 100},
		{"batch", batchAnswer, "responses", 0, 10, 3000},
		{"batch-of-one", `{"responses":[{"payment_id":"p1","code":200,"body":{"paging":{"count":2},"pay_statements":[` +
			`{"individual_id":"a1","type":"regular_payroll","earnings":[{"type":"salary","amount":"••••"},{"type":"bonus","amount":"••••","attributes":{"metadata":{}}}],"taxes":"••••"},` +
			`{"individual_id":"b2","type":"off_cycle_payroll","earnings":[],"taxes":"••••"}]}}]}`, "responses", 0, 10, 3000},
		{"root", `[{"id":"a","pay_date":"2026-11-15"},{"id":"b","pay_date":null}]`, ".", 0, 10, 3000},
		{"behind", `{"documents":["x","y"],"paging":{"offset":0,"count":2,"more":{"a":1}}}`, "documents", 0, 10, 3000},
		{"company", company, "", 0, 10, 3000},
		{"company-tight", company, "", 0, 10, 300},
		{"empty-list", `{"paging":{"offset":0,"count":0},"individuals":[]}`, "individuals", 0, 10, 3000},
		{"word", `"••••"`, "", 0, 10, 3000},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			page := answer(t, tt.body, tt.items).Page(tt.from, tt.n, tt.room)
			checkPage(t, page, tt.room)
			got := fmt.Sprintf("%d to %d, cut %t\n%s\n", page.From, page.To, page.Cut, strings.Join(page.Lines, "\n"))
			golden.Compare(t, "page/"+tt.name+".txt", []byte(got))
		})
	}
}

func TestPageKeepsToTheList(t *testing.T) {
	t.Parallel()
	m := longDirectory(t, 2000)
	for _, tt := range []struct{ from, n, wantFrom, wantTo int }{
		{0, 2, 0, 2},
		{-5, 2, 0, 2},
		{0, 0, 0, 1},
		{0, 1 << 62, 0, m.Items},
		{m.Items, 5, m.Items, m.Items},
		{1 << 62, 5, m.Items, m.Items},
	} {
		if page := m.Page(tt.from, tt.n, 1<<20); page.From != tt.wantFrom || page.To != tt.wantTo || page.Cut {
			t.Errorf("Page(%d, %d) shows %d to %d, cut %t", tt.from, tt.n, page.From, page.To, page.Cut)
		}
	}
}

func TestPageTurnsWithoutGaps(t *testing.T) {
	t.Parallel()
	m := longDirectory(t, 20_000)
	at := 0
	for at < m.Items {
		page := m.Page(at, 25, 1000)
		checkPage(t, page, 1000)
		if page.From != at || page.To <= at {
			t.Fatalf("from %d on it shows %d to %d", at, page.From, page.To)
		}
		at = page.To
	}
}

func TestPageSurvivesWhatIsNoJSON(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "{", `{"a":`, `{"a":[1,`, "nul", `{"a" 1}`, strings.Repeat("[", 20_000), `{"a":{"b":{"c":{"d":[`} {
		checkPage(t, (&Masked{JSON: []byte(body)}).Page(0, 10, 1000), 1000)
	}
}

func TestPageOfOneVeryLongEntry(t *testing.T) {
	t.Parallel()
	m := answer(t, `[{"list":[`+strings.Repeat("[1,[2,[3]]],", 100_000)+`0],"id":"x"}]`, ".")
	if page := m.Page(0, 1, 1000); strings.Join(page.Lines, "") != `[  {"list": […100001], "id": "x"}]` {
		t.Errorf("shows %q", page.Lines)
	}
}

// checkPage holds for every page.
func checkPage(t *testing.T, p Page, room int) {
	t.Helper()
	text := strings.Join(p.Lines, "\n")
	if n := width(text); n > room {
		t.Errorf("%d characters for a room of %d", n, room)
	}
	if !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\u202E") {
		t.Errorf("not fit to be seen: %q", text)
	}
	if len(p.Lines) == 0 && p.From < p.To || p.From > p.To {
		t.Errorf("shows %d to %d in %d lines", p.From, p.To, len(p.Lines))
	}
}

func FuzzPage(f *testing.F) {
	f.Add([]byte(batchAnswer), "responses", 0, 3, 500)
	f.Add([]byte(company), "", 0, 3, 500)
	f.Add([]byte(`[1,"\ud83d\ude00",{"a":[]}]`), ".", 1, 1, 20)
	f.Fuzz(func(t *testing.T, body []byte, items string, from, n, room int) {
		m := &Masked{JSON: body}
		if items == "." && jsontext.Value(body).IsValid() && bytes.HasPrefix(body, []byte("[")) {
			m = answer(t, string(body), items)
		}
		room = 20 + max(room, 0)%10_000
		checkPage(t, m.Page(from, n, room), room)
	})
}

func TestIndented(t *testing.T) {
	t.Parallel()
	got := (&Masked{JSON: []byte(`{"a":[1,{"b":"<••••>"}],"c":100000000000000000001}`)}).Indented()
	want := "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"<••••>\"\n    }\n  ],\n  \"c\": 100000000000000000001\n}\n"
	if string(got) != want {
		t.Errorf("wrote %s\nwant %s", got, want)
	}
}

func TestCutText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		most int
		want string
	}{
		{"abc", 3, "abc"},
		{"abcd", 3, "ab…"},
		{"a😀b", 4, "a😀b"},
		{"a😀bc", 4, "a😀…"},
		{"😀😀", 3, "😀…"},
		{"😀😀", 1, "…"},
		{"ééé", 2, "é…"},
	} {
		if got := cutText(tt.text, tt.most); got != tt.want {
			t.Errorf("cutText(%q, %d) = %q, want %q", tt.text, tt.most, got, tt.want)
		}
	}
}

func BenchmarkPage(b *testing.B) {
	m := longDirectory(b, 10<<20)
	for b.Loop() {
		m.Page(m.Items/2, 25, 10_000)
	}
}

func BenchmarkIndented(b *testing.B) {
	m := longDirectory(b, 10<<20)
	for b.Loop() {
		m.Indented()
	}
}
