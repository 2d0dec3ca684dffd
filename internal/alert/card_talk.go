package alert

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"perch/bot/card"
)

const (
	// maxDiscussed is how many threads a card names; the rest is counted.
	maxDiscussed = 3
	// maxLastTime is how much of a resolution a card shows.
	maxLastTime = 300
)

// sent says that it is with Finch's support.
func (s Shown) sent() string {
	p := s.Problem
	if p.SentBy == "" {
		return ""
	}
	line := fmt.Sprintf(":outbox_tray: Sent to Finch's support by <@%s> %s", card.Escape(p.SentBy), card.When(p.SentAt, s.Now))
	if ref := card.EscapeCut(p.SentRef, MaxReference); ref != "" {
		line += ", reference " + tame(ref)
	}
	return line + "."
}

// amongUs reports whether nobody of another company reads the card: what is said
// about a problem elsewhere stays in the company.
func (s Shown) amongUs() bool { return s.Subscription.SharedBy == "" }

// discussed names the threads in which it is talked about.
func (s Shown) discussed() string {
	if len(s.Discussed) == 0 || !s.amongUs() {
		return ""
	}
	var threads []string
	for _, d := range s.Discussed[:min(len(s.Discussed), maxDiscussed)] {
		threads = append(threads, fmt.Sprintf("%s in <#%s> since %s", card.Linked(d.Permalink, "a thread"), card.Escape(d.Channel), card.When(d.Since, s.Now)))
	}
	line := ":speech_balloon: Discussed in " + strings.Join(threads, ", ")
	if rest := len(s.Discussed) - maxDiscussed; rest > 0 {
		line += fmt.Sprintf(", and %d more", rest)
	}
	return line + "."
}

// lastTime is what somebody said on how the like of it was resolved, as rich text,
// in which nothing of theirs formats, links or pings, and as mrkdwn. It is for who
// still has to resolve this one.
func (s Shown) lastTime() (rich card.Part, mrkdwn string, ok bool) {
	r := s.LastTime
	if r == nil || s.Problem.State != Open || !s.amongUs() || card.Clean(r.Text) == "" {
		return nil, "", false
	}
	said := card.Normal("")
	words := ""
	if card.WebAddress(r.Permalink) {
		said = card.Line(card.Normal(", "), card.Link(r.Permalink, "what was said"))
		words = ", " + card.Linked(r.Permalink, "what was said")
	}
	day := card.Date(r.At, time.Time{}) // seen from far away, the hour does not matter
	rich = card.Line(
		card.Emoji(":bulb:"), card.Normal(" Last time ("), day, said, card.Normal("): "+card.Cut(card.Clean(r.Text), maxLastTime)),
	)
	return rich, fmt.Sprintf(":bulb: Last time (%s%s): %s", card.Day(r.At), words, tame(card.EscapeCut(r.Text, maxLastTime))), true
}

// tame takes from mrkdwn what would format, where nothing escapes it. Underscores
// within a word format nothing, and are often part of an id.
func tame(mrkdwn string) string {
	var b strings.Builder
	runes := []rune(mrkdwn)
	inWord := func(i int) bool {
		return i >= 0 && i < len(runes) && (unicode.IsLetter(runes[i]) || unicode.IsDigit(runes[i]))
	}
	for i, r := range runes {
		switch {
		case r == '*':
			r = '∗'
		case r == '`':
			r = 'ˋ'
		case r == '~':
			r = '∼'
		case r == '_' && !(inWord(i-1) && inWord(i+1)):
			r = '＿'
		}
		b.WriteRune(r)
	}
	return b.String()
}
