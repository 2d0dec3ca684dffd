package store

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Words and names longer than these are cut (in characters) before they are
// sorted by or searched for; no name of a company comes near.
const (
	sortKeyLength = 80
	wordsLength   = 200
)

// fold brings text to the form in which names are searched and sorted: small
// letters without accents, single spaces, nothing invisible.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(cases.Fold().String(strings.ToValidUTF8(s, ""))) {
		switch {
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case unicode.In(r, unicode.Mn, unicode.Cc, unicode.Cf):
		default:
			b.WriteString(plainLetter(r))
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// plainLetter spells letters that Unicode does not decompose as people
// without them on the keyboard do.
func plainLetter(r rune) string {
	switch r {
	case 'ø':
		return "o"
	case 'ł':
		return "l"
	case 'đ', 'ð':
		return "d"
	case 'ı':
		return "i"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	case 'þ':
		return "th"
	case '’':
		return "'"
	}
	return string(r)
}

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
