package commands

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"perch/internal/explore"
)

// ofSize is an answer of about so many bytes.
func ofSize(owner string, n int) held {
	return held{Owner: owner, Result: explore.Result{Body: &explore.Masked{JSON: make([]byte, n)}}}
}

func TestAnAnswerIsItsOwners(t *testing.T) {
	t.Parallel()
	s := newShelf(time.Now)
	a, b := s.put(ofSize("U1", 10)), s.put(ofSize("U1", 10))
	if a.ID == b.ID || len(a.ID) < 20 {
		t.Errorf("the ids are %q and %q", a.ID, b.ID)
	}
	if got, err := s.find(a.ID, "U1"); err != nil || got.ID != a.ID {
		t.Errorf("found %+v, %v", got, err)
	}
	if got, err := s.find(a.ID, "U2"); !errors.Is(err, errNotYours) || got.Result.Body != nil {
		t.Errorf("somebody else found %+v, %v", got, err)
	}
	if _, err := s.find("", "U1"); !errors.Is(err, errNotHeld) {
		t.Errorf("nothing is %v", err)
	}
}

func TestAnswersAreHeldForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(time.Now)
		old := s.put(ofSize("U1", 1000))
		time.Sleep(shelfLife - time.Minute)
		young := s.put(ofSize("U1", 1000))
		if _, err := s.find(old.ID, "U1"); err != nil {
			t.Errorf("before its time: %v", err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		// Nobody came by: it is gone from memory all the same.
		if len(s.kept) != 1 || s.kept[0].ID != young.ID || s.size != young.size {
			t.Errorf("%d are kept, of %d bytes", len(s.kept), s.size)
		}
		if _, err := s.find(old.ID, "U1"); !errors.Is(err, errNotHeld) {
			t.Errorf("after its time: %v", err)
		}
		time.Sleep(shelfLife)
		synctest.Wait()
		if len(s.kept) != 0 || s.size != 0 {
			t.Errorf("in the end %d are kept, of %d bytes", len(s.kept), s.size)
		}
	})
}

func TestTheOldestMakeRoom(t *testing.T) {
	t.Parallel()
	s := newShelf(time.Now)
	var ids []string
	for range 5 {
		ids = append(ids, s.put(ofSize("U1", shelfRoom/3)).ID)
		if s.size > shelfRoom {
			t.Fatalf("%d bytes are held", s.size)
		}
	}
	for i, id := range ids {
		if _, err := s.find(id, "U1"); (err == nil) != (i >= 3) {
			t.Errorf("number %d: %v", i, err)
		}
	}
	large := s.put(ofSize("U1", shelfRoom+1))
	if _, err := s.find(large.ID, "U1"); large.ID == "" || !errors.Is(err, errNotHeld) || len(s.kept) != 2 {
		t.Errorf("what is too large leaves %d, and is found with %v", len(s.kept), err)
	}
}

func TestTheShelfIsUsedByMany(t *testing.T) {
	t.Parallel()
	s := newShelf(time.Now)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			owner := fmt.Sprint("U", i)
			for range 200 {
				h := s.put(ofSize(owner, 100_000))
				if _, err := s.find(h.ID, owner); err != nil && !errors.Is(err, errNotHeld) {
					t.Errorf("found %v", err)
				}
			}
		})
	}
	all.Wait()
	if s.size > shelfRoom || len(s.kept) == 0 {
		t.Errorf("%d are held, of %d bytes", len(s.kept), s.size)
	}
}
