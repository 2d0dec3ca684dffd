package alert_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"perch/internal/alert"
)

func TestWishCheck(t *testing.T) {
	t.Parallel()
	var many []string
	for i := range 60 {
		many = append(many, fmt.Sprintf("%02d %s", i, strings.Repeat("long name ", 7)))
	}
	tests := []struct {
		name   string
		change func(*alert.Wish)
		field  string
		says   string // how the sentence begins; empty: nothing is wrong
	}{
		{"the default", func(*alert.Wish) {}, "", ""},
		{"no kinds", func(w *alert.Wish) { w.Kinds = nil }, "kinds", "This hears nothing: choose at least one kind of problem."},
		{"an outage by name", func(w *alert.Wish) { w.Kinds = []alert.Kind{alert.Outage} }, "kinds", `There is no kind "outage" to hear of.`},
		{"a kind of a later version", func(w *alert.Wish) { w.Kinds = append(w.Kinds, "weather") }, "kinds", `There is no kind "weather" to hear of.`},

		{"stages", func(w *alert.Wish) { w.Exclude.Stages = []string{"mfa"} }, "", ""},
		{"stages of nobody", func(w *alert.Wish) { w.Kinds, w.Exclude.Stages = alert.JobKinds(), []string{"mfa"} }, "stage", "stage: is about employers who stop or fail at a stage, and this hears of none."},
		{"an empty value", func(w *alert.Wish) { w.Include.Customers = []string{" "} }, "customer", "customer: wants a name or an id."},
		{"a value that nobody sees", func(w *alert.Wish) { w.Include.Providers = []string{"\u0301"} }, "provider", "provider: wants a name or an id."},
		{"a long value", func(w *alert.Wish) { w.Exclude.Entities = []string{strings.Repeat("x", 81)} }, "entity", "entity: takes at most 80 characters; a part of the name is enough."},
		{"the longest value", func(w *alert.Wish) { w.Exclude.Entities = []string{strings.Repeat("x", 80)} }, "", ""},
		{"an unknown environment", func(w *alert.Wish) { w.Include.Environments = []string{"staging"} }, "env", `env: cannot be "staging". It can be production, development or sandbox.`},
		{"an unknown type", func(w *alert.Wish) { w.Exclude.Types = []string{"api"} }, "type", `type: cannot be "api". It can be automated or assisted.`},
		{"asked for and excluded", func(w *alert.Wish) {
			w.Include.Customers, w.Exclude.Customers = []string{"Café"}, []string{"acme", "CAFE"}
		}, "customer", `customer: "Café" is both asked for and excluded.`},
		{"a part of what is asked for is excluded", func(w *alert.Wish) {
			w.Include.Customers, w.Exclude.Customers = []string{"harbor"}, []string{"harbor bakery"}
		}, "", ""},
		{"every type excluded", func(w *alert.Wish) { w.Exclude.Types = []string{"automated", "assisted"} }, "type", "type: nothing is left after what is excluded."},
		{"all but sandbox excluded, and that by itself", func(w *alert.Wish) { w.Exclude.Environments = []string{"production", "development"} }, "env", "env: nothing is left after what is excluded."},
		{"one environment excluded", func(w *alert.Wish) { w.Exclude.Environments = []string{"production", "sandbox"} }, "", ""},

		{"a row of less than none", func(w *alert.Wish) { w.After = -1 }, "after", "after: takes 1 to 50 failures in a row."},
		{"a row without end", func(w *alert.Wish) { w.After = 51 }, "after", "after: takes 1 to 50 failures in a row."},
		{"a row of what has none", func(w *alert.Wish) { w.After, w.Kinds = 2, []alert.Kind{alert.Reauth} }, "after", "after: counts failed syncs in a row, and this hears of none."},
		{"open for less than nothing", func(w *alert.Wish) { w.OpenFor = -time.Hour }, "open-for", "open-for: takes 1 minute to 7 days."},
		{"open for longer than anything", func(w *alert.Wish) { w.OpenFor = 8 * 24 * time.Hour }, "open-for", "open-for: takes 1 minute to 7 days."},
		{"a reminder of its own", func(w *alert.Wish) { w.Reminder = time.Hour }, "remind", "remind: can be daily, every 4 hours or off."},
		{"reminders between digests", func(w *alert.Wish) { w.Reminder, w.Digest = 4*time.Hour, true }, "remind", "remind: a digest comes once a day"},
		{"a digest that reminds daily", func(w *alert.Wish) { w.Reminder, w.Digest = 24*time.Hour, true }, "", ""},

		{"quiet before midnight", func(w *alert.Wish) { w.Quiet.From = -1 }, "quiet", "quiet: takes times from 0:00 to 23:59."},
		{"quiet after midnight", func(w *alert.Wish) { w.Quiet.To = 24 * 60 }, "quiet", "quiet: takes times from 0:00 to 23:59."},
		{"a digest after midnight", func(w *alert.Wish) { w.Digest, w.DigestAt = true, 24*60 }, "digest", "digest: takes times from 0:00 to 23:59."},
		{"a digest and quiet hours", func(w *alert.Wish) { w.Digest, w.Quiet.To = true, 60 }, "quiet", "quiet: a digest holds everything"},
		{"a digest and quiet weekends", func(w *alert.Wish) { w.Digest, w.Quiet.Weekends = true, true }, "", ""},
		{"a zone that is none", func(w *alert.Wish) { w.Digest, w.Zone = true, "Berlin" }, "zone", `zone: cannot be "Berlin". It is a name such as`},
		{"the machine's own zone", func(w *alert.Wish) { w.Digest, w.Zone = true, "Local" }, "zone", `zone: cannot be "Local".`},

		{"passing no quiet", func(w *alert.Wish) { w.Quiet.Pass = []alert.Kind{alert.Reauth} }, "pass", "pass: says what quiet hours let through, and there are none."},
		{"passing a digest", func(w *alert.Wish) {
			w.Digest, w.Quiet.Weekends, w.Quiet.Pass = true, true, []alert.Kind{alert.Reauth}
		}, "pass", "pass: a digest holds everything."},
		{"passing unheard", func(w *alert.Wish) { w.Quiet.Weekends, w.Quiet.Pass = true, []alert.Kind{alert.Blind} }, "pass", "pass: this does not hear times when Perch itself cannot see"},
		{"everything passes", func(w *alert.Wish) { w.Quiet.Weekends, w.Quiet.Pass = true, w.Kinds }, "pass", "pass: when every kind passes, quiet hours hold nothing."},
		{"one kind passes", func(w *alert.Wish) { w.Quiet.To, w.Quiet.Pass = 60, []alert.Kind{alert.Reauth} }, "", ""},

		{"a channel mentioned", func(w *alert.Wish) { w.Mention = []string{"C0GENERAL"} }, "mention", "mention: takes people and user groups of this workspace."},
		{"a mention that would break out", func(w *alert.Wish) { w.Mention = []string{"U1> <!channel"} }, "mention", "mention: takes people"},
		{"many mentions", func(w *alert.Wish) { w.Mention = strings.Fields("U1 U2 U3 U4 U5 U6 U7 U8 U9 U10 U11") }, "mention", "mention: takes at most 10 people and groups"},
		{"all too long", func(w *alert.Wish) { w.Exclude.Customers = many }, "", "All this together is too long."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := alert.DefaultWish()
			tt.change(&w)
			err := w.Tidy().Check()
			if tt.says == "" {
				if err != nil {
					t.Errorf("wrong: %v", err)
				}
				return
			}
			wrong, ok := errors.AsType[*alert.WishError](err)
			if !ok || wrong.Field != tt.field || !strings.HasPrefix(wrong.Sentence, tt.says) {
				t.Errorf("%+v\nwant %s: %s", err, tt.field, tt.says)
			}
		})
	}
}

func TestWishTidy(t *testing.T) {
	t.Parallel()
	rough := alert.Wish{
		Kinds:   []alert.Kind{alert.Stuck, alert.JobFailed, alert.Stuck},
		Include: alert.Filter{Customers: []string{" Blue\n Fern ", "blue fern"}, Environments: []string{"Sandbox", "production"}},
		After:   1, OpenFor: 90*time.Minute + time.Second, DigestAt: 60, Zone: "Europe/Berlin",
		Quiet:   alert.QuietHours{From: 60, To: 60},
		Mention: []string{"U1", "U1"},
	}
	want := alert.Wish{
		Kinds:   []alert.Kind{alert.JobFailed, alert.Stuck},
		Include: alert.Filter{Customers: []string{"Blue Fern"}, Environments: []string{"production", "sandbox"}},
		OpenFor: 90 * time.Minute, Mention: []string{"U1"},
	}
	if got := rough.Tidy(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if rough.Include.Customers[0] != " Blue\n Fern " || len(rough.Mention) != 2 {
		t.Errorf("Tidy changed what it was given: %+v", rough)
	}
	if long := strings.Repeat("reauth ", 1000); true {
		if _, _, err := alert.ParseWish(long); err == nil || !strings.Contains(err.Error(), "too long") {
			t.Errorf("a very long text: %v", err)
		}
	}
}
