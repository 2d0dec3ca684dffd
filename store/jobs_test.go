package store_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"perch/internal/finch"
	"perch/store"
)

// sync1 is a scheduled sync as Finch's list tells it before it runs.
func sync1() finch.KnownJob {
	return finch.KnownJob{
		ID: "d1d1d1d1-0000-4000-8000-000000000001", Kind: finch.Automated, ConnectionID: "conn-1", Type: finch.DataSync,
		Status: finch.JobPending, Created: start.Add(-90 * 24 * time.Hour), Scheduled: start.Add(time.Hour),
		FirstSeen: start, Learned: start,
	}
}

// ended is the same job read after it ended.
func ended(j finch.KnownJob, status finch.JobStatus) finch.KnownJob {
	j.Status, j.Started, j.Completed = status, j.Scheduled.Add(time.Minute), j.Scheduled.Add(9*time.Minute)
	j.Learned = j.Scheduled.Add(10 * time.Minute)
	return j
}

func record(t testing.TB, s *store.Store, j finch.KnownJob) bool {
	t.Helper()
	changed, err := s.RecordJob(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

func job(t testing.TB, s *store.Store, id string) finch.KnownJob {
	t.Helper()
	line, err := s.Job(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return line.KnownJob
}

func TestJobIsWhatWasSaid(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		want := ended(sync1(), finch.JobFailed)
		want.EntityID, want.Gone = "entity-1", true
		want.RequestIDs = []string{"req-1", "req-2"}
		want.Results = []finch.JobResult{{Code: 201, Count: 30}, {Code: 404, Count: 2, Individuals: []string{"i-1", "i-2"}}}
		s := p.open(t)
		grant(t, s, named("conn-1", "cust-1", "Acme"))
		if err := s.SaveProviders(t.Context(), []finch.Provider{{ID: "gusto", DisplayName: "Gusto"}}, start); err != nil {
			t.Fatal(err)
		}
		if !record(t, s, want) {
			t.Error("a new job is news")
		}
		got, err := p.open(t).Job(t.Context(), want.ID) // from the database, not from memory
		line := finch.JobLine{
			KnownJob: want, CustomerID: "cust-1", CustomerName: "Acme", CompanyID: "company-conn-1", ProviderID: "gusto", ProviderName: "Gusto",
		}
		if err != nil || !reflect.DeepEqual(got, line) {
			t.Errorf("got  %+v, %v\nwant %+v", got, err, line)
		}
	})
}

func TestWhatIsKnownOfAJobOnlyGetsFuller(t *testing.T) {
	t.Parallel()
	pending := sync1()
	complete := ended(pending, finch.JobComplete)
	running := complete
	running.Status, running.Completed, running.Learned = finch.JobRunning, time.Time{}, complete.Scheduled.Add(2*time.Minute)
	event := finch.KnownJob{ID: pending.ID, Kind: finch.Automated, ConnectionID: "conn-1", EntityID: "entity-1", Type: finch.DataSync, Status: finch.JobPending}
	given := func(j finch.KnownJob, change func(*finch.KnownJob)) finch.KnownJob {
		change(&j)
		return j
	}
	missing := given(finch.KnownJob{ID: pending.ID}, func(j *finch.KnownJob) { j.Status = finch.JobMissing })
	gone := finch.KnownJob{ID: pending.ID, Gone: true, Learned: start.Add(5 * time.Hour)}
	cases := []struct {
		name    string
		said    []finch.KnownJob
		want    finch.KnownJob
		changed bool // by the last word
	}{
		{"it ran", []finch.KnownJob{pending, running, complete}, complete, true},
		{"the same twice", []finch.KnownJob{complete, complete}, complete, false},
		{"the same again later", []finch.KnownJob{pending, given(pending, func(j *finch.KnownJob) { j.Learned = start.Add(time.Minute) })}, given(pending, func(j *finch.KnownJob) { j.Learned = start.Add(time.Minute) }), false},
		{"an older word after a newer", []finch.KnownJob{running, pending}, running, false},
		{"an older word that fills a gap", []finch.KnownJob{given(running, func(j *finch.KnownJob) { j.Created = time.Time{} }), pending}, running, true},
		{"an older word that it ended", []finch.KnownJob{given(running, func(j *finch.KnownJob) { j.Learned = start.Add(5 * time.Hour) }), complete}, given(complete, func(j *finch.KnownJob) { j.Learned = start.Add(5 * time.Hour) }), true},
		{"a later word that it runs after it ended", []finch.KnownJob{complete, given(running, func(j *finch.KnownJob) { j.Learned, j.Scheduled = start.Add(25*time.Hour), start.Add(26*time.Hour) })}, given(complete, func(j *finch.KnownJob) { j.Learned = start.Add(25 * time.Hour) }), false},
		{"a later word that it ended otherwise", []finch.KnownJob{complete, given(complete, func(j *finch.KnownJob) { j.Status, j.Learned = finch.JobFailed, start.Add(5*time.Hour) })}, given(complete, func(j *finch.KnownJob) { j.Status, j.Learned = finch.JobFailed, start.Add(5*time.Hour) }), true},
		{"an event after the fact names the entity", []finch.KnownJob{complete, event}, given(complete, func(j *finch.KnownJob) { j.EntityID = "entity-1" }), true},
		{"an event first, the answer later", []finch.KnownJob{event, complete}, given(complete, func(j *finch.KnownJob) { j.EntityID = "entity-1" }), true},
		{"a type that comes late", []finch.KnownJob{given(complete, func(j *finch.KnownJob) { j.Type = "" }), event}, given(complete, func(j *finch.KnownJob) { j.EntityID = "entity-1" }), true},
		{"it moved to another time", []finch.KnownJob{pending, given(pending, func(j *finch.KnownJob) { j.Scheduled, j.Learned = start.Add(3*time.Hour), start.Add(time.Minute) })}, given(pending, func(j *finch.KnownJob) { j.Scheduled, j.Learned = start.Add(3*time.Hour), start.Add(time.Minute) }), true},
		{"never heard of again", []finch.KnownJob{pending, missing}, given(pending, func(j *finch.KnownJob) { j.Status = finch.JobMissing }), true},
		{"missing, and still pending at Finch", []finch.KnownJob{pending, missing, given(pending, func(j *finch.KnownJob) { j.Learned = start.Add(9 * time.Hour) })}, given(pending, func(j *finch.KnownJob) { j.Status, j.Learned = finch.JobMissing, start.Add(9*time.Hour) }), false},
		{"missing, and running after all", []finch.KnownJob{pending, missing, running}, running, true},
		{"missing does not undo what was heard", []finch.KnownJob{running, missing}, running, false},
		{"missing does not undo the end", []finch.KnownJob{complete, missing}, complete, false},
		{"gone", []finch.KnownJob{pending, gone}, given(pending, func(j *finch.KnownJob) { j.Gone, j.Learned = true, gone.Learned }), true},
		{"gone, then missing", []finch.KnownJob{pending, gone, missing}, given(pending, func(j *finch.KnownJob) { j.Status, j.Gone, j.Learned = finch.JobMissing, true, gone.Learned }), true},
		{"gone, then there after all", []finch.KnownJob{pending, gone, given(complete, func(j *finch.KnownJob) { j.Learned = start.Add(6 * time.Hour) })}, given(complete, func(j *finch.KnownJob) { j.Learned = start.Add(6 * time.Hour) }), true},
		{"another connection's word of it", []finch.KnownJob{complete, given(complete, func(j *finch.KnownJob) { j.ConnectionID, j.Learned = "conn-2", start.Add(5*time.Hour) })}, given(complete, func(j *finch.KnownJob) { j.Learned = start.Add(5 * time.Hour) }), false},
		{"an event named the wrong connection", []finch.KnownJob{given(event, func(j *finch.KnownJob) { j.ConnectionID, j.EntityID = "conn-2", "" }), complete}, complete, true},
		{"a status that is new to us", []finch.KnownJob{pending, given(running, func(j *finch.KnownJob) { j.Status = "retrying" })}, given(running, func(j *finch.KnownJob) { j.Status = "retrying" }), true},
	}
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		for i, c := range cases {
			c.want.ID = fmt.Sprint("job-", i) // a job for each case
			changed := false
			for _, said := range c.said {
				said.ID = c.want.ID
				changed = record(t, s, said)
			}
			if got := job(t, s, c.want.ID); !reflect.DeepEqual(got, c.want) {
				t.Errorf("%s:\ngot  %+v\nwant %+v", c.name, got, c.want)
			}
			if changed != c.changed {
				t.Errorf("%s: the last word: changed %v, want %v", c.name, changed, c.changed)
			}
		}
	})
}

func TestRequestIDsOfTheLastReads(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		for i := range 7 {
			j := sync1()
			j.RequestIDs, j.Learned = []string{fmt.Sprint("req-", i), fmt.Sprint("req-", i)}, start.Add(time.Duration(i)*time.Minute)
			if changed := record(t, s, j); changed != (i == 0) {
				t.Errorf("read %d: changed %v", i, changed)
			}
		}
		if got := job(t, s, sync1().ID).RequestIDs; !slices.Equal(got, []string{"req-2", "req-3", "req-4", "req-5", "req-6"}) {
			t.Errorf("kept %q", got)
		}
	})
}

func TestLaterResultsReplaceEarlierOnes(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		j := finch.KnownJob{ID: "manual-1", Kind: finch.Manual, ConnectionID: "conn-1", Type: "benefit_enroll", Status: finch.JobRunning, Learned: start}
		j.Results = []finch.JobResult{{Code: 201, Count: 1, Individuals: []string{}}}
		record(t, s, j)
		if record(t, s, j) {
			t.Error("the same results again are no news")
		}
		later := j
		later.Status, later.Learned = finch.JobComplete, start.Add(time.Minute)
		later.Results = []finch.JobResult{{Code: 201, Count: 3}, {Code: 404, Count: 1, Individuals: []string{"i-\x007"}}}
		record(t, s, later)
		record(t, s, j) // the earlier answer, come late
		want := []finch.JobResult{{Code: 201, Count: 3}, {Code: 404, Count: 1, Individuals: []string{"i-7"}}}
		if got := job(t, s, j.ID).Results; !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
}

func TestHostileJobs(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		for name, id := range map[string]string{"none": "", "NUL": "a\x00b", "not UTF-8": "a\xff", "endless": strings.Repeat("a", 201)} {
			if _, err := s.RecordJob(t.Context(), finch.KnownJob{ID: id, ConnectionID: "conn-1"}); err == nil {
				t.Errorf("an id of the kind %q was taken", name)
			}
		}
		long := strings.Repeat("x\x00", 5000)
		batch := []finch.KnownJob{
			{ID: "b", ConnectionID: long, EntityID: long, Type: long, Status: finch.JobStatus(long), Kind: finch.JobKind(long), RequestIDs: []string{long}},
			{ID: "", ConnectionID: "conn-1"},
			{ID: "a", ConnectionID: "conn-1"},
		}
		changed, err := s.RecordJobs(t.Context(), batch)
		if err != nil || changed != 2 {
			t.Errorf("%d changed, %v", changed, err)
		}
		if got := job(t, s, "b"); len(got.Type) != 200 || len(got.EntityID) != 200 {
			t.Errorf("long words are not cut: %d and %d bytes", len(got.Type), len(got.EntityID))
		}
	})
}

func TestJobByTheBeginningOfItsID(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		ids := []string{"abcdef01-1111", "abcdef01-2222", "abcdef02-3333", "short", "Mixed-Case-1"}
		for _, id := range ids {
			record(t, s, finch.KnownJob{ID: id, ConnectionID: "conn-1"})
		}
		for words, want := range map[string]string{
			"abcdef01-1111": ids[0], "abcdef01-2": ids[1], "ABCDEF02": ids[2], " abcdef02 ": ids[2], "short": ids[3],
			"Mixed-Case-1": ids[4], "Mixed-Ca": ids[4],
		} {
			if line, err := s.Job(t.Context(), words); err != nil || line.ID != want {
				t.Errorf("%q: got %q, %v", words, line.ID, err)
			}
		}
		for words, want := range map[string]error{
			"abcdef01": store.ErrAmbiguousJob, "abcdef0": store.ErrUnknownJob, "shor": store.ErrUnknownJob, "": store.ErrUnknownJob,
			"bbbbbbbb": store.ErrUnknownJob, "abcdef0_": store.ErrUnknownJob, "%%%%%%%%": store.ErrUnknownJob, "a\x00\xffbcdefgh": store.ErrUnknownJob,
		} {
			if line, err := s.Job(t.Context(), words); !errors.Is(err, want) {
				t.Errorf("%q: got %q, %v, want %v", words, line.ID, err, want)
			}
		}
	})
}

func TestOneJobFromManySides(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		sides := []*store.Store{p.open(t), p.open(t)}
		grant(t, sides[0], named("conn-1", "cust-1", "Acme"))
		var (
			batch   []finch.KnownJob
			changed atomic.Int64
			group   sync.WaitGroup
		)
		for i := range 20 {
			j := sync1()
			j.ID = fmt.Sprintf("job-%02d", i)
			batch = append(batch, j)
		}
		for g := range 8 {
			said := slices.Clone(batch)
			for i := range said {
				if g%2 == 0 {
					said[i] = ended(said[i], finch.JobComplete)
				} else {
					said[i].EntityID = "entity-1"
				}
			}
			if g%4 < 2 {
				slices.Reverse(said)
			}
			group.Go(func() {
				n, err := sides[g%2].RecordJobs(t.Context(), said)
				if err != nil {
					t.Error(err)
				}
				changed.Add(int64(n))
			})
		}
		group.Wait()
		if changed.Load() != 40 {
			t.Errorf("20 jobs changed %d times, want once for each of two words", changed.Load())
		}
		for _, j := range batch {
			if got := job(t, sides[0], j.ID); got.Status != finch.JobComplete || got.EntityID != "entity-1" {
				t.Errorf("half of what was said is lost: %+v", got)
			}
		}
	})
}
