package finch

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// pastSyncs are the finished syncs of a connection as its client reads them
// one by one, oldest first.
func pastSyncs(t *testing.T, s *Server, p *peer, c Connection) []answered {
	t.Helper()
	s.mu.Lock()
	var ids []string
	for _, j := range s.world.byID[c.ID].past {
		ids = append(ids, j.id)
	}
	s.mu.Unlock()
	var jobs []answered
	for _, id := range ids {
		got := p.as(s.Tokens()[c.ID]).get("/jobs/automated/" + id)
		if got.status != 200 || got.text("job_id") != id || got.text("type") != dataSync {
			t.Fatalf("job %s: %d %s", id, got.status, got.raw)
		}
		jobs = append(jobs, got)
	}
	return jobs
}

func statusesOf(jobs []answered) []string {
	var list []string
	for _, j := range jobs {
		list = append(list, j.text("status"))
	}
	return list
}

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(stamp, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestHistoryHasASyncADayAtTheUsualTime(t *testing.T) {
	t.Parallel()
	s := local(t, Options{History: 30})
	p := serve(t, s)
	for _, c := range s.Connections() {
		if c.NextSync == nil || c.LastSync == nil {
			continue
		}
		jobs := pastSyncs(t, s, p, c)
		next := moment(t, *c.NextSync)
		if want := map[bool]int{true: 29, false: 30}[c.CustomerName != nil && *c.CustomerName == "Silver Lake Dairy"]; len(jobs) != want {
			t.Errorf("%s has %d past syncs, want %d", c.ID, len(jobs), want)
		}
		success := ""
		for _, j := range jobs {
			scheduled, completed := moment(t, j.text("scheduled_at")), moment(t, j.text("completed_at"))
			ahead := next.Sub(scheduled)
			if ahead%day != 0 || ahead < day || ahead > 30*day || j.text("started_at") != j.text("scheduled_at") || j.text("created_at") != *c.CreatedAt {
				t.Errorf("%s before %v: %s", c.ID, next, j.raw)
			}
			if took := completed.Sub(scheduled); took < 2*time.Second || took > 10*time.Minute || completed.After(saturday) {
				t.Errorf("%s took %v: %s", c.ID, took, j.raw)
			}
			if j.text("status") == complete {
				success = j.text("completed_at")
			}
		}
		if success != *c.LastSync {
			t.Errorf("%s last succeeded at %q by its jobs, at %q by itself", c.ID, success, *c.LastSync)
		}
		if listed := p.as(s.Tokens()[c.ID]).get("/jobs/automated"); len(listed.list("data")) != 1 || listed.text("data", 0, "job_id") != *c.NextJobID {
			t.Errorf("the list of %s has more than the next sync: %s", c.ID, listed.raw)
		}
	}
}

func TestHistoryEndsByEachCharactersStory(t *testing.T) {
	t.Parallel()
	s := local(t, Options{History: 30})
	p := serve(t, s)
	for name, want := range map[string]struct {
		failures int
		outcome  string
	}{
		harborName:                 {0, complete},
		"Northwind Logistics":      {3, failed},
		"Mesa Verde Builders":      {1, failed},
		"Blue Fern Dental":         {2, reauthError},
		"Prairie Wind Energy":      {9, reauthError},
		"Staging Clinic":           {4, permissionsError},
		"Arbor Clinic":             {0, complete},
		"O'Malley & Sons Plumbing": {0, complete},
	} {
		got := statusesOf(pastSyncs(t, s, p, named(t, s, name)))
		expected := append(slices.Repeat([]string{complete}, 30-want.failures), slices.Repeat([]string{want.outcome}, want.failures)...)
		if !slices.Equal(got, expected) {
			t.Errorf("%s: %v", name, got)
		}
	}
	if jobs := pastSyncs(t, s, p, named(t, s, "Tidewater Marine")); len(jobs) != 0 {
		t.Errorf("an assisted connection has %d syncs", len(jobs))
	}
	for _, j := range pastSyncs(t, s, p, named(t, s, "Perch Sandbox One")) {
		if j.at("scheduled_at") != nil || j.text("created_at") != j.text("started_at") || j.text("status") != complete {
			t.Errorf("a sync that was asked for in the Finch Sandbox: %s", j.raw)
		}
	}
}

func TestHistoryLeavesTheDocumentedExampleAsItIs(t *testing.T) {
	t.Parallel()
	with, without := local(t, Options{History: 30, Mishaps: 0.5}), local(t, Options{})
	for _, path := range []string{"/introspect", "/jobs/automated"} {
		got := serve(t, with).as(harborSecret(with)).get(path)
		if want := serve(t, without).as(harborSecret(without)).get(path); !reflect.DeepEqual(got.body, want.body) {
			t.Errorf("%s is\n%s, without a past\n%s", path, got.raw, want.raw)
		}
	}
}

func harborSecret(s *Server) string { return s.Tokens()[harborConnection] }

func TestHistoryHasMishapsButNotLast(t *testing.T) {
	t.Parallel()
	s := local(t, Options{History: 30, Mishaps: 0.2})
	p := serve(t, s)
	seen := map[string]int{}
	for _, name := range []string{harborName, "Arbor Clinic", "Acme Bikes", twinName, accentName} {
		got := statusesOf(pastSyncs(t, s, p, named(t, s, name)))
		for _, status := range got {
			seen[status]++
		}
		if got[len(got)-1] != complete {
			t.Errorf("%s is connected although its last sync ended in %s", name, got[len(got)-1])
		}
	}
	if seen[failed] == 0 || seen[reauthError] == 0 || seen[complete] < 75 {
		t.Errorf("150 syncs ended so: %v", seen)
	}
}

func TestHistoryHasDeductionsWithResultsPerPerson(t *testing.T) {
	t.Parallel()
	s := local(t, Options{History: 30})
	p := serve(t, s)
	codes, connections := map[float64]int{}, map[string]bool{}
	for _, j := range s.world.manual {
		got := p.as(s.Tokens()[j.owner.id]).get("/jobs/manual/" + j.id)
		if got.status != 200 || !slices.Contains([]string{complete, failed}, got.text("status")) {
			t.Errorf("%s: %d %s", j.id, got.status, got.raw)
		}
		for i := range got.list("body") {
			code, _ := got.at("body", i, "code").(float64)
			codes[code]++
			known := s.world.ledger(j.owner, j.entity).person(got.text("body", i, "individual_id")) != nil
			if known != (code != 404) {
				t.Errorf("%s says %v of somebody known: %t", j.id, code, known)
			}
		}
		connections[j.owner.id] = true
	}
	if len(connections) < 5 || codes[404] < 2 || codes[201] < 10 || codes[200] < 10 {
		t.Errorf("codes %v of %d connections", codes, len(connections))
	}
	if !connections[named(t, s, "O'Malley & Sons Plumbing").ID] || connections[harborConnection] {
		t.Error("deductions are written where the employer granted them and nowhere else")
	}
}

func TestHistoryIsTheSeedsAndComesBackWithAReset(t *testing.T) {
	t.Parallel()
	ids := func(s *Server) []string {
		s.mu.Lock()
		defer s.mu.Unlock()
		return slices.Sorted(maps.Keys(s.world.jobs))
	}
	later := func() time.Time { return saturday.Add(5000 * time.Hour) }
	one, same, none := local(t, Options{Seed: 3, History: 10}), local(t, Options{Seed: 3, History: 10, Now: later}), local(t, Options{Seed: 3})
	before := ids(one)
	if !slices.Equal(before, ids(same)) {
		t.Error("another clock gives other ids")
	}
	if len(before) < len(ids(none))+400 {
		t.Errorf("%d jobs with a past of ten days, %d without", len(before), len(ids(none)))
	}
	one.Advance(3 * day)
	one.Reset()
	if !slices.Equal(before, ids(one)) {
		t.Error("a reset gives another past")
	}
}

func TestHistoryIsOfShortDaysWhereDaysAreShort(t *testing.T) {
	t.Parallel()
	s := local(t, Options{History: 1000, Day: 10 * time.Minute})
	c := plain(t, s)
	jobs := pastSyncs(t, s, serve(t, s), c)
	first, last := jobs[0], jobs[len(jobs)-1]
	if len(jobs) != keepJobs || moment(t, last.text("scheduled_at")).Sub(moment(t, first.text("scheduled_at"))) != (keepJobs-1)*10*time.Minute {
		t.Errorf("%d jobs from %s to %s", len(jobs), first.raw, last.raw)
	}
	if !strings.HasPrefix(*c.LastSync, last.text("completed_at")) {
		t.Errorf("last sync %s, last job %s", *c.LastSync, last.raw)
	}
}
