package store_test

import (
	"bytes"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"perch/store"
)

func takeIn(t *testing.T, s *store.Store, source, id, payload string) bool {
	t.Helper()
	fresh, err := s.TakeIn(t.Context(), source, id, []byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	return fresh
}

func claimInbox(t *testing.T, s *store.Store) []store.InboxItem {
	t.Helper()
	items, err := s.ClaimInbox(t.Context(), "slack", 10, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return items
}

func TestInboxTakesEachEventOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		for _, c := range []struct {
			source, id string
			fresh      bool
		}{
			{"slack", "Ev1", true},
			{"slack", "Ev1", false},
			{"finch", "Ev1", true},
			{"slack", "Ev2", true},
		} {
			if got := takeIn(t, s, c.source, c.id, "{}"); got != c.fresh {
				t.Errorf("%s %s: fresh %v, want %v", c.source, c.id, got, c.fresh)
			}
		}
		for _, item := range claimInbox(t, s) {
			if err := s.Done(t.Context(), item); err != nil {
				t.Fatal(err)
			}
		}
		if takeIn(t, p.open(t), "slack", "Ev1", "{}") {
			t.Error("an event that was worked off came in again")
		}
	})
}

func TestInboxHandsOutUntilDone(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		payload := "{\"text\":\"a\x00b\xff\"}"
		takeIn(t, s, "slack", "Ev1", payload)
		p.clock.advance(time.Second)
		takeIn(t, s, "slack", "Ev2", "")

		want := []store.InboxItem{
			{Source: "slack", EventID: "Ev1", Payload: []byte(payload), Received: start, Attempts: 1},
			{Source: "slack", EventID: "Ev2", Payload: []byte{}, Received: start.Add(time.Second), Attempts: 1},
		}
		got := claimInbox(t, s)
		if len(got) == 2 && len(got[1].Payload) == 0 {
			got[1].Payload = []byte{}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if again := claimInbox(t, s); len(again) != 0 {
			t.Errorf("handed out twice: %+v", again)
		}
		if err := s.Done(t.Context(), want[0]); err != nil {
			t.Fatal(err)
		}
		p.clock.advance(2 * time.Minute)
		if left := claimInbox(t, s); len(left) != 1 || left[0].EventID != "Ev2" || left[0].Attempts != 2 {
			t.Errorf("after the lease: %+v", left)
		}
	})
}

func TestInboxForgetsWhatDoneEventsSaid(t *testing.T) {
	t.Parallel()
	p := sqlitePlace(t)
	s := p.open(t)
	takeIn(t, s, "slack", "Ev1", "words of a customer")
	for _, item := range claimInbox(t, s) {
		if err := s.Done(t.Context(), item); err != nil {
			t.Fatal(err)
		}
	}
	meddle(t, p, `UPDATE inbox SET state = 0, next_try = 0`)
	if items := claimInbox(t, s); len(items) != 1 || bytes.Contains(items[0].Payload, []byte("customer")) {
		t.Errorf("its payload is still there: %+v", items)
	}
}

func TestInboxUnderManyHands(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		sides := []*store.Store{p.open(t), p.open(t)}
		var (
			fresh atomic.Int64
			group sync.WaitGroup
		)
		for g := range 8 {
			group.Go(func() {
				for i := range 20 {
					if takeIn(t, sides[g%2], "slack", fmt.Sprint(i), "{}") {
						fresh.Add(1)
					}
				}
			})
		}
		group.Wait()
		if fresh.Load() != 20 {
			t.Errorf("20 events were fresh %d times", fresh.Load())
		}
	})
}

func TestPruneInbox(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		for i := range 1200 { // more than two steps
			takeIn(t, s, "slack", fmt.Sprint(i), "{}")
		}
		p.clock.advance(time.Hour)
		takeIn(t, s, "slack", "young", "{}")
		n, err := s.PruneInbox(t.Context(), start.Add(time.Minute))
		if err != nil || n != 1200 {
			t.Errorf("removed %d, %v", n, err)
		}
		if takeIn(t, s, "slack", "young", "{}") || !takeIn(t, s, "slack", "7", "{}") {
			t.Error("the young one must stay known, the old ones not")
		}
	})
}

func TestInboxHandsOutBySource(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		takeIn(t, s, "slack", "Ev1", "{}")
		takeIn(t, s, "finch", "msg_1", "{}")
		for _, source := range []string{"finch", "slack", "nobody"} {
			items, err := s.ClaimInbox(t.Context(), source, 10, time.Minute)
			if err != nil || source != "nobody" && (len(items) != 1 || items[0].Source != source) || source == "nobody" && len(items) != 0 {
				t.Errorf("%s got %+v, %v", source, items, err)
			}
		}
	})
}
