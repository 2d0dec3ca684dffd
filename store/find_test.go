package store_test

import (
	"slices"
	"strings"
	"testing"

	"perch/internal/finch"
)

func ids(briefs []finch.Brief) []string {
	var out []string
	for _, b := range briefs {
		out = append(out, b.ID)
	}
	return out
}

// town are connections that search tests look for.
func town() []finch.Grant {
	harborFirst := named("c0ffee00-1111-4222-8333-444455556666", "cust_1042", "Harbor Coffee Roasters")
	harborFirst.Facts.Introspection.CompanyID = "A9A9A9A9-0000-4000-8000-000000000001"
	return []finch.Grant{
		harborFirst,
		named("c0ffee01-1111-4222-8333-444455556666", "cust_1043", "Old Harbor Inn"),
		named("d0000000-0000-4000-8000-000000000001", "cust_2", "Café Öresund & Søn"),
		named("d0000000-0000-4000-8000-000000000002", "cust_3", "100% Pure_Juice"),
		named("d0000000-0000-4000-8000-000000000003", "cust_4", "1000 Nights Pure Juice"),
		named("d0000000-0000-4000-8000-000000000004", "HARBOR", "Arbor Clinic"),
		named("d0000000-0000-4000-8000-000000000005", "shared", "Twice Ltd"),
		named("d0000000-0000-4000-8000-000000000006", "Shared", "Twice Inc"),
		named("d0000000-0000-4000-8000-000000000007", "", ""),
		named("d0000000-0000-4000-8000-000000000008", `back\slash`, `Back\slash  Co`),
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, town()...)
		const first, inn = "c0ffee00-1111-4222-8333-444455556666", "c0ffee01-1111-4222-8333-444455556666"
		d := func(n string) string { return "d0000000-0000-4000-8000-00000000000" + n }
		for _, c := range []struct {
			name, words string
			limit       int
			want        []string
		}{
			{"connection id", first, 10, []string{first}},
			{"connection id in capitals, with spaces around", "  C0FFEE00-1111-4222-8333-444455556666 ", 10, []string{first}},
			{"company id in small letters", "a9a9a9a9-0000-4000-8000-000000000001", 10, []string{first}},
			{"customer id", "CUST_1042", 10, []string{first}},
			{"customer id of two connections", "SHARED", 10, []string{d("6"), d("5")}},
			{"a customer id that is also in names wins alone", "harbor", 10, []string{d("4")}},
			{"part of names, those that begin with it first", "harbor ", 10, []string{d("4")}},
			{"part of a name in the middle", "bor cof", 10, []string{first}},
			{"several names", "HARBO", 10, []string{first, inn}},
			{"no more than asked for", "harbo", 1, []string{first}},
			{"accents left out", "cafe oresund & son", 10, []string{d("1")}},
			{"accents put in", "Hárbör Coffee", 10, []string{first}},
			{"spaces run together", "back\\slash co", 10, []string{d("8")}},
			{"a percent sign is a percent sign", "0% p", 10, []string{d("2")}},
			{"an underscore is an underscore", "pure_j", 10, []string{d("2")}},
			{"a backslash is a backslash", `k\s`, 10, []string{d("8")}},
			{"the beginning of a connection id", "c0ffee", 10, []string{first, inn}},
			{"the beginning of a company id", "A9A9A9A9", 10, []string{first}},
			{"the beginning of a customer id", "cust_10", 10, []string{first, inn}},
			{"too short a beginning of an id", "c0ffe", 10, nil},
			{"the middle of an id", "444455556666", 10, nil},
			{"nothing typed", " \t\n", 10, nil},
			{"only invisible characters", "\u200b\u202e\x00", 10, nil},
			{"nothing like it", "zebra", 10, nil},
			{"an attack", "' OR '1'='1", 10, nil},
			{"a very long text", strings.Repeat("harbor ", 10_000), 10, nil},
			{"no text", "\xff\xfe", 10, nil},
		} {
			got, err := s.Find(t.Context(), c.words, c.limit)
			if err != nil || !slices.Equal(ids(got), c.want) {
				t.Errorf("%s: got %q, %v; want %q", c.name, ids(got), err, c.want)
			}
		}
	})
}

func TestFindTellsWhatALineShows(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, finch.Grant{Token: finch.NewToken("tok-1"), Facts: harbor(start)})
		if err := s.SaveProviders(t.Context(), []finch.Provider{{ID: "paychex_flex", DisplayName: "Paychex Flex"}}, start); err != nil {
			t.Fatal(err)
		}
		want := finch.Brief{
			ID: harborID, CustomerID: "cust_1042", CustomerName: "Harbor Coffee Roasters", ProviderID: "paychex_flex", ProviderName: "Paychex Flex",
			Environment: "production", Overall: finch.Connected, Status: finch.Pending, LastSync: start.Add(-3 * 60 * 60 * 1e9), Learned: start,
		}
		got, err := s.Find(t.Context(), "coffee", 5)
		if err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
	})
}

func TestNearest(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, town()...)
		for _, c := range []struct {
			words string
			limit int
			want  []string
		}{
			{"harbour", 3, []string{"Harbor Coffee Roasters", "Old Harbor Inn", "Arbor Clinic"}},
			{"harbour", 1, []string{"Harbor Coffee Roasters"}},
			{"Harber Cofee", 3, []string{"Harbor Coffee Roasters"}},
			{"cafee oresunt", 1, []string{"Café Öresund & Søn"}},
			{"clinik", 1, []string{"Arbor Clinic"}},
			{"zzzzzz", 3, nil},
			{"", 3, nil},
			{"harbour", 0, nil},
			{"harbour", -1, nil},
		} {
			got, err := s.Nearest(t.Context(), c.words, c.limit)
			var names []string
			for _, b := range got {
				names = append(names, b.CustomerName)
			}
			if err != nil || !slices.Equal(names, c.want) {
				t.Errorf("%q: got %q, %v; want %q", c.words, names, err, c.want)
			}
		}
	})
}
