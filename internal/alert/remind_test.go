package alert_test

import (
	"testing"
	"time"

	"perch/internal/alert"
)

func TestNextReminder(t *testing.T) {
	t.Parallel()
	const never = ""
	tests := []struct {
		name    string
		text    string
		problem func(*alert.Problem)
		told    string
		now     string // empty: when it was told
		want    string
	}{
		{"nobody asked", "jobs", nil, "2026-11-24T12:00:00Z", "", never},
		{"never told", "remind:daily", nil, "0001-01-01T00:00:00Z", "2026-11-24T12:00:00Z", never},
		{"daily", "remind:daily", nil, "2026-11-24T12:00:00Z", "", "2026-11-25T12:00:00Z"},
		{"often", "remind:4h", nil, "2026-11-24T12:00:00Z", "", "2026-11-24T16:00:00Z"},
		{"asked in between", "remind:4h", nil, "2026-11-24T12:00:00Z", "2026-11-24T15:00:00Z", "2026-11-24T16:00:00Z"},
		{"missed: now", "remind:4h", nil, "2026-11-24T12:00:00Z", "2026-11-24T19:00:00Z", "2026-11-24T19:00:00Z"},
		{"claimed", "remind:4h", func(p *alert.Problem) { p.ClaimedBy = "U1" }, "2026-11-24T12:00:00Z", "", never},
		{"over", "remind:4h", func(p *alert.Problem) { p.State = alert.Resolved }, "2026-11-24T12:00:00Z", "", never},
		{"in an outage", "remind:4h", func(p *alert.Problem) { p.ParentID = 9 }, "2026-11-24T12:00:00Z", "", never},
		{"flapping and well at the moment", "remind:4h", func(p *alert.Problem) { p.Flapping, p.WellSince = true, noon }, "2026-11-24T12:00:00Z", "", never},
		{"snoozed", "remind:4h", func(p *alert.Problem) { p.SnoozedBy = "U1" }, "2026-11-24T12:00:00Z", "", never},
		{"snoozed until now", "remind:4h", func(p *alert.Problem) { p.SnoozedBy, p.SnoozedUntil = "U1", noon.Add(21*time.Hour) }, "2026-11-24T12:00:00Z", "2026-11-25T09:00:00Z", "2026-11-25T09:00:00Z"},

		{"in quiet hours: after them", "remind:4h quiet:22-7", nil, "2026-11-24T19:00:00Z", "", "2026-11-25T07:00:00Z"},
		{"in quiet hours that it passes", "remind:4h quiet:22-7 pass:job_failed", nil, "2026-11-24T19:00:00Z", "", "2026-11-24T23:00:00Z"},
		{"on a quiet weekend", "remind:daily quiet:weekends zone:Europe/Berlin", nil, "2026-03-27T18:00:00Z", "", "2026-03-29T22:00:00Z"},
		{"missed in quiet hours", "remind:4h quiet:22-7", nil, "2026-11-24T12:00:00Z", "2026-11-24T23:00:00Z", "2026-11-25T07:00:00Z"},

		{"with the next digest", "remind:daily digest:9", nil, "2026-11-24T09:00:04Z", "", "2026-11-25T09:00:00Z"},
		{"with the next digest, when it is sent", "remind:daily digest:9", nil, "2026-11-24T09:00:04Z", "2026-11-25T09:00:01Z", "2026-11-25T09:00:00Z"},
		{"with the digest of a day of 23 hours", "remind:daily digest:9 zone:Europe/Berlin", nil, "2026-03-28T08:00:04Z", "", "2026-03-29T07:00:00Z"},
		{"with the digest of a day of 25 hours", "remind:daily digest:9 zone:Europe/Berlin", nil, "2026-10-24T07:00:04Z", "", "2026-10-25T08:00:00Z"},
		{"with Monday's digest", "remind:daily digest:9 quiet:weekends", nil, "2026-11-27T09:00:04Z", "", "2026-11-30T09:00:00Z"},
		{"a digest that was missed for days", "remind:daily digest:9", nil, "2026-11-20T09:00:04Z", "2026-11-24T12:00:00Z", "2026-11-25T09:00:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			told := at(t, tt.told)
			now := told
			if tt.now != "" {
				now = at(t, tt.now)
			}
			var want time.Time
			if tt.want != never {
				want = at(t, tt.want)
			}
			if got := parsed(t, tt.text).NextReminder(fresh(tt.problem), told, now); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}
