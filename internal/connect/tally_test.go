package connect

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"
)

func TestCountSaysWhatASessionAdds(t *testing.T) {
	t.Parallel()
	made := Session{Created: day.Add(-time.Hour), ProviderID: "gusto"}
	date := day.Truncate(24 * time.Hour)
	tests := []struct {
		name  string
		s     Session
		lines []string
		want  Tally
	}{
		{"never opened", made, nil, Tally{Day: date, ProviderID: "gusto", Sessions: 1}},
		{"closed, nobody knows where", made, []string{"browser 0s opened", "browser 1m closed"}, Tally{Day: date, ProviderID: "gusto", Sessions: 1, Opened: 1, Dropped: 1}},
		{"stopped at a stage", made, []string{"host 0s +terms_of_service", "host 1m +provider_selection", "host 2m closed"}, Tally{
			Day: date, ProviderID: "gusto", Sessions: 1, Opened: 1, Staged: 1, Dropped: 1,
			Stages: []StageTally{{Stage: TermsOfService, Reached: 1, Passed: 1, Spent: time.Minute}, {Stage: ProviderSelection, Reached: 1, Dropped: 1}},
		}},
		{"still in it", made, []string{"host 50m +mfa"}, Tally{Day: date, ProviderID: "gusto", Sessions: 1, Opened: 1, Staged: 1, Stages: []StageTally{{Stage: MFA, Reached: 1}}}},
		{"back at an earlier stage, and stopped", made, []string{"host 0s +terms_of_service", "host 1m +mfa", "host 2m +terms_of_service"}, Tally{
			Day: date, ProviderID: "gusto", Sessions: 1, Opened: 1, Staged: 1, Dropped: 1,
			Stages: []StageTally{{Stage: TermsOfService, Reached: 1, Dropped: 1}, {Stage: MFA, Reached: 1}},
		}},
		{"through", made, []string{"host 0s +mfa", "host 1m succeeded"}, Tally{
			Day: date, ProviderID: "gusto", Sessions: 1, Opened: 1, Staged: 1, Connected: 1,
			Stages: []StageTally{{Stage: MFA, Reached: 1, Passed: 1, Spent: time.Minute}, {Stage: Success, Reached: 1, Passed: 1}},
		}},
		{"a token alone", made, []string{"perch 0s token_exchanged"}, Tally{Day: date, ProviderID: "gusto", Sessions: 1, Opened: 1, Connected: 1}},
		{"sandbox", Session{Created: day, Sandbox: true}, []string{"host 0s opened"}, Tally{}},
		{"reconnect", Session{Created: day, Reconnect: true}, []string{"host 0s opened"}, Tally{}},
		{"nobody knows when it was made", Session{}, nil, Tally{}},
		{"but when it was opened", Session{}, []string{"host 50m opened"}, Tally{Day: date, Sessions: 1, Opened: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := Count(Reading{Session: tt.s, Progress: Read(tt.s, script(t, tt.lines...), Limits{}, day.Add(time.Hour))})
			if !got.Equal(tt.want) || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("adds\n%+v\nwant\n%+v", got, tt.want)
			}
		})
	}
}

func TestTalliesComeBackFromJSON(t *testing.T) {
	t.Parallel()
	s := Session{Created: day}
	counted := Count(Reading{Session: s, Progress: Read(s, script(t, "host 0s +mfa", "host 1m succeeded"), Limits{}, day.Add(time.Hour))})
	for _, want := range []Tally{counted, {}} {
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got Tally
		if err := json.Unmarshal(text, &got); err != nil || !got.Equal(want) {
			t.Errorf("%s came back as %+v, %v", text, got, err)
		}
	}
	if (Tally{}).Equal(counted) {
		t.Error("nothing is equal to something")
	}
}

func TestTheFunnelCountsFewStrangers(t *testing.T) {
	t.Parallel()
	var p Progress
	for i := range 40 {
		p.Stages = append(p.Stages, StageProgress{Stage: Stage(rune('a' + i)), Visits: 1})
	}
	if got := len(Count(Reading{Session: Session{Created: day}, Progress: p}).Stages); got != strangers {
		t.Errorf("%d stages were counted", got)
	}
}
