package alert_test

import (
	"testing"

	"perch/internal/alert"
	"perch/internal/finch"
)

func TestJobFailed(t *testing.T) {
	t.Parallel()
	good, bad := finch.JobComplete, finch.JobFailed
	twoEntities := has("e1 connected", "e2 connected")
	judge(t, []judged{
		{
			"a sync that failed", well("Tue 07:00", jobs(sync("a", good, "Mon 06:30"), sync("b", bad, "Tue 06:30"))),
			"job_failed /data_sync_all, nobody, x1, [b], since Tue 06:34",
		},
		{
			"two in a row are still nobody's", well("Wed 07:00", jobs(sync("b", bad, "Tue 06:30"), sync("c", bad, "Wed 06:30"))),
			"job_failed /data_sync_all, nobody, x2, [b c], since Tue 06:34",
		},
		{
			"three in a row are Finch's", well("Thu 07:00", jobs(sync("b", bad, "Tue 06:30"), sync("c", bad, "Wed 06:30"), sync("d", bad, "Thu 06:30"))),
			"job_failed /data_sync_all, finch, x3, [b c d], since Tue 06:34",
		},
		{"a later success ends it", well("Wed 07:00", jobs(sync("b", bad, "Tue 06:30"), sync("c", good, "Wed 06:30"))), ""},
		{
			"an earlier one does not", well("Wed 07:00", jobs(sync("a", good, "Tue 06:30"), sync("b", bad, "Tue 06:31"))),
			"job_failed /data_sync_all, nobody, x1, [b], since Tue 06:35",
		},
		{
			"only what failed since the last success counts", well("Wed 07:00", jobs(sync("a", bad, "Mon 06:30"), sync("b", good, "Tue 06:30"), sync("c", bad, "Wed 06:30"))),
			"job_failed /data_sync_all, nobody, x1, [c], since Wed 06:34",
		},
		{
			"what runs, waits or is missing is no end", well("Thu 06:31", jobs(
				sync("b", bad, "Tue 06:30"), sync("c", finch.JobMissing, "Wed 06:30", neverStarted), sync("d", finch.JobRunning, "Thu 06:30"), sync("e", finch.JobPending, "Fri 06:30", neverStarted))),
			"job_failed /data_sync_all, nobody, x1, [b], since Tue 06:34",
		},
		{
			"another reason to fail neither counts nor resolves", well("Thu 07:00", status(finch.Connected, "Wed 12:00"), jobs(
				sync("b", bad, "Tue 06:30"), sync("c", finch.JobReauthError, "Wed 06:30"), sync("d", finch.JobPermissionsError, "Wed 06:40"), sync("e", bad, "Thu 06:30"))),
			"job_failed /data_sync_all, nobody, x2, [b e], since Tue 06:34",
		},
		{
			"the success of another type resolves nothing", well("Wed 07:00", jobs(sync("b", bad, "Tue 06:30", ofType("w4_form_employee_sync")), sync("c", good, "Wed 06:30"))),
			"job_failed /w4_form_employee_sync, us, x1, [b], since Tue 06:34",
		},
		{
			"the success of a sibling resolves nothing", well("Wed 07:00", twoEntities, jobs(sync("b", bad, "Tue 06:30", ofEntity("e1")), sync("c", good, "Wed 06:30", ofEntity("e2")))),
			"job_failed e1/data_sync_all, nobody, x1, [b], since Tue 06:34",
		},
		{
			"nor does that of jobs that name no entity", well("Wed 07:00", twoEntities, jobs(sync("b", bad, "Tue 06:30", ofEntity("e1")), sync("c", good, "Wed 06:30"))),
			"job_failed e1/data_sync_all, nobody, x1, [b], since Tue 06:34",
		},
		{"an only entity is the connection", well("Wed 07:00", has("e1 connected", "e2 disconnected"), jobs(sync("b", bad, "Tue 06:30", ofEntity("e1")), sync("c", good, "Wed 06:30"))), ""},
		{
			"each entity fails for itself", well("Wed 07:00", twoEntities, jobs(sync("b", bad, "Wed 06:30", ofEntity("e1")), sync("c", bad, "Wed 06:31", ofEntity("e2")))),
			"job_failed e1/data_sync_all, nobody, x1, [b], since Wed 06:34\njob_failed e2/data_sync_all, nobody, x1, [c], since Wed 06:35",
		},
		{
			"a write is repeated by nobody but us", well("Mon 10:00", jobs(write("b", "benefit_enroll", bad, "Mon 09:00"))),
			"job_failed /benefit_enroll, us, x1, [b], since Mon 09:00",
		},
		{"a later write of the type ends it", well("Mon 10:00", jobs(write("b", "benefit_enroll", bad, "Mon 09:00"), write("c", "benefit_enroll", good, "Mon 09:30"))), ""},
		{
			"three writes in a row are Finch's", well("Mon 10:00", jobs(write("b", "benefit_enroll", bad, "Mon 09:00"), write("c", "benefit_enroll", bad, "Mon 09:10"), write("d", "benefit_enroll", bad, "Mon 09:20"))),
			"job_failed /benefit_enroll, finch, x3, [b c d], since Mon 09:00",
		},
		{
			"a write of unknown type stands for itself", well("Mon 10:00", jobs(write("b", "", bad, "Mon 09:00"), write("c", "benefit_enroll", good, "Mon 09:30"))),
			"job_failed, us, x1, [b], since Mon 09:00",
		},
		{
			"nobody repeats a sync in Finch's sandbox", well("Tue 07:00", sandboxed, jobs(sync("b", bad, "Tue 06:30", unscheduled))),
			"job_failed /data_sync_all, us, x1, [b], since Tue 06:34",
		},
		{
			"a job that came twice counts once", well("Tue 07:00", jobs(sync("b", bad, "Tue 06:30"), sync("b", bad, "Tue 06:30"))),
			"job_failed /data_sync_all, nobody, x1, [b], since Tue 06:34",
		},
	})
}

func TestJobFailedTellsWhatWasAndWhatComes(t *testing.T) {
	t.Parallel()
	s := well("Tue 07:00", scheduled("Wed 06:30"), jobs(sync("a", finch.JobComplete, "Sun+0 06:30", ofType("w4_form_employee_sync")), sync("b", finch.JobFailed, "Tue 06:30")))
	found, _ := alert.Assess(s)
	f := found[0]
	if !f.Facts.LastGood.Equal(on("Mon 06:34")) || !f.Facts.Next.Equal(on("Wed 06:30")) || !f.Facts.NextExact || f.Facts.Job.ID != "b" {
		t.Errorf("facts are %+v", f.Facts)
	}
	if f.Class != "job_failed/data_sync_all" || !f.LastSeen.Equal(on("Tue 06:34")) {
		t.Errorf("class %s, last seen %v", f.Class, f.LastSeen)
	}
}
