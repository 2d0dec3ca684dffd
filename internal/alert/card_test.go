package alert_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"perch/bot/card"
	"perch/internal/alert"
	"perch/internal/finch"
	"perch/internal/golden"
)

// cardNow is the moment at which the cards of these tests are looked at.
var cardNow = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

func northwind(change ...func(*alert.Problem)) alert.Problem {
	p := alert.Problem{
		ID:      7,
		Key:     alert.Key{Kind: alert.JobFailed, ConnectionID: "0c9f6a1e-3b54-4a77-9d0a-6f1a5c0e7b21", Part: finch.DataSync},
		Class:   "job_failed/data_sync_all",
		Subject: alert.Subject{CustomerID: "cust_77", CustomerName: "Northwind Logistics", ProviderID: "adp_run", ProviderName: "ADP Run", Environment: "production"},
		State:   alert.Open, Move: alert.Nobodys, Count: 1,
		Opened: cardNow.Add(-206 * time.Minute), Noted: cardNow.Add(-206 * time.Minute), LastSeen: cardNow.Add(-206 * time.Minute),
		Jobs: []string{"453bd7d7-5355-4d6d-a38e-d9e7eb218c3f"},
	}
	p.Facts = alert.Facts{
		LastGood: cardNow.Add(-28 * time.Hour), Next: cardNow.Add(20*time.Hour + 30*time.Minute), NextExact: true,
		Job: finch.KnownJob{
			ID: p.Jobs[0], Kind: finch.Automated, Type: finch.DataSync, Status: finch.JobFailed,
			Started: cardNow.Add(-210 * time.Minute), Completed: cardNow.Add(-206 * time.Minute),
		},
	}
	for _, c := range change {
		c(&p)
	}
	return p
}

// of makes it a problem of another kind, with the rest of its facts.
func of(kind alert.Kind, part string, facts alert.Facts) func(*alert.Problem) {
	return func(p *alert.Problem) {
		p.Key.Kind, p.Key.Part, p.Class, p.Facts, p.Jobs = kind, part, string(kind), facts, nil
	}
}

func over(state alert.State, after time.Duration) func(*alert.Problem) {
	return func(p *alert.Problem) { p.State, p.Over = state, p.Opened.Add(after) }
}

func entity(p *alert.Problem) {
	p.Key.EntityID, p.Subject.EntityName = "e0e0e0e0-0000-4000-8000-000000000002", "Harbor Bakery Inc"
}

var hears = alert.Subscription{
	ID: 3, Channel: "CALERTS", Maker: "UANN", MakerName: "Ann",
	Wish: alert.Wish{Kinds: []alert.Kind{alert.JobFailed}},
}

func TestProblemCards(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	outage := alert.Problem{
		ID: 90, Key: alert.Key{Kind: alert.Outage, Part: "gusto/job_failed/data_sync_all"}, State: alert.Open, Move: alert.Finchs,
		Subject: alert.Subject{ProviderID: "gusto", ProviderName: "Gusto"}, Opened: cardNow.Add(-170 * time.Minute), Affected: 52, Of: 61,
	}
	hostile := northwind(func(p *alert.Problem) {
		p.Subject.CustomerName = "<!channel> *bold* <https://evil|good> \u202e" + strings.Repeat("x", 400)
		p.Subject.ProviderName = "_`~ & <@U1>"
		p.Subject.CustomerID, p.Key.EntityID, p.Subject.EntityName = "<!here>", "e1", "<!everyone>"
	})
	for name, s := range map[string]alert.Shown{
		"job_failed":           {Problem: northwind()},
		"job_failed_odds":      {Problem: northwind(), Odds: alert.Odds{Healed: 31, Of: 44}},
		"job_failed_estimated": {Problem: northwind(func(p *alert.Problem) { p.Facts.NextExact = false })},
		"job_failed_thrice":    {Problem: northwind(func(p *alert.Problem) { p.Count, p.Move, p.Opened = 3, alert.Finchs, cardNow.Add(-50*time.Hour) })},
		"job_failed_entity":    {Problem: northwind(entity)},
		"job_failed_manual": {Problem: northwind(func(p *alert.Problem) {
			p.Facts.Job.Kind, p.Facts.Job.Type, p.Key.Part, p.Move = finch.Manual, "benefit_update", "benefit_update", alert.Ours
		})},
		"job_failed_assisted":   {Problem: northwind(func(p *alert.Problem) { p.Subject.Assisted = true })},
		"claimed":               {Problem: northwind(func(p *alert.Problem) { p.ClaimedBy, p.ClaimedAt = "UBO", cardNow.Add(-48*time.Minute) })},
		"snoozed":               {Problem: northwind(func(p *alert.Problem) { p.SnoozedBy, p.SnoozedUntil = "UBO", cardNow.Add(23*time.Hour) })},
		"snoozed_until_changes": {Problem: northwind(func(p *alert.Problem) { p.SnoozedBy = "UBO" })},
		"recovered":             {Problem: northwind(func(p *alert.Problem) { p.Count = 2 }, over(alert.Resolved, 3*time.Hour))},
		"closed":                {Problem: northwind(over(alert.Closed, time.Hour))},
		"closed_by":             {Problem: northwind(over(alert.Closed, time.Hour), func(p *alert.Problem) { p.ClosedBy = "UBO" })},
		"flapping": {Problem: northwind(func(p *alert.Problem) {
			p.Flapping, p.Openings = true, []time.Time{cardNow.Add(-5 * time.Hour), cardNow.Add(-3 * time.Hour), cardNow.Add(-time.Hour)}
		})},
		"flapping_well": {Problem: northwind(func(p *alert.Problem) {
			p.Flapping, p.WellSince, p.Openings = true, cardNow.Add(-time.Hour), make([]time.Time, 3)
		})},
		"in_an_outage":     {Problem: northwind(), Parent: &outage},
		"asked_for":        {Problem: northwind(), Subscription: alert.Subscription{ID: -1}},
		"sandbox":          {Problem: northwind(func(p *alert.Problem) { p.Subject.Sandbox = true })},
		"hostile":          {Problem: hostile},
		"reauth":           {Problem: northwind(of(alert.Reauth, "", alert.Facts{Status: finch.Reauth, LastGood: cardNow.Add(-day)}), func(p *alert.Problem) { p.Move = alert.Employers })},
		"reauth_entity":    {Problem: northwind(of(alert.Reauth, "", alert.Facts{Status: finch.Reauth}), entity)},
		"reauth_method":    {Problem: northwind(of(alert.Reauth, "api_token", alert.Facts{Status: finch.Reauth, Message: "The <token> was taken back."}))},
		"reauth_link":      {Problem: northwind(of(alert.Reauth, "", alert.Facts{Status: finch.Reauth}), func(p *alert.Problem) { p.LinkBy, p.LinkAt = "UBO", cardNow.Add(-time.Hour) })},
		"reauth_recovered": {Problem: northwind(of(alert.Reauth, "", alert.Facts{Status: finch.Reauth}), over(alert.Resolved, 2*time.Hour))},
		"permissions":      {Problem: northwind(of(alert.Permissions, "", alert.Facts{Status: finch.NoPermissions}))},
		"not_set_up":       {Problem: northwind(of(alert.NotSetUp, "", alert.Facts{Status: finch.NotSetUp}))},
		"stale":            {Problem: northwind(of(alert.Stale, "", alert.Facts{LastGood: cardNow.Add(-51 * time.Hour), Expected: cardNow.Add(-27 * time.Hour), Missing: true}))},
		"stale_never":      {Problem: northwind(of(alert.Stale, "", alert.Facts{Expected: cardNow.Add(-27 * time.Hour)}))},
		"stale_recovered":  {Problem: northwind(of(alert.Stale, "", alert.Facts{LastGood: cardNow.Add(-51 * time.Hour), Expected: cardNow.Add(-27 * time.Hour)}), over(alert.Resolved, time.Hour))},
		"stuck_job": {Problem: northwind(of(alert.Stuck, finch.DataSync, alert.Facts{Job: finch.KnownJob{ID: "j1", Type: finch.DataSync, Started: cardNow.Add(-7 * time.Hour)}}), func(p *alert.Problem) {
			p.Move, p.Opened, p.Jobs = alert.Finchs, cardNow.Add(-7*time.Hour), []string{"453bd7d7-5355-4d6d-a38e-d9e7eb218c3f"}
		})},
		"stuck_pending":        {Problem: northwind(of(alert.Stuck, "setup", alert.Facts{Status: finch.Pending}), func(p *alert.Problem) { p.Move, p.Opened = alert.Finchs, cardNow.Add(-6*day) })},
		"stuck_processing":     {Problem: northwind(of(alert.Stuck, "setup", alert.Facts{Status: finch.Processing}), func(p *alert.Problem) { p.Move, p.Opened = alert.Finchs, cardNow.Add(-15*day) })},
		"disconnected":         {Problem: northwind(of(alert.Disconnected, "", alert.Facts{LastGood: cardNow.Add(-day)}))},
		"blind_finch":          {Problem: blind("finch")},
		"blind_webhook_secret": {Problem: blind("webhook_secret")},
		"blind_webhooks":       {Problem: blind("webhooks")},
		"blind_account":        {Problem: blind("account")},
		"blind_recovered":      {Problem: blindOver()},
		"outage":               {Problem: outage},
		"outage_recovering":    {Problem: with(outage, func(p *alert.Problem) { p.Recovered = 37 })},
		"outage_over":          {Problem: with(outage, func(p *alert.Problem) { p.Recovered = 52 }, over(alert.Resolved, 26*time.Hour))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Now = cardNow
			switch s.Subscription.ID {
			case 0:
				s.Subscription = hears
			case -1:
				s.Subscription = alert.Subscription{}
			}
			checkCard(t, "problem_"+name, alert.ProblemMessage(s))
		})
	}
}

func with(p alert.Problem, change ...func(*alert.Problem)) alert.Problem {
	for _, c := range change {
		c(&p)
	}
	return p
}

func blind(sense string) alert.Problem {
	return alert.Problem{ID: 8, Key: alert.Key{Kind: alert.Blind, Part: sense}, State: alert.Open, Move: alert.Ours, Count: 12, Opened: cardNow.Add(-25 * time.Minute)}
}

func blindOver() alert.Problem {
	p := blind("finch")
	p.State, p.Over = alert.Resolved, cardNow
	return p
}

func TestOtherCards(t *testing.T) {
	t.Parallel()
	many := make([]alert.Problem, 250)
	for i := range many {
		many[i] = northwind(func(p *alert.Problem) {
			p.ID, p.Subject.CustomerName = int64(i+1), fmt.Sprintf("Customer %d & <Sons>", i+1)
			if i%3 == 0 {
				p.Key.Kind = alert.Reauth
			}
			if i%5 == 0 {
				over(alert.Resolved, time.Hour)(p)
			}
		})
	}
	digest := hears
	digest.Wish.Digest, digest.Wish.DigestAt = true, 9*60
	direct := hears
	direct.Channel = "UANN"
	resolved := northwind(over(alert.Resolved, 23*time.Hour))
	line := func(what alert.Happening, p alert.Problem) card.Message {
		return alert.LineText(p, alert.Body{Happening: what}, cardNow)
	}
	paused := func(sub alert.Subscription, reason string) card.Message {
		sub.PauseReason = reason
		return alert.PausedNotice(sub, "/perch")
	}
	for name, m := range map[string]card.Message{
		"summary":         alert.SummaryMessage(many, hears, cardNow),
		"summary_of_one":  alert.SummaryMessage(many[1:2], hears, cardNow),
		"summary_over":    alert.SummaryMessage([]alert.Problem{resolved}, hears, cardNow),
		"list":            alert.SummaryList(many, cardNow),
		"list_short":      alert.SummaryList(many[:3], cardNow),
		"digest":          alert.DigestText(many, digest, cardNow),
		"digest_quiet":    alert.DigestText(many[:2], hears, cardNow),
		"sample":          alert.SampleText(hears, cardNow),
		"sample_direct":   alert.SampleText(direct, cardNow),
		"line_recovered":  line(alert.HasResolved, resolved),
		"line_reopened":   line(alert.HasReopened, northwind()),
		"line_escalated":  line(alert.HasEscalated, northwind(func(p *alert.Problem) { p.Count, p.Move = 3, alert.Finchs })),
		"line_flapping":   line(alert.HasFlapped, northwind(func(p *alert.Problem) { p.Openings = make([]time.Time, 3) })),
		"line_joined":     line(alert.HasJoined, northwind()),
		"line_closed":     line(alert.HasClosed, northwind(over(alert.Closed, time.Hour))),
		"reminder":        alert.ReminderText(northwind(), cardNow),
		"paused_archived": paused(hears, "is_archived"),
		"paused_not_in":   paused(hears, "not_in_channel"),
		"paused_shared":   paused(hears, "shared"),
		"paused_scope":    paused(hears, "missing_scope"),
		"paused_unknown":  paused(direct, "<!channel>"),
		"job_done":        alert.WordsNotice(alert.Body{Words: "The job you began has completed.", JobID: "j1"}),
		"link_done":       alert.LinkDoneNotice(northwind(of(alert.Reauth, "", alert.Facts{}), over(alert.Resolved, time.Hour)), cardNow),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkCard(t, name, m)
		})
	}
}

// checkCard compares a card with its golden file and walks it against Slack's
// limits. Nothing on it may ping but those who hold the problem.
func checkCard(t *testing.T, name string, m card.Message) {
	t.Helper()
	golden.JSON(t, name+".json", m)
	if err := m.Validate(); err != nil {
		t.Errorf("Slack would refuse it: %v", err)
	}
	for _, ping := range []string{"<!channel", "<!here", "<!everyone", "<@UANN", "<@U1"} {
		if strings.Contains(m.Text, ping) {
			t.Errorf("it pings: %s", m.Text)
		}
	}
}

// Every kind has its words.
func TestEveryKindIsSpokenOf(t *testing.T) {
	t.Parallel()
	for _, k := range []alert.Kind{
		alert.JobFailed, alert.Reauth, alert.Permissions, alert.NotSetUp, alert.Stale, alert.Stuck, alert.Disconnected, alert.Blind, alert.Outage,
		alert.DroppedOff, alert.AuthErrors, alert.LinkUnused, alert.LinkExpired,
	} {
		m := alert.ProblemMessage(alert.Shown{Problem: alert.Problem{Key: alert.Key{Kind: k, ConnectionID: "c"}, State: alert.Open, Opened: cardNow}, Now: cardNow})
		if strings.Contains(m.Text, "Something is wrong") || !strings.Contains(m.Text, "*") {
			t.Errorf("%s: %s", k, m.Text)
		}
	}
}
