package commands

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/alert"
)

// reading is a form while it is read: what it says so far, and what is wrong by
// the block of the field.
type reading struct {
	draft
	form  bot.Form
	wrong map[string]string
}

// read is the draft as the form now says it. What is wrong is named beside its
// field; wrong is nil when nothing is.
func (d draft) read(form bot.Form, who string) (filled draft, wrong map[string]string) {
	r := &reading{draft: d, form: form, wrong: map[string]string{}}
	r.readWhere(who)
	r.Wish.Kinds = nil
	for _, k := range r.list(fieldKinds) {
		r.Wish.Kinds = append(r.Wish.Kinds, alert.Kind(k))
	}
	r.Wish.Include = r.filter(fieldOnly)
	r.Wish.Exclude = r.filter(fieldExcept)
	r.Wish.Mention = append(slices.DeleteFunc(r.list(fieldMention), func(id string) bool { return !isSlackID(id) }), d.groups()...)
	if form.Has(d.block(fieldWhen)) {
		r.readTiming()
		r.readQuiet()
	}
	r.sound()
	if _, ok := r.private(); !ok {
		r.fail(fieldOnly, "These filters are too long for one subscription. Make two of them.")
	}
	if len(r.wrong) > 0 {
		return r.draft, r.wrong
	}
	return r.draft, nil
}

func (r *reading) text(name string) string { return strings.TrimSpace(r.form.Text(r.block(name))) }

func (r *reading) list(name string) []string { return slices.Clone(r.form[r.block(name)]) }

// fail names what is wrong with a field; the first word on it stays.
func (r *reading) fail(name, sentence string) {
	if _, ok := r.wrong[r.block(name)]; !ok {
		r.wrong[r.block(name)] = card.Cut(card.Clean(sentence), maxFieldError)
	}
}

// maxFieldError is how long the line below a field may be.
const maxFieldError = 300

func (r *reading) readWhere(who string) {
	switch r.text(fieldWhere) {
	case hereToo:
		r.Channel = r.Here
	case meAlone:
		r.Channel = who
	}
}

// filter reads a field of filters. Whether they include or exclude the field
// says, so no word of it begins with a minus.
func (r *reading) filter(name string) alert.Filter {
	text := strings.Join(strings.Fields(r.text(name)), " ")
	w, _, err := alert.ParseWish(text)
	switch rest := w; {
	case err != nil:
		r.fail(name, plainSentence(err))
	case filterText(w.Exclude) != "":
		r.fail(name, "Leave the - out: what stays out goes into the field Not these, without it.")
	default:
		rest.Include = alert.Filter{}
		if rest.Text() != alert.DefaultWish().Text() {
			r.fail(name, "Only filters go here, as in provider:gusto. The rest has fields of its own.")
		}
	}
	return w.Include
}

// plainSentence is an error about typed text for a place that shows no mrkdwn.
func plainSentence(err error) string {
	return strings.NewReplacer("`", "", "*", "").Replace(err.Error())
}

func (r *reading) readTiming() {
	var open string
	if _, err := fmt.Sscan(r.text(fieldWhen), &r.Wish.After, &open); err == nil {
		r.Wish.OpenFor, _ = time.ParseDuration(open) // Check judges it
	}
	if r.Wish.After == 1 {
		r.Wish.After = 0
	}
	at, err := strconv.Atoi(r.text(fieldHow))
	r.Wish.Digest, r.Wish.DigestAt = err == nil, at
	r.Wish.InChannel = r.text(fieldUpdates) == "channel"
	r.Wish.Reminder, _ = time.ParseDuration(r.text(fieldRemind))
}

func (r *reading) readQuiet() {
	r.Wish.Quiet = alert.QuietHours{Weekends: len(r.list(fieldWeekends)) > 0}
	if text := strings.ReplaceAll(r.text(fieldQuiet), " ", ""); text != "" {
		w, _, err := alert.ParseWish("quiet:" + text)
		if err != nil {
			r.fail(fieldQuiet, plainSentence(err))
		}
		w.Quiet.Weekends = w.Quiet.Weekends || r.Wish.Quiet.Weekends
		r.Wish.Quiet = w.Quiet
	}
	for _, k := range r.list(fieldPass) {
		r.Wish.Quiet.Pass = append(r.Wish.Quiet.Pass, alert.Kind(k))
	}
	r.Wish.Zone = r.text(fieldZone)
}

// sound has the wish itself say what cannot be, beside the field it names.
func (r *reading) sound() {
	if len(r.wrong) > 0 {
		return
	}
	r.Wish = r.Wish.Tidy()
	err := r.Wish.Check()
	if err == nil {
		return
	}
	name := fieldKinds
	if bad, ok := errors.AsType[*alert.WishError](err); ok && r.form.Has(r.block(r.fieldOf(bad.Field))) {
		name = r.fieldOf(bad.Field)
	}
	r.fail(name, plainSentence(err))
}

// fieldOf is the field in which a part of a wish is filled in.
func (r *reading) fieldOf(part string) string {
	switch part {
	case "after", "open-for":
		return fieldWhen
	case "digest":
		return fieldHow
	case "remind":
		return fieldRemind
	case "quiet":
		return fieldQuiet
	case "pass":
		return fieldPass
	case "zone":
		return fieldZone
	case "mention":
		return fieldMention
	case "customer", "provider", "env", "type", "product", "entity":
		if r.text(fieldOnly) == "" {
			return fieldExcept
		}
		return fieldOnly
	default:
		return fieldKinds
	}
}
