package commands

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"perch/bot/card"
	"perch/internal/alert"
	"perch/internal/connect"
	"perch/internal/finch"
)

// problemWords are a kind of problem as a menu says it, and as a sentence does.
var problemWords = map[alert.Kind]struct{ short, noun string }{
	alert.Reauth:       {"must reconnect", "a needed reconnect"},
	alert.Permissions:  {"permissions missing", "a missing permission"},
	alert.NotSetUp:     {"account not set up", "an account that is not set up"},
	alert.Stale:        {"syncs stopped", "a sync that does not happen"},
	alert.Stuck:        {"stuck", "a stuck sync or set-up"},
	alert.Disconnected: {"connection ended", "the end of a connection"},
	alert.Blind:        {"Perch cannot see", "the like"},
	alert.DroppedOff:   {"employer stopped", "a stop"},
	alert.AuthErrors:   {"errors", "error after error"},
	alert.LinkUnused:   {"link not opened", "an unopened link"},
	alert.LinkExpired:  {"link ran out", "a link that ran out"},
	alert.Outage:       {"outage", "the like"},
}

// classWords are what problems of a class have in common: their kind, and a job's type
// or a session's stage.
func classWords(class string) (short, noun string) {
	kind, part, _ := strings.Cut(class, "/")
	if alert.Kind(kind) == alert.JobFailed {
		if part == "" || part == finch.DataSync {
			return "sync failed", "a failed sync"
		}
		job := card.Cut(card.LowerFirst(card.JobType(part)), 40)
		return job + " failed", "a failed job (" + job + ")"
	}
	words, known := problemWords[alert.Kind(kind)]
	if !known {
		return "something wrong", "the like"
	}
	if part == "" || !slices.Contains(alert.SessionKinds(), alert.Kind(kind)) {
		return words.short, words.noun
	}
	at := " at " + card.Cut(card.Clean(connect.Stage(part).Name()), 24)
	return words.short + at, words.noun + at
}

// problemLabel is a problem in a menu: "Harbor Coffee · sync failed · since 3 Oct".
func problemLabel(p alert.Problem, now time.Time) string {
	rest := " · " + namelessLabel(p, now)
	return card.Cut(nameOfProblem(p), maxLabel-len([]rune(rest))) + rest
}

// namelessLabel is a problem where no customer is named: "sync failed · since 3 Oct".
func namelessLabel(p alert.Problem, now time.Time) string {
	short, _ := classWords(p.Class)
	if p.Key.Kind == alert.Outage {
		short = "outage"
	}
	when := "since " + shortDay(p.Opened, now)
	switch p.State {
	case alert.Resolved:
		when = "recovered " + shortDay(p.Over, now)
	case alert.Closed:
		when = "closed " + shortDay(p.Over, now)
	}
	return short + " · " + when
}

// maxLabel is how much Slack shows of a choice.
const maxLabel = 75

// shortDay is a day of this year without it.
func shortDay(t, now time.Time) string {
	switch {
	case t.IsZero():
		return "an unknown day"
	case t.UTC().Year() == now.UTC().Year():
		return t.UTC().Format("2 Jan")
	default:
		return t.UTC().Format("2 Jan 2006")
	}
}

// resolutionSaved says where it is found again.
func resolutionSaved(p alert.Problem) string {
	_, noun := classWords(p.Class)
	var whom []string
	if customerOfProblem(p) != "" {
		whom = append(whom, card.Cut(cmp.Or(card.Clean(p.Subject.CustomerName), card.Clean(customerOfProblem(p))), 100))
	}
	if p.Subject.ProviderID != "" {
		whom = append(whom, card.Cut(cmp.Or(card.Clean(p.Subject.ProviderName), card.Clean(p.Subject.ProviderID)), 100))
	}
	if len(whom) == 0 {
		return "Saved. The problem's details show it."
	}
	return fmt.Sprintf("Saved. It is shown as “Last time” when %s hits %s again.", noun, strings.Join(whom, " or "))
}
