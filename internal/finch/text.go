package finch

import (
	"strings"
	"unicode"
)

// Lengths, in characters, that words from outside are cut to.
const (
	maxMessage    = 300
	maxIdentifier = 100
	maxCodeDigits = 6 // no account's or person's number
)

// oneLine makes a message safe to show: one line, no control or formatting
// characters (a text that turns the reading direction can forge another), no
// token, no more than maxMessage characters. The token is cut out last but
// one, since cleaning could put its halves together and cutting could leave half.
func oneLine(s string, token Token) string {
	return cut(withoutToken(OneLine(s), token), maxMessage)
}

// OneLine is a text as one line of valid UTF-8 with plain single spaces, without
// control and formatting characters: what cannot be seen could part a number.
func OneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

// identifier returns s if it is a plain word such as Finch's codes and ids,
// else nothing.
func identifier(s string, token Token) string {
	if len(s) > maxIdentifier || strings.ContainsFunc(s, func(r rune) bool { return !isWordRune(r) }) {
		return ""
	}
	if withoutToken(s, token) != s {
		return ""
	}
	return s
}

// codeWord returns s if it is a plain word with few digits, as Finch's codes are,
// else nothing: these words go into logs, and a number there would be somebody's.
func codeWord(s string, token Token) string {
	digits := 0
	for _, r := range s {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	if digits > maxCodeDigits {
		return ""
	}
	return identifier(s, token)
}

func isWordRune(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_' || r == '-' || r == '.'
}

func withoutToken(s string, token Token) string {
	if token.IsZero() {
		return s
	}
	return strings.ReplaceAll(s, token.Reveal(), redacted)
}

func cut(s string, limit int) string {
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	return string(runes[:limit-1]) + "…"
}
