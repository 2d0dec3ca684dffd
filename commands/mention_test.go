package commands

import (
	"strings"
	"testing"

	"perch/bot"
	"perch/internal/thread"
)

// Each is what somebody wrote, and what is answered: "command text", "help of …",
// "form …", or nothing that was understood.
func TestWhatIsWrittenToPerchIsUnderstood(t *testing.T) {
	s := (&forum{}).sources()
	l := Listen(s, All(s)).(listener)
	as := bot.Names{"jobs": "/finch-jobs"}
	id := aJob().ID
	for text, want := range map[string]string{
		"jobs":                           "jobs",
		"jobs harbor":                    "jobs harbor",
		"Jobs Harbor":                    "jobs Harbor",
		"/jobs harbor":                   "jobs harbor",
		"jobs: harbor":                   "jobs harbor",
		"jobs, harbor!":                  "jobs harbor",
		"jobs harbor status:failed":      "jobs harbor status:failed",
		"jobs for harbor?":               "jobs harbor",
		"show me the jobs of harbor":     "jobs harbor",
		"jobs of harbor please":          "jobs harbor",
		"jobs harbor, thanks!":           "jobs harbor",
		"failed jobs for harbor":         "jobs harbor failed",
		"show me all failed syncs":       "jobs failed",
		"please, jobs harbor":            "jobs harbor",
		"jobs harbor\nthanks a lot":      "jobs harbor",
		"finch-jobs harbor":              "jobs harbor",
		"/finch-jobs":                    "jobs",
		"job " + id:                      "jobs " + id,
		"job " + id + " failed, why?":    "jobs " + id,
		"jobs " + id + " status:failed":  "jobs " + id + " status:failed",
		"job d1d1d1d1 please":            "jobs d1d1d1d1",
		`jobs "blue fern"`:               `jobs "blue fern"`,
		"connection cust_1042":           "connection cust_1042",
		"CONNECTION cust_1042.":          "connection cust_1042",
		"connections":                    "connection",
		"/connection harbor coffee":      "connection harbor coffee",
		"session harbor":                 "session-timeline harbor",
		"sessions":                       "session-timeline",
		"session-timeline blue fern":     "session-timeline blue fern",
		"timeline of harbor":             "session-timeline harbor",
		"problems":                       "perch problems",
		"problems mine":                  "perch problems mine",
		"perch problems":                 "perch problems",
		"/perch status":                  "perch status",
		"status":                         "perch status",
		"status!":                        "perch status",
		"subscriptions":                  "perch subscriptions",
		"funnel provider:gusto":          "perch funnel provider:gusto",
		"audit since:7d":                 "perch audit since:7d",
		"threads":                        "perch threads",
		"threads on":                     "perch threads on",
		"threads off.":                   "perch threads off",
		"threads on here, please":        "perch threads on",
		"Threads: OFF!":                  "perch threads off",
		"threads on hold":                "perch threads on hold",
		"perch threads on":               "perch threads on",
		"subscribe jobs now":             "perch subscribe jobs now",
		"subscribe":                      "form perch subscribe",
		"subscribe reauth":               "form perch subscribe reauth",
		"link cust_1042":                 "form perch link cust_1042",
		"explore harbor GET /employer/x": "form explore harbor GET /employer/x",
		"/explore":                       "form explore",
		"help":                           "help of Write to Perch by its name",
		"hello , help":                   "help of Write to Perch by its name",
		"please show me, help":           "help of Write to Perch by its name",
		"Help!":                          "help of Write to Perch by its name",
		"":                               "help of Write to Perch by its name",
		"hi":                             "help of Write to Perch by its name",
		"?":                              "help of Write to Perch by its name",
		"perch":                          "help of Write to Perch by its name",
		"jobs help":                      "help of Jobs",
		"help jobs":                      "help of Jobs",
		"connection ?":                   "help of Connections",
		"explore help":                   "help of Explore Finch's API",
		"subscribe help":                 "help of Subscribe",
		"threads help":                   "help of Support threads",
		"perch help":                     "help of Perch brings Finch into Slack",
		"harbor":                         "",
		"customer says it failed":        "",
		"hi harbor":                      "",
		"…":                              "help of Write to Perch by its name",
		strings.Repeat("x", 5000):        "",
	} {
		said := l.hear(text, as)
		got := strings.TrimSpace(said.command + " " + said.text())
		switch {
		case said.help != nil:
			got = "help of " + title(t, said.help(as))
		case said.form:
			got = "form " + got
		}
		if got != want {
			t.Errorf("%.60q means %q, want %q", text, got, want)
		}
		if understood := said.run != nil || said.help != nil; understood != (want != "") {
			t.Errorf("%.60q: understood %t", text, understood)
		}
	}
}

func TestAMentionIsAnsweredInItsThread(t *testing.T) {
	for text, want := range map[string]string{
		"jobs harbor":              "Jobs of Harbor Coffee Roasters",
		"connection cust_1042":     "Harbor Coffee Roasters",
		"session blue fern":        "Blue Fern Dental",
		"problems":                 "Nothing is open",
		"help":                     "Write to Perch by its name",
		"harbor coffee":            "Harbor Coffee Roasters",
		"explore harbor":           "`/explore harbor`",
		"link cust_1042":           "`/perch link cust_1042`",
		"jbos harbro":              "Did you mean @Perch jobs?",
		"what's up with harbor?":   "Harbor Coffee Roasters",
		"why did Harbor fail":      "Harbor Coffee Roasters",
		"is it broken again?":      `Perch did not understand "is it broken again".`,
		"xyzzy":                    `Perch did not understand "xyzzy".`,
		"threads perhaps":          "takes `on` or `off`",
		"status of d1d1d1d1, then": "Share to thread",
		"what of d1d1d1d1?":        "Share to thread",
	} {
		t.Run(text, func(t *testing.T) {
			f := &forum{ids: []thread.Bond{aJob()}}
			d := forumDesk(t, f)
			d.writes("<@UBOT> " + text)
			if got := d.whispered(want); !strings.HasPrefix(got, "C1 1700000000.000001 U1 ") {
				t.Errorf("answered elsewhere: %s", got)
			}
			d.worksOff()
			d.silent()
			if bound, _, _ := f.was(); len(bound) != 0 {
				t.Errorf("bound %+v", bound)
			}
		})
	}
}

func TestThanksWantNoAnswer(t *testing.T) {
	for _, text := range []string{"thanks!", "Thank you", "ok thx :)"} {
		d := forumDesk(t, &forum{})
		d.writes("<@UBOT> " + text)
		d.worksOff()
		d.silent()
	}
}

func TestJobsByAWordForTheirStatus(t *testing.T) {
	f := &forum{}
	s := f.sources()
	l := Listen(s, All(s)).(listener)
	for text, want := range map[string]string{
		"harbor failed": "harbor status:failed", "failed": "status:failed", "harbor": "harbor", "": "",
		"harbor running status:failed": "harbor running status:failed", "harbor coffee COMPLETE": "harbor coffee status:complete",
		"coffee roasters": "coffee roasters",
	} {
		if got, err := l.withStatus(t.Context(), text); err != nil || got != want {
			t.Errorf("%q means %q (%v), want %q", text, got, err, want)
		}
	}
}

func TestIdsInAMentionAreAnsweredInPublicWherePerchReadsAlong(t *testing.T) {
	tests := map[string]struct {
		outcome thread.Outcome
		channel thread.Channel
		info    string
		says    string
		binds   bool
	}{
		"the reply is the answer":   {outcome: thread.Replied, channel: thread.Channel{On: true}, binds: true},
		"or its edit":               {outcome: thread.Extended, channel: thread.Channel{On: true}, binds: true},
		"all is said":               {outcome: thread.Nothing, channel: thread.Channel{On: true}, binds: true, says: "cust_1042"},
		"the thread is full":        {outcome: thread.Full, channel: thread.Channel{On: true}, binds: true, says: "as many ids as it may"},
		"switched off meanwhile":    {outcome: thread.Unheard, channel: thread.Channel{On: true}, binds: true, says: "Share to thread"},
		"not read along":            {says: "Share to thread"},
		"shared without consent":    {channel: thread.Channel{On: true}, info: `{"id":"C1","is_member":true,"is_ext_shared":true}`, says: "Share to thread"},
		"shared with an admin's ok": {channel: thread.Channel{On: true, SharedBy: "UROOT"}, info: `{"id":"C1","is_member":true,"is_ext_shared":true}`, binds: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := &forum{ids: []thread.Bond{aJob(), aCustomer()}, outcome: tt.outcome, channel: tt.channel}
			d := forumDesk(t, f)
			if tt.info != "" {
				d.channel = tt.info
			}
			ts := d.writes("<@UBOT> see " + aJob().ID + " of cust_1042")
			if tt.says != "" {
				d.whispered(tt.says)
			}
			d.worksOff()
			d.silent()
			bound, _, _ := f.was()
			if tt.binds != (len(bound) == 1) {
				t.Fatalf("bound %+v", bound)
			}
			if !tt.binds {
				return
			}
			m := bound[0]
			if !m.Asked || m.TS != ts || m.Root != "1700000000.000001" || m.Channel != "C1" || m.ClientID == "" || len(m.Bonds) != 2 || m.SharedBy != "" ||
				m.Permalink != "https://perch.slack.com/archives/C1/p1700000000000001" {
				t.Errorf("bound %+v", m)
			}
		})
	}
}

func TestGuestsWhoMentionPerchAreRefused(t *testing.T) {
	f := &forum{ids: []thread.Bond{aJob()}, channel: thread.Channel{On: true}}
	d := forumDesk(t, f)
	d.asker = `{"is_restricted":true}`
	d.writes("<@UBOT> threads off")
	d.whispered("Only operators may use Perch here")
	d.worksOff()
	if bound, did, noted := f.was(); len(bound)+len(did)+len(noted) != 0 {
		t.Errorf("a guest's mention did something: %v %v %v", bound, did, noted)
	}
}

func TestMentionCards(t *testing.T) {
	s := Sources{}
	l := Listen(s, All(s)).(listener)
	as := bot.Names{"perch": "/finch-perch", "jobs": "/finch-jobs"}
	check(t, "mention_help", mentionHelp(as))
	check(t, "mention_unknown", l.notUnderstood("problms of harbor", as))
	check(t, "mention_hostile", l.notUnderstood(hostile, nil))
}
