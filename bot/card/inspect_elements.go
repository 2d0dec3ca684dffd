package card

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// holder is the kind of block that an element stands in.
type holder uint8

const (
	inSection holder = 1 << iota
	inActions
	inInput
	inContext
	inContextActions
	inCard
)

// place is where an element may stand.
type place struct {
	on surface
	in holder
}

// placeOf is Slack's table of elements (Block Kit reference, "works with").
var placeOf = map[string]place{
	"button":          {everywhere, inSection | inActions | inCard},
	"overflow":        {everywhere, inSection | inActions},
	"workflow_button": {onMessage, inSection | inActions},
	"image":           {everywhere, inSection | inContext},

	"checkboxes":     {everywhere, inSection | inActions | inInput},
	"radio_buttons":  {everywhere, inSection | inActions | inInput},
	"datepicker":     {everywhere, inSection | inActions | inInput},
	"timepicker":     {everywhere, inSection | inActions | inInput},
	"datetimepicker": {onMessage | inModal, inActions | inInput},

	"static_select":              {everywhere, inSection | inActions | inInput},
	"external_select":            {everywhere, inSection | inActions | inInput},
	"users_select":               {everywhere, inSection | inActions | inInput},
	"conversations_select":       {everywhere, inSection | inActions | inInput},
	"channels_select":            {everywhere, inSection | inActions | inInput},
	"multi_static_select":        {everywhere, inSection | inActions | inInput},
	"multi_external_select":      {everywhere, inSection | inActions | inInput},
	"multi_users_select":         {everywhere, inSection | inActions | inInput},
	"multi_conversations_select": {everywhere, inSection | inActions | inInput},
	"multi_channels_select":      {everywhere, inSection | inActions | inInput},

	"plain_text_input": {everywhere, inInput},
	"rich_text_input":  {inModal | onHome, inInput},
	"email_text_input": {inModal, inInput},
	"url_text_input":   {inModal, inInput},
	"number_input":     {inModal, inInput},
	"file_input":       {inModal, inInput},

	"feedback_buttons": {onMessage, inContextActions},
	"icon_button":      {onMessage, inContextActions},
}

func (n node) elements(key string, most int, in holder) {
	for _, e := range n.list(key, 1, most) {
		e.element(in)
	}
}

func (n node) element(in holder) {
	if !n.isObject() {
		n.fail("must be an element")
		return
	}
	kind := n.string("type")
	allowed, known := placeOf[kind]
	switch {
	case !known:
		n.child("type").fail("is %q, which is no element known here", kind)
		return
	case allowed.in&in == 0:
		n.fail("%s cannot stand here", kind)
	case allowed.on&n.in.surface == 0:
		n.fail("%s cannot stand in %s", kind, n.in.surface)
	}
	n.actionID()
	n.focus()
	n.optionalText("placeholder", maxPlaceholder, plainOnly)
	if n.has("confirm") {
		n.child("confirm").confirm()
	}
	n.elementOf(kind)
}

func (n node) actionID() {
	n.optional("action_id", maxID)
	id := n.string("action_id")
	if id == "" {
		return
	}
	if n.in.actionIDs[id] {
		n.child("action_id").fail("%q stands twice in one block", id)
	}
	if n.in.actionIDs == nil {
		n.in.actionIDs = map[string]bool{}
	}
	n.in.actionIDs[id] = true
}

func (n node) focus() {
	if !n.isTrue("focus_on_load") {
		return
	}
	if n.in.focused++; n.in.focused > 1 {
		n.child("focus_on_load").fail("stands on a second element, at most one")
	}
}

func (n node) confirm() {
	n.text("title", maxConfirmTitle, plainOnly)
	n.text("text", maxConfirmText, anyText)
	n.text("confirm", maxConfirmButton, plainOnly)
	n.text("deny", maxConfirmButton, plainOnly)
	n.oneOf("style", "primary", "danger")
}

// elementOf checks what is particular to a type. Those that are left out have
// nothing of the kind.
func (n node) elementOf(kind string) {
	switch kind {
	case "button", "workflow_button":
		n.button()
	case "image":
		n.image()
	case "overflow":
		n.options(optionRules{most: maxOverflow, links: true})
	case "checkboxes", "radio_buttons":
		n.options(optionRules{most: maxChecks, markup: true})
	case "static_select", "multi_static_select":
		n.choices()
	case "external_select", "multi_external_select":
		n.number("min_query_length", 0, maxText)
		n.initial(optionRules{}, nil)
	case "plain_text_input":
		n.textInput()
	case "number_input":
		n.numberInput()
	case "file_input":
		n.number("max_files", 1, maxInputFiles)
	case "datepicker":
		n.layoutOf("initial_date", time.DateOnly, "YYYY-MM-DD")
	case "timepicker":
		n.layoutOf("initial_time", "15:04", "HH:mm")
	case "datetimepicker":
		n.number("initial_date_time", 1_000_000_000, 9_999_999_999)
	case "icon_button":
		n.text("text", maxButtonText, plainOnly)
		n.optional("value", maxButtonValue)
		n.optional("accessibility_label", maxAccessibility)
	case "feedback_buttons":
		n.feedback()
	}
	if strings.HasPrefix(kind, "multi_") {
		n.selectedItems()
	}
}

func (n node) button() {
	n.text("text", maxButtonText, plainOnly)
	n.optional("value", maxButtonValue)
	n.optional("accessibility_label", maxAccessibility)
	n.oneOf("style", "primary", "danger")
	n.address("url")
	if n.string("type") == "workflow_button" && !n.child("workflow").child("trigger").has("url") {
		n.child("workflow").fail("needs a trigger with a url")
	}
}

func (n node) feedback() {
	for _, key := range []string{"positive_button", "negative_button"} {
		b := n.child(key)
		b.text("text", maxButtonText, plainOnly)
		b.required("value", maxButtonValue)
		b.optional("accessibility_label", maxAccessibility)
	}
}

func (n node) textInput() {
	n.number("min_length", 0, maxInputLength)
	n.number("max_length", 1, maxInputLength)
	most := maxInputLength
	if v, ok := n.child("max_length").value.(float64); ok {
		most = int(v)
	}
	n.optional("initial_value", most)
	if least, ok := n.child("min_length").value.(float64); ok && int(least) > most {
		n.child("min_length").fail("is above max_length")
	}
}

// numberInput checks a field for numbers. Slack wants them as strings, and what
// stands there at first within the bounds.
func (n node) numberInput() {
	if !n.has("is_decimal_allowed") {
		n.child("is_decimal_allowed").fail("is required")
	}
	least, most := n.figure("min_value"), n.figure("max_value")
	initial := n.figure("initial_value")
	if least > most { // NaN, for none, compares as false
		n.child("min_value").fail("is above max_value")
	}
	if initial < least || initial > most {
		n.child("initial_value").fail("is out of bounds")
	}
}

// figure is a member that may be absent or a number written as a string; NaN
// where there is none.
func (n node) figure(key string) float64 {
	if !n.has(key) {
		return math.NaN()
	}
	f, err := strconv.ParseFloat(n.string(key), 64)
	if err != nil {
		n.child(key).fail("is %v, must be a number in quotes", n.child(key).value)
		return math.NaN()
	}
	return f
}

// selectedItems checks how many choices may be taken, and that no more are taken
// at first.
func (n node) selectedItems() {
	n.number("max_selected_items", 1, maxSelectOptions)
	most, bounded := n.child("max_selected_items").value.(float64)
	taken, _ := n.child("initial_options").value.([]any)
	if bounded && len(taken) > int(most) {
		n.child("initial_options").fail("%d entries, at most %d as max_selected_items says", len(taken), int(most))
	}
}

func (n node) layoutOf(key, layout, shown string) {
	if !n.has(key) {
		return
	}
	if _, err := time.Parse(layout, n.string(key)); err != nil {
		n.child(key).fail("is %q, must be %s", n.string(key), shown)
	}
}
