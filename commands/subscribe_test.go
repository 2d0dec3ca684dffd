package commands

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"perch/bot"
	"perch/internal/alert"
)

func TestTheUsualTakesTwoSubmits(t *testing.T) {
	t.Parallel()
	l := &ledger{
		since:    now.Add(-400 * 24 * time.Hour),
		past:     []alert.Problem{overSince(signedOut(1), 2*time.Hour), overSince(failing(2), time.Hour)},
		problems: []alert.Problem{signedOut(3)},
	}
	d := newDesk(t, l.sources())
	d.asker = `{"tz":"Europe/Berlin","profile":{"display_name":"Ann"}}`
	d.slash("/perch", "subscribe")
	form := d.sees("<#C1> will hear of each problem once")
	if form.method != "views.open" || strings.Contains(form.raw, "Quiet hours (empty") {
		t.Errorf("opened %s", form.raw)
	}
	check := d.submit(form, nil)
	if check.Action != "update" || !strings.Contains(check.raw, "This channel will hear failed syncs") ||
		!strings.Contains(check.raw, "In the last 14 days that would have been") || !strings.Contains(check.raw, "1 problem that it would hear of is open now") {
		t.Fatalf("answered %s", check.raw)
	}
	if n := len(l.all()); n != 0 {
		t.Fatalf("%d subscriptions before anybody saved one", n)
	}
	saved := d.submit(check, nil)
	if saved.Action != "update" || !strings.Contains(saved.raw, "Saved") {
		t.Fatalf("answered %s", saved.raw)
	}
	d.submit(check, nil) // Slack sends it again when the answer was lost
	subs := l.all()
	if len(subs) != 1 {
		t.Fatalf("%d subscriptions", len(subs))
	}
	s := subs[0]
	if s.Channel != "C1" || s.Maker != "U1" || s.MakerName != "Ann" || !s.Made.Equal(now) || s.Wish.Text() != alert.DefaultWish().Text() {
		t.Errorf("saved %+v", s)
	}
}

func TestWhatIsTypedFillsTheForm(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		typed string
		says  []string
		text  string // what is saved after two submits
	}{
		"kinds and filters": {
			`reauth provider:gusto -customer:"Blue Fern"`,
			[]string{`"initial_value":"provider:gusto"`, `"initial_value":"customer:\"Blue Fern\""`},
			`reauth provider:gusto -customer:"Blue Fern"`,
		},
		"times": {
			"jobs after:2 quiet:22-7 remind:daily zone:Asia/Tokyo updates:channel",
			[]string{`"initial_value":"22:00-7:00"`, `"initial_value":"Asia/Tokyo"`, "Daily"},
			"jobs after:2 updates:channel remind:daily quiet:22:00-7:00 zone:Asia/Tokyo",
		},
		"times the menus do not have": {
			"jobs after:7 open-for:90m digest:10:15",
			[]string{"After 7 failures in a row, if open for 1 h", "at 10:15"},
			"jobs after:7 open-for:1h30m digest:10:15 zone:Europe/Berlin",
		},
		"mentions and groups": {
			"jobs mention:<@U7|bo> mention:<!subteam^S9|ops>",
			[]string{`"initial_users":["U7"]`, "And 1 user group"},
			"jobs mention:<@U7>,<!subteam^S9>",
		},
		"a wrong word": {
			"reauth provdier:gusto env:production",
			[]string{"There is no filter *provdier:*", `"initial_value":"env:production"`},
			"reauth env:production",
		},
		"several wrong words": {
			"gusto harbor", []string{`There is no kind \"gusto\"`, `There is no kind \"harbor\"`}, "jobs dropped_off",
		},
		"an entity of Slack's": {"jobs -customer:a&amp;b", []string{`customer:a\u0026b`}, "jobs -customer:a&b"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &ledger{}
			d := newDesk(t, l.sources())
			d.asker = `{"tz":"Europe/Berlin"}`
			d.slash("/perch", "subscribe "+tt.typed)
			form := d.sees("")
			for _, want := range tt.says {
				if !strings.Contains(form.raw, want) {
					t.Errorf("the form lacks %s: %s", want, form.raw)
				}
			}
			check := d.submit(form, nil)
			if check.Action != "update" {
				t.Fatalf("answered %s", check.raw)
			}
			d.submit(check, nil)
			subs := l.all()
			if len(subs) != 1 {
				t.Fatalf("%d subscriptions", len(subs))
			}
			if got, want := subs[0].Wish.Text(), canonical(t, tt.text); got != want {
				t.Errorf("saved %q, want %q", got, want)
			}
		})
	}
}

func canonical(t *testing.T, text string) string {
	t.Helper()
	w, _, err := alert.ParseWish(text)
	if err != nil {
		t.Fatal(err)
	}
	return w.Text()
}

func TestWhatIsWrongIsSaidBesideItsField(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		filled map[string][]string
		field  string
		says   string
	}{
		"a word that is no filter":  {map[string][]string{"only": {"gusto"}}, "only", "no kind"},
		"a filter that is none":     {map[string][]string{"only": {"colour:red"}}, "only", "no filter colour:"},
		"a value that cannot be":    {map[string][]string{"only": {"env:moon"}}, "only", "env: cannot be"},
		"a minus in the wrong one":  {map[string][]string{"only": {"-provider:gusto"}}, "only", "Leave the - out"},
		"a minus in the right one":  {map[string][]string{"except": {"-provider:gusto"}}, "except", "Leave the - out"},
		"more than filters":         {map[string][]string{"except": {"reauth"}}, "except", "Only filters go here"},
		"asked for and left out":    {map[string][]string{"only": {"provider:gusto"}, "except": {"provider:gusto"}}, "only", "both"},
		"no kind":                   {map[string][]string{"kinds": {}}, "kinds", "at least one kind"},
		"a kind that is none":       {map[string][]string{"kinds": {"evil"}}, "kinds", "no kind"},
		"quiet hours that are none": {map[string][]string{"quiet": {"late"}}, "quiet", "quiet: cannot be"},
		"a zone that is none":       {map[string][]string{"quiet": {"22-7"}, "zone": {"Mars/Olympus"}}, "zone", "zone: cannot be"},
		"what passes nothing":       {map[string][]string{"quiet": {""}, "weekends": {}, "pass": {"reauth"}}, "pass", "there are none"},
		"a summary in quiet hours":  {map[string][]string{"quiet": {"22-7"}, "how": {"540"}}, "quiet", "digest"},
		"too many to mention":       {map[string][]string{"mention": strings.Split("U1 U2 U3 U4 U5 U6 U7 U8 U9 U10 U11", " ")}, "mention", "at most"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, (&ledger{}).sources())
			d.slash("/perch", "subscribe jobs quiet:20-6")
			form := d.sees("")
			answer := d.submit(form, tt.filled)
			if answer.Action != "errors" || !strings.Contains(answer.Errors[tt.field+".0"], tt.says) {
				t.Errorf("answered %s", answer.raw)
			}
			for block := range answer.Errors {
				if !strings.Contains(form.raw, `"block_id":"`+block+`"`) {
					t.Errorf("the form has no block %s", block)
				}
			}
		})
	}
}

func TestChangingWhatWasSaidBack(t *testing.T) {
	t.Parallel()
	l := &ledger{since: now.Add(-3 * 24 * time.Hour)}
	for i := range 3 { // three single failures, and one row of two
		p := overSince(failing(int64(i+1)), time.Duration(i+1)*time.Hour)
		p.Opened = now.Add(-time.Duration(10*i+10) * time.Hour)
		p.Noted, p.LastSeen = p.Opened, p.Opened
		p.Over = p.Opened.Add(10 * time.Minute)
		l.past = append(l.past, p)
	}
	d := newDesk(t, l.sources())
	d.slash("/perch", "subscribe job_failed")
	check := d.submit(d.sees(""), nil)
	for _, want := range []string{"Perch knows only what happened since", "*3 messages*", "3 of the 3 problems healed within 30 minutes", "After 2 failures: 0 messages"} {
		if !strings.Contains(check.raw, want) {
			t.Errorf("it does not say %q: %s", want, check.raw)
		}
	}
	d.press(check, "perch.after_two", "2", nil)
	second := d.sees("Failed syncs are told after 2 in a row.")
	if second.method != "views.update" || strings.Contains(second.raw, "perch.after_two") {
		t.Errorf("shown %s", second.raw)
	}
	d.press(second, "perch.change", "change", nil)
	form := d.sees("Syncs: after 2 failures in a row")
	if !strings.Contains(form.raw, `"block_id":"when.1"`) {
		t.Errorf("Slack would keep what stood in the fields before: %s", form.raw)
	}
	d.submit(d.submit(form, map[string][]string{"when": {"3 0s"}}), nil)
	if got := l.all()[0].Wish.After; got != 3 {
		t.Errorf("saved after %d", got)
	}
}

func TestFurtherFieldsKeepWhatWasFilledIn(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	d := newDesk(t, l.sources())
	d.asker = `{"tz":"Europe/Berlin"}`
	d.slash("/perch", "subscribe")
	d.press(d.sees(""), "perch.all_fields", "all", map[string][]string{"only": {"provider:adp"}, "kinds": {"stale"}})
	form := d.sees("Quiet hours (empty: none)")
	for _, want := range []string{`"initial_value":"provider:adp"`, `"block_id":"only.0"`, `"initial_value":"Europe/Berlin"`} {
		if !strings.Contains(form.raw, want) {
			t.Errorf("the form lacks %s: %s", want, form.raw)
		}
	}
	d.submit(d.submit(form, map[string][]string{"quiet": {"18:30 - 8"}, "weekends": {"weekends"}, "remind": {"4h0m0s"}, "updates": {"channel"}, "how": {"card"}}), nil)
	want := canonical(t, "stale provider:adp quiet:18:30-8 quiet:weekends remind:4h updates:channel zone:Europe/Berlin")
	if got := l.all()[0].Wish.Text(); got != want {
		t.Errorf("saved %q, want %q", got, want)
	}
}

func TestWhereItIsTold(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		channel string // typed in
		info    string // of the channel
		asker   string
		says    string // instead of a form
		where   []string
		told    string // where it is told in the end
		shared  string
	}{
		"in the channel":               {channel: "C1", told: "C1"},
		"in one's own messages":        {channel: "D1", told: "U1"},
		"in one's own, from a channel": {channel: "C1", where: []string{"me"}, told: "U1"},
		"between other people":         {channel: "D9", says: "Perch is no part of this conversation"},
		"where Perch is no member":     {channel: "C1", info: `{"id":"C1"}`, says: "/invite @perch"},
		"in an archived channel":       {channel: "C1", info: `{"id":"C1","is_archived":true}`, says: "archived"},
		"where only some may post":     {channel: "C1", info: `{"id":"C1","is_member":true,"is_read_only":true}`, says: "Only some may post"},
		"with other companies, by an operator": {
			channel: "C1", info: `{"id":"C1","is_member":true,"is_ext_shared":true}`, says: "only an admin",
		},
		"with other companies, by an admin": {
			channel: "C1", info: `{"id":"C1","is_member":true,"is_pending_ext_shared":true}`, asker: `{"is_admin":true}`, says: "People of other companies read this channel",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &ledger{}
			d := newDesk(t, l.sources())
			if tt.info != "" {
				d.channel = tt.info
			}
			if tt.asker != "" {
				d.asker = tt.asker
			}
			d.in(tt.channel, "subscribe reauth")
			if tt.says != "" {
				if a := d.hears(tt.says); tt.channel == "C1" && !strings.Contains(a.raw, "perch.subscribe_me") {
					t.Errorf("there is no other way offered: %s", a.raw)
				}
				return
			}
			filled := map[string][]string{}
			if tt.where != nil {
				filled["where"] = tt.where
			}
			d.submit(d.submit(d.sees(""), filled), nil)
			if s := l.all(); len(s) != 1 || s[0].Channel != tt.told || s[0].SharedBy != tt.shared {
				t.Errorf("saved %+v", s)
			}
		})
	}
}

func TestTheWayInKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	d := newDesk(t, (&ledger{}).sources())
	d.channel = `{"id":"C1"}`
	d.slash("/perch", "subscribe stale provider:adp")
	again := d.hears("stale provider:adp")
	if !strings.Contains(again.raw, "perch.subscribe\"") {
		t.Errorf("no way to try again: %s", again.raw)
	}
	d.channel = `{"id":"C1","is_member":true}`
	d.click("perch.subscribe", "answer", "stale provider:adp")
	d.sees(`provider:adp`)
}

func TestAnAdminLetsOthersReadAlong(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	d := newDesk(t, l.sources())
	d.channel, d.asker = `{"id":"C1","is_member":true,"is_ext_shared":true}`, `{"is_admin":true}`
	d.click("perch.subscribe_shared", "answer", "reauth")
	d.submit(d.submit(d.sees(""), nil), nil)
	if s := l.all(); len(s) != 1 || s[0].SharedBy != "U1" {
		t.Errorf("saved %+v", s)
	}
	d.click("perch.subscribe_shared", "answer", "stale now")
	d.hears("Saved.")
	if s := l.all(); len(s) != 2 {
		t.Errorf("saved %+v", s)
	}
}

// A button that an admin was shown may be pressed by somebody else, and what
// travels in a modal may be forged.
func TestSharingIsJudgedAtEveryStep(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	d := newDesk(t, l.sources())
	d.channel = `{"id":"C1","is_member":true,"is_ext_shared":true}`
	d.click("perch.subscribe_shared", "answer", "reauth")
	d.hears("only an admin")
	forged := draft{Channel: "C1", Shared: true, Wish: alert.DefaultWish()}
	for _, v := range []shown{{View: forged.view("")}, {View: forged.saidBack(meaning{Subscription: forged.subscription()})}} {
		if a := d.submit(v, nil); a.Action != "push" || !strings.Contains(a.raw, "only an admin") {
			t.Errorf("answered %s", a.raw)
		}
	}
	if s := l.all(); len(s) != 0 {
		t.Errorf("saved %+v", s)
	}
}

// What is forged while nobody else reads along must not count when they do.
func TestOnlyAnAdminConfirmsAhead(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	d := newDesk(t, l.sources())
	forged := draft{Channel: "C1", Shared: true, Wish: alert.DefaultWish()}
	d.channel = `{"id":"C1","is_member":true}`
	d.submit(shown{View: forged.saidBack(meaning{Subscription: forged.subscription()})}, nil)
	if s := l.all(); len(s) != 1 || s[0].SharedBy != "" {
		t.Errorf("saved %+v", s)
	}
}

func TestForgedFormsSaveNothing(t *testing.T) {
	t.Parallel()
	wish := alert.DefaultWish()
	tests := map[string]struct {
		private any
		says    string
	}{
		"no draft at all":           {"{", "cannot be read"},
		"a channel that is none":    {draft{Channel: "<!channel>", Wish: wish}, "cannot be read"},
		"somebody else's messages":  {draft{Channel: "U2", Wish: wish}, "Only they themselves"},
		"a wish of nothing":         {draft{Channel: "C1"}, "at least one kind"},
		"another's subscription":    {draft{ID: 1, Channel: "C1", Wish: wish}, "who made it, and admins"},
		"no subscription any more":  {draft{ID: 9, Channel: "C1", Wish: wish}, "somebody deleted it"},
		"a kind that is not a kind": {draft{Channel: "C1", Wish: alert.Wish{Kinds: []alert.Kind{hostile}}}, "no kind"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &ledger{subs: []alert.Subscription{byAnn(1, "C1")}}
			d := newDesk(t, l.sources())
			private, ok := tt.private.(string)
			if !ok {
				raw, _ := json.Marshal(tt.private)
				private = string(raw)
			}
			v := shown{View: savedView(byAnn(1, "C1"), nil)}
			v.View.CallbackID, v.View.PrivateMetadata = "perch.save", private
			if a := d.submit(v, nil); a.Action != "push" || !strings.Contains(a.raw, tt.says) {
				t.Errorf("answered %s", a.raw)
			}
			if s := l.all(); len(s) != 1 || s[0].Changer != "" {
				t.Errorf("saved %+v", s)
			}
		})
	}
}

func TestNowSavesWithoutAForm(t *testing.T) {
	t.Parallel()
	l := &ledger{problems: []alert.Problem{signedOut(1), failing(2)}}
	d := newDesk(t, l.sources())
	d.asker = `{"tz":"Europe/Berlin"}`
	d.slash("/perch", "subscribe reauth quiet:22-7 now")
	a := d.hears("*Saved.* This channel will hear needed reconnects")
	for _, want := range []string{"no message", "1 problem that it would hear of is open now", "perch.sample", "Europe/Berlin"} {
		if !strings.Contains(a.raw, want) {
			t.Errorf("it does not say %q: %s", want, a.raw)
		}
	}
	if s := l.all(); len(s) != 1 || s[0].Wish.Zone != "Europe/Berlin" {
		t.Errorf("saved %+v", s)
	}
	d.slash("/perch", "subscribe reauht now")
	if a := d.hears("Nothing was saved."); !strings.Contains(a.raw, "Open the form") || !strings.Contains(a.raw, "reauht now") {
		t.Errorf("said %s", a.raw)
	}
	if s := l.all(); len(s) != 1 {
		t.Errorf("saved %+v", s)
	}
}

func TestDraftsThatAreTooLongSaySo(t *testing.T) {
	t.Parallel()
	w := alert.DefaultWish()
	for i := range 60 {
		w.Include.Customers = append(w.Include.Customers, fmt.Sprintf("%s %d", strings.Repeat("customer", 8), i))
	}
	if v := (draft{Channel: "C1", Wish: w}).view(""); !strings.Contains(v.Title.Text, "Too much") {
		t.Errorf("shown %v", v.Title)
	}
	d, wrong := draft{Channel: "C1", Wish: alert.Wish{Kinds: alert.AllKinds()}}.read(bot.Form{
		"kinds.0": {"stale"}, "only.0": {alert.Wish{Kinds: alert.AllKinds(), Include: w.Include}.Text()[4:]},
	}, "U1")
	if len(wrong) == 0 || !strings.Contains(wrong["only.0"]+wrong["kinds.0"], "too long") {
		t.Errorf("read %+v, wrong %v", d.Wish.Kinds, wrong)
	}
}

func TestNamesThatNothingIsCalledAreSaidBeforeTheyTellNothing(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ typed, want string }{
		"a provider spelt wrong": {"provider:gustoo", `Nothing here is called "gustoo" yet`},
		"a customer left out":    {"-customer:nobody", `Nothing here is called "nobody" yet`},
		"two of them":            {"provider:gustoo,gusto customer:nobody", `called "nobody" or "gustoo" yet`},
		"an id":                  {"customer:cust_1042", `"cust_1042" is Harbor Coffee Roasters.`},
		"all well":               {"customer:harbor provider:gusto", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, (&ledger{}).sources())
			d.slash("/perch", "subscribe "+tt.typed+" now")
			a := d.hears("*Saved.*")
			if tt.want == "" && strings.Contains(a.raw, "is called") || !strings.Contains(a.raw, jsonText(tt.want)) {
				t.Errorf("said %s, want %q", a.raw, tt.want)
			}
			d.slash("/perch", "subscribe "+tt.typed+" reauth")
			back := d.submit(d.sees("What"), nil)
			if !strings.Contains(back.raw, jsonText(tt.want)) {
				t.Errorf("shown %s, want %q", back.raw, tt.want)
			}
		})
	}
}
