package card

import (
	"encoding/json"
	"strings"
	"testing"
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
