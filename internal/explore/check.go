package explore

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"perch/internal/finch"
)

// Check tells what keeps the question from being asked, in the order of the
// endpoint's parameters; nothing where it is complete. Whether a connection was
// chosen is not looked at.
func (q Query) Check() []Fault {
	if q.Endpoint.Path == "" {
		return []Fault{{Sentence: "Choose what to ask Finch."}}
	}
	var faults []Fault
	known := map[string]bool{}
	for _, p := range q.params() {
		known[p.Name] = true
		if sentence := q.wrong(p); sentence != "" {
			faults = append(faults, Fault{Param: p.Name, Sentence: sentence})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(q.Values)) {
		if !known[name] && len(q.said(name)) > 0 {
			faults = append(faults, Fault{Param: name, Sentence: unknownParam(q.Endpoint, name)})
		}
	}
	return faults
}

// wrong is a sentence about a parameter, empty where all is well.
func (q Query) wrong(p finch.Param) string {
	values := q.said(p.Name)
	switch {
	case p.FromSettings && len(values) > 0:
		return fromSettings(p)
	case p.FromSettings:
		return ""
	case len(values) == 0:
		return q.missing(p)
	case !p.List && len(values) > 1:
		return p.Name + " takes one value."
	}
	if sentence := wrongCount(p, len(values)); sentence != "" {
		return sentence
	}
	for _, v := range values {
		if sentence := wrongValue(p, v); sentence != "" {
			return sentence
		}
	}
	if p.Name == finch.Root {
		return q.wrongBody(values[0])
	}
	return q.wrongOrder(p, values[0])
}

// missing: a body that is given whole holds what its fields would say.
func (q Query) missing(p finch.Param) string {
	whole := inBody(p) && len(q.said(finch.Root)) > 0
	if !p.Required || whole {
		return ""
	}
	return p.Name + " is missing. It is " + kind(p) + "."
}

func wrongCount(p finch.Param, n int) string {
	switch {
	case !p.List:
		return ""
	case p.Max == 1 && n > 1:
		return p.Name + " takes one value."
	case p.Max > 0 && n > p.Max:
		return fmt.Sprintf("%s takes at most %d values, and these are %d.", p.Name, p.Max, n)
	case n < p.Min:
		return fmt.Sprintf("%s takes at least %d values.", p.Name, p.Min)
	}
	return ""
}

// wrongBody: a whole body stands for its fields, so none of them is said beside
// it, and what comes from the settings is not in it either.
func (q Query) wrongBody(body string) string {
	var beside []string
	for _, p := range q.Endpoint.Params {
		if inBody(p) && p.Name != finch.Root && len(q.said(p.Name)) > 0 {
			beside = append(beside, p.Name)
		}
	}
	if len(beside) > 0 {
		return "body is all that is sent, so leave out " + listed(beside, "and") + ", or body."
	}
	_, any := q.Endpoint.Param(finch.Root)
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(body), &fields) != nil {
		if any {
			return ""
		}
		return "body is an object {…} here, and no list."
	}
	for _, p := range q.Endpoint.Params {
		if sentence := wrongField(p, fields); sentence != "" {
			return sentence
		}
	}
	return ""
}

// wrongField looks for a parameter in a whole body.
func wrongField(p finch.Param, fields map[string]json.RawMessage) string {
	name, _, _ := strings.Cut(p.Name, ".")
	if p.In == finch.InItems {
		name = batch
	}
	_, there := fields[name]
	switch {
	case !inBody(p) || p.Name == finch.Root:
		return ""
	case p.FromSettings && there:
		return fromSettings(p)
	case p.Required && !p.FromSettings && !there:
		return "body has no " + name + ", and it must be there."
	}
	return ""
}

// wrongOrder: what ends does not end before it starts.
func (q Query) wrongOrder(p finch.Param, end string) string {
	name := strings.Replace(p.Name, "end_date", "start_date", 1)
	start := q.said(name)
	if p.Type != finch.TypeDate || name == p.Name || len(start) != 1 || !isDate(start[0]) || start[0] <= end {
		return ""
	}
	return p.Name + " is before " + name + "."
}
