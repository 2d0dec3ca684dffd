package alert_test

import (
	"strings"
	"testing"

	"perch/internal/alert"
)

const (
	heardByDefault = "This channel will hear failed syncs, needed reconnects, missing permissions, accounts that are not set up, syncs that did not happen, stuck syncs or set-ups and employers who stop at a stage,"
	restByDefault  = " It will not hear connections that ended, times when Perch itself cannot see, employers who meet error after error, links that nobody opens or links that ran out before anybody connected."
	heardOfAll     = "This channel will hear failed syncs, needed reconnects, missing permissions, accounts that are not set up, syncs that did not happen, stuck syncs or set-ups, connections that ended, times when Perch itself cannot see, employers who stop at a stage, employers who meet error after error, links that nobody opens and links that ran out before anybody connected,"
)

func TestSentence(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text     string
		sentence string
		short    string
	}{
		{
			"",
			heardByDefault + " for every customer except sandbox." + restByDefault + " It mentions nobody.",
			"whatever stops syncs and employers who stop at a stage except sandbox",
		},
		{
			"sessions stage:mfa,terms_of_service -stage:odd_one",
			"This channel will hear employers who stop at a stage, employers who meet error after error, links that nobody opens and links that ran out before anybody connected, for every customer, of employers only those at Verification or Terms of Service, except employers at odd_one and sandbox. Nothing else. It mentions nobody.",
			"employers who do not get through, of employers only those at Verification or Terms of Service, except employers at odd_one and sandbox",
		},
		{
			"jobs",
			strings.Replace(heardByDefault, "happen, stuck syncs or set-ups and employers who stop at a stage", "happen and stuck syncs or set-ups", 1) + " for every customer except sandbox. Nothing else. It mentions nobody.",
			"whatever stops syncs except sandbox",
		},
		{
			"job_failed",
			"This channel will hear failed syncs for every customer except sandbox. Nothing else. It mentions nobody.",
			"failed syncs except sandbox",
		},
		{
			"all env:production,development,sandbox",
			heardOfAll + " for every customer. It mentions nobody.",
			"every problem",
		},
		{
			"job_failed reauth -provider:gusto after:2 quiet:22-7 zone:Europe/Berlin pass:reauth remind:daily mention:<@UBO>",
			"This channel will hear failed syncs and needed reconnects, for every customer except gusto ones and sandbox. Nothing else. Failed syncs are told after 2 in a row. " +
				"Between 22:00 and 7:00 (Europe/Berlin) only needed reconnects are told; of the rest, what is still open then comes as one message at 7:00. " +
				"It reminds daily of what is open while nobody is on it. It mentions <@UBO> on new problems.",
			"failed syncs and needed reconnects except gusto ones and sandbox",
		},
		{
			"jobs disconnected customer:\"blue fern\",cust_1042",
			strings.Replace(heardByDefault, "employers who stop at a stage", "connections that ended", 1) +
				" for customers like blue fern or cust_1042 except sandbox. It will not hear times when Perch itself cannot see, employers who stop at a stage, employers who meet error after error, links that nobody opens or links that ran out before anybody connected. It mentions nobody.",
			"whatever stops syncs and connections that ended for customers like blue fern or cust_1042 except sandbox",
		},
		{
			"reauth provider:gusto,adp product:payroll type:assisted env:production entity:0099123",
			"This channel will hear needed reconnects for every customer on gusto or adp with payroll, assisted connections only, production only, only where Finch names an entity like 0099123. Nothing else. It mentions nobody.",
			"needed reconnects for some customers",
		},
		{
			"reauth env:production,sandbox -customer:acme -customer:bolt -type:automated -product:benefits -entity:bakery",
			"This channel will hear needed reconnects for every customer, production and sandbox only, except acme, bolt, ones with benefits, automated connections and entities like bakery. Nothing else. It mentions nobody.",
			"needed reconnects for some customers",
		},
		{
			"reauth -env:development",
			"This channel will hear needed reconnects for every customer except development and sandbox. Nothing else. It mentions nobody.",
			"needed reconnects except development and sandbox",
		},
		{
			"reauth -customer:a,b,c,d,e,f,g customer:1,2,3,4,5,6,7",
			"This channel will hear needed reconnects for customers like 1, 2, 3, 4, 5 or 2 more except a, b, c, d, e, 2 more customers and sandbox. Nothing else. It mentions nobody.",
			"needed reconnects for customers like 1, 2 or 5 more except a, b, 5 more customers and sandbox",
		},
		{
			"stale stuck reauth permissions",
			"This channel will hear needed reconnects, missing permissions, syncs that did not happen and stuck syncs or set-ups, for every customer except sandbox. Nothing else. It mentions nobody.",
			"needed reconnects, missing permissions and 2 more kinds except sandbox",
		},
		{
			"job_failed digest:9 zone:America/New_York remind:daily",
			"This channel will hear failed syncs for every customer except sandbox. Nothing else. It all comes as one message once a day at 9:00 (America/New_York), with what is still open then. It reminds daily of what is open while nobody is on it. It mentions nobody.",
			"failed syncs except sandbox",
		},
		{
			"job_failed digest:7:30 quiet:weekends",
			"This channel will hear failed syncs for every customer except sandbox. Nothing else. It all comes as one message from Monday to Friday at 7:30 (UTC), with what is still open then. It mentions nobody.",
			"failed syncs except sandbox",
		},
		{
			"job_failed quiet:weekends",
			"This channel will hear failed syncs for every customer except sandbox. Nothing else. On weekends (UTC) nothing is told; what is still open then comes as one message on Monday. It mentions nobody.",
			"failed syncs except sandbox",
		},
		{
			"job_failed stuck quiet:22:30-7,weekends pass:stuck open-for:1d2h30m updates:channel remind:4h mention:<@U1>,<!subteam^S2>",
			"This channel will hear failed syncs and stuck syncs or set-ups, for every customer except sandbox. Nothing else. Only what stays open for 1 day 2 h 30 min is told. " +
				"Between 22:30 and 7:00 and on weekends (UTC) only stuck syncs or set-ups are told; of the rest, what is still open then comes as one message at 7:00. " +
				"Recoveries and reopenings are posted too, not only shown on the card. It reminds every 4 h of what is open while nobody is on it. It mentions <@U1> and <!subteam^S2> on new problems.",
			"failed syncs and stuck syncs or set-ups except sandbox",
		},
		{
			`job_failed -provider:"<!channel> & <https://evil.example|Gusto>" -customer:"` + strings.Repeat("x", 60) + `"`,
			"This channel will hear failed syncs for every customer except " + strings.Repeat("x", 39) + "…, &lt;!channel&gt; &amp; &lt;https://evil… ones and sandbox. Nothing else. It mentions nobody.",
			"failed syncs except " + strings.Repeat("x", 23) + "…, &lt;!channel&gt; &amp;… ones and sandbox",
		},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			w := parsed(t, tt.text)
			if got := w.Sentence(); got != tt.sentence {
				t.Errorf("sentence: %s\nwant:     %s", got, tt.sentence)
			}
			if got := w.Short(); got != tt.short {
				t.Errorf("short: %s\nwant:  %s", got, tt.short)
			}
		})
	}
}

func TestSentenceToAPerson(t *testing.T) {
	t.Parallel()
	s := alert.Subscription{Channel: "U0ANN", Wish: parsed(t, "remind:daily")}
	got := s.Sentence()
	for _, want := range []string{"You will hear failed syncs", "You will not hear connections", "Perch reminds daily", "Perch mentions nobody."} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
	if got := s.SentenceElsewhere(); !strings.HasPrefix(got, "<@U0ANN> will hear failed syncs") || !strings.Contains(got, "They will not hear") {
		t.Errorf("others are told %s", got)
	}
	s.Channel = "C0ALERTS"
	if s.Sentence() != s.Wish.Sentence() {
		t.Errorf("a channel is told %s", s.Sentence())
	}
	if got := s.SentenceElsewhere(); !strings.HasPrefix(got, "<#C0ALERTS> will hear failed syncs") {
		t.Errorf("elsewhere it is told %s", got)
	}
}

func TestSentenceFitsASection(t *testing.T) {
	t.Parallel()
	var values []string
	for range 6 {
		values = append(values, strings.Repeat("&", 79)+string(rune('a'+len(values))))
	}
	list := func() []string { return values }
	w := parsed(t, "all -stuck -reauth type:assisted env:production after:50 open-for:6d23h59m updates:channel remind:4h quiet:22:59-7:59,weekends zone:America/Argentina/ComodRivadavia pass:job_failed")
	w.Include.Customers, w.Include.Providers, w.Include.Products, w.Include.Entities = list(), list(), list(), list()
	w.Exclude.Customers, w.Exclude.Providers, w.Exclude.Products, w.Exclude.Entities = list(), list(), list(), list()
	for range 10 {
		w.Mention = append(w.Mention, "U"+strings.Repeat("0", 12))
	}
	if n := len([]rune(w.Sentence())); n > 3000 {
		t.Errorf("a sentence of %d characters", n)
	}
	if n := len([]rune(w.Short())); n > 250 {
		t.Errorf("a short one of %d characters", n)
	}
}
