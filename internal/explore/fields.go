package explore

import "slices"

// maxFields is how many fields are told apart; further ones are counted
// together as one whose path is "…".
const maxFields = 500

const otherFields = "…"

// fields collects what fields an answer has.
type fields struct {
	list []Field
	// places is how many were made, root and lists' entries included.
	places int
	root   *field
	// other stands for all that are too many, and for all below it.
	other *field
}

// field is a place in an answer.
type field struct {
	path    string
	members map[string]*field
	entries *field
	// index is where it is in the list, -1 before it was noted.
	index int
}

func newFields() *fields {
	return &fields{root: &field{index: -1}, other: &field{path: otherFields, index: -1}}
}

// member is the field of an object; what cannot be named comes as the mask.
func (c *fields) member(of *field, name string) *field {
	if of == c.other {
		return c.other
	}
	if f := of.members[name]; f != nil {
		return f
	}
	path := name
	if of.path != "" {
		path = of.path + "." + name
	}
	f := c.add(path)
	if f != c.other {
		if of.members == nil {
			of.members = map[string]*field{}
		}
		of.members[name] = f
	}
	return f
}

// entry is what stands in a list.
func (c *fields) entry(of *field) *field {
	if of == c.other {
		return c.other
	}
	if of.entries == nil {
		of.entries = c.add(of.path + "[]")
	}
	return of.entries
}

// add makes a place. Names are Finch's, but their number is bounded as what
// comes from outside must be.
func (c *fields) add(path string) *field {
	if c.places >= maxFields {
		return c.other
	}
	c.places++
	return &field{path: path, index: -1}
}

// note counts one occurrence.
func (c *fields) note(f *field, kind string, masked, secret bool) {
	if f.index < 0 {
		f.index = len(c.list)
		c.list = append(c.list, Field{Path: f.path})
	}
	seen := &c.list[f.index]
	seen.Count++
	seen.Masked = seen.Masked || masked
	seen.Secret = seen.Secret || secret
	seen.Shown = seen.Shown || !masked && kind != "null" && kind != "object" && kind != "list"
	if !slices.Contains(seen.Types, kind) {
		seen.Types = append(seen.Types, kind)
	}
}
