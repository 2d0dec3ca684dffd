package alert

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"perch/bot/card"
	"perch/internal/connect"
)

// saying is how much of the words from outside a sentence repeats; Text says all.
type saying struct {
	values int // of one filter
	length int // of one value, in characters
}

var (
	inFull  = saying{5, 40}
	inShort = saying{2, 24}
)

const (
	shortKinds = 2   // that Short names
	shortWhom  = 120 // characters that Short says about whom it is
)

// voice is who speaks of whom.
type voice struct{ hearer, again, perch string }

// Sentence says the wish back: what this channel will and will not hear, and
// when. It is mrkdwn, safe to show; the mentions in it are real ones, for places
// where they ping nobody.
func (w Wish) Sentence() string { return w.said(voice{"This channel", "It", "It"}) }

// Sentence is the wish's, spoken to the person where it is told to one.
func (s Subscription) Sentence() string {
	if s.direct() {
		return s.Wish.said(voice{"You", "You", "Perch"})
	}
	return s.Wish.Sentence()
}

// SentenceElsewhere is Sentence for a reader who is not where it is told.
func (s Subscription) SentenceElsewhere() string {
	if s.direct() {
		return s.Wish.said(voice{"<@" + card.Escape(s.Channel) + ">", "They", "Perch"})
	}
	return s.Wish.said(voice{"<#" + card.Escape(s.Channel) + ">", "It", "It"})
}

func (w Wish) said(v voice) string {
	said := []string{w.heardWords(v), w.unheardWords(v), w.patienceWords(), w.quietWords(), w.digestWords()}
	if w.InChannel {
		said = append(said, "Recoveries and reopenings are posted too, not only shown on the card.")
	}
	said = append(said, w.reminderWords(v), w.mentionWords(v))
	return strings.Join(slices.DeleteFunc(said, func(s string) bool { return s == "" }), " ")
}

func (w Wish) heardWords(v voice) string {
	pause := ""
	if len(w.Kinds) > 1 {
		pause = ","
	}
	return fmt.Sprintf("%s will hear %s%s for %s.", v.hearer, joined(plainKinds(w.Kinds), "and"), pause, w.whom(inFull))
}

// unheardWords say which kinds are left out, where they are fewer than those heard.
func (w Wish) unheardWords(v voice) string {
	left := without(AllKinds(), w.Kinds)
	switch {
	case len(left) == 0:
		return ""
	case len(left) < len(w.Kinds):
		return v.again + " will not hear " + joined(plainKinds(left), "or") + "."
	default:
		return "Nothing else."
	}
}

func plainKinds(kinds []Kind) []string {
	var plain []string
	for _, k := range kinds {
		plain = append(plain, k.Plain())
	}
	return plain
}

// everybody is whom a wish is about that names nobody.
const everybody = "every customer"

// whom says for which customers: "every customer except gusto ones and sandbox".
func (w Wish) whom(how saying) string {
	in := w.Include
	words := everybody
	if len(in.Customers) > 0 {
		words = "customers like " + how.list(in.Customers)
	}
	if len(in.Providers) > 0 {
		words += " on " + how.list(in.Providers)
	}
	if len(in.Products) > 0 {
		words += " with " + how.list(in.Products)
	}
	only := w.onlyWords(how)
	words += only
	if except := w.exceptions(how); len(except) > 0 && only != "" {
		words += ", except " + joined(except, "and")
	} else if len(except) > 0 {
		words += " except " + joined(except, "and")
	}
	return words
}

// onlyWords say what narrows beside the customers.
func (w Wish) onlyWords(how saying) string {
	in, words := w.Include, ""
	if len(in.Types) == 1 {
		words += ", " + in.Types[0] + " connections only"
	}
	if n := len(in.Environments); n > 0 && n < len(environments) {
		words += ", " + joined(in.Environments, "and") + " only"
	}
	if len(in.Entities) > 0 {
		words += ", only where Finch names an entity like " + how.list(in.Entities)
	}
	if len(in.Stages) > 0 {
		words += ", of employers only those at " + how.list(stageNames(in.Stages))
	}
	return words
}

// exceptions are what is left out: "gusto ones", "sandbox".
func (w Wish) exceptions(how saying) []string {
	out := w.Exclude
	except := slices.Concat(
		how.each(out.Customers, "%s", "customers"),
		how.each(out.Providers, "%s ones", "providers"),
		how.each(out.Products, "ones with %s", "products"),
		how.each(out.Types, "%s connections", "types"),
		how.each(out.Entities, "entities like %s", "entities"),
		how.each(stageNames(out.Stages), "employers at %s", "stages"),
	)
	for _, env := range environments {
		byDefault := env == sandbox && len(w.Include.Environments) == 0
		if byDefault || slices.Contains(out.Environments, env) {
			except = append(except, env)
		}
	}
	return except
}

// stageNames are stages as people call them, whatever was typed.
func stageNames(typed []string) []string {
	names := make([]string, 0, len(typed))
	for _, t := range typed {
		name := t
		for _, s := range append(connect.Stages(), connect.AssistedStages()...) {
			if spaced(t) == spaced(string(s)) || spaced(t) == spaced(s.Name()) {
				name = s.Name()
			}
		}
		names = append(names, name)
	}
	return names
}

// list is "a, b or c", or "a, b or 7 more".
func (s saying) list(values []string) string {
	return joined(s.each(values, "%s", ""), "or")
}

// each puts each value into a phrase: the first few, then how many more.
func (s saying) each(values []string, phrase, noun string) []string {
	var said []string
	for _, v := range values[:min(len(values), s.values)] {
		said = append(said, fmt.Sprintf(phrase, card.EscapeCut(v, s.length)))
	}
	if more := len(values) - s.values; more > 0 {
		said = append(said, strings.TrimSpace(fmt.Sprintf("%d more %s", more, noun)))
	}
	return said
}

func (w Wish) patienceWords() string {
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
	words := card.UpperFirst(joined(when, "and")) + " (" + w.zoneWords() + ") "
	if len(q.Pass) == 0 {
		return words + "nothing is told; what is still open then comes as one message " + end + "."
	}
	return words + "only " + joined(plainKinds(q.Pass), "and") + " are told; of the rest, what is still open then comes as one message " + end + "."
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

func (w Wish) reminderWords(v voice) string {
	switch w.Reminder {
	case 0:
		return ""
	case remindDaily:
		return v.perch + " reminds daily of what is open while nobody is on it."
	default:
		return v.perch + " reminds every " + spanWords(w.Reminder) + " of what is open while nobody is on it."
	}
}

func (w Wish) mentionWords(v voice) string {
	if len(w.Mention) == 0 {
		return v.perch + " mentions nobody."
	}
	var who []string
	for _, id := range w.Mention {
		who = append(who, mention(id))
	}
	return v.perch + " mentions " + joined(who, "and") + " on new problems."
}

func (w Wish) zoneWords() string {
	if w.Zone == "" {
		return time.UTC.String()
	}
	return card.EscapeCut(w.Zone, inFull.length)
}

// Short says the wish in few words, after "this channel hears": "failed syncs
// except sandbox". It is mrkdwn, safe to show.
func (w Wish) Short() string {
	kinds, whom := joined(w.shortKinds(), "and"), w.whom(inShort)
	rest, everyone := strings.CutPrefix(whom, everybody)
	switch {
	case len([]rune(whom)) > shortWhom:
		return kinds + " for some customers"
	case everyone:
		return kinds + rest
	default:
		return kinds + " for " + whom
	}
}

// shortKinds are the kinds, or the group they are.
func (w Wish) shortKinds() []string {
	switch text := kindText(w.Kinds); {
	case len(text) == 0:
		return []string{"nothing"}
	case text[0] == groupAll:
		return []string{"every problem"}
	}
	plain := w.groupedKinds()
	if more := len(plain) - shortKinds; more > 1 {
		return append(plain[:shortKinds:shortKinds], fmt.Sprintf("%d more kinds", more))
	}
	return plain
}

// groupedKinds are the kinds in words, whole groups as one.
func (w Wish) groupedKinds() []string {
	var plain []string
	rest := w.Kinds
	for _, g := range []struct{ group, words string }{{groupJobs, "whatever stops syncs"}, {groupSessions, "employers who do not get through"}} {
		if in := kindsIn(g.group); holdsAll(w.Kinds, in) {
			plain, rest = append(plain, g.words), without(rest, in)
		}
	}
	return append(plain, plainKinds(rest)...)
}

// spanWords is a length of time in full: "1 day 1 h 30 min".
func spanWords(d time.Duration) string {
	days := " %d days"
	if d < 48*time.Hour {
		days = " %d day"
	}
	return strings.TrimPrefix(inUnits(d, days, " %d h", " %d min"), " ")
}
