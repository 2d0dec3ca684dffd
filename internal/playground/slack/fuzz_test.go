package slack

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// Whatever an app sends as blocks is refused or kept, and then drawn and acted
// on without a fault of ours.
func FuzzBlocks(f *testing.F) {
	for _, seed := range []string{
		`[{"type":"section","text":{"type":"mrkdwn","text":"x"},"accessory":{"type":"button","text":{"type":"plain_text","text":"x"}}}]`,
		`[{"type":"actions","elements":[{"type":"static_select","option_groups":[{"label":{"type":"plain_text","text":"l"},"options":[]}]}]}]`,
		`[{"type":"table","rows":[[{"type":"raw_text","text":"x"}],[null]]}]`, `[null,1,"x",{},[]]`, `{}`, `null`,
		`[{"type":"context","elements":[null]},{"type":"carousel","elements":[{"type":"card"}]},{"type":"container","child_blocks":[{"type":"input"}]}]`,
		`[{"type":"rich_text","elements":[{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"date","timestamp":1,"format":"{ago}"}]}]}]}]`,
	} {
		f.Add(seed)
	}
	r := newRules()
	f.Fuzz(func(t *testing.T, text string) {
		var blocks any
		if json.Unmarshal([]byte(text), &blocks) != nil {
			return
		}
		r.checkView(map[string]any{"type": "modal", "blocks": blocks})
		kept, _, err := r.message(blocks, nil)
		if err != nil {
			return
		}
		m := &Message{Blocks: kept}
		shown(m)
		for _, slot := range slots(kept) {
			if slot.blockID == "" || slot.actionID == "" {
				t.Fatalf("an element without an id in %s", text)
			}
		}
		stateOf(kept, nil, "C")
	})
}

func FuzzArguments(f *testing.F) {
	f.Add("application/json", `{"blocks":"[]","text":1}`)
	f.Add("application/x-www-form-urlencoded", "token=x&blocks=%5B&metadata=")
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nhi\r\n--x--")
	f.Fuzz(func(t *testing.T, kind, body string) {
		r, err := http.NewRequest(http.MethodPost, "http://local/api/chat.postMessage", strings.NewReader(body))
		if err != nil {
			return
		}
		r.Header.Set("Content-Type", kind)
		a := readArgs(r)
		if a.takeToken(); a.has("token") {
			t.Fatal("the token stayed among the arguments")
		}
	})
}
