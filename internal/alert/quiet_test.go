package alert_test

import (
	"fmt"
	"testing"
	"time"

	"perch/internal/alert"
)

func at(t testing.TB, stamp string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		t.Fatal(err)
	}
	return when.UTC()
}

func TestQuietHours(t *testing.T) {
	t.Parallel()
	const none = ""
	tests := []struct {
		name  string
		quiet string
		now   string
		until string
	}{
		{"the evening before", "quiet:22-7 zone:Europe/Berlin", "2026-11-24T22:30:00+01:00", "2026-11-25T07:00:00+01:00"},
		{"after midnight", "quiet:22-7 zone:Europe/Berlin", "2026-11-25T03:00:00+01:00", "2026-11-25T07:00:00+01:00"},
		{"when they begin", "quiet:22-7 zone:Europe/Berlin", "2026-11-24T22:00:00+01:00", "2026-11-25T07:00:00+01:00"},
		{"just before they begin", "quiet:22-7 zone:Europe/Berlin", "2026-11-24T21:59:59+01:00", none},
		{"when they end", "quiet:22-7 zone:Europe/Berlin", "2026-11-25T07:00:00+01:00", none},
		{"within a day", "quiet:12-13:30", "2026-11-25T13:29:00Z", "2026-11-25T13:30:00Z"},
		{"until midnight", "quiet:18-24", "2026-11-25T20:00:00Z", "2026-11-26T00:00:00Z"},
		{"from midnight", "quiet:0-6", "2026-11-25T00:00:00Z", "2026-11-25T06:00:00Z"},
		{"a zone without summer time", "quiet:22-7 zone:Asia/Kolkata", "2026-11-24T20:00:00Z", "2026-11-25T01:30:00Z"},

		{"a weekend", "quiet:weekends zone:Europe/Berlin", "2026-11-28T12:00:00+01:00", "2026-11-30T00:00:00+01:00"},
		{"the end of a weekend", "quiet:weekends zone:Europe/Berlin", "2026-11-29T23:59:59+01:00", "2026-11-30T00:00:00+01:00"},
		{"Friday is none", "quiet:weekends zone:Europe/Berlin", "2026-11-27T23:59:59+01:00", none},
		{"Friday there is Saturday here", "quiet:weekends zone:Pacific/Auckland", "2026-11-27T12:00:00Z", "2026-11-29T11:00:00Z"},
		{"a weekend between quiet hours", "quiet:22-7,weekends zone:Europe/Berlin", "2026-11-27T23:00:00+01:00", "2026-11-30T07:00:00+01:00"},
		{"a weekend, then quiet hours", "quiet:22-7,weekends zone:Europe/Berlin", "2026-11-29T12:00:00+01:00", "2026-11-30T07:00:00+01:00"},
		{"a weekend, then hours that begin later", "quiet:1-7,weekends zone:Europe/Berlin", "2026-11-29T12:00:00+01:00", "2026-11-30T00:00:00+01:00"},

		// Berlin leaps from 2:00 to 3:00 on 29 March and back from 3:00 to 2:00 on 25 October.
		{"a night of seven hours", "quiet:22-7 zone:Europe/Berlin", "2026-03-28T22:00:00+01:00", "2026-03-29T07:00:00+02:00"},
		{"a night of ten hours", "quiet:22-7 zone:Europe/Berlin", "2026-10-24T22:00:00+02:00", "2026-10-25T07:00:00+01:00"},
		{"an end that is leapt over", "quiet:22-2:30 zone:Europe/Berlin", "2026-03-29T01:59:00+01:00", "2026-03-29T03:00:00+02:00"},
		{"after an end that was leapt over", "quiet:22-2:30 zone:Europe/Berlin", "2026-03-29T03:00:00+02:00", none},
		{"a beginning that is leapt over", "quiet:2:30-5 zone:Europe/Berlin", "2026-03-29T03:00:00+02:00", "2026-03-29T05:00:00+02:00"},
		{"before a beginning that is leapt over", "quiet:2:30-5 zone:Europe/Berlin", "2026-03-29T01:59:00+01:00", none},
		{"all of it is leapt over", "quiet:2:10-2:50 zone:Europe/Berlin", "2026-03-29T03:00:00+02:00", none},
		{"an end that comes twice", "quiet:22-2:30 zone:Europe/Berlin", "2026-10-25T02:00:00+02:00", "2026-10-25T02:30:00+02:00"},
		{"between an end that comes twice", "quiet:22-2:30 zone:Europe/Berlin", "2026-10-25T02:40:00+02:00", none},
		{"an end that came twice, the hour again", "quiet:22-2:30 zone:Europe/Berlin", "2026-10-25T02:10:00+01:00", none},
		{"a beginning that comes twice", "quiet:2:30-5 zone:Europe/Berlin", "2026-10-25T02:10:00+01:00", "2026-10-25T05:00:00+01:00"},
		{"a weekend that is an hour short", "quiet:weekends zone:Europe/Berlin", "2026-03-28T00:00:00+01:00", "2026-03-30T00:00:00+02:00"},

		// New York leaps on 8 March, Lord Howe by half an hour on 5 April (2:00 to 1:30) and 4 October (2:00 to 2:30).
		{"New York, leapt over", "quiet:22-2:30 zone:America/New_York", "2026-03-08T01:00:00-05:00", "2026-03-08T03:00:00-04:00"},
		{"New York, twice", "quiet:22-1:30 zone:America/New_York", "2026-11-01T01:10:00-04:00", "2026-11-01T01:30:00-04:00"},
		{"New York, the hour again", "quiet:22-1:30 zone:America/New_York", "2026-11-01T01:10:00-05:00", none},
		{"Lord Howe, leapt over", "quiet:22-2:15 zone:Australia/Lord_Howe", "2026-10-04T01:59:00+10:30", "2026-10-04T02:30:00+11:00"},
		{"Lord Howe, twice", "quiet:22-1:45 zone:Australia/Lord_Howe", "2026-04-05T01:40:00+11:00", "2026-04-05T01:45:00+11:00"},
		{"Lord Howe, the half-hour again", "quiet:22-1:45 zone:Australia/Lord_Howe", "2026-04-05T01:40:00+10:30", none},
		// Santiago leaps at midnight: 6 September begins at 1:00.
		{"a weekend that ends at 1:00", "quiet:weekends zone:America/Santiago", "2025-09-06T12:00:00-04:00", "2025-09-08T00:00:00-03:00"},
		{"midnight is leapt over", "quiet:20-0 zone:America/Santiago", "2025-09-06T21:00:00-04:00", "2025-09-07T01:00:00-03:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := alert.Verdict{State: alert.Owed, Reason: "now"}
			if tt.until != none {
				want = alert.Verdict{State: alert.Held, Due: at(t, tt.until), Reason: "quiet hours"}
			}
			if got := alert.Decide(parsed(t, tt.quiet), fresh(nil), alert.Verdict{}, at(t, tt.now)); got != want {
				t.Errorf("got %+v\nwant %+v", got, want)
			}
		})
	}
}

func TestDigestAcrossClockChanges(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		text  string
		from  string
		wants []string
	}{
		{"leaping over none of it", "digest:9 zone:Europe/Berlin", "2026-03-28T00:00:00+01:00", []string{"2026-03-28T09:00:00+01:00", "2026-03-29T09:00:00+02:00", "2026-03-30T09:00:00+02:00"}},
		{"falling back over none of it", "digest:9 zone:Europe/Berlin", "2026-10-24T12:00:00+02:00", []string{"2026-10-25T09:00:00+01:00", "2026-10-26T09:00:00+01:00"}},
		{"leapt over: when the clock leaps", "digest:2:30 zone:Europe/Berlin", "2026-03-28T00:00:00+01:00", []string{"2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"}},
		{"at the leap itself", "digest:2 zone:Europe/Berlin", "2026-03-28T12:00:00+01:00", []string{"2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"}},
		{"twice: the first", "digest:2:30 zone:Europe/Berlin", "2026-10-24T00:00:00+02:00", []string{"2026-10-24T02:30:00+02:00", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"}},
		{"New York, leapt over", "digest:2:30 zone:America/New_York", "2026-03-07T12:00:00-05:00", []string{"2026-03-08T03:00:00-04:00", "2026-03-09T02:30:00-04:00"}},
		{"New York, twice", "digest:1:30 zone:America/New_York", "2026-10-31T12:00:00-04:00", []string{"2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00"}},
		{"Lord Howe, leapt over", "digest:2:15 zone:Australia/Lord_Howe", "2026-10-03T12:00:00+10:30", []string{"2026-10-04T02:30:00+11:00", "2026-10-05T02:15:00+11:00"}},
		{"Lord Howe, twice", "digest:1:45 zone:Australia/Lord_Howe", "2026-04-04T12:00:00+11:00", []string{"2026-04-05T01:45:00+11:00", "2026-04-06T01:45:00+10:30"}},
		{"a zone without summer time", "digest:9 zone:Asia/Kolkata", "2026-03-29T00:00:00Z", []string{"2026-03-29T03:30:00Z", "2026-03-30T03:30:00Z"}},
		{"midnight is leapt over", "digest:0:00 zone:America/Santiago", "2025-09-06T12:00:00-04:00", []string{"2025-09-07T01:00:00-03:00", "2025-09-08T00:00:00-03:00"}},
		{"no digest on weekends", "digest:9 quiet:weekends zone:Europe/Berlin", "2026-03-26T12:00:00+01:00", []string{"2026-03-27T09:00:00+01:00", "2026-03-30T09:00:00+02:00", "2026-03-31T09:00:00+02:00"}},
		{"a day that does not exist", "digest:9 zone:Pacific/Apia", "2011-12-29T08:00:00-10:00", []string{"2011-12-29T09:00:00-10:00", "2011-12-31T09:00:00+14:00", "2012-01-01T09:00:00+14:00"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, now := parsed(t, tt.text), at(t, tt.from)
			for _, want := range tt.wants {
				held := alert.Decide(w, fresh(nil), alert.Verdict{}, now)
				if held != (alert.Verdict{State: alert.Held, Due: at(t, want), Reason: "digest"}) {
					t.Fatalf("after %s: %+v, want %s", now, held, want)
				}
				if got := alert.Decide(w, fresh(nil), held, held.Due); got.State != alert.Owed {
					t.Fatalf("at %s: %+v", held.Due, got)
				}
				now = held.Due
			}
		})
	}
}

// TestEveryDayHasOneDigest walks two years by the minute and a bit, and asks what
// nobody thought of.
func TestEveryDayHasOneDigest(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago", "Africa/Casablanca", "Africa/Cairo"} {
		for _, clock := range []string{"0:00", "1:45", "2:15", "2:30", "23:59"} {
			t.Run(fmt.Sprintf("%s %s", zone, clock), func(t *testing.T) {
				t.Parallel()
				location, err := time.LoadLocation(zone)
				if err != nil {
					t.Fatal(err)
				}
				w := parsed(t, "digest:"+clock+" zone:"+zone)
				days := map[string]int{}
				now := time.Date(2025, 1, 1, 0, 0, 0, 0, location)
				for now.Year() < 2027 {
					held := alert.Decide(w, fresh(nil), alert.Verdict{}, now)
					if !held.Due.After(now) {
						t.Fatalf("at %s the next digest is %s", now, held.Due)
					}
					now = held.Due.In(location)
					days[now.Format(time.DateOnly)]++
				}
				for day := time.Date(2025, 1, 2, 12, 0, 0, 0, location); day.Year() < 2027; day = day.AddDate(0, 0, 1) {
					if n := days[day.Format(time.DateOnly)]; n != 1 {
						t.Errorf("%d digests on %s", n, day.Format(time.DateOnly))
					}
				}
			})
		}
	}
}
