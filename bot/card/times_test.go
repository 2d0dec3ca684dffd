package card_test

import (
	"testing"
	"time"

	"perch/bot/card"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func TestWhenShowsTheReadersTimeAndFallsBackToUTC(t *testing.T) {
	t.Parallel()
	zurich := time.FixedZone("CET", 3600)
	at := time.Date(2026, 11, 21, 8, 14, 3, 0, zurich)
	for name, c := range map[string]struct{ got, want string }{
		"near":       {card.When(at, noon), "<!date^1795245243^{date_short_pretty} {time}|2026-11-21 07:14 UTC>"},
		"far behind": {card.When(at, noon.AddDate(1, 0, 0)), "<!date^1795245243^{date_short_pretty}|2026-11-21 07:14 UTC>"},
		"far ahead":  {card.When(at, noon.AddDate(-1, 0, 0)), "<!date^1795245243^{date_short_pretty}|2026-11-21 07:14 UTC>"},
		"day":        {card.Day(at), "<!date^1795245243^{date_short_pretty}|21 Nov 2026>"},
		"plain":      {card.WhenPlain(at), "2026-11-21 07:14 UTC"},
		"unknown":    {card.When(time.Time{}, noon) + card.Day(time.Time{}) + card.WhenPlain(time.Time{}), "unknownunknownunknown"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", name, c.got, c.want)
		}
	}
}

func TestAgoUsesOneUnit(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for _, c := range []struct {
		before time.Duration
		want   string
	}{
		{0, "just now"},
		{59 * time.Second, "just now"},
		{-59 * time.Second, "just now"},
		{time.Minute, "1 min ago"},
		{119 * time.Second, "1 min ago"},
		{59 * time.Minute, "59 min ago"},
		{3*time.Hour + 50*time.Minute, "3 h ago"},
		{47 * time.Hour, "47 h ago"},
		{2 * day, "2 days ago"},
		{89 * day, "89 days ago"},
		{90 * day, "3 months ago"},
		{729 * day, "24 months ago"},
		{800 * day, "2 years ago"},
		{-3 * time.Hour, "in 3 h"},
	} {
		if got := card.Ago(noon.Add(-c.before), noon); got != c.want {
			t.Errorf("%v before now: got %q, want %q", c.before, got, c.want)
		}
	}
	if got := card.Ago(time.Time{}, noon); got != "unknown" {
		t.Errorf("zero time: got %q", got)
	}
	if got := card.Span(30 * time.Second); got != "30 s" {
		t.Errorf("half a minute: got %q", got)
	}
}
