package card

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/slack-go/slack"
)

func TestBarsFitSlack(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("very long name ", 10)
	var names []string
	for range 30 {
		names = append(names, long)
	}
	many := []Series{{Name: long, Values: []float64{1, 2}}, {Name: long}, {Name: "<!channel>"}, {}, {}, {}, {}, {}}
	for name, block := range map[string]slack.Block{
		"usual":   Bars("Employers by stage", []string{"Terms", "Sign-in"}, Series{"Came", []float64{3, 2}}, Series{"Stopped", []float64{1, 0}}),
		"longest": Bars(long, names, many...),
		"nothing": Bars("", nil),
	} {
		if err := (Message{Text: "x", Blocks: Blocks{block}}).Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if chart, ok := block.(*slack.DataVisualizationBlock); ok {
			if err := chart.Validate(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	raw, _ := json.Marshal(Bars("T", []string{"a", "a"}, Series{"s", []float64{1}}, Series{"s", nil}))
	want := `{"type":"data_visualization","title":"T","chart":{"type":"bar","series":[` +
		`{"name":"s","data":[{"label":"a","value":1},{"label":"a 2","value":0}]},{"name":"s 2","data":[{"label":"a","value":0},{"label":"a 2","value":0}]}],` +
		`"axis_config":{"categories":["a","a 2"]}}}`
	if string(raw) != want {
		t.Errorf("got %s\nwant %s", raw, want)
	}
}
