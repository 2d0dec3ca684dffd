package alert_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"perch/internal/alert"
)

func TestActs(t *testing.T) {
	t.Parallel()
	now := on("Tue 09:00")
	open := alert.Problem{ID: 7, State: alert.Open, Version: 3}
	held := open
	held.ClaimedBy, held.ClaimedAt = "U1", on("Tue 08:00")
	asleep := open
	asleep.SnoozedBy = "U1"
	linked := open
	linked.LinkBy, linked.LinkAt = "U1", on("Tue 08:00")
	used := linked
	used.LinkUsed = on("Tue 08:30")
	resolved, closed := open, open
	resolved.State, closed.State = alert.Resolved, alert.Closed

	claim := func(p alert.Problem) (alert.Step, error) { return p.Claim("U2", now) }
	release := func(p alert.Problem) (alert.Step, error) { return p.Release("U2", now) }
	snooze := func(p alert.Problem) (alert.Step, error) { return p.Snooze("U2", now.Add(time.Hour), now) }
	sleep := func(p alert.Problem) (alert.Step, error) { return p.Snooze("U2", time.Time{}, now) }
	tooLate := func(p alert.Problem) (alert.Step, error) { return p.Snooze("U2", now, now) }
	wake := func(p alert.Problem) (alert.Step, error) { return p.Wake("U2", now) }
	finish := func(p alert.Problem) (alert.Step, error) { return p.Close("U2", now) }
	link := func(p alert.Problem) (alert.Step, error) { return p.LinkMade("U2", now) }
	tests := []struct {
		name    string
		act     func(alert.Problem) (alert.Step, error)
		p       alert.Problem
		what    alert.Happening
		check   func(alert.Problem) bool
		refused string
	}{
		{"claim", claim, open, alert.HasClaimed, func(p alert.Problem) bool { return p.ClaimedBy == "U2" && p.ClaimedAt.Equal(now) }, ""},
		{"claim what another holds", claim, held, "", nil, "<@U1> is on it already."},
		{"claim twice", func(p alert.Problem) (alert.Step, error) { return p.Claim("U1", now) }, held, "", nil, "You are on it already."},
		{"claim what recovered", claim, resolved, "", nil, "It has recovered already."},
		{"claim what is closed", claim, closed, "", nil, "It is closed already."},
		{"release for another", release, held, alert.HasReleased, func(p alert.Problem) bool { return p.ClaimedBy == "" && p.ClaimedAt.IsZero() }, ""},
		{"release what nobody holds", release, open, "", nil, "Nobody is on it."},
		{"release what recovered", release, resolved, "", nil, "It has recovered already."},
		{"snooze", snooze, open, alert.HasSnoozed, func(p alert.Problem) bool { return p.SnoozedBy == "U2" && p.WakeAt().Equal(now.Add(time.Hour)) }, ""},
		{"snooze until it changes", sleep, open, alert.HasSnoozed, func(p alert.Problem) bool { return p.SnoozedBy == "U2" && p.WakeAt().IsZero() }, ""},
		{"snooze what sleeps until it changes", snooze, asleep, alert.HasSnoozed, func(p alert.Problem) bool { return p.SnoozedBy == "U2" && !p.SnoozedUntil.IsZero() }, ""},
		{"snooze until now", tooLate, open, "", nil, "That time has passed already."},
		{"snooze what is closed", snooze, closed, "", nil, "It is closed already."},
		{"wake", wake, asleep, alert.HasWoken, func(p alert.Problem) bool { return p.SnoozedBy == "" }, ""},
		{"wake what is awake", wake, open, "", nil, "It is not snoozed."},
		{"wake what recovered", wake, resolved, "", nil, "It has recovered already."},
		{"close", finish, held, alert.HasClosed, func(p alert.Problem) bool {
			return p.State == alert.Closed && p.ClosedBy == "U2" && p.Over.Equal(now) && p.ClaimedBy == "U1"
		}, ""},
		{"close what recovered", finish, resolved, "", nil, "It has recovered already."},
		{"get a link", link, used, alert.HasLink, func(p alert.Problem) bool { return p.LinkBy == "U2" && p.LinkAt.Equal(now) && p.LinkUsed.IsZero() }, ""},
		{"get a link for what is closed", link, closed, "", nil, "It is closed already."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			step, err := tt.act(tt.p)
			if tt.refused != "" {
				refusal, ok := errors.AsType[*alert.RefusedError](err)
				if !ok || refusal.Sentence != tt.refused || refusal.Error() != tt.refused {
					t.Fatalf("refused with %v, want %q", err, tt.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if e := step.Event; e.What != tt.what || e.Who != "U2" || !e.At.Equal(now) {
				t.Errorf("the event is %+v", e)
			}
			if step.Problem.ID != 7 || step.Problem.Version != 4 || !tt.check(step.Problem) {
				t.Errorf("the problem is %+v", step.Problem)
			}
		})
	}
}

// What is done for Finch's support, and said afterwards, may come long after the end.
func TestActsOfWhatIsOverToo(t *testing.T) {
	t.Parallel()
	now := on("Tue 09:00")
	sent := func(ref string) func(alert.Problem) (alert.Step, error) {
		return func(p alert.Problem) (alert.Step, error) { return p.SentToFinch("U2", ref, now) }
	}
	before := alert.Problem{ID: 7, Version: 3, SentBy: "U1", SentAt: on("Tue 08:00"), SentRef: "old"}
	long := strings.Repeat("é", 120)
	tests := map[string]struct {
		act     func(alert.Problem) (alert.Step, error)
		what    alert.Happening
		ref     string
		detail  string
		by      string
		version int64
	}{
		"a packet is made":             {func(p alert.Problem) (alert.Step, error) { return p.PacketMade("U2", now) }, alert.HasPacket, "old", "", "U1", 3},
		"a note is made":               {func(p alert.Problem) (alert.Step, error) { return p.NoteMade("U2", now) }, alert.HasNote, "old", "", "U1", 3},
		"it is sent":                   {sent("12345"), alert.HasSent, "12345", "12345", "U2", 4},
		"it is sent without reference": {sent(" \n"), alert.HasSent, "", "", "U2", 4},
		"its reference has two lines":  {sent(" #12\x00\n\u202e 45 "), alert.HasSent, "#12 45", "#12 45", "U2", 4},
		"its reference is too long":    {sent(long), alert.HasSent, long[:198] + "…", long[:198] + "…", "U2", 4},
	}
	for name, tt := range tests {
		for _, state := range []alert.State{alert.Open, alert.Resolved, alert.Closed} {
			t.Run(name+", "+string(state), func(t *testing.T) {
				t.Parallel()
				p := before
				p.State = state
				step, err := tt.act(p)
				if err != nil {
					t.Fatal(err)
				}
				if want := (alert.Event{At: now, Who: "U2", What: tt.what, Detail: tt.detail}); step.Event != want {
					t.Errorf("the event is %+v, want %+v", step.Event, want)
				}
				after := step.Problem
				if after.State != state || after.SentBy != tt.by || after.SentRef != tt.ref || after.Version != tt.version {
					t.Errorf("the problem is %+v", after)
				}
				if again := after.SentAt.Equal(now); again != (tt.by == "U2") {
					t.Errorf("sent at %s", after.SentAt)
				}
			})
		}
	}
}

func TestOddsTakeTwenty(t *testing.T) {
	t.Parallel()
	if (alert.Odds{Healed: 19, Of: 19}).Known() || !(alert.Odds{Of: 20}).Known() {
		t.Error("odds are known from 20 on")
	}
}
