package card

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"github.com/slack-go/slack/slackutilsx"
)

const (
	// nothing stands where Slack wants text and there is none.
	nothing = "–"
	// ellipsis ends a text that was cut.
	ellipsis = "…"
	// maxMarks is how many combining marks may follow each other: more than
	// any script needs, too few to paint over the neighbouring lines.
	maxMarks = 8

	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
)

// Clean makes text from outside fit for one line: no control, bidirectional or
// invisible characters, every run of white space one space, none at the ends,
// always valid UTF-8. Joiners stay where they join two characters beyond
// ASCII, as emoji and several scripts need; elsewhere they only disguise.
func Clean(s string) string {
	return strings.Join(strings.Fields(visible(s)), " ")
}

// CleanLines is Clean for text of several lines: line breaks and indentation
// stay, a tab becomes two spaces, blank lines at both ends go.
func CleanLines(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(visible(s), "\t", "  ")
	return strings.Trim(s, "\n")
}

// Escape is Clean, then Slack's three entities for & < and >, so that no
// outside text can mention, ping or link in mrkdwn. Formatting characters
// (* _ ~ and backticks) stay as they are: Slack knows no escape for them, and
// invisible guards would be copied along with an id. Use rich text where that
// matters.
func Escape(s string) string {
	return slackutilsx.EscapeMessage(Clean(s))
}

// EscapeCut is Escape with a limit: cut before it is escaped, so that no
// entity is torn, and at most limit characters afterwards.
func EscapeCut(s string, limit int) string {
	s = Clean(s)
	for room := limit; room > 0; {
		escaped := slackutilsx.EscapeMessage(Cut(s, room))
		over := length(escaped) - limit
		if over <= 0 {
			return escaped
		}
		room -= max(1, over/len("&amp;"))
	}
	return ""
}

// Linked is words that lead to a web address, as mrkdwn; nothing in the address ends
// the link. The words are mrkdwn already. An address that is not http or https, or is
// too long for Slack, is left out and the words stay.
func Linked(address, words string) string {
	if !WebAddress(address) {
		return words
	}
	return "<" + inLink.Replace(Clean(address)) + "|" + words + ">"
}

var inLink = strings.NewReplacer("&", "&amp;", "<", "%3C", ">", "%3E", "|", "%7C", " ", "%20")

// Cut shortens s to at most limit characters, the ellipsis included, and never
// inside a grapheme: a flag, a family or a letter with its accents stays whole
// or goes.
func Cut(s string, limit int) string {
	if len(s) <= limit || length(s) <= limit {
		return s
	}
	if limit <= 0 {
		return ""
	}
	kept, room := 0, limit-length(ellipsis)
	for rest, state := s, -1; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if room -= length(cluster); room < 0 {
			break
		}
		kept += len(cluster)
	}
	return strings.TrimRightFunc(s[:kept], unicode.IsSpace) + ellipsis
}

// cutMrkdwn is Cut for mrkdwn: it never ends inside <…> or an entity, which
// Slack would show in pieces.
func cutMrkdwn(s string, limit int) string {
	cut := Cut(s, limit)
	if cut == s {
		return s
	}
	cut = strings.TrimSuffix(cut, ellipsis)
	if open := strings.LastIndexByte(cut, '<'); open > strings.LastIndexByte(cut, '>') {
		cut = cut[:open]
	}
	if amp := strings.LastIndexByte(cut, '&'); amp >= 0 && !strings.Contains(cut[amp:], ";") && len(cut)-amp < len("&amp;") {
		cut = cut[:amp]
	}
	return strings.TrimRightFunc(cut, unicode.IsSpace) + ellipsis
}

// length counts characters as Slack's limits mean them. Slack does not say
// whether a character beyond the basic plane (most emoji) is one or two; here
// it is two, which passes either way.
func length(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// visible keeps what a reader can see, and white space. Line breaks of every
// kind become \n.
func visible(s string) string {
	if plainASCII(s) {
		return s
	}
	s = strings.Map(keepVisible, strings.ToValidUTF8(s, string(utf8.RuneError)))
	var b strings.Builder
	b.Grow(len(s))
	prev, marks := ' ', 0
	for i, r := range s {
		switch {
		case isMark(r):
			if marks++; marks > maxMarks {
				continue
			}
		case isJoiner(r):
			next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
			if !joinable(prev) || !joinable(next) || isMark(next) {
				continue
			}
		default:
			marks = 0
		}
		b.WriteRune(r)
		prev = r
	}
	return b.String()
}

// plainASCII reports whether every byte is printable ASCII, as in most texts.
func plainASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

func keepVisible(r rune) rune {
	switch {
	case r == '\t', isJoiner(r):
		return r
	case r == '\n', r == '\v', r == '\f', r == '\r', r == '\u0085', r == '\u2028', r == '\u2029':
		return '\n'
	case unicode.IsSpace(r):
		return ' '
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		return r // format characters by name, but Arabic readers see them
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point):
		return -1
	default:
		return r
	}
}

func isMark(r rune) bool { return unicode.In(r, unicode.Mn, unicode.Me) }

func isJoiner(r rune) bool { return r == zeroWidthJoiner || r == zeroWidthNonJoiner }

func joinable(r rune) bool {
	return r > unicode.MaxASCII && r != utf8.RuneError && !unicode.IsSpace(r) && !isJoiner(r)
}
