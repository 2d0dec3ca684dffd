package watch_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"perch/internal/explore"
	"perch/internal/finch"
)

// people are the answer to who works there, all different by a number.
func people(n int) string {
	return fmt.Sprintf(`{"individuals":[{"id":"5d0b6d1e-0000-4000-8000-%012d","first_name":"Ada","last_name":"Canarybird"}]}`, n)
}

func choosing(id string, pick finch.Pick) explore.ChoicesOrder {
	return explore.ChoicesOrder{Who: "U1", ConnectionID: id, Pick: pick}
}

func TestChoicesAreAskedOnceInAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, l := newFinch(), &fakeLedger{}
		var asked finch.Request
		f.call = func(_ context.Context, _ string, r finch.Request) (finch.Answer, error) {
			time.Sleep(time.Second)
			asked = r
			return answered(http.StatusOK, people(1)), nil
		}
		w := exploring(f, newStore("c1", "c2"), l)
		choose := func(o explore.ChoicesOrder) {
			t.Helper()
			set, err := w.Choices(t.Context(), o)
			if _, ok := set.Choice("5d0b6d1e-0000-4000-8000-000000000001"); err != nil || !ok {
				t.Errorf("%+v: %v", o, err)
			}
		}
		for range 3 { // together
			go choose(choosing("c1", finch.PickPerson))
		}
		time.Sleep(2 * time.Second)
		choose(choosing("c1", finch.PickPerson)) // and after that
		if n := f.count("GET", "/employer/directory"); n != 1 || asked.Query.Get("limit") != "10000" || asked.Query.Has("entity_ids[]") {
			t.Errorf("asked %d times, last %+v", n, asked)
		}
		if got := l.said(); !slices.Equal(got, []string{"U1 explorer read c1: GET /employer/directory limit=10000 · 200 · request request-1 · to choose from"}) {
			t.Errorf("the account says %q", got)
		}
		entity := choosing("c1", finch.PickPerson)
		entity.EntityID = benefit
		choose(entity)
		if asked.Query.Get("entity_ids[]") != benefit {
			t.Errorf("for an entity it asks %+v", asked)
		}
		choose(choosing("c2", finch.PickPerson))
		time.Sleep(10 * time.Minute)
		choose(choosing("c1", finch.PickPerson))
		if n := f.count("GET", "/employer/directory"); n != 4 {
			t.Errorf("asked %d times", n)
		}
	})
}

func TestPaymentsOfAYearAreChosenFrom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked finch.Request
		f := newFinch()
		f.call = func(_ context.Context, _ string, r finch.Request) (finch.Answer, error) {
			asked = r
			return answered(http.StatusOK, `[{"id":"`+benefit+`","pay_date":"2000-01-01"}]`), nil
		}
		set, err := exploring(f, newStore("c1"), &fakeLedger{}).Choices(t.Context(), choosing("c1", finch.PickPayment))
		if _, ok := set.Choice(benefit); err != nil || !ok {
			t.Fatal(err)
		}
		if q := asked.Query; q.Get("start_date") != "1999-01-01" || q.Get("end_date") != "2000-01-01" {
			t.Errorf("asked for %v", q)
		}
	})
}

func TestOnlySoManyChoicesAreKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := answers(http.StatusOK, people(1)), newStore()
		for i := range 33 {
			s.add(fmt.Sprint("c", i), time.Now())
		}
		w := exploring(f, s, &fakeLedger{})
		for _, i := range append(slices.Repeat([]int{0}, 2), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 32, 1, 0) {
			if _, err := w.Choices(t.Context(), choosing(fmt.Sprint("c", i), finch.PickPerson)); err != nil {
				t.Fatal(err)
			}
		}
		if n := f.count("GET", "/employer/directory"); n != 34 { // the first had to go
			t.Errorf("asked %d times", n)
		}
	})
}

func TestOnlySoManyPeopleAreKept(t *testing.T) {
	t.Parallel()
	var many []string
	for i := range 20_000 {
		many = append(many, fmt.Sprintf(`{"id":"%d"}`, i))
	}
	f, s := answers(http.StatusOK, `{"individuals":[`+strings.Join(many, ",")+`]}`), newStore("c0", "c1", "c2", "c3", "c4", "c5")
	w := exploring(f, s, &fakeLedger{})
	for _, id := range []string{"c0", "c1", "c2", "c3", "c4", "c0", "c5", "c1", "c0"} { // c5 is one too many, so c0 goes
		if _, err := w.Choices(t.Context(), choosing(id, finch.PickPerson)); err != nil {
			t.Fatal(err)
		}
	}
	if n := f.count("GET", "/employer/directory"); n != 7 {
		t.Errorf("asked %d times", n)
	}
}

// What had to go is in no timer's hands any more.
func TestChoicesThatWentTakeNoMemory(t *testing.T) {
	t.Parallel()
	f, s := answers(http.StatusOK, people(1)), newStore()
	w := exploring(f, s, &fakeLedger{})
	var gone atomic.Int32
	for i := range 40 {
		id := fmt.Sprint("c", i)
		s.add(id, time.Now())
		set, err := w.Choices(t.Context(), choosing(id, finch.PickPerson))
		if err != nil {
			t.Fatal(err)
		}
		runtime.AddCleanup(set, func(int) { gone.Add(1) }, 0)
	}
	for deadline := time.Now().Add(time.Minute); gone.Load() < 8 && time.Now().Before(deadline); runtime.Gosched() {
		runtime.GC()
	}
	if n := gone.Load(); n != 8 {
		t.Errorf("%d of 40 sets went, want all but 32", n)
	}
	runtime.KeepAlive(w)
}

func TestChoicesThatCannotBe(t *testing.T) {
	t.Parallel()
	refusal := &finch.Error{Status: 403, Name: "insufficient_scope_error"}
	for name, c := range map[string]struct {
		order explore.ChoicesOrder
		f     *fakeFinch
		note  int
		want  error
		calls int
	}{
		"refused":      {choosing("c1", finch.PickPerson), refuses(refusal), 0, refusal, 1},
		"nobody's":     {choosing("c9", finch.PickPerson), newFinch(), 0, finch.ErrUnknown, 0},
		"unaccounted":  {choosing("c1", finch.PickPerson), answers(200, people(1)), 1, explore.ErrUnaccounted, 1},
		"not readable": {choosing("c1", finch.PickPerson), answers(200, "<html>"), 0, nil, 1},
		"not Finch's":  {choosing("c1", finch.PickEntity), newFinch(), 0, nil, 0},
	} {
		w := exploring(c.f, newStore("c1"), &fakeLedger{noteErr: c.note})
		for try := 1; try <= 2; try++ { // a failure is not kept
			set, err := w.Choices(t.Context(), c.order)
			if err == nil || set != nil || c.want != nil && !errors.Is(err, c.want) || c.f.count("GET", "/employer/directory") != try*c.calls {
				t.Errorf("%s: %v, %v", name, set, err)
			}
		}
	}
	w := exploring(newFinch(), newStore("c1"), &fakeLedger{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Choices(ctx, choosing("c9", finch.PickPerson)); err == nil {
		t.Error("who left got choices")
	}
}
