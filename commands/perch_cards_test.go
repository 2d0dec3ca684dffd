package commands

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/alert"
	"perch/internal/connect"
	"perch/internal/golden"
)

// checkModal compares a modal with its golden file and walks it against Slack's
// limits.
func checkModal(t *testing.T, name string, v slack.ModalViewRequest) {
	t.Helper()
	if err := card.ValidateView(v); err != nil {
		t.Errorf("Slack would refuse the modal: %v", err)
	}
	for _, markup := range markups(t, card.Message{Blocks: v.Blocks.BlockSet}) {
		if strings.Contains(markup, "<https://evil") || strings.Contains(markup, "<!channel") {
			t.Errorf("outside text became markup: %s", markup)
		}
	}
	golden.JSON(t, name+".json", v)
}

// hostileProblem is one whose every word comes from somebody who means harm.
func hostileProblem(id int64) alert.Problem {
	p := failing(id)
	p.Subject = alert.Subject{CustomerID: hostile, CustomerName: hostile, CompanyID: hostile, ProviderID: hostile, ProviderName: hostile, EntityName: hostile}
	p.Key.ConnectionID, p.Key.EntityID, p.Jobs = hostile, hostile, []string{hostile}
	p.Facts.Message, p.ClaimedBy, p.Move = hostile, "<!channel>", hostile
	return p
}

// longestProblem has as much of everything as there can be.
func longestProblem(id int64) alert.Problem {
	long := strings.Repeat("very long name ", 40)
	p := failing(id)
	p.Subject = alert.Subject{CustomerID: long, CustomerName: long, CompanyID: long, ProviderID: long, ProviderName: long, EntityName: long}
	p.Key.EntityID, p.Count, p.ParentID = long, 99, 7
	p.ClaimedBy, p.ClaimedAt, p.SnoozedBy = "UANNELIESE9", now.Add(-time.Hour), "UBO"
	p.Facts.Message = long
	for i := range 60 {
		p.Jobs = append(p.Jobs, fmt.Sprintf("453bd7d7-5355-4d6d-a38e-%012d", i))
	}
	return p
}

// every wish says something different.
func fullWish() alert.Wish {
	w, _, err := alert.ParseWish(`all provider:gusto,"adp run" customer:"blue fern" env:production,sandbox -customer:harbor -type:assisted ` +
		`after:3 open-for:30m updates:channel remind:4h quiet:22:30-7 quiet:weekends pass:reauth zone:Europe/Berlin mention:<@U7|bo>,<!subteam^S9|ops>`)
	if err != nil {
		panic(err)
	}
	return w
}

func hostileWish() alert.Wish {
	bad := card.Cut(card.Clean(hostile), 70)
	return alert.Wish{
		Kinds: alert.AllKinds(), Include: alert.Filter{Customers: []string{bad}, Providers: []string{bad}},
		Exclude: alert.Filter{Entities: []string{bad}}, Zone: hostile, Quiet: alert.QuietHours{From: 1, To: 2}, Mention: []string{"U7"},
	}.Tidy()
}

func longestWish() alert.Wish {
	w := fullWish()
	for i := range 20 {
		w.Exclude.Customers = append(w.Exclude.Customers, fmt.Sprintf("%s %d", strings.Repeat("long", 9), i))
	}
	return w
}

func TestSubscriptionForms(t *testing.T) {
	usual := alert.DefaultWish()
	usual.Zone = "Europe/Berlin"
	digest := usual
	digest.Digest, digest.DigestAt = true, 8*60+15
	forms := map[string]slack.ModalViewRequest{
		"usual":     draft{Channel: "C1", Here: "C1", Wish: usual}.view(""),
		"direct":    draft{Channel: "U1", Wish: usual}.view(""),
		"all":       draft{Channel: "C1", Here: "C1", All: true, Wish: usual}.view(""),
		"wrong":     draft{Channel: "C1", Here: "C1", Wish: usual}.view("There is no filter *provdier:*. There are `customer:` and others."),
		"full":      draft{ID: 4, Channel: "C1", All: true, Turn: 3, Wish: fullWish()}.view(""),
		"digest":    draft{Channel: "U1", Here: "C1", All: true, Wish: digest}.view(""),
		"hostile":   draft{Channel: "C1", Here: "C1", All: true, Wish: hostileWish()}.view(""),
		"longest":   draft{ID: 4, Channel: "C1", All: true, Wish: longestWish()}.view(strings.Repeat("A word is wrong. ", 100)),
		"too_long":  tooLong(),
		"saved":     savedView(byAnn(1, "C1"), bot.Names{"perch": "/finch-perch"}),
		"saved_you": savedView(byAnn(1, "U1"), nil),
	}
	for name, v := range forms {
		t.Run(name, func(t *testing.T) { checkModal(t, "subscribe_form_"+name, v) })
	}
}

func TestWhatIsSaidBack(t *testing.T) {
	from := now.Add(-replayFor)
	views := map[string]meaning{
		"nothing": {Rehearsal: alert.Rehearsal{First: from}},
		"seven":   {Rehearsal: alert.Rehearsal{First: from, Messages: 7, Problems: 8, Healed30: 4, AfterTwo: 3}, OpenNow: 1},
		"much": {
			Rehearsal: alert.Rehearsal{First: from.Add(72 * time.Hour), Messages: 41, Problems: 60, Healed30: 12, Held: 9, Digests: 3, Reminders: 1, AfterTwo: 41},
			OpenNow:   12,
		},
	}
	for name, m := range views {
		m.From, m.Now = from, now
		t.Run(name, func(t *testing.T) {
			d := draft{Channel: "C1", Wish: alert.DefaultWish()}
			m.Subscription = d.subscription()
			checkModal(t, "subscribe_check_"+name, d.saidBack(m))
			m.Subscription = byAnn(1, "C1")
			check(t, "subscribe_saved_"+name, savedCard(m))
		})
	}
	for name, w := range map[string]alert.Wish{"full": fullWish(), "hostile": hostileWish(), "longest": longestWish()} {
		t.Run(name, func(t *testing.T) {
			d := draft{Channel: "U1", Wish: w}
			checkModal(t, "subscribe_check_"+name, d.saidBack(meaning{Subscription: d.subscription(), From: from, Now: now, Rehearsal: alert.Rehearsal{First: from}}))
		})
	}
}

func TestWhatKeepsAChannelFromBeingTold(t *testing.T) {
	for name, venue := range map[string]bot.Venue{"outside": bot.Outside, "archived": bot.Archived, "read_only": bot.ReadOnly} {
		check(t, "subscribe_"+name, cannotPost(venue, hostile))
	}
	if got := len([]rune(value(strings.Repeat("word ", 1000)))); got > maxButtonText {
		t.Errorf("a button carries %d characters", got)
	}
}

func TestSubscriptionCards(t *testing.T) {
	mine := byAnn(1, "C1")
	mine.Maker, mine.Changer, mine.Changed = "U1", "UBO", now.Add(-time.Hour)
	paused, broken, direct := byAnn(2, "C1"), byAnn(3, "C1"), byAnn(4, "U1")
	paused.Paused, paused.PausedBy, paused.PausedAt = true, "UBO", now.Add(-2*time.Hour)
	broken.Paused, broken.PausedAt, broken.PauseReason, broken.SharedBy = true, now.Add(-3*time.Hour), "is_archived", "UROOT"
	evil, long := byAnn(5, "C1"), byAnn(6, "C1")
	evil.Wish, evil.Maker, evil.MakerName, evil.Paused, evil.PauseReason = hostileWish(), "<!channel>", hostile, true, hostile
	long.Wish, long.Changer, long.Changed = longestWish(), "UBO", now
	long.Paused, long.PauseReason, long.SharedBy = true, strings.Repeat("reason ", 100), "UROOT"
	var many []alert.Subscription
	for i := range 3 * subscriptionsPage {
		long.ID = int64(i + 100)
		many = append(many, long)
	}
	ann, root := bot.Person{ID: "U1", Role: bot.Operator}, bot.Person{ID: "UROOT", Role: bot.Admin}
	lists := map[string]subscriptionList{
		"empty":      {Channel: "C1", Who: ann},
		"empty_me":   {Who: ann},
		"one":        {Channel: "C1", Who: ann, All: []alert.Subscription{mine}},
		"several":    {Channel: "C1", Who: ann, All: []alert.Subscription{mine, paused, broken}},
		"admin":      {Channel: "C1", Who: root, All: []alert.Subscription{mine, paused, broken}},
		"everywhere": {Who: ann, All: []alert.Subscription{direct, mine, paused}},
		"hostile":    {Channel: "C1", Who: root, All: []alert.Subscription{evil}},
		"longest":    {Channel: "C1", Who: root, All: many, From: subscriptionsPage},
	}
	for name, l := range lists {
		l.Now = now
		t.Run(name, func(t *testing.T) { check(t, "subscriptions_"+name, subscriptionsCard(l)) })
	}
}

func TestProblemListCards(t *testing.T) {
	held, snoozed := signedOut(2), failing(3)
	held.ClaimedBy, held.ClaimedAt = "UBO", now.Add(-time.Hour)
	snoozed.SnoozedBy, snoozed.ParentID = "UBO", 9
	outage := alert.Problem{
		ID: 9, Key: alert.Key{Kind: alert.Outage, Part: "gusto job_failed"}, Subject: alert.Subject{ProviderID: "gusto", ProviderName: "Gusto"},
		State: alert.Open, Move: alert.Finchs, Opened: now.Add(-2 * time.Hour), Affected: 52, Recovered: 37, Of: 61,
	}
	blind := alert.Problem{ID: 10, Key: alert.Key{Kind: alert.Blind, Part: "finch"}, State: alert.Open, Move: alert.Ours, Opened: now.Add(-time.Hour)}
	gone := failing(11)
	gone.State, gone.Over = alert.Closed, now.Add(-time.Hour)
	var many, evil []alert.Problem
	for i := range problemsPage {
		many, evil = append(many, longestProblem(int64(i+1))), append(evil, hostileProblem(int64(i+1)))
	}
	lists := map[string]problemList{
		"empty":        {},
		"empty_well":   {Last: now.Add(-26 * time.Hour)},
		"no_match":     {Filter: problemFilter{Words: card.Clean(hostile), Kinds: []alert.Kind{alert.Reauth}}},
		"one":          {Page: alert.ProblemPage{Problems: []alert.Problem{signedOut(1)}, Total: 1}},
		"several":      {Page: alert.ProblemPage{Problems: []alert.Problem{signedOut(1), held, snoozed, outage, blind}, Total: 5}},
		"all":          {Filter: problemFilter{All: true}, Page: alert.ProblemPage{Problems: []alert.Problem{signedOut(1), overSince(failing(3), time.Hour), gone}, Total: 3}},
		"mine":         {Filter: problemFilter{Held: heldByAsker}, Page: alert.ProblemPage{Problems: []alert.Problem{held}, Total: 1}},
		"unclaimed":    {Filter: problemFilter{Held: heldByNobody, Provider: "gusto"}, Page: alert.ProblemPage{Problems: []alert.Problem{signedOut(1)}, Total: 1}},
		"hostile":      {Filter: problemFilter{Words: card.Clean(hostile), Provider: card.Clean(hostile)}, Page: alert.ProblemPage{Problems: evil, Total: 99, Next: "x"}},
		"longest":      {Filter: problemFilter{Words: strings.Repeat("word ", 20), After: "x", Skipped: 20}, Page: alert.ProblemPage{Problems: many, Total: 99, Next: strings.Repeat("c", 300)}},
		"unreasonable": {Page: alert.ProblemPage{Problems: []alert.Problem{{ID: 1}}, Total: 1}},
	}
	for name, l := range lists {
		l.Now = now
		t.Run(name, func(t *testing.T) { check(t, "problems_"+name, problemsCard(l)) })
	}
}

func TestProblemModals(t *testing.T) {
	events := []alert.Event{
		{At: now.Add(-4 * time.Hour), What: alert.HasOpened, Detail: "453bd7d7-5355-4d6d-a38e-d9e7eb218c3f"},
		{At: now.Add(-3 * time.Hour), What: alert.HasClaimed, Who: "UBO"},
		{At: now.Add(-2 * time.Hour), What: alert.HasRecurred, Detail: hostile},
		{At: now.Add(-time.Hour), What: hostile, Who: "U1"},
	}
	var all []alert.Event
	for _, what := range []alert.Happening{
		alert.HasOpened, alert.HasReopened, alert.HasRecurred, alert.HasEscalated, alert.HasFlapped, alert.HasResolved, alert.HasClosed, alert.HasJoined,
		alert.HasClaimed, alert.HasReleased, alert.HasSnoozed, alert.HasWoken, alert.HasLink, alert.HasPacket, alert.HasSent, alert.HasNote, alert.HasChanged,
	} {
		all = append(all, alert.Event{At: now, What: what}, alert.Event{At: now, What: what, Who: "UBO"})
	}
	slices.Reverse(events)
	slices.Reverse(all)
	for name, v := range map[string]slack.ModalViewRequest{
		"one":     detail{Problem: signedOut(1), Events: events, Now: now}.view(),
		"no_past": detail{Problem: alert.Problem{ID: 3, State: alert.Open}, Now: now}.view(),
		"over":    detail{Problem: overSince(failing(1), time.Hour), Events: all, Now: now}.view(),
		"hostile": detail{Problem: hostileProblem(1), Events: events, Now: now}.view(),
		"longest": detail{Problem: longestProblem(1), Events: append(all, all...)[:maxHistory], Now: now}.view(),
	} {
		t.Run("details_"+name, func(t *testing.T) { checkModal(t, "problem_details_"+name, v) })
	}
	var many []alert.Problem
	for i := range 3 * affectedPage {
		many = append(many, longestProblem(int64(i+1)))
	}
	for name, v := range map[string]slack.ModalViewRequest{
		"empty":   affectedView(group{Outage: 1}, nil, now),
		"one":     affectedView(group{Outage: 1}, []alert.Problem{failing(1)}, now),
		"hostile": affectedView(group{Card: 1}, []alert.Problem{hostileProblem(1), overSince(hostileProblem(2), time.Hour)}, now),
		"longest": affectedView(group{Card: 1, From: affectedPage}, many, now),
		"beyond":  affectedView(group{Outage: 1, From: 999}, []alert.Problem{failing(1)}, now),
	} {
		t.Run("affected_"+name, func(t *testing.T) { checkModal(t, "problem_affected_"+name, v) })
	}
}

func TestReconnectLinkCards(t *testing.T) {
	link := func(p alert.Problem, session string, expires time.Time) connect.Link {
		return connect.Link{URL: "https://connect.tryfinch.com/authorize?session=" + session, Session: connect.Session{
			CustomerName: p.Subject.CustomerName, ProviderName: p.Subject.ProviderName, Reconnect: true, Expires: expires,
		}}
	}
	for name, l := range map[string]connect.Link{
		"good":    link(signedOut(1), "3f8e", now.Add(30*24*time.Hour)),
		"hostile": link(hostileProblem(1), "3f8e", now.Add(30*24*time.Hour)),
		"longest": link(longestProblem(1), strings.Repeat("x", 1500), time.Time{}),
	} {
		check(t, "link_"+name, reconnectCard(l, now))
	}
}

func TestStatusCards(t *testing.T) {
	fine := Status{
		Sockets: 2, Wanted: 2, FinchGood: now.Add(-20 * time.Second), FinchBad: now.Add(-3 * time.Hour), WebhooksOn: true, Webhook: now.Add(-4 * time.Minute),
		Latency: 14 * time.Millisecond, Slowest: 1200 * time.Millisecond, Heard: now.Add(-2 * time.Minute), Underway: 3, Stopped: 1, Channels: 4, Threads: 31, Connections: 61, Open: 3, Database: "SQLite", Version: "v0.4.0", Since: now.Add(-50 * time.Hour),
	}
	late := fine
	late.Sockets, late.FinchGood, late.FinchBad = 1, now.Add(-9*time.Minute), now.Add(-90*time.Second)
	late.Owed, late.Oldest, late.Held = 12, now.Add(-7*time.Minute), 2
	late.Unread, late.UnreadSince, late.Replies, late.RepliesSince = 40, now.Add(-6*time.Minute), 2, now.Add(-7*time.Minute)
	silenced := fine
	silenced.Silenced = 3
	busy := fine
	busy.Owed, busy.Oldest, busy.Held = 1, now.Add(-2*time.Second), 1
	busy.Unread, busy.UnreadSince, busy.Replies, busy.RepliesSince, busy.Channels, busy.Threads = 1, now.Add(-time.Second), 1, now.Add(-2*time.Second), 1, 1
	evil := late
	evil.Sockets, evil.FinchGood, evil.Version, evil.Database = 0, time.Time{}, hostile, hostile
	for name, s := range map[string]Status{"fine": fine, "late": late, "silenced": silenced, "busy": busy, "new": {Sockets: 1, Wanted: 1, Since: now, Database: "PostgreSQL", Version: "v0"}, "hostile": evil} {
		check(t, "status_"+name, statusCard(s, nil, now))
	}
}

func TestHelpCards(t *testing.T) {
	p := perch{others: []bot.Command{Connection(Sources{}), Jobs(Sources{})}}
	names := bot.Names{"perch": "/finch-perch", "jobs": "/finch-jobs"}
	for name, m := range map[string]card.Message{
		"help_subscribe": subscribeHelp(names), "help_problems": problemsHelp(nil),
		"perch_unknown": p.unknown("problms", names), "perch_hostile": p.unknown(hostile, nil),
	} {
		check(t, name, m)
	}
}

// Every button must have somebody who answers it.
func TestEveryButtonIsAnswered(t *testing.T) {
	actions, submissions := Perch(Sources{}, nil).Actions, Perch(Sources{}, nil).Submissions
	var l []alert.Problem
	for range 3 * affectedPage {
		l = append(l, failing(1))
	}
	s := byAnn(1, "C1")
	paused := s
	paused.Paused = true
	everything := []any{
		draft{Channel: "C1", Here: "C1", Wish: alert.DefaultWish()}.view(""),
		draft{Channel: "C1"}.saidBack(meaning{Rehearsal: alert.Rehearsal{Messages: 2}}),
		subscriptionsCard(subscriptionList{Channel: "C1", Who: bot.Person{Role: bot.Admin}, All: []alert.Subscription{s, paused}}),
		problemsCard(problemList{Filter: problemFilter{After: "1", Held: heldByNobody}, Page: alert.ProblemPage{Next: "2", Problems: l[:1]}}),
		affectedView(group{Card: 1, From: affectedPage}, l, now),
		cannotPost(bot.Outside, ""), statusCard(Status{}, nil, now),
		alert.ProblemMessage(alert.Shown{Problem: signedOut(1), Subscription: s, Now: now}),
		alert.ProblemMessage(alert.Shown{Problem: failing(1), Now: now}),
		alert.SummaryMessage(l[:2], s, now),
	}
	raw, err := json.Marshal(everything)
	if err != nil {
		t.Fatal(err)
	}
	forms := fmt.Sprintf("%q", []string{"perch." + fieldWhere, "perch." + fieldKinds, "perch." + fieldOnly, "perch." + fieldExcept, "perch." + fieldMention})
	for _, found := range strings.Split(string(raw), `"action_id":"perch.`)[1:] {
		verb, _, _ := strings.Cut(found, `"`)
		if field := strings.Contains(forms, `"perch.`+verb+`"`); !field && actions[verb] == nil {
			t.Errorf("nobody answers perch.%s", verb)
		}
	}
	for _, found := range strings.Split(string(raw), `"callback_id":"perch.`)[1:] {
		verb, _, _ := strings.Cut(found, `"`)
		if submissions[verb] == nil {
			t.Errorf("nobody answers the modal perch.%s", verb)
		}
	}
}
