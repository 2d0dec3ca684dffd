package alert_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"perch/internal/alert"
	"perch/internal/connect"
)

// opened is a session whose link was made at a moment, opened two minutes later
// and left at a stage; what else happened in it changes that.
func opened(made string, stage connect.Stage, last string, change ...func(*connect.Reading)) connect.Reading {
	r := unopened(made)
	r.Progress = connect.Progress{
		Outcome: connect.InProgress, Stage: stage, Opened: on(made).Add(2 * time.Minute), Last: on(last), DropsOff: on(last).Add(30 * time.Minute), Visits: 1,
	}
	if stage != "" {
		r.Progress.Stages = []connect.StageProgress{{Stage: stage, First: on(made).Add(2 * time.Minute), Last: on(last), Visits: 6, Spent: 14 * time.Minute, Here: true}}
	}
	for _, c := range change {
		c(&r)
	}
	return r
}

// unopened is a link that was made at a moment and is good for 90 days.
func unopened(made string, change ...func(*connect.Reading)) connect.Reading {
	r := connect.Reading{
		Session: connect.Session{
			ID: "sess " + made, CustomerID: "cust_1", CustomerName: "Blue Fern", ProviderID: "gusto", ProviderName: "Gusto",
			Created: on(made), Expires: on(made).Add(connect.LinkLife),
		},
		Progress: connect.Progress{Outcome: connect.Unopened},
	}
	for _, c := range change {
		c(&r)
	}
	return r
}

func stopped(r *connect.Reading) { r.Progress.Outcome = connect.DroppedOff }

func closed(at string) func(*connect.Reading) {
	return func(r *connect.Reading) {
		r.Progress.Outcome, r.Progress.Last, r.Progress.ClosedAt = connect.DroppedOff, on(at), on(at)
		r.Progress.DropsOff = on(at).Add(30 * time.Minute)
	}
}

func through(at string) func(*connect.Reading) {
	return func(r *connect.Reading) { r.Progress.Outcome, r.Progress.Over = connect.Connected, on(at) }
}

func byBrowser(r *connect.Reading) { r.Progress.Provisional = true }

func lapsed(at string) func(*connect.Reading) {
	return func(r *connect.Reading) {
		r.Progress.Outcome, r.Progress.Over, r.Session.Expires = connect.Lapsed, on(at), on(at)
	}
}

func takenBack(at string) func(*connect.Reading) {
	return func(r *connect.Reading) {
		lapsed(at)(r)
		r.Session.Revoked, r.Session.Expires = on(at), on("Mon+9 00:00")
	}
}

func toReconnect(r *connect.Reading) { r.Session.Reconnect, r.Session.ConnectionID = true, "c1" }

// saw adds errors of one text, the last at a moment, the first an hour before.
func saw(n int, message string, stage connect.Stage, last string) func(*connect.Reading) {
	return func(r *connect.Reading) {
		e := connect.ErrorSeen{Message: message, Stage: stage, Count: n, First: on(last).Add(-time.Hour), Last: on(last)}
		r.Progress.Errors = append([]connect.ErrorSeen{e}, r.Progress.Errors...)
		r.Progress.ErrorCount += n
	}
}

// wentTo has them come to a further stage at a moment.
func wentTo(stage connect.Stage, at string) func(*connect.Reading) {
	return func(r *connect.Reading) {
		r.Progress.Stages = append(r.Progress.Stages, connect.StageProgress{Stage: stage, First: on(at), Last: on(at), Visits: 1, Here: true})
		r.Progress.Stage, r.Progress.Last = stage, on(at)
	}
}

var saidBy = map[alert.Word]string{alert.Right: "right", alert.Moot: "moot", alert.Settled: "settled", alert.Unsure: "unsure"}

// verdicts are what was found: "dropped_off/mfa since Mon 10:02", "link_unused right Mon 10:02".
func verdicts(found []alert.Finding) string {
	var said []string
	for _, f := range found {
		switch {
		case f.Word == alert.Wrong:
			said = append(said, f.Class+" since "+f.Opened.Format("Mon 15:04"))
		case !f.Over.IsZero():
			said = append(said, string(f.Key.Kind)+" "+saidBy[f.Word]+" "+f.Over.Format("Mon 15:04"))
		}
	}
	return strings.Join(said, ", ")
}

func TestAssessSessions(t *testing.T) {
	t.Parallel()
	const tos, signIn, mfa = connect.TermsOfService, connect.Authentication, connect.MFA
	type readings = []connect.Reading
	tests := []struct {
		name     string
		now      string
		linked   string
		sessions readings
		want     string
		next     string
	}{
		{"nothing", "Mon 12:00", "", nil, "", ""},
		{"a link just made", "Mon 12:00", "", readings{unopened("Mon 10:00")}, "link_unused moot Mon 10:00, link_expired right Mon 10:00", "Thu 10:00"},
		{"on their way", "Mon 10:20", "", readings{opened("Mon 10:00", tos, "Mon 10:10")}, "dropped_off right Mon 10:10, link_unused right Mon 10:10, link_expired right Mon 10:00", "Mon 10:40"},

		{"stopped at a stage", "Mon 10:40", "", readings{opened("Mon 10:00", tos, "Mon 10:10", stopped)}, "dropped_off/terms_of_service since Mon 10:10, link_unused right Mon 10:10, link_expired right Mon 10:00", "Mon+2 10:40"},
		{"stopped, and read before it was time", "Mon 10:40", "", readings{opened("Mon 10:00", tos, "Mon 10:10")}, "dropped_off/terms_of_service since Mon 10:10, link_unused right Mon 10:10, link_expired right Mon 10:00", "Mon+2 10:40"},
		{"closed, stage unknown", "Mon 11:00", "", readings{opened("Mon 10:00", "", "Mon 10:06", closed("Mon 10:06"))}, "dropped_off since Mon 10:06, link_unused right Mon 10:06, link_expired right Mon 10:00", "Mon+2 10:36"},
		{"it could not open", "Mon 11:00", "", readings{opened("Mon 10:00", "", "Mon 10:06", func(r *connect.Reading) { r.Progress.Outcome, r.Progress.DropsOff = connect.Broken, time.Time{} })}, "dropped_off since Mon 10:06, link_unused right Mon 10:06, link_expired right Mon 10:00", "Mon+2 10:36"},
		{"stopped while signing in again", "Mon 11:00", "Mon 09:00", readings{opened("Mon 10:00", mfa, "Mon 10:06", stopped, toReconnect)}, "dropped_off/mfa since Mon 10:06, link_unused right Mon 10:06, link_expired right Mon 10:00", "Mon+2 10:36"},
		{"stopped while signing in again, and Perch was told of the connection later", "Mon 11:00", "Mon 10:30", readings{opened("Mon 10:00", mfa, "Mon 10:06", stopped, toReconnect)}, "dropped_off/mfa since Mon 10:06, link_unused right Mon 10:06, link_expired right Mon 10:00", "Mon+2 10:36"},
		{"stopped while signing in again, and connected anew", "Mon 11:00", "Mon 10:30", readings{opened("Mon 10:00", mfa, "Mon 10:06", stopped, toReconnect, func(r *connect.Reading) { r.Session.ConnectionID = "c0" })}, "dropped_off settled Mon 10:30, link_unused settled Mon 10:30, link_expired settled Mon 10:30", ""},
		{"stopped, and the link ends soon", "Mon 11:00", "", readings{opened("Mon 10:00", tos, "Mon 10:06", stopped, func(r *connect.Reading) { r.Session.Expires = on("Mon 20:00") })}, "dropped_off/terms_of_service since Mon 10:06, link_unused right Mon 10:06, link_expired right Mon 10:00", "Mon 20:00"},
		{"stopped two weeks ago", "Mon+2 10:40", "", readings{opened("Mon 10:00", tos, "Mon 10:10", stopped)}, "dropped_off moot Mon 10:40, link_unused right Mon 10:10, link_expired right Mon 10:00", "Sun+9 10:00"},

		{"connected", "Mon 11:00", "", readings{opened("Mon 10:00", tos, "Mon 10:10", through("Mon 10:50"))}, "dropped_off settled Mon 10:50, link_unused settled Mon 10:50, link_expired settled Mon 10:50", ""},
		{"stopped, and a connection came by another way", "Mon 11:00", "Mon 10:30", readings{opened("Mon 10:00", tos, "Mon 10:10", stopped)}, "dropped_off settled Mon 10:30, link_unused settled Mon 10:30, link_expired settled Mon 10:30", ""},
		{"stopped on the way to another connection", "Mon 11:00", "Mon 09:00", readings{opened("Mon 10:00", tos, "Mon 10:10", stopped)}, "dropped_off/terms_of_service since Mon 10:10, link_unused settled Mon 09:00, link_expired settled Mon 09:00", "Mon+2 10:40"},
		{"connected by the other of two links", "Tue 11:00", "", readings{opened("Mon 10:00", tos, "Mon 10:10", stopped), opened("Mon 12:00", mfa, "Mon 12:10", through("Mon 12:20"))}, "dropped_off settled Mon 12:20, link_unused settled Mon 12:20, link_expired settled Mon 12:20", ""},
		{"connected, then stopped with a second link", "Tue 11:00", "", readings{opened("Mon 10:00", tos, "Mon 10:10", through("Mon 10:20")), opened("Tue 10:00", tos, "Tue 10:10", stopped)}, "dropped_off/terms_of_service since Tue 10:10, link_unused right Tue 10:10, link_expired right Tue 10:00", "Tue+2 10:40"},

		{"renewed, and not opened", "Tue 11:00", "", readings{opened("Mon 10:00", tos, "Mon 10:10", takenBack("Tue 10:00")), unopened("Tue 10:00")}, "dropped_off/terms_of_service since Mon 10:10, link_unused moot Tue 10:00, link_expired right Tue 10:00", "Fri 10:00"},
		{"renewed, and on their way", "Tue 11:00", "", readings{unopened("Mon 10:00", takenBack("Tue 10:00")), opened("Tue 10:00", tos, "Tue 10:50")}, "dropped_off right Tue 10:50, link_unused right Tue 10:50, link_expired right Tue 10:00", "Tue 11:20"},
		{"an older link that is used after all", "Fri 11:00", "", readings{opened("Mon 10:00", tos, "Fri 10:50"), unopened("Tue 10:00")}, "dropped_off right Fri 10:50, link_unused right Fri 10:50, link_expired right Tue 10:00", "Fri 11:20"},

		{"never opened", "Thu 10:00", "", readings{unopened("Mon 10:00")}, "link_unused since Mon 10:00, link_expired right Mon 10:00", "Sun+9 10:00"},
		{"a link for signing in again never opened", "Thu 10:00", "Mon 09:00", readings{unopened("Mon 10:00", toReconnect)}, "link_unused since Mon 10:00, link_expired right Mon 10:00", "Sun+9 10:00"},
		{"never opened, and not needed", "Thu 10:00", "Mon 09:00", readings{unopened("Mon 10:00")}, "link_unused settled Mon 09:00, link_expired settled Mon 09:00", ""},
		{"never opened, and another followed", "Thu 10:00", "", readings{unopened("Mon 10:00"), unopened("Wed 10:00")}, "link_unused moot Wed 10:00, link_expired right Wed 10:00", "Sat 10:00"},

		{"ran out unopened", "Thu 12:00", "", readings{unopened("Mon 10:00", lapsed("Thu 11:00"))}, "link_unused moot Thu 11:00, link_expired since Thu 11:00", "Thu+2 11:00"},
		{"ran out after they stopped", "Thu 12:00", "", readings{opened("Mon 10:00", tos, "Mon 10:10", lapsed("Thu 11:00"))}, "dropped_off moot Thu 11:00, link_unused moot Thu 11:00, link_expired since Thu 11:00", "Thu+2 11:00"},
		{"ran out two weeks ago", "Thu+2 11:00", "", readings{unopened("Mon 10:00", lapsed("Thu 11:00"))}, "link_unused moot Thu 11:00, link_expired moot Thu 11:00", ""},
		{"ran out, and another followed", "Thu 12:00", "", readings{unopened("Mon 10:00", lapsed("Thu 11:00")), unopened("Thu 11:30")}, "link_unused moot Thu 11:30, link_expired right Thu 11:30", "Sun 11:30"},
		{"ran out while they use an older one", "Thu 12:00", "", readings{opened("Mon 10:00", tos, "Thu 11:50"), unopened("Tue 10:00", lapsed("Thu 11:00"))}, "dropped_off right Thu 11:50, link_unused moot Thu 11:00, link_expired right Thu 11:50", "Thu 12:20"},
		{"taken back", "Thu 12:00", "", readings{opened("Mon 10:00", tos, "Mon 10:10", takenBack("Thu 11:00"))}, "dropped_off moot Thu 11:00, link_unused moot Thu 11:00, link_expired moot Thu 11:00", ""},

		{"two errors", "Mon 10:20", "", readings{opened("Mon 10:00", signIn, "Mon 10:10", saw(2, "wrong", signIn, "Mon 10:10"))}, "dropped_off right Mon 10:10, link_unused right Mon 10:10, link_expired right Mon 10:00", "Mon 10:40"},
		{"three errors", "Mon 10:20", "", readings{opened("Mon 10:00", signIn, "Mon 10:10", saw(2, "wrong", signIn, "Mon 10:08"), saw(1, "locked", signIn, "Mon 10:10"))}, "dropped_off right Mon 10:10, auth_errors/authentication since Mon 09:08, link_unused right Mon 10:10, link_expired right Mon 10:00", "Mon 10:40"},
		{"three errors, stage unknown", "Mon 10:20", "", readings{opened("Mon 10:00", "", "Mon 10:10", saw(3, "wrong", "", "Mon 10:10"))}, "dropped_off right Mon 10:10, auth_errors since Mon 09:10, link_unused right Mon 10:10, link_expired right Mon 10:00", "Mon 10:40"},
		{"three errors and stopped", "Mon 12:00", "", readings{opened("Mon 10:00", signIn, "Mon 10:10", stopped, saw(3, "wrong", signIn, "Mon 10:10"))}, "dropped_off/authentication since Mon 10:10, auth_errors/authentication since Mon 09:10, link_unused right Mon 10:10, link_expired right Mon 10:00", "Mon+2 10:10"},
		{"three errors and past them", "Mon 10:20", "", readings{opened("Mon 10:00", signIn, "Mon 10:10", saw(3, "wrong", signIn, "Mon 10:10"), wentTo(mfa, "Mon 10:12"))}, "dropped_off right Mon 10:12, auth_errors right Mon 10:12, link_unused right Mon 10:12, link_expired right Mon 10:00", "Mon 10:40"},
		{"three errors, tried again elsewhere", "Mon 11:20", "", readings{opened("Mon 10:00", signIn, "Mon 10:10", stopped, saw(3, "wrong", signIn, "Mon 10:10")), opened("Mon 11:00", tos, "Mon 11:10")}, "dropped_off right Mon 11:10, auth_errors/authentication since Mon 09:10, link_unused right Mon 11:10, link_expired right Mon 11:00", "Mon 11:40"},
		{"three errors, past them elsewhere", "Mon 11:20", "", readings{opened("Mon 10:00", signIn, "Mon 10:10", stopped, saw(3, "wrong", signIn, "Mon 10:10")), opened("Mon 11:00", signIn, "Mon 11:10", wentTo(mfa, "Mon 11:12"))}, "dropped_off right Mon 11:12, auth_errors right Mon 11:12, link_unused right Mon 11:12, link_expired right Mon 11:00", "Mon 11:40"},
		{"three errors and connected", "Mon 11:20", "", readings{opened("Mon 10:00", signIn, "Mon 10:10", saw(3, "wrong", signIn, "Mon 10:10"), through("Mon 10:15"))}, "dropped_off settled Mon 10:15, auth_errors settled Mon 10:15, link_unused settled Mon 10:15, link_expired settled Mon 10:15", ""},
		{"three errors, and the link ran out", "Thu 12:00", "", readings{opened("Mon 10:00", signIn, "Mon 10:10", saw(3, "wrong", signIn, "Mon 10:10"), lapsed("Thu 11:00"))}, "dropped_off moot Thu 11:00, auth_errors moot Thu 11:00, link_unused moot Thu 11:00, link_expired since Thu 11:00", "Thu+2 11:00"},
		{"three errors two weeks ago", "Mon+2 10:20", "", readings{opened("Mon 10:00", signIn, "Mon 10:10", stopped, saw(3, "wrong", signIn, "Mon 10:10"))}, "dropped_off/authentication since Mon 10:10, auth_errors moot Mon 10:10, link_unused right Mon 10:10, link_expired right Mon 10:00", "Mon+2 10:40"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := alert.Attempts{CustomerID: "cust_1", Sessions: tt.sessions, Now: on(tt.now)}
			if tt.linked != "" {
				a.Living = []alert.Living{{ConnectionID: "c1", Since: on(tt.linked)}}
			}
			found, next := alert.AssessSessions(a)
			if got := verdicts(found); got != tt.want {
				t.Errorf("found %s\nwant  %s", got, tt.want)
			}
			if tt.next == "" && !next.IsZero() || tt.next != "" && !next.Equal(moment(tt.next)) {
				t.Errorf("next %s, want %q", next, tt.next)
			}
			turned := a
			turned.Sessions = make(readings, 0, len(a.Sessions))
			for _, r := range a.Sessions {
				turned.Sessions = append(readings{r}, turned.Sessions...)
			}
			again, _ := alert.AssessSessions(turned)
			if verdicts(again) != verdicts(found) {
				t.Errorf("in another order: %s", verdicts(again))
			}
		})
	}
}

// moment is on, further than nine weeks ahead too: 90 days after a Monday is a
// Sunday of the thirteenth week.
func moment(s string) time.Time {
	if rest, ok := strings.CutPrefix(s, "Sun+9 "); ok {
		return on("Mon " + rest).Add(connect.LinkLife)
	}
	return on(s)
}

func TestSessionFacts(t *testing.T) {
	t.Parallel()
	first := opened("Mon 10:00", connect.Authentication, "Mon 10:10", stopped, saw(1, "odd", connect.ProviderSelection, "Mon 10:05"), saw(3, "wrong", connect.Authentication, "Mon 10:10"))
	a := alert.Attempts{CustomerID: "cust_1", Sessions: []connect.Reading{unopened("Tue 09:00"), first, opened("Mon 09:00", connect.MFA, "Mon 09:10", stopped)}, Now: on("Tue 10:00")}
	found, _ := alert.AssessSessions(a)
	got := found[0].Facts.Session
	want := alert.SessionFacts{
		ID: "sess Mon 10:00", CustomerID: "cust_1", Attempts: 2, Made: on("Mon 10:00"), Opened: on("Mon 10:02"), Renewed: on("Tue 09:00"), Expires: on("Tue 09:00").Add(connect.LinkLife),
		Stage: connect.Authentication, Spent: 14 * time.Minute, Visits: 6,
		Error: "wrong", ErrorStage: connect.Authentication, ErrorTimes: 3, Errors: 4,
	}
	if got != want {
		t.Errorf("facts %+v\nwant  %+v", got, want)
	}
	if key := found[0].Key.String(); key != "dropped_off|||customer:cust_1" {
		t.Errorf("key %s", key)
	}
}

// What only a browser says is told as such, unless a server knows better.
func TestAProvisionalEnd(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name        string
		linked      time.Time
		change      []func(*connect.Reading)
		provisional bool
	}{
		{"by a server's word", time.Time{}, []func(*connect.Reading){through("Mon 10:20")}, false},
		{"by a browser's word", time.Time{}, []func(*connect.Reading){through("Mon 10:20"), byBrowser}, true},
		{"by a browser's word, and there is a connection", on("Mon 10:21"), []func(*connect.Reading){through("Mon 10:20"), byBrowser}, false},
	} {
		a := alert.Attempts{
			CustomerID: "cust_1", Sessions: []connect.Reading{opened("Mon 10:00", connect.MFA, "Mon 10:10", tt.change...)}, Now: on("Mon 11:00"),
		}
		if !tt.linked.IsZero() {
			a.Living = []alert.Living{{ConnectionID: "c1", Since: tt.linked}}
		}
		found, _ := alert.AssessSessions(a)
		if f := found[0]; f.Word != alert.Settled || f.Facts.Session.Provisional != tt.provisional {
			t.Errorf("%s: %+v", tt.name, f)
		}
	}
}

func TestSubjectOfSessions(t *testing.T) {
	t.Parallel()
	sandboxed := opened("Mon 10:00", connect.MFA, "Mon 10:10", func(r *connect.Reading) {
		r.Session.Sandbox, r.Session.Method = true, "assisted"
	})
	newer := unopened("Tue 10:00", func(r *connect.Reading) { r.Session.ProviderID, r.Session.ProviderName = "adp_run", "ADP Run" })
	a := alert.Attempts{CustomerID: "cust_1", Sessions: []connect.Reading{sandboxed, newer}}
	seen, made := a.Subject(alert.Key{Kind: alert.DroppedOff}), a.Subject(alert.Key{Kind: alert.LinkUnused})
	if seen.ProviderID != "gusto" || !seen.Sandbox || !seen.Assisted || seen.Environment != "sandbox" || seen.CustomerName != "Blue Fern" {
		t.Errorf("of who stopped: %+v", seen)
	}
	if made.ProviderName != "ADP Run" || made.Sandbox || made.Environment != "production" {
		t.Errorf("of the link: %+v", made)
	}
}

// A story is judged again and again while it goes on, and each problem of it stays
// one: told here as "kind what", by time.
func TestStoryOfAnEmployer(t *testing.T) {
	t.Parallel()
	const tos, mfa = connect.TermsOfService, connect.MFA
	left := opened("Mon 10:00", tos, "Mon 10:10", stopped)
	back := func(last string) connect.Reading { return opened("Mon 10:00", tos, last) }
	again := func(last string) connect.Reading { return opened("Mon 10:00", tos, last, stopped) }
	tests := []struct {
		name  string
		steps []struct {
			now string
			r   connect.Reading
		}
		want string
	}{
		{"goes on after 42 minutes", []reread{{"Mon 10:40", left}, {"Mon 10:52", back("Mon 10:52")}}, "opened; resolved Went on after 42 min"},
		{"is through", []reread{{"Mon 10:40", left}, {"Mon 11:10", opened("Mon 10:00", mfa, "Mon 11:08", through("Mon 11:10"))}}, "opened; resolved Connected after 1 h"},
		{"stops again within the hour", []reread{{"Mon 10:40", left}, {"Mon 10:52", back("Mon 10:52")}, {"Mon 11:22", again("Mon 10:52")}}, "opened; resolved Went on after 42 min; reopened"},
		{"stops again the next day", []reread{{"Mon 10:40", left}, {"Mon 10:52", back("Mon 10:52")}, {"Tue 11:22", again("Tue 10:52")}}, "opened; resolved Went on after 42 min; opened"},
		{"comes and goes, and is through", []reread{
			{"Mon 10:40", left},
			{"Mon 10:52", back("Mon 10:52")},
			{"Mon 11:22", again("Mon 10:52")},
			{"Mon 11:30", back("Mon 11:30")},
			{"Mon 12:00", again("Mon 11:30")},
			{"Mon 12:10", back("Mon 12:10")},
			{"Mon 12:20", opened("Mon 10:00", mfa, "Mon 12:19", through("Mon 12:20"))},
		}, "opened; resolved Went on after 42 min; reopened; resolved Went on after 38 min; flapping; changed; resolved Connected after 50 min"},
		{"the link runs out", []reread{{"Mon 10:40", left}, {"Thu 12:00", opened("Mon 10:00", tos, "Mon 10:10", lapsed("Thu 12:00"))}}, "opened; closed"},
		{"nobody helps for two weeks", []reread{{"Mon 10:40", left}, {"Mon+2 10:40", left}, {"Mon+2 11:40", left}}, "opened; closed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var past []alert.Problem
			var said []string
			for _, st := range tt.steps {
				a := alert.Attempts{CustomerID: "cust_1", Sessions: []connect.Reading{st.r}, Now: on(st.now)}
				found, _ := alert.AssessSessions(a)
				for _, s := range alert.Advance(past, found, a.Subject, a.Now) {
					if s.Problem.Key.Kind != alert.DroppedOff {
						continue
					}
					s.Problem.ID = max(s.Problem.ID, 1)
					past = []alert.Problem{s.Problem}
					what := string(s.Event.What)
					if s.Event.What == alert.HasResolved {
						line := alert.LineText(s.Problem, alert.Body{Happening: alert.HasResolved}, a.Now).Text
						line, _, _ = strings.Cut(strings.TrimPrefix(line, ":large_green_circle: "), ".")
						what += " " + line
					}
					said = append(said, what)
				}
				if more := alert.Advance(past, found, a.Subject, a.Now); len(more) > 0 && more[0].Problem.Key.Kind == alert.DroppedOff {
					t.Errorf("%s: judged again, it changes: %+v", st.now, more)
				}
			}
			if got := strings.Join(said, "; "); got != tt.want {
				t.Errorf("%s\nwant %s", got, tt.want)
			}
		})
	}
}

type reread = struct {
	now string
	r   connect.Reading
}

// What a person closed stays closed until something new happens.
func TestClosedDropOffsStayClosed(t *testing.T) {
	t.Parallel()
	assess := func(now string, r connect.Reading, past ...alert.Problem) []alert.Step {
		a := alert.Attempts{CustomerID: "cust_1", Sessions: []connect.Reading{r}, Now: on(now)}
		found, _ := alert.AssessSessions(a)
		return alert.Advance(past, found, a.Subject, a.Now)
	}
	p := assess("Mon 10:40", opened("Mon 10:00", connect.MFA, "Mon 10:10", stopped))[0].Problem
	p.ID = 1
	step, err := p.Close("UBO", on("Mon 11:00"))
	if err != nil {
		t.Fatal(err)
	}
	if more := assess("Mon 12:00", opened("Mon 10:00", connect.MFA, "Mon 10:10", stopped), step.Problem); len(more) != 0 {
		t.Errorf("what was closed opens again: %+v", more)
	}
	if more := assess("Tue 12:00", opened("Mon 10:00", connect.MFA, "Tue 11:00", stopped), step.Problem); len(more) != 1 || more[0].Event.What != alert.HasOpened {
		t.Errorf("a new drop-off does not open: %+v", more)
	}
}

func ExampleAssessSessions() {
	found, next := alert.AssessSessions(alert.Attempts{
		CustomerID: "cust_1", Sessions: []connect.Reading{opened("Mon 10:00", connect.MFA, "Mon 10:10", stopped)}, Now: on("Mon 11:00"),
	})
	fmt.Println(found[0].Key, found[0].Class, next.Format(time.DateTime))
	// Output: dropped_off|||customer:cust_1 dropped_off/mfa 2026-11-30 10:40:00
}
