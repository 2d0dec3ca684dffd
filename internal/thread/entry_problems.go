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

// onIt is whose move an open problem is, and who holds it.
func (s Shown) onIt(p alert.Problem) string {
	who, whose := "nobody is on it yet", whoseMove(p)
	switch {
	case whose == nobodys && p.ClaimedBy == "" && p.SnoozedBy == "":
		who, whose = nobodys, ""
	case p.ClaimedBy != "":
		who = s.person(p.ClaimedBy) + " is on it"
	case p.SnoozedBy != "" && p.SnoozedUntil.IsZero():
		who = fmt.Sprintf("snoozed by %s until it changes", s.person(p.SnoozedBy))
	case p.SnoozedBy != "":
		who = fmt.Sprintf("snoozed by %s until %s", s.person(p.SnoozedBy), card.When(p.SnoozedUntil, s.Now))
	}
	if whose != "" && whose != nobodys {
		who = whose + ", " + who
	}
	if p.AtSupport() {
		who += ", at Finch's support since " + card.When(p.SentAt, s.Now)
	}
	return who
}

const nobodys = "nobody need act yet"

// whoseMove says whose move a problem is, nothing where its name, or what is said of
// the connection above it, says so already.
func whoseMove(p alert.Problem) string {
	switch {
	case stopsJobs(p.Key.Kind):
		return ""
	case p.Move == alert.Nobodys:
		return nobodys
	case p.Move == alert.Finchs:
		return "Finch's move"
	case p.Move == alert.Ours:
		return "our move"
	case p.Move == alert.Employers:
		return "the employer's move"
	case p.Move == alert.Administrators:
		return "the employer's administrator must act"
	default:
		return ""
	}
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
		switch {
		case of && p.Key.ConnectionID != "":
			what += " (" + ofConnection(p) + ")"
		case p.Key.EntityID != "":
			what += " (entity " + short(p.Key.EntityID) + ")"
		}
		lines = append(lines, fmt.Sprintf("%s %s, open since %s, %s.", sign, what, card.When(p.Opened, s.Now), s.onIt(p)))
	}
	if more := len(open) - len(lines); more > 0 && d.problems > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return lines
}
