package explore

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"perch/internal/finch"
)

func TestFields(t *testing.T) {
	t.Parallel()
	body := `{"paging":{"count":2},"individuals":[
		{"id":"a","tags":["x","y"],"home":{"zip":"1"},"department":{"name":"Ops"},"ssn":null,"Ana S":1,"Bo L":[2]},
		{"id":"4155550100","tags":null,"home":null,"department":null,"ssn":123456789,"api_token":"t"}]}`
	var got []string
	for _, f := range masked(t, people, body, Seen{}).Fields {
		line := fmt.Sprintf("%s %d %s", f.Path, f.Count, strings.Join(f.Types, "|"))
		if f.Masked {
			line += " masked"
		}
		if f.Secret {
			line += " secret"
		}
		if f.Shown {
			line += " shown"
		}
		got = append(got, line)
	}
	want := []string{
		"paging 1 object",
		"paging.count 1 number shown",
		"individuals 1 list",
		"individuals[].id 2 string masked shown",
		"individuals[].tags 2 list|null",
		"individuals[].tags[] 2 string shown",
		"individuals[].home 2 object|null masked",
		"individuals[].department 2 object|null",
		"individuals[].department.name 1 string shown",
		"individuals[].ssn 2 null|number masked",
		"individuals[].•••• 2 number|list masked",
		"individuals[].api_token 1 string masked secret",
	}
	if !slices.Equal(got, want) {
		t.Errorf("fields are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestFieldsOfARootList(t *testing.T) {
	t.Parallel()
	list := finch.Endpoint{Shown: []string{"[].b[][]"}}
	var got []string
	for _, f := range masked(t, list, `["a",{"b":[[1]]}]`, Seen{}).Fields {
		got = append(got, f.Path)
	}
	if want := []string{"[]", "[].b", "[].b[]", "[].b[][]"}; !slices.Equal(got, want) {
		t.Errorf("fields are %q, want %q", got, want)
	}
}

func TestFieldsAreBounded(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 3 * maxFields {
		fmt.Fprintf(&b, `"f%d":{"a":1},`, i)
	}
	m := masked(t, people, `{"all":{`+b.String()+`"id":1},`+b.String()+`"id":1}`, Seen{Reveal: []string{"all"}})
	last := m.Fields[len(m.Fields)-1]
	if len(m.Fields) != maxFields+1 || last.Path != otherFields || last.Count < 3*maxFields {
		t.Errorf("%d fields, the last is %+v", len(m.Fields), last)
	}
}
