package alert_test

import (
	"testing"

	"perch/internal/alert"
	"perch/internal/finch"
)

func TestStuckJobs(t *testing.T) {
	t.Parallel()
	runs, waits := finch.JobRunning, finch.JobPending
	judge(t, []judged{
		{"a sync, a second before six hours", well("Mon 13:29:59", jobs(sync("b", runs, "Mon 07:30", readAt("Mon 13:29:59")))), ""},
		{"a sync after six hours", well("Mon 13:30", jobs(sync("b", runs, "Mon 07:30", readAt("Mon 13:30")))), "stuck /data_sync_all, finch, x1, [b], since Mon 07:30"},
		{"nobody has read it since", well("Mon 14:00", jobs(sync("b", runs, "Mon 07:30", readAt("Mon 13:29:59")))), ""},
		{"one that was asked for and waits, a second before", well("Mon 13:29:59", jobs(sync("b", waits, "Mon 07:30", neverStarted, asked("Mon 07:30"), readAt("Mon 13:29:59")))), ""},
		{"one that was asked for and waits", well("Mon 13:30", jobs(sync("b", waits, "Mon 07:30", neverStarted, asked("Mon 07:30"), readAt("Mon 13:30")))), "stuck /data_sync_all, finch, x1, [b], since Mon 07:30"},
		{"a scheduled one that never began is not stuck", well("Mon 13:30", scheduled("Tue 06:30"), jobs(sync("b", waits, "Tue 06:30", neverStarted, readAt("Mon 13:30")))), ""},
		{"Finch knows it no more", well("Mon 13:30", jobs(sync("b", runs, "Mon 07:30", gone, readAt("Mon 13:30")))), ""},
		{"a later one of its like completed", well("Mon 13:30", jobs(sync("b", runs, "Mon 07:30", readAt("Mon 13:30")), sync("c", finch.JobComplete, "Mon 09:00"))), ""},
		{
			"two of a type", well("Mon 16:00", jobs(
				sync("b", runs, "Mon 07:30", ofType("w4_form_employee_sync"), readAt("Mon 16:00")), sync("c", runs, "Mon 09:00", ofType("w4_form_employee_sync"), readAt("Mon 16:00")))),
			"stuck /w4_form_employee_sync, finch, x2, [b c], since Mon 07:30",
		},
		{"a write, a second before a day", well("Tue 06:59:59", jobs(write("b", "benefit_enroll", waits, "Mon 07:00", readAt("Tue 06:59:59")))), ""},
		{"a write after a day", well("Tue 07:00", jobs(write("b", "benefit_enroll", waits, "Mon 07:00", readAt("Tue 07:00")))), "stuck /benefit_enroll, finch, x1, [b], since Mon 07:00"},
		{"a write of unknown type", well("Tue 07:00", jobs(write("b", "", waits, "Mon 07:00", readAt("Tue 07:00")))), "stuck /manual, finch, x1, [b], since Mon 07:00"},
		{"a write that nobody has read, such as without a token", well("Tue 07:00", jobs(write("b", "benefit_enroll", waits, "Mon 07:00"))), ""},
		{"a person's write, a second before two business days", well("Tue+1 06:59:59", byHand, syncedThis("Mon+1"), jobs(write("b", "benefit_enroll", runs, "Fri 07:00", readAt("Tue+1 06:59:59")))), ""},
		{"a person's write after two business days", well("Tue+1 07:00", byHand, syncedThis("Mon+1"), jobs(write("b", "benefit_enroll", runs, "Fri 07:00", readAt("Tue+1 07:00")))), "stuck /benefit_enroll, finch, x1, [b], since Fri 07:00"},
		{"an assisted method writes by hand too", well("Tue 07:00", method("assisted", finch.Connected), jobs(write("b", "benefit_enroll", runs, "Mon 07:00", readAt("Tue 07:00")))), ""},
	})
}

func syncedThis(day string) func(*alert.Situation) {
	return func(x *alert.Situation) { x.Connection.Report.LastSync.At = on(day + " 06:34") }
}

func TestStuckSetUps(t *testing.T) {
	t.Parallel()
	judge(t, []judged{
		{"pending, a second before three business days", well("Thu 06:59:59", status(finch.Pending, "Mon 07:00")), ""},
		{"pending for three business days", well("Thu 07:00", status(finch.Pending, "Mon 07:00")), "stuck, finch, since Mon 07:00"},
		{"the weekend does not count", well("Mon+1 06:59:59", status(finch.Pending, "Wed 07:00")), ""},
		{"from Wednesday to Monday", well("Mon+1 07:00", status(finch.Pending, "Wed 07:00")), "stuck, finch, since Wed 07:00"},
		{"what begins on a weekend begins on Monday", well("Wed+1 23:59:59", status(finch.Pending, "Sat 07:00")), ""},
		{"from Saturday to Thursday", well("Thu+1 00:00", status(finch.Pending, "Sat 07:00")), "stuck, finch, since Sat 07:00"},
		{"processing, a second before two weeks", well("Mon+2 06:59:59", status(finch.Processing, "Mon 07:00"), syncedThis("Mon+2")), ""},
		{"processing for two weeks", well("Mon+2 07:00", status(finch.Processing, "Mon 07:00"), syncedThis("Mon+2")), "stuck, finch, since Mon 07:00"},
		{"it moves", well("Thu 07:00", status(finch.Processing, "Thu 06:59"), syncedThis("Thu"), became(finch.Pending, "", "Mon 07:00"), became(finch.Processing, "", "Thu 06:59")), ""},
		{"an entity that was added later", well("Thu 07:00", syncedThis("Thu"), has("e1 connected", "e2 pending"), became(finch.Pending, "e2", "Mon 07:00")), "stuck e2/, finch, since Mon 07:00"},
		{"a method that was never let in", well("Thu 07:00", syncedThis("Thu"), method("credential", finch.Connected), method("assisted", finch.Pending)), "stuck /assisted, finch, since Mon 06:00"},
		{"the whole and its parts are one", well("Thu 07:00", status(finch.Pending, "Mon 07:00"), has("e1 pending", "e2 pending"), method("assisted", finch.Pending)), "stuck, finch, since Mon 07:00"},
		{"nobody has looked for over a day", well("Thu 07:00", status(finch.Pending, "Mon 07:00"), looked("Wed 06:59:59")), ""},
	})
}

func TestStuckTellsItsLimit(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]alert.Situation{
		"job":    well("Mon 13:31", jobs(sync("b", finch.JobRunning, "Mon 07:30", readAt("Mon 13:31")))),
		"set-up": well("Thu 07:01", status(finch.Pending, "Mon 07:00")),
	} {
		found, _ := alert.Assess(s)
		f := found[len(found)-1]
		want := map[string]string{"job": "Mon 13:30", "set-up": "Thu 07:00"}[name]
		if !f.Facts.Expected.Equal(on(want)) {
			t.Errorf("%s: expected %v, want %s", name, f.Facts.Expected, want)
		}
	}
}
