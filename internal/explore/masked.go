package explore

import "unsafe"

// Masked is an answer as it may be seen.
type Masked struct {
	// JSON is the answer with every value masked that is not shown.
	JSON []byte
	// Items is how many entries the answer's long list has in JSON; 0 where it has
	// none.
	Items int
	// Total and Offset are Finch's paging at the top of the answer, -1 where it said
	// nothing there: pay statements are paged within each payment.
	Total, Offset int
	// Fields are the answer's fields, in order of first appearance. What is below a
	// masked object or list is no field. There are at most maxFields, and after them
	// perhaps one whose path is "…" for all others.
	Fields []Field
	// Failed are the entries of a batch that failed, or that Finch has not got yet
	// (202).
	Failed []Failure
	// Hidden is how many values are masked.
	Hidden int

	// list is where the long list is in JSON, from its "[" to behind its "]"; zero
	// where there is none. places are its entries, without the commas between them,
	// as many as Items: JSON[places[i].from:places[i].to] is the masked entry i, and
	// JSON[:list.from], JSON[list.to:] are what stands around the list.
	list   span
	places []span
}

// Size is how many bytes of memory it holds, nearly.
func (m *Masked) Size() int {
	size := cap(m.JSON) + cap(m.places)*int(unsafe.Sizeof(span{})) + int(unsafe.Sizeof(*m))
	for _, f := range m.Fields {
		size += int(unsafe.Sizeof(f)) + len(f.Path) + cap(f.Types)*int(unsafe.Sizeof(""))
	}
	for _, f := range m.Failed {
		size += int(unsafe.Sizeof(f)) + len(f.ID) + len(f.Name) + len(f.Code) + len(f.Message)
	}
	return size
}

// span is a stretch of JSON: from, inclusive, to, exclusive.
type span struct{ from, to int }

// Field is one field of an answer.
type Field struct {
	// Path is written as in "individuals[].manager.id".
	Path string
	// Types are what it held: "string", "number", "boolean", "object", "list",
	// "null"; several where it differed.
	Types []string
	// Count is how often it occurred.
	Count int
	// Masked: at least one value of it is masked.
	Masked bool
	// Shown: at least one value of it is seen, or a part of one; null aside, and
	// objects and lists, which show by their own fields.
	Shown bool
	// Secret: it looks like a token, so nobody can have it revealed.
	Secret bool
}

// Failure is one entry of a batch that failed.
type Failure struct {
	// ID is the entry's, as individual_id or payment_id has it.
	ID         string
	Status     int
	Name, Code string
	// Message is Finch's sentence, with all that looks personal masked.
	Message string
}
