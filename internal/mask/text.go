package mask

import (
	"regexp"
	"strings"
	"unicode"

	"perch/internal/finch"
)

// minRunInText is how many digits are no longer harmless in a sentence: the end
// of a social security number has as many, and a year of birth.
const minRunInText = 4

// maxText is how many characters of a text are read. Where it is cut, a number
// could be too short to be known for one, so the last of them are dropped.
const (
	maxText = 4000
	maxTail = 200
)

// Dates as sentences have them: of ISO 8601, and with a month's name.
var (
	isoTime  = regexp.MustCompile(`[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]+(?:Z|[+-][0-9:]+)?)?`)
	dayMonth = regexp.MustCompile(`(?i)[0-9]{1,2}(?:st|nd|rd|th)?[\s.-]+(?:of\s+)?` + months + `(?:[\s,.-]+[0-9]{2,4})?`)
	monthDay = regexp.MustCompile(`(?i)` + months + `[\s.-]+[0-9]{1,4}(?:st|nd|rd|th)?(?:[\s,.-]+[0-9]{2,4})?`)
)

const months = `(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)`

var uuids = regexp.MustCompile(`(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// quoteMarks are the signs that begin a quotation, with those that end it.
var quoteMarks = map[rune]rune{'"': '"', '“': '”', '„': '“', '‘': '’', '«': '»', '`': '`', '\'': '\''}

// Text makes a sentence from outside fit to be seen: nothing stays that looks
// personal, dates and numbers of four digits and more included, nor a quotation
// that is more than a plain word. Of ids, UUIDs stay. The text comes back as one
// line without invisible characters, and ends with "…" after some 3,800 of them.
func Text(s string) string {
	s = finch.OneLine(s)
	runes := []rune(s)
	if len(runes) <= maxText {
		return hideInText(s)
	}
	runes = []rune(hideInText(string(runes[:maxText])))
	return string(runes[:max(0, len(runes)-maxTail)]) + "…"
}

// Line makes what a colleague wrote fit to be kept: numbers as long as an
// account's, addresses, dates and tokens are masked in it. Shorter numbers, such as
// a ticket's, and UUIDs stay. The text comes back as one line without invisible
// characters.
func Line(s string) string {
	s = finch.OneLine(s)
	return hideApart(s, wholeUUIDs(s), func(id string) string { return id }, Value)
}

// hideInText looks again after each time that it found something: what is masked
// can leave half a quotation.
func hideInText(s string) string {
	for range 4 {
		if ordinary(s) {
			return s
		}
		hidden := hideOnce(s)
		if hidden == s {
			return s
		}
		s = hidden
	}
	return s
}

func hideOnce(s string) string {
	s = Credentials(s)
	s = hideQuotes(s)
	s = hideApart(s, mailbox.FindAllStringIndex(s, -1), func(string) string { return Mark }, func(s string) string {
		return hideApart(s, wholeUUIDs(s), func(id string) string { return id }, hideLoose)
	})
	return s
}

// ordinary tells of a sentence that nothing can be wrong with, as most of
// Finch's are.
func ordinary(s string) bool {
	for i := range len(s) {
		if !letter(s[i]) && strings.IndexByte(" ,.;!()_-", s[i]) < 0 {
			return false
		}
	}
	return !announces(s)
}

// hideApart treats some parts of a text in one way and the rest in another.
func hideApart(s string, parts [][]int, part, rest func(string) string) string {
	var b strings.Builder
	done := 0
	for _, p := range parts {
		b.WriteString(rest(s[done:p[0]]))
		b.WriteString(part(s[p[0]:p[1]]))
		done = p[1]
	}
	b.WriteString(rest(s[done:]))
	return b.String()
}

// wholeUUIDs finds those that are no part of a longer word.
func wholeUUIDs(s string) [][]int {
	var found [][]int
	for _, at := range uuids.FindAllStringIndex(s, -1) {
		if joins(s, at[0]-1) || joins(s, at[1]) {
			continue
		}
		found = append(found, at)
	}
	return found
}

func joins(s string, i int) bool {
	return i >= 0 && i < len(s) && (wordByte(s[i]) || s[i] == '-')
}

// hideLoose masks what looks personal in words without quotations or ids.
func hideLoose(s string) string {
	for _, date := range []*regexp.Regexp{isoTime, dayMonth, monthDay} {
		s = date.ReplaceAllString(s, Mark)
	}
	return hideDigits(hideWords(s), minRunInText)
}

// hideQuotes masks quotations but plain words and UUIDs, which are names of
// fields and ids. One that never ends goes to the end.
func hideQuotes(s string) string {
	var b strings.Builder
	runes := []rune(s)
	apostrophes := false // all that is left of single marks
	for i := 0; i < len(runes); i++ {
		b.WriteRune(runes[i])
		end, opens := quoteMarks[runes[i]]
		if !opens || runes[i] == '\'' && (apostrophes || i > 0 && wordRune(runes[i-1])) {
			continue
		}
		to := closing(runes, i+1, end)
		if to < 0 && runes[i] == '\'' {
			apostrophes = true
			continue
		}
		if to < 0 {
			b.WriteString(Mark)
			break
		}
		b.WriteString(quotation(string(runes[i+1:to]), isValue(runes[:i])))
		b.WriteRune(runes[to])
		i = to
	}
	return b.String()
}

// closing finds where a quotation ends. An apostrophe within a word ends none.
func closing(runes []rune, from int, end rune) int {
	for i := from; i < len(runes); i++ {
		if runes[i] == end && (end != '\'' && end != '’' || i+1 == len(runes) || !wordRune(runes[i+1])) {
			return i
		}
	}
	return -1
}

// isValue tells of a quotation that follows another with a colon, as in JSON:
// there the first is a name and the second its value.
func isValue(before []rune) bool {
	i := lastWritten(before)
	if i < 0 || before[i] != ':' && before[i] != '=' {
		return false
	}
	i = lastWritten(before[:i])
	return i >= 0 && strings.ContainsRune("\"'”’»`", before[i])
}

// lastWritten is where the last sign is that is no space and no backslash.
func lastWritten(runes []rune) int {
	i := len(runes) - 1
	for i >= 0 && (runes[i] == ' ' || runes[i] == '\\') {
		i--
	}
	return i
}

// quotation masks what stands between quotation marks. A backslash at the end
// escapes the second one.
func quotation(inside string, value bool) string {
	inside, tail := strings.TrimRight(inside, `\`), inside[len(strings.TrimRight(inside, `\`)):]
	switch {
	case strings.TrimSpace(inside) == "":
		return inside + tail
	case IsUUID(inside), IsPlain(inside) && !value && hideLoose(inside) == inside:
		return inside + tail
	}
	return Mark + tail
}

// wordRune: what was masked was a word, too.
func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '•' }
