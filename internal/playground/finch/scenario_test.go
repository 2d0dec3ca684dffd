package finch

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

const day = 24 * time.Hour

func TestScheduledSyncRunsAndTheNextOneIsListed(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	p := serve(t, s).as(s.Tokens()[harborConnection])

	s.Advance(22*time.Hour + 14*time.Minute + time.Second) // one second into it
	running := p.get("/jobs/automated")
	if running.text("data", 0, "job_id") != harborJob || running.text("data", 0, "status") != "in_progress" || running.text("data", 0, "started_at") == "" {
		t.Errorf("while it runs: %s", running.raw)
	}

	s.Advance(time.Minute)
	next := p.get("/jobs/automated")
	if len(next.list("data")) != 1 || next.text("data", 0, "job_id") == harborJob || next.text("data", 0, "status") != pending ||
		next.text("data", 0, "scheduled_at") != "2026-11-23T07:14:00.000Z" || next.text("data", 0, "created_at") != "2026-03-02T15:20:11.000Z" {
		t.Errorf("after it: %s", next.raw)
	}
	done := p.get("/jobs/automated/" + harborJob)
	if done.text("status") != complete || done.text("completed_at") != "2026-11-22T07:14:03.120Z" {
		t.Errorf("the job itself: %s", done.raw)
	}
	if got := p.get("/introspect").text("connection_status", "last_successful_sync"); got != done.text("completed_at") {
		t.Errorf("last_successful_sync %q, want %q", got, done.text("completed_at"))
	}
}

func TestEveryAutomatedConnectionHasOneSyncWithinADay(t *testing.T) {
	t.Parallel()
	for name, cadence := range map[string]time.Duration{"a day of 24 hours": day, "a day of 10 minutes": 10 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := local(t, Options{Day: cadence})
			for range 3 {
				for _, c := range s.Connections() {
					want := !c.Assisted && c.ConnectionType == "provider" && c.Status != disconnected
					if (c.NextSync != nil) != want {
						t.Errorf("%s: next sync %v", c.ID, c.NextSync)
						continue
					}
					if !want {
						continue
					}
					at, err := time.Parse(stamp, *c.NextSync)
					if ahead := at.Sub(s.Now()); err != nil || ahead < -usualTakes || ahead > cadence {
						t.Errorf("%s syncs %v ahead", c.ID, ahead)
					}
				}
				s.Advance(cadence + time.Minute)
			}
		})
	}
}

func TestSyncEndsAsAsked(t *testing.T) {
	t.Parallel()
	for outcome, want := range map[string]struct{ job, status string }{
		complete:         {complete, connected},
		failed:           {failed, connected},
		reauthError:      {reauthError, reauth},
		permissionsError: {permissionsError, noPermissions},
		missed:           {pending, connected},
		stuck:            {inProgress, connected},
	} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			s := local(t, Options{})
			c := plain(t, s)
			p := serve(t, s).as(s.Tokens()[c.ID])
			id, _, err := s.Sync(Due{ConnectionID: c.ID, Outcome: outcome})
			if err != nil || id != *c.NextJobID {
				t.Fatalf("sync: %s, %v; want the scheduled job %s", id, err, *c.NextJobID)
			}
			job, state := p.get("/jobs/automated/"+id), p.get("/introspect")
			if job.text("status") != want.job || state.text("connection_status", "status") != want.status {
				t.Errorf("job %s, connection %s; want %v", job.text("status"), state.text("connection_status", "status"), want)
			}
			synced := state.text("connection_status", "last_successful_sync") == *written(saturday)
			if synced != (outcome == complete) {
				t.Errorf("last_successful_sync is %q", state.text("connection_status", "last_successful_sync"))
			}
			listed := p.get("/jobs/automated")
			if len(listed.list("data")) != 1 {
				t.Errorf("listed: %s", listed.raw)
			}
			s.Advance(2 * day) // the outcome was for once
			if again := p.get("/jobs/automated/" + id).text("status"); outcome == missed && again == missed {
				t.Errorf("a word of ours got out")
			}
		})
	}
}

func TestFailuresThatAreKeptGoOnAndBrokenConnectionsKeepFailing(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	c := plain(t, s)
	p := serve(t, s).as(s.Tokens()[c.ID])
	if _, _, err := s.Sync(Due{ConnectionID: c.ID, Outcome: failed, Keep: true}); err != nil {
		t.Fatal(err)
	}
	second := p.get("/jobs/automated").text("data", 0, "job_id")
	s.Advance(day + time.Minute)
	if got := p.get("/jobs/automated/" + second).text("status"); got != failed {
		t.Errorf("the second sync: %s", got)
	}

	if err := s.SetOutcome(c.ID, complete); err != nil {
		t.Fatal(err)
	}
	if err := s.SetStatus(c.ID, reauth, "password changed"); err != nil {
		t.Fatal(err)
	}
	third := p.get("/jobs/automated").text("data", 0, "job_id")
	s.Advance(day)
	if got := p.get("/jobs/automated/" + third).text("status"); got != reauthError {
		t.Errorf("a sync without a login: %s", got)
	}
	if _, _, err := s.ReplaceToken(c.ID, false); err != nil {
		t.Fatal(err)
	}
	fourth := p.get("/jobs/automated").text("data", 0, "job_id")
	s.Advance(day)
	if got := p.get("/jobs/automated/" + fourth).text("status"); got != complete {
		t.Errorf("a sync after signing in again: %s", got)
	}
}

func TestAssistedConnectionSyncsWeeklyWithoutJobs(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	c := named(t, s, "Tidewater Marine")
	p := serve(t, s).as(s.Tokens()[c.ID])
	before := p.get("/introspect").text("connection_status", "last_successful_sync")
	s.Advance(7 * day)
	after := p.get("/introspect").text("connection_status", "last_successful_sync")
	if before == "" || after <= before {
		t.Errorf("last sync %q, a week later %q", before, after)
	}
	if got := p.get("/jobs/automated"); len(got.list("data")) != 0 {
		t.Errorf("jobs of an assisted connection: %s", got.raw)
	}
}

func TestRunPlaysTheScenarioByTheClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Day: 10 * time.Minute, Now: time.Now})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { s.Run(ctx); close(ended) }()

		before := s.Connections()
		time.Sleep(11 * time.Minute)
		synctest.Wait()
		after := s.Connections()
		i := slices.IndexFunc(before, func(c Connection) bool { return c.ID == harborConnection })
		if *before[i].NextJobID == *after[i].NextJobID || *before[i].LastSync == *after[i].LastSync {
			t.Error("nothing happened in a day of 10 minutes")
		}
		cancel()
		<-ended
		s.Close()
	})
}

func TestMishapsHappenAndPass(t *testing.T) {
	t.Parallel()
	s := local(t, Options{Mishaps: 0.4})
	quiet, seen := local(t, Options{}), map[string]int{}
	for range 20 {
		s.Advance(day / 2)
		quiet.Advance(day / 2)
		for i, c := range s.Connections() {
			if c.Outcome == complete && c.Status == reauth && quiet.Connections()[i].Status == connected {
				seen[c.ID]++
			}
		}
	}
	if len(seen) < 5 {
		t.Errorf("%d employers lost their sign-in in ten days, want several", len(seen))
	}
	for id, looks := range seen {
		if looks == 20 {
			t.Errorf("%s never came back", id)
		}
	}
}

func TestOldJobsAreForgotten(t *testing.T) {
	t.Parallel()
	s := local(t, Options{Day: time.Minute, Connections: 1})
	p := serve(t, s).as(s.Tokens()[harborConnection])
	s.Advance((keepJobs + 10) * time.Minute)
	recent := p.get("/jobs/automated").text("data", 0, "job_id")
	s.Advance(time.Minute)
	if got := p.get("/jobs/automated/" + harborJob); got.status != 404 {
		t.Errorf("the first job: %d", got.status)
	}
	if got := p.get("/jobs/automated/" + recent); got.text("status") != complete {
		t.Errorf("the last one: %s", got.raw)
	}
}

func TestResetBeginsAnew(t *testing.T) {
	t.Parallel()
	s := local(t, Options{})
	c := plain(t, s)
	p := serve(t, s).as(s.Tokens()[c.ID])
	_ = s.SetStatus(c.ID, disconnected, "")
	s.Fault(Fault{Status: 500})
	s.Advance(day)
	p.get("/introspect")
	s.Reset()
	if got := p.get("/introspect"); got.status != 200 || !s.Now().Equal(saturday) || s.Introspected(c.ID) != 1 {
		t.Errorf("after a reset: %d %s at %v, asked %d times", got.status, got.raw, s.Now(), s.Introspected(c.ID))
	}
}
