package alert_test

import (
	"testing"

	"perch/internal/alert"
	"perch/internal/finch"
)

func endedOn(at string) func(*alert.Situation) {
	return func(x *alert.Situation) { x.Connection.DisconnectedAt, x.Connection.HasToken = on(at), false }
}

func forgotten(x *alert.Situation) { x.Connection.HasToken = false }

func TestDisconnected(t *testing.T) {
	t.Parallel()
	failed := jobs(sync("b", finch.JobFailed, "Tue 06:30"))
	judge(t, []judged{
		{"it ended", well("Wed 07:00", endedOn("Wed 06:50")), "disconnected, us, since Wed 06:50"},
		{"all else matters no more", well("Wed 07:00", failed, status(finch.Reauth, "Tue 06:40"), endedOn("Wed 06:50")), "disconnected, us, since Wed 06:50"},
		{"a second before a week", well("Wed+1 06:49:59", endedOn("Wed 06:50")), "disconnected, us, since Wed 06:50"},
		{"after a week", well("Wed+1 06:50", endedOn("Wed 06:50")), ""},
		{"it was forgotten here", well("Wed 07:00", failed, forgotten), ""},
	})
}

func TestAnEndedConnectionClosesItselfAfterAWeek(t *testing.T) {
	t.Parallel()
	b := newBook()
	b.judge(well("Tue 07:00", jobs(sync("b", finch.JobFailed, "Tue 06:30"))))
	b.judge(well("Wed 07:00", endedOn("Wed 06:50")))
	b.expect(t, "opened job_failed /data_sync_all", "closed job_failed /data_sync_all", "opened disconnected")
	if over := b.all[0].Over; !over.Equal(on("Wed 06:50")) {
		t.Errorf("the failure mattered until %v", over)
	}
	_, next := alert.Assess(well("Wed 07:00", endedOn("Wed 06:50")))
	if !next.Equal(on("Wed+1 06:50")) {
		t.Fatalf("judges again at %v", next)
	}
	b.judge(well("Wed+1 06:50", endedOn("Wed 06:50")))
	b.expect(t, "opened job_failed /data_sync_all", "closed job_failed /data_sync_all", "opened disconnected", "closed disconnected")
	if over := b.last().Over; !over.Equal(on("Wed+1 06:50")) {
		t.Errorf("over at %v", over)
	}
}

func TestAConnectionThatCameBackIsResolved(t *testing.T) {
	t.Parallel()
	b := newBook()
	b.judge(well("Wed 07:00", endedOn("Wed 06:50")))
	b.judge(well("Wed 12:00", syncedThis("Wed")))
	b.expect(t, "opened disconnected", "resolved disconnected")
}
