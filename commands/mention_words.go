package commands

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/thread"
)

// spoken is what somebody meant who wrote to Perch by its name. The zero value
// stands for nothing that was understood.
type spoken struct {
	// command and its word behind /perch, if it is one of those; rest is what follows.
	command, word, rest string
	run                 bot.Handler
	// help is set where help was asked for.
	help func(bot.Names) card.Message
	// form: it can only be answered with a form.
	form bool
	// nothing: it wants no answer.
	nothing bool
	// strict: it takes nothing behind it, so that with more it may be a sentence.
	strict bool
}

// text is what stands behind the slash command.
func (s spoken) text() string { return strings.TrimSpace(s.word + " " + s.rest) }

// spokenNames are other names of commands and of words behind /perch.
var spokenNames = map[string]string{
	"job": "jobs", "connections": "connection", "session": "session-timeline", "sessions": "session-timeline",
	"timeline": "session-timeline", "timelines": "session-timeline", "session-timelines": "session-timeline",
	"syncs": "jobs", "problem": "problems", "subscription": "subscriptions", "thread": "threads", "links": "link", "funnels": "funnel",
}

// fillers may stand before a command and mean nothing.
var fillers = []string{"please", "pls", "hey", "hi", "hello", "show", "me", "give", "get", "list", "the", "all"}

// greetings alone are answered with help.
var greetings = []string{"", "help", "hi", "hello", "hey", "?"}

// farewells may stand behind a name and mean nothing.
var farewells = []string{"please", "pls", "thanks", "thx"}

// thanks alone want no answer.
var thanks = []string{"thanks", "thank", "you", "thx", "ty", "cheers", "great", "perfect", "cool", "ok", "okay", "nice"}

// talk is what people say around a customer's name. A customer who is called so is
// found by the whole text.
var talk = strings.Fields(`a about again an and any anything are at broken can check could customer did do does doing down fail failed failing
	fails fine for from going had happened happening has have hey hi hello how how's hows i in is it job jobs know look me my news not of ok okay
	on our please pls show stuck sync syncing syncs tell thanks the their there this to today up was we what what's whats where who why will
	with working wrong you`)

// withoutTalk is what is left of a sentence without the words that are in most.
func withoutTalk(text string) string {
	return strings.Join(slices.DeleteFunc(strings.Fields(text), func(w string) bool {
		plain := strings.ReplaceAll(bare(w), "’", "'")
		return plain == "" || slices.Contains(talk, plain)
	}), " ")
}

// prepositions may stand between a command and whose it is.
var prepositions = []string{"for", "of", "from", "about", "with"}

// hear finds the command that a text begins with.
func (l listener) hear(text string, as bot.Names) spoken {
	words := strings.Fields(card.Cut(firstLine(text), maxSpoken))
	wanted := func(w string) bool { return bare(w) != "" && !slices.Contains(thanks, bare(w)) }
	if !helpWanted(words) && !slices.ContainsFunc(words, wanted) {
		return spoken{nothing: true}
	}
	for !helpWanted(words) {
		words = statusLast(words)
		if said := l.command(words, as); said.run != nil || said.help != nil {
			return said
		}
		if first := bare(words[0]); first != "" && !slices.Contains(fillers, first) {
			return spoken{}
		}
		words = words[1:]
	}
	return spoken{help: mentionHelp}
}

// statusLast has "failed jobs for harbor" be "jobs for harbor failed".
func statusLast(words []string) []string {
	if len(words) < 2 || ownName(bare(words[1])) != "jobs" || len(statusesFor(bare(words[0]))) == 0 {
		return words
	}
	return append(slices.Clone(words[1:]), bare(words[0]))
}

func helpWanted(words []string) bool {
	return len(words) == 0 || len(words) == 1 && (slices.Contains(greetings, bare(words[0])) || asksHelp(words))
}

func asksHelp(words []string) bool {
	return len(words) == 1 && slices.Contains([]string{"help", "h", ""}, bare(words[0]))
}

// command reads words of which the first may be a command's name.
func (l listener) command(words []string, as bot.Names) spoken {
	first, rest := bare(words[0]), words[1:]
	if first == "help" && len(rest) == 1 { // "help jobs"
		first, rest = bare(rest[0]), []string{"help"}
	}
	name := ownName(first)
	if i := slices.IndexFunc(l.commands, func(c bot.Command) bool { return isCalled(c.Name, first, as) || c.Name == name }); i >= 0 {
		c := l.commands[i]
		switch {
		case asksHelp(rest):
			return spoken{help: c.Help}
		case c.Name == "perch" && len(rest) > 0:
			return l.behind(ownName(bare(rest[0])), rest[1:])
		case c.Name == "perch":
			return spoken{help: mentionHelp}
		}
		return spoken{command: c.Name, rest: whose(rest), run: c.Run, form: c.Name == "explore"}
	}
	return l.behind(name, rest)
}

// behind reads a word behind /perch.
func (l listener) behind(name string, rest []string) spoken {
	i := slices.IndexFunc(l.words, func(w word) bool { return w.name == name })
	if i < 0 {
		return spoken{}
	}
	w := l.words[i]
	if asksHelp(rest) && w.help != nil {
		return spoken{help: w.help}
	}
	said := spoken{command: "perch", word: w.name, rest: unpunctuated(strings.Join(rest, " ")), run: l.runOf("perch")}
	switch w.name {
	case "link":
		said.form = true
	case "subscribe": // "now" saves without the form
		said.form = !strings.EqualFold(lastOf(rest), "now")
	case "status":
		said.strict = true
	case "threads":
		said.rest, said.strict = switchOf(rest)
	}
	return said
}

// courtesies may stand behind "threads on".
var courtesies = []string{"please", "pls", "here", "now", "thanks"}

// switchOf reads on and off. strict: it is neither, so that it may be a sentence.
func switchOf(words []string) (text string, strict bool) {
	more := slices.ContainsFunc(words[min(1, len(words)):], func(w string) bool { return !slices.Contains(courtesies, bare(w)) })
	if first := bare(strings.Join(words[:min(1, len(words))], "")); !more && (first == "on" || first == "off") {
		return first, false
	}
	return unpunctuated(strings.Join(words, " ")), true
}

func (l listener) runOf(command string) bot.Handler {
	for _, c := range l.commands {
		if c.Name == command {
			return c.Run
		}
	}
	return func(context.Context, *bot.Request) error { return errStrange }
}

// isCalled: the command goes by this name here, with PERCH_COMMANDS or without.
func isCalled(name, typed string, as bot.Names) bool {
	return typed != "" && (name == typed || bare(as.Of(name)) == typed)
}

func ownName(name string) string {
	if other := spokenNames[name]; other != "" {
		return other
	}
	return name
}

// bare is a word in lower case without what stands around it.
func bare(w string) string {
	return strings.ToLower(strings.TrimFunc(w, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsNumber(c) }))
}

// whose is what stands behind a command, without the little words before a name. What
// is said around a UUID is left out, as long as no filter is among it.
func whose(words []string) string {
	if len(words) > 1 && slices.Contains(prepositions, bare(words[0])) {
		words = words[1:]
	}
	for len(words) > 1 && slices.Contains(farewells, bare(words[len(words)-1])) {
		words = words[:len(words)-1]
	}
	text := unpunctuated(strings.Join(words, " "))
	if ids := thread.Find(text, 1); len(words) > 1 && len(ids) == 1 && looksLikeJob(ids[0]) && !hasFilter(text) {
		return ids[0]
	}
	return text
}

func hasFilter(text string) bool {
	return slices.ContainsFunc(tokens(text), func(t token) bool {
		name, _, ok := filterOf(t)
		return ok && slices.Contains(filters, name)
	})
}

// unpunctuated is a text without what ends a sentence.
func unpunctuated(text string) string { return strings.TrimRight(strings.TrimSpace(text), "?!.,; ") }

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

func lastOf(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}

// needsForm says what to type instead, as mrkdwn.
func needsForm(said spoken, as bot.Names) string {
	typed := strings.TrimSpace(as.Of(said.command) + " " + said.text())
	typed = strings.ReplaceAll(card.EscapeCut(typed, 200), "`", "'")
	return "This opens a form, which Slack shows only after a slash command. Type it in the channel (Slack takes none in threads): `" + typed + "`"
}

// nearest is the command whose name is at most two letters away, or begins so.
func (l listener) nearest(typed string, as bot.Names) string {
	best, least := "", 3
	consider := func(name, say string) {
		distance := levenshtein.ComputeDistance(typed, name)
		if len(typed) >= 3 && strings.HasPrefix(name, typed) {
			distance = 1
		}
		if distance < least && len(typed) > distance {
			best, least = say, distance
		}
	}
	for _, c := range l.commands {
		consider(c.Name, "@Perch "+c.Name)
		consider(bare(as.Of(c.Name)), "@Perch "+c.Name)
	}
	for _, w := range l.words {
		consider(w.name, "@Perch "+w.name)
	}
	for _, other := range slices.Sorted(maps.Keys(spokenNames)) {
		consider(other, "@Perch "+spokenNames[other])
	}
	return best
}
