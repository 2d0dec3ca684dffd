package card

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/slack-go/slack"
)

func TestFieldsOfSeveralValues(t *testing.T) {
	choices := []Choice{{Value: "a", Label: "First", Description: "the first"}, {Value: "b", Label: "Second"}, {Value: "c", Label: "Third"}}
	field := func(id string) Field { return Field{BlockID: id, ActionID: "in", Label: "Choose", Optional: true} }
	view := Modal{Title: "A form", Submit: "Send", Blocks: Blocks{
		MultiField(field("some"), choices, []string{"c", "a", "gone"}),
		MultiField(field("none"), choices, nil),
		ChecksField(field("ticks"), choices, []string{"b"}),
		ChecksField(field("blank"), choices, nil),
		UsersField(field("people"), []string{"U1", "U2"}),
		UsersField(field("nobody"), nil),
	}}.View()
	if err := ValidateView(view); err != nil {
		t.Error(err)
	}
	for i, want := range []string{
		`"initial_options":[{"text":{"type":"plain_text","text":"First","emoji":false},"value":"a","description":{"type":"plain_text","text":"the first","emoji":false}},{"text":{"type":"plain_text","text":"Third","emoji":false},"value":"c"}]`, "",
		`"initial_options":[{"text":{"type":"plain_text","text":"Second","emoji":false},"value":"b"}]`, "",
		`"initial_users":["U1","U2"]`, "",
	} {
		raw, err := json.Marshal(view.Blocks.BlockSet[i])
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(raw), want) || want == "" && strings.Contains(string(raw), "initial") {
			t.Errorf("field %d is %s, want %s in it", i, raw, want)
		}
	}
}

func TestFieldsOfOneValue(t *testing.T) {
	choices := []Choice{{Value: "a", Label: "First"}, {Value: "b", Label: "Second"}}
	groups := []Group{{"Jobs", choices}, {"Nothing", nil}, {"Payroll", []Choice{{Value: "c", Label: "Third"}}}}
	field := func(id string) Field { return Field{BlockID: id, ActionID: "in", Label: "Choose", Optional: true} }
	dispatching := field("tell")
	dispatching.Dispatch = true
	for want, block := range map[string]struct {
		field slack.Block
		lacks string
	}{
		`"initial_option":{"text":{"type":"plain_text","text":"Third","emoji":false},"value":"c"}`: {GroupedField(field("g"), groups, "c"), "Nothing"},
		`"option_groups":[`:                                      {GroupedField(field("g"), groups, "gone"), "initial"},
		`"dispatch_action":true`:                                 {GroupedField(dispatching, groups, ""), "initial"},
		`"initial_date":"2026-11-28"`:                            {DateField(field("d"), "2026-11-28"), "dispatch_action"},
		`"type":"datepicker"`:                                    {DateField(field("d"), "tomorrow"), "initial"},
		`"initial_value":"25","min_value":"1","max_value":"100"`: {NumberField(field("n"), "25", 1, 100), "dispatch_action"},
		`"is_decimal_allowed":false`:                             {NumberField(field("n"), "25", 0, 0), "_value\":\"0"},
		`"max_value":"100"`:                                      {NumberField(field("n"), "101", 1, 100), "initial"},
		`"min_value":"1"`:                                        {NumberField(field("n"), "0", 1, 100), "initial"},
		`"type":"number_input"`:                                  {NumberField(field("n"), "many", 1, 100), "initial"},
		`"max_selected_items":1`:                                 {ExternalMultiField(field("m"), 0, choices, 1), "Second"},
		`"min_query_length":0`:                                   {ExternalMultiField(field("m"), 0, nil, 500), "initial"},
		`"max_selected_items":100`:                               {ExternalMultiField(field("m"), 2, choices, 500), "static"},
	} {
		view := Modal{Title: "A form", Submit: "Send", Blocks: Blocks{block.field}}.View()
		if err := ValidateView(view); err != nil {
			t.Error(err)
		}
		raw, err := json.Marshal(block.field)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(raw), want) || strings.Contains(string(raw), block.lacks) {
			t.Errorf("a field is %s, want %s in it and no %s", raw, want, block.lacks)
		}
	}
}
