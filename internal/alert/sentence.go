package alert

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"perch/bot/card"
)

// How much of a filter a sentence says: Text says all.
const (
	saidValues = 5
	saidValue  = 40 // characters
	shortKinds = 2
	shortWords = 150
)

// Sentence says the wish back: what this channel will and will not hear, and
// when. It is mrkdwn, safe to show; the mentions in it are real ones, for places
// where they ping nobody.
func (w Wish) Sentence() string { return w.sentence("This channel", "It") }

// Sentence is the wish's, spoken to the person where it is told to one.
func (s Subscription) Sentence() string {
	if s.direct() {
		return s.Wish.sentence("You", "Perch")
	}
	return s.Wish.Sentence()
}

// sentence is about whoever hears; it is who reminds and mentions.
func (w Wish) sentence(hearer, it string) string {
	said := []string{
		fmt.Sprintf("%s will hear %s, for %s.", hearer, joined(plainKinds(w.Kinds), "and"), w.whom()),
		w.unheard(), w.patience(), w.quietWords(), w.digestWords(),
	}
	if w.InChannel {
		said = append(said, "Recoveries and reopenings are said in the channel too.")
	}
	said = append(said, w.reminderWords(it), w.mentionWords(it))
	return strings.Join(slices.DeleteFunc(said, func(s string) bool { return s == "" }), " ")
}

func plainKinds(kinds []Kind) []string {
	var plain []string
	for _, k := range kinds {
		plain = append(plain, k.Plain())
	}
	return plain
}

// whom says for which customers: "every customer except Gusto ones and sandbox".
func (w Wish) whom() string {
	in := w.Include
	words := "every customer"
	if len(in.Customers) > 0 {
		words = "customers like " + someOf(in.Customers, "or")
	}
	if len(in.Providers) > 0 {
		words += " on " + someOf(in.Providers, "or")
	}
	if len(in.Products) > 0 {
		words += " with " + someOf(in.Products, "or")
	}
	if len(in.Types) == 1 {
		words += ", " + in.Types[0] + " connections only"
	}
	if n := len(in.Environments); n > 0 && n < len(environments) {
		words += ", " + joined(in.Environments, "and") + " only"
	}
	if len(in.Entities) > 0 {
		words += ", only where Finch names an entity like " + someOf(in.Entities, "or")
	}
	if except := w.exceptions(); len(except) > 0 {
		words += " except " + joined(except, "and")
	}
	return words
}

// exceptions are what is left out: "Gusto ones", "sandbox".
func (w Wish) exceptions() []string {
	var except []string
	for _, e := range []struct {
		values []string
		words  string
	}{
		{w.Exclude.Customers, "%s"},
		{w.Exclude.Providers, "%s ones"},
		{w.Exclude.Products, "ones with %s"},
		{w.Exclude.Types, "%s connections"},
		{w.Exclude.Entities, "entities like %s"},
	} {
		if len(e.values) > 0 {
			except = append(except, fmt.Sprintf(e.words, someOf(e.values, "or")))
		}
	}
	for _, env := range environments {
		byDefault := env == sandbox && len(w.Include.Environments) == 0
		if byDefault || slices.Contains(w.Exclude.Environments, env) {
			except = append(except, env)
		}
	}
	return except
}

// someOf lists values from outside: the first few, and how many more.
func someOf(values []string, and string) string {
	var said []string
	for _, v := range values[:min(len(values), saidValues)] {
		said = append(said, card.EscapeCut(v, saidValue))
	}
	if more := len(values) - saidValues; more > 0 {
		return strings.Join(said, ", ") + fmt.Sprintf(" %s %d more", and, more)
	}
	return joined(said, and)
}

// unheard says which kinds are left out where they are fewer than those heard.
func (w Wish) unheard() string {
	left := without(AllKinds(), w.Kinds)
	switch {
	case len(left) == 0:
		return ""
	case len(left) < len(w.Kinds):
		return "It will not hear " + joined(plainKinds(left), "or") + "."
	default:
		return "Nothing else."
	}
}

func (w Wish) patience() string {
	var said []string
	if w.After > 1 {
		said = append(said, fmt.Sprintf("Failed syncs are told after %d in a row.", w.After))
	}
	if w.OpenFor > 0 {
		said = append(said, fmt.Sprintf("Only what stays open for %s is told.", spanWords(w.OpenFor)))
	}
	return strings.Join(said, " ")
}

// quietWords say what the quiet hours hold, and when it is told.
func (w Wish) quietWords() string {
	q := w.Quiet
	if !q.any() || w.Digest {
		return ""
	}
	var when []string
	end := "on Monday"
	if q.From != q.To {
		when = append(when, fmt.Sprintf("between %s and %s", clock(q.From), clock(q.To)))
		end = "at " + clock(q.To)
	}
	if q.Weekends {
		when = append(when, "on weekends")
	}
	words := upperFirst(joined(when, "and")) + " (" + w.zoneWords() + ") "
	if len(q.Pass) == 0 {
		return words + "nothing is told; what is still open then comes as one message " + end + "."
	}
	return words + "only " + joined(plainKinds(q.Pass), "and") + " are told; what else is still open then comes as one message " + end + "."
}

func (w Wish) digestWords() string {
	if !w.Digest {
		return ""
	}
	days := "once a day"
	if w.Quiet.Weekends {
		days = "from Monday to Friday"
	}
	return fmt.Sprintf("It all comes as one message %s at %s (%s), with what is still open then.", days, clock(w.DigestAt), w.zoneWords())
}

func (w Wish) reminderWords(it string) string {
	switch w.Reminder {
	case 0:
		return ""
	case remindDaily:
		return it + " reminds daily of what is open while nobody is on it."
	default:
		return it + " reminds every " + spanWords(w.Reminder) + " of what is open while nobody is on it."
	}
}

func (w Wish) mentionWords(it string) string {
	if len(w.Mention) == 0 {
		return it + " mentions nobody."
	}
	var who []string
	for _, id := range w.Mention {
		who = append(who, mention(id))
	}
	return it + " mentions " + joined(who, "and") + " on new problems."
}

func (w Wish) zoneWords() string {
	if w.Zone == "" {
		return time.UTC.String()
	}
	return card.EscapeCut(w.Zone, saidValue)
}

// Short says the wish in few words, after "this channel hears": "failed syncs
// except sandbox". It is mrkdwn, safe to show.
func (w Wish) Short() string {
	words := joined(w.shortKinds(), "and")
	if whom, customers := strings.CutPrefix(w.whom(), "every customer"); customers {
		words += whom
	} else {
		words += " for " + w.whom()
	}
	return words
}

// shortKinds are the kinds, or the group they are.
func (w Wish) shortKinds() []string {
	switch text := kindText(w.Kinds); {
	case len(text) == 0:
		return []string{"nothing"}
	case text[0] == groupAll:
		return []string{"every problem"}
	case text[0] == groupJobs:
		return append([]string{"whatever stops syncs"}, plainKinds(without(w.Kinds, JobKinds()))...)
	}
	plain := plainKinds(w.Kinds)
	if more := len(plain) - shortKinds; more > 1 {
		return append(plain[:shortKinds:shortKinds], fmt.Sprintf("%d more kinds", more))
	}
	return plain
}

// spanWords is a length of time in full: "1 h 30 min".
func spanWords(d time.Duration) string {
	var words []string
	if days := d / (24 * time.Hour); days > 0 {
		words = append(words, counted(int(days), "day"))
	}
	if hours := d % (24 * time.Hour) / time.Hour; hours > 0 {
		words = append(words, fmt.Sprintf("%d h", hours))
	}
	if minutes := d % time.Hour / time.Minute; minutes > 0 {
		words = append(words, fmt.Sprintf("%d min", minutes))
	}
	return strings.Join(words, " ")
}
