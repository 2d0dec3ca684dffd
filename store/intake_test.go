package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestAStormOfEvents has many doors take in the same events at the same time.
func TestAStormOfEvents(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		const doors, events = 20, 100
		var fresh atomic.Int64
		var wg sync.WaitGroup
		for door := range doors {
			wg.Go(func() {
				for i := range events {
					id := (i*7 + door*13) % events // each door in an order of its own
					is, err := s.TakeIn(t.Context(), "finch", fmt.Sprint("Ev", id), fmt.Append(nil, id))
					if err != nil {
						t.Error(err)
					}
					if is {
						fresh.Add(1)
					}
				}
			})
		}
		wg.Wait()
		if fresh.Load() != events {
			t.Errorf("%d were fresh, want %d", fresh.Load(), events)
		}
		items, err := s.ClaimInbox(t.Context(), "finch", 2*events, time.Minute)
		if err != nil || len(items) != events {
			t.Fatalf("%d are kept, %v, want %d", len(items), err, events)
		}
		for _, item := range items {
			if item.EventID != "Ev"+string(item.Payload) {
				t.Errorf("%s has the payload %s", item.EventID, item.Payload)
			}
		}
	})
}

func TestWhoLeavesDoesNotKeepOthersFromTheIntake(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		gone, leave := context.WithCancel(t.Context())
		leave()
		if _, err := s.TakeIn(gone, "finch", "Ev1", nil); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		if !takeIn(t, s, "finch", "Ev2", "{}") {
			t.Error("the next event is not fresh")
		}
	})
}

func TestNothingComesInOnceTheStoreIsClosed(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			if fresh, err := s.TakeIn(t.Context(), "finch", fmt.Sprint("Ev", i), nil); err == nil || fresh {
				t.Errorf("taken in: %v, %v", fresh, err)
			}
		}
	})
}
