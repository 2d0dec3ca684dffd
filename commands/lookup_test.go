package commands

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/connect"
	"perch/internal/finch"
	"perch/internal/thread"
)

// quotedTS is the message that the shortcuts of these tests are used on, in the thread
// of quotedRoot.
const (
	quotedTS   = "1700000000.000009"
	quotedRoot = "1700000000.000001"
)

// choosesOn is the shortcut of a message.
func (d *desk) choosesOn(channel, text string) {
	d.t.Helper()
	d.take("interactive", "", map[string]any{
		"type": "message_action", "team": map[string]any{"id": "T1"}, "api_app_id": "A1", "callback_id": "perch.look_up",
		"user": map[string]any{"id": "U1", "team_id": "T1"}, "channel": map[string]any{"id": channel}, "trigger_id": "t1",
		"response_url": d.slack.URL + "/hook",
		"message":      map[string]any{"type": "message", "user": "U2", "text": text, "ts": quotedTS, "thread_ts": quotedRoot},
	})
}

// chooses is the shortcut that is there everywhere.
func (d *desk) chooses() {
	d.t.Helper()
	d.take("interactive", "", map[string]any{
		"type": "shortcut", "team": map[string]any{"id": "T1"}, "api_app_id": "A1", "callback_id": "perch.find",
		"user": map[string]any{"id": "U1", "team_id": "T1"}, "trigger_id": "t1",
	})
}

// finds uses the shortcut on a message, and is what came of it.
func (d *desk) finds(channel, text, want string) shown {
	d.t.Helper()
	d.choosesOn(channel, text)
	d.sees("Looking it up")
	return d.sees(want)
}

// becomes is what a modal turns into in the end, however slow this machine is.
func (d *desk) becomes(v shown, filled map[string][]string) shown {
	d.t.Helper()
	next := d.submit(v, filled)
	if strings.Contains(next.raw, ":hourglass_flowing_sand:") {
		return d.sees("")
	}
	return next
}

func (v shown) says(t *testing.T, want string) {
	t.Helper()
	if !strings.Contains(v.raw, jsonText(want)) {
		t.Errorf("shown %s\nwant %q", v.raw, want)
	}
}

func (v shown) shares() bool {
	return v.View.Submit != nil && v.View.CallbackID == "perch.thread_share"
}

// aConnection and aSession are ids that the forum can know.
func aConnection() thread.Bond {
	c := harbor()
	return thread.Bond{Kind: thread.Connection, ID: c.ID, ConnectionID: c.ID, CompanyID: c.CompanyID, CustomerID: c.CustomerID}
}

func aSession() thread.Bond {
	return thread.Bond{Kind: thread.Session, ID: blueFern().ID, CustomerID: blueFern().CustomerID}
}

// entriesOf are entries, whatever is asked for.
type entriesOf func(b thread.Bond) thread.Entry

func (f entriesOf) Entries(_ context.Context, bonds []thread.Bond) (entries []thread.Entry, err error) {
	for _, b := range bonds {
		entries = append(entries, f(b))
	}
	return entries, nil
}

// asItIs is what is known of the ids of these tests.
func asItIs(b thread.Bond) thread.Entry {
	e := thread.Entry{Bond: b}
	switch b.Kind {
	case thread.Job:
		j := line(endedAs(finch.JobFailed, 0))
		e.Job, e.Connections, e.Of = &j, []finch.Connection{harbor()}, 1
	case thread.Session:
		e.Session = &connect.Reading{Session: blueFern()}
	default:
		e.Connections, e.Of = []finch.Connection{harbor()}, 1
	}
	return e
}

// library is a desk where much is known.
func library(t *testing.T, f *forum, admins ...string) *desk {
	t.Helper()
	if f.ids == nil {
		f.ids = []thread.Bond{aJob(), aConnection(), aSession(), aCustomer()}
	}
	s := f.sources()
	s.ThreadEntries = entriesOf(asItIs)
	return newDesk(t, s, admins...)
}

func TestWhatAMessageQuotesIsSharedInItsThreadOnce(t *testing.T) {
	f := &forum{}
	d := library(t, f)
	v := d.finds("C1", "why did d1d1d1d1 fail?", "Job d1d1d1d1")
	checkModal(t, "lookup_job", v.View)
	if !v.shares() {
		t.Fatalf("nothing to share with: %s", v.raw)
	}
	v.says(t, "Support packet")
	d.becomes(v, nil).says(t, "Shared in the thread.")
	bound, _, _ := f.was()
	want := thread.Message{
		Channel: "C1", TS: quotedTS, Root: quotedRoot, Permalink: "https://perch.slack.com/archives/C1/p1700000000000001",
		Bonds: []thread.Bond{aJob()}, Asked: true,
	}
	if len(bound) != 1 || fmt.Sprint(bound[0]) != fmt.Sprint(want) {
		t.Fatalf("bound %+v\nwant %+v", bound, want)
	}
	for outcome, says := range map[thread.Outcome]string{
		thread.Nothing: "It stands in the thread already.", thread.Full: "This thread has taken as many ids", thread.Extended: "Shared in the thread.",
		thread.Unheard: "Perch may not reply there",
	} {
		f.outcome = outcome
		d.becomes(v, nil).says(t, says)
	}
}

func TestWhoWouldReadWhatIsLookedUp(t *testing.T) {
	open, others := `{"id":"C1","is_member":true}`, `{"id":"C1","is_member":true,"is_ext_shared":true}`
	for name, tt := range map[string]struct {
		channel, member, says string
		admin, shares         bool
	}{
		"colleagues":       {channel: open, shares: true},
		"guests":           {channel: open, member: `{"is_restricted":true}`, says: "Guests may read this channel", shares: true},
		"others, operator": {channel: others, says: "only an admin can share there"},
		"others, admin":    {channel: others, says: "Replies there name no customer", admin: true, shares: true},
		"not a member":     {channel: `{"id":"C1"}`, says: "Type `/invite @perch` in the channel to share there", admin: true},
		"archived":         {channel: `{"id":"C1","is_member":true,"is_archived":true}`, says: "archived"},
		"few may write":    {channel: `{"id":"C1","is_member":true,"is_read_only":true}`, says: "Only some may post"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &forum{}
			var admins []string
			if tt.admin {
				admins = []string{"U1"}
			}
			d := library(t, f, admins...)
			d.channel = tt.channel
			if tt.member != "" {
				d.member = tt.member
			}
			v := d.finds("C1", aJob().ID, tt.says)
			if v.shares() != tt.shares {
				t.Fatalf("to be shared: %t: %s", v.shares(), v.raw)
			}
			checkModal(t, "lookup_for_"+strings.NewReplacer(" ", "_", ",", "").Replace(name), v.View)
			if !tt.shares {
				return
			}
			d.becomes(v, nil).says(t, "Shared in the thread.")
			bound, _, _ := f.was()
			if by := bound[0].SharedBy; (by == "U1") != (tt.channel == others) {
				t.Errorf("shared by %q", by)
			}
		})
	}
}

func TestACrowdAndAHiddenChannel(t *testing.T) {
	if r := readBy(bot.Crowd, bot.Person{}); !r.May || !strings.Contains(r.Line, "too large") {
		t.Errorf("of a crowd: %+v", r)
	}
	if r := readBy(bot.Hidden, bot.Person{Role: bot.NamedAdmin}); r.May || r.Line != inviteToShare {
		t.Errorf("of a hidden channel: %+v", r)
	}
}

func TestNothingIsSharedInADirectMessage(t *testing.T) {
	f := &forum{}
	d := library(t, f)
	v := d.finds("D1", aJob().ID, "Job d1d1d1d1")
	if v.View.Submit != nil || v.View.PrivateMetadata != "" {
		t.Errorf("shown %s", v.raw)
	}
}

func TestNothingIsSharedWithOthersThanWereNamed(t *testing.T) {
	for name, tt := range map[string]struct {
		after, says string
		admin       bool
	}{
		"others since, for an admin":     {`{"id":"C1","is_member":true,"is_ext_shared":true}`, "That was not so before, so nothing was shared.", true},
		"others since, for an operator":  {`{"id":"C1","is_member":true,"is_ext_shared":true}`, "only an admin can share there", false},
		"Perch has left since":           {`{"id":"C1"}`, "/invite @perch", true},
		"the channel was archived since": {`{"id":"C1","is_member":true,"is_archived":true}`, "archived", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &forum{}
			var admins []string
			if tt.admin {
				admins = []string{"U1"}
			}
			d := library(t, f, admins...)
			v := d.finds("C1", aJob().ID, "Share to thread")
			d.channel = tt.after
			next := d.becomes(v, nil)
			next.says(t, tt.says)
			if next.Action != "" && next.Action != "push" {
				t.Errorf("the result is gone: %s", next.raw)
			}
			if bound, _, _ := f.was(); len(bound) != 0 {
				t.Errorf("bound %+v", bound)
			}
		})
	}
}

func TestForgedMetadataSharesNothing(t *testing.T) {
	good := quotedAt{Channel: "C1", TS: quotedTS, Root: quotedRoot, IDs: []string{"job " + aJob().ID}}
	with := func(change func(q *quotedAt)) string {
		q := good
		change(&q)
		raw, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	f := &forum{}
	d := library(t, f)
	v := d.finds("C1", aJob().ID, "Share to thread")
	for name, forged := range map[string]string{
		"nothing":           "",
		"no JSON":           "C1",
		"a list":            "[]",
		"no channel":        with(func(q *quotedAt) { q.Channel = "" }),
		"a mention":         with(func(q *quotedAt) { q.Channel = "C1><!channel>" }),
		"a conversation":    with(func(q *quotedAt) { q.Channel = "D1" }),
		"no root":           with(func(q *quotedAt) { q.Root = "" }),
		"a strange root":    with(func(q *quotedAt) { q.Root = "1700000000" }),
		"a strange message": with(func(q *quotedAt) { q.TS = hostile }),
		"no ids":            with(func(q *quotedAt) { q.IDs = nil }),
		"too many ids":      with(func(q *quotedAt) { q.IDs = slices.Repeat(q.IDs, thread.MaxIDs+1) }),
		"no kind":           with(func(q *quotedAt) { q.IDs = []string{aJob().ID} }),
		"a strange kind":    with(func(q *quotedAt) { q.IDs = []string{"problem 7"} }),
		"a hostile id":      with(func(q *quotedAt) { q.IDs = []string{"customer " + hostile} }),
		"a long id":         with(func(q *quotedAt) { q.IDs = []string{"customer " + strings.Repeat("x", 300)} }),
		"an audience":       with(func(q *quotedAt) { q.Said = bot.Hidden }),
		"no audience":       with(func(q *quotedAt) { q.Said = -1 }),
		"unknown":           with(func(q *quotedAt) { q.IDs = []string{"customer cust_9999"} }),
		"another kind":      with(func(q *quotedAt) { q.IDs = []string{"connection " + aJob().ID} }),
	} {
		t.Run(name, func(t *testing.T) {
			v.View.PrivateMetadata = forged
			next := d.becomes(v, nil)
			if strings.Contains(next.raw, "Shared in") {
				t.Errorf("answered %s", next.raw)
			}
		})
	}
	if bound, _, _ := f.was(); len(bound) != 0 {
		t.Errorf("bound %+v", bound)
	}
	v.View.PrivateMetadata = with(func(*quotedAt) {})
	d.becomes(v, nil).says(t, "Shared in the thread.")
}

func TestAMessageWithoutIDsLeadsToTheFormAndBack(t *testing.T) {
	f := &forum{}
	d := library(t, f)
	form := d.finds("C1", "nothing works", "Nothing in this message is the id of something known here.")
	checkModal(t, "lookup_form_nothing", form.View)
	v := d.becomes(form, map[string][]string{"words": {"harbor"}})
	v.says(t, "Harbor Coffee Roasters")
	if !v.shares() {
		t.Fatalf("nothing to share with: %s", v.raw)
	}
	d.becomes(v, nil).says(t, "Shared in the thread.")
	if bound, _, _ := f.was(); len(bound) != 1 || fmt.Sprint(bound[0].Bonds) != fmt.Sprint([]thread.Bond{aConnection()}) || bound[0].Root != quotedRoot {
		t.Errorf("bound %+v", bound)
	}
	form.View.PrivateMetadata = `{"channel":"<!channel>"}`
	if next := d.submit(form, map[string][]string{"words": {"harbor"}}); next.Action != "push" || strings.Contains(next.raw, "Harbor") {
		t.Errorf("a forged place was taken: %s", next.raw)
	}
}

func TestWhatIsTypedIsLookedUp(t *testing.T) {
	f := &forum{}
	d := library(t, f)
	d.chooses()
	form := d.sees("Ids, or part of a customer")
	checkModal(t, "lookup_form", form.View)
	for words, want := range map[string]string{
		"d1d1d1d1":                       "Job d1d1d1d1",
		aJob().ID + ", cust_1042":        "2 ids that are known here",
		"HARBOR coffee":                  "Harbor Coffee Roasters",
		"blue fern":                      "Blue Fern Dental",
		"cust_1042":                      "Customer cust_1042",
		"  " + aJob().ID + " " + hostile: "Job d1d1d1d1",
	} {
		v := d.becomes(form, map[string][]string{"words": {words}})
		v.says(t, want)
		if v.View.Submit != nil {
			t.Errorf("%q: there is no thread to share in: %s", words, v.raw)
		}
	}
	for words, want := range map[string]string{
		"   ":                      "Type an id, or part of a customer",
		"\u202e\x07":               "Type an id, or part of a customer",
		"xyzzy":                    "Nothing here has this id or name. The nearest are: Harbor Coffee Roasters.",
		hostile:                    "Nothing here has this id or name.",
		strings.Repeat("x ", 2000): "Nothing here has this id or name.",
	} {
		if next := d.becomes(form, map[string][]string{"words": {words}}); !strings.Contains(next.Errors["words"], want) {
			t.Errorf("%.40q: answered %s", words, next.raw)
		}
	}
}

func TestSeveralIDsEachHaveTheirDetails(t *testing.T) {
	d := library(t, &forum{})
	v := d.finds("C1", strings.Join([]string{aJob().ID, harbor().ID, blueFern().ID, "cust_1042"}, " "), "4 ids")
	checkModal(t, "lookup_several", v.View)
	if n := strings.Count(v.raw, `"perch.thread_details"`); n != 4 {
		t.Errorf("%d Details: %s", n, v.raw)
	}
}

func TestDetailsOpenOverWhatWasLookedUp(t *testing.T) {
	f := &forum{}
	d := library(t, f)
	v := d.finds("C1", aJob().ID, "Details")
	for value, want := range map[string]string{
		"job " + aJob().ID:          "Copy for Finch",
		"connection " + harbor().ID: "Paychex Flex",
		"session " + blueFern().ID:  "Blue Fern Dental",
		"customer cust_1042":        "Customer cust_1042",
	} {
		d.press(v, "perch.thread_details", value, nil)
		over := d.sees(want)
		if over.method != "views.push" || strings.Contains(over.raw, `"type":"actions"`) || strings.Contains(over.raw, `"action_id"`) {
			t.Errorf("%s: shown %s", value, over.raw)
		}
		kind, _, _ := strings.Cut(value, " ")
		checkModal(t, "lookup_details_"+kind, over.View)
	}
	for _, value := range []string{"", "job", "job ", "problem 7", "customer " + hostile, "customer nobody", "job nothing", "session nothing", "connection nothing"} {
		d.press(v, "perch.thread_details", value, nil)
		if over := d.sees(""); over.View.Title.Text == "Details" {
			t.Errorf("%q: shown %s", value, over.raw)
		}
	}
}

func TestDetailsOfHostileAndEndlessTexts(t *testing.T) {
	for name, with := range map[string]struct {
		job        finch.JobLine
		connection finch.Connection
		reading    func(*connect.Reading)
	}{
		"hostile": {hostileJob(), hostileConnection(), hostileReading}, "longest": {longestJob(), longest(), longestReading},
	} {
		t.Run(name, func(t *testing.T) {
			f := &forum{ids: []thread.Bond{aJob(), aConnection(), aSession()}}
			a, reading := harborArchive(), connect.Reading{Session: blueFern()}
			with.reading(&reading)
			with.job.ID, with.connection.ID, reading.Session.ID = aJob().ID, harbor().ID, blueFern().ID
			a.jobs[0], a.connections[0] = with.job, with.connection
			s := f.sources()
			s.Known, s.History, s.Jobs, s.ThreadEntries = a, a, a, entriesOf(asItIs)
			s.Sessions = &register{readings: []connect.Reading{reading}}
			d := newDesk(t, s)
			v := d.finds("C1", aJob().ID, "Details")
			for _, b := range f.ids {
				d.press(v, "perch.thread_details", string(b.Kind)+" "+b.ID, nil)
				over := d.sees("Details")
				if over.method != "views.push" || over.View.Title.Text != "Details" {
					t.Errorf("shown %s", over.raw)
				}
				checkModal(t, "lookup_details_"+name+"_"+string(b.Kind), over.View)
			}
		})
	}
}

// What a modal does not take, a table, is told in the words of a reply.
func TestWhatAModalDoesNotTakeIsNotPutThere(t *testing.T) {
	blocks := inert(card.Blocks{
		card.TextWith("x", card.Button("a.b", "1", "Press")), card.Actions("b", card.Button("a.b", "1", "Press")), card.Context("y"),
		card.TextField(card.Field{BlockID: "f", ActionID: "a.f", Label: "F"}, "", 10),
	})
	raw, err := json.Marshal(blocks)
	if err != nil || len(blocks) != 2 || strings.Contains(string(raw), "action_id") {
		t.Errorf("left %s (%v)", raw, err)
	}
	if err := card.ValidateView(detailsOver(blocks)); err != nil {
		t.Error(err)
	}
}

// crammed are entries of which every text means harm, or is too long.
func crammed(text string) entriesOf {
	return func(b thread.Bond) thread.Entry {
		job, c, session := hostileJob(), hostileConnection(), connect.Reading{Session: blueFern()}
		if text != hostile {
			job, c = longestJob(), longest()
			job.Type = strings.Repeat("long_type_", 40)
		}
		session.Session.CustomerName, session.Session.ProviderName = text, text
		problem := hostileProblem(7)
		if text != hostile {
			problem = longestProblem(7)
		}
		e := thread.Entry{Bond: b, Connections: []finch.Connection{c, c, c, c, c}, Of: 90}
		for range 9 {
			e.Problems = append(e.Problems, problem)
		}
		switch b.Kind {
		case thread.Job:
			e.Job, e.Connections, e.Of = &job, e.Connections[:1], 1
		case thread.Connection:
			e.Connections, e.Of = e.Connections[:1], 1
		case thread.Session, thread.Customer:
			e.Session = &session
		}
		return e
	}
}

func TestHostileAndEndlessTextsInWhatWasLookedUp(t *testing.T) {
	company := thread.Bond{Kind: thread.Company, ID: harbor().CompanyID, CustomerID: hostile}
	all := []thread.Bond{aJob(), aConnection(), aSession(), company, aCustomer()}
	for name, text := range map[string]string{"hostile": hostile, "longest": strings.Repeat("Ünïcödé 東京 👩‍👩‍👧 ", 400)} {
		for _, bonds := range [][]thread.Bond{all, all[:1], all[1:2], all[2:3], all[3:4], all[4:]} {
			f := &forum{ids: bonds}
			s := f.sources()
			s.ThreadEntries = crammed(text)
			d := newDesk(t, s)
			d.member = `{"is_restricted":true}`
			var words strings.Builder
			words.WriteString(text)
			for _, b := range bonds {
				words.WriteString(" " + b.ID)
			}
			v := d.finds("C1", words.String(), "Guests may read")
			file := "lookup_" + name
			if len(bonds) == 1 {
				file += "_" + string(bonds[0].Kind)
			}
			checkModal(t, file, v.View)
		}
	}
}

func TestNearNamesAreBoundedAndHarmless(t *testing.T) {
	f := &forum{}
	s := f.sources()
	s.Known = namesakes{s.Known}
	d := newDesk(t, s)
	d.chooses()
	next := d.becomes(d.sees(""), map[string][]string{"words": {"xyzzy"}})
	said := next.Errors["words"]
	if len([]rune(said)) > 300 || strings.ContainsAny(said, "\u202e\x07") || strings.Count(said, "very long") != 5*3 {
		t.Errorf("said %q", said)
	}
}

// namesakes are far too many, with far too long names.
type namesakes struct{ Known }

func (namesakes) Find(context.Context, string, int) ([]finch.Brief, error) { return nil, nil }

func (namesakes) Nearest(context.Context, string, int) (near []finch.Brief, err error) {
	for i := range 30 {
		near = append(near, finch.Brief{CustomerName: fmt.Sprintf("%d \u202e\x07%s", i, strings.Repeat("very long ", 40))})
	}
	return near, nil
}

func TestAPerchThatKeepsNothingLooksNothingUp(t *testing.T) {
	d := newDesk(t, harborArchive().sources())
	d.chooses()
	d.sees("Perch keeps nothing here that could be looked up so.")
	d.choosesOn("C1", aJob().ID)
	d.sees("Perch keeps nothing here that could be looked up so.")
	form := shown{View: lookUpForm("", quotedAt{})}
	d.submit(form, map[string][]string{"words": {"harbor"}}).says(t, "Perch keeps nothing here")
	result := shown{View: card.Modal{CallbackID: "perch.thread_share", Private: quotedAt{Channel: "C1", TS: quotedTS, Root: quotedRoot, IDs: []string{"job x"}}.String()}.View()}
	d.submit(result, nil).says(t, "Perch keeps nothing here")
}

func TestWhatFailsWhileLookingUpIsSaid(t *testing.T) {
	f := &forum{ids: []thread.Bond{aJob()}, broken: errors.New("disk full")}
	d := newDesk(t, f.sources())
	d.finds("C1", aJob().ID, "Reference")
	d.chooses()
	form := d.sees("Ids, or part")
	d.becomes(form, map[string][]string{"words": {"harbor"}}).says(t, "Reference")
}
