package slack

import (
	"slices"
	"strings"
)

// stateField is the field that holds what a person chose in an element; empty
// for elements without state.
func stateField(element string) string {
	switch element {
	case "plain_text_input", "email_text_input", "url_text_input", "number_input":
		return "value"
	case "rich_text_input":
		return "rich_text_value"
	case "static_select", "external_select", "radio_buttons":
		return "selected_option"
	case "multi_static_select", "multi_external_select", "checkboxes":
		return "selected_options"
	case "users_select", "conversations_select", "channels_select":
		return "selected_" + strings.TrimSuffix(element, "s_select")
	case "multi_users_select", "multi_conversations_select", "multi_channels_select":
		return "selected_" + strings.TrimSuffix(strings.TrimPrefix(element, "multi_"), "_select")
	case "datepicker":
		return "selected_date"
	case "timepicker":
		return "selected_time"
	case "datetimepicker":
		return "selected_date_time"
	case "file_input":
		return "files"
	}
	return ""
}

func plural(field string) bool {
	return strings.HasSuffix(field, "s")
}

// initialField is where an element says what is chosen from the start.
func initialField(field string) string {
	if field == "value" || field == "rich_text_value" {
		return "initial_value"
	}
	return strings.Replace(field, "selected_", "initial_", 1)
}

// slot is one element that can be acted on, and where it stands.
type slot struct {
	block, element    object
	blockID, actionID string
}

func (t slot) typ() string {
	typ, _ := t.element["type"].(string)
	return typ
}

// slots are the interactive elements of blocks, in order.
func slots(blocks []any) []slot {
	var out []slot
	for _, x := range blocks {
		b, _ := x.(object)
		elements, _ := b["elements"].([]any)
		actions, _ := b["actions"].([]any)
		for _, y := range slices.Concat(elements, actions, []any{b["accessory"], b["element"]}, cellButtons(b)) {
			el, _ := y.(object)
			if id, _ := el["action_id"].(string); id != "" {
				blockID, _ := b["block_id"].(string)
				out = append(out, slot{block: b, element: el, blockID: blockID, actionID: id})
			}
		}
		children, _ := b["child_blocks"].([]any)
		out = append(out, slots(children)...)
		if b["type"] == "carousel" {
			out = append(out, slots(elements)...)
		}
	}
	return out
}

// cellButtons are the buttons in a data table.
func cellButtons(b object) []any {
	var out []any
	rows, _ := b["rows"].([]any)
	for _, x := range rows {
		row, _ := x.([]any)
		for _, y := range row {
			if cell, _ := y.(object); cell["type"] == "action" {
				out = append(out, cell["element"])
			}
		}
	}
	return out
}

// stateOf is the state of blocks as they open; what was chosen before stays
// where the same element still stands.
func stateOf(blocks []any, before choices, conversation string) choices {
	out := choices{}
	for _, t := range slots(blocks) {
		field := stateField(t.typ())
		if field == "" {
			continue
		}
		if old := before[t.blockID][t.actionID]; old != nil && old["type"] == t.typ() {
			out.set(t.blockID, t.actionID, old)
			continue
		}
		initial := t.element[initialField(field)]
		if initial == nil && plural(field) {
			initial = []any{}
		}
		if t.element["default_to_current_conversation"] == true && conversation != "" && initial == nil {
			initial = conversation
		}
		out.set(t.blockID, t.actionID, object{"type": t.typ(), field: initial})
	}
	return out
}

// chosenValue turns what the acting person gave into the element's value.
func (s *Server) chosenValue(t slot, given any) (object, error) {
	field := stateField(t.typ())
	if t.typ() == "overflow" {
		field = "selected_option"
	}
	value, err := s.valueFor(t, field, unwrap(field, given))
	if err != nil {
		return nil, err
	}
	return object{"type": t.typ(), field: value}, nil
}

// unwrap finds the value in an object that may hold it: under its own name, or
// as "value". Options and rich texts are objects themselves.
func unwrap(field string, given any) any {
	o, ok := given.(object)
	if !ok {
		return given
	}
	if value, present := o[field]; present {
		return value
	}
	if field == "selected_option" || field == "rich_text_value" && o["type"] == "rich_text" {
		return o
	}
	return o["value"]
}

func (s *Server) valueFor(t slot, field string, given any) (any, error) {
	switch field {
	case "selected_option":
		if given == nil {
			return nil, nil
		}
		return s.optionFor(t, given)
	case "selected_options":
		items, _ := given.([]any)
		out := []any{}
		for _, item := range items {
			o, err := s.optionFor(t, item)
			if err != nil {
				return nil, err
			}
			out = append(out, o)
		}
		return out, nil
	}
	return given, nil
}

// optionFor finds the option with a value among those the element offers, or
// offered at the last suggestion.
func (s *Server) optionFor(t slot, given any) (object, error) {
	want, ok := given.(string)
	if o, isObject := given.(object); isObject {
		want, ok = o["value"].(string)
	}
	if !ok {
		return nil, &Impossible{Code: "no_such_option"}
	}
	offered := optionsOf(t.element)
	if strings.Contains(t.typ(), "external") {
		offered = append(offered, s.ws.suggested[t.actionID]...)
	}
	for _, o := range offered {
		if o["value"] == want {
			return o, nil
		}
	}
	return nil, &Impossible{Code: "no_such_option"}
}

// optionsOf lists options, in groups or not.
func optionsOf(o object) []object {
	var out []object
	lists := []any{o["options"], o["initial_options"], []any{o["initial_option"]}}
	groups, _ := o["option_groups"].([]any)
	for _, g := range groups {
		group, _ := g.(object)
		lists = append(lists, group["options"])
	}
	for _, l := range lists {
		items, _ := l.([]any)
		for _, item := range items {
			if option, ok := item.(object); ok {
				out = append(out, option)
			}
		}
	}
	return out
}
