package mask

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

// What gives away a secret by its first letters or the words around it, in any
// text: tokens of Slack and of other services, signed ones (JWT), what an
// Authorization header holds, and a name with a value, as in a form or in JSON
// inside of a string.
var credentials = regexp.MustCompile(`(?i)xox[a-z]+-[^\s"']+|xapp-[^\s"']+|\b[prs]k_(?:live|test)_\w+|\bgh[oprsu]_\w{10,}|\bakia\w{12,}|\beyj[\w-]+(?:\.[\w-]*)+|bearer[\s:]+[^\s"',;]+|basic\s+[a-z0-9+/]{16,}=*|` +
	`[a-z_-]*(?:token|secret|password|passwd|authorization|api[_-]?key)[\\"']*\s*[:=][\s\\"']*(?:(?:bearer|basic|token)\s+)?[^\s\\"',;&•]+`)

// What is personal, or opens something, by its own looks. A last part of a
// social security number is often written with the first crossed out.
var (
	longWord   = regexp.MustCompile(`[A-Za-z0-9+/_=-]{24,}`)
	crossedOut = regexp.MustCompile(`[Xx*]{2,}[-\s]?[0-9]{4}`)
	mailbox    = regexp.MustCompile(`(?i)(?:"[^"]{0,64}"|[^\s<>()"•,;]+)\s?(?:[@＠﹫]|%40|&#64;|[(\[]at[)\]])\s?[^\s<>()"•,;]+`)
	fullDate   = regexp.MustCompile(`(?i)[0-9]{4}\s?[-./]\s?[0-9]{1,2}\s?[-./]\s?[0-9]{1,2}|[0-9]{1,2}\s?[-./]\s?[0-9]{1,2}\s?[-./]\s?[0-9]{2,4}|` +
		`[0-9]{1,2}(?:st|nd|rd|th)?[\s.-]+(?:of\s+)?` + months + `[\s,.-]+[0-9]{2,4}|` + months + `[\s.-]+[0-9]{1,2}(?:st|nd|rd|th)?[\s,.-]+[0-9]{2,4}`)
)

// atSigns begin what stands between the two parts of an address.
const atSigns = "@＠﹫%&(["

// MinRun is how many digits are no longer harmless in a value: a phone number
// without its area code has as many.
const MinRun = 7

// gap is how many signs may stand between two digits of one number, spaces apart.
const gap = 3

// Value makes a short value from outside fit to be seen, as a field of an answer
// holds it. Whole UUIDs and whole dates stay, as ids and times are what people look
// for, and so do numbers of fewer than MinRun digits.
func Value(text string) string {
	if harmless(text) || IsUUID(text) || IsTime(text) {
		return text
	}
	text = Credentials(text)
	return fullDate.ReplaceAllString(hideDigits(hideWords(text), MinRun), Mark)
}

// Credentials masks what opens something, by its first letters or the words around
// it, and leaves the rest.
func Credentials(text string) string { return credentials.ReplaceAllString(text, Mark) }

// hideWords masks addresses and what looks like a token.
func hideWords(s string) string {
	if strings.ContainsAny(s, atSigns) {
		s = mailbox.ReplaceAllString(s, Mark)
	}
	if len(s) >= 24 {
		s = longWord.ReplaceAllStringFunc(s, func(word string) string {
			if strings.ContainsFunc(word, unicode.IsLetter) && strings.ContainsFunc(word, unicode.IsDigit) {
				return Mark
			}
			return word
		})
	}
	return crossedOut.ReplaceAllString(s, Mark)
}

// harmless tells of a few words that no pattern can fire in, as nearly all shown
// values are; the patterns cost a hundred times as much.
func harmless(s string) bool {
	if len(s) >= 24 {
		return false
	}
	digits := 0
	for i := range len(s) {
		if !wordByte(s[i]) && s[i] != ' ' {
			return false
		}
		if digit(s[i]) {
			digits++
		}
	}
	return digits < 4 && !announces(s)
}

// announces tells whether a text has a word that a credential follows without
// any other sign.
func announces(s string) bool {
	for _, word := range []string{"bearer", "basic", "xox", "xapp", "k_live_", "k_test_", "gho_", "ghp_", "ghr_", "ghs_", "ghu_", "akia"} {
		if IndexFold(s, word) >= 0 {
			return true
		}
	}
	return false
}

// hideDigits masks numbers of at least least digits, with whatever signs people
// write into them. Digits of all scripts and shapes count, and what is invisible
// separates nothing.
func hideDigits(s string, least int) string {
	var b strings.Builder
	done := 0
	for from := strings.IndexFunc(s, unicode.IsNumber); from >= 0; {
		to, digits := number(s[from:])
		if digits >= least {
			b.WriteString(s[done:from])
			b.WriteString(Mark)
			done = from + to
		}
		next := strings.IndexFunc(s[from+to:], unicode.IsNumber)
		if next < 0 {
			break
		}
		from += to + next
	}
	if done == 0 {
		return s
	}
	b.WriteString(s[done:])
	return b.String()
}

// number measures the number that a text begins with: where it ends, and how
// many digits it has. Letters end it, and more signs than people write.
func number(s string) (end, digits int) {
	between := 0
	for i, r := range s {
		switch {
		case unicode.IsNumber(r):
			digits++
			end, between = i+utf8.RuneLen(r), 0
		case unicode.IsSpace(r), invisible(r):
		case !unicode.IsLetter(r) && between < gap:
			between++
		default:
			return end, digits
		}
	}
	return end, digits
}

// invisible: it is seen by itself nowhere, but as a part of what stands before it,
// as the frame of 1️⃣. Unicode takes the last ones for letters.
func invisible(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Mn, unicode.Me) || r == '\u3164' || r == '\uffa0' || r == '\u115f' || r == '\u1160'
}

// LongNumber tells whether a JSON number has as many digits as an account, on
// either side of the point. One written with an exponent may have any.
func LongNumber(raw []byte) bool {
	digits := 0
	for _, c := range raw {
		switch {
		case digit(c):
			digits++
		case c == '.':
			digits = 0
		case c != '-':
			return true
		}
		if digits >= MinRun {
			return true
		}
	}
	return false
}

// IsUUID tells whether all of a text is one, as Finch writes them.
func IsUUID(s string) bool { return len(s) == 36 && uuid.Validate(s) == nil }

var timeOfDay = regexp.MustCompile(`^[T ][0-2][0-9]:[0-5][0-9](:[0-6][0-9]([.][0-9]{1,6})?)?(Z|[+-][0-2][0-9]:?[0-5][0-9])?$`)

// IsTime tells whether all of a text is a date, or a date with a time, as ISO
// 8601 writes them, of a year that payrolls are about.
func IsTime(s string) bool {
	if len(s) < 10 || s[4] != '-' || s[7] != '-' {
		return false
	}
	for _, i := range []int{0, 1, 2, 3, 5, 6, 8, 9} {
		if !digit(s[i]) {
			return false
		}
	}
	year, month, day := s[:4], s[5:7], s[8:10]
	return "1900" <= year && year < "2200" && "01" <= month && month <= "12" && "01" <= day && day <= "31" &&
		(len(s) == 10 || timeOfDay.MatchString(s[10:]))
}
