package thread

import (
	"fmt"
	"time"

	"perch/bot/card"
	"perch/internal/alert"
)

// openSince says of a job's own problem since when it is open, and who is on it.
func (s Shown) openSince(p alert.Problem, ended time.Time) string {
	since := "then"
	if p.Opened.Sub(ended).Abs() >= time.Minute {
		since = card.When(p.Opened, s.Now)
	}
	if p.Count > 1 {
		return fmt.Sprintf("One of %d failures in a row, open since %s, %s.", p.Count, since, s.onIt(p))
	}
	return fmt.Sprintf("Open since %s, %s.", since, s.onIt(p))
}

// onIt is who holds an open problem.
func (s Shown) onIt(p alert.Problem) string {
	who := "nobody is on it yet"
	switch {
	case p.ClaimedBy != "":
		who = s.person(p.ClaimedBy) + " is on it"
	case p.SnoozedBy != "" && p.SnoozedUntil.IsZero():
		who = fmt.Sprintf("snoozed by %s until it changes", s.person(p.SnoozedBy))
	case p.SnoozedBy != "":
		who = fmt.Sprintf("snoozed by %s until %s", s.person(p.SnoozedBy), card.When(p.SnoozedUntil, s.Now))
	}
	if !p.SentAt.IsZero() {
		who += ", at Finch's support since " + card.When(p.SentAt, s.Now)
	}
	return who
}

// person names somebody where that calls nobody.
func (s Shown) person(slackID string) string {
	if s.Posted {
		return "somebody"
	}
	return "<@" + card.Escape(slackID) + ">"
}

// problems are a line each; of names the connection too.
func (s Shown) problems(open []alert.Problem, d depth, of bool) []string {
	var lines []string
	for _, p := range open[:min(len(open), d.problems)] {
		sign, what := kindWords(p)
		if of && p.Key.ConnectionID != "" {
			what += " (connection " + short(p.Key.ConnectionID) + ")"
		}
		lines = append(lines, fmt.Sprintf("%s %s, open since %s, %s.", sign, what, card.When(p.Opened, s.Now), s.onIt(p)))
	}
	if more := len(open) - len(lines); more > 0 && d.problems > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return lines
}
