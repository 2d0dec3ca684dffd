package card

import (
	"fmt"
	"time"
)

const (
	utcLayout = "2006-01-02 15:04 UTC"
	dayLayout = "2 Jan 2006"

	slackDateTime = "{date_short_pretty} {time}"
	slackDate     = "{date_short_pretty}"

	// unknownTime stands for a zero time.
	unknownTime = "unknown"
	// hourMatters is how far from now the time of day still says something.
	hourMatters = 90 * 24 * time.Hour
)

// When is a time in mrkdwn, shown in the reader's own time zone ("today at
// 07:14"), with UTC for clients that cannot. Further than 90 days from now it
// is the day alone. A zero time is "unknown".
func When(t, now time.Time) string {
	if t.IsZero() {
		return unknownTime
	}
	return dateToken(t, dateFormat(t, now), WhenPlain(t))
}

// Day is the day of a time in mrkdwn, in the reader's own time zone.
func Day(t time.Time) string {
	if t.IsZero() {
		return unknownTime
	}
	return dateToken(t, slackDate, t.UTC().Format(dayLayout))
}

// WhenPlain is a time for plain text: "2026-11-21 07:14 UTC".
func WhenPlain(t time.Time) string {
	if t.IsZero() {
		return unknownTime
	}
	return t.UTC().Format(utcLayout)
}

// Ago says how far t lies from now in one unit: "just now", "2 min ago",
// "3 h ago", "2 days ago", or "in 3 h" for what is ahead. A minute either way
// is "just now". A zero time is "unknown".
func Ago(t, now time.Time) string {
	if t.IsZero() {
		return unknownTime
	}
	d := now.Sub(t)
	switch {
	case d.Abs() < time.Minute:
		return "just now"
	case d < 0:
		return "in " + Span(-d)
	default:
		return Span(d) + " ago"
	}
}

// Span is a length of time in one unit, rounded down: "14 min", "23 h",
// "2 days". Hours go up to 48, days to 90, months to two years.
func Span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", max(0, d/time.Second))
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 2*day:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d < 90*day:
		return fmt.Sprintf("%d days", d/day)
	case d < 2*365*day:
		return fmt.Sprintf("%d months", d/(30*day))
	default:
		return fmt.Sprintf("%d years", d/(365*day))
	}
}

func dateToken(t time.Time, format, fallback string) string {
	return fmt.Sprintf("<!date^%d^%s|%s>", t.Unix(), format, fallback)
}

func dateFormat(t, now time.Time) string {
	if now.Sub(t).Abs() > hourMatters {
		return slackDate
	}
	return slackDateTime
}
