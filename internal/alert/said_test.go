package alert_test

import (
	"slices"
	"testing"

	"perch/internal/alert"
	"perch/internal/finch"
)

// webhook adds what a webhook told of a part after the last look.
func webhook(s finch.Status, entity, method, at string) func(*alert.Situation) {
	return func(x *alert.Situation) {
		x.Said = append(x.Said, finch.Change{ConnectionID: "c1", EntityID: entity, Method: method, To: s, At: on(at), Source: finch.FromWebhook})
	}
}

func TestWhatWebhooksSayCountsWhereNoLookComes(t *testing.T) {
	t.Parallel()
	looked := looked("Mon 06:40")
	judge(t, []judged{
		{"of the whole", well("Mon 07:00", looked, webhook(finch.Reauth, "", "", "Mon 06:50")), "reauth, employer, since Mon 06:50"},
		{"not before a look had its chance", well("Mon 06:50", looked, webhook(finch.Reauth, "", "", "Mon 06:50")), ""},
		{"not after a look", well("Mon 07:00", webhook(finch.Reauth, "", "", "Mon 06:50")), ""},
		{"the last word, in whatever order they came", well("Mon 07:00", looked, webhook(finch.Connected, "", "", "Mon 06:55"), webhook(finch.Reauth, "", "", "Mon 06:50")), ""},
		{"of an only method: it is the whole", well("Mon 07:00", looked, method("oauth", finch.Connected), webhook(finch.Reauth, "", "oauth", "Mon 06:50")), "reauth, employer, since Mon 06:50"},
		{
			"of one method of two", well("Mon 07:00", looked, method("oauth", finch.Connected), method("assisted", finch.Connected), webhook(finch.Reauth, "", "oauth", "Mon 06:50")),
			"reauth /oauth, employer, since Mon 06:50",
		},
		{
			"of an entity", well("Mon 07:00", looked, has("e1 connected", "e2 connected"), webhook(finch.NoPermissions, "e1", "oauth", "Mon 06:50")),
			"permissions e1/, administrator, since Mon 06:50",
		},
		{"that it is well again", well("Mon 07:00", looked, status(finch.Reauth, "Mon 06:30"), method("oauth", finch.Reauth), webhook(finch.Connected, "", "oauth", "Mon 06:50")), ""},
	})
}

func TestWhatWebhooksSayIsJudgedAgain(t *testing.T) {
	t.Parallel()
	s := well("Mon 06:50", looked("Mon 06:40"), has("e1 connected", "e2 connected"), webhook(finch.Reauth, "e1", "", "Mon 06:50"))
	before := slices.Clone(s.Connection.Entities)
	if _, next := alert.Assess(s); next.IsZero() || next.After(on("Mon 06:51")) {
		t.Errorf("judges again at %v", next)
	}
	s.Now = on("Mon 07:00")
	alert.Assess(s)
	if !slices.Equal(s.Connection.Entities, before) {
		t.Error("changed what it was given")
	}
}

func TestALookThatConfirmsAWebhookChangesNothing(t *testing.T) {
	t.Parallel()
	s := well("Mon 07:00", looked("Mon 06:40"), method("oauth", finch.Connected), webhook(finch.Reauth, "", "oauth", "Mon 06:50"))
	found, _ := alert.Assess(s)
	subject := func(k alert.Key) alert.Subject { return alert.SubjectOf(s.Connection, k.EntityID) }
	steps := alert.Advance(nil, found, subject, s.Now)
	if len(steps) != 1 {
		t.Fatalf("%+v", steps)
	}
	p := steps[0].Problem
	p.ID = 1
	s = well("Mon 07:01", status(finch.Reauth, "Mon 07:01"), method("oauth", finch.Reauth), became(finch.Reauth, "", "Mon 07:01"))
	s.Changes = append(s.Changes, finch.Change{ConnectionID: "c1", Method: "oauth", To: finch.Reauth, At: on("Mon 06:50"), Source: finch.FromWebhook})
	found, _ = alert.Assess(s)
	if steps := alert.Advance([]alert.Problem{p}, found, subject, s.Now); len(steps) != 0 {
		t.Errorf("%+v\nof %+v", steps, p)
	}
}
