package explore

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"perch/internal/finch"
)

const (
	// longestText is in characters; Slack sends far fewer.
	longestText = 12_000
	// mostFaults is how many are worth reading at once.
	mostFaults = 10
)

// ParseText reads what stands behind /explore. It never fails: what could not be
// read is in Faults. Whose connection it is comes first, the rest in any order.
//
//	harbor coffee                      whose, as "harbor coffee" too
//	GET /employer/directory            an operation; the method in any case
//	/employer/company                  its only one, or the one that gets
//	/jobs/automated/453bd7d7-…         ids in the path, or job_id=453bd7d7-… behind
//	/employer/directory?limit=5        parameters in the path
//	https://api.tryfinch.com/providers an address; only its path and query count
//	limit=5                            a parameter
//	name="Health plan"                 quotes around what holds spaces, straight or typographic
//	individual_id=a,b,c                a list; or the name again
//	entity_id=a entity_ids[]=a         as entity_ids=a
//	body={"type": "data_sync_all"}     JSON, to its balanced end
//
// What Slack made of the text, links and escaped characters, is undone.
func ParseText(text string) Typed {
	if utf8.RuneCountInString(text) > longestText {
		return Typed{Faults: []Fault{{Sentence: fmt.Sprintf("That is too long to read: %d characters at most. Choose in the form instead.", longestText)}}}
	}
	words := wordsOf(unslacked(strings.ToValidUTF8(text, "\ufffd")))
	begin, at := findPath(words)
	if at < 0 {
		t := Typed{Who: whoOf(words)}
		if slices.ContainsFunc(words, word.named) {
			t.fault(Fault{Sentence: "Say what to ask along with its parameters, as in GET /employer/directory limit=5."})
		}
		return t
	}
	t := Typed{Who: whoOf(words[:begin])}
	t.readOperation(words[begin:at], words[at].value(), slices.Concat(namedOf(words[:begin]), words[at+1:]))
	return t
}

// whoOf are the words that name no parameter.
func whoOf(words []word) string {
	var who []string
	for _, w := range words {
		if !w.named() {
			who = append(who, w.value())
		}
	}
	return strings.Join(strings.Fields(strings.Join(who, " ")), " ")
}

// namedOf are the words that do.
func namedOf(words []word) []word {
	return slices.DeleteFunc(slices.Clone(words), func(w word) bool { return !w.named() })
}

// readOperation reads the method, if there is one, the path, and what is said.
func (t *Typed) readOperation(method []word, path string, said []word) {
	wanted := ""
	if len(method) > 0 {
		wanted, _ = methodOf(method[0])
	}
	path, inPath := splitPath(path)
	e, ids, sentence := choose(wanted, path)
	if sentence != "" {
		t.fault(Fault{Sentence: sentence})
		return
	}
	t.Query.Endpoint = e
	for _, p := range e.Params {
		if id, ok := ids[p.Name]; ok {
			t.say(word{name: p.Name, parts: []string{id}})
		}
	}
	for _, w := range append(inPath, said...) {
		if w.named() {
			t.say(w)
			continue
		}
		t.fault(Fault{Sentence: "What stands behind the path is read as name=value. Whose connection to ask stands in front of it."})
	}
}

// say takes one parameter into the question.
func (t *Typed) say(w word) {
	p, ok := meant(t.Query.Endpoint, w.name)
	already := len(t.Query.Values[p.Name]) > 0
	values := []string{w.value()}
	if p.List {
		values = slices.DeleteFunc(slices.Clone(w.parts), func(part string) bool { return strings.TrimSpace(part) == "" })
	}
	switch {
	case !ok:
		t.fault(Fault{Sentence: unknownParam(t.Query.Endpoint, w.name)})
	case p.FromSettings:
		t.fault(Fault{Param: p.Name, Sentence: fromSettings(p)})
	case strings.TrimSpace(strings.Join(values, "")) == "":
		t.fault(Fault{Param: p.Name, Sentence: p.Name + " is empty. It is " + kind(p) + "."})
	case already && !p.List:
		t.fault(Fault{Param: p.Name, Sentence: p.Name + " can be given once."})
	default:
		if t.Query.Values == nil {
			t.Query.Values = map[string][]string{}
		}
		t.Query.Values[p.Name] = append(t.Query.Values[p.Name], values...)
	}
}

// fault notes what could not be read, once.
func (t *Typed) fault(f Fault) {
	if len(t.Faults) < mostFaults && !slices.Contains(t.Faults, f) {
		t.Faults = append(t.Faults, f)
	}
}

// meant finds a parameter by a name as people write it: one for several, several
// for one, with the brackets of an array, or without the object it is in.
func meant(e finch.Endpoint, name string) (finch.Param, bool) {
	name = strings.TrimSuffix(name, "[]")
	for _, spelt := range []string{name, name + "s", strings.TrimSuffix(name, "s")} {
		if p, ok := takes(e, spelt); ok {
			return p, true
		}
	}
	var inside []finch.Param
	for _, p := range e.Params {
		if strings.HasSuffix(strings.ToLower(p.Name), "."+strings.ToLower(name)) {
			inside = append(inside, p)
		}
	}
	if len(inside) != 1 {
		return finch.Param{}, false
	}
	return inside[0], true
}

// unknownParam repeats the name if it can be one: a value may have got in its place.
func unknownParam(e finch.Endpoint, name string) string {
	var there []string
	for _, p := range e.Params {
		if !p.FromSettings {
			there = append(there, p.Name)
		}
	}
	sentence := e.Name() + " has no such parameter."
	if paramName.MatchString(name) {
		sentence = fmt.Sprintf("%s has no parameter %q.", e.Name(), name)
	}
	if len(there) == 0 {
		return sentence + " It takes none."
	}
	return sentence + " It takes " + listed(there, "and") + "."
}

func fromSettings(p finch.Param) string {
	return p.Name + " comes from Perch's settings. Leave it out, and do not write it into Slack."
}

// Text is the question as it can be typed behind /explore, with who in front.
// ParseText reads it back to the same question, but for the connection, which is
// what who says; empty values and unknown parameters are left out.
func (q Query) Text(who string) string {
	var words []string
	if who = strings.Join(strings.Fields(who), " "); who != "" {
		words = append(words, whoText(who))
	}
	if q.Endpoint.Path == "" {
		return slacked(strings.Join(words, " "))
	}
	path, filled := q.pathText()
	words = append(words, q.Endpoint.Method+" "+path)
	for _, p := range q.params() {
		if values := q.said(p.Name); len(values) > 0 && !(filled && p.In == finch.InPath) {
			words = append(words, p.Name+"="+valueText(p, values))
		}
	}
	return slacked(strings.Join(words, " "))
}

// whoText puts in quotes what is more than one plain word.
func whoText(who string) string {
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_' || r == '.'
	}
	if address.MatchString(who) || strings.ContainsFunc(who, func(r rune) bool { return !plain(r) }) {
		return inQuotes(who)
	}
	return who
}

func valueText(p finch.Param, values []string) string {
	if !p.List {
		return quoted(values[0])
	}
	var parts []string
	for _, v := range values {
		parts = append(parts, quoted(v))
	}
	return strings.Join(parts, ",")
}

// pathText is the path with its ids in it, if it is read back so; else the
// template.
func (q Query) pathText() (path string, filled bool) {
	path, ids := q.Endpoint.Path, map[string]string{}
	for _, p := range q.Endpoint.Params {
		values := q.said(p.Name)
		if p.In != finch.InPath {
			continue
		}
		if len(values) != 1 || !plainID.MatchString(values[0]) {
			return q.Endpoint.Path, false
		}
		ids[p.Name] = values[0]
		path = strings.Replace(path, "{"+p.Name+"}", values[0], 1)
	}
	e, back, ok := finch.FindEndpoint(q.Endpoint.Method, path)
	if !ok || e.Path != q.Endpoint.Path || !maps.Equal(ids, back) {
		return q.Endpoint.Path, false
	}
	return path, true
}
