package finch

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold brings text to the form in which names are compared, searched and
// sorted: small letters without accents, single spaces, nothing invisible.
func Fold(s string) string {
	if printable(s) { // as nearly everything is; the long way costs ten times as much
		return strings.Join(strings.Fields(strings.ToLower(s)), " ")
	}
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

// printable reports whether text is ASCII that can be seen, and spaces.
func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0
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
