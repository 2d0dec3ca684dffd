package commands

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/audit"
	"perch/internal/thread"
)

// title is the header of a card.
func title(t *testing.T, m card.Message) string {
	t.Helper()
	var blocks []struct {
		Type string                `json:"type"`
		Text struct{ Text string } `json:"text"`
	}
	raw, err := json.Marshal(m.Blocks)
	if err != nil || json.Unmarshal(raw, &blocks) != nil || len(blocks) == 0 {
		return ""
	}
	return blocks[0].Text.Text
}

func TestOnlyKnownIDsAreNoticedAndOnlyWherePerchReadsAlong(t *testing.T) {
	tests := map[string]struct {
		text string
		off  bool
		want []string
		// asked: the store was asked for ids.
		asked bool
	}{
		"a job":                      {text: "job " + aJob().ID + " failed", want: []string{aJob().ID}, asked: true},
		"a job and a customer":       {text: "`" + aJob().ID + "`, cust_1042", want: []string{aJob().ID, "cust_1042"}, asked: true},
		"in capitals":                {text: strings.ToUpper(aJob().ID), want: []string{aJob().ID}, asked: true},
		"not ours":                   {text: "11111111-2222-4333-8444-555555555555", asked: true},
		"the beginning of a Job ID":  {text: "what of d1d1d1d1", asked: true},
		"no id at all":               {text: "good morning everybody"},
		"where it does not read on":  {text: aJob().ID, off: true},
		"words with digits, unknown": {text: "q3 numbers v2.5.1 look good", asked: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := &forum{ids: []thread.Bond{aJob(), aCustomer()}, channel: thread.Channel{On: !tt.off}}
			got, err := Listen(f.sources(), nil).Notices(t.Context(), "C1", tt.text)
			if err != nil || fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("noticed %v, %v; want %v", got, err, tt.want)
			}
			if (f.looked > 0) != tt.asked {
				t.Errorf("looked %d times", f.looked)
			}
		})
	}
}

func TestNothingIsNoticedWhereNothingIsKept(t *testing.T) {
	got, err := Listen(Sources{}, nil).Notices(t.Context(), "C1", aJob().ID)
	if err != nil || got != nil {
		t.Errorf("noticed %v, %v", got, err)
	}
	f := &forum{broken: errForum}
	if _, err := Listen(f.sources(), nil).Notices(t.Context(), "C1", aJob().ID); err == nil {
		t.Error("a broken store looks like a message without ids")
	}
}

func TestAQuotedIDBindsItsThread(t *testing.T) {
	f := &forum{ids: []thread.Bond{aJob()}, channel: thread.Channel{On: true}}
	d := forumDesk(t, f)
	ts := d.writes("customer says the sync failed, " + aJob().ID)
	d.worksOff()
	d.silent()
	bound, _, _ := f.was()
	if len(bound) != 1 {
		t.Fatalf("bound %+v", bound)
	}
	m := bound[0]
	if m.TS != ts || m.Root != "1700000000.000001" || m.Channel != "C1" || m.ClientID != "m"+ts || m.Asked || m.SharedBy != "" ||
		m.Permalink != "https://perch.slack.com/archives/C1/p1700000000000001" || len(m.Bonds) != 1 || m.Bonds[0] != aJob() {
		t.Errorf("bound %+v", m)
	}
}

func TestChannelsAreOfferedAndDirectMessagesAreNot(t *testing.T) {
	f := &forum{}
	l := Listen(f.sources(), nil)
	for _, channel := range []string{"C1", "D1"} {
		if err := l.Joined(t.Context(), channel); err != nil {
			t.Error(err)
		}
	}
	if _, did, _ := f.was(); fmt.Sprint(did) != "[offer C1]" {
		t.Errorf("did %v", did)
	}
}

func TestReadingAlongIsSwitched(t *testing.T) {
	f := &forum{}
	d := newDesk(t, f.sources())
	d.slash("/perch", "threads")
	d.hears("Perch does not read along here: ids in messages get no reply.")
	d.slash("/perch", "threads on")
	if a := d.hears("switched on by <@U1>"); a.Type != "in_channel" {
		t.Errorf("the channel was not told: %s", a.raw)
	}
	if a := d.hears("It follows 3 threads."); a.Type == "in_channel" {
		t.Errorf("said to everybody: %s", a.raw)
	}
	d.slash("/perch", "threads on")
	d.hears("It follows 3 threads.")
	d.slash("/perch", "threads OFF")
	d.hears("<@U1> switched it off")
	d.slash("/perch", "threads off")
	d.hears("<@U1> switched it off")
	d.slash("/perch", "threads sideways")
	d.hears("takes `on` or `off`")
	for _, help := range []string{"threads help", "help threads", "HELP Threads"} {
		d.slash("/perch", help)
		d.hears("Support threads")
	}
	_, _, noted := f.was()
	want := []audit.Entry{{At: now, Who: "U1", What: "threads on", About: "C1"}, {At: now, Who: "U1", What: "threads off", About: "C1"}}
	if fmt.Sprint(noted) != fmt.Sprint(want) {
		t.Errorf("noted %+v", noted)
	}
}

func TestReadingAlongIsSwitchedByAMentionToo(t *testing.T) {
	f := &forum{}
	d := forumDesk(t, f)
	d.writes("<@UBOT> threads on, please!")
	d.posted("C1 Perch reads along here, switched on")
	d.whispered("It follows 3 threads.")
	d.worksOff()
	d.silent()
	if c, _ := f.ThreadChannel(t.Context(), "C1"); !c.On || c.By != "U1" {
		t.Errorf("switched %+v", c)
	}
}

func TestWherePerchCannotReadAlong(t *testing.T) {
	for info, want := range map[string]string{
		`{"id":"C1"}`: "Type `/invite @perch`",
		`{"id":"C1","is_member":true,"is_archived":true}`:   "archived",
		`{"id":"C1","is_member":true,"is_read_only":true}`:  "Only some may post",
		`{"id":"C1","is_member":true,"is_ext_shared":true}`: "only an admin can have Perch read along here. Ask <@UROOT> (admins).",
	} {
		f := &forum{}
		d := newDesk(t, f.sources(), "UROOT")
		d.channel = info
		d.slash("/perch", "threads on")
		d.hears(want)
		d.click("perch.threads_shared", "b", "")
		d.hears(want)
		d.click("perch.threads_on", "b", "")
		d.hears(want)
		if _, _, noted := f.was(); f.channel.On || len(noted) != 0 {
			t.Errorf("%s: switched on: %+v %v", info, f.channel, noted)
		}
	}
	d := newDesk(t, (&forum{}).sources())
	d.in("D1", "threads on")
	d.hears("in channels only")
}

func TestAnAdminConsentsToOtherCompanies(t *testing.T) {
	f := &forum{}
	d := newDesk(t, f.sources(), "U1")
	d.channel = `{"id":"C1","is_member":true,"is_ext_shared":true}`
	d.slash("/perch", "threads on")
	d.hears("People of other companies read this channel")
	if f.channel.On {
		t.Fatal("switched on unasked")
	}
	d.clickOwn("perch.threads_shared", "b", "")
	d.hears("switched on by <@U1>")
	d.hears("Replies here name no customer")
	if !f.channel.On || f.channel.SharedBy != "U1" {
		t.Errorf("switched %+v", f.channel)
	}
}

func TestGuestsAreNamedWhenReadingAlongIsSwitchedOn(t *testing.T) {
	d := newDesk(t, (&forum{}).sources())
	d.member = `{"is_restricted":true}`
	d.slash("/perch", "threads on")
	d.hears("switched on")
	d.hears("Guests read this channel too")
}

func TestTheOfferIsTakenUpOrTurnedDown(t *testing.T) {
	f := &forum{}
	d := newDesk(t, f.sources())
	d.click("perch.threads_no", "threads_offer", "")
	if a := d.hears("`/perch threads on` changes that"); !a.Replace {
		t.Errorf("the offer stays: %s", a.raw)
	}
	for range 2 { // an old offer says what is true
		d.click("perch.threads_on", "threads_offer", "")
		if a := d.hears("`/perch threads off` ends it."); !a.Replace {
			t.Errorf("the offer stays: %s", a.raw)
		}
	}
	d.click("perch.threads_no", "threads_offer", "")
	d.hears("switched on by <@U1>")
	d.clickOwn("perch.threads_off", "b", "")
	if a := d.hears("switched it off"); !a.Replace {
		t.Errorf("said beside the card: %s", a.raw)
	}
	if _, _, noted := f.was(); len(noted) != 2 {
		t.Errorf("noted %v", noted)
	}
}

func TestWhatStandsUnderAReply(t *testing.T) {
	f := &forum{threads: []thread.Thread{{ID: 7, Channel: "C1"}, {ID: 8, Channel: "C2"}}}
	d := newDesk(t, f.sources())
	for _, step := range []struct{ action, value, want string }{
		{"thread_details", "job " + aJob().ID, aJob().ID},
		{"thread_details", "connection " + harbor().ID, "Harbor Coffee Roasters"},
		{"thread_details", "customer cust_1042", "Harbor Coffee Roasters"},
		{"thread_details", "customer cust_2001", "Blue Fern Dental"},
		{"thread_details", "session " + blueFern().ID, "Blue Fern Dental"},
		{"thread_details", "job", "another version"},
		{"thread_details", "secret x", "another version"},
		{"thread_details", "job a\nb", "another version"},
		{"thread_details", "connection 11111111-2222-4333-8444-555555555555", "not known here any more"},
		{"thread_watch", "7", "You hear in direct messages"},
		{"thread_unwatch", "7", "not hear of this thread"},
		{"thread_stop", "7", "Nothing more is added"},
		{"thread_go", "7", "added to this thread again"},
		{"thread_watch", "8", "no longer follows this thread"},
		{"thread_stop", "8", "no longer follows this thread"},
		{"thread_go", "9", "no longer follows this thread"},
		{"thread_stop", "-1", "another version"},
		{"thread_watch", "x", "another version"},
		{"thread_unwatch", "", "another version"},
	} {
		d.click("perch."+step.action, "b", step.value)
		d.hears(step.want)
	}
	want := "[watch 7 U1 true watch 7 U1 false stop 7 U1 go 7]"
	if _, did, _ := f.was(); fmt.Sprint(did) != want {
		t.Errorf("did %v", did)
	}
}

func TestWhatWasLookedUpIsSharedToItsThread(t *testing.T) {
	value := here{"1700000000.000001", []thread.Bond{aJob(), aCustomer()}}.String()
	tests := map[string]struct {
		info, member string
		admins       []string
		value        string
		press        []string
		says         []string
		shared       string
	}{
		"among colleagues": {press: []string{"thread_here"}, says: []string{"The reply comes in the thread."}},
		"guests read along": {
			member: `{"is_restricted":true}`, press: []string{"thread_here", "thread_here_yes"},
			says: []string{"Guests may read this channel. Share it with them too?", "The reply comes in the thread."},
		},
		"other companies, an admin": {
			info: `{"id":"C1","is_member":true,"is_ext_shared":true}`, admins: []string{"U1"}, press: []string{"thread_here", "thread_here_yes"},
			says: []string{"names no customer", "The reply comes in the thread."}, shared: "U1",
		},
		"other companies":         {info: `{"id":"C1","is_member":true,"is_ext_shared":true}`, press: []string{"thread_here"}, says: []string{"only an admin"}, admins: []string{"UROOT"}},
		"a forged yes":            {info: `{"id":"C1","is_member":true,"is_ext_shared":true}`, press: []string{"thread_here_yes"}, says: []string{"only an admin"}, admins: []string{"UROOT"}},
		"a forged value":          {value: "1700000000.000001 job", press: []string{"thread_here"}, says: []string{"another version"}},
		"a forged thread":         {value: "C2 job " + aJob().ID, press: []string{"thread_here"}, says: []string{"another version"}},
		"what is not known again": {value: "1700000000.000001 job xyz", press: []string{"thread_here"}, says: []string{"known here any more"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := &forum{ids: []thread.Bond{aJob(), aCustomer()}}
			d := newDesk(t, f.sources(), tt.admins...)
			if tt.info != "" {
				d.channel = tt.info
			}
			if tt.member != "" {
				d.member = tt.member
			}
			if tt.value == "" {
				tt.value = value
			}
			for i, verb := range tt.press {
				d.clickOwn("perch."+verb, "b", tt.value)
				d.hears(tt.says[i])
			}
			bound, _, _ := f.was()
			if !strings.Contains(tt.says[len(tt.says)-1], "The reply comes") {
				if len(bound) != 0 {
					t.Errorf("bound %+v", bound)
				}
				return
			}
			if len(bound) != 1 || !bound[0].Asked || bound[0].Root != "1700000000.000001" || bound[0].SharedBy != tt.shared || len(bound[0].Bonds) != 2 {
				t.Errorf("bound %+v", bound)
			}
		})
	}
}

func TestRightsAreJudgedAtEveryPress(t *testing.T) {
	f := &forum{ids: []thread.Bond{aJob()}, threads: []thread.Thread{{ID: 7, Channel: "C1"}}}
	d := newDesk(t, f.sources())
	d.asker = `{"is_restricted":true}`
	for verb := range Perch(Sources{}, nil).Actions {
		if strings.HasPrefix(verb, "thread") {
			d.click("perch."+verb, "b", "7")
			d.hears("Only operators may use Perch here")
		}
	}
	if bound, did, noted := f.was(); len(bound)+len(did)+len(noted) != 0 || f.channel.On {
		t.Errorf("a guest did something: %v %v %v", bound, did, noted)
	}
}

func TestThreadCards(t *testing.T) {
	p := perch{Sources: Sources{Now: func() time.Time { return now }}}
	as := bot.Names{"perch": "/finch-perch"}
	on := thread.Channel{ID: "C1", On: true, By: "UBO", At: now.Add(-48 * time.Hour)}
	shared, off, evil := on, on, on
	shared.SharedBy, off.On = "UROOT", false
	evil.By, evil.SharedBy = "<!channel>", hostile
	f := &forum{}
	s := f.sources()
	alone, err := s.aloneCard(t.Context(), []thread.Bond{aJob()})
	if err != nil {
		t.Fatal(err)
	}
	cards := map[string]card.Message{
		"on": p.threadsCard(on, 3, "", as), "on_new": p.threadsCard(on, 0, "Guests read this channel too and will see the replies.", as),
		"on_shared": p.threadsCard(shared, 1, "", nil), "on_hostile": p.threadsCard(evil, 1, "", nil),
		"off": p.threadsCard(off, 0, "", as), "never": p.threadsCard(thread.Channel{}, 0, "", as),
		"announced": p.announcement(on, as), "consent": shareThreads(), "help": threadsHelp(as), "alone": alone,
		"outside": cannotReadAlong(bot.Outside), "archived": cannotReadAlong(bot.Archived), "read_only": cannotReadAlong(bot.ReadOnly),
		"watching": watching(7), "unwatching": unwatching(7), "stopped": stopped(7), "goes_on": goesOn(7),
	}
	actions := Perch(Sources{}, nil).Actions
	for name, m := range cards {
		t.Run(name, func(t *testing.T) { check(t, "threads_"+name, m) })
		for _, found := range strings.Split(wire(t, m), `"action_id":"perch.`)[1:] {
			if verb, _, _ := strings.Cut(found, `"`); actions[verb] == nil {
				t.Errorf("nobody answers perch.%s", verb)
			}
		}
	}
	for _, by := range []string{"", "UBO"} {
		replied := thread.Reply(thread.Shown{Thread: thread.Thread{ID: 7, StoppedBy: by}, Entries: []thread.Entry{{Bond: aCustomer()}}, Now: now})
		for _, found := range strings.Split(wire(t, replied)+wire(t, thread.Offer("/perch")), `"action_id":"perch.thread`)[1:] {
			if verb, _, _ := strings.Cut(found, `"`); actions["thread"+verb] == nil {
				t.Errorf("nobody answers perch.thread%s", verb)
			}
		}
	}
	for _, o := range []thread.Outcome{thread.Replied, thread.Extended, thread.Nothing, thread.Full, thread.Unheard} {
		if bound(o) == "" {
			t.Errorf("nothing is said of %s", o)
		}
	}
}
