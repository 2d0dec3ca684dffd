package store_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"perch/internal/finch"
	"perch/store"
)

// past fills a store with jobs that happened an hour apart, job-01 first: of
// three connections and providers, of two types, every third failed, and one
// that lies ahead.
func past(t *testing.T, p place) *store.Store {
	t.Helper()
	s := p.open(t)
	grants := []finch.Grant{named("conn-0", "cust-0", "Acme"), named("conn-1", "cust-1", "Beta"), named("conn-2", "cust-2", "Gamma")}
	for i, provider := range []string{"gusto", "gusto_pro", "adp_run"} {
		grants[i].Facts.Introspection.ProviderID = provider
	}
	grant(t, s, grants...)
	if err := s.SaveProviders(t.Context(), []finch.Provider{{ID: "gusto", DisplayName: "Gusto"}, {ID: "adp_run", DisplayName: "Run, powered by ADP"}}, start); err != nil {
		t.Fatal(err)
	}
	var jobs []finch.KnownJob
	for i := 1; i <= 20; i++ {
		j := finch.KnownJob{
			ID: fmt.Sprintf("job-%02d", i), Kind: finch.Automated, ConnectionID: fmt.Sprintf("conn-%d", i%3), Type: finch.DataSync, Status: finch.JobComplete,
			Started: start.Add(time.Duration(i-30) * time.Hour), Learned: start,
		}
		switch {
		case i%5 == 0:
			j.Kind, j.Type, j.EntityID = finch.Manual, "benefit_create", "entity-1"
		case i%4 == 0:
			j.Status = finch.JobFailed
		case i%7 == 0:
			j.Status = finch.JobReauthError
		}
		jobs = append(jobs, j)
	}
	ahead := sync1()
	ahead.ID, ahead.ConnectionID = "job-99", "conn-1"
	if _, err := s.RecordJobs(t.Context(), append(jobs, ahead)); err != nil {
		t.Fatal(err)
	}
	return s
}

// allPages are the ids on each page until there is no next.
func allPages(t *testing.T, s *store.Store, query finch.JobQuery) [][]string {
	t.Helper()
	var pages [][]string
	for {
		page, err := s.Jobs(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		ids := []string{}
		for _, j := range page.Jobs {
			ids = append(ids, j.ID[len("job-"):])
		}
		if len(ids) > 0 {
			pages = append(pages, ids)
		}
		if query.After = page.Next; query.After == "" {
			return pages
		}
	}
}

func TestJobsNewestFirst(t *testing.T) {
	t.Parallel()
	failed := []finch.JobStatus{finch.JobFailed, finch.JobReauthError, finch.JobPermissionsError}
	hour := func(i int) time.Time { return start.Add(time.Duration(i-30) * time.Hour) }
	onEach(t, func(t *testing.T, p place) {
		s := past(t, p)
		for _, c := range []struct {
			name  string
			query finch.JobQuery
			want  [][]string
		}{
			{"all", finch.JobQuery{Limit: 8}, [][]string{
				{"20", "19", "18", "17", "16", "15", "14", "13"}, {"12", "11", "10", "09", "08", "07", "06", "05"}, {"04", "03", "02", "01"},
			}},
			{"a page that is just full", finch.JobQuery{Limit: 20}, [][]string{{"20", "19", "18", "17", "16", "15", "14", "13", "12", "11", "10", "09", "08", "07", "06", "05", "04", "03", "02", "01"}}},
			{"one at a time", finch.JobQuery{Statuses: failed, Since: hour(8), Limit: -1}, [][]string{{"16"}, {"14"}, {"12"}, {"08"}}},
			{"a connection", finch.JobQuery{ConnectionID: "conn-1", Limit: 5}, [][]string{{"19", "16", "13", "10", "07"}, {"04", "01"}}},
			{"failed", finch.JobQuery{Statuses: failed, Limit: 4}, [][]string{{"16", "14", "12", "08"}, {"07", "04"}}},
			{"a status", finch.JobQuery{Statuses: []finch.JobStatus{finch.JobReauthError}, Limit: 4}, [][]string{{"14", "07"}}},
			{"a status that none has", finch.JobQuery{Statuses: []finch.JobStatus{finch.JobRunning}, Limit: 4}, nil},
			{"pending, though one lies ahead", finch.JobQuery{Statuses: []finch.JobStatus{finch.JobPending}, Limit: 4}, nil},
			{"a type", finch.JobQuery{Types: []string{"benefit_create"}, Limit: 3}, [][]string{{"20", "15", "10"}, {"05"}}},
			{"types", finch.JobQuery{Types: []string{"benefit_create", finch.DataSync}, Since: hour(18), Limit: 9}, [][]string{{"20", "19", "18"}}},
			{"a type that none has", finch.JobQuery{Types: []string{"benefit"}, Limit: 3}, nil},
			{"a provider's id alone", finch.JobQuery{Provider: "gusto", Limit: 9}, [][]string{{"18", "15", "12", "09", "06", "03"}}},
			{"a part of providers' names and ids", finch.JobQuery{Provider: "GUST", Limit: 9}, [][]string{{"19", "18", "16", "15", "13", "12", "10", "09", "07"}, {"06", "04", "03", "01"}}},
			{"a part of a provider's name", finch.JobQuery{Provider: "by adp", Limit: 9}, [][]string{{"20", "17", "14", "11", "08", "05", "02"}}},
			{"no provider", finch.JobQuery{Provider: "nobody", Limit: 9}, nil},
			{"a provider of invisible letters", finch.JobQuery{Provider: "\u200b", Limit: 9}, nil},
			{"a wildcard is none", finch.JobQuery{Provider: "gusto%", Limit: 9}, nil},
			{"failed at a provider", finch.JobQuery{Provider: "adp_run", Statuses: failed, Limit: 9}, [][]string{{"14", "08"}}},
			{"failed of a type at a provider", finch.JobQuery{Provider: "adp_run", Statuses: failed, Types: []string{"benefit_create"}, Limit: 9}, nil},
			{"an entity", finch.JobQuery{EntityID: "entity-1", Limit: 2}, [][]string{{"20", "15"}, {"10", "05"}}},
			{"no entity", finch.JobQuery{EntityID: "entity-2", Limit: 2}, nil},
			{"an entity of a connection", finch.JobQuery{EntityID: "entity-1", ConnectionID: "conn-1", Limit: 2}, [][]string{{"10"}}},
			{"an entity at a provider", finch.JobQuery{EntityID: "entity-1", Provider: "adp", Limit: 9}, [][]string{{"20", "05"}}},
			{"an entity's of a type and status", finch.JobQuery{EntityID: "entity-1", Types: []string{finch.DataSync}, Statuses: failed, Limit: 9}, nil},
			{"failed of a connection", finch.JobQuery{ConnectionID: "conn-1", Statuses: failed, Limit: 9}, [][]string{{"16", "07", "04"}}},
			{"a connection's of a type", finch.JobQuery{ConnectionID: "conn-1", Types: []string{"benefit_create"}, Limit: 9}, [][]string{{"10"}}},
			{"a connection of another provider", finch.JobQuery{ConnectionID: "conn-1", Provider: "adp_run", Limit: 9}, nil},
			{"a connection of the provider", finch.JobQuery{ConnectionID: "conn-1", Provider: "gusto_pro", Since: hour(11), Limit: 9}, [][]string{{"19", "16", "13"}}},
			{"no connection", finch.JobQuery{ConnectionID: "nobody", Limit: 9}, nil},
			{"a time", finch.JobQuery{Since: hour(3), Until: hour(6), Limit: 2}, [][]string{{"05", "04"}, {"03"}}},
			{"until later than now", finch.JobQuery{Since: hour(19), Until: start.Add(48 * time.Hour), Limit: 9}, [][]string{{"20", "19"}}},
			{"hostile words", finch.JobQuery{ConnectionID: "a\x00\xff", Provider: "\x00", EntityID: "'\xff", Types: []string{"\x00,"}, Statuses: []finch.JobStatus{"%"}, Limit: 2}, nil},
		} {
			if got := allPages(t, s, c.query); !slices.EqualFunc(got, c.want, slices.Equal) {
				t.Errorf("%s:\ngot  %q\nwant %q", c.name, got, c.want)
			}
		}
	})
}

// TestJobsOfManyProviders holds pages of words that mean more providers than are
// searched one by one to what the whole history says, whether their jobs are among
// the last or long past.
func TestJobsOfManyProviders(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		var grants []finch.Grant
		var jobs []finch.KnownJob
		for i := range 13 {
			g := named(fmt.Sprint("conn-", i), fmt.Sprint("cust-", i), "Acme")
			g.Facts.Introspection.ProviderID = fmt.Sprint("many_", i)
			grants = append(grants, g)
		}
		grants[12].Facts.Introspection.ProviderID = "other"
		grant(t, s, grants...)
		for i := range 600 { // the last 300 are all of the other provider
			j := asked(fmt.Sprintf("job-%03d", i), fmt.Sprint("conn-", max(i%14, i/300*12)%13))
			j.Status, j.Started = finch.JobComplete, start.Add(time.Duration(i/3-600)*time.Minute)
			if i%5 == 0 {
				j.Status = finch.JobFailed
			}
			jobs = append(jobs, j)
		}
		if _, err := s.RecordJobs(t.Context(), jobs); err != nil {
			t.Fatal(err)
		}
		whole, err := s.Jobs(t.Context(), finch.JobQuery{Limit: 1000})
		if err != nil || len(whole.Jobs) != 600 {
			t.Fatalf("%d jobs, %v", len(whole.Jobs), err)
		}
		for _, query := range []finch.JobQuery{
			{Provider: "many_", Limit: 7},
			{Provider: "MANY", Statuses: []finch.JobStatus{finch.JobFailed}, Limit: 7},
			{Provider: "many_", Until: start.Add(-550 * time.Minute), Limit: 7},
			{Provider: "many_", Since: start.Add(-505 * time.Minute), Limit: 7},
			{Provider: "many_", Types: []string{finch.DataSync}, Statuses: []finch.JobStatus{finch.JobFailed}, Limit: 100},
		} {
			var want []string
			for _, j := range whole.Jobs {
				if strings.HasPrefix(j.ProviderID, "many_") && (len(query.Statuses) == 0 || j.Status == finch.JobFailed) &&
					!j.Started.Before(query.Since) && (query.Until.IsZero() || j.Started.Before(query.Until)) {
					want = append(want, j.ID[len("job-"):])
				}
			}
			if got := slices.Concat(allPages(t, s, query)...); len(want) == 0 || !slices.Equal(got, want) {
				t.Errorf("%+v:\ngot  %q\nwant %q", query, got, want)
			}
		}
	})
}

func TestWhatLiesAheadIsNoHistory(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		record(t, s, sync1())
		fast := asked("job-ahead", "conn-1") // by Finch's clock it began in a minute
		fast.Started = start.Add(time.Minute)
		record(t, s, fast)
		page, err := s.Jobs(t.Context(), finch.JobQuery{ConnectionID: "conn-1", Limit: 10})
		if err != nil || len(page.Jobs) != 1 || page.Jobs[0].ID != "job-ahead" {
			t.Errorf("before its time: %+v, %v", page, err)
		}
		p.clock.ms.Store(sync1().Scheduled.UnixMilli())
		page, err = s.Jobs(t.Context(), finch.JobQuery{ConnectionID: "conn-1", Limit: 10})
		if err != nil || len(page.Jobs) != 2 || page.Jobs[0].ID != sync1().ID {
			t.Errorf("when its time has come: %+v, %v", page, err)
		}
	})
}

func TestJobsOfOneMoment(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		var jobs []finch.KnownJob
		for i := range 50 {
			j := asked(fmt.Sprintf("job-%02d", i), "conn-1")
			j.Status = []finch.JobStatus{finch.JobRunning, finch.JobComplete, finch.JobFailed}[i%3]
			jobs = append(jobs, j)
		}
		if _, err := s.RecordJobs(t.Context(), jobs); err != nil {
			t.Fatal(err)
		}
		for name, query := range map[string]finch.JobQuery{
			"all": {Limit: 7}, "by type": {Types: []string{finch.DataSync}, Limit: 7}, "a connection": {ConnectionID: "conn-1", Limit: 7},
		} {
			seen := map[string]int{}
			for _, page := range allPages(t, s, query) {
				for _, id := range page {
					seen[id]++
				}
			}
			for id, n := range seen {
				if n != 1 {
					t.Errorf("%s: %s came %d times", name, id, n)
				}
			}
			if len(seen) != 50 {
				t.Errorf("%s: %d of 50 came", name, len(seen))
			}
		}
	})
}

func TestJobsRefuseForeignCursors(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := past(t, p)
		page, err := s.Jobs(t.Context(), finch.JobQuery{ConnectionID: "conn-1", Limit: 1})
		if err != nil || page.Next == "" || len(page.Next) > 1000 {
			t.Fatalf("cursor %q, %v", page.Next, err)
		}
		encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
		for name, query := range map[string]finch.JobQuery{
			"another connection": {ConnectionID: "conn-2", After: page.Next},
			"another filter":     {ConnectionID: "conn-1", Statuses: []finch.JobStatus{finch.JobFailed}, After: page.Next},
			"another time":       {ConnectionID: "conn-1", Since: start, After: page.Next},
			"not base64":         {After: "%%%"},
			"not JSON":           {After: encode("{")},
			"empty JSON":         {After: encode("{}")},
			"a wrong place":      {After: encode(`{"a":"x"}`)},
		} {
			if _, err := s.Jobs(t.Context(), query); !errors.Is(err, store.ErrCursor) {
				t.Errorf("%s: got %v", name, err)
			}
		}
		if _, err := s.Jobs(t.Context(), finch.JobQuery{ConnectionID: "conn-1", Limit: 5, After: page.Next}); err != nil {
			t.Errorf("the same list in larger pages: %v", err)
		}
	})
}

func TestJobsBefore(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := past(t, p)
		for id, want := range map[string][]string{"job-19": {"job-16", "job-13"}, "job-04": {"job-01"}, "job-10": nil, "job-20": {"job-05"}} {
			jobs, err := s.JobsBefore(t.Context(), job(t, s, id), 2)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, j := range jobs {
				got = append(got, j.ID)
			}
			if !slices.Equal(got, want) {
				t.Errorf("before %s: %q, want %q", id, got, want)
			}
		}
		if _, err := s.JobsBefore(t.Context(), finch.KnownJob{ID: "nobody"}, 2); !errors.Is(err, store.ErrUnknownJob) {
			t.Errorf("before an unknown one: %v", err)
		}
	})
}

func TestLastSyncs(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		var jobs []finch.KnownJob
		for i := range 20 { // the last one lies ahead
			j := sync1()
			j.ID, j.Scheduled, j.Learned = fmt.Sprintf("sync-%02d", i), start.Add(time.Duration(i-18)*24*time.Hour-time.Hour), start.Add(-1000*time.Hour)
			j.Status = []finch.JobStatus{finch.JobMissing, finch.JobPending, finch.JobComplete}[i%3]
			if j.Status == finch.JobComplete {
				j = ended(j, finch.JobComplete)
			}
			other := j
			other.ID, other.ConnectionID = fmt.Sprintf("other-%02d", i), "conn-2"
			forced := j
			forced.ID, forced.Scheduled = fmt.Sprintf("forced-%02d", i), time.Time{}
			jobs = append(jobs, j, other, forced)
		}
		if _, err := s.RecordJobs(t.Context(), jobs); err != nil {
			t.Fatal(err)
		}
		last, err := s.LastSyncs(t.Context(), "conn-1", 3)
		if err != nil || len(last) != 3 || last[0].ID != "sync-16" || last[1].ID != "sync-17" || last[2].ID != "sync-18" || last[2].Status != finch.JobMissing {
			t.Errorf("got %+v, %v", last, err)
		}
		if none, err := s.LastSyncs(t.Context(), "nobody", 3); err != nil || len(none) != 0 {
			t.Errorf("of nobody: %+v, %v", none, err)
		}
	})
}

func TestPruneJobs(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, named("conn-1", "cust-1", "Acme"))
		var jobs []finch.KnownJob
		for i := range 1201 { // more than two steps
			j := asked(fmt.Sprintf("job-%04d", i), "conn-1")
			j.Status = finch.JobComplete
			jobs = append(jobs, j)
		}
		young := asked("young", "conn-1")
		young.Status, young.Started = finch.JobComplete, start.Add(time.Hour)
		p.clock.advance(2 * time.Hour)
		jobs = append(jobs, young, asked("running", "conn-1"))
		if _, err := s.RecordJobs(t.Context(), jobs); err != nil {
			t.Fatal(err)
		}
		n, err := s.PruneJobs(t.Context(), start.Add(time.Minute))
		if err != nil || n != 1201 {
			t.Errorf("removed %d, %v", n, err)
		}
		for _, id := range []string{"young", "running"} {
			if _, err := s.Job(t.Context(), id); err != nil {
				t.Errorf("%s must stay: %v", id, err)
			}
		}
	})
}
