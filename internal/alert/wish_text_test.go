package alert_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"perch/internal/alert"
)

func TestParseWish(t *testing.T) {
	t.Parallel()
	jobs, usual := alert.JobKinds(), append(alert.JobKinds(), alert.DroppedOff)
	tests := []struct {
		name string
		text string
		want alert.Wish
		// canonical is how the wish is typed back; empty: as it was.
		canonical string
	}{
		{"nothing", "", alert.Wish{Kinds: usual}, "jobs dropped_off"},
		{"the group", "jobs", alert.Wish{Kinds: jobs}, ""},
		{"everything", "ALL", alert.Wish{Kinds: alert.AllKinds()}, "all"},
		{"kinds in another order, with hyphens and commas", "stuck, Job-Failed,reauth", alert.Wish{Kinds: []alert.Kind{alert.JobFailed, alert.Reauth, alert.Stuck}}, "job_failed reauth stuck"},
		{"a group and a kind", "disconnected jobs", alert.Wish{Kinds: append(alert.JobKinds(), alert.Disconnected)}, "jobs disconnected"},
		{"a kind less", "all -blind -disconnected -stuck,stale -sessions", alert.Wish{Kinds: []alert.Kind{alert.JobFailed, alert.Reauth, alert.Permissions, alert.NotSetUp}}, "job_failed reauth permissions not_set_up"},
		{"only a kind less", "-stale", alert.Wish{Kinds: []alert.Kind{alert.JobFailed, alert.Reauth, alert.Permissions, alert.NotSetUp, alert.Stuck, alert.DroppedOff}}, "job_failed reauth permissions not_set_up stuck dropped_off"},
		{"all of the sessions", "dropped_off,auth-errors,link_unused link_expired", alert.Wish{Kinds: alert.SessionKinds()}, "sessions"},
		{"both groups", "sessions jobs", alert.Wish{Kinds: append(alert.JobKinds(), alert.SessionKinds()...)}, "jobs sessions"},
		{"stages", `sessions stage:mfa,"Terms of Service" -stage:authentication`, alert.Wish{Kinds: alert.SessionKinds(), Include: alert.Filter{Stages: []string{"mfa", "Terms of Service"}}, Exclude: alert.Filter{Stages: []string{"authentication"}}}, ""},
		{"filters", "jobs customer:harbor -provider:gusto", alert.Wish{Kinds: jobs, Include: alert.Filter{Customers: []string{"harbor"}}, Exclude: alert.Filter{Providers: []string{"gusto"}}}, ""},
		{"one name twice and with commas", "customer:a,b customer:c CUSTOMER:A", alert.Wish{Kinds: usual, Include: alert.Filter{Customers: []string{"a", "b", "c"}}}, "jobs dropped_off customer:a,b,c"},
		{"quotes", `customer:"blue  fern","a, b" -customer:x" y"`, alert.Wish{Kinds: usual, Include: alert.Filter{Customers: []string{"blue fern", "a, b"}}, Exclude: alert.Filter{Customers: []string{"x y"}}}, `jobs dropped_off customer:"blue fern","a, b" -customer:"x y"`},
		{"typographic quotes", "customer:“blue fern”", alert.Wish{Kinds: usual, Include: alert.Filter{Customers: []string{"blue fern"}}}, `jobs dropped_off customer:"blue fern"`},
		{"a quote that is never closed", `customer:"blue fern`, alert.Wish{Kinds: usual, Include: alert.Filter{Customers: []string{"blue fern"}}}, `jobs dropped_off customer:"blue fern"`},
		{"quotes in quotes", `jobs customer:"Joe \"J\\\" Doe"`, alert.Wish{Kinds: jobs, Include: alert.Filter{Customers: []string{`Joe "J\" Doe`}}}, ""},
		{"a colon in a value", "jobs product:employer:company", alert.Wish{Kinds: jobs, Include: alert.Filter{Products: []string{"employer:company"}}}, ""},
		{"closed lists in their order", "env:sandbox,Production environment:development type:assisted", alert.Wish{Kinds: usual, Include: alert.Filter{Environments: []string{"production", "development", "sandbox"}, Types: []string{"assisted"}}}, "jobs dropped_off env:production,development,sandbox type:assisted"},
		{"the rest", "reauth product:payroll entity:0099123", alert.Wish{Kinds: []alert.Kind{alert.Reauth}, Include: alert.Filter{Products: []string{"payroll"}, Entities: []string{"0099123"}}}, ""},
		{"a row", "jobs after:2", alert.Wish{Kinds: jobs, After: 2}, ""},
		{"a row of one", "after:1", alert.Wish{Kinds: usual}, "jobs dropped_off"},
		{"a while", "jobs open-for:30m", alert.Wish{Kinds: jobs, OpenFor: 30 * time.Minute}, ""},
		{"a longer while", "OPEN_FOR:1d90min", alert.Wish{Kinds: usual, OpenFor: 25*time.Hour + 30*time.Minute}, "jobs dropped_off open-for:1d1h30m"},
		{"updates", "jobs updates:channel", alert.Wish{Kinds: jobs, InChannel: true}, ""},
		{"updates in the thread", "jobs updates:thread", alert.Wish{Kinds: jobs}, "jobs"},
		{"reminders", "jobs remind:daily", alert.Wish{Kinds: jobs, Reminder: 24 * time.Hour}, ""},
		{"frequent reminders", "jobs remind:4h", alert.Wish{Kinds: jobs, Reminder: 4 * time.Hour}, ""},
		{"no reminders", "jobs remind:off", alert.Wish{Kinds: jobs}, "jobs"},
		{"quiet hours", "quiet:22-7 zone:Europe/Berlin", alert.Wish{Kinds: usual, Zone: "Europe/Berlin", Quiet: alert.QuietHours{From: 22 * 60, To: 7 * 60}}, "jobs dropped_off quiet:22:00-7:00 zone:Europe/Berlin"},
		{"quiet hours as Americans say them", "quiet:12am–7:30AM", alert.Wish{Kinds: usual, Quiet: alert.QuietHours{From: 0, To: 7*60 + 30}}, "jobs dropped_off quiet:0:00-7:30"},
		{"quiet until midnight", "quiet:6pm-24", alert.Wish{Kinds: usual, Quiet: alert.QuietHours{From: 18 * 60, To: 0}}, "jobs dropped_off quiet:18:00-0:00"},
		{"quiet weekends", "jobs quiet:weekends", alert.Wish{Kinds: jobs, Quiet: alert.QuietHours{Weekends: true}}, ""},
		{"quiet hours and weekends, and what passes", "all quiet:weekends,22:30-7 pass:reauth pass:blind", alert.Wish{Kinds: alert.AllKinds(), Quiet: alert.QuietHours{From: 22*60 + 30, To: 7 * 60, Weekends: true, Pass: []alert.Kind{alert.Reauth, alert.Blind}}}, "all quiet:22:30-7:00,weekends pass:reauth,blind"},
		{"a digest", "jobs digest:9 zone:America/New_York", alert.Wish{Kinds: jobs, Digest: true, DigestAt: 9 * 60, Zone: "America/New_York"}, "jobs digest:9:00 zone:America/New_York"},
		{"a digest at midnight", "jobs digest:0:00", alert.Wish{Kinds: jobs, Digest: true}, ""},
		{"a zone that nothing needs", "jobs zone:Europe/Berlin", alert.Wish{Kinds: jobs}, "jobs"},
		{"UTC is what it is anyway", "jobs digest:9:05 zone:UTC", alert.Wish{Kinds: jobs, Digest: true, DigestAt: 9*60 + 5}, "jobs digest:9:05"},
		{"mentions as Slack writes them", "mention:<@U0BO|bo>,<!subteam^S0ONCALL|@oncall> mention:<@W0ANN> mention:U0BO", alert.Wish{Kinds: usual, Mention: []string{"U0BO", "S0ONCALL", "W0ANN"}}, "jobs dropped_off mention:<@U0BO>,<!subteam^S0ONCALL>,<@W0ANN>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, now, err := alert.ParseWish(tt.text)
			if err != nil || now || !reflect.DeepEqual(got, tt.want) {
				t.Fatalf("%q: %+v, %t, %v; want %+v", tt.text, got, now, err, tt.want)
			}
			canonical := tt.canonical
			if canonical == "" {
				canonical = tt.text
			}
			if got.Text() != canonical {
				t.Errorf("typed back: %q, want %q", got.Text(), canonical)
			}
			again, _, err := alert.ParseWish(canonical)
			if err != nil || !reflect.DeepEqual(again, tt.want) {
				t.Errorf("read again: %+v, %v", again, err)
			}
		})
	}
}

func TestParseWishNow(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"now", "NOW", "reauth -provider:gusto now"} {
		if _, now, err := alert.ParseWish(text); !now || err != nil {
			t.Errorf("%q: now %t, %v", text, now, err)
		}
	}
	for _, text := range []string{"", "customer:now", `customer:"right now"`} {
		if _, now, err := alert.ParseWish(text); now || err != nil {
			t.Errorf("%q: now %t, %v", text, now, err)
		}
	}
}

func TestParseWishSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	const kinds = "There are `job_failed`, `reauth`, `permissions`, `not_set_up`, `stale`, `stuck`, `disconnected`, `blind`, `dropped_off`, `auth_errors`, `link_unused`, `link_expired`, `jobs`, `sessions` and `all`."
	tests := []struct {
		text, word, says string
	}{
		{"harbor", "harbor", `There is no kind "harbor". ` + kinds + " A customer is named with `customer:` before it, a provider with `provider:`."},
		{"reauth <!channel> stuck", "<!channel>", `There is no kind "&lt;!channel&gt;". ` + kinds},
		{"reauth stage:mfa", "stage:mfa", "stage: is about employers who stop or fail at a stage, and this hears of none."},
		{"link_unused -stage:mfa", "-stage:mfa", "stage: is about employers who stop"},
		{"stage:", "stage:", "*stage:* wants something behind the colon, as in `stage:terms_of_service`."},
		{"outage", "outage", "An outage is told to everybody who hears what it is made of, so it is not asked for by name."},
		{"now reauth", "now", "`now` saves without asking again, so it goes to the end."},
		{"now now", "now", "`now` saves without asking again, so it goes to the end."},
		{"-jobs -dropped_off", "", "This hears nothing: choose at least one kind of problem."},
		{"status:failed", "status:failed", "There is no filter *status:*. There are `customer:`, `provider:`, `env:`, `type:`, `product:`, `entity:`, `stage:`, `after:`, `open-for:`, `updates:`, `remind:`, `quiet:`, `pass:`, `digest:`, `zone:` and `mention:`."},
		{"customer:", "customer:", "*customer:* wants something behind the colon, as in `customer:harbor`."},
		{`customer:"  "`, `customer:"  "`, "*customer:* wants something behind the colon, as in `customer:harbor`."},
		{"quiet:", "quiet:", "*quiet:* wants something behind the colon, as in `quiet:22-7`."},
		{"env:prod", "env:prod", "*env:* cannot be \"prod\". It can be `production`, `development` or `sandbox`."},
		{"reauth ENVIRONMENT:production -env:production", "-env:production", "env: \"production\" is both asked for and excluded."},
		{"type:api", "type:api", "*type:* cannot be \"api\". It can be `automated` or `assisted`."},
		{"after:0", "after:0", "*after:* cannot be \"0\". It can be a number of failures in a row, such as `2`."},
		{"after:2 after:3", "after:3", "*after:* can be given once."},
		{"after:2,3", "after:2,3", "*after:* can be given once."},
		{"-after:2", "-after:2", "*after:* cannot be excluded: a leading - is for kinds and filters."},
		{"open-for:0m", "open-for:0m", "*open-for:* cannot be \"0m\". It can be a length of time such as `30m`, `2h` or `1d`."},
		{"open-for:soon", "open-for:soon", "*open-for:* cannot be \"soon\"."},
		{"updates:dm", "updates:dm", "*updates:* cannot be \"dm\". It can be `thread` or `channel`."},
		{"remind:hourly", "remind:hourly", "*remind:* cannot be \"hourly\". It can be `daily`, `4h` or `off`."},
		{"quiet:22-22", "quiet:22-22", "*quiet:* cannot be \"22-22\". It can be hours such as `22-7` or `22:30-7:15`, and `weekends`."},
		{"quiet:25-7", "quiet:25-7", "*quiet:* cannot be \"25-7\"."},
		{"quiet:1-2,3-4", "quiet:1-2,3-4", "*quiet:* cannot be \"3-4\"."},
		{"quiet:13pm-2", "quiet:13pm-2", "*quiet:* cannot be \"13pm-2\"."},
		{"digest:9:60", "digest:9:60", "*digest:* cannot be \"9:60\". It can be a time of day such as `9:00`."},
		{"quiet:1-2 pass:everything", "pass:everything", "*pass:* cannot be \"everything\"."},
		{"zone:Local", "zone:Local", "*zone:* cannot be \"Local\". It can be the name of a time zone such as `Europe/Berlin` or `America/New_York`."},
		{"zone:../../etc/passwd", "zone:../../etc/passwd", "*zone:* cannot be"},
		{"mention:<!here>", "mention:<!here>", "*mention:* cannot be \"&lt;!here&gt;\". It can be people and user groups of this workspace, picked with `@`."},
		{"mention:@bo", "mention:@bo", "*mention:* cannot be \"@bo\"."},
		{"reauth after:2", "after:2", "after: counts failed syncs in a row, and this hears of none."},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			_, _, err := alert.ParseWish(tt.text)
			wrong, ok := errors.AsType[*alert.TextError](err)
			if !ok || wrong.Word != tt.word || !strings.HasPrefix(wrong.Error(), tt.says) {
				t.Errorf("%v\nwant %q: %s", err, tt.word, tt.says)
			}
		})
	}
}

func FuzzParseWish(f *testing.F) {
	for _, text := range []string{
		"", "jobs -stuck now", `customer:"blue fern","a, b" -provider:gusto`, "env:sandbox,production type:assisted entity:0099123 product:payroll",
		"after:2 open-for:1d2h3m updates:channel remind:4h quiet:22-7:30,weekends pass:reauth zone:Europe/Berlin mention:<@U1|bo>,<!subteam^S2>",
		"digest:9pm zone:Australia/Lord_Howe", `customer:"\"\\“`, "customer:İ,i̇,I customer:ǅ", "-customer:\u00a0x\u200b-y", "zone:Local", "-", ",", `""`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w, _, err := alert.ParseWish(text)
		if err != nil {
			if _, ok := errors.AsType[*alert.TextError](err); !ok {
				t.Fatalf("%q: %T", text, err)
			}
			return
		}
		if len(w.Kinds) == 0 || w.Check() != nil {
			t.Fatalf("%q: %+v is not sound: %v", text, w, w.Check())
		}
		back := w.Text()
		if n := len(utf16.Encode([]rune(back))); n > 3000 {
			t.Fatalf("%q takes %d characters to type back", text, n)
		}
		again, now, err := alert.ParseWish(back)
		if err != nil || now || !reflect.DeepEqual(again, w) {
			t.Fatalf("%q typed back as %q is %+v, %v; want %+v", text, back, again, err, w)
		}
		for _, said := range []string{w.Sentence(), w.Short()} {
			if said == "" || strings.Contains(said, "<!here") || strings.Contains(said, "<!channel") || strings.Contains(said, "<http") {
				t.Fatalf("%q is said back as %q", text, said)
			}
		}
	})
}
