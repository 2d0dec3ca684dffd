package alert_test

import (
	"testing"
	"time"

	"perch/internal/alert"
)

// history is a fortnight, by hand. It ends on Tuesday noon.
func history() []alert.Problem {
	day := func(n int, clock string) time.Time {
		at, err := time.Parse("15:04", clock)
		if err != nil {
			panic(err)
		}
		return noon.Truncate(24*time.Hour).AddDate(0, 0, -n).Add(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute)
	}
	var id int64
	var past []alert.Problem
	add := func(opened, over time.Time, change func(*alert.Problem)) {
		p := harbor(func(p *alert.Problem) {
			id++
			p.ID, p.Opened, p.Noted, p.LastSeen, p.Over = id, opened, opened, opened, over
			if !over.IsZero() {
				p.State = alert.Resolved
			}
		})
		if change != nil {
			change(&p)
		}
		past = append(past, p)
	}
	kind := func(k alert.Kind) func(*alert.Problem) {
		return func(p *alert.Problem) { p.Key.Kind = k }
	}
	open := time.Time{}
	add(day(12, "10:00"), day(12, "10:20"), nil)                    // failed once, healed within 30 minutes
	add(day(11, "23:00"), day(11, "23:45"), nil)                    // failed once at night, healed in the same night
	add(day(10, "02:00"), day(9, "02:00"), func(p *alert.Problem) { // at night, three times in a row, for a day
		p.Count, p.LastSeen = 3, day(10, "18:00")
	})
	add(day(8, "12:00"), day(6, "12:00"), kind(alert.Reauth)) // for two days
	add(day(7, "12:00"), day(6, "12:00"), func(p *alert.Problem) {
		p.Key.Kind, p.ClaimedBy, p.ClaimedAt = alert.Reauth, "U1", day(7, "13:00")
	})
	add(day(5, "12:00"), day(5, "12:10"), func(p *alert.Problem) { p.Subject.Sandbox = true })
	add(day(4, "12:00"), day(4, "13:00"), func(p *alert.Problem) { p.Key.Kind, p.State = alert.Stuck, alert.Closed })
	add(day(1, "12:00"), open, kind(alert.Stale))                  // still open
	add(day(30, "12:00"), open, kind(alert.Stale))                 // from before, still open
	add(day(3, "09:10"), day(3, "11:00"), func(p *alert.Problem) { // an outage of the two that follow
		p.Key, p.Class = alert.Key{Kind: alert.Outage, Part: "paychex_flex/job_failed"}, "job_failed|data_sync_all"
	})
	outage := id
	add(day(3, "09:00"), day(3, "11:00"), func(p *alert.Problem) { p.ParentID = outage }) // told before it was one
	add(day(3, "09:20"), day(3, "11:00"), func(p *alert.Problem) { p.ParentID = outage })
	return past
}

func TestReplay(t *testing.T) {
	t.Parallel()
	from := noon.AddDate(0, 0, -14)
	tests := []struct {
		name string
		text string
		want alert.Rehearsal
	}{
		// 1, 2, 3, two reconnects, stuck, stale, the first of the outage, the outage.
		{"the default", "", alert.Rehearsal{Messages: 9, Problems: 9, Healed30: 1, Held: 1, AfterTwo: 6}},
		{"with sandbox", "env:production,sandbox", alert.Rehearsal{Messages: 10, Problems: 10, Healed30: 2, Held: 1, AfterTwo: 6}},
		{"one kind", "job_failed", alert.Rehearsal{Messages: 5, Problems: 5, Healed30: 1, Held: 1, AfterTwo: 2}},
		{"after two", "job_failed after:2", alert.Rehearsal{Messages: 2, Problems: 2, Held: 4, AfterTwo: 2}},
		{"after four: only the outage", "job_failed after:4", alert.Rehearsal{Messages: 1, Problems: 1, Held: 5, AfterTwo: 1}},
		{"nothing of it", "disconnected", alert.Rehearsal{}},
		{"nobody of them", "customer:acme", alert.Rehearsal{}},
		{"open for an hour", "job_failed open-for:1h", alert.Rehearsal{Messages: 2, Problems: 2, Held: 4, AfterTwo: 2}},
		{"quiet nights", "job_failed quiet:22-7", alert.Rehearsal{Messages: 4, Problems: 4, Healed30: 1, Held: 2, Digests: 1, AfterTwo: 2}},
		{"a digest", "digest:9:15", alert.Rehearsal{Messages: 5, Problems: 5, Held: 5, Digests: 5, AfterTwo: 4}},
		// One reconnect reminds at 24 h (over at 48), the claimed one never; stale at noon of today and, the old one, 14 times.
		{"reminders", "reauth stale remind:daily", alert.Rehearsal{Messages: 3 + 1 + 1 + 15, Problems: 3, Reminders: 1 + 1 + 15, AfterTwo: 20}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.want.First = from
			if got := alert.Replay(parsed(t, tt.text), history(), from, noon); got != tt.want {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

func TestReplayFoldsABurst(t *testing.T) {
	t.Parallel()
	var past []alert.Problem
	for i := range 100 {
		past = append(past, harbor(func(p *alert.Problem) {
			p.ID, p.Noted = int64(i), noon.Add(-time.Hour+time.Duration(i)*100*time.Millisecond)
		}))
	}
	late := harbor(func(p *alert.Problem) { p.ID, p.Noted = 200, noon.Add(-30*time.Minute) })
	got := alert.Replay(alert.DefaultWish(), append(past, late), noon.AddDate(0, 0, -14), noon)
	if got.Messages != 3 || got.Problems != 101 { // a card, a summary, and a card much later
		t.Errorf("%+v", got)
	}
}

func TestReplayOfAPastBroughtLater(t *testing.T) {
	t.Parallel()
	// All was learned at once, an hour ago, as when connections are brought in.
	past := history()
	for i := range past {
		past[i].Noted = noon.Add(-time.Hour)
	}
	from := noon.AddDate(0, 0, -14)
	for _, text := range []string{"jobs", "job_failed after:2", "job_failed open-for:1h"} {
		w, _, err := alert.ParseWish(text)
		if err != nil {
			t.Fatal(err)
		}
		got, want := alert.Replay(w, past, from, noon), alert.Replay(w, history(), from, noon)
		if got != want {
			t.Errorf("%s: learned later %+v, watched %+v", text, got, want)
		}
	}
}
