package alert

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"perch/bot/card"
)

// TextError says what cannot be used of a subscription that was typed.
type TextError struct {
	// Word is the one that is wrong, as it was typed.
	Word string
	// Wrong is a sentence about it, Allowed one or more about what may stand there;
	// both mrkdwn, safe to show.
	Wrong, Allowed string
}

func (e *TextError) Error() string { return strings.TrimSpace(e.Wrong + " " + e.Allowed) }

// saveNow at the end of a text saves without asking again.
const saveNow = "now"

// DefaultWish is what one hears who asks for nothing in particular: whatever
// keeps data from syncing and employers who stop on their way, sandbox excluded,
// nobody mentioned.
func DefaultWish() Wish { return Wish{Kinds: append(JobKinds(), DroppedOff)} }

// ParseWish reads a subscription as it is typed behind /perch subscribe. Now
// reports that the text ends in "now". An empty text is DefaultWish. The error is
// a *TextError.
//
//	job_failed reauth jobs all     kinds and groups of kinds; jobs dropped_off if there are none
//	-stuck                         all of those but this kind
//	customer:harbor                of this customer, company or connection, by id or part of the name
//	provider:gusto                 of this provider, by id or part of the name
//	env:production,sandbox         of this environment; sandbox is excluded where env: does not name it
//	type:assisted                  automated or assisted connections
//	product:payroll                with this product, or one of this group of products
//	entity:0099123                 of this entity, by id or part of the name
//	stage:terms_of_service         of employers, those who stop or fail at this stage of Finch Connect
//	-provider:gusto                not of this provider; so with all seven
//	after:3                        failed syncs from the third in a row on
//	open-for:30m                   what stayed open so long
//	updates:channel                recoveries in the channel too; thread: only on the card
//	remind:daily                   while open and nobody is on it; 4h, off
//	quiet:22-7 quiet:weekends      held until they end
//	pass:reauth                    kinds that are told even then
//	digest:9:00                    one message a day
//	zone:Europe/Berlin             the time zone of both; UTC where there is none
//	mention:<@U1>                  a person or user group named on new problems
//
// Values stand in quotes where they hold a space, comma or quote:
// customer:"blue fern". Several are separated by commas or the name is repeated.
// Case matters nowhere but in time zones.
func ParseWish(text string) (w Wish, now bool, err error) {
	if tooLong(text) {
		return Wish{}, false, asTextError(errTooLong, nil)
	}
	words := wordsOf(text)
	if n := len(words); n > 0 && strings.EqualFold(words[n-1].typed, saveNow) {
		words, now = words[:n-1], true
	}
	r := reading{}
	for _, word := range words {
		if err := r.read(word); err != nil {
			return Wish{}, false, err
		}
	}
	w = r.finish().Tidy()
	if err := w.Check(); err != nil {
		return Wish{}, false, asTextError(err, words)
	}
	return w, now, nil
}

// reading is a wish of which some words were read.
type reading struct {
	wish Wish
	// not are the kinds that were excluded.
	not []Kind
	// seen are the names that may stand once.
	seen []string
}

func (r *reading) read(w word) error {
	switch {
	case w.name == "":
		return r.readKinds(w)
	case len(w.values) == 0:
		return wrongWord(w, fmt.Sprintf("*%s:* wants something behind the colon, as in `%s`.", card.EscapeCut(w.name, 40), exampleOf(w.name)), "")
	}
	if i := slices.IndexFunc(dimensions, func(d dimension) bool { return d.name == w.name }); i >= 0 {
		return r.narrow(dimensions[i], w)
	}
	if i := slices.IndexFunc(options, func(o option) bool { return o.name == w.name }); i >= 0 {
		return r.set(options[i], w)
	}
	return wrongWord(w, fmt.Sprintf("There is no filter *%s:*.", card.EscapeCut(w.name, 40)), "There are "+allNames()+".")
}

// readKinds reads a word without a colon.
func (r *reading) readKinds(w word) error {
	for _, value := range w.values {
		kinds := kindsFor(value)
		if len(kinds) == 0 {
			return noKind(w, value)
		}
		if w.minus {
			r.not = append(r.not, kinds...)
		} else {
			r.wish.Kinds = append(r.wish.Kinds, kinds...)
		}
	}
	return nil
}

// noKind says why a word is no kind.
func noKind(w word, value string) error {
	plain := strings.ReplaceAll(strings.ToLower(value), "-", "_")
	switch {
	case plain == saveNow:
		return wrongWord(w, "`now` saves without asking again, so it goes to the end.", "")
	case plain == string(Outage):
		return wrongWord(w, "An outage is told to everybody who hears what it is made of, so it is not asked for by name.", "")
	default:
		return wrongWord(w, fmt.Sprintf("There is no kind \"%s\".", card.EscapeCut(value, 40)),
			"There are "+allKinds()+". A customer is named with `customer:` before it, a provider with `provider:`.")
	}
}

// narrow adds the values of one filter.
func (r *reading) narrow(d dimension, w word) error {
	side := &r.wish.Include
	if w.minus {
		side = &r.wish.Exclude
	}
	list := d.values(side)
	for _, value := range w.values {
		if value = card.Clean(value); value == "" {
			return wrongWord(w, fmt.Sprintf("*%s:* wants something behind the colon, as in `%s`.", d.name, exampleOf(d.name)), "")
		}
		if d.allowed != nil && !slices.Contains(d.allowed, strings.ToLower(value)) {
			return wrongWord(w, fmt.Sprintf("*%s:* cannot be \"%s\".", d.name, card.EscapeCut(value, 40)), "It can be "+listed(d.allowed, "or")+".")
		}
		*list = append(*list, value)
	}
	return nil
}

// set reads one of the words that are no filters.
func (r *reading) set(o option, w word) error {
	switch {
	case w.minus:
		return wrongWord(w, fmt.Sprintf("*%s:* cannot be excluded: a leading - is for kinds and filters.", o.name), "")
	case !o.several && (len(w.values) > 1 || slices.Contains(r.seen, o.name)):
		return wrongWord(w, fmt.Sprintf("*%s:* can be given once.", o.name), "")
	}
	r.seen = append(r.seen, o.name)
	for _, value := range w.values {
		if value = card.Clean(value); !o.read(&r.wish, value) {
			return wrongWord(w, fmt.Sprintf("*%s:* cannot be \"%s\".", o.name, card.EscapeCut(value, 40)), "It can be "+o.allowed+".")
		}
	}
	return nil
}

// finish settles what only all words together say.
func (r *reading) finish() Wish {
	w := r.wish
	if len(w.Kinds) == 0 {
		w.Kinds = DefaultWish().Kinds
	}
	w.Kinds = without(w.Kinds, r.not)
	return w
}

// Text is the wish as it is typed: ParseWish reads it back to the same wish, if
// it is one that Tidy made and Check approved.
func (w Wish) Text() string {
	words := kindText(w.Kinds)
	for _, d := range dimensions {
		words = append(words, filterText(d.name, *d.values(&w.Include))...)
	}
	for _, d := range dimensions {
		words = append(words, filterText("-"+d.name, *d.values(&w.Exclude))...)
	}
	for _, o := range options {
		for _, value := range o.write(w) {
			words = append(words, o.name+":"+value)
		}
	}
	return strings.Join(words, " ")
}

func filterText(name string, values []string) []string {
	if len(values) == 0 {
		return nil
	}
	quoted := make([]string, 0, len(values))
	for _, v := range values {
		quoted = append(quoted, quote(v))
	}
	return []string{name + ":" + strings.Join(quoted, ",")}
}

func wrongWord(w word, wrong, allowed string) error {
	return &TextError{Word: w.typed, Wrong: wrong, Allowed: allowed}
}

// asTextError finds the word behind what Check found wrong.
func asTextError(err error, words []word) error {
	wrong, ok := errors.AsType[*WishError](err)
	if !ok {
		return &TextError{Wrong: card.Escape(err.Error())}
	}
	e := &TextError{Wrong: card.Escape(wrong.Sentence)}
	for _, w := range words {
		if w.name == wrong.Field {
			e.Word = w.typed
		}
	}
	return e
}

// listed lists words of ours: "`a`, `b` or `c`".
func listed(words []string, and string) string {
	quoted := make([]string, 0, len(words))
	for _, w := range words {
		quoted = append(quoted, "`"+w+"`")
	}
	return joined(quoted, and)
}

// joined lists parts of a sentence: "a, b and c".
func joined(parts []string, and string) string {
	last := len(parts) - 1
	if last < 1 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:last], ", ") + " " + and + " " + parts[last]
}

func allKinds() string {
	var words []string
	for _, n := range names {
		words = append(words, string(n.kind))
	}
	return listed(append(words, groupJobs, groupSessions, groupAll), "and")
}

func allNames() string {
	var words []string
	for _, d := range dimensions {
		words = append(words, d.name+":")
	}
	for _, o := range options {
		words = append(words, o.name+":")
	}
	return listed(words, "and")
}

// exampleOf is how a filter or option is used.
func exampleOf(name string) string {
	for _, d := range dimensions {
		if d.name == name {
			return d.example
		}
	}
	for _, o := range options {
		if o.name == name {
			return o.example
		}
	}
	return "provider:gusto"
}
