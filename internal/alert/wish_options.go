package alert

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"perch/bot/card"
)

// option is a word before a colon that is no filter: how to tell, not of what.
type option struct {
	name, example string
	// several values may be given; else it stands once.
	several bool
	// read takes in one value, and reports whether it is one.
	read func(w *Wish, value string) bool
	// allowed says what may stand there, after "It can be", mrkdwn.
	allowed string
	// write gives the values back, none where the wish says nothing of it.
	write func(w Wish) []string
}

// options are all of them, in the order in which they are written.
var options = []option{
	{"after", "after:2", false, readAfter, "a number of failures in a row, such as `2`", writeAfter},
	{"open-for", "open-for:30m", false, readOpenFor, "a length of time such as `30m`, `2h` or `1d`", writeOpenFor},
	{"updates", "updates:channel", false, readUpdates, "`thread` or `channel`", writeUpdates},
	{"remind", "remind:daily", false, readRemind, "`daily`, `4h` or `off`", writeRemind},
	{"quiet", "quiet:22-7", true, readQuiet, "hours such as `22-7` or `22:30-7:15`, and `weekends`", writeQuiet},
	{"pass", "pass:reauth", true, readPass, "kinds that quiet hours let through, such as `reauth`", writePass},
	{"digest", "digest:9:00", false, readDigest, "a time of day such as `9:00`", writeDigest},
	{"zone", "zone:Europe/Berlin", false, readZone, "the name of a time zone such as `Europe/Berlin` or `America/New_York`", writeZone},
	{"mention", "mention:@ann", true, readMention, "people and user groups of this workspace, picked with `@`", writeMention},
}

func readAfter(w *Wish, value string) bool {
	n, err := strconv.Atoi(value)
	w.After = n
	return err == nil && n >= 1
}

func writeAfter(w Wish) []string {
	if w.After <= 1 {
		return nil
	}
	return []string{strconv.Itoa(w.After)}
}

func readOpenFor(w *Wish, value string) (ok bool) {
	w.OpenFor, ok = readSpan(value)
	return ok
}

func writeOpenFor(w Wish) []string {
	if w.OpenFor <= 0 {
		return nil
	}
	return []string{writeSpan(w.OpenFor)}
}

var span = regexp.MustCompile(`^(?:(\d{1,3})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m(?:in)?)?$`)

// readSpan reads 30m, 2h, 1d or 1h30m.
func readSpan(value string) (time.Duration, bool) {
	m := span.FindStringSubmatch(strings.ToLower(value))
	if m == nil || value == "" {
		return 0, false
	}
	var d time.Duration
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute} {
		n, _ := strconv.Atoi("0" + m[i+1]) // digits or nothing
		d += time.Duration(n) * unit
	}
	return d, d > 0
}

// writeSpan is readSpan's inverse, to the minute.
func writeSpan(d time.Duration) string {
	return inUnits(d, "%dd", "%dh", "%dm")
}

// inUnits writes a length of time in days, hours and minutes, without those that
// are none.
func inUnits(d time.Duration, days, hours, minutes string) string {
	var parts []string
	for _, unit := range []struct {
		n      time.Duration
		format string
	}{{d / (24 * time.Hour), days}, {d / time.Hour % 24, hours}, {d / time.Minute % 60, minutes}} {
		if unit.n > 0 {
			parts = append(parts, fmt.Sprintf(unit.format, unit.n))
		}
	}
	return strings.Join(parts, "")
}

func readUpdates(w *Wish, value string) bool {
	w.InChannel = strings.EqualFold(value, "channel")
	return w.InChannel || strings.EqualFold(value, "thread")
}

func writeUpdates(w Wish) []string {
	if !w.InChannel {
		return nil
	}
	return []string{"channel"}
}

func readRemind(w *Wish, value string) bool {
	switch strings.ToLower(value) {
	case "off", "never":
		w.Reminder = 0
	case "4h":
		w.Reminder = remindOften
	case "daily", "24h", "1d":
		w.Reminder = remindDaily
	default:
		return false
	}
	return true
}

func writeRemind(w Wish) []string {
	switch w.Reminder {
	case remindOften:
		return []string{"4h"}
	case remindDaily:
		return []string{"daily"}
	default:
		return nil
	}
}

// readQuiet reads 22-7 or weekends. Hours that begin when they end would be
// always, for which there is pausing.
func readQuiet(w *Wish, value string) bool {
	if strings.EqualFold(value, "weekends") || strings.EqualFold(value, "weekend") {
		w.Quiet.Weekends = true
		return true
	}
	from, to, ok := strings.Cut(strings.ReplaceAll(value, "–", "-"), "-")
	begins, isTime := readClock(from)
	ends, isTimeToo := readClock(to)
	if !ok || !isTime || !isTimeToo || begins == ends || w.Quiet.From != w.Quiet.To {
		return false
	}
	w.Quiet.From, w.Quiet.To = begins, ends
	return true
}

func writeQuiet(w Wish) []string {
	var values []string
	if w.Quiet.From != w.Quiet.To {
		values = append(values, clock(w.Quiet.From)+"-"+clock(w.Quiet.To))
	}
	if w.Quiet.Weekends {
		values = append(values, "weekends")
	}
	if len(values) == 0 {
		return nil
	}
	return []string{strings.Join(values, ",")}
}

var clockTime = regexp.MustCompile(`^(\d{1,2})(?::(\d\d))?(am|pm)?$`)

// readClock reads 9, 9:00, 21:30, 9pm or, for midnight, 24:00.
func readClock(value string) (minutes int, ok bool) {
	m := clockTime.FindStringSubmatch(strings.ToLower(strings.TrimSpace(value)))
	if m == nil {
		return 0, false
	}
	hour, _ := strconv.Atoi(m[1])         // digits
	minute, _ := strconv.Atoi("0" + m[2]) // digits or nothing
	if half := m[3]; half != "" {
		if hour < 1 || hour > 12 {
			return 0, false
		}
		hour %= 12
		if half == "pm" {
			hour += 12
		}
	}
	minutes = hour*60 + minute
	return minutes % minutesPerDay, minute < 60 && minutes <= minutesPerDay
}

// clock is a time of day as it is read: "7:00".
func clock(minutes int) string { return fmt.Sprintf("%d:%02d", minutes/60, minutes%60) }

func readPass(w *Wish, value string) bool {
	kinds := kindsFor(value)
	w.Quiet.Pass = append(w.Quiet.Pass, kinds...)
	return len(kinds) > 0
}

func writePass(w Wish) []string {
	if len(w.Quiet.Pass) == 0 {
		return nil
	}
	return []string{strings.Join(kindText(w.Quiet.Pass), ",")}
}

func readDigest(w *Wish, value string) (ok bool) {
	w.Digest = true
	w.DigestAt, ok = readClock(value)
	return ok
}

func writeDigest(w Wish) []string {
	if !w.Digest {
		return nil
	}
	return []string{clock(w.DigestAt)}
}

func readZone(w *Wish, value string) (ok bool) {
	w.Zone = value
	_, ok = zoneOf(value)
	return ok
}

func writeZone(w Wish) []string {
	if w.Zone == "" {
		return nil
	}
	return []string{w.Zone}
}

var (
	// mentioned is a person or user group as Slack writes them into a command.
	mentioned = regexp.MustCompile(`^<(?:@|!subteam\^)([A-Z0-9]+)(?:\|[^>]*)?>$`)
	userID    = regexp.MustCompile(`^[UW][A-Z0-9]{1,30}$`)
	groupID   = regexp.MustCompile(`^S[A-Z0-9]{1,30}$`)
)

func readMention(w *Wish, value string) bool {
	if m := mentioned.FindStringSubmatch(value); m != nil {
		value = m[1]
	}
	if !userID.MatchString(value) && !groupID.MatchString(value) {
		return false
	}
	if !slices.Contains(w.Mention, value) {
		w.Mention = append(w.Mention, value)
	}
	return true
}

func writeMention(w Wish) []string {
	var ids []string
	for _, id := range w.Mention {
		ids = append(ids, mention(id))
	}
	if len(ids) == 0 {
		return nil
	}
	return []string{strings.Join(ids, ",")}
}

// mention is a person or user group in mrkdwn.
func mention(id string) string {
	if strings.HasPrefix(id, "S") {
		return "<!subteam^" + card.Escape(id) + ">"
	}
	return "<@" + card.Escape(id) + ">"
}
