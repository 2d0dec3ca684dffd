package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"perch/internal/connect"
	"perch/store"
)

// many fills a store with a session an hour, the first five a day ago, of ten
// customers in turn: unopened, in progress, dropped off, connected, revoked.
func many(t *testing.T, p place) *store.Store {
	t.Helper()
	s := p.open(t)
	p.clock.advance(48 * time.Hour)
	for i := range 20 {
		id, ago := fmt.Sprintf("s-%02d", i), time.Duration(i-20)*time.Hour
		c := of(id, fmt.Sprint("cust_", i%10), []string{"Café Noir", "Harbor Coffee", "100% Pure_Juice"}[i%10%3])
		c.Created = p.clock.now().Add(ago)
		register(t, s, c)
		at := c.Created.Sub(start)
		switch i % 5 {
		case 1:
			tell(t, s, id, told(48*time.Hour-time.Duration(20-i)*time.Minute, connect.StageEntered, connect.MFA))
		case 2:
			tell(t, s, id, told(at, connect.StageEntered, connect.TermsOfService))
		case 3:
			tell(t, s, id, told(at, connect.Succeeded, ""))
		case 4:
			if err := s.RevokeLink(t.Context(), id, c.Created); err != nil {
				t.Fatal(err)
			}
		}
	}
	readDue(t, s)
	return s
}

// allSessions are the ids on each page until there is no next.
func allSessions(t *testing.T, s *store.Store, query connect.ListQuery) (pages [][]string, total int) {
	t.Helper()
	for {
		page, err := s.Sessions(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, b := range page.Briefs {
			ids = append(ids, b.Session.ID[len("s-"):])
		}
		if len(ids) > 0 {
			pages = append(pages, ids)
		}
		total = page.Total
		if query.After = page.Next; query.After == "" {
			return pages, total
		}
	}
}

func TestListsOfSessions(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := many(t, p)
		for _, c := range []struct {
			name  string
			query connect.ListQuery
			want  [][]string
			total int
		}{
			{"every", connect.ListQuery{Scope: connect.Every, Limit: 12}, [][]string{
				{"19", "18", "17", "16", "15", "14", "13", "12", "11", "10", "09", "08"}, {"07", "06", "05", "04", "03", "02", "01", "00"},
			}, 20},
			{"staged", connect.ListQuery{Scope: connect.Staged, Limit: 4}, [][]string{{"17", "16", "15", "12"}, {"11", "10"}}, 6},
			{"underway", connect.ListQuery{Scope: connect.Underway, Limit: 3}, [][]string{{"12", "17", "11"}, {"16"}}, 4},
			{"of a name", connect.ListQuery{Scope: connect.Every, Words: "CAFE", Limit: 100}, [][]string{{"19", "16", "13", "10", "09", "06", "03", "00"}}, 8},
			{"staged of a name", connect.ListQuery{Scope: connect.Staged, Words: "noir", Limit: 1}, [][]string{{"16"}, {"10"}}, 2},
			{"underway of an id", connect.ListQuery{Scope: connect.Underway, Words: "cust_7", Limit: 1}, [][]string{{"17"}}, 1},
			{"a wildcard is none", connect.ListQuery{Scope: connect.Staged, Words: "0%_pure", Limit: 9}, nil, 0},
			{"of literal signs", connect.ListQuery{Scope: connect.Staged, Words: "0% pure_", Limit: 9}, [][]string{{"15", "12"}}, 2},
			{"of nobody", connect.ListQuery{Scope: connect.Every, Words: "nobody\x00", Limit: 9}, nil, 0},
		} {
			got, total := allSessions(t, s, c.query)
			if total != c.total || !slices.EqualFunc(got, c.want, slices.Equal) {
				t.Errorf("%s: %d\ngot  %q\nwant %q", c.name, total, got, c.want)
			}
		}
		if counts, err := s.Counts(t.Context(), "noir"); err != nil || counts.Staged != 2 {
			t.Errorf("counted %+v, %v", counts, err)
		}
	})
}

func TestSessionCursors(t *testing.T) {
	t.Parallel()
	s := many(t, sqlitePlace(t))
	page, err := s.Sessions(t.Context(), connect.ListQuery{Scope: connect.Every, Limit: 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, query := range []connect.ListQuery{
		{Scope: connect.Staged, After: page.Next},
		{Scope: connect.Every, Words: "cafe", After: page.Next},
		{Scope: connect.Every, After: "e30"},
		{Scope: connect.Every, After: "%"},
	} {
		if _, err := s.Sessions(t.Context(), query); !errors.Is(err, store.ErrCursor) {
			t.Errorf("%+v: %v", query, err)
		}
	}
}

func TestARenewedLinkTakesTheOldOnesPlace(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		register(t, s, fern("s-1"))
		tell(t, s, "s-1", told(0, connect.Opened, ""))
		readDue(t, s)
		renewed, reconnect := fern("s-2"), fern("s-3")
		renewed.Created = start.Add(time.Minute)
		reconnect.Created, reconnect.Reconnect = start.Add(2*time.Minute), true
		staged := func() [][]string {
			pages, _ := allSessions(t, s, connect.ListQuery{Scope: connect.Staged, Limit: 9})
			return pages
		}
		register(t, s, renewed)
		readDue(t, s)
		if pages, _ := allSessions(t, s, connect.ListQuery{Scope: connect.Underway, Limit: 9}); len(pages) != 1 || !slices.Equal(pages[0], []string{"1"}) {
			t.Errorf("underway, though the renewed link is not opened: %v", pages)
		}
		if got := staged(); len(got) != 1 || !slices.Equal(got[0], []string{"2"}) {
			t.Errorf("staged: %v", got)
		}
		if b := brief(t, s, "cust-fern"); b.Session.ID != "s-2" || b.Attempts != 2 {
			t.Errorf("found %+v", b)
		}
		register(t, s, reconnect)
		if got := staged(); len(got) != 0 {
			t.Errorf("staged though there is a connection: %v", got)
		}
		p.clock.advance(time.Hour)
		tell(t, s, "s-2", told(30*time.Minute, connect.Opened, ""))
		readDue(t, s)
		if pages, _ := allSessions(t, s, connect.ListQuery{Scope: connect.Underway, Limit: 9}); len(pages) != 1 || !slices.Equal(pages[0], []string{"2"}) {
			t.Errorf("underway, once the renewed link is opened: %v", pages)
		}
	})
}

func TestFindSessions(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		connected := of("5eed0001-aaaa", "Cust_Old", "Harbor Coffee Roasters")
		connected.ConnectionID = "c0ffee00-1111"
		newer := of("5eed0002-bbbb", "Cust_Old", "Harbor Coffee Roasters")
		newer.Created = start.Add(time.Minute)
		register(t, s, connected, newer, of("5eed0003-cccc", "cust_2", "Café Harbor"), of("5eed0004-dddd", "cust_3", "Harbor"), of("5eed0005-eeee", "", "Harbor"))
		ids := func(briefs []connect.Brief, err error) (ids []string) {
			if err != nil {
				t.Error(err)
			}
			for _, b := range briefs {
				ids = append(ids, b.Session.ID[4:8])
			}
			return ids
		}
		for words, want := range map[string][]string{
			"5EED0001-AAAA": {"0001"}, "cust_old": {"0002"}, " C0FFEE00-1111 ": {"0001"},
			"harbor": {"0005", "0004", "0002", "0003"}, "cafe": {"0003"}, "5eed00": {"0002", "0005", "0004", "0003"},
			"5eed": nil, "": nil, "\x00": nil, "nobody": nil, "cust_": nil, "ROASTERS": {"0002"},
		} {
			if got := ids(s.FindSessions(t.Context(), words, 10)); !slices.Equal(got, want) {
				t.Errorf("%q: got %v, want %v", words, got, want)
			}
		}
		if got := ids(s.FindSessions(t.Context(), "harbor", 2)); !slices.Equal(got, []string{"0005", "0004"}) {
			t.Errorf("at most two: %v", got)
		}
		if got := ids(s.NearestSessions(t.Context(), "habor cofee", 5)); !slices.Equal(got, []string{"0002"}) {
			t.Errorf("the nearest: %v", got)
		}
	})
}
