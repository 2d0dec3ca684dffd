package store_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"perch/internal/finch"
	"perch/store"
)

// daily are scheduled syncs of a connection, a day apart, the last a day ago.
func daily(connectionID string, ends ...finch.JobStatus) []finch.KnownJob {
	var jobs []finch.KnownJob
	for i, end := range ends {
		due := start.AddDate(0, 0, i-len(ends))
		j := finch.KnownJob{
			ID: fmt.Sprintf("%s-sync-%02d", connectionID, i), Kind: finch.Automated, ConnectionID: connectionID, Type: finch.DataSync,
			Status: end, Scheduled: due, Learned: due.Add(time.Hour),
		}
		if end.Final() {
			j.Started, j.Completed = due, due.Add(time.Minute)
		}
		jobs = append(jobs, j)
	}
	return jobs
}

func failedSyncs(t *testing.T, s *store.Store, id string) int {
	t.Helper()
	found, err := s.Find(t.Context(), id, 1)
	if err != nil || len(found) != 1 {
		t.Fatalf("found %v, %v", found, err)
	}
	return found[0].FailedSyncs
}

func TestFailuresInARowNeedAttention(t *testing.T) {
	t.Parallel()
	const (
		ok, failed, reauth, missing, running = finch.JobComplete, finch.JobFailed, finch.JobReauthError, finch.JobMissing, finch.JobRunning
	)
	tests := map[string]struct {
		syncs []finch.JobStatus
		want  int
	}{
		"none":                           {nil, 0},
		"the last was well":              {[]finch.JobStatus{failed, failed, failed, ok}, 0},
		"two":                            {[]finch.JobStatus{ok, failed, failed}, 2},
		"three of different kinds":       {[]finch.JobStatus{ok, failed, reauth, failed}, 3},
		"one that runs says nothing yet": {[]finch.JobStatus{failed, failed, failed, running}, 3},
		"a missing one is no failure":    {[]finch.JobStatus{failed, missing, failed, failed}, 2},
		"more than are looked at":        {append(make([]finch.JobStatus, 0, 20), failed, failed, failed, failed, failed, failed, failed, failed, failed, failed, failed, failed, failed, failed, failed, failed), 14},
	}
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		for name, tt := range tests {
			id := strings.ReplaceAll(name, " ", "-")
			grant(t, s, named(id, "customer of "+id, name))
			if _, err := s.RecordJobs(t.Context(), daily(id, tt.syncs...)); err != nil {
				t.Fatal(err)
			}
			if got := failedSyncs(t, s, id); got != tt.want {
				t.Errorf("%s: %d failures in a row, want %d", name, got, tt.want)
			}
		}
		yes := true
		want := "[[more-than-are-looked-at one-that-runs-says-nothing-yet three-of-different-kinds]]"
		if got := fmt.Sprint(pages(t, s, finch.ListQuery{Tab: finch.Live, Attention: &yes, Limit: 9})); got != want {
			t.Errorf("these need attention: %s, want %s", got, want)
		}
		if counts, err := s.Counts(t.Context(), ""); err != nil || counts.Attention != 3 || counts.Live != len(tests) {
			t.Errorf("counted %+v, %v", counts, err)
		}
	})
}

func TestFailuresInARowComeAndGo(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		g := named("c1", "cust-1", "Acme")
		grant(t, s, g)
		attention := func() int {
			counts, err := s.Counts(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			return counts.Attention
		}
		syncs := daily("c1", finch.JobFailed, finch.JobFailed, finch.JobFailed, finch.JobComplete)
		for i, want := range []int{0, 0, 1, 0} {
			if _, err := s.RecordJob(t.Context(), syncs[i]); err != nil {
				t.Fatal(err)
			}
			g.Facts.At = g.Facts.At.Add(time.Minute)
			if err := s.Learn(t.Context(), g.Facts); err != nil { // a look does not undo it
				t.Fatal(err)
			}
			if got := attention(); got != want {
				t.Errorf("after sync %d %d need attention, want %d", i+1, got, want)
			}
		}
	})
}

func TestAConnectionThatEndedFailsNoMore(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, named("c1", "cust-1", "Zulu"), named("c2", "cust-2", "Alpha"))
		if _, err := s.RecordJobs(t.Context(), daily("c1", finch.JobFailed, finch.JobFailed, finch.JobFailed)); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"c1", "c2"} {
			if err := s.Lost(t.Context(), id, finch.NewToken("secret of "+id), start); err != nil {
				t.Fatal(err)
			}
		}
		if got := fmt.Sprint(pages(t, s, finch.ListQuery{Tab: finch.Ended, Limit: 9})); got != "[[c2 c1]]" {
			t.Errorf("the ended ones stand as %s", got)
		}
	})
}

// What failed before this version counted is counted when it takes over.
func TestFailuresOfOldAreCounted(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		bad, good := named("c1", "cust-1", "Acme"), named("c2", "cust-2", "Beta")
		bad.Facts.Introspection.ConnectionStatus.LastSync.At = start.AddDate(0, 0, -4)
		good.Facts.Introspection.ConnectionStatus.LastSync.At = start
		grant(t, s, bad, good)
		for _, id := range []string{"c1", "c2"} {
			if _, err := s.RecordJobs(t.Context(), daily(id, finch.JobFailed, finch.JobFailed, finch.JobReauthError, finch.JobFailed)); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		driver := "pgx"
		if !strings.HasPrefix(p.database, "postgres") {
			driver = "sqlite"
		}
		pool, err := sql.Open(driver, p.database)
		if err != nil {
			t.Fatal(err)
		}
		back := append(undoingAllAfter(t, "00003_failures.sql"),
			"UPDATE connections SET calm = 1", "ALTER TABLE connections DROP COLUMN failures", "DELETE FROM perch_migrations WHERE version_id >= 3")
		for _, back := range back {
			if _, err := pool.ExecContext(t.Context(), back); err != nil {
				t.Fatal(err)
			}
		}
		pool.Close()
		s = p.open(t)
		if got := []int{failedSyncs(t, s, "c1"), failedSyncs(t, s, "c2")}; got[0] != 3 || got[1] != 0 {
			t.Errorf("counted %v failures, want [3 0]", got)
		}
		if counts, err := s.Counts(t.Context(), ""); err != nil || counts.Attention != 1 {
			t.Errorf("counted %+v, %v", counts, err)
		}
	})
}

// undoingAllAfter is what takes back the migrations after one, the last first.
func undoingAllAfter(t *testing.T, name string) []string {
	t.Helper()
	files, err := os.ReadDir(filepath.Join("migrations", "sqlite")) // in the order of their names
	if err != nil {
		t.Fatal(err)
	}
	var back []string
	for _, f := range files {
		if f.Name() > name {
			back = append(undoing(t, f.Name()), back...)
		}
	}
	return back
}

// undoing is what takes back a migration that makes tables and adds columns.
func undoing(t *testing.T, name string) []string {
	t.Helper()
	made, err := os.ReadFile(filepath.Join("migrations", "sqlite", name))
	if err != nil {
		t.Fatal(err)
	}
	var back, tables []string
	for _, index := range regexp.MustCompile(`(?m)^CREATE (?:UNIQUE )?INDEX (\w+)`).FindAllStringSubmatch(string(made), -1) {
		if !strings.Contains(string(made), "DROP INDEX "+index[1]+";") { // else one of that name was there before
			back = append(back, "DROP INDEX "+index[1])
		}
	}
	for _, table := range regexp.MustCompile(`(?m)^CREATE TABLE (\w+)`).FindAllStringSubmatch(string(made), -1) {
		tables = append([]string{"DROP TABLE " + table[1]}, tables...)
	}
	for _, view := range regexp.MustCompile(`(?m)^CREATE VIEW (\w+)`).FindAllStringSubmatch(string(made), -1) {
		back = append(back, "DROP VIEW "+view[1])
	}
	back = append(back, tables...)
	for _, column := range regexp.MustCompile(`(?m)^ALTER TABLE (\w+) ADD COLUMN (\w+)`).FindAllStringSubmatch(string(made), -1) {
		back = append(back, "ALTER TABLE "+column[1]+" DROP COLUMN "+column[2])
	}
	return back
}
