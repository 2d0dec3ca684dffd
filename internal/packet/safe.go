package packet

import (
	"strings"
	"time"
	"unicode/utf16"

	"perch/internal/mask"
)

// How much of each is shown, in characters.
const (
	maxToken = 64  // a word of Finch's
	maxID    = 128 // an id
	maxWords = 600 // a text
)

// token is a short word from outside, such as a status.
func token(s string) string { return short(s, maxToken) }

// words is a text from outside.
func words(s string) string { return cut(mask.Text(s), maxWords) }

// ident is an id from outside. UUIDs stay whole, as Finch's ids are; of others what
// looks like a number of an account, an address or a token is masked too.
func ident(s string) string { return short(s, maxID) }

// maxShort is how many bytes a word or an id may have to be looked at: what is
// longer is neither.
const maxShort = 1000

func short(s string, limit int) string {
	if len(s) > maxShort {
		return mask.Mark
	}
	return cut(mask.Line(s), limit)
}

// clock is a moment in UTC, to the second.
func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }

// cut takes at most limit characters, as Slack counts them.
func cut(s string, limit int) string {
	if units(s) <= limit {
		return s
	}
	n := 0
	for i, r := range s {
		if n += max(1, utf16.RuneLen(r)); n > limit-1 {
			return strings.TrimRight(s[:i], " ") + "…"
		}
	}
	return s
}

// units is how long Slack takes a text to be.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}
