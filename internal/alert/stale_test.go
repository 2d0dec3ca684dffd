package alert_test

import (
	"testing"
	"time"

	"perch/internal/alert"
	"perch/internal/finch"
)

func TestStale(t *testing.T) {
	t.Parallel()
	neverRan := func(id, when string, change ...func(*finch.KnownJob)) finch.KnownJob {
		return sync(id, finch.JobPending, when, append([]func(*finch.KnownJob){neverStarted}, change...)...)
	}
	weekly := func(x *alert.Situation) { byHand(x) }
	judge(t, []judged{
		{"a second before the grace of the schedule ends", well("Tue 08:29:59", scheduled("Tue 06:30")), ""},
		{"when it ends", well("Tue 08:30", scheduled("Tue 06:30")), "stale, us, since Tue 06:30"},
		{"a second before the grace of the cadence ends", well("Tue 08:33:59"), ""},
		{"when that ends", well("Tue 08:34"), "stale, us, since Tue 06:34"},
		{"assisted: a second before a week and a day", well("Tue+1 06:33:59", weekly), ""},
		{"assisted: a week and a day", well("Tue+1 06:34", weekly), "stale, us, since Mon 06:34"},
		{"a sync as expected", well("Tue 08:30", scheduled("Tue 06:30"), jobs(sync("b", finch.JobComplete, "Tue 06:30"))), ""},
		{"a sync that Finch does not yet say", well("Tue 08:34", jobs(sync("b", finch.JobComplete, "Tue 03:00"))), ""},
		{"the next one is ahead", well("Tue 08:34", scheduled("Wed 06:30")), ""},
		{"a schedule that moves away, a second before two cadences", well("Wed 08:33:59", scheduled("Thu 06:30")), ""},
		{"a schedule that moves away", well("Wed 08:34", scheduled("Thu 06:30")), "stale, us, since Tue 06:34"},

		{"nobody has looked since", well("Tue 08:34", looked("Tue 08:33:59")), ""},
		{"a look since", well("Tue 09:00", looked("Tue 08:34")), "stale, us, since Tue 06:34"},

		{"a sync that Finch named never began", well("Tue 08:30", scheduled("Wed 06:30"), jobs(neverRan("b", "Tue 06:30"))), "stale, us, [b], since Tue 06:30"},
		{"a second before", well("Tue 08:29:59", scheduled("Wed 06:30"), jobs(neverRan("b", "Tue 06:30"))), ""},
		{"it is missing", well("Tue 08:30", looked("Tue 07:00"), scheduled("Wed 06:30"), jobs(sync("b", finch.JobMissing, "Tue 06:30", neverStarted, gone))), "stale, us, [b], since Tue 06:30"},
		{"it was taken from the schedule", well("Tue 08:30", scheduled("Wed 06:30"), jobs(neverRan("b", "Tue 06:30", gone))), ""},
		{"it was before the last success", well("Tue 08:30", scheduled("Wed 06:30"), jobs(neverRan("b", "Mon 06:30"), neverRan("c", "Sun 06:30"))), ""},
		{"two that never began", well("Wed 08:30", scheduled("Thu 06:30"), jobs(neverRan("b", "Tue 06:30"), neverRan("c", "Wed 06:30"))), "stale, us, [b c], since Tue 06:30"},

		{"a failed sync is a problem of its own", well("Tue 08:34", jobs(sync("b", finch.JobFailed, "Tue 06:30"))), "job_failed /data_sync_all, nobody, x1, [b], since Tue 06:34"},
		{"so is one before the silence", well("Wed 08:34", jobs(sync("b", finch.JobFailed, "Mon 18:00"))), "job_failed /data_sync_all, nobody, x1, [b], since Mon 18:04"},
		{
			"another type's failure explains nothing", well("Tue 08:34", jobs(sync("b", finch.JobFailed, "Tue 06:30", ofType("w4_form_employee_sync")))),
			"job_failed /w4_form_employee_sync, us, x1, [b], since Tue 06:34\nstale, us, since Tue 06:34",
		},
		{
			"an entity's failure since then explains it", well("Tue 08:34", has("e1 connected", "e2 connected"), jobs(sync("b", finch.JobFailed, "Tue 06:31", ofEntity("e1")))),
			"job_failed e1/data_sync_all, nobody, x1, [b], since Tue 06:35",
		},
		{
			"an entity's older failure does not", well("Tue 08:34", has("e1 connected", "e2 connected"), jobs(sync("b", finch.JobFailed, "Mon 07:00", ofEntity("e1")))),
			"job_failed e1/data_sync_all, nobody, x1, [b], since Mon 07:04\nstale, us, since Tue 06:34",
		},
		{
			"an entity that must reconnect explains nothing", well("Tue 08:34", has("e1 reauth", "e2 connected"), became(finch.Reauth, "e1", "Mon 12:00")),
			"reauth e1/, employer, since Mon 12:00\nstale, us, since Tue 06:34",
		},
		{"a broken connection does not sync", well("Wed 08:34", status(finch.Reauth, "Mon 12:00")), "reauth, employer, since Mon 12:00"},
		{"it is connected again since an hour", well("Wed 08:34", became(finch.Reauth, "", "Mon 12:00"), became(finch.Connected, "", "Wed 07:34"), jobs(sync("b", finch.JobMissing, "Tue 06:30", neverStarted))), ""},
		{"it is connected again since a day and its grace", well("Thu 09:34", became(finch.Connected, "", "Wed 07:34")), "stale, us, since Thu 07:34"},
		{"a sync runs now", well("Tue 08:34", jobs(sync("b", finch.JobRunning, "Tue 08:30"))), ""},
		{"Finch's sandbox does not sync by itself", well("Tue 08:34", sandboxed), ""},
		{"nothing is known of any sync", well("Tue 08:34", func(x *alert.Situation) { x.Connection.Report.LastSync = finch.SyncTime{} }), ""},
	})
}

func TestStaleTellsWhatShouldHaveBeen(t *testing.T) {
	t.Parallel()
	s := well("Tue 08:30", scheduled("Wed 06:30"), jobs(sync("b", finch.JobMissing, "Tue 06:30", neverStarted)))
	found, _ := alert.Assess(s)
	f := found[len(found)-1]
	if !f.Facts.LastGood.Equal(on("Mon 06:34")) || !f.Facts.Expected.Equal(on("Tue 06:30")) || !f.Facts.Missing || f.Facts.Job.ID != "b" {
		t.Errorf("facts are %+v", f.Facts)
	}
}

func TestSilenceIsJudgedWhenItsGraceEnds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		known alert.Situation
		next  string
	}{
		{"of the schedule", well("Tue 06:00", scheduled("Tue 06:30")), "Tue 08:30"},
		{"of the cadence", well("Tue 06:00"), "Tue 08:34"},
		{"of a job that has not begun", well("Tue 06:00", scheduled("Wed 06:30"), jobs(sync("b", finch.JobPending, "Tue 05:00", neverStarted))), "Tue 07:00"},
		{"of a running job, though a sync is late", well("Tue 09:00", jobs(sync("b", finch.JobRunning, "Tue 08:30"))), "Tue 14:30"},
	}
	for _, tt := range tests {
		if _, next := alert.Assess(tt.known); !next.Equal(on(tt.next)) {
			t.Errorf("%s: judges again %v, want %v", tt.name, next, on(tt.next))
		}
	}
}

// A sync that begins does not end silence, only one that completes.
func TestStaleWaitsForTheSyncThatRuns(t *testing.T) {
	t.Parallel()
	b := newBook()
	b.judge(well("Tue 08:34"))
	b.judge(well("Tue 08:40", jobs(sync("b", finch.JobRunning, "Tue 08:39"))))
	b.expect(t, "opened stale")
	b.judge(well("Tue 08:45", jobs(sync("b", finch.JobComplete, "Tue 08:39"))))
	b.expect(t, "opened stale", "resolved stale")
	if over := b.last().Over; !over.Equal(on("Tue 08:43")) {
		t.Errorf("over at %v, want when the sync completed", over)
	}
}

// A failure that is heard of late is no recovery.
func TestStaleIsClosedByAFailure(t *testing.T) {
	t.Parallel()
	b := newBook()
	b.judge(well("Tue 08:34"))
	b.judge(well("Tue 08:40", jobs(sync("b", finch.JobFailed, "Tue 06:31"))))
	b.expect(t, "opened stale", "closed stale", "opened job_failed /data_sync_all")
	b.judge(well("Tue 08:40", func(x *alert.Situation) { x.Now = x.Now.Add(time.Minute) }, jobs(sync("b", finch.JobFailed, "Tue 06:31"))))
	b.expect(t, "opened stale", "closed stale", "opened job_failed /data_sync_all")
}
