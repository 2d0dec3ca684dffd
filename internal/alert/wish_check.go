package alert

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"perch/bot/card"
	"perch/internal/finch"
)

// WishError says what is wrong with a wish.
type WishError struct {
	// Field is the name by which it is typed: customer, after, quiet …, "kinds" for
	// the kinds, empty for the whole.
	Field string
	// Sentence is plain text; in mrkdwn it is escaped first.
	Sentence string
}

func (e *WishError) Error() string { return e.Sentence }

// The limits of a wish. Slack's text field takes 3,000 characters.
const (
	maxText     = 3000
	maxValue    = 80 // of one filter value, in characters
	maxMentions = 10
	maxAfter    = 50
	maxOpenFor  = CloseAfter
)

// Tidy is the wish in the form in which it is kept: kinds in order and once,
// values clean and once, nothing set that means nothing. What is wrong stays for
// Check to name.
func (w Wish) Tidy() Wish {
	w.Kinds = inOrder(w.Kinds)
	w.Quiet.Pass = inOrder(w.Quiet.Pass)
	for _, d := range dimensions {
		for _, f := range []*Filter{&w.Include, &w.Exclude} {
			*d.values(f) = tidyValues(*d.values(f), d.allowed)
		}
	}
	if w.After == 1 {
		w.After = 0
	}
	w.OpenFor = w.OpenFor.Truncate(time.Minute)
	if w.Quiet.From == w.Quiet.To {
		w.Quiet.From, w.Quiet.To = 0, 0
	}
	if !w.Digest {
		w.DigestAt = 0
	}
	if w.Zone == time.UTC.String() || !w.Digest && !w.Quiet.any() {
		w.Zone = ""
	}
	w.Mention = once(w.Mention)
	return w
}

// tidyValues cleans the values of a filter; those of a closed list come in its
// order.
func tidyValues(values, allowed []string) []string {
	var tidy []string
	for _, v := range values {
		if allowed != nil {
			v = strings.ToLower(v)
		}
		v = card.Clean(v)
		if !slices.ContainsFunc(tidy, func(has string) bool { return strings.EqualFold(has, v) }) {
			tidy = append(tidy, v)
		}
	}
	slices.SortStableFunc(tidy, func(a, b string) int { return slices.Index(allowed, a) - slices.Index(allowed, b) })
	return tidy
}

func once(list []string) []string {
	var kept []string
	for _, v := range list {
		if !slices.Contains(kept, v) {
			kept = append(kept, v)
		}
	}
	return kept
}

// Check says what about a wish is impossible or contradicts itself. It expects
// one that is tidy. The error is a *WishError.
func (w Wish) Check() error {
	if tooLong(w.Text()) {
		return errTooLong
	}
	for _, check := range []func(Wish) error{
		Wish.checkKinds, Wish.checkFilters, Wish.checkRest, Wish.checkPatience, Wish.checkTimes, Wish.checkPass, Wish.checkMentions,
	} {
		if err := check(w); err != nil {
			return err
		}
	}
	return nil
}

var errTooLong = amiss("", "All this together is too long. Leave some filters out, or make two subscriptions.")

// tooLong reports whether text is more than Slack's text field takes.
func tooLong(text string) bool { return len(utf16.Encode([]rune(text))) > maxText }

func amiss(field, format string, a ...any) error {
	return &WishError{Field: field, Sentence: fmt.Sprintf(format, a...)}
}

func (w Wish) checkKinds() error {
	if len(w.Kinds) == 0 {
		return amiss("kinds", "This hears nothing: choose at least one kind of problem.")
	}
	for _, k := range w.Kinds {
		if !slices.Contains(AllKinds(), k) {
			return amiss("kinds", "There is no kind \"%s\" to hear of.", card.Cut(card.Clean(string(k)), 40))
		}
	}
	return nil
}

func (w Wish) checkFilters() error {
	for _, d := range dimensions {
		include, exclude := *d.values(&w.Include), *d.values(&w.Exclude)
		for _, v := range slices.Concat(include, exclude) {
			if err := d.check(v); err != nil {
				return err
			}
		}
		excluded := foldedSet(exclude)
		if i := slices.IndexFunc(include, func(v string) bool { return excluded[finch.Fold(v)] }); i >= 0 {
			return amiss(d.name, "%s: \"%s\" is both asked for and excluded.", d.name, card.Cut(include[i], 40))
		}
	}
	return nil
}

// check looks at one value.
func (d dimension) check(value string) error {
	switch {
	case finch.Fold(value) == "":
		return amiss(d.name, "%s: wants a name or an id.", d.name)
	case len([]rune(value)) > maxValue:
		return amiss(d.name, "%s: takes at most %d characters; a part of the name is enough.", d.name, maxValue)
	case d.allowed != nil && !slices.Contains(d.allowed, value):
		return amiss(d.name, "%s: cannot be \"%s\". It can be %s.", d.name, card.Cut(value, 40), joined(d.allowed, "or"))
	default:
		return nil
	}
}

func foldedSet(values []string) map[string]bool {
	set := make(map[string]bool, len(values))
	for _, v := range values {
		set[finch.Fold(v)] = true
	}
	return set
}

// checkRest finds filters that together leave nothing over.
func (w Wish) checkRest() error {
	for _, d := range dimensions {
		if d.allowed == nil {
			continue
		}
		rest := *d.values(&w.Include)
		if len(rest) == 0 {
			rest = without(d.allowed, []string{sandbox})
		}
		if len(without(rest, *d.values(&w.Exclude))) == 0 {
			return amiss(d.name, "%s: nothing is left after what is excluded.", d.name)
		}
	}
	return nil
}

func (w Wish) checkPatience() error {
	switch {
	case w.After < 0 || w.After > maxAfter:
		return amiss("after", "after: takes 1 to %d failures in a row.", maxAfter)
	case w.After > 1 && !slices.ContainsFunc(w.Kinds, Kind.inRows):
		return amiss("after", "after: counts failed syncs in a row, and this hears of none.")
	case len(w.Include.Stages)+len(w.Exclude.Stages) > 0 && !slices.ContainsFunc(w.Kinds, Kind.atStage):
		return amiss("stage", "stage: is about employers who stop or fail at a stage, and this hears of none.")
	case w.OpenFor < 0 || w.OpenFor > maxOpenFor:
		return amiss("open-for", "open-for: takes 1 minute to %d days.", maxOpenFor/(24*time.Hour))
	case w.Reminder != 0 && w.Reminder != remindOften && w.Reminder != remindDaily:
		return amiss("remind", "remind: can be daily, every 4 hours or off.")
	case w.Reminder == remindOften && w.Digest:
		return amiss("remind", "remind: a digest comes once a day, so it cannot remind every 4 hours. It can daily.")
	default:
		return nil
	}
}

func (w Wish) checkTimes() error {
	q := w.Quiet
	for _, at := range []struct {
		field   string
		minutes int
	}{{"quiet", q.From}, {"quiet", q.To}, {"digest", w.DigestAt}} {
		if at.minutes < 0 || at.minutes >= minutesPerDay {
			return amiss(at.field, "%s: takes times from 0:00 to 23:59.", at.field)
		}
	}
	if w.Digest && q.From != q.To {
		return amiss("quiet", "quiet: a digest holds everything for one message a day, so quiet hours have nothing to hold. Leave one of the two out; quiet weekends go with a digest.")
	}
	if _, ok := zoneOf(w.Zone); !ok {
		return amiss("zone", "zone: cannot be \"%s\". It is a name such as Europe/Berlin or America/New_York.", card.Cut(card.Clean(w.Zone), 40))
	}
	return nil
}

func (w Wish) checkPass() error {
	q := w.Quiet
	strange := without(q.Pass, w.Kinds)
	switch {
	case len(q.Pass) == 0:
		return nil
	case !q.any():
		return amiss("pass", "pass: says what quiet hours let through, and there are none.")
	case w.Digest:
		return amiss("pass", "pass: a digest holds everything. For kinds that are told at once make a second subscription.")
	case len(strange) > 0:
		return amiss("pass", "pass: this does not hear %s, so they cannot pass the quiet hours.", card.Cut(strange[0].Plain(), 40))
	case holdsAll(q.Pass, w.Kinds):
		return amiss("pass", "pass: when every kind passes, quiet hours hold nothing. Leave one of the two out.")
	default:
		return nil
	}
}

func (w Wish) checkMentions() error {
	if len(w.Mention) > maxMentions {
		return amiss("mention", "mention: takes at most %d people and groups; a user group may have more.", maxMentions)
	}
	for _, id := range w.Mention {
		if !userID.MatchString(id) && !groupID.MatchString(id) {
			return amiss("mention", "mention: takes people and user groups of this workspace.")
		}
	}
	return nil
}
