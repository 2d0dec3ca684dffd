package store_test

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"perch/internal/finch"
	"perch/store"
)

// claimJobs are the ids of the jobs that are due, in order of id.
func claimJobs(t *testing.T, s *store.Store) []string {
	t.Helper()
	ids := []string{}
	for _, d := range claimJobsWhole(t, s) {
		ids = append(ids, d.JobID)
	}
	return ids
}

func claimJobsWhole(t *testing.T, s *store.Store) []finch.DueJob {
	t.Helper()
	due, err := s.ClaimJobs(t.Context(), 100, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(due, func(a, b finch.DueJob) int { return cmp.Compare(a.JobID, b.JobID) })
	return due
}

func asked(id, connectionID string) finch.KnownJob {
	return finch.KnownJob{ID: id, Kind: finch.Automated, ConnectionID: connectionID, Type: finch.DataSync, Status: finch.JobRunning, Learned: start, Started: start}
}

func TestQueueOfReads(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, named("conn-1", "cust-1", "Acme"))
		manual := asked("job-1", "conn-1")
		manual.Kind = finch.Manual
		record(t, s, manual)
		first := claimJobsWhole(t, s)
		if len(first) != 1 || first[0].JobID != "job-1" || first[0].ConnectionID != "conn-1" || first[0].Kind != finch.Manual {
			t.Fatalf("an unfinished job is due at once: %+v", first)
		}
		if again := claimJobs(t, s); len(again) != 0 {
			t.Errorf("claimed twice within the lease: %v", again)
		}
		p.clock.advance(2 * time.Minute)
		second := claimJobsWhole(t, p.open(t)) // as after a restart
		if len(second) != 1 || second[0].Fence <= first[0].Fence {
			t.Fatalf("after the lease it is due again, with a higher fence: %+v", second)
		}
		postpone(t, s, first[0], p.clock.now())
		if got := claimJobs(t, s); len(got) != 0 {
			t.Errorf("an overtaken claimant made it due: %v", got)
		}
		postpone(t, s, second[0], p.clock.now().Add(time.Hour))
		p.clock.advance(59 * time.Minute)
		if got := claimJobs(t, s); len(got) != 0 {
			t.Errorf("due before its time: %v", got)
		}
		p.clock.advance(time.Minute)
		third := claimJobsWhole(t, s)
		if len(third) != 1 {
			t.Fatalf("not due at its time: %+v", third)
		}
		postpone(t, s, third[0], time.Time{})
		p.clock.advance(1000 * time.Hour)
		if got := claimJobs(t, s); len(got) != 0 {
			t.Errorf("due after never again: %v", got)
		}
	})
}

func postpone(t *testing.T, s *store.Store, d finch.DueJob, next time.Time) {
	t.Helper()
	if err := s.PostponeJob(t.Context(), d, next); err != nil {
		t.Fatal(err)
	}
}

func TestWhichJobsAreToBeRead(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, named("conn-1", "cust-1", "Acme"))
		scheduled := sync1()
		scheduled.ID = "scheduled"
		gone := asked("gone", "conn-1")
		gone.Gone = true
		complete := asked("complete", "conn-1")
		complete.Status = finch.JobComplete
		odd := asked("odd", "conn-1")
		odd.Status = "a status new to us"
		for _, j := range []finch.KnownJob{scheduled, gone, complete, odd, asked("running", "conn-1"), asked("stranger", "conn-2")} {
			record(t, s, j)
		}
		if got := claimJobs(t, s); !slices.Equal(got, []string{"odd", "running"}) {
			t.Errorf("due at once: %v", got)
		}
		under := claimUnder(t, s, p, "running")
		p.clock.ms.Store(scheduled.Scheduled.UnixMilli())
		if got := claimJobs(t, s); !slices.Contains(got, "scheduled") {
			t.Errorf("due when it is scheduled: %v", got)
		}
		later := asked("running", "conn-1")
		later.Status, later.Learned = finch.JobReauthError, p.clock.now()
		record(t, s, later)
		postpone(t, s, under, p.clock.now())
		p.clock.advance(time.Hour)
		if got := claimJobs(t, s); slices.Contains(got, "running") {
			t.Errorf("due after it ended: %v", got)
		}
	})
}

// claimUnder claims all that is due once more and returns the claim of one job.
func claimUnder(t *testing.T, s *store.Store, p place, id string) finch.DueJob {
	t.Helper()
	p.clock.advance(2 * time.Minute)
	due := claimJobsWhole(t, s)
	i := slices.IndexFunc(due, func(d finch.DueJob) bool { return d.JobID == id })
	if i < 0 {
		t.Fatalf("%s is not due: %+v", id, due)
	}
	return due[i]
}

func TestReadSoon(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, named("conn-1", "cust-1", "Acme"))
		complete := asked("complete", "conn-1")
		complete.Status = finch.JobComplete
		for _, j := range []finch.KnownJob{asked("running", "conn-1"), complete, asked("stranger", "conn-2")} {
			record(t, s, j)
		}
		under := claimJobsWhole(t, s)
		for _, id := range []string{"running", "complete", "stranger", "unknown"} {
			if err := s.ReadSoon(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		postpone(t, s, under[0], p.clock.now().Add(time.Hour)) // it asked before the event came
		if got := claimJobs(t, s); !slices.Equal(got, []string{"running"}) {
			t.Errorf("due after it was scheduled for now: %v", got)
		}
	})
}

func TestASyncThatLiesAheadIsReadWhenItShouldBeOver(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, named("conn-1", "cust-1", "Acme"))
		next := asked("next", "conn-1")
		next.Scheduled = start.Add(time.Hour)
		record(t, s, next)
		readWhenOver(t, s, "next", start.Add(70*time.Minute))
		p.clock.advance(69 * time.Minute)
		if got := claimJobs(t, s); len(got) != 0 {
			t.Errorf("due before its time: %v", got)
		}
		p.clock.advance(time.Minute)
		if got := claimJobs(t, s); len(got) != 1 {
			t.Errorf("not due at its time: %v", got)
		}
	})
}

// Finch ran a sync early. Its webhook comes between a look's list, in which the
// sync still lies ahead, and what that look does with the list.
func TestAnOlderListDoesNotPutOffASyncMadeDue(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, named("conn-1", "cust-1", "Acme"))
		listed := asked("early", "conn-1")
		listed.Scheduled = start.Add(24 * time.Hour)
		record(t, s, listed)
		if err := s.ReadSoon(t.Context(), "early"); err != nil {
			t.Fatal(err)
		}
		readWhenOver(t, s, "early", start.Add(25*time.Hour))
		under := claimJobsWhole(t, s)
		if len(under) != 1 {
			t.Fatalf("due after the webhook: %+v", under)
		}
		readWhenOver(t, s, "early", start.Add(25*time.Hour)) // nor while it is read
		postpone(t, s, under[0], p.clock.now().Add(time.Minute))
		p.clock.advance(time.Minute)
		if got := claimJobs(t, s); len(got) != 1 {
			t.Errorf("due again when its reading said so: %v", got)
		}
	})
}

func readWhenOver(t *testing.T, s *store.Store, id string, at time.Time) {
	t.Helper()
	if err := s.ReadWhenOver(t.Context(), id, at); err != nil {
		t.Fatal(err)
	}
}

func TestReadsEndAndResumeWithTheToken(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, named("conn-1", "cust-1", "Acme"))
		complete := asked("complete", "conn-1")
		complete.Status = finch.JobComplete
		for _, j := range []finch.KnownJob{asked("running", "conn-1"), complete} {
			record(t, s, j)
		}
		under := claimJobsWhole(t, s)
		if err := s.Forget(t.Context(), "conn-1"); err != nil {
			t.Fatal(err)
		}
		record(t, s, asked("during", "conn-1"))
		for _, d := range under {
			postpone(t, s, d, p.clock.now())
		}
		p.clock.advance(time.Hour)
		if got := claimJobs(t, s); len(got) != 0 {
			t.Errorf("due without a token: %v", got)
		}
		grant(t, s, named("conn-1", "cust-1", "Acme"))
		if got := claimJobs(t, s); !slices.Equal(got, []string{"during", "running"}) {
			t.Errorf("due with a token again: %v", got)
		}
		if err := s.Lost(t.Context(), "conn-1", finch.NewToken("secret of conn-1"), p.clock.now()); err != nil {
			t.Fatal(err)
		}
		p.clock.advance(time.Hour)
		if got := claimJobs(t, s); len(got) != 0 {
			t.Errorf("due after the token was revoked: %v", got)
		}
	})
}

func TestNoTwoSessionsClaimTheSameJob(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		sessions := []*store.Store{p.open(t), p.open(t), p.open(t), p.open(t)}
		grant(t, sessions[0], named("conn-1", "cust-1", "Acme"))
		var jobs []finch.KnownJob
		for i := range 50 {
			jobs = append(jobs, asked(fmt.Sprintf("job-%02d", i), "conn-1"))
		}
		if _, err := sessions[0].RecordJobs(t.Context(), jobs); err != nil {
			t.Fatal(err)
		}
		var (
			mu    sync.Mutex
			times = map[string]int{}
			group sync.WaitGroup
			ready = make(chan struct{})
		)
		for _, s := range sessions {
			group.Go(func() {
				<-ready
				for range 4 {
					due, err := s.ClaimJobs(t.Context(), 50, time.Minute)
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					for _, d := range due {
						times[d.JobID]++
					}
					mu.Unlock()
				}
			})
		}
		close(ready)
		group.Wait()
		if len(times) != 50 {
			t.Errorf("%d of 50 were claimed", len(times))
		}
		for id, n := range times {
			if n != 1 {
				t.Errorf("%s was claimed %d times", id, n)
			}
		}
	})
}

func TestLookSoon(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, named("conn-1", "cust-1", "Acme"), named("conn-2", "cust-2", "Beta"))
		under := claim(t, s, 10)
		if err := s.Forget(t.Context(), "conn-2"); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"conn-1", "conn-2", "nobody"} {
			if err := s.LookSoon(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		for _, d := range under { // they asked before the event came
			if err := s.Postpone(t.Context(), d, p.clock.now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		due := claim(t, s, 10)
		if len(due) != 1 || due[0].ConnectionID != "conn-1" {
			t.Errorf("due soon: %+v", due)
		}
	})
}
