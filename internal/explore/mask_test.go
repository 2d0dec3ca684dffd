package explore

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"perch/internal/finch"
	"perch/internal/mask"
)

// people is an endpoint with a long list that Finch pages.
var people = finch.Endpoint{
	Method: "GET", Path: "/employer/directory", Items: "individuals", Paged: true,
	Shown: []string{
		"paging.count", "paging.offset", "individuals[].id", "individuals[].department.name", "individuals[].is_active", "individuals[].tags[]",
		"individuals[].level", "individuals[].since", "individuals[].message",
	},
}

func masked(t testing.TB, e finch.Endpoint, body string, s Seen) *Masked {
	t.Helper()
	m, err := Mask(e, []byte(body), s)
	if err != nil {
		t.Fatalf("Mask: %v", err)
	}
	return m
}

func person(fields string) string { return `{"individuals":[{` + fields + `}]}` }

func TestMaskShowsWhatTheEndpointNames(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in, want string
	}{
		{"a shown value", `"id":"e1"`, `"id":"e1"`},
		{"an unknown one", `"first_name":"Ana"`, `"first_name":"••••"`},
		{"null says nothing", `"first_name":null`, `"first_name":null`},
		{"an unknown number", `"ssn":123456789`, `"ssn":"••••"`},
		{"an unknown yes", `"key_employee":true`, `"key_employee":"••••"`},
		{"a shown yes", `"is_active":true`, `"is_active":true`},
		{"an unknown object is one mask", `"home":{"line1":"1 Main St"}`, `"home":"••••"`},
		{"so is an unknown list", `"emails":["a@b.example"]`, `"emails":"••••"`},
		{"and empty ones", `"home":{},"emails":[]`, `"home":"••••","emails":"••••"`},
		{"an object on the way is walked", `"department":{"name":"Ops","boss":"Bo"}`, `"department":{"name":"Ops","boss":"••••"}`},
		{"an empty one on the way stays", `"department":{},"tags":[]`, `"department":{},"tags":[]`},
		{"a list in the place of an object", `"department":[{"name":"Ops"}]`, `"department":"••••"`},
		{"an object in the place of a list", `"tags":{"name":"Ops"}`, `"tags":"••••"`},
		{"an object in the place of a value", `"id":{"ssn":"x"}`, `"id":"••••"`},
		{"a list in the place of a value", `"id":["x"]`, `"id":"••••"`},
		{"a value in the place of an object", `"department":"Ops"`, `"department":"••••"`},
		{"a value in the place of a list", `"tags":"Ops"`, `"tags":"••••"`},
		{"entries of a shown list", `"tags":["a",{"b":1},["c"],null,2]`, `"tags":["a","••••","••••",null,2]`},
		{"a name that is no word", `"Ana Souza":1,"Bo Li":2,"id":"x"`, `"••••":"••••","••••2":"••••","id":"x"`},
		{"a name that is a number", `"123-45-6789":1`, `"••••":"••••"`},
		{"a name with a number in it", `"emp_123456789":1`, `"••••":"••••"`},
		{"a name like the mask", `"••••":1,"••••2":2`, `"••••":"••••","••••2":"••••"`},
		{"a name with a dot is no way", `"department.name":"Ana"`, `"department.name":"••••"`},
		{"a name escaped", `"\u0069d":"x"`, `"id":"x"`},
		{"short numbers", `"level":12345.67`, `"level":12345.67`},
		{"as they are written", `"level":-1.50`, `"level":-1.50`},
		{"long ones", `"level":1234567`, `"level":"••••"`},
		{"long behind the point", `"level":0.123456789`, `"level":"••••"`},
		{"with an exponent", `"level":1.23456789e8`, `"level":"••••"`},
		{"huge ones", `"level":1` + strings.Repeat("0", 500), `"level":"••••"`},
		{"a date", `"since":"2026-11-28"`, `"since":"2026-11-28"`},
		{"a time", `"since":"2026-11-28T07:14:03.120Z"`, `"since":"2026-11-28T07:14:03.120Z"`},
		{"no date of ours", `"since":"1234-56-7890"`, `"since":"••••"`},
		{"a date with more", `"since":"2026-11-28 4155550100"`, `"since":"••••"`},
		{"a fraction too fine", `"since":"2026-11-28T07:14:03.123456789Z"`, `"since":"••••T••••Z"`},
		{"a UUID", `"id":"11111111-2222-4333-8444-555555555555"`, `"id":"11111111-2222-4333-8444-555555555555"`},
		{"a UUID with more", `"id":"11111111-2222-4333-8444-555555555555/1"`, `"id":"••••"`},
		{"a message", `"message":"No \"Ana Souza\", born 1985"`, `"message":"No \"••••\", born ••••"`},
		{"an escaped number", `"id":"\u0031\u0032\u0033-45-6789"`, `"id":"••••"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, want := string(masked(t, people, person(tt.in), Seen{}).JSON), person(tt.want); got != want {
				t.Errorf("masked to %s\nwant      %s", got, want)
			}
		})
	}
}

func TestMaskRoots(t *testing.T) {
	t.Parallel()
	list := finch.Endpoint{Items: ".", Shown: []string{"[].id"}}
	tests := []struct {
		name     string
		endpoint finch.Endpoint
		in, want string
	}{
		{"a list", list, `[{"id":"a","x":1},"b",[1],{}]`, `[{"id":"a","x":"••••"},"••••","••••",{}]`},
		{"an object where a list was meant", list, `{"code":404,"message":"no"}`, `{"code":"••••","message":"••••"}`},
		{"a list where an object was meant", people, `["a",{"b":1}]`, `["••••","••••"]`},
		{"of an endpoint that shows nothing", finch.Endpoint{}, `{"a":1,"b":{"c":2}}`, `{"a":"••••","b":"••••"}`},
		{"with space around", list, " [ {\n\"id\" : \"a\" } ] \n", `[{"id":"a"}]`},
		{"a long list of values", finch.Endpoint{Items: "data"}, `{"data":["a",null]}`, `{"data":["••••",null]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := string(masked(t, tt.endpoint, tt.in, Seen{}).JSON); got != tt.want {
				t.Errorf("masked to %s\nwant      %s", got, tt.want)
			}
		})
	}
}

func TestMaskRefusesWhatIsNoAnswer(t *testing.T) {
	t.Parallel()
	const canary = "123-45-6789"
	tests := map[string]string{
		"a page of a gateway": "<html>" + canary,
		"a word":              `"` + canary + `"`,
		"a number":            `123456789`,
		"null":                `null`,
		"half":                `{"individuals":[{"id":"` + canary,
		"half a list":         `[1,`,
		"more behind":         `{"a":1} "` + canary + `"`,
		"two":                 `{}{}`,
		"a name twice":        `{"` + canary + `":1,"` + canary + `":2}`,
		"a name twice, below": `{"a":{"b":1,"b":2}}`,
		"twice in an entry":   `{"responses":[{"code":200,"code":404}]}`,
		"twice by escapes":    `{"a":1,"\u0061":2}`,
		"no UTF-8":            "{\"a\":\"\xff\"}",
		"half a character":    `{"a":"\ud800"}`,
		"nested without end":  strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000),
		"a comma too many":    `{"a":1,}`,
		"a mark before":       "\ufeff{}",
	}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := Mask(people, []byte(body), Seen{})
			if !errors.Is(err, ErrNotJSON) || m != nil {
				t.Fatalf("masked to %v, %v", m, err)
			}
			if strings.Contains(err.Error(), canary) {
				t.Errorf("the error repeats the answer: %v", err)
			}
		})
	}
}

func TestMaskOfNothingIsNothing(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", " \n"} {
		if m, err := Mask(people, []byte(body), Seen{}); m != nil || err != nil {
			t.Errorf("%q masked to %v, %v", body, m, err)
		}
	}
}

func TestMaskBoundsWhatIsRevealed(t *testing.T) {
	t.Parallel()
	deep := `{"a":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `}`
	if _, err := Mask(finch.Endpoint{}, []byte(deep), Seen{}); err != nil {
		t.Errorf("masked whole: %v", err)
	}
	if _, err := Mask(finch.Endpoint{}, []byte(deep), Seen{Reveal: []string{"a"}}); !errors.Is(err, ErrNotJSON) {
		t.Errorf("revealed: %v", err)
	}
}

func TestMaskReveals(t *testing.T) {
	t.Parallel()
	const token = "9f2c0000-1111-4222-8333-444455556666"
	tests := []struct {
		name     string
		in, want string
		reveal   []string
	}{
		{"a value", `"ssn":"123-45-6789","dob":"1985-03-04"`, `"ssn":"123-45-6789","dob":"••••"`, []string{"individuals[].ssn"}},
		{"a number as it is written", `"ssn":123456789.10`, `"ssn":123456789.10`, []string{"individuals[].ssn"}},
		{"an object whole", `"home":{"city":"Oslo","x y":[{"zip":"0123456789"},true]}`, `"home":{"city":"Oslo","x y":[{"zip":"0123456789"},true]}`, []string{"individuals[].home"}},
		{"a field of what is masked whole", `"home":{"city":"Oslo","zip":"0150"}`, `"home":{"city":"Oslo","zip":"••••"}`, []string{"individuals[].home.city"}},
		{"entries of a list", `"emails":[{"data":"a@b.example","type":"work"}]`, `"emails":[{"data":"a@b.example","type":"••••"}]`, []string{"individuals[].emails[].data"}},
		{"a shown value that was masked for its looks", `"id":"4155550100"`, `"id":"4155550100"`, []string{"individuals[].id"}},
		{"nobody by the list itself", `"ssn":"123-45-6789"`, `"ssn":"••••"`, []string{"individuals", "individuals[]", "", "."}},
		{"nothing by what is not there", `"ssn":"123-45-6789"`, `"ssn":"••••"`, []string{"individuals[].dob", "x[].y", "[][]", "individuals.ssn"}},
		{"no token", `"access_token":"x"`, `"access_token":"••••"`, []string{"individuals[].access_token"}},
		{"no token inside", `"auth":{"user":"ana","clientSecret":"x","Authorization":["y"]}`, `"auth":{"user":"ana","clientSecret":"••••","Authorization":"••••"}`, []string{"individuals[].auth"}},
		{"nothing below a token", `"password":{"a":"x"}`, `"password":"••••"`, []string{"individuals[].password.a"}},
		{"no secret of ours", `"note":"key ` + token + `, and ` + strings.ToUpper(token) + `"`, `"note":"key ••••, and ••••"`, []string{"individuals[].note"}},
		{"not in a name either", `"map":{"` + token + `":1,"••••":2}`, `"map":{"••••":1,"••••2":2}`, []string{"individuals[].map"}},
		{"however it is escaped", `"note":"\u0039f2c0000-1111-4222-8333-444455556666"`, `"note":"••••"`, []string{"individuals[].note"}},
		{"without dashes", `"note":"9f2c0000111142228333444455556666"`, `"note":"••••"`, []string{"individuals[].note"}},
		{"no header", `"note":"Authorization: Bearer abc.def"`, `"note":"••••"`, []string{"individuals[].note"}},
		{"no token in JSON in a string", `"data":"{\"access_token\":\"abc\",\"ssn\":\"123-45-6789\"}"`, `"data":"{\"••••\",\"ssn\":\"123-45-6789\"}"`, []string{"individuals[].data"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := masked(t, people, person(tt.in), Seen{Reveal: tt.reveal, Secrets: []string{token, "", mask.Mark}})
			if got, want := string(m.JSON), person(tt.want); got != want {
				t.Errorf("masked to %s\nwant      %s", got, want)
			}
		})
	}
}

func TestMaskCutsSecretsOutOfWhatIsShown(t *testing.T) {
	t.Parallel()
	s := Seen{Secrets: []string{"9f2c0000-1111-4222-8333-444455556666", "sandbox-secret", "42"}}
	m := masked(t, people, person(`"id":"9f2c0000-1111-4222-8333-444455556666","tags":["my sandbox-Secret","sandbox%2Dsecret"],"level":3421,"sandbox-secret":1`), s)
	want := person(`"id":"••••","tags":["my ••••","sandbox%2Dsecret"],"level":"••••","••••":"••••"`)
	if string(m.JSON) != want {
		t.Errorf("masked to %s\nwant      %s", m.JSON, want)
	}
}

func TestMaskKeepsTheEntriesAskedFor(t *testing.T) {
	t.Parallel()
	body := `{"paging":{"count":9,"offset":3},"individuals":[{"id":"a","ssn":"1"},{"id":"b","ssn":"2"},{"id":"c","ssn":"3"}],"x":"y"}`
	m := masked(t, people, body, Seen{Reveal: []string{"individuals[].ssn"}, From: 1, Count: 1})
	if want := `{"paging":{"count":9,"offset":3},"individuals":[{"id":"b","ssn":"2"}],"x":"••••"}`; string(m.JSON) != want {
		t.Errorf("masked to %s\nwant      %s", m.JSON, want)
	}
	if m.Items != 1 {
		t.Errorf("%d items", m.Items)
	}
	for _, s := range []Seen{{From: 5, Count: 2}, {From: 3, Count: 1}} {
		if m := masked(t, people, body, s); m.Items != 0 || !strings.Contains(string(m.JSON), `"individuals":[]`) {
			t.Errorf("%+v kept %s", s, m.JSON)
		}
	}
	if m := masked(t, people, body, Seen{From: 2, Count: int(^uint(0) >> 1)}); m.Items != 1 {
		t.Errorf("kept %d of the rest", m.Items)
	}
}

func TestMaskTellsWhereTheListIs(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, items, body string
		list              string
		entries           []string
	}{
		{"in an object", "individuals", `{"x":1,"individuals":[{"id":"ä"}, 7 ,null]}`, `[{"id":"ä"},"••••",null]`, []string{`{"id":"ä"}`, `"••••"`, `null`}},
		{"at the root", ".", `[1,{}]`, `["••••","••••"]`, []string{`"••••"`, `"••••"`}},
		{"empty", "individuals", `{"individuals":[]}`, `[]`, nil},
		{"not there", "individuals", `{"x":[1]}`, ``, nil},
		{"no list", "individuals", `{"individuals":{"a":1}}`, ``, nil},
		{"none", "", `{"individuals":[1]}`, ``, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := finch.Endpoint{Items: tt.items}
			if tt.items == "individuals" {
				e.Shown = []string{"individuals[].id"}
			}
			m := masked(t, e, tt.body, Seen{})
			if got := string(m.JSON[m.list.from:m.list.to]); got != tt.list {
				t.Errorf("the list is %s, want %s", got, tt.list)
			}
			var got []string
			for _, p := range m.places {
				got = append(got, string(m.JSON[p.from:p.to]))
			}
			if !slices.Equal(got, tt.entries) || m.Items != len(tt.entries) {
				t.Errorf("%d entries: %q", m.Items, got)
			}
		})
	}
}

func TestMaskReadsPaging(t *testing.T) {
	t.Parallel()
	tests := []struct {
		body          string
		total, offset int
	}{
		{`{"paging":{"count":412,"offset":25}}`, 412, 25},
		{`{"paging":{"offset":0}}`, -1, 0},
		{`{"paging":{"count":"412","offset":-1}}`, -1, -1},
		{`{"paging":{"count":123456789,"offset":1.5}}`, -1, -1},
		{`{"paging":null}`, -1, -1},
		{`{"paging":[1]}`, -1, -1},
		{`{}`, -1, -1},
		{`{"responses":[{"body":{"paging":{"count":1,"offset":2}}}]}`, -1, -1},
	}
	for _, tt := range tests {
		for _, e := range []finch.Endpoint{people, {Shown: []string{"responses[].body.paging.count"}}} {
			if m := masked(t, e, tt.body, Seen{}); m.Total != tt.total || m.Offset != tt.offset {
				t.Errorf("%s: %d from %d, want %d from %d", tt.body, m.Total, m.Offset, tt.total, tt.offset)
			}
		}
	}
}

func TestMaskCountsWhatItHides(t *testing.T) {
	t.Parallel()
	m := masked(t, people, person(`"id":"a 4155550100","ssn":null,"home":{"a":1,"b":2},"level":1,"dob":"x"`), Seen{})
	if m.Hidden != 3 {
		t.Errorf("%d hidden in %s", m.Hidden, m.JSON)
	}
}

func TestMaskedKnowsItsSize(t *testing.T) {
	t.Parallel()
	m := masked(t, people, person(`"id":"`+strings.Repeat("a", 5000)+`"`), Seen{})
	if size := m.Size(); size < len(m.JSON) || size > 2*len(m.JSON) {
		t.Errorf("%d bytes for %d of JSON", size, len(m.JSON))
	}
}
