package commands

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"

	"perch/bot"
	"perch/internal/finch"
)

func TestIDsAreSearchedFor(t *testing.T) {
	t.Parallel()
	d, q := bench(t)
	d.slash("/explore", "c-one GET /jobs/automated/{job_id}")
	v := d.sees("param:job_id")
	if found := d.suggest(v, "explore.pick", "param:job_id.0", "sync"); !strings.Contains(found, q.jobs[0].ID) {
		t.Errorf("offered %s", found)
	}
	d.slash("/explore", "POST /employer/individual")
	v = d.sees("param:individual_id")
	if found := d.suggest(v, "explore.pick", "param:individual_id.0", ""); !strings.Contains(found, "Choose a connection first") {
		t.Errorf("offered %s", found)
	}
	d.slash("/explore", "c-one POST /employer/individual")
	v = d.sees("param:individual_id")
	for typed, want := range map[string]string{
		"lind":       `"value":"` + sara + `"`,
		sara:         `"value":"` + sara + `"`,
		"abcdef-123": "This id, as it was typed.",
		"a b c":      `{"options":[]}`,
		"nobody":     `{"options":[]}`,
	} {
		if found := d.suggest(v, "explore.pick", "param:individual_id.0", typed); !strings.Contains(found, want) {
			t.Errorf("%q offers %s", typed, found)
		}
	}
	q.broken = finch.ErrUnknown
	if found := d.suggest(v, "explore.pick", "param:individual_id.0", "abcdef-123"); !strings.Contains(found, "abcdef-123") || !strings.Contains(found, noChoice) {
		t.Errorf("offered %s", found)
	}
	if a := d.submit(v, map[string][]string{"param:individual_id": {noChoice}}); !strings.Contains(a.raw, "individual_id is missing") {
		t.Errorf("answered %s", a.raw)
	}
}

// The asking goes on while somebody types, and the answer is there for a later letter.
func TestASlowListLoadsWhileSomebodyTypes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &questions{archive: &archive{}, people: `{"individuals":[{"id":"` + sara + `","last_name":"Lind"}]}`, slow: make(chan struct{})}
		x := Explore(q.sources())
		s := formStanding{Endpoint: "POST /employer/individual", ConnectionID: "c1"}
		raw, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		r := &bot.Request{Who: exploreAdmin, Value: "lind", Block: "param:individual_id.0", View: &bot.View{Private: string(raw)}}
		for range 3 {
			options, err := x.Options["pick"](t.Context(), r)
			if err != nil || len(options) != 1 || options[0].Value != noChoice || !strings.Contains(options[0].Text.Text, "Still loading") {
				t.Fatalf("offered %+v, %v", options, err)
			}
		}
		close(q.slow)
		options, err := x.Options["pick"](t.Context(), r)
		if err != nil || len(options) != 1 || options[0].Value != sara {
			t.Errorf("offered %+v, %v", options, err)
		}
	})
}
