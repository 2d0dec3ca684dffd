package store

import (
	"strings"

	"perch/internal/finch"
)

// Words and names longer than these are cut (in characters) before they are
// sorted by or searched for; no name of a company comes near.
const (
	sortKeyLength = 80
	wordsLength   = 200
)

func fold(s string) string { return finch.Fold(s) }

// foldWords folds what somebody typed, bounded.
func foldWords(s string) string { return cut(fold(cut(s, wordsLength)), wordsLength) }

func cut(s string, most int) string {
	count := 0
	for i := range s {
		if count == most {
			return s[:i]
		}
		count++
	}
	return s
}

// clean makes text from outside storable: PostgreSQL refuses NUL and anything
// that is not UTF-8.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// literal escapes what LIKE would take as a wildcard.
func literal(folded string) string { return likeEscaper.Replace(folded) }
