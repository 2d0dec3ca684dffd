package explore

import (
	"strings"

	"perch/internal/finch"
)

// rule is what an endpoint's entry and a reveal say of one place in an answer,
// and of what is below it. Nobody speaks of a place whose rule is nil, so it is
// masked.
type rule struct {
	fields  map[string]*rule
	entries *rule
	// shown: a single value that stands here is shown.
	shown bool
	// revealed: whatever stands here is shown in clear.
	revealed bool
	// asObject and asList: the endpoint shows something below an object here, or
	// below a list. A revealed place that is walked anyway stays walked, so that
	// revealing "individuals" reveals nobody.
	asObject, asList bool
	// long: the list that the endpoint's items are in.
	long bool
	// batch: each entry of this list may be one answer of a batch.
	batch bool
	// paging: Finch tells here what it paged.
	paging bool
}

// sight is how much of an object or a list is seen.
type sight int

const (
	hidden sight = iota // masked whole
	walked              // as the rules below say
	clear               // all of it but secrets
)

// compile makes the allow-list of an endpoint a tree, with the paths to be
// revealed as further branches. The root is always walked: an answer is never
// one mask.
func compile(e finch.Endpoint, reveal []string) *rule {
	root := &rule{asObject: true, asList: true, batch: true}
	for _, path := range e.Shown {
		root.at(path, true).shown = true
	}
	for _, path := range reveal {
		root.at(path, false).revealed = true
	}
	root.revealed = false
	root.mark(e)
	return root
}

// mark points out the places that more is read off than what is shown.
func (r *rule) mark(e finch.Endpoint) {
	long := r
	if e.Items != "." && e.Items != "" {
		long = r.at(e.Items, true)
		long.asList = true
	}
	long.long = e.Items != ""
	r.at("paging", false).paging = true
	r.at("responses", false).batch = true
}

// at finds the place that a path names and makes what is missing on the way.
func (r *rule) at(path string, shown bool) *rule {
	for name := range strings.SplitSeq(path, ".") {
		plain := strings.TrimRight(name, "[]")
		if plain != "" {
			r = r.field(plain, shown)
		}
		for range strings.Count(name[len(plain):], "[]") {
			r = r.entry(shown)
		}
	}
	return r
}

func (r *rule) field(name string, shown bool) *rule {
	r.asObject = r.asObject || shown
	if r.fields == nil {
		r.fields = map[string]*rule{}
	}
	if r.fields[name] == nil {
		r.fields[name] = &rule{}
	}
	return r.fields[name]
}

func (r *rule) entry(shown bool) *rule {
	r.asList = r.asList || shown
	if r.entries == nil {
		r.entries = &rule{}
	}
	return r.entries
}

// object and list tell how much is seen of an object, or a list, at the place.
func (r *rule) object() sight {
	switch {
	case r == nil:
		return hidden
	case r.asObject:
		return walked
	case r.revealed:
		return clear
	case r.leadsToRevealed():
		return walked
	}
	return hidden
}

func (r *rule) list() sight {
	switch {
	case r == nil:
		return hidden
	case r.asList:
		return walked
	case r.revealed:
		return clear
	case r.entries.leads():
		return walked
	}
	return hidden
}

// leads tells whether something at or below a place is revealed. What is shown
// is asked for by asObject and asList.
func (r *rule) leads() bool {
	return r != nil && (r.revealed || r.entries.leads() || r.leadsToRevealed())
}

func (r *rule) leadsToRevealed() bool {
	for _, below := range r.fields {
		if below.leads() {
			return true
		}
	}
	return false
}

// value tells whether a single value is seen, and whether in clear.
func (r *rule) value() sight {
	switch {
	case r == nil:
		return hidden
	case r.revealed:
		return clear
	case r.shown:
		return walked
	}
	return hidden
}
