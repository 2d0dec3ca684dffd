package commands

import (
	"encoding/csv"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"perch/internal/finch"
)

func TestJobsAsTyped(t *testing.T) {
	t.Parallel()
	id := endedAs(finch.JobComplete, 1).ID
	tests := map[string]struct {
		typed string
		want  string
	}{
		"all":                          {"", "Newest first, all connections"},
		"one connection by name":       {"harbor", "Jobs of Harbor Coffee Roasters"},
		"one connection by id":         {harbor().ID, "Jobs of Harbor Coffee Roasters"},
		"one job":                      {id, "Copy for Finch's support"},
		"one job in capitals":          {strings.ToUpper(id), "Copy for Finch's support"},
		"one job in an address":        {"https://api.tryfinch.com/jobs/automated/" + id, "Copy for Finch's support"},
		"one job in brackets":          {"<" + id + ">", "Copy for Finch's support"},
		"too short a beginning":        {"9999999", "type the first eight characters or more"},
		"a provider's name":            {"paychex flex", `provider "paychex flex"`},
		"a provider's name, filtered":  {`"paychex flex" status:failed`, `only failed · provider "paychex flex"`},
		"a filter with another sign":   {"status=failed", "only failed"},
		"what lies ahead":              {"status:pending since:2026-11-22", "the connection's own card says when it will run"},
		"an entity without a customer": {"entity:bakery", "*entity:* by name needs the customer too"},
		"an entity by Finch's id":      {"entity:" + harbor().Entities[0].ID, "Finch names an entity only in webhooks"},
		"the beginning of several":     {id[:8], "The ids of several jobs begin with"},
		"an id of nothing":             {"99999999-0000-4000-8000-000000000000", "No job or connection with the id"},
		"a name of nothing":            {"nobody", "Nothing matches \"nobody\". Nearest: Harbor Coffee Roasters"},
		"filters without a customer":   {"status:failed since:7d", "only failed · since 2026-11-14 10:14 UTC"},
		"filters beside a customer":    {"status:missing harbor type:data_sync_all", "only missing (should have run) · data sync"},
		"an entity by its own id":      {"harbor entity:0099124", "of Harbor Bakery Inc"},
		"an entity by name":            {`harbor entity:"bakery inc"`, "of Harbor Bakery Inc"},
		"an entity that is two":        {"harbor entity:harbor", "Several entities of this connection match"},
		"an entity that is none":       {"harbor entity:mars", "No entity of this connection is called \"mars\". There are Harbor Coffee LLC"},
		"a wrong status":               {"status:broken", "*status:* cannot be \"broken\". It can be `success`, `failed`"},
		"a wrong type":                 {"type:sync", "*type:* cannot be \"sync\". It can be `data_sync_all`"},
		"a wrong time":                 {"since:soon", "*since:* cannot be \"soon\". It can be an age such as `24h`"},
		"an unknown filter":            {"colour:red", "There is no filter *colour:*. There are `status:`, `type:`, `provider:`, `since:`, `until:` and `entity:`."},
		"an unknown one, left empty":   {"colour:", "There is no filter *colour:*"},
		"a filter without a value":     {"provider:", "*provider:* wants something behind the colon, as in `provider:gusto`"},
		"a filter twice":               {"since:7d since:8d", "*since:* can be given once"},
		"since after until":            {"since:2026-11-02 until:2026-10-01", "*since:* must lie before *until:*"},
		"filters longer than a block":  {"provider:" + strings.Repeat("界", 60), "These filters are too long"},
		"a name with a colon":          {`"acme: bikes"`, "Nothing matches \"acme: bikes\""},
		"hostile":                      {"status:" + hostile, "*status:* cannot be \"&lt;!channel&gt;\""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, harborArchive().sources())
			d.slash("/jobs", tt.typed)
			if a := d.hears(tt.want); a.Type != "ephemeral" {
				t.Errorf("the answer is for %q", a.Type)
			}
		})
	}
}

func TestAUniqueBeginningFindsTheJob(t *testing.T) {
	t.Parallel()
	a := harborArchive()
	a.jobs = append(a.jobs, line(manualJob()))
	d := newDesk(t, a.sources())
	d.slash("/jobs", "b2b2b2b2")
	d.hears("Deduction: enroll people")
}

func TestFiltersBecomeAQuery(t *testing.T) {
	t.Parallel()
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
	tests := map[string]asked{
		"status:error":                      {Query: finch.JobQuery{Statuses: failures}},
		"status:failed,missing":             {Query: finch.JobQuery{Statuses: append(append([]finch.JobStatus{}, failures...), finch.JobMissing)}},
		"status:success STATUS:Complete":    {Query: finch.JobQuery{Statuses: []finch.JobStatus{finch.JobComplete}}},
		"status:reauth_error":               {Query: finch.JobQuery{Statuses: []finch.JobStatus{finch.JobReauthError}}},
		"since:24h":                         {Query: finch.JobQuery{Since: now.Add(-24 * time.Hour)}},
		"since:2w":                          {Query: finch.JobQuery{Since: now.AddDate(0, 0, -14)}},
		"since:2026-11-01":                  {Query: finch.JobQuery{Since: day(1)}},
		"until:2026-11-01":                  {Query: finch.JobQuery{Until: day(2)}},
		"since:2026-11-01T07:30":            {Query: finch.JobQuery{Since: day(1).Add(7*time.Hour + 30*time.Minute)}},
		"since:2026-11-01T07:30:00Z":        {Query: finch.JobQuery{Since: day(1).Add(7*time.Hour + 30*time.Minute)}},
		"since:2026-11-01T08:30+01:00":      {Query: finch.JobQuery{Since: day(1).Add(7*time.Hour + 30*time.Minute)}},
		"since:2026-11-01T02:30:00.5-05:00": {Query: finch.JobQuery{Since: day(1).Add(7*time.Hour + 30*time.Minute + 500*time.Millisecond)}},
		"since:2026-11-01T07:30Z":           {Query: finch.JobQuery{Since: day(1).Add(7*time.Hour + 30*time.Minute)}},
		`provider:"Paychex Flex" harbor x`:  {Words: "harbor x", Query: finch.JobQuery{Provider: "Paychex Flex"}},
		"type:benefit_create,data_sync_all": {Query: finch.JobQuery{Types: []string{"benefit_create", "data_sync_all"}}},
	}
	for typed, want := range tests {
		got, err := parseAsked(typed, now.Add(123)) // a clock has nanoseconds
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q became %+v, %v; want %+v", typed, got, err, want)
		}
		if back := parseJobs(jobsValue(want.Query)); !reflect.DeepEqual(back, want.Query) {
			t.Errorf("%+v came back from a button as %+v", want.Query, back)
		}
	}
}

func TestForgedValuesOfAListAreLeftOut(t *testing.T) {
	t.Parallel()
	got := parseJobs("%zz&status=failed+drop&type=evil+data_sync_all&since=soon&limit=9999999")
	want := finch.JobQuery{Statuses: failures, Types: []string{finch.DataSync}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func FuzzParseAsked(f *testing.F) {
	for _, seed := range []string{`a "b c`, "status:failed", `x:"`, "since:9999w until:", "::", "entity:İ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parseAsked(text, now)
		if err == nil && len(jobsValue(a.Query)) > maxFilters {
			t.Errorf("%q makes a value of %d bytes", text, len(jobsValue(a.Query)))
		}
	})
}

func TestPickingKeepsTheFilters(t *testing.T) {
	t.Parallel()
	a := harborArchive()
	inn := harbor()
	inn.ID, inn.CustomerName = "c0ffee00-1111-4222-8333-000000000002", "Harbor Inn"
	a.connections = append(a.connections, inn)
	d := newDesk(t, a.sources())
	d.slash("/jobs", "harbor status:failed")
	said := d.hears("2 connections match \"harbor\"").raw
	block := jobsValue(finch.JobQuery{Statuses: failures})
	if !strings.Contains(said, jsonText(block)) {
		t.Fatalf("the filters are not kept in %s", said)
	}
	d.click("jobs.pick", block, inn.ID)
	d.hears("Jobs of Harbor Inn")
	if want := (finch.JobQuery{ConnectionID: inn.ID, Statuses: failures}); !reflect.DeepEqual(a.lastAsked(), want) {
		t.Errorf("asked for %+v, want %+v", a.lastAsked(), want)
	}
}

func TestButtonsOfAList(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		action, value, want string
		replaces            bool
	}{
		"another page":          {"jobs.next", jobsValue(finch.JobQuery{After: "2"}), "First page", true},
		"only failed":           {"jobs.statuses", jobsValue(finch.JobQuery{Statuses: failures}), "only failed", true},
		"one of the jobs":       {"jobs.open", harborArchive().jobs[0].ID, "Copy for Finch's support", false},
		"a job that is gone":    {"jobs.open", "gone", "This job is not known here any more.", false},
		"jobs of a connection":  {"jobs.of", harbor().ID, "Jobs of Harbor Coffee Roasters", false},
		"of one that is gone":   {"jobs.of", "gone", "This connection is not known here any more.", false},
		"a job's card, renewed": {"jobs.refresh", harborArchive().jobs[0].ID + " UBO", "Shared by <@UBO>", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, harborArchive().sources())
			d.click(tt.action, "b", tt.value)
			if a := d.hears(tt.want); a.Replace != tt.replaces {
				t.Errorf("replaced: %v", a.Replace)
			}
		})
	}
}

// Every card goes to a channel by the same rules.
func TestSharingAsksWhoReadsAlong(t *testing.T) {
	t.Parallel()
	id := harborArchive().jobs[0].ID
	cards := map[string]struct{ action, value, shows string }{
		"a connection":   {"connection.share", harbor().ID, "Last successful sync"},
		"a job":          {"jobs.share", id, "Copy for Finch's support"},
		"a list of jobs": {"jobs.share_list", "", "Newest first, all connections"},
	}
	for name, c := range cards {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Run("among colleagues", func(t *testing.T) {
				t.Parallel()
				d := newDesk(t, harborArchive().sources())
				d.click(c.action, "b", c.value)
				if own := d.hears("Sharing …"); !own.Replace || strings.Contains(own.raw, c.action+`"`) {
					t.Errorf("the asker's card kept its button: %s", own.raw)
				}
				if public := d.hears(c.shows); public.Type != "in_channel" || !strings.Contains(public.raw, jsonText("Shared by <@U1>")) || strings.Contains(public.raw, c.action+`"`) {
					t.Errorf("the channel got %s", public.raw)
				}
				if own := d.hears("Shared in this channel."); !own.Replace {
					t.Errorf("the asker's card was not marked but doubled: %s", own.raw)
				}
			})
			t.Run("with guests it asks first", func(t *testing.T) {
				t.Parallel()
				d := newDesk(t, harborArchive().sources())
				d.member = `{"is_restricted":true}`
				d.click(c.action, "b", c.value)
				d.hears(c.action + "_anyway")
				d.click(c.action+"_anyway", "share", c.value)
				d.hears("Sharing …")
				if public := d.hears(c.shows); public.Type != "in_channel" {
					t.Errorf("the channel got %s", public.raw)
				}
				if question := d.hears("Shared in this channel."); strings.Contains(question.raw, c.shows) {
					t.Errorf("the question became a card: %s", question.raw)
				}
			})
			t.Run("with other companies only admins may", func(t *testing.T) {
				t.Parallel()
				d := newDesk(t, harborArchive().sources())
				d.channel = `{"id":"C1","is_ext_shared":true}`
				for _, action := range []string{c.action, c.action + "_anyway"} {
					d.click(action, "b", c.value)
					if a := d.hears("only an admin can share"); a.Type != "ephemeral" {
						t.Errorf("said it to %q", a.Type)
					}
				}
			})
		})
	}
}

func TestJobsAsCSV(t *testing.T) {
	t.Parallel()
	a := &archive{connections: []finch.Connection{harbor()}}
	for i := range 2*csvPage + 7 {
		a.jobs = append(a.jobs, line(change(harborJob(), func(j *finch.KnownJob) { j.ID = fmt.Sprint("job-", i) })))
	}
	a.jobs[0].CustomerName = "=1+1"
	d := newDesk(t, a.sources())
	d.click("jobs.csv", "tools", jobsValue(finch.JobQuery{Statuses: failures, After: "100"}))
	d.hears("2007 jobs are in your direct messages with Perch, as perch-jobs-2026-11-21.csv.")
	upload := <-d.files
	rows := read(t, upload)
	if len(rows) != 1+len(a.jobs) || rows[0][0] != "job_id" {
		t.Fatalf("%d rows under %v", len(rows), rows[0])
	}
	if rows[1][0] != "job-0" || rows[1][6] != "'=1+1" || rows[1][16] != "239" {
		t.Errorf("the first job is %v", rows[1])
	}
	if title := <-d.titles; title != "Jobs: newest first, all connections · only failed" {
		t.Errorf("the file is titled %q", title)
	}
	if got := a.lastAsked().Statuses; !reflect.DeepEqual(got, failures) {
		t.Errorf("the file holds the statuses %v", got)
	}
}

func TestACSVHoldsAtMostSoMany(t *testing.T) {
	t.Parallel()
	a := &archive{jobs: make([]finch.JobLine, maxJobsCSV+1)}
	file, more, err := jobs{a.sources()}.sheet(t.Context(), finch.JobQuery{})
	if err != nil || !more || file.rows != maxJobsCSV {
		t.Errorf("%d rows, more: %v, %v", file.rows, more, err)
	}
	a.jobs = a.jobs[:maxJobsCSV]
	if _, more, _ := (jobs{a.sources()}).sheet(t.Context(), finch.JobQuery{}); more {
		t.Error("a file that holds all says that there are more")
	}
}

// read takes the file out of what was uploaded.
func read(t *testing.T, upload string) [][]string {
	t.Helper()
	if _, body, ok := strings.Cut(upload, "\r\n\r\n"); ok { // a form of one file
		upload, _, _ = strings.Cut(body, "\r\n--")
	}
	rows, err := csv.NewReader(strings.NewReader(upload)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestRunSyncNow(t *testing.T) {
	t.Parallel()
	id := endedAs(finch.JobComplete, 0).ID
	started := func(run finch.RunSync) *archive {
		a := harborArchive()
		a.run, a.over = run, make(chan struct{})
		a.becomes(id, func(j *finch.KnownJob) { j.Status, j.Completed = finch.JobRunning, time.Time{} })
		return a
	}
	t.Run("the card changes when the sync ends", func(t *testing.T) {
		t.Parallel()
		a := started(finch.RunSync{JobID: id})
		d := newDesk(t, a.sources())
		d.click("connection.run", "connection", harbor().ID)
		if begun := d.hears("A sync was asked for."); !begun.Replace {
			t.Error("the card was not replaced")
		}
		a.becomes(id, func(j *finch.KnownJob) { *j = endedAs(finch.JobFailed, 0) })
		close(a.over)
		if ended := d.hears("The sync that was asked for: failed"); !ended.Replace {
			t.Error("the card was not replaced")
		}
	})
	t.Run("the card has what Finch says once the sync is over", func(t *testing.T) {
		t.Parallel()
		f := slowFinch{started(finch.RunSync{JobID: id}), make(chan struct{}), nil}
		f.connections[0].Learned = now.Add(-time.Hour)
		s := f.sources()
		s.Looker = f
		d := newDesk(t, s)
		d.click("connection.run", "connection", harbor().ID)
		d.hears("From Finch 1 h ago")
		f.becomes(id, func(j *finch.KnownJob) { *j = endedAs(finch.JobComplete, 0) })
		close(f.letGo)
		close(f.over)
		if ended := d.hears("From Finch just now"); !strings.Contains(ended.raw, "The sync that was asked for: complete") {
			t.Errorf("the card says %s", ended.raw)
		}
	})
	t.Run("a sync that takes long", func(t *testing.T) {
		t.Parallel()
		a := started(finch.RunSync{JobID: id, Already: true})
		a.hurried = true
		d := newDesk(t, a.sources())
		d.click("connection.run", "connection", harbor().ID+" UBO")
		d.hears("A sync is running already")
		if last := d.hears("The sync is still running."); !strings.Contains(last.raw, jsonText("Shared by <@UBO>")) {
			t.Errorf("the card forgot who shared it: %s", last.raw)
		}
	})
	for name, tt := range map[string]struct {
		err  error
		want string
		ref  bool
	}{
		"an assisted connection": {&finch.Error{Status: 400, Name: "bad_request"}, "Finch runs no sync on request for this connection", false},
		"without the add-on":     {&finch.Error{Status: 403, Name: "insufficient_scope_error"}, "an add-on that Finch sells", false},
		"too often":              {&finch.Error{Status: 429, Until: now.Add(time.Hour)}, "no more syncs on request for now", false},
		"no answer":              {&finch.Error{}, "Finch did not say whether the sync was started", true},
		"no token":               {fmt.Errorf("read the token: %w", finch.ErrNoToken), "There is no access token here", false},
		"our own fault":          {errors.New("disk full"), "Something went wrong on the way to Finch", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := harborArchive()
			a.refuse = tt.err
			d := newDesk(t, a.sources())
			d.click("connection.run", "connection", harbor().ID)
			said := d.hears(tt.want)
			if said.Replace || strings.Contains(said.Text, "Reference") != tt.ref {
				t.Errorf("said %s", said.raw)
			}
		})
	}
}
