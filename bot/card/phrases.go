package card

import (
	"fmt"
	"strings"
)

// Counted is a number with its noun: "1 problem", "3 problems". A plural that is
// more than an s is given too.
func Counted(n int, noun string, plural ...string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case len(plural) > 0:
		return fmt.Sprintf("%d %s", n, plural[0])
	default:
		return fmt.Sprintf("%d %ss", n, noun)
	}
}

// LowerFirst is words of the program's own in the middle of a sentence. The names
// Finch and Perch stay as they are.
func LowerFirst(words string) string {
	if words == "" || strings.HasPrefix(words, "Finch") || strings.HasPrefix(words, "Perch") {
		return words
	}
	return strings.ToLower(words[:1]) + words[1:]
}

// UpperFirst is words of the program's own at the beginning of a sentence.
func UpperFirst(words string) string {
	if words == "" {
		return words
	}
	return strings.ToUpper(words[:1]) + words[1:]
}
