package explore

import (
	"slices"
	"strings"

	"perch/internal/finch"
)

// Query is a question to Finch: an endpoint and what is said to it.
type Query struct {
	// Endpoint is the table's entry; its zero value where none was chosen yet.
	Endpoint finch.Endpoint
	// ConnectionID is whose token asks; empty where the application asks for
	// itself, or where none was chosen yet.
	ConnectionID string
	// Values are what is said, by the name of the parameter, each as it was typed.
	// finch.Root holds a whole body.
	Values map[string][]string
}

// Fault is one thing that keeps a question from being asked.
type Fault struct {
	// Param is the parameter's name, empty where the fault is another's.
	Param string
	// Sentence says what is wrong and what to do, as plain text. It repeats no
	// value.
	Sentence string
}

// Typed is what can be read off the text behind /explore.
type Typed struct {
	// Who is whose connection is meant: an id or a part of a name, perhaps nothing.
	Who   string
	Query Query
	// Faults are what could not be read; Query holds the rest.
	Faults []Fault
}

// longestSummary is in characters.
const longestSummary = 150

// Summary is the question in one line of at most 150 characters, with its values:
// "GET /employer/directory limit=5". It is for the one who asks.
func (q Query) Summary() string {
	return cut(strings.Join(strings.Fields(q.Text("")), " "), longestSummary)
}

// said are a parameter's values; what was left empty is not said.
func (q Query) said(name string) []string {
	return slices.DeleteFunc(slices.Clone(q.Values[name]), func(v string) bool { return strings.TrimSpace(v) == "" })
}

// params are the parameters that the question can have: the endpoint's, and its
// body where that is given whole.
func (q Query) params() []finch.Param {
	params := q.Endpoint.Params
	if _, listed := q.Endpoint.Param(finch.Root); listed || len(q.said(finch.Root)) == 0 {
		return params
	}
	if body, ok := takes(q.Endpoint, finch.Root); ok {
		params = append(slices.Clone(params), body)
	}
	return params
}

// takes finds a parameter by its exact name. Wherever there is a body, it can be
// given whole.
func takes(e finch.Endpoint, name string) (finch.Param, bool) {
	if p, ok := e.Param(name); ok {
		return p, true
	}
	if strings.EqualFold(name, finch.Root) && slices.ContainsFunc(e.Params, inBody) {
		return finch.Param{Name: finch.Root, In: finch.InRequest, Type: finch.TypeJSON, Personal: true}, true
	}
	return finch.Param{}, false
}

func inBody(p finch.Param) bool { return p.In == finch.InRequest || p.In == finch.InItems }

// cut shortens to a number of characters, with "…" at the end.
func cut(s string, limit int) string {
	r := []rune(s)
	if len(r) <= limit {
		return s
	}
	return string(r[:limit-1]) + "…"
}
