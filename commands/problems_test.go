package commands

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"perch/internal/alert"
	"perch/internal/connect"
	"perch/internal/finch"
)

func TestProblemFilters(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		want  problemFilter
		wrong string
	}{
		"":                               {},
		"harbor coffee":                  {want: problemFilter{Words: "harbor coffee"}},
		`"reauth all"`:                   {want: problemFilter{Words: "reauth all"}},
		"customer:harbor":                {want: problemFilter{Words: "harbor"}},
		"reauth stale":                   {want: problemFilter{Kinds: []alert.Kind{alert.Reauth, alert.Stale}}},
		"job-failed JOB_FAILED":          {want: problemFilter{Kinds: []alert.Kind{alert.JobFailed}}},
		"outage":                         {want: problemFilter{Kinds: []alert.Kind{alert.Outage}}},
		"jobs":                           {want: problemFilter{Kinds: alert.JobKinds()}},
		"sessions":                       {want: problemFilter{Kinds: alert.SessionKinds()}},
		"mine":                           {want: problemFilter{Held: "mine"}},
		"Unclaimed provider:gusto":       {want: problemFilter{Held: "unclaimed", Provider: "gusto"}},
		"claimed all":                    {want: problemFilter{Held: "claimed", All: true}},
		`provider:"adp run" reauth blue`: {want: problemFilter{Provider: "adp run", Kinds: []alert.Kind{alert.Reauth}, Words: "blue"}},
		"status:open":                    {wrong: "There is no filter *status:*"},
		"provider:":                      {wrong: "There is no filter *provider:*"},
	}
	for text, tt := range tests {
		f, err := parseProblems(text)
		if (err != nil) != (tt.wrong != "") || err != nil && !strings.Contains(err.Error(), tt.wrong) {
			t.Errorf("%q: error %v, want %q", text, err, tt.wrong)
		}
		if err == nil && !reflect.DeepEqual(f, tt.want) {
			t.Errorf("%q is %+v, want %+v", text, f, tt.want)
		}
	}
}

func TestProblemFiltersComeBackFromButtons(t *testing.T) {
	t.Parallel()
	for _, f := range []problemFilter{
		{}, {Words: "a&b=ü", Provider: "x y"}, {Kinds: alert.JobKinds(), Held: "mine", All: true, After: "7/x+y", Skipped: 20},
	} {
		if got := problemFilterOf(f.value()); !reflect.DeepEqual(got, f) {
			t.Errorf("%+v came back as %+v", f, got)
		}
	}
	if got := problemFilterOf("held=evil&kind=evil&skipped=-3&%zz"); !reflect.DeepEqual(got, problemFilter{}) {
		t.Errorf("forged: %+v", got)
	}
}

func TestProblemsAreAskedAsTyped(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]alert.ProblemQuery{
		"problems":                {State: alert.Open, Oldest: true},
		"problems mine":           {State: alert.Open, Oldest: true, ClaimedBy: "U1"},
		"problems unclaimed":      {State: alert.Open, Oldest: true, Unclaimed: true},
		"problems claimed reauth": {State: alert.Open, Oldest: true, Claimed: true, Kinds: []alert.Kind{alert.Reauth}},
		"problems all harbor":     {Words: "harbor"},
		"PROBLEMS provider:gusto": {State: alert.Open, Oldest: true, Provider: "gusto"},
	} {
		l := &ledger{problems: []alert.Problem{signedOut(1)}}
		d := newDesk(t, l.sources())
		d.slash("/perch", typed)
		d.hears("roblems")
		want.Limit = problemsPage
		if got := l.asked[0]; !reflect.DeepEqual(got, want) {
			t.Errorf("%s asked %+v, want %+v", typed, got, want)
		}
	}
}

func TestProblemsComeInPagesAndOpen(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	for i := range problemsPage + 3 {
		l.problems = append(l.problems, signedOut(int64(i+1)))
	}
	d := newDesk(t, l.sources())
	d.slash("/perch", "problems")
	d.hears("13 open, oldest first · here 1 to 10")
	d.click("perch.problems_next", "problems", problemFilter{After: "10", Skipped: 10}.value())
	d.hears("here 11 to 13")
	d.click("perch.problems_next", "problems", problemFilter{After: "gone", Skipped: 10}.value())
	d.hears("here 1 to 10")
	d.click("perch.open", "b", "2")
	if a := d.hears("Employer must reconnect"); a.Replace || !strings.Contains(a.raw, "perch.claim") {
		t.Errorf("opened %s", a.raw)
	}
	d.click("perch.open", "b", "99")
	d.hears("not kept here any more")
	d.click("perch.open", "b", "'; drop")
	d.hears("another version of Perch")
}

func TestNothingOpenIsGoodNews(t *testing.T) {
	t.Parallel()
	l := &ledger{problems: []alert.Problem{overSince(signedOut(1), 5*time.Hour), overSince(failing(2), 30*time.Hour)}}
	d := newDesk(t, l.sources())
	d.slash("/perch", "problems")
	d.hears("The last problem ended")
	d.slash("/perch", "problems reauth")
	d.hears("Nothing of that kind.")
}

// standing is a desk at which a card of a problem stands in the channel, told by
// a subscription.
func standing(t *testing.T, problems ...alert.Problem) (*desk, *ledger) {
	l := &ledger{problems: problems, subs: []alert.Subscription{byAnn(5, "C1")}}
	l.card = alert.Card{ID: 8, SubscriptionID: 5, ProblemID: problems[0].ID, Channel: "C1", Place: "C1", TS: "1.1"}
	d := newDesk(t, l.sources())
	d.asker = `{"tz":"America/New_York"}`
	return d, l
}

func TestPressesChangeTheProblemAndTheCard(t *testing.T) {
	t.Parallel()
	claimed := func(p *alert.Problem) { p.ClaimedBy, p.ClaimedAt = "UBO", now.Add(-time.Hour) }
	snoozed := func(p *alert.Problem) { p.SnoozedBy = "UBO" }
	tests := map[string]struct {
		before        func(*alert.Problem)
		action, value string
		card          string
		after         func(alert.Problem) bool
	}{
		"claim":   {nil, "perch.claim", "1", "<@U1> is on it since", func(p alert.Problem) bool { return p.ClaimedBy == "U1" }},
		"release": {claimed, "perch.release", "1", "Claim", func(p alert.Problem) bool { return p.ClaimedBy == "" }},
		"snooze for an hour": {nil, "perch.snooze", "1 1h", "Snoozed until", func(p alert.Problem) bool {
			return p.SnoozedBy == "U1" && p.SnoozedUntil.Equal(now.Add(time.Hour))
		}},
		"snooze until tomorrow, where they are": {nil, "perch.snooze", "1 tomorrow", "Snoozed until", func(p alert.Problem) bool {
			return p.SnoozedUntil.Equal(time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC))
		}},
		"snooze until it changes": {nil, "perch.snooze", "1 change", "Snoozed until it changes", func(p alert.Problem) bool {
			return p.SnoozedBy == "U1" && p.SnoozedUntil.IsZero()
		}},
		"wake":                {snoozed, "perch.wake", "1", "Snooze", func(p alert.Problem) bool { return p.SnoozedBy == "" }},
		"close":               {nil, "perch.close", "1", "Closed after", func(p alert.Problem) bool { return p.State == alert.Closed }},
		"close from the menu": {nil, "perch.more", "close 1", "Closed after", func(p alert.Problem) bool { return p.State == alert.Closed }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := signedOut(1)
			if tt.before != nil {
				tt.before(&p)
			}
			d, l := standing(t, p)
			d.click(tt.action, "problem:1", tt.value)
			a := d.hears(tt.card)
			if !a.Replace || !strings.Contains(a.raw, "set up by Ann") {
				t.Errorf("the pressed card became %s", a.raw)
			}
			if got, _ := l.Problem(t.Context(), 1); !tt.after(got) {
				t.Errorf("the problem is %+v", got)
			}
		})
	}
}

func TestAPressOnAnOldCardSaysSoAndRefreshesIt(t *testing.T) {
	t.Parallel()
	claimed := signedOut(1)
	claimed.ClaimedBy = "UBO"
	tests := map[string]struct {
		problem       alert.Problem
		action, value string
		says          string
	}{
		"somebody else was quicker": {claimed, "perch.claim", "1", "<@UBO> is on it already."},
		"it recovered":              {overSince(signedOut(1), time.Hour), "perch.claim", "1", "It has recovered already."},
		"it is not snoozed":         {signedOut(1), "perch.wake", "1", "It is not snoozed."},
		"a sync is no use":          {overSince(failing(1), time.Hour), "perch.sync", "1", "This is over already"},
		"a link is no use":          {overSince(signedOut(1), time.Hour), "perch.link", "1", "This is over already"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, _ := standing(t, tt.problem)
			d.click(tt.action, "problem:1", tt.value)
			if a := d.hears("Harbor Coffee Roasters"); !a.Replace {
				t.Errorf("the card was not refreshed: %s", a.raw)
			}
			if a := d.hears(tt.says); a.Replace || a.Type != "ephemeral" {
				t.Errorf("said %s", a.raw)
			}
		})
	}
}

func TestPressesTwiceDoOnce(t *testing.T) {
	t.Parallel()
	d, l := standing(t, signedOut(1))
	for range 2 {
		d.click("perch.claim", "problem:1", "1")
	}
	for range 3 {
		d.hears("")
	}
	if n := len(l.events); n != 1 {
		t.Errorf("%d claims", n)
	}
}

func TestGuestsLeaveTheCardAsItIs(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"perch.claim", "perch.link", "perch.more", "perch.snooze"} {
		d, l := standing(t, signedOut(1))
		d.asker = `{"is_restricted":true}`
		d.click(action, "problem:1", "1")
		if a := d.hears("Only operators may use Perch here"); a.Replace || a.Type != "ephemeral" {
			t.Errorf("answered %s", a.raw)
		}
		if len(l.events) != 0 {
			t.Errorf("%s did something: %v", action, l.events)
		}
	}
}

func TestBrokenPressesAreRefused(t *testing.T) {
	t.Parallel()
	for action, value := range map[string]string{
		"perch.claim": "x", "perch.more": "explode 1", "perch.mute": "1", "perch.manage": "1 x",
		"perch.affected_turn": "1 1 0 0", "perch.affected_csv": "0 0 -1 0", "perch.edit": "",
	} {
		d, _ := standing(t, signedOut(1))
		d.click(action, "b", value)
		d.hears("another version of Perch")
	}
}

func TestMuteFillsInWhatIsLikeThis(t *testing.T) {
	t.Parallel()
	entity, unnamed, outage, blind := signedOut(1), signedOut(1), signedOut(1), signedOut(1)
	entity.Key.EntityID, entity.Subject.EntityName = "e1", "Harbor Bakery"
	unnamed.Subject = alert.Subject{}
	outage.Key = alert.Key{Kind: alert.Outage, Part: "gusto job_failed"}
	blind.Key, blind.Subject = alert.Key{Kind: alert.Blind, Part: "finch"}, alert.Subject{}
	surge := alert.Problem{ID: 1, Key: alert.Key{Kind: alert.Outage, Part: "/dropped_off/mfa"}, Class: "dropped_off/mfa", State: alert.Open}
	surge.Facts.Session.Stage = "mfa"
	tests := map[string]struct {
		problem alert.Problem
		field   string
	}{
		"a customer":                {signedOut(1), "customer:cust_1042"},
		"an entity":                 {entity, "entity:e1"},
		"a connection with no name": {unnamed, "customer:" + harbor().ID},
		"a surge at a stage":        {surge, "stage:mfa"},
		"a provider's outage":       {outage, "provider:gusto"},
		"Perch itself":              {blind, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, l := standing(t, tt.problem)
			l.subs[0].Maker = "U1"
			d.click("perch.more", "problem:1", "mute 1 5")
			if tt.field == "" {
				d.hears("no filter leaves it out")
				return
			}
			form := d.sees("Filled in: not")
			if !strings.Contains(form.raw, tt.field) {
				t.Errorf("the form lacks %s: %s", tt.field, form.raw)
			}
			d.submit(d.submit(form, nil), nil)
			if got, want := l.all()[0].Wish.Text(), canonical(t, "jobs dropped_off -"+tt.field); got != want {
				t.Errorf("now %q, want %q", got, want)
			}
		})
	}
	d, _ := standing(t, signedOut(1))
	d.click("perch.more", "problem:1", "mute 1 5")
	d.hears("who made it, and admins")
	d.click("perch.more", "problem:1", "manage 1 5")
	d.hears("This channel will hear")
}

func TestWhatOthersHearInDirectMessagesIsTheirs(t *testing.T) {
	t.Parallel()
	d, l := standing(t, signedOut(1))
	l.subs[0].Channel, l.subs[0].Maker = "UBO", "UBO"
	d.click("perch.more", "problem:1", "manage 1 5")
	d.hears("not there any more")
}

func TestHistoryKeepsPerchsOwnWordsToItself(t *testing.T) {
	t.Parallel()
	events := []alert.Event{
		{At: now, What: alert.HasChanged},
		{At: now, What: alert.HasJoined, Detail: "gusto/job_failed/data_sync_all"},
		{At: now, What: alert.HasOpened, Detail: "453bd7d7-5355-4d6d-a38e-d9e7eb218c3f"},
	}
	raw, err := json.Marshal(detail{Problem: failing(1), Events: events, Now: now}.view())
	if err != nil {
		t.Fatal(err)
	}
	for want, stands := range map[string]bool{"It opened.": true, "453bd7d7": true, "It became part of an outage.": true, "gusto/job_failed": false, "changed": false} {
		if strings.Contains(string(raw), want) != stands {
			t.Errorf("%q stands there: %v, in %s", want, !stands, raw)
		}
	}
}

func TestDetailsOpenAtOnce(t *testing.T) {
	t.Parallel()
	d, l := standing(t, failing(1))
	l.events = []alert.Event{{At: now.Add(-3 * time.Hour), What: alert.HasOpened}, {At: now.Add(-time.Hour), Who: "UBO", What: alert.HasClaimed}}
	d.click("perch.details", "problem:1", "1")
	v := d.sees("What happened")
	for _, want := range []string{"views.open", "is on it.", "It opened.", "job         453bd7d7-5355-4d6d-a38e-d9e7eb218c3f", "customer    cust_1042"} {
		if !strings.Contains(v.method+v.raw, want) {
			t.Errorf("the modal lacks %q: %s", want, v.raw)
		}
	}
	if strings.Index(v.raw, "is on it.") > strings.Index(v.raw, "It opened.") {
		t.Errorf("the newest does not come first: %s", v.raw)
	}
}

func TestASyncIsAskedForFromACard(t *testing.T) {
	t.Parallel()
	l := &ledger{problems: []alert.Problem{failing(1)}}
	a := harborArchive()
	a.run = finch.RunSync{JobID: "j9", Remaining: new(3)}
	s := l.sources()
	s.Runner = a
	d := newDesk(t, s)
	d.click("perch.sync", "problem:1", "1")
	if said := d.hears("A sync was asked for."); said.Replace || !strings.Contains(said.raw, "/jobs j9") {
		t.Errorf("said %s", said.raw)
	}
	a.refuse = finch.ErrNoToken
	d.click("perch.sync", "problem:1", "1")
	d.hears("token")
}

func TestAReconnectLinkIsForThePresserAlone(t *testing.T) {
	t.Parallel()
	d, l := standing(t, signedOut(1))
	l.made = connect.Link{URL: "https://connect.example/s/abc?x=1&y=2", Session: connect.Session{CustomerName: "Harbor Coffee Roasters", ProviderName: "Gusto", Reconnect: true, Expires: now.Add(30 * 24 * time.Hour)}}
	d.click("perch.link", "problem:1", "1")
	a := d.hears("A reconnect link for Harbor Coffee Roasters.")
	if a.Type != "ephemeral" || a.Replace {
		t.Errorf("answered %s", a.raw)
	}
	for _, want := range []string{"It is good until", "Please open this link and sign in again", `https://connect.example/s/abc?x=1\u0026y=2`, "(Gusto)"} {
		if !strings.Contains(a.raw, want) {
			t.Errorf("it does not say %q: %s", want, a.raw)
		}
	}
	card := d.hears("<@U1> got a reconnect link")
	if !card.Replace || strings.Contains(card.raw, "connect.example") {
		t.Errorf("the card became %s", card.raw)
	}
	if p, _ := l.Problem(t.Context(), 1); p.LinkBy != "U1" || !p.LinkAt.Equal(now) {
		t.Errorf("the problem remembers %+v", p)
	}
	l.noLink = errors.New("connection reset")
	d.click("perch.link", "problem:1", "1")
	d.hears("There is no link:")
}

func TestAllAffectedComeInPagesAndAsCSV(t *testing.T) {
	t.Parallel()
	outage := signedOut(1)
	outage.Key = alert.Key{Kind: alert.Outage, Part: "gusto job_failed"}
	problems := []alert.Problem{outage}
	for i := range affectedPage + 5 {
		p := failing(int64(i + 2))
		p.ParentID, p.Subject.CustomerName = 1, fmt.Sprintf("=Customer %d", i)
		if i%5 == 0 {
			p = overSince(p, time.Minute)
		}
		problems = append(problems, p)
	}
	d, l := standing(t, problems...)
	d.click("perch.affected", "problem:1", "1")
	v := d.sees("25 problems: 20 open, 5 over. Here 1 to 20.")
	if v.method != "views.open" || strings.Contains(v.raw, "Recovered") {
		t.Errorf("those that are open do not stand first: %s", v.raw)
	}
	d.press(v, "perch.affected_turn", "1 0 20 0", nil)
	v = d.sees("Here 21 to 25.")
	d.press(v, "perch.affected_csv", "1 0 20 0", nil)
	if file := <-d.files; strings.Count(file, "job_failed") != 25 || !strings.Contains(file, "'=Customer 7") {
		t.Errorf("the file is %s", file)
	}
	d.sees("25 problems are in your direct messages")

	// A summary's button names no problem: the card is known by where it stands.
	l.card.ProblemID, l.card.Kind = 0, alert.SummaryCard
	d.click("perch.affected", "summary", "")
	d.sees("26 problems: 21 open")
	l.card.Kind = alert.DigestCard
	d.click("perch.affected", "digest", "")
	v = d.sees("26 problems: 21 open")
	l.card.Kind = alert.SummaryCard // the digest is not kept any more
	d.press(v, "perch.affected_turn", "0 8 20 2", nil)
	d.sees("not kept here any more")
	l.card.TS = "gone"
	d.click("perch.affected", "summary", "")
	d.hears("not kept any more")
}

func TestTomorrowMorningIsWhereThePresserIs(t *testing.T) {
	t.Parallel()
	late := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC) // the night in which Europe's clocks go back
	for zone, want := range map[string]string{
		"Europe/Berlin": "2026-10-26T08:00:00Z", "America/New_York": "2026-10-25T13:00:00Z", "Asia/Tokyo": "2026-10-26T00:00:00Z",
		"": "2026-10-26T09:00:00Z", "Mars/Olympus": "2026-10-26T09:00:00Z",
	} {
		if got := snoozeUntil(alert.SnoozeTomorrow, late, zone).Format(time.RFC3339); got != want {
			t.Errorf("in %q it ends %s, want %s", zone, got, want)
		}
	}
}

func TestStatusIsSaidAndRefreshed(t *testing.T) {
	t.Parallel()
	l := &ledger{state: Status{Sockets: 2, Wanted: 2, Version: "v1", Database: "SQLite", Since: now.Add(-time.Hour)}}
	d := newDesk(t, l.sources())
	d.slash("/perch", "status")
	d.hears("Slack* hears Perch on 2 connections")
	l.state.Sockets = 1
	d.click("perch.status", "status", "again")
	if a := d.hears("1 of 2 connections"); !a.Replace {
		t.Errorf("answered %s", a.raw)
	}
}

func TestUnknownWordsSuggestTheNearest(t *testing.T) {
	t.Parallel()
	d := newDesk(t, (&ledger{}).sources())
	for typed, want := range map[string]string{
		"subscibe": "Did you mean /perch subscribe?", "prob": "Did you mean /perch problems?", "Stats": "Did you mean /perch status?",
		"job": "Did you mean /jobs?", "connections": "Did you mean /connection?", "frobnicate": `has no \"frobnicate\".`,
		"subscribe help": "after:3", "problems help": "unclaimed", "": "subscriptions", "help": "subscriptions",
	} {
		d.slash("/perch", typed)
		if a := d.hears(""); !strings.Contains(a.raw, want) {
			t.Errorf("%q: said %s, want %q", typed, a.raw, want)
		}
	}
}

func TestAStoreThatFailsIsToldWithAReference(t *testing.T) {
	t.Parallel()
	l := &ledger{broken: errors.New("disk full")}
	d := newDesk(t, l.sources())
	for _, typed := range []string{"problems", "subscriptions", "status", "subscribe now"} {
		d.slash("/perch", typed)
		if a := d.hears("Reference"); strings.Contains(a.raw, "disk full") {
			t.Errorf("it told %s", a.raw)
		}
	}
	d.slash("/perch", "subscribe")
	form := d.sees("")
	if a := d.submit(form, nil); a.Action != "push" || !strings.Contains(a.raw, "Reference") {
		t.Errorf("answered %s", a.raw)
	}
}
