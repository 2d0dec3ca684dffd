package slack

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// rules are the shapes of Block Kit, by type.
type rules struct {
	blocks   map[string]blockRule
	elements map[string]shape
	rich     map[string]shape
	view     shape
}

// blockRule is a block's shape and the surfaces that show it.
type blockRule struct {
	where surface
	shape
}

// shape lists an object's fields beside "type", and what they must be to each
// other.
type shape struct {
	fields []field
	also   func(v *validation, at string, o object)
}

type field struct {
	name string
	must bool
	is   check
}

// check looks at one value; at is its JSON pointer.
type check func(v *validation, at string, x any)

// problem is one violation, in the words of response_metadata.messages and
// blocks.validate.
type problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Pointer string `json:"pointer"`
	Field   string `json:"field"`
	Limit   any    `json:"constraint,omitempty"`
}

// validation walks one message or view.
type validation struct {
	*rules
	surface  surface
	problems []problem
	blockIDs map[string]bool
	tables   int
	focused  int
	inputs   int
	text     int // characters of the blocks' texts
	markdown int
	cells    int
}

func (r *rules) validation(on surface) *validation {
	return &validation{rules: r, surface: on, blockIDs: map[string]bool{}}
}

func (v *validation) fail(at, code, format string, a ...any) {
	v.problems = append(v.problems, problem{
		Code: code, Message: fmt.Sprintf(format, a...), Pointer: at, Field: at[strings.LastIndex(at, "/")+1:],
	})
}

func (v *validation) limit(at, code string, limit int, format string) {
	v.fail(at, code, format, limit)
	v.problems[len(v.problems)-1].Limit = limit
}

// messages are the problems as response_metadata gives them.
func (v *validation) messages() []string {
	out := make([]string, 0, len(v.problems))
	for _, p := range v.problems {
		out = append(out, fmt.Sprintf("[ERROR] %s [json-pointer:%s]", p.Message, p.Pointer))
	}
	return out
}

// object checks a JSON object against its shape.
func (v *validation) object(at string, x any, sh shape) {
	o, ok := x.(object)
	if !ok {
		v.fail(at, "wrong_type", "must be an object")
		return
	}
	known := map[string]check{"type": nil}
	for _, f := range sh.fields {
		known[f.name] = f.is
		if value, present := o[f.name]; f.must && (!present || value == nil) {
			v.fail(at, "missing_field", "missing required field: %s", f.name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		is, ok := known[name]
		switch {
		case !ok:
			v.fail(at, "additional_property", "invalid additional property: %s", name)
		case is != nil && o[name] != nil:
			is(v, at+"/"+name, o[name])
		}
	}
	if sh.also != nil {
		sh.also(v, at, o)
	}
}

func need(name string, is check) field  { return field{name: name, must: true, is: is} }
func allow(name string, is check) field { return field{name: name, is: is} }

func str(least, most int) check {
	return func(v *validation, at string, x any) {
		text, ok := x.(string)
		if !ok {
			v.fail(at, "wrong_type", "must be a string")
			return
		}
		v.length(at, text, least, most)
	}
}

func (v *validation) length(at, text string, least, most int) {
	n := utf8.RuneCountInString(text)
	switch {
	case n < least:
		v.limit(at, "too_short", least-1, "must be more than %d characters")
	case most > 0 && n > most:
		v.limit(at, "too_long", most+1, "must be less than %d characters")
	}
}

func oneOf(values ...string) check {
	return func(v *validation, at string, x any) {
		if text, ok := x.(string); !ok || !slices.Contains(values, text) {
			v.fail(at, "invalid_value", "must be one of: %s", strings.Join(values, ", "))
		}
	}
}

func boolean(v *validation, at string, x any) {
	if _, ok := x.(bool); !ok {
		v.fail(at, "wrong_type", "must be a boolean")
	}
}

func number(least, most int) check {
	return func(v *validation, at string, x any) {
		n, ok := x.(float64)
		switch {
		case !ok || n != float64(int64(n)):
			v.fail(at, "wrong_type", "must be an integer")
		case n < float64(least) || most > 0 && n > float64(most):
			v.fail(at, "out_of_range", "must be between %d and %d", least, most)
		}
	}
}

func anyNumber(v *validation, at string, x any) {
	if _, ok := x.(float64); !ok {
		v.fail(at, "wrong_type", "must be a number")
	}
}

func anything(*validation, string, any) {}

func list(least, most int, each check) check {
	return func(v *validation, at string, x any) {
		items, ok := x.([]any)
		switch {
		case !ok:
			v.fail(at, "wrong_type", "must be an array")
			return
		case len(items) < least:
			v.limit(at, "too_few_items", least, "no fewer than %d items allowed")
		case most > 0 && len(items) > most:
			v.limit(at, "too_many_items", most, "no more than %d items allowed")
		}
		for i, item := range items {
			each(v, at+"/"+strconv.Itoa(i), item)
		}
	}
}

func of(sh shape) check {
	return func(v *validation, at string, x any) { v.object(at, x, sh) }
}

// webAddress is an absolute http(s) address.
func webAddress(v *validation, at string, x any) {
	text, _ := x.(string)
	v.length(at, text, 1, maxURL)
	if !strings.HasPrefix(text, "http://") && !strings.HasPrefix(text, "https://") {
		v.fail(at, "invalid_url", "invalid url")
	}
}

// text is a text object; plain alone, or also mrkdwn.
func text(most int, kinds ...string) check {
	return func(v *validation, at string, x any) {
		o, ok := x.(object)
		if !ok {
			v.fail(at, "wrong_type", "must be a text object")
			return
		}
		extra := allow("emoji", boolean)
		if o["type"] == "mrkdwn" {
			extra = allow("verbatim", boolean)
		}
		v.object(at, o, shape{fields: []field{need("text", str(1, most)), extra}})
		oneOf(kinds...)(v, at+"/type", o["type"])
		if s, ok := o["text"].(string); ok {
			v.text += utf8.RuneCountInString(s)
		}
	}
}

func plain(most int) check   { return text(most, "plain_text") }
func anyText(most int) check { return text(most, "plain_text", "mrkdwn") }

// blockList walks the top-level blocks of a surface.
func (v *validation) blockList(at string, x any, most int) {
	blocks, ok := x.([]any)
	if !ok {
		v.fail(at, "wrong_type", "must be an array")
		return
	}
	if len(blocks) > most {
		v.limit(at, "too_many_items", most, "no more than %d items allowed")
	}
	for i, b := range blocks {
		v.block(at+"/"+strconv.Itoa(i), b)
	}
}

func (v *validation) block(at string, x any) {
	o, _ := x.(object)
	typ, _ := o["type"].(string)
	rule, ok := v.blocks[typ]
	switch {
	case o == nil:
		v.fail(at, "wrong_type", "must be an object")
	case !ok || rule.where&v.surface == 0:
		v.fail(at+"/type", "unsupported_type", "unsupported type: %s", typ)
	default:
		rule.fields = append(slices.Clone(rule.fields), allow("block_id", str(0, maxID)))
		v.object(at, o, rule.shape)
		v.uniqueBlockID(at, o)
	}
}

func (v *validation) uniqueBlockID(at string, o object) {
	id, _ := o["block_id"].(string)
	if id != "" && v.blockIDs[id] {
		v.fail(at+"/block_id", "duplicate_block_id", "`block_id` already exists: %s", id)
	}
	v.blockIDs[id] = true
}

// element accepts the named element types.
func element(types ...string) check {
	return func(v *validation, at string, x any) {
		o, _ := x.(object)
		typ, _ := o["type"].(string)
		sh, ok := v.elements[typ]
		if !ok || !slices.Contains(types, typ) {
			v.fail(at+"/type", "unsupported_type", "unsupported type: %s", typ)
			return
		}
		v.object(at, o, sh)
		if o["focus_on_load"] == true {
			v.focused++
			if v.focused > 1 {
				v.fail(at+"/focus_on_load", "too_many_focused", "only one element can have focus_on_load")
			}
		}
	}
}

// uniqueActions: action ids must differ within a block.
func uniqueActions(v *validation, at string, o object) {
	elements, _ := o["elements"].([]any)
	seen := map[string]bool{}
	for i, x := range elements {
		el, _ := x.(object)
		id, _ := el["action_id"].(string)
		if id != "" && seen[id] {
			v.fail(at+"/elements/"+strconv.Itoa(i)+"/action_id", "duplicate_action_id", "`action_id` \"%s\" already exists for this block", id)
		}
		seen[id] = true
	}
}

// deepCopy makes a JSON value's own copy.
func deepCopy[T any](x T) T {
	raw, err := json.Marshal(x)
	if err != nil {
		return x
	}
	var out T
	if err := json.Unmarshal(raw, &out); err != nil {
		return x
	}
	return out
}
