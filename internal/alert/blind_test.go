package alert_test

import (
	"testing"
	"time"

	"perch/internal/alert"
)

func TestAssessSight(t *testing.T) {
	t.Parallel()
	fails := func(name, since, bad string, count int) alert.Sense {
		return alert.Sense{Name: name, Good: on("Mon 00:00"), Since: on(since), Bad: on(bad), Count: count, Detail: "said so"}
	}
	neverGood := func(s alert.Sense) alert.Sense { s.Good = time.Time{}; return s }
	goodAgain := func(s alert.Sense, at string) alert.Sense { s.Good = on(at); return s }
	tests := []struct {
		name  string
		sense alert.Sense
		now   string
		want  string
		next  string
	}{
		{"Finch out of reach, a second before ten minutes", fails("finch", "Mon 07:00", "Mon 07:09", 9), "Mon 07:09:59", "", "Mon 07:10"},
		{"for ten minutes", fails("finch", "Mon 07:00", "Mon 07:09", 9), "Mon 07:10", "blind /finch, finch, since Mon 07:00", ""},
		{"it answers again", goodAgain(fails("finch", "Mon 07:00", "Mon 07:09", 9), "Mon 07:10"), "Mon 07:10", "", ""},
		{"it never failed", alert.Sense{Name: "finch", Good: on("Mon 07:00")}, "Mon 08:00", "", ""},

		{"two bad signatures", fails("webhook_secret", "Mon 07:00", "Mon 07:01", 2), "Mon 07:02", "", ""},
		{"three", fails("webhook_secret", "Mon 07:00", "Mon 07:01", 3), "Mon 07:02", "blind /webhook_secret, us, since Mon 07:00", "Tue 07:01"},
		{"a second before a day after the last", fails("webhook_secret", "Mon 07:00", "Mon 07:01", 3), "Tue 07:00:59", "blind /webhook_secret, us, since Mon 07:00", "Tue 07:01"},
		{"a day after the last", fails("webhook_secret", "Mon 07:00", "Mon 07:01", 3), "Tue 07:01", "", ""},
		{"three in a week are anybody's", fails("webhook_secret", "Mon 07:00", "Sun 07:00", 3), "Sun 08:00", "", ""},
		{"three a day are not", fails("webhook_secret", "Mon 07:00", "Sun 07:00", 21), "Sun 08:00", "blind /webhook_secret, us, since Mon 07:00", "Mon+1 07:00"},

		{"four jobs without a webhook", fails("webhooks", "Mon 07:00", "Tue 07:00", 4), "Tue 08:00", "", ""},
		{"five, a second before a day of silence", fails("webhooks", "Mon 07:00", "Mon 23:00", 5), "Mon 23:59:59", "", "Tue 00:00"},
		{"five, after a day of silence", fails("webhooks", "Mon 07:00", "Mon 23:00", 5), "Tue 00:00", "blind /webhooks, us, since Mon 00:00", ""},
		{"none ever came, a day after the first job", neverGood(fails("webhooks", "Mon 07:00", "Mon 23:00", 5)), "Tue 07:00", "blind /webhooks, us, since Mon 07:00", ""},
		{"one came", goodAgain(fails("webhooks", "Mon 07:00", "Mon 23:00", 5), "Tue 06:00"), "Tue 07:00", "", ""},

		{"the account is refused", fails("account", "Mon 07:00", "Mon 07:00", 1), "Mon 07:00", "blind /account, us, since Mon 07:00", ""},
		{"it is served again", goodAgain(fails("account", "Mon 07:00", "Mon 07:00", 1), "Mon 07:01"), "Mon 07:02", "", ""},
		{"a sense that nobody knows", fails("taste", "Mon 07:00", "Mon 07:00", 100), "Tue 07:00", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			found, next := alert.AssessSight([]alert.Sense{tt.sense}, on(tt.now))
			if got := told(found); got != tt.want {
				t.Errorf("found %q, want %q", got, tt.want)
			}
			var want time.Time
			if tt.next != "" {
				want = on(tt.next)
			}
			if !next.Equal(want) {
				t.Errorf("judges again at %v, want %v", next, want)
			}
		})
	}
}

func TestSightReturnsWhenItWorkedAgain(t *testing.T) {
	t.Parallel()
	b := newBook()
	lost := alert.Sense{Name: "finch", Since: on("Mon 07:00"), Bad: on("Mon 07:11"), Detail: "timeout"}
	found, _ := alert.AssessSight([]alert.Sense{lost}, on("Mon 07:12"))
	b.take(found, on("Mon 07:12"))
	found, _ = alert.AssessSight([]alert.Sense{{Name: "finch", Good: on("Mon 07:30"), Bad: lost.Bad}}, on("Mon 07:31"))
	b.take(found, on("Mon 07:31"))
	b.expect(t, "opened blind /finch", "resolved blind /finch")
	if p := b.last(); !p.Over.Equal(on("Mon 07:30")) || p.Facts.Message != "timeout" {
		t.Errorf("over %v, message %q", p.Over, p.Facts.Message)
	}
}
