package alert_test

import (
	"strings"
	"testing"
	"time"

	"perch/bot/card"
	"perch/internal/alert"
	"perch/internal/connect"
)

// fern is an employer who stopped at the Terms of Service 32 minutes ago.
func fern(kind alert.Kind, change ...func(*alert.Problem)) alert.Problem {
	p := alert.Problem{
		ID: 9, Key: alert.Key{Kind: kind, Part: alert.PartOfCustomer("cust_9")}, Class: string(kind) + "/terms_of_service",
		Subject: alert.Subject{CustomerID: "cust_9", CustomerName: "Blue Fern Dental", ProviderID: "gusto", ProviderName: "Gusto", Environment: "production"},
		State:   alert.Open, Move: alert.Ours, Count: 1,
		Opened: cardNow.Add(-32 * time.Minute), Noted: cardNow.Add(-2 * time.Minute), LastSeen: cardNow.Add(-2 * time.Minute),
	}
	p.Facts.Session = alert.SessionFacts{
		ID: "5e55104e-0000-4000-8000-000000000009", CustomerID: "cust_9", Attempts: 1,
		Made: cardNow.Add(-48 * time.Hour), Opened: cardNow.Add(-46 * time.Minute), Expires: cardNow.Add(88 * 24 * time.Hour),
		Stage: connect.TermsOfService, Spent: 14 * time.Minute, Visits: 6,
	}
	for _, c := range change {
		c(&p)
	}
	return p
}

func session(change func(*alert.SessionFacts)) func(*alert.Problem) {
	return func(p *alert.Problem) { change(&p.Facts.Session) }
}

// wrongPassword is an error that they saw four times at sign-in.
func wrongPassword(f *alert.SessionFacts) {
	f.Stage, f.Spent, f.Visits, f.Attempts = connect.Authentication, 9*time.Minute, 1, 2
	f.Error, f.ErrorType, f.ErrorStage = "The username or password you entered is incorrect.", "employer_connection_error", connect.Authentication
	f.ErrorTimes, f.Errors = 4, 5
}

func byLink(f *alert.SessionFacts) { f.Stage, f.Spent, f.Visits = "", 0, 0 }

func TestSessionCards(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	ago := func(d time.Duration) func(*alert.Problem) {
		return func(p *alert.Problem) { p.Opened = cardNow.Add(-d) }
	}
	hostile := func(p *alert.Problem) {
		p.Subject.CustomerName, p.Subject.ProviderName = "<!channel> *bold* \u202e"+strings.Repeat("x", 400), "<@U1>"
		p.Facts.Session = alert.SessionFacts{
			ID: "`<!here>`", CustomerID: "<!everyone>\n", Stage: connect.Stage("*<!channel>* " + strings.Repeat("stage", 100)), Visits: 2,
			Error: "<!channel> <https://evil.example|your bank> *\n\"" + strings.Repeat("y", 10_000), ErrorStage: "<!here>", ErrorTimes: 2, Errors: 3, Attempts: 2,
		}
	}
	for name, s := range map[string]alert.Shown{
		"dropped_off":           {Problem: fern(alert.DroppedOff)},
		"dropped_off_error":     {Problem: fern(alert.DroppedOff, session(wrongPassword))},
		"dropped_off_odds":      {Problem: fern(alert.DroppedOff), Odds: alert.Odds{Healed: 12, Of: 31}},
		"dropped_off_unknown":   {Problem: fern(alert.DroppedOff, session(func(f *alert.SessionFacts) { f.Stage, f.Spent, f.Visits, f.Closed = "", 4*time.Minute, 1, true }))},
		"dropped_off_silent":    {Problem: fern(alert.DroppedOff, session(byLink))},
		"dropped_off_odd_stage": {Problem: fern(alert.DroppedOff, session(func(f *alert.SessionFacts) { f.Stage = "bank_details" }))},
		"dropped_off_renewed":   {Problem: fern(alert.DroppedOff, session(func(f *alert.SessionFacts) { f.Renewed = cardNow.Add(-time.Hour) }), ago(3*day))},
		"dropped_off_reconnect": {Problem: fern(alert.DroppedOff, session(func(f *alert.SessionFacts) { f.Reconnect, f.Stage = true, connect.MFA }))},
		"dropped_off_went_on":   {Problem: fern(alert.DroppedOff, over(alert.Resolved, 12*time.Minute))},
		"dropped_off_connected": {Problem: fern(alert.DroppedOff, over(alert.Resolved, 26*time.Minute), session(func(f *alert.SessionFacts) { f.Connected = true }))},
		"dropped_off_provisional": {Problem: fern(alert.DroppedOff, over(alert.Resolved, 26*time.Minute), session(func(f *alert.SessionFacts) {
			f.Connected, f.Provisional = true, true
		}))},
		"dropped_off_closed":    {Problem: fern(alert.DroppedOff, ago(15*day), over(alert.Closed, 14*day))},
		"dropped_off_closed_by": {Problem: fern(alert.DroppedOff, over(alert.Closed, 10*time.Minute), func(p *alert.Problem) { p.ClosedBy = "UBO" })},
		"dropped_off_claimed":   {Problem: fern(alert.DroppedOff, func(p *alert.Problem) { p.ClaimedBy, p.ClaimedAt = "UBO", cardNow.Add(-time.Minute) })},
		"dropped_off_snoozed":   {Problem: fern(alert.DroppedOff, func(p *alert.Problem) { p.SnoozedBy, p.SnoozedUntil = "UBO", cardNow.Add(time.Hour) })},
		"dropped_off_flapping":  {Problem: fern(alert.DroppedOff, func(p *alert.Problem) { p.Flapping, p.Openings = true, make([]time.Time, 3) })},
		"dropped_off_back_for_now": {Problem: fern(alert.DroppedOff, func(p *alert.Problem) {
			p.Flapping, p.WellSince, p.Openings = true, cardNow.Add(-time.Minute), make([]time.Time, 3)
		})},
		"dropped_off_sandbox": {Problem: fern(alert.DroppedOff, func(p *alert.Problem) { p.Subject.Sandbox = true })},
		"dropped_off_nameless": {Problem: fern(alert.DroppedOff, func(p *alert.Problem) {
			p.Subject.CustomerName, p.Subject.ProviderName, p.Subject.ProviderID = "", "", ""
		})},
		"dropped_off_hostile":   {Problem: fern(alert.DroppedOff, hostile)},
		"auth_errors":           {Problem: fern(alert.AuthErrors, session(wrongPassword), ago(20*time.Minute), func(p *alert.Problem) { p.Count = 5 })},
		"auth_errors_unknown":   {Problem: fern(alert.AuthErrors, session(wrongPassword), session(byLink), func(p *alert.Problem) { p.Count = 5 })},
		"auth_errors_past":      {Problem: fern(alert.AuthErrors, session(wrongPassword), over(alert.Resolved, 9*time.Minute), func(p *alert.Problem) { p.Count = 5 })},
		"auth_errors_hostile":   {Problem: fern(alert.AuthErrors, hostile)},
		"link_unused":           {Problem: fern(alert.LinkUnused, session(byLink), ago(4*day))},
		"link_unused_reconnect": {Problem: fern(alert.LinkUnused, session(byLink), ago(4*day), session(func(f *alert.SessionFacts) { f.Reconnect = true }))},
		"link_unused_opened":    {Problem: fern(alert.LinkUnused, session(byLink), ago(4*day), over(alert.Resolved, 3*day+5*time.Hour))},
		"link_expired": {Problem: fern(alert.LinkExpired, session(byLink), session(func(f *alert.SessionFacts) {
			f.Opened, f.Expires, f.Attempts = time.Time{}, cardNow.Add(-2*time.Hour), 0
		}), ago(2*time.Hour))},
		"link_expired_on_the_way": {Problem: fern(alert.LinkExpired, session(wrongPassword), session(func(f *alert.SessionFacts) {
			f.Expires, f.Reconnect = cardNow.Add(-2*time.Hour), true
		}), ago(2*time.Hour))},
		"link_expired_renewed": {Problem: fern(alert.LinkExpired, ago(2*time.Hour), over(alert.Resolved, time.Hour))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Now, s.Subscription = cardNow, hears
			s.Subscription.Wish = alert.DefaultWish()
			checkCard(t, "problem_"+name, alert.ProblemMessage(s))
		})
	}
}

func TestOtherSessionCards(t *testing.T) {
	t.Parallel()
	four := []alert.Problem{
		fern(alert.DroppedOff), fern(alert.AuthErrors, session(wrongPassword)), fern(alert.LinkUnused), fern(alert.LinkExpired),
		fern(alert.DroppedOff, over(alert.Resolved, 12*time.Minute)), fern(alert.DroppedOff, over(alert.Closed, 12*time.Minute)),
	}
	line := func(what alert.Happening, p alert.Problem) card.Message {
		return alert.LineText(p, alert.Body{Happening: what}, cardNow)
	}
	sessions := hears
	sessions.Wish.Kinds = alert.SessionKinds()
	for name, m := range map[string]card.Message{
		"summary_sessions":           alert.SummaryMessage(four, sessions, cardNow),
		"list_sessions":              alert.SummaryList(four, cardNow),
		"digest_sessions":            alert.DigestText(four, sessions, cardNow),
		"sample_sessions":            alert.SampleText(sessions, cardNow),
		"line_went_on":               line(alert.HasResolved, four[4]),
		"line_stopped_again":         line(alert.HasReopened, four[0]),
		"line_stops_again_and_again": line(alert.HasFlapped, fern(alert.DroppedOff, func(p *alert.Problem) { p.Openings = make([]time.Time, 3) })),
		"reminder_stopped":           alert.ReminderText(four[0], cardNow),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkCard(t, name, m)
		})
	}
}

// The exact text of an error stands on the card, and no more of a long one than
// can be read.
func TestTheErrorIsQuoted(t *testing.T) {
	t.Parallel()
	said := func(message string) string {
		p := fern(alert.DroppedOff, session(func(f *alert.SessionFacts) { f.Error, f.ErrorTimes, f.Errors = message, 1, 1 }))
		return alert.ProblemMessage(alert.Shown{Problem: p, Now: cardNow}).Text
	}
	if text := said(`Wrong "code" & more.`); !strings.Contains(text, `Last error: "Wrong "code" &amp; more.".`) {
		t.Errorf("not the exact text: %s", text)
	}
	if text := said(strings.Repeat("long ", 2000)); len(text) > 2000 {
		t.Errorf("%d bytes of text", len(text))
	}
}
