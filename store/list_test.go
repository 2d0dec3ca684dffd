package store_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"perch/internal/finch"
	"perch/store"
)

// pages walks a whole list.
func pages(t *testing.T, s *store.Store, query finch.ListQuery) [][]string {
	t.Helper()
	var all [][]string
	for {
		page, err := s.List(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, ids(page.Briefs))
		if page.Next == "" {
			return all
		}
		query.After = page.Next
	}
}

func crowd(t *testing.T, s *store.Store) {
	t.Helper()
	grant(t, s,
		named("c1", "cust-1", "delta"), named("c2", "cust-2", "Alpha"), in(finch.Reauth, named("c3", "cust-3", "Zulu")),
		in(finch.Pending, named("c4", "cust-4", "Ébène")), named("c5", "cust-5", "Alpha"), in("never heard of", named("c6", "cust-6", "Bravo")),
		in(finch.Reauth, named("c7", "cust-7", "Gone Ltd")), named("c8", "cust-8", ""), in(finch.Processing, named("c9", "cust-9", "charlie")),
	)
	if err := s.Lost(t.Context(), "c7", finch.NewToken("secret of c7"), start.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveProviders(t.Context(), []finch.Provider{{ID: "gusto", DisplayName: "Gusto Pay"}}, start); err != nil {
		t.Fatal(err)
	}
}

func TestListOrdersAndPages(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		crowd(t, s)
		yes, no := true, false
		for _, c := range []struct {
			name  string
			query finch.ListQuery
			want  [][]string
		}{
			{
				"live, attention first, then by folded name, then by id",
				finch.ListQuery{Tab: finch.Live, Limit: 3},
				[][]string{{"c6", "c4", "c3"}, {"c2", "c5", "c9"}, {"c8", "c1"}},
			},
			{"a page that fits exactly is the last", finch.ListQuery{Tab: finch.Live, Limit: 4}, [][]string{{"c6", "c4", "c3", "c2"}, {"c5", "c9", "c8", "c1"}}},
			{"only those that need attention", finch.ListQuery{Tab: finch.Live, Limit: 2, Attention: &yes}, [][]string{{"c6", "c4"}, {"c3"}}},
			{"only those that do not", finch.ListQuery{Tab: finch.Live, Limit: 9, Attention: &no}, [][]string{{"c2", "c5", "c9", "c8", "c1"}}},
			{"disconnected", finch.ListQuery{Tab: finch.Ended, Limit: 9}, [][]string{{"c7"}}},
			{"staged, which this version has none of", finch.ListQuery{Tab: finch.Staged, Limit: 9}, [][]string{nil}},
			{"words in a name", finch.ListQuery{Tab: finch.Live, Limit: 1, Words: " ALPHA "}, [][]string{{"c2"}, {"c5"}}},
			{"words in an id", finch.ListQuery{Tab: finch.Live, Limit: 9, Words: "cust-4"}, [][]string{{"c4"}}},
			{"words in the provider's name", finch.ListQuery{Tab: finch.Live, Limit: 2, Words: "gusto p", Attention: &yes}, [][]string{{"c6", "c4"}, {"c3"}}},
			{"a wildcard is a character", finch.ListQuery{Tab: finch.Live, Limit: 9, Words: "%"}, [][]string{nil}},
			{"the least page", finch.ListQuery{Tab: finch.Live, Limit: -1, Words: "zulu"}, [][]string{{"c3"}}},
		} {
			if got := pages(t, s, c.query); !slices.EqualFunc(got, c.want, slices.Equal) {
				t.Errorf("%s:\ngot  %q\nwant %q", c.name, got, c.want)
			}
		}
	})
}

func TestListStaysInPlaceWhenConnectionsComeAndGo(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, named("c1", "1", "A"), named("c2", "2", "B"), named("c3", "3", "C"), named("c4", "4", "D"))
		query := finch.ListQuery{Tab: finch.Live, Limit: 2}
		first, err := s.List(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Forget(t.Context(), "c2"); err != nil { // the very one the cursor stands on
			t.Fatal(err)
		}
		grant(t, s, named("c0", "0", "AA"))
		query.After = first.Next
		if got := pages(t, s, query); !slices.EqualFunc(got, [][]string{{"c3", "c4"}}, slices.Equal) {
			t.Errorf("the rest is %q", got)
		}
	})
}

func TestListRefusesForeignCursors(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		crowd(t, s)
		page, err := s.List(t.Context(), finch.ListQuery{Tab: finch.Live, Limit: 1, Words: "alpha"})
		if err != nil || page.Next == "" || len(page.Next) > 1000 {
			t.Fatalf("cursor %q, %v", page.Next, err)
		}
		yes := true
		encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
		for name, query := range map[string]finch.ListQuery{
			"another tab":    {Tab: finch.Ended, Words: "alpha", After: page.Next},
			"other words":    {Tab: finch.Live, Words: "beta", After: page.Next},
			"another filter": {Tab: finch.Live, Words: "alpha", Attention: &yes, After: page.Next},
			"not base64":     {Tab: finch.Live, After: "%%%"},
			"not JSON":       {Tab: finch.Live, After: encode("{")},
			"empty JSON":     {Tab: finch.Live, After: encode("{}")},
			"too big":        {Tab: finch.Live, After: encode(`{"c":99999}`)},
		} {
			if _, err := s.List(t.Context(), query); !errors.Is(err, store.ErrCursor) {
				t.Errorf("%s: got %v", name, err)
			}
		}
	})
}

func TestCounts(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		if got, err := s.Counts(t.Context(), ""); err != nil || got != (finch.Counts{}) {
			t.Errorf("of nothing: %+v, %v", got, err)
		}
		crowd(t, s)
		for words, want := range map[string]finch.Counts{
			"":          {Live: 8, Disconnected: 1, Attention: 3},
			"ALPHA":     {Live: 2},
			"gusto pay": {Live: 8, Disconnected: 1, Attention: 3},
			"gone":      {Disconnected: 1},
			"_":         {},
		} {
			if got, err := s.Counts(t.Context(), words); err != nil || got != want {
				t.Errorf("%q: got %+v, %v; want %+v", words, got, err, want)
			}
		}
	})
}

func TestPagesAreWholeForAnyNames(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		var grants []finch.Grant
		for i := range 200 { // many share the part of the name that is sorted by
			grants = append(grants, named(fmt.Sprintf("conn-%03d", i), "cust", fmt.Sprintf("%0*d %c", 60+i%40, 7, 'A'+rune(i%3)*500)))
		}
		grant(t, s, grants...)
		seen := map[string]bool{}
		for _, page := range pages(t, s, finch.ListQuery{Tab: finch.Live, Limit: 7}) {
			for _, id := range page {
				if seen[id] {
					t.Errorf("%s comes twice", id)
				}
				seen[id] = true
			}
		}
		if len(seen) != len(grants) {
			t.Errorf("%d of %d came", len(seen), len(grants))
		}
	})
}

func FuzzListCursor(f *testing.F) {
	p := sqlitePlace(f)
	s := p.open(f)
	grant(f, s, named("c1", "cust-1", "Alpha"), named("c2", "cust-2", "Beta"))
	query := finch.ListQuery{Tab: finch.Live, Limit: 1}
	page, err := s.List(f.Context(), query)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(page.Next)
	f.Add("")
	f.Add(base64.RawURLEncoding.EncodeToString([]byte(`{"c":1,"k":"\u0000","i":"x","o":""}`)))
	f.Fuzz(func(t *testing.T, after string) {
		query := finch.ListQuery{Tab: finch.Live, Limit: 1, After: after}
		if _, err := s.List(t.Context(), query); err != nil && !errors.Is(err, store.ErrCursor) {
			t.Errorf("cursor %q: %v", after, err)
		}
	})
}

func TestListTellsAPartFromTheWhole(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, finch.Grant{Token: finch.NewToken("tok-1"), Facts: harbor(start)})
		page, err := s.List(t.Context(), finch.ListQuery{Tab: finch.Live, Limit: 2})
		if err != nil || len(page.Briefs) != 1 {
			t.Fatalf("listed %+v, %v", page, err)
		}
		found, err := s.Find(t.Context(), "harbor", 2)
		if err != nil || len(found) != 1 || found[0] != page.Briefs[0] {
			t.Errorf("listed %+v, found %+v, %v", page.Briefs[0], found, err)
		}
		if b := page.Briefs[0]; b.Overall != finch.Connected || b.Status != finch.Pending {
			t.Errorf("the whole is %q, the worst part %q", b.Overall, b.Status)
		}
	})
}

// How long a status has lasted is not known where it was so when it came.
func TestListClaimsNoAgeThatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, in(finch.Reauth, named("c1", "cust-1", "Acme")), named("c2", "cust-2", "Beta"))
		p.clock.advance(time.Hour)
		later := in(finch.Reauth, named("c2", "cust-2", "Beta"))
		later.Facts.At = p.clock.now()
		if err := s.Learn(t.Context(), later.Facts); err != nil {
			t.Fatal(err)
		}
		page, err := s.List(t.Context(), finch.ListQuery{Tab: finch.Live, Limit: 2})
		if err != nil || len(page.Briefs) != 2 {
			t.Fatalf("listed %+v, %v", page, err)
		}
		if since := page.Briefs[0].StatusSince; !since.IsZero() {
			t.Errorf("one that came so is said to be so since %v", since)
		}
		if since := page.Briefs[1].StatusSince; !since.Equal(p.clock.now()) {
			t.Errorf("one that became so is said to be so since %v", since)
		}
	})
}
