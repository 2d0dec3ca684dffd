package store_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"perch/internal/explore"
	"perch/internal/finch"
	"perch/store"
)

func endpoint(t *testing.T, method, path string) finch.Endpoint {
	t.Helper()
	e, _, ok := finch.FindEndpoint(method, path)
	if !ok {
		t.Fatalf("no endpoint %s %s", method, path)
	}
	return e
}

// statements asks for pay statements at Acme.
func statements(t *testing.T, place, name string) explore.Saved {
	t.Helper()
	return explore.Saved{Place: place, Name: name, Maker: "U1", Query: explore.Query{
		Endpoint: endpoint(t, "POST", "/employer/pay-statement"), ConnectionID: "c1",
		Values: map[string][]string{"payment_id": {"p1", "p2"}, "limit": {"10"}},
	}}
}

func save(t *testing.T, s *store.Store, q explore.Saved) explore.Saved {
	t.Helper()
	kept, err := s.SaveQuery(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

// savedNames are the names kept at these places.
func savedNames(t *testing.T, s *store.Store, places ...string) (names []string) {
	t.Helper()
	all, err := s.SavedQueries(t.Context(), places...)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range all {
		names = append(names, q.Name)
	}
	return names
}

func TestAQuestionIsSavedAndComesBackWhole(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		want := statements(t, "U1", " June's pay ")
		kept := save(t, p.open(t), want)
		want.ID, want.Name, want.Made = kept.ID, "June's pay", start
		if got, err := p.open(t).SavedQuery(t.Context(), kept.ID); err != nil || !reflect.DeepEqual(got, want) || !reflect.DeepEqual(kept, want) {
			t.Errorf("got  %+v, %v\nkept %+v\nwant %+v", got, err, kept, want)
		}
	})
}

func TestSavedQuestionsHaveTheirPlaceAndName(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		first := save(t, s, statements(t, "U1", "pay"))
		save(t, s, statements(t, "C1", "Benefits"))
		save(t, s, statements(t, "U2", "another's"))
		save(t, s, statements(t, "U1", "Älter"))
		if got := savedNames(t, s, "U1", "C1", "U1"); !slices.Equal(got, []string{"Älter", "Benefits", "pay"}) {
			t.Errorf("kept are %q", got)
		}
		p.clock.advance(time.Hour)
		other := statements(t, "U1", "PAY")
		other.Query.Values, other.Query.ConnectionID = nil, ""
		again := save(t, s, other)
		if got := savedNames(t, s, "U1"); again.ID != first.ID || !slices.Equal(got, []string{"Älter", "PAY"}) {
			t.Errorf("the same name is no. %d, was %d: %q", again.ID, first.ID, got)
		}
		got, err := s.SavedQuery(t.Context(), first.ID)
		if err != nil || got.Query.ConnectionID != "" || len(got.Query.Values) != 0 || !got.Made.Equal(start.Add(time.Hour)) {
			t.Errorf("it holds %+v, %v", got, err)
		}
		for range 2 {
			if err := s.DropQuery(t.Context(), first.ID); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.SavedQuery(t.Context(), first.ID); !errors.Is(err, explore.ErrUnknownQuery) {
			t.Errorf("after it was dropped: %v", err)
		}
		if got := savedNames(t, s, "U1"); !slices.Equal(got, []string{"Älter"}) {
			t.Errorf("left are %q", got)
		}
	})
}

func TestAPlaceKeepsSoManyQuestions(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		for i := range 100 {
			save(t, s, statements(t, "U1", fmt.Sprint("no. ", i)))
		}
		if _, err := s.SaveQuery(t.Context(), statements(t, "U1", "one more")); !errors.Is(err, explore.ErrTooManyQueries) {
			t.Errorf("one more: %v", err)
		}
		save(t, s, statements(t, "U1", "NO. 7"))
		save(t, s, statements(t, "U2", "one more"))
	})
}

func TestWhatIsNoQuestionToKeepIsNotKept(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		writes := statements(t, "U1", "end it")
		writes.Query.Endpoint = endpoint(t, "POST", "/disconnect")
		none := statements(t, "U1", "nothing")
		none.Query.Endpoint = finch.Endpoint{}
		for _, q := range []explore.Saved{writes, none, statements(t, "U1", " "), statements(t, "", "nowhere")} {
			if _, err := s.SaveQuery(t.Context(), q); err == nil {
				t.Errorf("%q was kept", q.Name)
			}
		}
		gone := save(t, s, statements(t, "U1", "gone"))
		save(t, s, statements(t, "U1", "there"))
		meddle(t, p, "UPDATE saved_queries SET path = '/of/an/older/finch' WHERE name = 'gone'")
		if got := savedNames(t, s, "U1"); !slices.Equal(got, []string{"there"}) {
			t.Errorf("kept are %q", got)
		}
		if _, err := s.SavedQuery(t.Context(), gone.ID); !errors.Is(err, explore.ErrUnknownQuery) {
			t.Errorf("of a path that is not in the table: %v", err)
		}
		meddle(t, p, "UPDATE saved_queries SET params = 'no JSON'")
		if _, err := s.SavedQueries(t.Context(), "U1"); !errors.Is(err, store.ErrDamaged) || strings.Contains(err.Error(), "no JSON") {
			t.Errorf("of a damaged one: %v", err)
		}
	})
}
