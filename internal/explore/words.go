package explore

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// word is one word of what was typed.
type word struct {
	// name is what stands before the "=", empty for a bare word.
	name string
	// parts are what stands between the commas outside quotes and JSON, quotes
	// taken off; of a bare word there is one.
	parts []string
	// quoted: it begins with a quote, so it is neither a method nor a path.
	quoted bool
}

// value is all of it, for what is no list.
func (w word) value() string { return strings.Join(w.parts, ",") }

func (w word) named() bool { return w.name != "" }

// plain is a word that may be a method or a path.
func (w word) plain() bool { return !w.named() && !w.quoted }

var (
	beforeEquals = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*(?:\[\])?=`)
	// paramName is a name such as Finch's.
	paramName = regexp.MustCompile(`^[A-Za-z_][A-Za-z_.]{0,39}(?:\[\])?$`)
)

// quoteSigns open and close alike: phones and Macs make typographic ones.
const quoteSigns = `"“”„`

func isQuote(r rune) bool { return strings.ContainsRune(quoteSigns, r) }

// wordsOf takes apart what was typed. White space ends a word outside of quotes
// and of JSON behind a "="; in quotes a backslash keeps a quote or a backslash.
func wordsOf(text string) []word {
	var words []word
	for {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
		if text == "" {
			return words
		}
		var w word
		w, text = cutWord(text)
		words = append(words, w)
	}
}

func cutWord(text string) (w word, rest string) {
	if name := beforeEquals.FindString(text); name != "" {
		w.name, text = strings.TrimSuffix(name, "="), text[len(name):]
	}
	first, _ := utf8.DecodeRuneInString(text)
	w.quoted = isQuote(first)
	for {
		var part string
		part, rest = cutPart(text, w.name != "")
		w.parts = append(w.parts, part)
		if !strings.HasPrefix(rest, ",") {
			return w, rest
		}
		text = rest[1:]
	}
}

// cutPart cuts off what reaches to the next white space, in a named word to the
// next comma too.
func cutPart(text string, named bool) (part, rest string) {
	var b strings.Builder
	if named && isJSON(text) {
		part, text, _ = cutJSON(text)
		b.WriteString(part)
	}
	for text != "" {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case unicode.IsSpace(r), named && r == ',':
			return b.String(), text
		case isQuote(r):
			part, text = cutQuoted(text[size:])
			b.WriteString(part)
		default:
			b.WriteRune(r)
			text = text[size:]
		}
	}
	return b.String(), ""
}

// cutQuoted cuts off what reaches to the closing quote, or to the end.
func cutQuoted(text string) (inside, rest string) {
	var b strings.Builder
	escaped := false
	for i, r := range text {
		switch {
		case escaped:
			b.WriteRune(r)
			escaped = false
		case r == '\\':
			escaped = true
		case isQuote(r):
			return b.String(), text[i+utf8.RuneLen(r):]
		default:
			b.WriteRune(r)
		}
	}
	return b.String(), ""
}

func isJSON(text string) bool { return text != "" && (text[0] == '{' || text[0] == '[') }

// cutJSON cuts an object or a list off the front, to its balanced end, or all of it
// where it has none. Where quotes around its strings became typographic ones they are
// made straight again; those inside of strings stay.
func cutJSON(text string) (found, rest string, balanced bool) {
	var b strings.Builder
	var opened rune
	depth, escaped := 0, false
	for i, r := range text {
		end := i + utf8.RuneLen(r)
		switch {
		case escaped:
			r, escaped = straight(r), false
		case opened != 0 && r == '\\':
			escaped = true
		case opened != 0 && (r == opened || opened != '"' && isQuote(r)):
			opened, r = 0, '"'
		case opened != 0:
		case isQuote(r):
			opened, r = r, '"'
		case r == '{' || r == '[':
			depth++
		case r == '}' || r == ']':
			depth--
		}
		b.WriteRune(r)
		if depth == 0 {
			return b.String(), text[end:], true
		}
	}
	return b.String(), "", false
}

func straight(r rune) rune {
	if isQuote(r) {
		return '"'
	}
	return r
}

// quoted is a value as it can be typed so that wordsOf reads it again.
func quoted(value string) string {
	if isJSON(value) {
		if found, _, balanced := cutJSON(value); balanced && found == value {
			return value
		}
	}
	awkward := func(r rune) bool { return unicode.IsSpace(r) || isQuote(r) || r == '\\' || r == ',' }
	if value != "" && !isJSON(value) && !strings.ContainsFunc(value, awkward) {
		return value
	}
	return inQuotes(value)
}

func inQuotes(value string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range value {
		if isQuote(r) || r == '\\' {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return b.String()
}

// link is an address as Slack writes it, with or without what was typed.
var link = regexp.MustCompile(`<((?:https?|mailto|tel):[^<>|\s]*)(?:\|([^<>]*))?>`)

// unslacked is what was typed, without what Slack made of it: it makes links of
// addresses and escapes three characters.
func unslacked(text string) string {
	text = link.ReplaceAllStringFunc(text, func(found string) string {
		m := link.FindStringSubmatch(found)
		if m[2] != "" && strings.HasSuffix(m[1], m[2]) {
			return m[2]
		}
		return strings.TrimPrefix(strings.TrimPrefix(m[1], "mailto:"), "tel:")
	})
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}

// slacked is unslacked's inverse. Most text is its own.
func slacked(text string) string {
	if unslacked(text) == text {
		return text
	}
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}
