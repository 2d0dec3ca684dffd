package explore

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"perch/internal/finch"
)

// Find returns those that every one of the words means, at most n; all in order
// for no words. A word means a person if it is a whole word of the name, of any
// case, with or without accents; and any choice if it is its id or a word of its
// label, or the beginning of one, at least four characters of it.
//
// Beginnings of names mean nobody: the names themselves are not shown, and could
// be read letter by letter otherwise, by whoever types "a", "ab", "ac" and looks
// which of the ids stay.
func (c *Choices) Find(typed string, n int) []Choice {
	asked := strings.Fields(finch.Fold(typed))
	var found []Choice
	for _, one := range c.list {
		if len(found) >= n {
			break
		}
		if one.meant(asked) {
			found = append(found, one.Choice)
		}
	}
	return found
}

// meant tells whether every word means it.
func (c choosable) meant(asked []string) bool {
	for _, word := range asked {
		if !c.named(word) && !c.begins(word) {
			return false
		}
	}
	return true
}

func (c choosable) named(word string) bool {
	return slices.Contains(c.names, word)
}

func (c choosable) begins(word string) bool {
	long := utf8.RuneCountInString(word) >= minStart
	for _, start := range c.starts {
		if start == word || long && strings.HasPrefix(start, word) {
			return true
		}
	}
	return false
}

// Choice finds one by its id.
func (c *Choices) Choice(id string) (Choice, bool) {
	for _, one := range c.list {
		if one.ID == id {
			return one.Choice, true
		}
	}
	return Choice{}, false
}

// Len is how many there are.
func (c *Choices) Len() int { return len(c.list) }

// String keeps names out of logs.
func (c Choices) String() string { return fmt.Sprintf("%d choices", len(c.list)) }

// Format is String for every verb: %+v and %#v would print what is inside.
func (c Choices) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, c.String()) }

// MarshalJSON keeps names out of what is encoded.
func (c Choices) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, `"%s"`, c), nil }
