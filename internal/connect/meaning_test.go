package connect

import (
	"strings"
	"testing"
	"time"
)

func TestMeaningKnowsCommonErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ message, errorType, what string }{
		{"The username or password you entered is incorrect.", "employer_connection_error", "The sign-in was wrong"},
		{"Invalid credentials", "", "The sign-in was wrong"},
		{"That verification code is incorrect", "", "The second step"},
		{"MFA failed", "", "The second step"},
		{"The code you entered has expired.", "", "The second step"},
		{"Your account has been locked", "", "The provider locked"},
		{"The account was blocked", "", ""},
		{"You don’t have access to this company", "", "They signed in with a user"},
		{"Insufficient permissions", "", "They signed in with a user"},
		{"Your password has expired", "", "The provider wants a new password"},
		{"Please disable your popup blocker", "", "The browser blocked"},
		{"Your session has expired", "", "The session was too old"},
		{"ADP is temporarily unavailable", "", "The provider did not answer"},
		{"SSO users cannot sign in", "", "They sign in through"},
		{"A lesson for life", "", ""},
		{"No payroll here", "", ""},
		{"", "", ""},
		{"Password", "validation_error", "Finch Connect could not open"},
	}
	for _, tt := range tests {
		t.Run(tt.message, func(t *testing.T) {
			t.Parallel()
			what, tell := Meaning(tt.message, tt.errorType)
			if !strings.HasPrefix(what, tt.what) || (what == "") != (tt.what == "") || (tell == "") != (what == "") {
				t.Errorf("it means %q, tell %q", what, tell)
			}
		})
	}
}

func TestNudgesFitHowItStands(t *testing.T) {
	t.Parallel()
	wrong := []ErrorSeen{{Message: "Wrong password <!channel>", Last: day}}
	tests := []struct {
		name string
		p    Progress
		want string
	}{
		{"never opened", Progress{Outcome: Unopened}, "We sent you a link"},
		{"at the terms", Progress{Outcome: DroppedOff, Stage: TermsOfService}, "stopped at the terms of service"},
		{"nobody knows where", Progress{Outcome: DroppedOff}, "not quite through yet"},
		{"at a stage that nobody knows", Progress{Outcome: DroppedOff, Stage: "{{name}}"}, "not quite through yet"},
		{"after an error", Progress{Outcome: DroppedOff, Stage: Authentication, Last: day, Errors: wrong}, "Please check your sign-in"},
		{"after a new link is due", Progress{Outcome: Lapsed}, "no longer good"},
		{"could not open", Progress{Outcome: Broken, Errors: wrong}, "could not open"},
		{"through", Progress{Outcome: Connected}, "nothing more"},
		{"through, but for the rights", Progress{Outcome: Connected, Status: "error_permissions", Assisted: make([]StageProgress, 3)}, "Please widen them"},
		{"through, and set up", Progress{Outcome: Connected, Status: "connected", Assisted: make([]StageProgress, 3)}, "nothing more"},
		{"through, but for the invitation", Progress{Outcome: Connected, Status: "pending", Assisted: make([]StageProgress, 3)}, "invite Finch"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := NudgeText(Reading{Progress: tt.p})
			if !strings.Contains(got, tt.want) || strings.ContainsAny(got, "{}[]<>%") || strings.Contains(got, "  ") || len(got) > 800 {
				t.Errorf("nudge %q", got)
			}
		})
	}
}

func TestTheNudgeKnowsWhatTheLinkIsFor(t *testing.T) {
	t.Parallel()
	got := NudgeText(Reading{Session: Session{Reconnect: true}, Progress: Progress{Outcome: Unopened}})
	if !strings.Contains(got, "to sign in again") || strings.Contains(got, "connecting your payroll") {
		t.Errorf("nudge %q", got)
	}
}

func TestAnOldErrorIsNotBroughtUp(t *testing.T) {
	t.Parallel()
	p := Progress{Outcome: DroppedOff, Last: day.Add(time.Hour), Errors: []ErrorSeen{{Message: "Wrong password", Last: day}}}
	if got := NudgeText(Reading{Progress: p}); strings.Contains(got, "sign-in") {
		t.Errorf("nudge %q", got)
	}
}
