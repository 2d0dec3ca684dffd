package commands

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"perch/internal/alert"
	"perch/internal/connect"
	"perch/internal/finch"
)

// reception knows Blue Fern's three attempts and what others did.
func reception(t *testing.T) (*desk, *register) {
	t.Helper()
	harborSession := seenAs(through)
	harborSession.Session.ID, harborSession.Session.CustomerID, harborSession.Session.CustomerName = "harbor-session", "cust_1042", "Harbor Coffee Roasters"
	other := seenAs(signingIn)
	other.Session.ID, other.Session.CustomerID, other.Session.CustomerName = "fernhill", "cust_3003", "Fernhill Bikes"
	g := &register{
		readings: append(tried(seenAs(), 3), harborSession, other),
		events:   map[string][]connect.Event{blueFern().ID: comings(100)},
		link:     connect.Link{Session: blueFern(), URL: "https://perch.example/connect/abc?x=1&y=2"},
	}
	return newDesk(t, g.sources(&ledger{made: connect.Link{Session: connect.Session{ID: "r1", CustomerName: "Blue Fern Dental", Reconnect: true}, URL: "https://connect.example/r"}})), g
}

func TestASessionIsFoundByWhoseItIs(t *testing.T) {
	t.Parallel()
	d, _ := reception(t)
	for typed, want := range map[string]string{
		"blue fern":                "Attempt 3 of 3 (this one)",
		`"Blue Fern Dental"`:       "Attempt 3 of 3 (this one)",
		"cust_2001":                "Attempt 3 of 3 (this one)",
		"older-1":                  "Attempt 1 (this one)",
		"fern":                     "2 customers match",
		harbor().ID:                "Connected",
		"help":                     "Session timelines",
		"":                         "Connect sessions that wait",
		"5e55105e-nobody-knows-it": "Nothing matches",
	} {
		d.slash("/session-timeline", typed)
		if a := d.hears(want); a.Type != "ephemeral" {
			t.Errorf("%q was answered to everybody: %s", typed, a.raw)
		}
	}
	d.click("session-timeline.pick", "pick", "fernhill")
	d.hears("In progress at Sign-in")
	d.click("session-timeline.near_2", "nearest", "harbor-session")
	d.hears("Nothing to do")
	d.click("session-timeline.open", "problem:1", "gone")
	d.hears("not known here any more")
}

func TestAConnectionLeadsToItsSessions(t *testing.T) {
	t.Parallel()
	d, g := reception(t)
	d.slash("/connection", "harbor")
	if a := d.hears("Harbor Coffee Roasters"); !strings.Contains(a.raw, "session-timeline.of") {
		t.Errorf("the card leads to no sessions: %s", a.raw)
	}
	d.click("session-timeline.of", "connection", harbor().ID)
	d.hears("harbor-session")
	g.readings = g.readings[:1]
	d.click("session-timeline.of", "connection", harbor().ID)
	d.hears("No Connect session of Harbor Coffee Roasters is known here.")
}

func TestTheFullTimelineComesInPages(t *testing.T) {
	t.Parallel()
	d, g := reception(t)
	d.click("session-timeline.timeline", "session", sessionValue{ID: blueFern().ID}.String())
	v := d.sees("102 events, newest first; here 1 to 40")
	if v.method != "views.open" || strings.Index(v.raw, "closed Finch Connect") > strings.Index(v.raw, "left Terms of Service") {
		t.Errorf("shown %s", v.raw)
	}
	older := sessionValue{ID: blueFern().ID, Until: 62}.String()
	if !strings.Contains(v.raw, jsonText(older)) {
		t.Errorf("no way to the older ones: %s", v.raw)
	}
	g.events[blueFern().ID] = append(comings(100), connect.Event{At: now, Type: connect.Opened, Source: connect.FromBrowser})
	d.press(v, "session-timeline.timeline_turn", older, nil)
	v = d.sees("103 events, newest first; here 42 to 81") // it stands still though more happened
	d.press(v, "session-timeline.timeline_back", sessionValue{ID: blueFern().ID, Until: 102}.String(), nil)
	d.sees("here 2 to 41")
}

func TestMoreInfoNamesTheExactError(t *testing.T) {
	t.Parallel()
	d, g := reception(t)
	g.same = [2]int{9, 4}
	d.click("session-timeline.more_info", "e", sessionValue{ID: "fernhill", Error: errorMark(wrongPassword)}.String())
	v := d.sees(wrongPassword)
	for _, want := range []string{"4 times, first", "3 other customers", "in 9 sessions in all", "employer_connection_error"} {
		if !strings.Contains(v.raw, want) {
			t.Errorf("it does not say %q: %s", want, v.raw)
		}
	}
	d.click("session-timeline.more_info", "e", sessionValue{ID: "fernhill", Error: "other"}.String())
	d.hears("not kept any more")
}

func TestALinkIsShownAgainToThePresserAlone(t *testing.T) {
	t.Parallel()
	d, g := reception(t)
	d.click("session-timeline.resend", "session", blueFern().ID)
	a := d.hears("The link again for Blue Fern Dental.")
	if a.Type != "ephemeral" || a.Replace || !strings.Contains(a.raw, `https://perch.example/connect/abc?x=1\u0026y=2`) {
		t.Errorf("answered %s", a.raw)
	}
	g.noLink = fmt.Errorf("read a link: %w", connect.ErrUnknown)
	d.click("session-timeline.resend", "session", blueFern().ID)
	d.hears("Perch did not make this link, so it cannot show it again")
	d.click("session-timeline.resend", "session", "harbor-session")
	d.hears("They are through with this link")
	g.readings[0] = seenAs(takenBack)
	d.click("session-timeline.resend", "session", blueFern().ID)
	d.hears("This link was taken back")
	g.readings[0] = seenAs(lapsed)
	d.click("session-timeline.resend", "session", blueFern().ID)
	d.hears("This link has expired")
	if want := []string{"again " + blueFern().ID + " U1", "again " + blueFern().ID + " U1"}; !slices.Equal(g.did(), want) {
		t.Errorf("done: %q, want %q", g.did(), want)
	}
}

func TestALinkIsRenewed(t *testing.T) {
	t.Parallel()
	d, g := reception(t)
	d.click("session-timeline.renew", "problem:1", blueFern().ID)
	if a := d.hears("A new link for Blue Fern Dental."); !strings.Contains(a.raw, "session-timeline.revoke") {
		t.Errorf("it cannot be taken back: %s", a.raw)
	}
	g.noLink = errors.New("the old one could not be taken back")
	d.click("session-timeline.renew", "session", blueFern().ID)
	d.hears("A new link for Blue Fern Dental.")
	g.noLink, g.link.URL = &finch.Error{Status: 422, Message: "no"}, ""
	d.click("session-timeline.renew", "session", blueFern().ID)
	d.hears("There is no link:")
	g.noLink = &connect.ConnectedError{ConnectionID: harbor().ID}
	d.click("session-timeline.renew", "session", blueFern().ID)
	d.hears("perch.relink")
	g.noLink = connect.ErrUnknown
	d.click("session-timeline.renew", "session", blueFern().ID)
	d.sees("is not known here any more. Fill in the rest.")
	d.click("session-timeline.renew", "session", "harbor-session")
	d.hears("They are connected already, so no link was made.")

	// Of a session that the application made, nobody here knows the wishes.
	g.readings[0].Session.Source = connect.FromHost
	d.click("session-timeline.renew", "session", blueFern().ID)
	if v := d.sees("Perch did not make the old link"); !strings.Contains(v.raw, "Blue Fern Dental") || !strings.Contains(v.raw, `"initial_value":"gusto"`) {
		t.Errorf("the form is not filled in: %s", v.raw)
	}
	g.readings[0] = seenAs(reconnects)
	d.click("session-timeline.renew", "session", blueFern().ID)
	d.hears("has signed us out")
}

func TestALinkIsTakenBack(t *testing.T) {
	t.Parallel()
	d, g := reception(t)
	d.clickOwn("session-timeline.revoke", "link", blueFern().ID)
	if a := d.hears("The link was taken back."); !a.Replace || strings.Contains(a.raw, "perch.example") {
		t.Errorf("the link stands there still: %s", a.raw)
	}
	if want := []string{"revoke " + blueFern().ID + " U1"}; !slices.Equal(g.did(), want) {
		t.Errorf("done: %q, want %q", g.did(), want)
	}
	g.noLink = connect.ErrUnknown
	d.clickOwn("session-timeline.revoke", "link", "nobody")
	d.hears("not known here any more")
}

func TestANudgeIsATextToCopy(t *testing.T) {
	t.Parallel()
	d, _ := reception(t)
	d.click("session-timeline.nudge", "problem:1", blueFern().ID)
	if a := d.hears("nothing was sent"); a.Type != "ephemeral" || a.Replace || !strings.Contains(a.raw, "rich_text_preformatted") {
		t.Errorf("answered %s", a.raw)
	}
}

func TestWhoWatchesIsTold(t *testing.T) {
	t.Parallel()
	d, g := reception(t)
	value := sessionValue{ID: blueFern().ID}.String()
	d.clickOwn("session-timeline.watch", "session", value)
	if a := d.hears("You will be told"); !a.Replace || !strings.Contains(a.raw, "Stop watching") {
		t.Errorf("answered %s", a.raw)
	}
	if !g.watched["cust_2001 U1"] {
		t.Errorf("watched: %v", g.watched)
	}
	d.clickOwn("session-timeline.unwatch", "session", value)
	d.hears("You will not be told of this any more.")
	if g.watched["cust_2001 U1"] {
		t.Error("they watch still")
	}
	d.click("session-timeline.watch", "session", value)
	if a := d.hears("You will be told"); a.Replace || strings.Contains(a.raw, "Attempt 3") {
		t.Errorf("the channel's card was changed for one: %s", a.raw)
	}
	g.readings[0].Session.CustomerID = ""
	d.clickOwn("session-timeline.watch", "session", value)
	d.hears("Nobody told whose session this is")
}

func TestASessionIsSharedWithoutAges(t *testing.T) {
	t.Parallel()
	d, _ := reception(t)
	d.clickOwn("session-timeline.share", "session", blueFern().ID)
	d.hears("Sharing …")
	a := d.hears("Shared by <@U1>")
	if a.Type != "in_channel" || strings.Contains(a.raw, " ago") || strings.Contains(a.raw, "perch.example") {
		t.Errorf("shared %s", a.raw)
	}
	d.hears("Shared in this channel.")
	d.click("session-timeline.refresh", "session", sessionValue{ID: blueFern().ID, By: "U1"}.String())
	if a := d.hears("Shared by <@U1>"); !a.Replace || strings.Contains(a.raw, " ago") {
		t.Errorf("refreshed to %s", a.raw)
	}
}

func TestListsOfSessionsComeInPagesAndAsCSV(t *testing.T) {
	t.Parallel()
	d, g := reception(t)
	for i := range 20 {
		r := seenAs(unopened)
		r.Session.ID, r.Session.CustomerName = fmt.Sprint("s", i), fmt.Sprintf("=Customer %d", i)
		g.readings = append(g.readings, r)
	}
	d.slash("/session-timeline", "")
	a := d.hears("25 in progress and lately stopped")
	next := sessionsValue(connect.ListQuery{Scope: connect.Underway, After: "12"}, 12)
	if !strings.Contains(a.raw, "here 1 to 12") || !strings.Contains(a.raw, jsonText(next)) {
		t.Errorf("no way on: %s", a.raw)
	}
	d.clickOwn("session-timeline.next", "sessions", next)
	if a := d.hears("here 13 to 24"); !a.Replace {
		t.Errorf("answered %s", a.raw)
	}
	d.clickOwn("session-timeline.next", "sessions", "after=strange")
	d.hears("here 1 to 12")
	d.clickOwn("session-timeline.staged", "sessions", "scope=staged")
	d.hears("Links sent and not finished")
	d.clickOwn("session-timeline.csv", "sessions", "scope=staged&words=x")
	if file := <-d.files; strings.Count(file, "'=Customer") != 20 || strings.Contains(file, "http") {
		t.Errorf("the file is %s", file)
	}
	d.hears("24 sessions are in your direct messages")
	if q := g.asked[len(g.asked)-1]; q.Scope != connect.Staged || q.Words != "x" {
		t.Errorf("asked for %+v", q)
	}
}

func TestTheStagedTabHoldsLinks(t *testing.T) {
	t.Parallel()
	d, g := reception(t)
	for i := range 20 {
		r := seenAs(unopened)
		r.Session.ID = fmt.Sprint("s", i)
		g.readings = append(g.readings, r)
	}
	d.clickOwn("connection.staged", "tabs", "tab=staged")
	a := d.hears("24 staged")
	for _, want := range []string{"session-timeline.open", "Staged (24)", "not opened yet, made 24 h ago", "here 1 to 12", "Next page"} {
		if !strings.Contains(a.raw, want) {
			t.Errorf("it does not say %q: %s", want, a.raw)
		}
	}
	d.clickOwn("connection.next", "tools", "tab=staged&after=12&skipped=12")
	d.hears("here 13 to 24")
	d.clickOwn("connection.filter", "tab=staged", "fern")
	d.hears("Staged (24)")
	if q := g.asked[len(g.asked)-1]; q.Words != "fern" || q.Scope != connect.Staged {
		t.Errorf("asked for %+v", q)
	}
	d.clickOwn("connection.csv", "tools", "tab=staged")
	if file := <-d.files; !strings.Contains(file, "session_id,customer_id") {
		t.Errorf("the file is %s", file)
	}
	d.hears("24 sessions are in your direct messages")
	d.clickOwn("connection.live", "tabs", "tab=live")
	d.hears("Staged (24)")
}

func TestDetailsShowTheRunningReconnect(t *testing.T) {
	t.Parallel()
	running := seenAs(reconnects)
	running.Progress.Opened = now.Add(-5 * time.Minute)
	g := &register{readings: []connect.Reading{seenAs(through), running}}
	d := newDesk(t, g.sources(&ledger{problems: []alert.Problem{signedOut(1)}}))
	d.click("perch.details", "problem:1", "1")
	d.sees("Reconnect session: in progress at Sign-in, opened 5 min ago, 4 errors")
	g.readings = g.readings[:1]
	d.click("perch.details", "problem:1", "1")
	if v := d.sees("What happened"); strings.Contains(v.raw, "Reconnect session") {
		t.Errorf("shown %s", v.raw)
	}
}

func TestAFailingStoreIsSaid(t *testing.T) {
	t.Parallel()
	d, g := reception(t)
	g.broken = errors.New("disk full")
	for _, typed := range []string{"", "older-1", "blue fern"} {
		d.slash("/session-timeline", typed)
		d.hears("That did not work. Reference ")
	}
}

func TestSessionValuesComeBackFromButtons(t *testing.T) {
	t.Parallel()
	for _, v := range []sessionValue{{ID: "a b&c=ü"}, {ID: "x", By: "U1"}, {ID: "x", Error: errorMark("m"), Until: 40}} {
		if got := sessionValueOf(v.String()); got != v {
			t.Errorf("%+v came back as %+v", v, got)
		}
	}
	if got := sessionValueOf("id=x&by=<!channel>&until=-3&%zz"); got != (sessionValue{ID: "x"}) {
		t.Errorf("forged: %+v", got)
	}
	for _, q := range []connect.ListQuery{{Scope: connect.Underway}, {Scope: connect.Every, Words: "a&b", After: "x/+"}} {
		got, skipped := sessionsOf(sessionsValue(q, 12))
		if !reflect.DeepEqual(got, q) || skipped != 12 {
			t.Errorf("%+v came back as %+v, %d", q, got, skipped)
		}
	}
	if got, skipped := sessionsOf("scope=evil&skipped=-1"); got.Scope != connect.Underway || skipped != 0 {
		t.Errorf("forged: %+v, %d", got, skipped)
	}
}
