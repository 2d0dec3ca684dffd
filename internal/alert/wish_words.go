package alert

import (
	"regexp"
	"strings"
	"unicode"
)

// word is one word of a subscription as it was typed.
type word struct {
	// typed is the word whole, for saying which one is wrong.
	typed string
	// minus: it excludes.
	minus bool
	// name is what stands before the colon, folded; empty for a word without one.
	name string
	// values are what is asked for: separated by commas, without their quotes.
	values []string
}

var beforeColon = regexp.MustCompile(`^[A-Za-z_-]+:`)

// quotes open and close alike: phones and Macs make typographic ones.
const quotes = `"“”„`

// wordsOf takes apart what was typed. White space outside quotes ends a word; in
// quotes a backslash keeps a quote or a backslash.
func wordsOf(text string) []word {
	var words []word
	for _, typed := range cutOutside(text, unicode.IsSpace) {
		words = append(words, wordOf(typed))
	}
	return words
}

func wordOf(typed string) word {
	w := word{typed: typed}
	rest, minus := strings.CutPrefix(typed, "-")
	w.minus = minus
	if name := beforeColon.FindString(rest); name != "" {
		rest = rest[len(name):]
		w.name = strings.ReplaceAll(strings.ToLower(strings.TrimSuffix(name, ":")), "_", "-")
		if w.name == "environment" {
			w.name = "env"
		}
	}
	for _, part := range cutOutside(rest, func(r rune) bool { return r == ',' }) {
		w.values = append(w.values, unquote(part))
	}
	return w
}

// cutOutside cuts text at each separator that stands outside quotes, and leaves
// out what is empty.
func cutOutside(text string, separates func(rune) bool) []string {
	var parts []string
	begin, quoted, escaped := 0, false, false
	add := func(end int) {
		if end > begin {
			parts = append(parts, text[begin:end])
		}
	}
	for i, r := range text {
		switch {
		case escaped:
			escaped = false
		case quoted && r == '\\':
			escaped = true
		case strings.ContainsRune(quotes, r):
			quoted = !quoted
		case !quoted && separates(r):
			add(i)
			begin = i + len(string(r))
		}
	}
	add(len(text))
	return parts
}

// unquote takes the quotes away, and in them the backslashes.
func unquote(part string) string {
	var b strings.Builder
	quoted, escaped := false, false
	for _, r := range part {
		switch {
		case escaped:
			b.WriteRune(r)
			escaped = false
		case quoted && r == '\\':
			escaped = true
		case strings.ContainsRune(quotes, r):
			quoted = !quoted
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// quote is unquote's inverse for what Tidy made of a value.
func quote(value string) string {
	if !strings.ContainsAny(value, quotes+`\, `) && !strings.ContainsFunc(value, unicode.IsSpace) {
		return value
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range value {
		if strings.ContainsRune(quotes+`\`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return b.String()
}
