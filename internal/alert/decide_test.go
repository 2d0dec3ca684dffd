package alert_test

import (
	"testing"
	"time"

	"perch/internal/alert"
)

// noon is a Tuesday.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func fresh(change func(*alert.Problem)) alert.Problem {
	return harbor(func(p *alert.Problem) {
		p.Opened, p.Noted = noon.Add(-5*time.Minute), noon
		if change != nil {
			change(p)
		}
	})
}

func TestDecide(t *testing.T) {
	t.Parallel()
	after := func(d time.Duration) time.Time { return noon.Add(d) }
	tests := []struct {
		name    string
		text    string
		problem func(*alert.Problem)
		now     time.Time // zero: noon
		want    alert.Verdict
	}{
		{"at once", "", nil, time.Time{}, alert.Verdict{State: alert.Owed, Reason: "now"}},
		{"not asked for", "-provider:flex", nil, time.Time{}, alert.Verdict{State: alert.Dropped, Reason: "provider excluded"}},
		{"over before it was told", "", func(p *alert.Problem) { p.State = alert.Resolved }, time.Time{}, alert.Verdict{State: alert.Dropped, Reason: "healed before"}},
		{"closed before it was told", "open-for:1h", func(p *alert.Problem) { p.State = alert.Closed }, time.Time{}, alert.Verdict{State: alert.Dropped, Reason: "healed before"}},
		{"in an outage", "after:3", func(p *alert.Problem) { p.ParentID = 12 }, time.Time{}, alert.Verdict{State: alert.Dropped, Reason: "in an outage"}},
		{"in an outage that is not stored yet", "", func(p *alert.Problem) { p.ParentID = -1 }, time.Time{}, alert.Verdict{State: alert.Dropped, Reason: "in an outage"}},
		{"not asked for is said before in an outage", "reauth", func(p *alert.Problem) { p.ParentID = 12 }, time.Time{}, alert.Verdict{State: alert.Dropped, Reason: "kind not asked for"}},

		{"the first of two", "after:2", nil, time.Time{}, alert.Verdict{State: alert.Held, Reason: "fewer than 2 in a row"}},
		{"the second of two", "after:2", func(p *alert.Problem) { p.Count = 2 }, time.Time{}, alert.Verdict{State: alert.Owed, Reason: "now"}},
		{"what has no rows needs none", "after:2", func(p *alert.Problem) { p.Key.Kind = alert.Reauth }, time.Time{}, alert.Verdict{State: alert.Owed, Reason: "now"}},
		{"an outage needs no row", "after:2", func(p *alert.Problem) { p.Key.Kind = alert.Outage }, time.Time{}, alert.Verdict{State: alert.Owed, Reason: "now"}},

		{"open for a while, by Finch's word", "open-for:30m", nil, time.Time{}, alert.Verdict{State: alert.Held, Due: after(25 * time.Minute), Reason: "open for less than 30 min"}},
		{"open for long enough", "open-for:30m", nil, after(25 * time.Minute), alert.Verdict{State: alert.Owed, Reason: "now"}},
		{"open since Perch knows, where Finch does not say", "open-for:30m", func(p *alert.Problem) { p.Opened = time.Time{} }, time.Time{}, alert.Verdict{State: alert.Held, Due: after(30 * time.Minute), Reason: "open for less than 30 min"}},
		{"open since a time to come", "open-for:30m", func(p *alert.Problem) { p.Opened = after(time.Hour) }, time.Time{}, alert.Verdict{State: alert.Held, Due: after(30 * time.Minute), Reason: "open for less than 30 min"}},
		{"a row comes before the while", "after:2 open-for:30m", nil, time.Time{}, alert.Verdict{State: alert.Held, Reason: "fewer than 2 in a row"}},

		{"snoozed for an hour", "", func(p *alert.Problem) { p.SnoozedBy, p.SnoozedUntil = "U1", after(time.Hour) }, time.Time{}, alert.Verdict{State: alert.Held, Due: after(time.Hour), Reason: "snoozed"}},
		{"snoozed until an hour ago", "", func(p *alert.Problem) { p.SnoozedBy, p.SnoozedUntil = "U1", after(-time.Hour) }, time.Time{}, alert.Verdict{State: alert.Owed, Reason: "now"}},
		{"snoozed until now", "", func(p *alert.Problem) { p.SnoozedBy, p.SnoozedUntil = "U1", noon }, time.Time{}, alert.Verdict{State: alert.Owed, Reason: "now"}},
		{"snoozed until it changes", "", func(p *alert.Problem) { p.SnoozedBy = "U1" }, time.Time{}, alert.Verdict{State: alert.Held, Reason: "snoozed"}},

		{"noted long after it happened", "", seenBefore(13 * time.Hour), time.Time{}, alert.Verdict{State: alert.Held, Due: after(10 * time.Minute), Reason: "late news"}},
		{"noted long after, and still so", "", seenBefore(13 * time.Hour), after(10 * time.Minute), alert.Verdict{State: alert.Owed, Reason: "now"}},
		{"noted some hours after it happened", "", seenBefore(11 * time.Hour), time.Time{}, alert.Verdict{State: alert.Owed, Reason: "now"}},
		{"late news for a digest", "digest:15", seenBefore(13 * time.Hour), time.Time{}, alert.Verdict{State: alert.Held, Due: after(3 * time.Hour), Reason: "digest"}},

		{"for today's digest", "digest:15", nil, time.Time{}, alert.Verdict{State: alert.Held, Due: after(3 * time.Hour), Reason: "digest"}},
		{"for tomorrow's digest", "digest:9", nil, time.Time{}, alert.Verdict{State: alert.Held, Due: after(21 * time.Hour), Reason: "digest"}},
		{"at the digest's own minute it is tomorrow's", "digest:12", nil, time.Time{}, alert.Verdict{State: alert.Held, Due: after(24 * time.Hour), Reason: "digest"}},
		{"a while comes before the digest", "open-for:1h digest:9", nil, time.Time{}, alert.Verdict{State: alert.Held, Due: after(55 * time.Minute), Reason: "open for less than 1 h"}},

		{"in quiet hours", "quiet:11-14", nil, time.Time{}, alert.Verdict{State: alert.Held, Due: after(2 * time.Hour), Reason: "quiet hours"}},
		{"at the first minute of quiet", "quiet:12-14", nil, time.Time{}, alert.Verdict{State: alert.Held, Due: after(2 * time.Hour), Reason: "quiet hours"}},
		{"at the end of quiet hours", "quiet:11-12", nil, time.Time{}, alert.Verdict{State: alert.Owed, Reason: "now"}},
		{"outside quiet hours", "quiet:22-7", nil, time.Time{}, alert.Verdict{State: alert.Owed, Reason: "now"}},
		{"a kind that passes", "quiet:11-14 pass:job_failed", nil, time.Time{}, alert.Verdict{State: alert.Owed, Reason: "now"}},
		{"an outage passes as its children", "quiet:11-14 pass:job_failed", func(p *alert.Problem) { p.Key.Kind = alert.Outage }, time.Time{}, alert.Verdict{State: alert.Owed, Reason: "now"}},
		{"a kind that does not pass", "quiet:11-14 pass:reauth", nil, time.Time{}, alert.Verdict{State: alert.Held, Due: after(2 * time.Hour), Reason: "quiet hours"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			now := tt.now
			if now.IsZero() {
				now = noon
			}
			if got := alert.Decide(parsed(t, tt.text), fresh(tt.problem), alert.Verdict{}, now); got != tt.want {
				t.Errorf("got %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// seenBefore is a problem that was noted so long after it was last seen.
func seenBefore(d time.Duration) func(*alert.Problem) {
	return func(p *alert.Problem) { p.Noted, p.LastSeen = noon, noon.Add(-d) }
}

func TestDecideAgain(t *testing.T) {
	t.Parallel()
	w := parsed(t, "digest:15")
	digest := alert.Decide(w, fresh(nil), alert.Verdict{}, noon)

	if got := alert.Decide(w, fresh(nil), digest, digest.Due.Add(-time.Second)); got != digest {
		t.Errorf("just before its digest: %+v", got)
	}
	told := alert.Verdict{State: alert.Owed, Reason: "digest"}
	for name, now := range map[string]time.Time{"at": digest.Due, "just after": digest.Due.Add(time.Second), "a day after, Perch was away": digest.Due.Add(25 * time.Hour)} {
		if got := alert.Decide(w, fresh(nil), digest, now); got != told {
			t.Errorf("%s its digest: %+v", name, got)
		}
	}
	healed := fresh(func(p *alert.Problem) { p.State = alert.Resolved })
	retried := alert.Verdict{State: alert.Held, Due: digest.Due.Add(11 * time.Minute), Reason: "digest"}
	if got := alert.Decide(w, fresh(nil), retried, digest.Due.Add(10*time.Minute)); got != retried {
		t.Errorf("tried at its time, and to be tried again: %+v", got)
	}
	if got := alert.Decide(w, fresh(nil), retried, retried.Due); got != told {
		t.Errorf("tried again: %+v", got)
	}
	if got := alert.Decide(w, healed, digest, digest.Due); got.State != alert.Dropped || got.Reason != alert.BecauseHealed {
		t.Errorf("healed before its digest: %+v", got)
	}
	later := parsed(t, "digest:18")
	if got := alert.Decide(later, fresh(nil), digest, digest.Due.Add(time.Second)); got.State != alert.Held || !got.Due.Equal(noon.Add(6*time.Hour)) {
		t.Errorf("the digest was moved meanwhile: %+v", got)
	}
	snoozed := alert.Verdict{State: alert.Held, Due: noon, Reason: alert.BecauseSnoozed}
	if got := alert.Decide(w, fresh(nil), snoozed, noon); got != digest {
		t.Errorf("a snooze ends before the digest: %+v", got)
	}
}

func TestSubscriptionDecide(t *testing.T) {
	t.Parallel()
	s := alert.Subscription{Wish: alert.DefaultWish(), Paused: true}
	if got := s.Decide(fresh(nil), alert.Verdict{}, noon); got != (alert.Verdict{State: alert.Dropped, Reason: "paused"}) {
		t.Errorf("paused: %+v", got)
	}
	s.Paused = false
	if got := s.Decide(fresh(nil), alert.Verdict{}, noon); got.State != alert.Owed {
		t.Errorf("not paused: %+v", got)
	}
}

func BenchmarkDecide(b *testing.B) {
	w := parsed(b, `jobs customer:"harbor" -provider:gusto quiet:22-7,weekends zone:Europe/Berlin`)
	p := fresh(nil)
	for b.Loop() {
		alert.Decide(w, p, alert.Verdict{}, noon)
	}
}
