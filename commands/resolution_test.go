package commands

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/bot/socket"
	"perch/internal/alert"
	"perch/internal/audit"
	"perch/internal/finch"
	"perch/internal/thread"
)

// memory is a store of these tests: resolutions, and problems in threads.
type memory struct {
	*forum
	ledger      *ledger
	card        alert.Card
	at          thread.Thread
	near        []alert.Problem
	resolutions []alert.Resolution
	gone        []int64
	// admins are those of the desk.
	admins []string
}

func (m *memory) ThreadAt(_ context.Context, channel, root string) (thread.Thread, error) {
	if m.at.Channel != channel || m.at.Root != root {
		return thread.Thread{}, thread.ErrUnknown
	}
	return m.at, m.broken
}

func (m *memory) Entries(_ context.Context, bonds []thread.Bond) ([]thread.Entry, error) {
	var entries []thread.Entry
	for _, b := range bonds {
		entries = append(entries, thread.Entry{Bond: b, Problems: m.near})
	}
	return entries, m.broken
}

func (m *memory) SaveResolution(_ context.Context, r alert.Resolution) (alert.Resolution, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r.ID = int64(len(m.resolutions) + 1)
	for i, was := range m.resolutions {
		if was.ProblemID == r.ProblemID && was.Permalink == r.Permalink && r.Permalink != "" {
			r.ID = was.ID
			m.resolutions[i] = r
			return r, m.broken
		}
	}
	m.resolutions = append(m.resolutions, r)
	return r, m.broken
}

func (m *memory) DropResolution(_ context.Context, id int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.gone = append(m.gone, id)
	m.resolutions = slices.DeleteFunc(m.resolutions, func(r alert.Resolution) bool { return r.ID == id })
	return m.broken
}

func (m *memory) ResolutionsOf(_ context.Context, problemID int64) ([]alert.Resolution, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	of := slices.DeleteFunc(slices.Clone(m.resolutions), func(r alert.Resolution) bool { return r.ProblemID != problemID })
	return of, m.broken
}

// kept is what is saved.
func (m *memory) kept() []alert.Resolution {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.resolutions)
}

// remembering is a desk with such problems and nothing quoted yet.
func remembering(t *testing.T, m *memory, problems ...alert.Problem) *desk {
	if m.forum == nil {
		m.forum = &forum{}
	}
	m.ledger = &ledger{problems: problems, card: m.card}
	s := m.sources()
	s.Problems, s.Actor, s.Past, s.Cards, s.Threads, s.ThreadEntries, s.Resolutions = m.ledger, m.ledger, m.ledger, m.ledger, m, m, m
	return newDesk(t, s, append(m.admins, "UADMIN")...)
}

// of a message that somebody uses the shortcut on.
func (d *desk) shortcut(callback, text string) {
	d.t.Helper()
	d.take("interactive", socket.Click, map[string]any{
		"type": "message_action", "team": map[string]any{"id": "T1"}, "api_app_id": "A1", "callback_id": callback, "trigger_id": "t1",
		"user": map[string]any{"id": "U1", "team_id": "T1"}, "channel": map[string]any{"id": "C1"}, "response_url": d.slack.URL + "/hook",
		"message": map[string]any{"type": "message", "user": "U2", "ts": "1700000000.000002", "thread_ts": "1700000000.000001", "text": text},
	})
}

// form is the form of a shortcut's.
func (d *desk) form(text string) shown {
	d.t.Helper()
	d.shortcut("perch.resolution", text)
	d.sees("Looking for the problem")
	return d.sees("How it was resolved")
}

// offered are the problems that a form offers, the chosen one marked, and its text.
func offered(t *testing.T, v shown) (problems []string, text string) {
	t.Helper()
	for _, b := range v.View.Blocks.BlockSet {
		input, ok := b.(*slack.InputBlock)
		if !ok {
			continue
		}
		switch e := input.Element.(type) {
		case *slack.SelectBlockElement:
			for _, o := range e.Options {
				label := o.Value + " " + o.Text.Text
				if e.InitialOption != nil && e.InitialOption.Value == o.Value {
					label = "*" + label
				}
				problems = append(problems, label)
			}
		case *slack.PlainTextInputBlockElement:
			text = e.InitialValue
		}
	}
	return problems, text
}

// aged is a problem since some days.
func aged(id int64, days int) alert.Problem {
	p := failing(id)
	p.Class = "job_failed/" + finch.DataSync
	p.Opened = now.Add(-time.Duration(days) * 24 * time.Hour)
	return p
}

func TestWhichProblemAMessageResolves(t *testing.T) {
	t.Parallel()
	mine := thread.Thread{Channel: "C1", Root: "1700000000.000001", Bonds: []thread.Bond{{Kind: thread.Connection, ID: harbor().ID, ConnectionID: harbor().ID}}}
	all := []alert.Problem{aged(5, 2), overSince(aged(4, 9), 40*24*time.Hour), overSince(aged(3, 5), 96*time.Hour), overSince(aged(2, 4), 24*time.Hour), aged(1, 30)}
	elsewhere := aged(9, 1)
	elsewhere.Key.ConnectionID = "c2"
	const label = " Harbor Coffee Roasters · sync failed · "
	tests := map[string]struct {
		memory
		text string
		want []string
	}{
		"of the thread": {
			memory{at: mine, near: []alert.Problem{aged(1, 30), aged(5, 2)}},
			"fixed",
			[]string{"*5" + label + "since 19 Nov", "1" + label + "since 22 Oct", "2" + label + "recovered 20 Nov", "3" + label + "recovered 17 Nov"},
		},
		"of the card above it": {
			memory{at: mine, near: []alert.Problem{aged(5, 2)}, card: alert.Card{ID: 7, Place: "C1", TS: "1700000000.000001", ProblemID: 2}},
			"fixed",
			[]string{"*2" + label + "recovered 20 Nov"},
		},
		"of the ids in it": {
			memory{forum: &forum{ids: []thread.Bond{{Kind: thread.Session, ID: "s-1000-1", CustomerID: "cust_1042"}}}, near: []alert.Problem{elsewhere}},
			"fixed s-1000-1",
			[]string{"*9" + label + "since 20 Nov", "5" + label + "since 19 Nov", "1" + label + "since 22 Oct", "2" + label + "recovered 20 Nov", "3" + label + "recovered 17 Nov"},
		},
		"of nothing": {
			memory{},
			"fixed",
			[]string{"5" + label + "since 19 Nov", "1" + label + "since 22 Oct", "2" + label + "recovered 20 Nov", "3" + label + "recovered 17 Nov"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := remembering(t, &tt.memory, all...).form(tt.text)
			if got, _ := offered(t, v); !slices.Equal(got, tt.want) {
				t.Errorf("offered are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

func TestWhichProblemOfAnOutageAMessageResolves(t *testing.T) {
	t.Parallel()
	outage, one, two := aged(6, 1), aged(7, 1), overSince(aged(8, 1), time.Hour)
	outage.Key = alert.Key{Kind: alert.Outage, Part: "gusto job_failed"}
	one.ParentID, two.ParentID = outage.ID, outage.ID
	m := &memory{card: alert.Card{ID: 7, Place: "C1", TS: "1700000000.000001", ProblemID: outage.ID}}
	got, _ := offered(t, remembering(t, m, aged(1, 1), two, one, outage).form("fixed"))
	if len(got) != 3 || !strings.HasPrefix(got[0], "*6 ") || !strings.HasPrefix(got[1], "7 ") || !strings.HasPrefix(got[2], "8 ") {
		t.Errorf("offered are %v", got)
	}
}

func TestWordsFindNoOtherCustomersProblems(t *testing.T) {
	t.Parallel()
	other := aged(1, 1)
	other.Subject.CustomerID = "cust_10422"
	m := &memory{forum: &forum{ids: []thread.Bond{aCustomer()}}}
	d := remembering(t, m, other, aged(2, 1))
	if got, _ := offered(t, d.form("fixed cust_1042")); len(got) != 1 || !strings.HasPrefix(got[0], "*2 ") {
		t.Errorf("offered are %v", got)
	}
	want := alert.ProblemQuery{Words: "cust_1042", Kinds: alert.SessionKinds(), Limit: maxOver}
	if got := m.ledger.asked[0]; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("asked %+v", got)
	}
}

func TestOnlySoManyProblemsAreOffered(t *testing.T) {
	t.Parallel()
	var many []alert.Problem
	for i := range 4 * maxRecent {
		many = append(many, aged(int64(i+1), i))
	}
	if got, _ := offered(t, remembering(t, &memory{}, many...).form("fixed")); len(got) != maxRecent {
		t.Errorf("%d are offered", len(got))
	}
}

func TestNothingToResolve(t *testing.T) {
	t.Parallel()
	d := remembering(t, &memory{}, overSince(aged(1, 50), 31*24*time.Hour))
	d.shortcut("perch.resolution", "fixed")
	d.sees("Looking")
	if v := d.sees("nothing that this could be kept for"); v.View.Submit != nil {
		t.Error("the form can be sent in")
	}
}

func TestResolutionTexts(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"fixed by <@U12AB> and <@W1|bo> in <#C1|secret-deal>":                       "fixed by somebody and somebody in #…",
		"<!here> <!channel> <!subteam^S1|@ops> done":                                "everybody everybody somebody done",
		"see <https://finch.example/a?b=c&amp;d|the docs> or <https://x.example/y>": "see the docs or https://x.example/y",
		"on <!date^1700000000^{date}|14 Nov> it went":                               "on •••• it went",
		"a &lt; b &amp;amp; c &gt; d":                                               "a < b &amp; c > d",
		"&lt;!channel&gt; and &lt;@U1&gt;":                                          "<!channel> and <@U1>",
		"```\nrun it again\n``` with `force sync`":                                  "run it again with force sync",
		"two\nlines\u202e\x00":                                                      "two lines",
		"SSN 123-45-6789, ask <mailto:bo@harbor.example|bo@harbor.example>":         "SSN ••••, ask ••••",
		"<mailto:bo@harbor.example>":                                                "••••",
		"token=abc123":                                                              "••••",
		"job d1d1d1d1-0000-4000-8000-00000000000a":                                  "job d1d1d1d1-0000-4000-8000-00000000000a",
		"<> <|> <unfinished":                                                        "<unfinished",
		"":                                                                          "",
	} {
		if got, cut := resolutionText(in); got != want || cut {
			t.Errorf("%q became %q (cut: %t), want %q", in, got, cut, want)
		}
	}
	for _, part := range []string{"a b ", "123-45-6789 and ", "<@U1> ", "ünï 👩‍👩‍👧 ", "`"} {
		got, cut := resolutionText(strings.Repeat(part, 4000/len(part)))
		if n := len([]rune(got)); n > alert.MaxResolution || strings.Contains(got, "123") || cut && !strings.HasSuffix(got, "…") {
			t.Errorf("%d characters of %q: %.60s", n, part, got)
		}
	}
}

func TestAResolutionIsSavedOnce(t *testing.T) {
	t.Parallel()
	m := &memory{}
	d := remembering(t, m, aged(7, 2))
	v := d.form("fixed by <@U2>: they reset it, see bo@harbor.example")
	if _, text := offered(t, v); text != "fixed by somebody: they reset it, see ••••" {
		t.Errorf("the text is %q", text)
	}
	for _, edited := range []string{"they reset 123-45-6789", "they reset *it* <!channel>"} {
		next := d.submit(v, map[string][]string{"problem": {"7"}, "text": {edited}})
		if !strings.Contains(next.raw, "shown as “Last time” when a failed sync hits Harbor Coffee Roasters or Gusto again") {
			t.Errorf("the form becomes %s", next.raw)
		}
		if edited != "they reset *it* <!channel>" && m.kept()[0].Text != "they reset ••••" {
			t.Errorf("kept is %+v", m.kept())
		}
	}
	want := alert.Resolution{
		ID: 1, ProblemID: 7, Class: "job_failed/" + finch.DataSync, CustomerID: "cust_1042", ProviderID: "gusto", Text: "they reset *it* <!channel>", By: "U1", At: now,
		Permalink: "https://perch.slack.com/archives/C1/p1700000000000002",
	}
	if got := m.kept(); len(got) != 1 || got[0] != want {
		t.Errorf("kept are %+v, want %+v", got, want)
	}
	_, _, noted := m.was()
	entry := audit.Entry{At: now, Who: "U1", What: "resolution saved", About: harbor().ID, Detail: "problem 7"}
	if len(noted) != 2 || noted[0] != entry {
		t.Errorf("noted are %+v", noted)
	}
}

func TestAMessageWithoutAddressIsSavedOnce(t *testing.T) {
	t.Parallel()
	m := &memory{}
	d := remembering(t, m, aged(7, 2))
	d.unlinked = true
	v := d.form("they reset it")
	for range 2 {
		d.submit(v, map[string][]string{"problem": {"7"}})
	}
	if got := m.kept(); len(got) != 1 || got[0].Permalink != "" || got[0].Text != "they reset it" {
		t.Errorf("kept are %+v", got)
	}
}

func TestAnEmptyResolutionIsNone(t *testing.T) {
	t.Parallel()
	m := &memory{}
	d := remembering(t, m, aged(7, 2))
	v := d.form("x")
	for _, empty := range []string{"", " \n", "\u200b\u202e"} {
		if next := d.submit(v, map[string][]string{"problem": {"7"}, "text": {empty}}); next.Errors["text"] == "" {
			t.Errorf("%q becomes %s", empty, next.raw)
		}
	}
	if len(m.kept()) != 0 {
		t.Error("nothing was said, and kept")
	}
}

func TestForgedResolutionsSaveNothing(t *testing.T) {
	t.Parallel()
	for name, forge := range map[string]struct{ private, problem, says string }{
		"no message":           {"", "7", "another version of Perch"},
		"no channel":           {" 1.2", "7", "another version of Perch"},
		"another channel":      {"C1?x=y 1.2", "7", "another version of Perch"},
		"a person":             {"U1 1.2", "7", "another version of Perch"},
		"no ts":                {"C1 now", "7", "another version of Perch"},
		"more":                 {"C1 1.2 3", "7", "another version of Perch"},
		"no problem":           {"C1 1.2", "x", "another version of Perch"},
		"a problem below zero": {"C1 1.2", "-7", "another version of Perch"},
		"one that is gone":     {"C1 1.2", "99", "not kept here any more"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := &memory{}
			d := remembering(t, m, aged(7, 2))
			v := d.form("they reset it")
			v.View.PrivateMetadata = forge.private
			if next := d.submit(v, map[string][]string{"problem": {forge.problem}}); !strings.Contains(next.raw, forge.says) {
				t.Errorf("answered %s", next.raw)
			}
			if _, _, noted := m.was(); len(m.kept()) != 0 || len(noted) != 0 {
				t.Error("it was saved")
			}
		})
	}
}

func TestWithoutAnAccountNothingIsSavedOrRemoved(t *testing.T) {
	t.Parallel()
	m := &memory{}
	d := remembering(t, m, aged(7, 2))
	v := d.form("they reset it")
	m.unaccounted = errors.New("disk full")
	d.submit(v, map[string][]string{"problem": {"7"}})
	if len(m.kept()) != 0 {
		t.Error("it was saved")
	}
	m.resolutions = []alert.Resolution{{ID: 3, ProblemID: 7, Text: "x", By: "U1"}}
	d.click("perch.details", "b", "7")
	d.press(d.sees("How it was resolved"), "perch.resolution_drop", "3", nil)
	d.sees("")
	if len(m.gone) != 0 {
		t.Error("it was removed")
	}
}

func TestWhoRemovesResolutions(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		by     string
		admin  bool
		value  string
		drawn  bool
		gone   bool
		answer string
	}{
		"the author":         {"U1", false, "3", true, true, "What happened"},
		"an admin":           {"U2", true, "3", true, true, "What happened"},
		"somebody else":      {"U2", false, "3", false, false, "Only who saved it may remove it"},
		"of another problem": {"U1", false, "4", true, false, "How it was resolved"},
		"of none":            {"U1", true, "x", true, false, "another version of Perch"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := &memory{resolutions: []alert.Resolution{
				{ID: 3, ProblemID: 7, Text: "they reset it", By: tt.by, At: now, Permalink: "https://perch.slack.com/archives/C1/p1"},
				{ID: 4, ProblemID: 8, Text: "elsewhere", By: "U1", At: now},
			}}
			if tt.admin {
				m.admins = []string{"U1"}
			}
			d := remembering(t, m, aged(7, 2), aged(8, 2))
			d.click("perch.details", "b", "7")
			v := d.sees("they reset it")
			if strings.Contains(v.raw, "elsewhere") || strings.Contains(v.raw, "perch.resolution_drop") != tt.drawn {
				t.Errorf("shown %s", v.raw)
			}
			d.press(v, "perch.resolution_drop", tt.value, nil)
			next := d.sees(tt.answer)
			if strings.Contains(next.raw, "they reset it") == tt.gone && next.method == "views.update" {
				t.Errorf("then %s", next.raw)
			}
			_, _, noted := m.was()
			if got := len(m.gone) == 1 && len(noted) == 1 && noted[0].What == "resolution removed" && noted[0].About == harbor().ID; got != tt.gone {
				t.Errorf("removed %v, noted %v", m.gone, noted)
			}
		})
	}
}

func TestAForgedModalRemovesNothing(t *testing.T) {
	t.Parallel()
	m := &memory{resolutions: []alert.Resolution{{ID: 3, ProblemID: 7, Text: "they reset it", By: "U1", At: now}}}
	d := remembering(t, m, aged(7, 2))
	d.click("perch.details", "b", "7")
	v := d.sees("they reset it")
	v.View.PrivateMetadata = "x"
	d.press(v, "perch.resolution_drop", "3", nil)
	d.sees("another version of Perch")
	d.click("perch.resolution_drop", "b", "3") // in no modal
	d.hears("another version of Perch")
	if len(m.gone) != 0 {
		t.Error("it was removed")
	}
}

func TestResolutionsOnTheirModal(t *testing.T) {
	long := strings.Repeat("they reset it again ", 60)
	saved := func(id int64, by, text string) alert.Resolution {
		return alert.Resolution{ID: id, ProblemID: 1, Text: text, By: by, At: now.Add(-time.Hour), Permalink: "https://perch.slack.com/archives/C1/p1?thread_ts=1.1&cid=C1"}
	}
	evil := saved(3, "<!channel>", hostile)
	evil.Permalink = "https://evil.example|x> <!channel>"
	var many []alert.Resolution
	for i := range 3 * maxResolutions {
		many = append(many, saved(int64(i+1), "U1", card.Cut(long, alert.MaxResolution)))
	}
	all := make([]alert.Event, 0, maxHistory)
	for range maxHistory {
		all = append(all, alert.Event{At: now, What: alert.HasNote, Who: "UBO"})
	}
	author, admin := bot.Person{ID: "U1", Role: bot.Operator}, bot.Person{ID: "U9", Role: bot.Admin}
	for name, d := range map[string]detail{
		"resolved":         {Problem: overSince(failing(1), time.Hour), Resolutions: []alert.Resolution{saved(2, "U1", "They reset it."), saved(1, "UBO", "We waited.")}, Who: author},
		"resolved_admin":   {Problem: overSince(failing(1), time.Hour), Resolutions: []alert.Resolution{saved(1, "UBO", "We waited.")}, Who: admin},
		"resolved_hostile": {Problem: hostileProblem(1), Resolutions: []alert.Resolution{evil}, Who: author},
		"resolved_longest": {Problem: longestProblem(1), Events: all, Resolutions: many, Who: author},
	} {
		d.Now = now
		t.Run(name, func(t *testing.T) { checkModal(t, "problem_details_"+name, d.view()) })
	}
}

func TestResolutionForms(t *testing.T) {
	text, cut := resolutionText(strings.Repeat("they reset it again ", 200))
	var many []alert.Problem
	for i := range maxRecent {
		many = append(many, longestProblem(int64(i+1)))
	}
	evil, _ := resolutionText("<!channel> &lt;!channel&gt; &lt;https://evil.example|click&gt; *x* 123-45-6789 bo@harbor.example")
	surge := aged(3, 1)
	surge.Key, surge.Class, surge.State, surge.Over = alert.Key{Kind: alert.Outage, Part: "gusto/reauth"}, "reauth", alert.Closed, now
	surge.Subject = alert.Subject{ProviderID: "gusto", ProviderName: "Gusto"}
	for name, f := range map[string]resolutionForm{
		"usual":   {Problems: []alert.Problem{aged(1, 2), overSince(aged(2, 500), time.Hour), surge}, Near: true, Text: "They reset it."},
		"chosen":  {Problems: []alert.Problem{aged(1, 2), aged(2, 3)}},
		"hostile": {Problems: []alert.Problem{hostileProblem(1)}, Near: true, Text: evil},
		"longest": {Problems: many, Near: true, Text: text, Cut: cut},
	} {
		f.Now, f.Message = now, saidAt{"C1", "1700000000.000002"}
		t.Run(name, func(t *testing.T) { checkModal(t, "resolution_"+name, f.view()) })
	}
	for name, p := range map[string]alert.Problem{"saved": aged(1, 2), "saved_hostile": hostileProblem(1), "saved_longest": longestProblem(1)} {
		t.Run(name, func(t *testing.T) { checkModal(t, "resolution_"+name, resolutionNote(resolutionSaved(p))) })
	}
}

func TestClassesInWords(t *testing.T) {
	t.Parallel()
	for class, want := range map[string]string{
		"job_failed/data_sync_all":  "sync failed, a failed sync",
		"job_failed/benefit_enroll": "deduction: enroll people failed, a failed job (deduction: enroll people)",
		"job_failed":                "sync failed, a failed sync",
		"reauth":                    "must reconnect, a needed reconnect",
		"stuck/data_sync_all":       "stuck, a stuck sync or set-up",
		"dropped_off/mfa":           "employer stopped at Verification, a stop at Verification",
		"dropped_off":               "employer stopped, a stop",
		"new kind":                  "something wrong, the like",
	} {
		if short, noun := classWords(class); short+", "+noun != want {
			t.Errorf("%s is %q, want %q", class, short+", "+noun, want)
		}
	}
	for _, kind := range append(alert.AllKinds(), alert.Outage) {
		if short, _ := classWords(string(kind)); short == "something wrong" {
			t.Errorf("%s has no words", kind)
		}
	}
	if got := resolutionSaved(alert.Problem{Class: "blind"}); got != "Saved. The problem's details show it." {
		t.Errorf("of nobody: %q", got)
	}
}
