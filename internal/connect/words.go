package connect

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// quoted is how much of a text from outside a sentence repeats, in characters.
const quoted = 120

// clean makes one printable line of a text from outside.
func clean(text string, most int) string {
	printable := strings.Map(func(r rune) rune {
		if unprintable(r) {
			return ' '
		}
		return r
	}, text)
	return cut(strings.Join(strings.Fields(printable), " "), most)
}

// quotation is a text from outside in the middle of one of ours.
func quotation(text string) string { return "“" + clean(text, quoted) + "”" }

// inText is a stage's name in the middle of a sentence.
func (s Stage) inText() string {
	switch {
	case s == TermsOfService:
		return "the Terms of Service"
	case s.Known():
		return s.Name()
	}
	return quotation(string(s))
}

// times says how often.
func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// span says how long something took: "45 s", "38 min", "5 h", "3 days".
func span(d time.Duration) string { return spanBy(d, math.Round) }

// spanUp is span, rounded up: what something stayed under.
func spanUp(d time.Duration) string { return spanBy(d, math.Ceil) }

func spanBy(d time.Duration, round func(float64) float64) string {
	switch {
	case d <= 90*time.Second:
		return fmt.Sprintf("%.0f s", round(d.Seconds()))
	case d <= 120*time.Minute:
		return fmt.Sprintf("%.0f min", round(d.Minutes()))
	case d <= 48*time.Hour:
		return fmt.Sprintf("%.0f h", round(d.Hours()))
	}
	return fmt.Sprintf("%.0f days", round(d.Hours()/24))
}
