package connect

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestRemarksSayWhatStandsOut(t *testing.T) {
	t.Parallel()
	usual := Baseline{Sessions: 20, Stages: map[Stage]StageBaseline{MFA: {Sessions: 20, Median: time.Minute, Ninth: 170 * time.Second}}}
	thin := Baseline{Sessions: 20, Stages: map[Stage]StageBaseline{MFA: {Sessions: 19, Ninth: time.Minute}}}
	few := Baseline{Sessions: 19, Stages: map[Stage]StageBaseline{MFA: {Sessions: 30, Ninth: time.Minute}}}
	verifying := Progress{Outcome: InProgress, Stages: []StageProgress{{Stage: MFA, Visits: 1, Spent: 38 * time.Minute, Here: true}}}
	tests := []struct {
		name string
		p    Progress
		b    Baseline
		want []string
	}{
		{"nothing", Progress{Outcome: Unopened}, usual, nil},
		{"left again and again", Progress{Outcome: DroppedOff, Stages: []StageProgress{{Stage: TermsOfService, Visits: 6, Exits: 6, Here: true}}}, usual, []string{"Left the Terms of Service 6 times without going on. They may have a question about the terms."}},
		{"left once", Progress{Outcome: DroppedOff, Stages: []StageProgress{{Stage: TermsOfService, Visits: 1, Exits: 1}}}, usual, nil},
		{"gone on at last", Progress{Outcome: Connected, Stages: []StageProgress{{Stage: TermsOfService, Visits: 7, Exits: 6, Done: true}}}, usual, []string{"Left the Terms of Service 6 times before going on."}},
		{"a stage that nobody knows", Progress{Outcome: InProgress, Stages: []StageProgress{{Stage: "Sur\u202evey\n*x*", Visits: 3, Exits: 3}}}, usual, []string{"Left “Sur vey *x*” 3 times without going on."}},
		{"the same error", Progress{Outcome: InProgress, Errors: []ErrorSeen{{Message: "Wrong\n password", Count: 4}, {Message: "Once", Count: 1}}}, usual, []string{"The same error 4 times: “Wrong password”"}},
		{"a long error", Progress{Outcome: InProgress, Errors: []ErrorSeen{{Message: strings.Repeat("é", 200), Count: 2}, {Message: "Once", Count: 1}}}, usual, []string{"The same error 2 times: “" + strings.Repeat("é", 119) + "…”"}},
		{"the last thing they saw", Progress{Outcome: DroppedOff, Last: day.Add(time.Minute), Errors: []ErrorSeen{{Message: "Wrong", Count: 1, Last: day}}}, usual, []string{"The last thing they saw was an error."}},
		{"the only error", Progress{Outcome: InProgress, Errors: []ErrorSeen{{Message: "Wrong", Count: 4, First: day, Last: day.Add(12 * time.Minute)}}}, usual, []string{"The same error 4 times within 12 min."}},
		{"an error of nothing", Progress{Outcome: DroppedOff, Errors: []ErrorSeen{{Message: " \n", Count: 3}}}, usual, nil},
		{"slow", verifying, usual, []string{"38 min in Verification; nine in ten employers take under 3 min."}},
		{"too few went through the stage", verifying, thin, nil},
		{"too few sessions", verifying, few, nil},
		{"not known at all", verifying, Baseline{}, nil},
		{"a claim", Progress{Outcome: Connected, Provisional: true}, usual, nil},
		{"could not open", Progress{Outcome: Broken, Errors: []ErrorSeen{{Message: "Session expired", Count: 2}}}, usual, []string{"The same error 2 times."}},
		{"opened often", Progress{Outcome: DroppedOff, Visits: 3}, usual, []string{"Opened Finch Connect 3 times without getting through."}},
		{"closed at once", Progress{Outcome: DroppedOff, Visits: 1, ClosedAt: day, Spent: 8 * time.Second}, usual, []string{"Closed it again after 8 s."}},
		{"invited by nobody", Progress{Outcome: Connected, Status: "error_no_account_setup", Assisted: make([]StageProgress, 3)}, usual, []string{"No account is set up for Finch at the provider yet: the employer has to invite it."}},
		{"to be invited", Progress{Outcome: Connected, Status: "pending", Assisted: make([]StageProgress, 3)}, usual, nil},
		{"an assisted set-up waits", Progress{Outcome: Connected, Status: "error_permissions", Assisted: make([]StageProgress, 3)}, usual, []string{"Finch was invited with too few rights: the employer has to widen them."}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := Remarks(tt.p, tt.b); !slices.Equal(got, tt.want) {
				t.Errorf("remarks\n%q\nwant\n%q", got, tt.want)
			}
		})
	}
}

func TestRemarksAreFewAndTheWeightiestFirst(t *testing.T) {
	t.Parallel()
	p := Progress{Outcome: DroppedOff}
	for _, s := range Stages() {
		p.Stages = append(p.Stages, StageProgress{Stage: s, Visits: 2, Exits: 2})
	}
	p.Errors = []ErrorSeen{{Message: "Wrong", Count: 9}}
	got := Remarks(p, Baseline{})
	if len(got) != 5 || got[0] != "The same error 9 times." {
		t.Errorf("remarks %q", got)
	}
}

func TestSpansAreRoundedAsTheyAreMeant(t *testing.T) {
	t.Parallel()
	tests := []struct {
		d        time.Duration
		near, up string
	}{
		{0, "0 s", "0 s"},
		{1400 * time.Millisecond, "1 s", "2 s"},
		{100 * time.Second, "2 min", "2 min"},
		{130 * time.Second, "2 min", "3 min"},
		{150 * time.Minute, "3 h", "3 h"},
		{50 * time.Hour, "2 days", "3 days"},
	}
	for _, tt := range tests {
		if near, up := span(tt.d), spanUp(tt.d); near != tt.near || up != tt.up {
			t.Errorf("%s is %q and under %q, want %q and %q", tt.d, near, up, tt.near, tt.up)
		}
	}
}
