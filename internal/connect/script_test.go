package connect

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// day is when the sessions of these tests begin.
var day = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// tellers are the first words of a line of script.
var tellers = map[string]Source{"host": FromHost, "browser": FromBrowser, "perch": FromPerch, "finch": FromFinch, "import": FromImport}

// script writes events as lines: who, how long after the beginning, what. Stages
// are entered by +stage and left by -stage; the rest is type, @stage, !error_type,
// and the message after a colon.
//
//	host 1m +terms_of_service
//	browser 2m error @mfa: That code is wrong.
func script(t testing.TB, lines ...string) []Event {
	t.Helper()
	var events []Event
	for i, line := range lines {
		head, message, _ := strings.Cut(line, ": ")
		words := strings.Fields(head)
		after, err := time.ParseDuration(words[1])
		if err != nil || tellers[words[0]] == "" {
			t.Fatalf("no line of script: %q", line)
		}
		e := Event{ID: fmt.Sprintf("e%d", i), At: day.Add(after), Source: tellers[words[0]], Message: message}
		for _, w := range words[2:] {
			e.set(w)
		}
		events = append(events, e)
	}
	return events
}

func (e *Event) set(word string) {
	switch word[0] {
	case '+':
		e.Type, e.Stage = StageEntered, Stage(word[1:])
	case '-':
		e.Type, e.Stage = StageExited, Stage(word[1:])
	case '@':
		e.Stage = Stage(word[1:])
	case '!':
		e.ErrorType = word[1:]
	default:
		e.Type = Type(word)
	}
}

// sketch writes progress as a line, what is zero left out.
func sketch(p Progress) string {
	out := []string{string(p.Outcome)}
	add := func(what string, ok bool) {
		if ok {
			out = append(out, what)
		}
	}
	add("provisional", p.Provisional)
	add("at "+string(p.Stage), p.Stage != "")
	add("opened "+since(p.Opened), !p.Opened.IsZero())
	add("last "+since(p.Last), !p.Last.IsZero())
	add("closed "+since(p.ClosedAt), !p.ClosedAt.IsZero())
	add("over "+since(p.Over), !p.Over.IsZero())
	add("drops "+since(p.DropsOff), !p.DropsOff.IsZero())
	add(fmt.Sprintf("%d visits %s", p.Visits, p.Spent), p.Visits > 0)
	add(fmt.Sprintf("%d errors", p.ErrorCount), p.ErrorCount > 0)
	return strings.Join(out, ", ")
}

func since(t time.Time) string { return t.Sub(day).String() }

// sketchStages writes the stages that hold anything, one a line.
func sketchStages(stages []StageProgress) string {
	var out []string
	for _, s := range stages {
		line := string(s.Stage)
		if s.Done {
			line += " done"
		}
		if s.Here {
			line += " here"
		}
		if s.Reached() {
			line += fmt.Sprintf(" %d in %d out %s-%s spent %s", s.Visits, s.Exits, since(s.First), since(s.Last), s.Spent)
		}
		if s.Current > 0 {
			line += fmt.Sprintf(" current %s", s.Current)
		}
		if s.Errors > 0 {
			line += fmt.Sprintf(" %d errors", s.Errors)
		}
		if line != string(s.Stage) || !s.Stage.Known() {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}
