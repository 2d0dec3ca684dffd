package commands

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/finch"
)

// harborJob is a data sync of Harbor Coffee that went well this morning.
func harborJob() finch.KnownJob {
	due := now.Add(-3 * time.Hour)
	return finch.KnownJob{
		ID: "d1d1d1d1-0000-4000-8000-00000000000a", Kind: finch.Automated, ConnectionID: harbor().ID,
		Type: finch.DataSync, Status: finch.JobComplete,
		Created: harbor().Created, Scheduled: due, Started: due.Add(time.Second), Completed: due.Add(4 * time.Minute),
		FirstSeen: due.Add(-24 * time.Hour), Learned: now.Add(-2 * time.Minute),
		RequestIDs: []string{"5f3c0001-aaaa-4bbb-8ccc-000000000001", "5f3c0002-aaaa-4bbb-8ccc-000000000002"},
	}
}

// endedAs is harborJob with another end, so many days earlier.
func endedAs(status finch.JobStatus, days int) finch.KnownJob {
	j := harborJob()
	back := -24 * time.Hour * time.Duration(days)
	j.ID = fmt.Sprintf("d1d1d1d1-0000-4000-8000-%012d", days)
	j.Status, j.Scheduled, j.Started, j.Completed = status, j.Scheduled.Add(back), j.Started.Add(back), j.Completed.Add(back)
	if status == finch.JobMissing {
		j.Started, j.Completed = time.Time{}, time.Time{}
	}
	return j
}

func harborPast() past {
	p := past{Last: endedAs(finch.JobComplete, 0)}
	for day := 13; day >= 0; day-- {
		status := finch.JobComplete
		if day == 3 {
			status = finch.JobFailed
		}
		p.Syncs = append(p.Syncs, endedAs(status, day))
	}
	return p
}

// worstPast has one of everything that can come of a sync, and an unknown word.
func worstPast() past {
	var p past
	for day, status := range []finch.JobStatus{
		finch.JobRunning, hostile, finch.JobMissing, finch.JobMissing, finch.JobReauthError, finch.JobPermissionsError, finch.JobFailed, finch.JobComplete,
	} {
		p.Syncs = append([]finch.KnownJob{endedAs(status, day)}, p.Syncs...)
	}
	p.Last = p.Syncs[len(p.Syncs)-1]
	p.Last.Completed = time.Time{}
	return p
}

// line is a job with its customer.
func line(j finch.KnownJob) finch.JobLine {
	c := harbor()
	return finch.JobLine{
		KnownJob: j, CustomerID: c.CustomerID, CustomerName: c.CustomerName, CompanyID: c.CompanyID,
		ProviderID: c.ProviderID, ProviderName: c.ProviderName,
	}
}

func manualJob(results ...finch.JobResult) finch.KnownJob {
	return finch.KnownJob{
		ID: "b2b2b2b2-0000-4000-8000-00000000000b", Kind: finch.Manual, ConnectionID: harbor().ID, Type: "benefit_enroll",
		Status: finch.JobComplete, FirstSeen: now.Add(-time.Hour), Learned: now.Add(-time.Minute),
		EntityID: harbor().Entities[1].ID, Results: results,
	}
}

func change(j finch.KnownJob, by func(*finch.KnownJob)) finch.KnownJob {
	by(&j)
	return j
}

func hostileJob() finch.JobLine {
	l := line(change(harborJob(), func(j *finch.KnownJob) {
		j.Status, j.Type, j.EntityID, j.Learned = hostile, hostile, hostile, now
		j.RequestIDs = []string{hostile}
		j.Results = []finch.JobResult{{Code: -1, Count: 3, Individuals: []string{hostile}}}
	}))
	l.CustomerName, l.ProviderName, l.ProviderID, l.CompanyID = hostile, hostile, hostile, hostile
	return l
}

// longestJob fills everything to the brim and beyond.
func longestJob() finch.JobLine {
	long := strings.Repeat("Ünïcödé 東京 👩‍👩‍👧 ", 40)
	l := line(change(harborJob(), func(j *finch.KnownJob) {
		j.Status, j.Type, j.EntityID = finch.JobStatus(long), long, long
		for range 5 {
			j.RequestIDs = append(j.RequestIDs, long)
		}
		for code := 400; code < 440; code++ {
			r := finch.JobResult{Code: code, Count: 1_000_000}
			for range 20 {
				r.Individuals = append(r.Individuals, strings.Repeat("i", 36))
			}
			j.Results = append(j.Results, r)
		}
	}))
	l.CustomerName, l.ProviderName, l.ProviderID, l.CompanyID = long, long, long, long
	return l
}

func TestJobCards(t *testing.T) {
	failures := []finch.KnownJob{endedAs(finch.JobFailed, 1), endedAs(finch.JobReauthError, 2), endedAs(finch.JobFailed, 3)}
	of := func(j finch.KnownJob) jobDetail { return jobDetail{JobLine: line(j), Of: harbor(), CanShare: true} }
	overrun := change(endedAs(finch.JobRunning, 1), func(j *finch.KnownJob) { j.Completed = time.Time{} })
	adHoc := change(harborJob(), func(j *finch.KnownJob) {
		j.Created, j.Scheduled, j.Started, j.Completed, j.Status = now.Add(-time.Minute), time.Time{}, time.Time{}, time.Time{}, finch.JobPending
	})
	cards := map[string]jobDetail{
		"complete":    {JobLine: line(harborJob()), Of: harbor(), Before: harborPast().Syncs[:3], CanShare: true},
		"failed":      {JobLine: line(endedAs(finch.JobFailed, 0)), Of: harbor(), Before: failures, CanShare: true},
		"failed_once": {JobLine: line(endedAs(finch.JobFailed, 0)), Of: harbor(), Before: harborPast().Syncs[:1], CanShare: true},
		"healed":      {JobLine: line(endedAs(finch.JobFailed, 2)), Of: harbor(), Before: failures[1:], Later: endedAs(finch.JobComplete, 0), CanShare: true},
		"reauth":      {JobLine: line(endedAs(finch.JobReauthError, 0)), Of: with(finch.Reauth), CanShare: true},
		"reconnected": of(endedAs(finch.JobReauthError, 0)),
		"permissions": {JobLine: line(endedAs(finch.JobPermissionsError, 0)), Of: with(finch.NoPermissions), CanShare: true},
		"permitted":   of(endedAs(finch.JobPermissionsError, 0)),
		"ended":       {JobLine: line(endedAs(finch.JobFailed, 3)), Of: ended(), CanShare: true},
		"asking":      {JobLine: line(harborJob()), Of: harbor(), Source: asking, CanShare: true},
		"finch_down":  {JobLine: line(harborJob()), Of: harbor(), Source: source{failure: "Finch does not answer at the moment."}, CanShare: true},
		"missing":     of(endedAs(finch.JobMissing, 0)),
		"running": of(change(harborJob(), func(j *finch.KnownJob) {
			j.Status, j.Started, j.Completed = finch.JobRunning, now.Add(-3*time.Minute), time.Time{}
		})),
		"running_long": of(overrun),
		"scheduled": of(change(harborJob(), func(j *finch.KnownJob) {
			j.Status, j.Scheduled, j.Started, j.Completed = finch.JobPending, now.Add(21*time.Hour), time.Time{}, time.Time{}
		})),
		"overdue": of(change(harborJob(), func(j *finch.KnownJob) {
			j.Status, j.Started, j.Completed = finch.JobPending, time.Time{}, time.Time{}
		})),
		"ad_hoc": of(adHoc),
		"unread": of(finch.KnownJob{
			ID: harborJob().ID, Kind: finch.Automated, ConnectionID: harbor().ID, Type: finch.DataSync,
			Status: finch.JobPending, FirstSeen: now.Add(-time.Minute), EntityID: harbor().Entities[0].ID,
		}),
		"gone": of(change(adHoc, func(j *finch.KnownJob) { j.Gone = true })),
		"manual": of(manualJob(
			finch.JobResult{Code: 201, Count: 12, Individuals: []string{"i1"}},
			finch.JobResult{Code: 404, Count: 2, Individuals: []string{"9a1e0001-0000-4000-8000-000000000001", "9a1e0001-0000-4000-8000-000000000002"}},
			finch.JobResult{Code: 422, Count: 31, Individuals: []string{"9a1e0001-0000-4000-8000-000000000003"}},
			finch.JobResult{Count: 1},
		)),
		"manual_fine":    of(manualJob(finch.JobResult{Code: 200, Count: 1, Individuals: []string{"i1"}})),
		"manual_failed":  of(change(manualJob(), func(j *finch.KnownJob) { j.Status, j.Type = finch.JobFailed, "" })),
		"manual_ahead":   of(change(manualJob(), func(j *finch.KnownJob) { j.Status, j.EntityID = finch.JobPending, "" })),
		"shared":         {JobLine: line(harborJob()), Of: harbor(), SharedBy: "UBO"},
		"dashboard":      {JobLine: line(harborJob()), Of: harbor(), CanShare: true, Dashboard: dashboard(harbor())},
		"shared_running": {JobLine: line(overrun), Of: harbor(), SharedBy: "UBO"},
		"orphan":         {JobLine: finch.JobLine{KnownJob: endedAs(finch.JobFailed, 0)}, CanShare: true},
		"hostile":        {JobLine: hostileJob(), Of: hostileConnection(), Before: []finch.KnownJob{hostileJob().KnownJob}, CanShare: true},
		"longest":        {JobLine: longestJob(), Of: longest(), Before: []finch.KnownJob{longestJob().KnownJob, longestJob().KnownJob, longestJob().KnownJob}, CanShare: true},
		"empty":          {JobLine: finch.JobLine{KnownJob: finch.KnownJob{ID: "j", ConnectionID: "c"}}, CanShare: true},
	}
	for name, d := range cards {
		t.Run(name, func(t *testing.T) {
			d.Now = now
			check(t, "job_"+name, jobCard(d))
		})
	}
}

func TestJobCardSaysWhoMustAct(t *testing.T) {
	for status, want := range map[finch.JobStatus]string{
		finch.JobComplete:         "Nothing to do",
		finch.JobFailed:           "Finch's move",
		finch.JobReauthError:      "employer must reconnect",
		finch.JobPermissionsError: "administrator must act",
		finch.JobMissing:          "neither a result nor a failure",
		"brand_new":               "does not know",
	} {
		broken := harbor()
		broken.Report.Status = finch.Reauth
		m := jobCard(jobDetail{JobLine: line(endedAs(status, 0)), Of: broken, Now: now})
		if !strings.Contains(wire(t, m), want) {
			t.Errorf("the card of %s does not say %q", status, want)
		}
	}
}

// A failure that is over must not send anybody to the employer.
func TestJobCardKnowsThatAFailureIsOver(t *testing.T) {
	unasked := harbor()
	unasked.Learned = endedAs(finch.JobReauthError, 0).Completed.Add(-time.Minute)
	for name, tt := range map[string]struct {
		d    jobDetail
		want string
	}{
		"a later sync succeeded":        {jobDetail{JobLine: line(endedAs(finch.JobReauthError, 2)), Of: with(finch.Reauth), Later: endedAs(finch.JobComplete, 1)}, "*Nothing to do any more:* a later sync succeeded"},
		"missing, and a later one came": {jobDetail{JobLine: line(endedAs(finch.JobMissing, 2)), Of: harbor(), Later: endedAs(finch.JobComplete, 1)}, "*Nothing to do any more:* a later sync succeeded"},
		"the employer reconnected":      {jobDetail{JobLine: line(endedAs(finch.JobReauthError, 0)), Of: harbor()}, "the employer has signed in again since"},
		"Finch was not asked since":     {jobDetail{JobLine: line(endedAs(finch.JobReauthError, 0)), Of: unasked}, "*The employer must reconnect.*"},
		"the permissions came":          {jobDetail{JobLine: line(endedAs(finch.JobPermissionsError, 0)), Of: harbor()}, "Finch has the permissions now"},
		"the connection ended":          {jobDetail{JobLine: line(endedAs(finch.JobFailed, 2)), Of: ended()}, "this connection has ended since"},
		"nothing came since":            {jobDetail{JobLine: line(endedAs(finch.JobFailed, 0)), Of: harbor()}, "*Finch's move:*"},
		"a deduction stands for itself": {jobDetail{JobLine: line(change(manualJob(), func(j *finch.KnownJob) { j.Status = finch.JobFailed })), Of: ended()}, "*Finch's move:*"},
	} {
		tt.d.Now = now
		if got := tt.d.meaning(card.WhenPlain); !strings.Contains(got, tt.want) {
			t.Errorf("%s: the card says %q, want %q", name, got, tt.want)
		}
	}
}

// A card in a channel is read much later than it was made.
func TestSharedCardsCarryNoAges(t *testing.T) {
	running := change(harborJob(), func(j *finch.KnownJob) {
		j.Status, j.Completed = finch.JobRunning, time.Time{}
	})
	underWay := harborPast()
	underWay.Last = running
	cards := map[string]card.Message{
		"a connection":     overviewCard(overview{Connection: harbor(), past: underWay, Now: now, SharedBy: "UBO"}),
		"a late one":       overviewCard(overview{Connection: harbor(), past: harborPast(), Now: now.Add(30 * time.Hour), SharedBy: "UBO"}),
		"Finch is down":    overviewCard(overview{Connection: harbor(), Now: now, Source: source{failure: "Finch is down."}, SharedBy: "UBO"}),
		"a job":            jobCard(jobDetail{JobLine: line(harborJob()), Of: harbor(), Now: now, SharedBy: "UBO"}),
		"a job that runs":  jobCard(jobDetail{JobLine: line(running), Of: harbor(), Now: now, SharedBy: "UBO"}),
		"one that is gone": jobCard(jobDetail{JobLine: line(change(running, func(j *finch.KnownJob) { j.Gone = true })), Of: harbor(), Now: now, SharedBy: "UBO"}),
		"a list of jobs":   jobsCard(jobList{Page: finch.JobPage{Jobs: []finch.JobLine{line(running), line(harborJob())}}, Now: now, SharedBy: "UBO"}),
		"a status history": changesCard(statusHistory{Of: harbor(), Steps: harborSteps(), Now: now, SharedBy: "UBO"}),
	}
	for name, m := range cards {
		for _, age := range []string{" ago", "just now", "so far", "running for", "sync for"} {
			if said := wire(t, m); strings.Contains(said, age) {
				t.Errorf("%s says %q: %s", name, age, said)
			}
		}
	}
}

// What is copied for Finch's support names no customer and no person.
func TestSupportBlockHoldsNoPersonalData(t *testing.T) {
	d := jobDetail{JobLine: line(manualJob(finch.JobResult{Code: 404, Count: 1, Individuals: []string{"person-1"}})), Of: harbor(), Now: now}
	block := strings.Join(d.supportLines(), "\n")
	for _, never := range []string{d.CustomerName, d.CustomerID, "person-1", harbor().Entities[1].Name} {
		if strings.Contains(block, never) {
			t.Errorf("the block names %q:\n%s", never, block)
		}
	}
	for _, always := range []string{d.ID, d.ConnectionID, d.CompanyID, d.ProviderID, d.EntityID, "complete"} {
		if !strings.Contains(block, always) {
			t.Errorf("the block lacks %q:\n%s", always, block)
		}
	}
}

func TestJobLists(t *testing.T) {
	mixed := []finch.JobLine{
		line(change(harborJob(), func(j *finch.KnownJob) {
			j.Status, j.Started, j.Completed = finch.JobRunning, now.Add(-time.Minute), time.Time{}
		})),
		line(endedAs(finch.JobFailed, 1)), line(endedAs(finch.JobMissing, 2)), line(manualJob()),
	}
	var full, worst []finch.JobLine
	for day := range jobsPage {
		full = append(full, line(endedAs(finch.JobComplete, day)))
		worst = append(worst, longestJob())
		worst[day].ID = fmt.Sprintf("d1d1d1d1-0000-4000-8000-%012d", day)
	}
	everything := finch.JobQuery{
		ConnectionID: harbor().ID, Statuses: append([]finch.JobStatus{finch.JobMissing}, failures...), Types: []string{finch.DataSync, "benefit_create"},
		Provider: hostile, EntityID: harbor().Entities[0].ID, Since: now.AddDate(0, 0, -7), Until: now, After: "cursor",
	}
	lists := map[string]jobList{
		"all":          {Page: finch.JobPage{Jobs: mixed, Next: "cursor"}},
		"one":          {Query: finch.JobQuery{ConnectionID: harbor().ID}, Of: harbor(), Page: finch.JobPage{Jobs: mixed}},
		"single":       {Page: finch.JobPage{Jobs: mixed[:1]}},
		"full":         {Page: finch.JobPage{Jobs: full, Next: strings.Repeat("c", 300)}},
		"failed":       {Query: finch.JobQuery{Statuses: failures}, Page: finch.JobPage{Jobs: mixed[1:2]}},
		"filtered":     {Query: everything, Of: harbor(), Page: finch.JobPage{Jobs: mixed, Next: "more"}},
		"empty":        {},
		"empty_one":    {Query: finch.JobQuery{ConnectionID: harbor().ID}, Of: harbor()},
		"empty_end":    {Query: finch.JobQuery{After: "cursor"}},
		"no_match":     {Query: everything, Of: harbor()},
		"assisted":     {Query: finch.JobQuery{ConnectionID: harbor().ID}, Of: finch.Connection{ID: harbor().ID, Assisted: true}},
		"hostile":      {Query: finch.JobQuery{Provider: hostile, EntityID: hostile}, Page: finch.JobPage{Jobs: []finch.JobLine{hostileJob(), line(manualJob())}}},
		"longest":      {Query: everything, Page: finch.JobPage{Jobs: worst, Next: strings.Repeat("c", 300)}},
		"unreasonable": {Page: finch.JobPage{Jobs: []finch.JobLine{line(change(harborJob(), func(j *finch.KnownJob) { j.ID = strings.Repeat("x", 100) }))}}},
	}
	for name, l := range lists {
		t.Run(name, func(t *testing.T) {
			l.Now, l.CanShare = now, true
			check(t, "jobs_"+name, jobsCard(l))
			checkSimpler(t, "jobs_"+name+"_simpler", jobsCard(l))
		})
	}
	t.Run("shared", func(t *testing.T) {
		check(t, "jobs_shared", jobsCard(jobList{Page: finch.JobPage{Jobs: mixed, Next: "cursor"}, Now: now, SharedBy: "UBO"}))
	})
}

// checkSimpler looks at what is sent where Slack refuses tables.
func checkSimpler(t *testing.T, name string, m card.Message) {
	t.Helper()
	if m.Simpler == nil {
		return
	}
	simpler := card.Message{Text: m.Text, Blocks: m.Simpler}
	if strings.Contains(wire(t, simpler), `"table"`) {
		t.Error("the simpler version holds a table too")
	}
	check(t, name, simpler)
}

func TestRunNotices(t *testing.T) {
	run := finch.RunSync{JobID: harborJob().ID}
	names := bot.Names{"jobs": "/finch-jobs"}
	for _, tt := range []struct{ got, want string }{
		{begunNotice(run), "A sync was asked for.* This card changes when it ends. Job `d1d1d1d1"},
		{begunNotice(finch.RunSync{JobID: "j", Remaining: new(0)}), "It was the last that Finch allows within the hour."},
		{begunNotice(finch.RunSync{JobID: "j", Remaining: new(2)}), "Finch allows 2 more within the hour."},
		{begunNotice(finch.RunSync{JobID: "j", Already: true}), "running already"},
		{endedNotice(harborJob(), run, nil), ":white_check_mark: *The sync that was asked for: complete* after 3 min."},
		{endedNotice(endedAs(finch.JobReauthError, 0), run, nil), ":key: *The sync that was asked for: failed: reconnect needed*"},
		{endedNotice(finch.KnownJob{Gone: true}, run, nil), ":grey_question: *The sync that was asked for: gone from Finch*"},
		{endedNotice(finch.KnownJob{}, run, names), "still running.* Refresh, or type `/finch-jobs d1d1d1d1"},
	} {
		if !strings.Contains(tt.got, tt.want) {
			t.Errorf("%q does not say %q", tt.got, tt.want)
		}
	}
}

func BenchmarkJobsCard(b *testing.B) {
	l := jobList{Now: now}
	for day := range jobsPage {
		l.Page.Jobs = append(l.Page.Jobs, line(endedAs(finch.JobFailed, day)))
	}
	for b.Loop() {
		jobsCard(l)
	}
}
