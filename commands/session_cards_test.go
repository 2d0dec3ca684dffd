package commands

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/connect"
)

const wrongPassword = "The username or password you entered is incorrect."

// seenAs is the reading of the sketch, changed.
func seenAs(by ...func(*connect.Reading)) connect.Reading {
	r := atTheTerms()
	for _, change := range by {
		change(&r)
	}
	return r
}

// signingIn came to the sign-in and sees errors there.
func signingIn(r *connect.Reading) {
	r.Progress.Outcome, r.Progress.Stage, r.Progress.ClosedAt = connect.InProgress, connect.Authentication, time.Time{}
	r.Progress.Last = now.Add(-2 * time.Minute)
	r.Progress.Stages = steps(
		passed(connect.TermsOfService, 40*time.Second), passed(connect.ProviderSelection, 2*time.Minute), connect.StageProgress{Stage: connect.AuthMethod},
		connect.StageProgress{Stage: connect.Authentication, Visits: 1, Spent: 11 * time.Minute, Current: 11 * time.Minute, Errors: 4, Here: true},
	)
	r.Progress.Errors = []connect.ErrorSeen{{Message: wrongPassword, Type: "employer_connection_error", Stage: connect.Authentication, Count: 4, First: now.Add(-11 * time.Minute), Last: now.Add(-2 * time.Minute)}}
	r.Progress.ErrorCount, r.Remarks = 4, []string{"Saw the same error 4 times at Sign-in."}
}

// browserOnly: nobody but the browser told, so no stage is known.
func browserOnly(r *connect.Reading) {
	r.Progress.Stage, r.Progress.Stages, r.Remarks = "", nil, nil
	r.Progress.Spent, r.Progress.Visits = 4*time.Minute, 1
	r.Progress.Sources = map[connect.Source][]connect.Type{connect.FromBrowser: {connect.Opened, connect.Closed}}
}

// justClosed may come back before it counts as stopped.
func justClosed(r *connect.Reading) {
	r.Progress.Outcome, r.Progress.ClosedAt, r.Progress.DropsOff = connect.InProgress, now.Add(-5*time.Minute), now.Add(25*time.Minute)
}

func silent(r *connect.Reading) {
	browserOnly(r)
	r.Progress.ClosedAt, r.Progress.Spent = time.Time{}, 0
}

func unopened(r *connect.Reading) {
	r.Progress, r.Remarks = connect.Progress{Outcome: connect.Unopened}, nil
}

func broken(r *connect.Reading) {
	browserOnly(r)
	r.Progress.Outcome = connect.Broken
	r.Progress.Errors = []connect.ErrorSeen{{Message: "Invalid session", Type: "validation_error", Count: 1, First: now.Add(-32 * time.Minute), Last: now.Add(-32 * time.Minute)}}
	r.Progress.ErrorCount = 1
}

func lapsed(r *connect.Reading) {
	r.Progress.Outcome, r.Progress.Over = connect.Lapsed, now.Add(-50*time.Hour)
	r.Session.Expires = now.Add(-50 * time.Hour)
}

func takenBack(r *connect.Reading) {
	lapsed(r)
	r.Session.Revoked = now.Add(-50 * time.Hour)
}

func through(r *connect.Reading) {
	r.Progress.Outcome, r.Progress.Stage, r.Progress.Over = connect.Connected, connect.Success, now.Add(-3*time.Hour)
	r.Progress.Stages = []connect.StageProgress{
		passed(connect.TermsOfService, 40*time.Second), passed(connect.ProviderSelection, 2*time.Minute),
		{Stage: connect.AuthMethod},
		passed(connect.Authentication, 5*time.Minute),
		{Stage: connect.MFA},
		passed(connect.EntitySelection, time.Minute), passed(connect.Success, 0),
	}
	r.Progress.Status, r.Session.ConnectionID, r.Session.Method = "connected", harbor().ID, "credential"
	r.Progress.Sources[connect.FromPerch] = []connect.Type{connect.TokenExchanged}
	r.Progress.Sources[connect.FromFinch] = []connect.Type{connect.StatusChanged, connect.FirstData}
	r.Remarks = nil
}

func provisional(r *connect.Reading) {
	browserOnly(r)
	r.Progress.Outcome, r.Progress.Provisional, r.Progress.Over = connect.Connected, true, now.Add(-time.Minute)
}

func assisted(r *connect.Reading) {
	through(r)
	r.Session.Method, r.Progress.Status = "assisted", "pending"
	r.Progress.Assisted = []connect.StageProgress{
		{Stage: connect.TokenCreated, Visits: 1, Here: true, First: now.Add(-3 * time.Hour), Spent: 3 * time.Hour, Current: 3 * time.Hour}, {Stage: connect.InvitationAccepted}, {Stage: connect.PermissionVerified},
	}
}

func noRights(r *connect.Reading) {
	assisted(r)
	r.Progress.Status = "error_permissions"
	r.Progress.Assisted[0].Done, r.Progress.Assisted[0].Here, r.Progress.Assisted[0].Current = true, false, 0
	r.Progress.Assisted[1] = connect.StageProgress{Stage: connect.InvitationAccepted, Visits: 1, Here: true, Errors: 1, First: now}
}

// inStatus is what has become of the connection since.
func inStatus(status string) func(*connect.Reading) {
	return func(r *connect.Reading) { r.Progress.Status = status }
}

// backAgain went back to a stage that was done.
func backAgain(r *connect.Reading) {
	signingIn(r)
	r.Progress.Stages[0].Here, r.Progress.Stages[0].Errors = true, 1
}

func reconnects(r *connect.Reading) {
	signingIn(r)
	r.Session.Reconnect, r.Session.ConnectionID, r.Session.Source = true, harbor().ID, connect.FromHost
}

func hostileReading(r *connect.Reading) {
	signingIn(r)
	r.Session = connect.Session{ID: hostile, CustomerID: hostile, CustomerName: hostile, ConnectionID: hostile, ProviderID: hostile, ProviderName: hostile, Method: hostile, Created: now, Source: hostile}
	r.Progress.Outcome, r.Progress.Stage, r.Progress.Status = connect.DroppedOff, hostile, hostile
	r.Progress.Stages = append(steps(), connect.StageProgress{Stage: hostile, Visits: 1, Here: true, Errors: 1})
	r.Progress.Errors = []connect.ErrorSeen{{Message: hostile, Type: hostile, Stage: hostile, Count: 3}}
	r.Progress.Sources = map[connect.Source][]connect.Type{connect.FromHost: {hostile}, hostile: {hostile}}
	r.Remarks = []string{hostile}
}

func longestReading(r *connect.Reading) {
	signingIn(r)
	long := strings.Repeat("Ünïcödé 東京 👩‍👩‍👧 ", 60)
	r.Session.CustomerName, r.Session.CustomerID, r.Session.ProviderName, r.Session.ID, r.Session.ConnectionID = long, long, long, strings.Repeat("s", 200), strings.Repeat("c", 255)
	r.Progress.Stages, r.Progress.Errors, r.Remarks = nil, nil, nil
	for i := range 60 {
		r.Progress.Stages = append(r.Progress.Stages, connect.StageProgress{Stage: connect.Stage(fmt.Sprint(i, long)), Visits: 1000, Exits: 999, Errors: 99, Spent: 100 * time.Hour})
		r.Progress.Errors = append(r.Progress.Errors, connect.ErrorSeen{Message: fmt.Sprint(i, long), Stage: connect.Stage(long), Count: 1000})
		r.Remarks = append(r.Remarks, long)
	}
}

func hostileEvents() []connect.Event {
	var events []connect.Event
	for _, kind := range []connect.Type{connect.Failed, connect.StageEntered, connect.StatusChanged, connect.FirstData, hostile} {
		events = append(events, connect.Event{At: now, Type: kind, Stage: hostile, Message: hostile, ErrorType: hostile, Source: hostile})
	}
	return events
}

func longestEvents() []connect.Event {
	long := strings.Repeat("very long words ", 700)
	var events []connect.Event
	for range 5000 {
		events = append(events, connect.Event{At: now, Type: connect.Failed, Stage: connect.Stage(long[:100]), Message: long, ErrorType: long, Source: connect.FromBrowser})
	}
	return events
}

// tried are several attempts of one customer, the given one newest.
func tried(newest connect.Reading, n int) []connect.Reading {
	all := []connect.Reading{newest}
	for i := range n - 1 {
		older := seenAs()
		older.Session.ID, older.Session.Created = fmt.Sprintf("older-%d", i), now.Add(-time.Duration(i+2)*24*time.Hour)
		older.Progress.Opened = older.Session.Created
		if i == 0 {
			older.Progress.Stages[4] = connect.StageProgress{Stage: connect.MFA, Visits: 1, Here: true}
			older.Progress.Stage, older.Progress.ErrorCount = connect.MFA, 2
		}
		all = append(all, older)
	}
	return all
}

func TestTimelineCards(t *testing.T) {
	cards := map[string]timeline{
		"dropped_off":   {Reading: seenAs(), Events: newest(tell(comings(9)), lastEvents), CanShare: true},
		"watched":       {Reading: seenAs(), Watched: true, Notice: ":eyes: *You will be told.*", CanShare: true},
		"in_progress":   {Reading: seenAs(signingIn), CanShare: true},
		"browser_only":  {Reading: seenAs(browserOnly), Events: newest(tell(comings(0)), lastEvents), CanShare: true},
		"just_closed":   {Reading: seenAs(justClosed), CanShare: true},
		"closed_unseen": {Reading: seenAs(browserOnly, justClosed), CanShare: true},
		"silent":        {Reading: seenAs(silent), CanShare: true},
		"unopened":      {Reading: seenAs(unopened), CanShare: true},
		"broken":        {Reading: seenAs(broken), CanShare: true},
		"expired":       {Reading: seenAs(lapsed), CanShare: true},
		"revoked":       {Reading: seenAs(takenBack), CanShare: true},
		"connected":     {Reading: seenAs(through), CanShare: true},
		"provisional":   {Reading: seenAs(provisional), CanShare: true},
		"assisted":      {Reading: seenAs(assisted), CanShare: true},
		"no_rights":     {Reading: seenAs(noRights), CanShare: true},
		"needs_sign_in": {Reading: seenAs(through, inStatus("reauth")), CanShare: true},
		"ended":         {Reading: seenAs(through, inStatus("disconnected")), CanShare: true},
		"no_status":     {Reading: seenAs(through, inStatus(" ")), CanShare: true},
		"new_status":    {Reading: seenAs(through, inStatus("resting")), CanShare: true},
		"back_again":    {Reading: seenAs(backAgain), Events: newest(once(tell(exchangedTwice())), lastEvents), CanShare: true},
		"reconnect":     {Reading: seenAs(reconnects), CanShare: true},
		"attempts":      {Reading: seenAs(), Attempts: tried(seenAs(), 3), CanShare: true},
		"attempts_many": {Reading: seenAs(), Attempts: tried(seenAs(), maxAttempts+1)},
		"shared":        {Reading: seenAs(signingIn), Events: newest(tell(comings(9)), lastEvents), Attempts: tried(seenAs(signingIn), 8), SharedBy: "UBO"},
		"shared_done":   {Reading: seenAs(through), SharedBy: "UBO"},
		"nameless":      {Reading: seenAs(unopened, func(r *connect.Reading) { r.Session = connect.Session{ID: "s1"} })},
		"new_word":      {Reading: seenAs(func(r *connect.Reading) { r.Progress.Outcome = "paused" })},
		"hostile":       {Reading: seenAs(hostileReading), Events: newest(tell(hostileEvents()), lastEvents), Attempts: tried(seenAs(hostileReading), 2), CanShare: true},
		"longest":       {Reading: seenAs(longestReading), Events: newest(tell(longestEvents()), lastEvents), Attempts: tried(seenAs(longestReading), maxAttempts), CanShare: true},
	}
	for name, l := range cards {
		t.Run(name, func(t *testing.T) {
			l.Now = now
			check(t, "timeline_"+name, timelineCard(l))
		})
	}
}

func TestATimelineTellsTheStory(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		by   func(*connect.Reading)
		want []string
	}{
		"terms":        {func(*connect.Reading) {}, []string{"Stopped at Terms of Service", " 32 min ago", "stopped here · 14 min · 6 visits, left 6 times", "not reached", "link good for 89 more days", "your application (stages)"}},
		"sign-in":      {signingIn, []string{"In progress at Sign-in", "Your move:", wrongPassword, "4 times", "here · 11 min · 4 errors", "done · 40 s"}},
		"browser":      {browserOnly, []string{"Closed after 4 min, stage unknown", "nobody told of them", "reported by the browser alone"}},
		"unopened":     {unopened, []string{"Not opened yet", "link made 24 h ago", "The employer's move"}},
		"provisional":  {provisional, []string{"Connected, says the browser; not confirmed yet", "it is once the code is exchanged"}},
		"assisted":     {assisted, []string{"Through Finch Connect, the assisted set-up goes on", "they must invite Finch", "Invitation accepted", "waiting for it, 3 h so far"}},
		"connected":    {through, []string{"Nothing to do", "not seen", "the exchange of the code"}},
		"to reconnect": {func(r *connect.Reading) { through(r); r.Progress.Status = "error_reauth" }, []string{"The connection now: reconnect needed.", "they must sign in again"}},
		"ended":        {func(r *connect.Reading) { through(r); r.Progress.Status = "disconnected" }, []string{"The connection now: disconnected."}},
		"new status":   {func(r *connect.Reading) { through(r); r.Progress.Status = "resting" }, []string{"The connection now: resting.", "look at the connection"}},
		"back again":   {backAgain, []string{"Terms of Service", "here · 40 s · 1 error"}},
	} {
		m := timelineCard(timeline{Reading: seenAs(tt.by), Now: now})
		for _, want := range tt.want {
			if !strings.Contains(wire(t, m), jsonText(want)) {
				t.Errorf("%s: the blocks do not say %q", name, want)
			}
			if !strings.Contains(m.Text, card.Escape(want)) {
				t.Errorf("%s: the text does not say %q: %s", name, want, m.Text)
			}
		}
	}
}

func TestASharedTimelineGrowsNotOldAndHoldsNoLink(t *testing.T) {
	t.Parallel()
	for _, by := range []func(*connect.Reading){signingIn, browserOnly, unopened, lapsed, through, broken} {
		m := timelineCard(timeline{Reading: seenAs(by), Attempts: tried(seenAs(by), 3), Now: now, SharedBy: "UBO"})
		for _, never := range []string{" ago", "just now", "more days", "session-timeline.resend", "session-timeline.renew", "http"} {
			if strings.Contains(wire(t, m), never) {
				t.Errorf("the shared card says %q: %s", never, wire(t, m))
			}
		}
	}
}

func TestSessionListCards(t *testing.T) {
	var full []connect.Brief
	for i := range sessionsPage {
		r := seenAs(longestReading)
		r.Session.ID = fmt.Sprint(i, r.Session.ID)
		full = append(full, briefOf(r))
	}
	mixed := []connect.Brief{briefOf(seenAs()), briefOf(seenAs(signingIn)), briefOf(seenAs(browserOnly)), briefOf(seenAs(unopened)), briefOf(seenAs(reconnects))}
	mixed[0].Attempts = 3
	mixed[3].Session.Sandbox = true
	over := []connect.Brief{briefOf(seenAs(through)), briefOf(seenAs(lapsed)), briefOf(seenAs(takenBack)), briefOf(seenAs(provisional)), briefOf(seenAs(broken))}
	for name, l := range map[string]sessionList{
		"underway": {Query: connect.ListQuery{Scope: connect.Underway}, Page: connect.ListPage{Briefs: mixed, Total: 5}},
		"every":    {Query: connect.ListQuery{Scope: connect.Every, After: "12"}, Skipped: 12, Page: connect.ListPage{Briefs: over, Next: "17", Total: 61}},
		"empty":    {Query: connect.ListQuery{Scope: connect.Underway}},
		"no_links": {Query: connect.ListQuery{Scope: connect.Staged}},
		"none":     {Query: connect.ListQuery{Scope: connect.Every}},
		"no_match": {Query: connect.ListQuery{Scope: connect.Every, Words: "harbour"}},
		"hostile":  {Query: connect.ListQuery{Scope: connect.Staged}, Page: connect.ListPage{Briefs: []connect.Brief{briefOf(seenAs(hostileReading))}, Total: 1}},
		"longest":  {Query: connect.ListQuery{Scope: connect.Underway, After: "x"}, Skipped: 12, Page: connect.ListPage{Briefs: full, Next: strings.Repeat("c", 300), Total: 99999}},
	} {
		l.Now = now
		t.Run(name, func(t *testing.T) { check(t, "sessions_"+name, sessionsCard(l)) })
	}
	s := sessions{Sources{Now: func() time.Time { return now }}}
	check(t, "sessions_pick", picker{command: "session-timeline", block: "pick"}.offer("fern", "customer", s.matches([]connect.Brief{briefOf(seenAs()), briefOf(seenAs(hostileReading))})))
	check(t, "sessions_near", picker{command: "session-timeline", block: "nearest"}.nearest("blu fern", s.matches([]connect.Brief{briefOf(seenAs())}), nil))
	check(t, "help_sessions", sessionHelp(bot.Names{"session-timeline": "/finch-sessions"}))
}

func TestStagedTab(t *testing.T) {
	var full []connect.Brief
	for range sessionsPage {
		full = append(full, briefOf(seenAs(longestReading)))
	}
	for name, page := range map[string]connect.ListPage{
		"links":         {Briefs: []connect.Brief{briefOf(seenAs()), briefOf(seenAs(unopened))}, Total: 2},
		"links_hostile": {Briefs: []connect.Brief{briefOf(seenAs(hostileReading))}, Total: 1},
		"links_longest": {Briefs: full, Next: strings.Repeat("c", 300), Total: 99},
	} {
		l := list{Now: now, Staged: sessionList{Query: connect.ListQuery{Scope: connect.Staged}, Page: page, Now: now}}
		l.Query.Tab, l.Counts.Staged = "staged", page.Total
		t.Run(name, func(t *testing.T) { check(t, "list_staged_"+name, listCard(l)) })
	}
}

func TestSessionModals(t *testing.T) {
	long := strings.Repeat("x", 10_000)
	seen := seenAs(signingIn).Progress.Errors[0]
	evil := connect.ErrorSeen{Message: hostile, Type: hostile, Stage: hostile, Count: 1}
	for name, v := range map[string]slack.ModalViewRequest{
		"timeline":          fullTimeline(seenAs(), tell(comings(9)), 0, now),
		"timeline_none":     fullTimeline(seenAs(unopened), nil, 0, now),
		"timeline_page":     fullTimeline(seenAs(), tell(comings(100)), 60, now),
		"timeline_beyond":   fullTimeline(seenAs(), tell(comings(3)), 999, now),
		"timeline_hostile":  fullTimeline(seenAs(hostileReading), tell(hostileEvents()), 0, now),
		"timeline_longest":  fullTimeline(seenAs(longestReading), tell(longestEvents()), 1000, now),
		"error":             errorView(errorInfo{Of: seenAs(signingIn), Error: seen, Sessions: 9, Customers: 4, Now: now}),
		"error_alone":       errorView(errorInfo{Of: seenAs(signingIn), Error: seen, Sessions: 1, Customers: 1, Now: now}),
		"error_theirs":      errorView(errorInfo{Of: seenAs(signingIn), Error: seen, Sessions: 3, Customers: 1, Now: now}),
		"error_hostile":     errorView(errorInfo{Of: seenAs(hostileReading), Error: evil, Now: now}),
		"error_longest":     errorView(errorInfo{Of: seenAs(longestReading), Error: connect.ErrorSeen{Message: long, Stage: connect.Stage(long), Count: 9}, Now: now}),
		"error_wordless":    errorView(errorInfo{Of: seenAs(), Error: connect.ErrorSeen{Count: 2}, Now: now}),
		"reconnect_details": detail{Problem: signedOut(1), Reconnect: new(seenAs(reconnects)), Now: now}.view(),
	} {
		t.Run(name, func(t *testing.T) { checkModal(t, "session_"+name, v) })
	}
}

func TestLinkAndNudgeCards(t *testing.T) {
	link := connect.Link{Session: blueFern(), URL: "https://perch.example/connect/abc?x=1&y=2"}
	hosted := link
	hosted.Hosted = true
	again := link
	again.Session.Reconnect = true
	evil := connect.Link{Session: seenAs(hostileReading).Session, URL: "https://connect.example/s"}
	long := connect.Link{Session: seenAs(longestReading).Session, URL: "https://connect.example/" + strings.Repeat("x", 1500)}
	for name, m := range map[string]card.Message{
		"made":            madeCard(link, "A new link", now),
		"made_hosted":     madeCard(hosted, "The link again", now),
		"made_reconnect":  madeCard(again, "A new link", now),
		"made_hostile":    madeCard(evil, "A new link", now),
		"made_longest":    madeCard(long, "A new link", now),
		"nudge":           nudgeCard(seenAs()),
		"nudge_host":      nudgeCard(seenAs(reconnects)),
		"nudge_connected": nudgeCard(seenAs(through)),
		"nudge_hostile":   nudgeCard(seenAs(hostileReading)),
	} {
		t.Run(name, func(t *testing.T) { check(t, "session_link_"+name, m) })
	}
}

// readOff is a session as its events are really read.
func readOff(s connect.Session, events ...connect.Event) timeline {
	p := connect.Read(s, events, connect.Limits{}, now)
	return timeline{
		Reading: connect.Reading{Session: s, Progress: p, Remarks: connect.Remarks(p, connect.Baseline{})},
		Events:  newest(tell(events), lastEvents), Now: now, CanShare: true,
	}
}

// happening makes events, each so many minutes before now.
func happening(source connect.Source, said ...string) []connect.Event {
	var events []connect.Event
	for i, line := range said {
		var e connect.Event
		minutes := 0
		_, _ = fmt.Sscan(line, &minutes, &e.Type, &e.Stage)
		_, e.Message, _ = strings.Cut(line, ": ")
		e.Stage = connect.Stage(strings.TrimSuffix(string(e.Stage), ":"))
		e.ID, e.At, e.Source = fmt.Sprint(source, i), now.Add(-time.Duration(minutes)*time.Minute), source
		events = append(events, e)
	}
	return events
}

func TestTimelinesOfEventsAsTheyAreRead(t *testing.T) {
	assistedSession := blueFern()
	assistedSession.Method, assistedSession.ConnectionID = "assisted", harbor().ID
	for name, l := range map[string]timeline{
		"stopped": readOff(blueFern(), happening(connect.FromHost,
			"180 opened", "180 stage_entered terms_of_service", "175 stage_exited terms_of_service", "170 stage_entered terms_of_service", "165 stage_exited terms_of_service",
			"160 stage_entered terms_of_service", "158 stage_entered provider_selection", "155 stage_entered authentication",
			"150 error authentication: "+wrongPassword, "148 error authentication: "+wrongPassword, "140 closed")...),
		"through": readOff(blueFern(), happening(connect.FromHost,
			"60 opened", "60 stage_entered terms_of_service", "58 stage_entered provider_selection", "55 stage_entered authentication", "50 succeeded", "49 token_exchanged")...),
		"browser": readOff(blueFern(), happening(connect.FromBrowser, "60 opened", "56 closed")...),
		"claimed": readOff(blueFern(), happening(connect.FromBrowser, "60 opened", "56 succeeded")...),
		"invited": readOff(assistedSession, append(happening(connect.FromHost, "9000 opened", "8990 succeeded", "8990 token_exchanged"),
			happening(connect.FromFinch, "8980 status_changed : pending", "300 status_changed : processing")...)...),
		"brand_new": readOff(blueFern(), happening(connect.FromHost, "9 opened", "9 stage_entered palm_reading", "3 stage_entered terms_of_service")...),
	} {
		t.Run(name, func(t *testing.T) { check(t, "timeline_read_"+name, timelineCard(l)) })
	}
}
