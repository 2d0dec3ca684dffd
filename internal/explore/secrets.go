package explore

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"perch/internal/mask"
)

// secrets are words that never stay, the longest first, since one may be a part
// of another.
type secrets []string

// newSecrets knows the words in the spellings that they come in: as they are, as
// in an address, and a UUID without its dashes.
func newSecrets(words []string) secrets {
	var all secrets
	for _, w := range words {
		if strings.Contains(mask.Mark, w) { // the empty word, too
			continue
		}
		all = append(all, w, url.QueryEscape(w), url.PathEscape(w))
		if mask.IsUUID(w) {
			all = append(all, strings.ReplaceAll(w, "-", ""))
		}
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b)) })
	return slices.Compact(all)
}

// see is a string as it may be seen at a place.
func (s secrets) see(text string, as sight, prose bool) string {
	switch {
	case as == clear:
		return mask.Credentials(s.cut(text))
	case prose:
		return mask.Text(s.cut(text))
	}
	return s.text(text)
}

// text is a shown string as it may be seen.
func (s secrets) text(text string) string { return mask.Value(s.cut(text)) }

// cut takes them out of a text.
func (s secrets) cut(text string) string {
	for _, word := range s {
		text = mask.Without(text, word)
	}
	return text
}

// in tells whether one of them is in a text.
func (s secrets) in(text string) bool {
	return slices.ContainsFunc(s, func(word string) bool { return mask.IndexFold(text, word) >= 0 })
}
