package explore

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
)

// secrets are words that never stay, the longest first, since one may be a part
// of another.
type secrets []string

// newSecrets knows the words in the spellings that they come in: as they are, as
// in an address, and a UUID without its dashes.
func newSecrets(words []string) secrets {
	var all secrets
	for _, w := range words {
		if strings.Contains(mask, w) { // the empty word, too
			continue
		}
		all = append(all, w, url.QueryEscape(w), url.PathEscape(w))
		if isUUID(w) {
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
		return s.revealed(text)
	case prose:
		return MaskText(s.cut(text))
	}
	return s.text(text)
}

// cut takes them out of a text.
func (s secrets) cut(text string) string {
	for _, word := range s {
		text = without(text, word)
	}
	return text
}

func without(text, word string) string {
	at := indexFold(text, word)
	if at < 0 {
		return text
	}
	var b strings.Builder
	for ; at >= 0; at = indexFold(text, word) {
		b.WriteString(text[:at])
		b.WriteString(mask)
		text = text[at+len(word):]
	}
	b.WriteString(text)
	return b.String()
}

// in tells whether one of them is in a text.
func (s secrets) in(text string) bool {
	return slices.ContainsFunc(s, func(word string) bool { return indexFold(text, word) >= 0 })
}

// indexFold is where a word stands in a text, capitals or not; -1 for nowhere.
func indexFold(text, word string) int {
	for i := 0; i+len(word) <= len(text); i++ {
		if text[i]|0x20 == word[0]|0x20 && strings.EqualFold(text[i:i+len(word)], word) {
			return i
		}
	}
	return -1
}
