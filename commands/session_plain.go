package commands

import (
	"fmt"
	"slices"
	"strings"

	"perch/bot/card"
)

// fallback says the card in words, for notifications and screen readers.
func (l timeline) fallback() string {
	lines := []string{card.EscapeCut(sessionName(l.Session), 200) + ": " + unstarred(strings.Join(l.outcome(), "\n")), unstarred(l.facts()), unstarred(l.Notice)}
	rows := l.stageRows()
	if l.stageless() {
		lines = append(lines, unknownStages)
	}
	for _, r := range append(rows, l.assistedRows()...) {
		lines = append(lines, card.Escape(r.plain()))
	}
	for _, r := range l.plainRemarks() {
		lines = append(lines, card.Escape(r))
	}
	for i, e := range l.Progress.Errors {
		if i == maxErrors {
			lines = append(lines, fmt.Sprintf("and %d other errors", len(l.Progress.Errors)-maxErrors))
			break
		}
		lines = append(lines, card.Escape("Error: "+errorLine(e)))
	}
	for _, e := range l.Events {
		lines = append(lines, card.Escape(card.WhenPlain(e.At)+" "+e.words+e.doubt()))
	}
	if len(l.Attempts) > 1 {
		for _, line := range l.attemptLines() {
			lines = append(lines, card.Escape(line.plain()))
		}
	}
	for _, id := range l.idLines() {
		lines = append(lines, card.Escape(id))
	}
	lines = append(lines, card.Escape(l.seenBy()))
	lines = slices.DeleteFunc(lines, func(line string) bool { return line == "" })
	return card.FallbackText(strings.Join(lines, "\n"))
}

// unstarred is mrkdwn of ours without its bold.
func unstarred(mrkdwn string) string { return strings.ReplaceAll(mrkdwn, "*", "") }
