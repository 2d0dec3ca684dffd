package alert_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"perch/internal/alert"
	"perch/internal/connect"
)

// drops are employers, numbered from one, who stopped at Verification so many
// minutes after Monday 10:00, a minute apart.
func drops(n int, change ...func(int, *alert.Problem)) []alert.Problem {
	var all []alert.Problem
	for i := range n {
		at := on("Mon 10:00").Add(time.Duration(i) * time.Minute)
		p := alert.Problem{
			ID: int64(i + 1), Key: alert.Key{Kind: alert.DroppedOff, Part: alert.PartOfCustomer(fmt.Sprint(i + 1))}, Class: "dropped_off/mfa",
			Subject: alert.Subject{CustomerID: fmt.Sprint(i + 1), ProviderID: "gusto", ProviderName: "Gusto", Environment: "production"},
			State:   alert.Open, Opened: at.Add(-30 * time.Minute), Noted: at, LastSeen: at, Openings: []time.Time{at},
			Facts: alert.Facts{Session: alert.SessionFacts{Stage: connect.MFA}},
		}
		for _, c := range change {
			c(i, &p)
		}
		all = append(all, p)
	}
	return all
}

// joined has all of them belong to surge 90, and the first so many be over.
func joined(over int) func(int, *alert.Problem) {
	return func(i int, p *alert.Problem) {
		p.ParentID = 90
		if i < over {
			p.State, p.Over = alert.Resolved, on("Mon 12:00")
		}
	}
}

func TestSurgeRises(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name            string
		drops           int
		lately, usually alert.Share
		now             string
		rises           bool
	}{
		{"seven of nine, usually one in ten", 7, alert.Share{Stopped: 7, Of: 9}, alert.Share{Stopped: 10, Of: 100}, "Mon 10:10", true},
		{"too few employers", 4, alert.Share{Stopped: 4, Of: 4}, alert.Share{Stopped: 10, Of: 100}, "Mon 10:10", false},
		{"just enough employers", 5, alert.Share{Stopped: 5, Of: 6}, alert.Share{Stopped: 10, Of: 100}, "Mon 10:10", true},
		{"five that stopped, and too few of them still there", 4, alert.Share{Stopped: 5, Of: 6}, alert.Share{Stopped: 10, Of: 100}, "Mon 10:10", false},
		{"nobody knows what is usual", 7, alert.Share{Stopped: 7, Of: 9}, alert.Share{Stopped: 1, Of: 9}, "Mon 10:10", false},
		{"it is only just known", 7, alert.Share{Stopped: 7, Of: 9}, alert.Share{Stopped: 1, Of: 10}, "Mon 10:10", true},
		{"nobody stops there usually", 5, alert.Share{Stopped: 5, Of: 25}, alert.Share{Stopped: 0, Of: 100}, "Mon 10:10", true},
		{"below 20 points above it", 5, alert.Share{Stopped: 5, Of: 26}, alert.Share{Stopped: 0, Of: 100}, "Mon 10:10", false},
		{"twice as many, but not 20 points more", 6, alert.Share{Stopped: 6, Of: 30}, alert.Share{Stopped: 10, Of: 100}, "Mon 10:10", false},
		{"20 points more, but not twice as many", 7, alert.Share{Stopped: 70, Of: 100}, alert.Share{Stopped: 45, Of: 100}, "Mon 10:10", false},
		{"twice as many and 20 points more", 7, alert.Share{Stopped: 60, Of: 100}, alert.Share{Stopped: 30, Of: 100}, "Mon 10:10", true},
		{"where most stop it cannot be twice as many", 9, alert.Share{Stopped: 10, Of: 10}, alert.Share{Stopped: 60, Of: 100}, "Mon 10:10", false},
		{"they stopped days ago", 7, alert.Share{Stopped: 7, Of: 9}, alert.Share{Stopped: 10, Of: 100}, "Wed 10:10", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := alert.Rise{Stage: connect.MFA, Lately: tt.lately, Usually: tt.usually, Children: drops(tt.drops)}
			steps := alert.AdvanceSurge(r, alert.DefaultSurge(), on(tt.now))
			if (len(steps) > 0) != tt.rises {
				t.Fatalf("%d steps", len(steps))
			}
			if !tt.rises {
				return
			}
			p := steps[0].Problem
			if p.Key.Kind != alert.Outage || p.Key.Part != "/dropped_off/mfa" || p.Class != "dropped_off/mfa" || p.Affected != tt.drops || p.Of != max(tt.lately.Of, tt.drops) ||
				p.Move != alert.Ours || !p.Opened.Equal(on("Mon 09:30")) || p.Subject.ProviderID != "" || len(steps) != tt.drops+1 {
				t.Errorf("%+v", p)
			}
			for _, s := range steps[1:] {
				if s.Problem.ParentID != -1 || s.Event.What != alert.HasJoined {
					t.Errorf("%+v", s)
				}
			}
		})
	}
}

func TestSurgeGoesOn(t *testing.T) {
	t.Parallel()
	risen, usual := alert.Share{Stopped: 7, Of: 9}, alert.Share{Stopped: 10, Of: 100}
	parent := alert.AdvanceSurge(alert.Rise{Stage: connect.MFA, Lately: risen, Usually: usual, Children: drops(7)}, alert.DefaultSurge(), on("Mon 10:10"))[0].Problem
	parent.ID = 90
	newcomer := drops(8)[7]
	tests := []struct {
		name     string
		lately   alert.Share
		children []alert.Problem
		now      string
		want     string // what happened: of what, how many affected and recovered, how many joined
	}{
		{"nothing is new", risen, drops(7, joined(0)), "Mon 11:00", ""},
		{"one more", alert.Share{Stopped: 8, Of: 10}, append(drops(7, joined(0)), newcomer), "Mon 11:00", "changed 8/10 0 +1"},
		{"two went on", risen, drops(7, joined(2)), "Mon 12:10", "changed 7/9 2 +0"},
		{"a little less than to rise is enough to last", alert.Share{Stopped: 5, Of: 20}, append(drops(7, joined(0)), newcomer), "Mon 11:00", "changed 8/20 0 +1"},
		{"all went on", alert.Share{Stopped: 1, Of: 9}, drops(7, joined(7)), "Mon 12:10", "resolved 7/9 7 +0"},
		{"as usual again, though some are still there", alert.Share{Stopped: 2, Of: 15}, drops(7, joined(3)), "Mon 16:00", "resolved 7/9 3 +0"},
		{"who stops when it is as usual again does not join", alert.Share{Stopped: 2, Of: 15}, append(drops(7, joined(3)), newcomer), "Mon 16:00", "resolved 7/9 3 +0"},
		{"nobody joins for a day", risen, drops(7, joined(0)), "Tue 10:10", "resolved 7/9 0 +0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := alert.Rise{Stage: connect.MFA, Lately: tt.lately, Usually: usual, Children: tt.children, Parent: &parent}
			steps := alert.AdvanceSurge(r, alert.DefaultSurge(), on(tt.now))
			got := ""
			if len(steps) > 0 {
				p := steps[0].Problem
				got = fmt.Sprintf("%s %d/%d %d +%d", steps[0].Event.What, p.Affected, p.Of, p.Recovered, len(steps)-1)
			}
			if got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
	if at := parent.WakeAt(); !at.Equal(on("Tue 10:06")) {
		t.Errorf("it is looked at again %s", at)
	}
	if more := alert.AdvanceSurge(alert.Rise{Stage: connect.MFA, Lately: risen, Usually: usual, Children: drops(7, joined(0)), Parent: &parent}, alert.DefaultSurge(), on("Tue 10:06")); len(more) != 1 || more[0].Event.What != alert.HasResolved {
		t.Errorf("and is not over then: %+v", more)
	}
}

func TestSurgesOf(t *testing.T) {
	t.Parallel()
	said := func(change func(int, *alert.Problem)) string {
		var all []string
		for _, at := range alert.SurgesOf(drops(1, change)[0]) {
			all = append(all, at.Class+"@"+at.ProviderID)
		}
		return strings.Join(all, " ")
	}
	tests := []struct {
		name   string
		change func(int, *alert.Problem)
		want   string
	}{
		{"stage and provider", func(int, *alert.Problem) {}, "dropped_off/mfa@ dropped_off@gusto"},
		{"stage unknown", func(_ int, p *alert.Problem) { p.Facts.Session.Stage = "" }, "dropped_off@gusto"},
		{"provider unknown", func(_ int, p *alert.Problem) { p.Subject.ProviderID = "" }, "dropped_off/mfa@"},
		{"sandbox", func(_ int, p *alert.Problem) { p.Subject.Sandbox = true }, ""},
		{"reconnect", func(_ int, p *alert.Problem) { p.Facts.Session.Reconnect = true }, ""},
		{"another kind", func(_ int, p *alert.Problem) { p.Key.Kind = alert.AuthErrors }, ""},
	}
	for _, tt := range tests {
		if got := said(tt.change); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	if stage, ok := alert.SurgeClass("dropped_off/mfa"); stage != connect.MFA || !ok {
		t.Errorf("%q %v", stage, ok)
	}
	if _, ok := alert.SurgeClass("job_failed/data_sync_all"); ok {
		t.Error("failed syncs are no surge")
	}
}

func TestSurgeCards(t *testing.T) {
	t.Parallel()
	surge := alert.Problem{
		ID: 90, Key: alert.Key{Kind: alert.Outage, Part: "/dropped_off/mfa"}, Class: "dropped_off/mfa", State: alert.Open, Move: alert.Ours,
		Opened: cardNow.Add(-170 * time.Minute), Affected: 7, Of: 9, Facts: alert.Facts{Usual: 10, Session: alert.SessionFacts{Stage: connect.MFA}},
	}
	gusto := with(surge, func(p *alert.Problem) {
		p.Class, p.Key.Part, p.Facts.Session.Stage = "dropped_off", "gusto/dropped_off", ""
		p.Subject = alert.Subject{ProviderID: "gusto", ProviderName: "Gusto *<!channel>*"}
	})
	usual := func(percent int) alert.Problem {
		return with(surge, func(p *alert.Problem) { p.Facts.Usual = percent })
	}
	for name, s := range map[string]alert.Shown{
		"surge":              {Problem: surge},
		"surge_provider":     {Problem: gusto},
		"surge_never":        {Problem: usual(0)},
		"surge_mostly":       {Problem: usual(60)},
		"surge_going_on":     {Problem: with(surge, func(p *alert.Problem) { p.Recovered = 3 })},
		"surge_over":         {Problem: with(surge, func(p *alert.Problem) { p.Recovered = 3 }, over(alert.Resolved, 26*time.Hour))},
		"surge_closed":       {Problem: with(surge, over(alert.Closed, 2*time.Hour))},
		"dropped_off_in_one": {Problem: fern(alert.DroppedOff), Parent: &surge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Now, s.Subscription = cardNow, hears
			checkCard(t, "problem_"+name, alert.ProblemMessage(s))
		})
	}
	checkCard(t, "reminder_surge", alert.ReminderText(surge, cardNow))
	checkCard(t, "line_joined_surge", alert.LineText(fern(alert.DroppedOff), alert.Body{Happening: alert.HasJoined}, cardNow))
}

// A surge is heard by who hears of employers who stop, whatever the provider it
// is not about.
func TestSurgeMatches(t *testing.T) {
	t.Parallel()
	surge := func(p *alert.Problem) {
		*p = alert.Problem{Key: alert.Key{Kind: alert.Outage, Part: "/dropped_off/mfa"}, Class: "dropped_off/mfa"}
	}
	for text, want := range map[string]bool{"": true, "provider:gusto": true, "stage:mfa": true, "jobs": false, "sessions": true} {
		if ok, reason := parsed(t, text).Matches(harbor(surge)); ok != want {
			t.Errorf("%q: %v, %s", text, ok, reason)
		}
	}
}
