package store_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"perch/internal/finch"
	"perch/store"
)

func claim(t *testing.T, s *store.Store, n int) []finch.Due {
	t.Helper()
	due, err := s.ClaimDue(t.Context(), n, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return due
}

func TestQueueOfLooks(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, named("conn-1", "cust-1", "Acme"))
		due := claim(t, s, 10)
		if len(due) != 1 || due[0].ConnectionID != "conn-1" {
			t.Fatalf("a new connection is due at once: %+v", due)
		}
		if again := claim(t, s, 10); len(again) != 0 {
			t.Errorf("claimed twice within the lease: %+v", again)
		}
		p.clock.advance(2 * time.Minute)
		second := claim(t, s, 10)
		if len(second) != 1 || second[0].Fence <= due[0].Fence {
			t.Fatalf("after the lease it is due again, with a higher fence: %+v", second)
		}
		if err := s.Postpone(t.Context(), due[0], p.clock.now().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
		if got := claim(t, s, 10); len(got) != 0 {
			t.Errorf("an overtaken claimant made it due: %+v", got)
		}
		if err := s.Postpone(t.Context(), second[0], p.clock.now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		p.clock.advance(59 * time.Minute)
		if got := claim(t, s, 10); len(got) != 0 {
			t.Errorf("due before its time: %+v", got)
		}
		p.clock.advance(time.Minute)
		if got := claim(t, s, 10); len(got) != 1 {
			t.Errorf("not due at its time: %+v", got)
		}
	})
}

func TestWithoutATokenNothingIsDue(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, named("conn-1", "cust-1", "Acme"), named("conn-2", "cust-2", "Beta"))
		under := claim(t, s, 10)
		if err := s.Forget(t.Context(), "conn-1"); err != nil {
			t.Fatal(err)
		}
		if err := s.Lost(t.Context(), "conn-2", finch.NewToken("secret of conn-2"), p.clock.now()); err != nil {
			t.Fatal(err)
		}
		for _, d := range under { // looks under way come back
			if err := s.Postpone(t.Context(), d, p.clock.now()); err != nil {
				t.Fatal(err)
			}
		}
		p.clock.advance(24 * time.Hour)
		if got := claim(t, s, 10); len(got) != 0 {
			t.Errorf("due without a token: %+v", got)
		}
		grant(t, s, named("conn-1", "cust-1", "Acme"))
		if got := claim(t, s, 10); len(got) != 1 {
			t.Errorf("with a token again: %+v", got)
		}
	})
}

func TestAnOlderLookDoesNotPutOffAFreshTokens(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, named("conn-1", "cust-1", "Acme"))
		older := claim(t, s, 10)
		grant(t, s, named("conn-1", "cust-1", "Acme"))
		if err := s.Postpone(t.Context(), older[0], p.clock.now().Add(24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if got := claim(t, s, 10); len(got) != 1 {
			t.Errorf("a fresh token's look: %+v", got)
		}
	})
}

func TestLongestDueComesFirst(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		for i := range 5 {
			grant(t, s, named(fmt.Sprintf("conn-%d", i), "cust", "Acme"))
			p.clock.advance(time.Second)
		}
		for i := range 5 {
			if got := claim(t, s, 1); len(got) != 1 || got[0].ConnectionID != fmt.Sprintf("conn-%d", i) {
				t.Errorf("claim %d: %+v", i, got)
			}
		}
	})
}

func TestNoTwoSessionsClaimTheSame(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		sessions := []*store.Store{p.open(t), p.open(t), p.open(t), p.open(t)}
		var grants []finch.Grant
		for i := range 50 {
			grants = append(grants, named(fmt.Sprintf("conn-%02d", i), "cust", "Acme"))
			if _, err := sessions[0].TakeIn(t.Context(), "slack", fmt.Sprint(i), nil); err != nil {
				t.Fatal(err)
			}
		}
		grant(t, sessions[0], grants...)
		var (
			mu    sync.Mutex
			times = map[string]int{}
			group sync.WaitGroup
		)
		note := func(id string) {
			mu.Lock()
			defer mu.Unlock()
			times[id]++
		}
		ready := make(chan struct{})
		for _, s := range sessions {
			group.Go(func() {
				<-ready
				for range 4 {
					due, err := s.ClaimDue(t.Context(), 50, time.Minute)
					items, err2 := s.ClaimInbox(t.Context(), "slack", 50, time.Minute)
					if err != nil || err2 != nil {
						t.Error(err, err2)
					}
					for _, d := range due {
						note(d.ConnectionID)
					}
					for _, item := range items {
						note("event " + item.EventID)
					}
				}
			})
		}
		close(ready)
		group.Wait()
		if len(times) != 100 {
			t.Errorf("%d of 100 were claimed", len(times))
		}
		for id, n := range times {
			if n != 1 {
				t.Errorf("%s was claimed %d times", id, n)
			}
		}
	})
}

func TestBatchesInOppositeOrder(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		sides := []*store.Store{p.open(t), p.open(t)}
		var batch []finch.Grant
		for i := range 20 {
			batch = append(batch, named(fmt.Sprintf("conn-%02d", i), "cust", "Acme"))
		}
		backwards := slices.Clone(batch)
		slices.Reverse(backwards)
		for round := range 3 { // the first creates, the others replace
			var group sync.WaitGroup
			for i, grants := range [][]finch.Grant{batch, backwards} {
				group.Go(func() {
					if _, err := sides[i].Grant(t.Context(), grants); err != nil {
						t.Errorf("round %d: %v", round, err)
					}
				})
			}
			group.Wait()
		}
	})
}

func TestClaimsAreFreedWhereNobodyElseCanHoldThem(t *testing.T) {
	t.Parallel()
	for _, exclusive := range []bool{true, false} {
		t.Run(fmt.Sprintf("exclusive %v", exclusive), func(t *testing.T) {
			t.Parallel()
			p := sqlitePlace(t)
			o := p.options()
			o.Exclusive = exclusive
			s, err := store.Open(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			grant(t, s, named("conn-1", "cust-1", "Acme"))
			later := finch.KnownJob{ID: "job-2", ConnectionID: "conn-1", Kind: finch.Automated, Status: finch.JobPending, Scheduled: p.clock.now().Add(time.Minute)}
			now := finch.KnownJob{ID: "job-1", ConnectionID: "conn-1", Kind: finch.Automated, Status: finch.JobPending}
			if _, err := s.RecordJobs(t.Context(), []finch.KnownJob{now, later}); err != nil {
				t.Fatal(err)
			}
			if err := s.ReadWhenOver(t.Context(), "job-2", p.clock.now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
			if _, err := s.TakeIn(t.Context(), "finch", "event-1", []byte("{}")); err != nil {
				t.Fatal(err)
			}
			taken := func() (n int) {
				jobs, err := s.ClaimJobs(t.Context(), 10, time.Minute)
				events, otherwise := s.ClaimInbox(t.Context(), "finch", 10, time.Minute)
				if err := errors.Join(err, otherwise); err != nil {
					t.Fatal(err)
				}
				return len(jobs) + len(events) + len(claim(t, s, 10))
			}
			if n := taken(); n != 3 {
				t.Fatalf("%d of 3 were claimed", n)
			}
			p.clock.advance(time.Second)
			if err := s.FreeClaims(t.Context(), time.Minute); err != nil {
				t.Fatal(err)
			}
			if n, want := taken(), map[bool]int{true: 3, false: 0}[exclusive]; n != want {
				t.Errorf("%d were free, want %d", n, want)
			}
		})
	}
}
