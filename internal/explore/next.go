package explore

import (
	"maps"
	"strconv"

	"perch/internal/finch"
)

// NextAtFinch is the question for what comes after the answer, where Finch pages
// and there is more. In a batch each entry has pages of its own, so there is none.
func (q Query) NextAtFinch(m *Masked) (Query, bool) {
	from, ok := q.offsetAtFinch(m)
	if !ok || m.Items == 0 || from+m.Items >= m.Total {
		return q, false
	}
	return q.from(from + m.Items), true
}

// BackAtFinch is the question for what comes before the answer, with as many entries
// as are asked for at once, and how many of them come before.
func (q Query) BackAtFinch(m *Masked) (back Query, entries int, ok bool) {
	from, ok := q.offsetAtFinch(m)
	if !ok || from == 0 {
		return q, 0, false
	}
	entries = usualLimit
	if said := q.said("limit"); len(said) == 1 {
		entries, _ = strconv.Atoi(said[0]) // The answer is there, so it was a number.
	}
	entries = min(max(entries, 1), from)
	return q.from(from - entries), entries, true
}

// usualLimit is how many entries Finch answers with where no limit is said (Finch).
const usualLimit = 100

// offsetAtFinch is how many entries come before the answer; ok is false where Finch
// does not page.
func (q Query) offsetAtFinch(m *Masked) (from int, ok bool) {
	offset, there := q.Endpoint.Param("offset")
	if !q.Endpoint.Paged || !there || offset.In != finch.InQuery || m == nil {
		return 0, false
	}
	from = m.Offset
	if said := q.said(offset.Name); from < 0 && len(said) == 1 {
		from, _ = strconv.Atoi(said[0]) // The answer is there, so it was a number.
	}
	return max(from, 0), true
}

// from is the question from another entry on.
func (q Query) from(offset int) Query {
	values := maps.Clone(q.Values)
	if values == nil {
		values = map[string][]string{}
	}
	values["offset"] = []string{strconv.Itoa(offset)}
	q.Values = values
	return q
}
