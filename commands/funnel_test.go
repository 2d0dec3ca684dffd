package commands

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"perch/bot/card"
	"perch/internal/connect"
)

// usualFunnel is how it went at sixty employers.
func usualFunnel() connect.Funnel {
	return connect.Funnel{
		Sessions: 72, Opened: 60, Staged: 55, Connected: 41,
		Stages: []connect.FunnelStage{
			{Stage: connect.TermsOfService, Reached: 55, Passed: 50, Dropped: 5, Median: 40 * time.Second, Ninth: 3 * time.Minute},
			{Stage: connect.ProviderSelection, Reached: 50, Passed: 49, Dropped: 1, Median: 20 * time.Second, Ninth: time.Minute},
			{Stage: connect.Authentication, Reached: 49, Passed: 42, Dropped: 7, Median: 2 * time.Minute, Ninth: 12 * time.Minute},
			{Stage: connect.MFA, Reached: 18, Passed: 17, Dropped: 1},
			{Stage: connect.EntitySelection},
			{Stage: connect.Success, Reached: 41, Passed: 41},
		},
		Providers: []connect.FunnelProvider{
			{ProviderID: "gusto", ProviderName: "Gusto", Opened: 30, Connected: 20, Dropped: 9},
			{Opened: 5, Dropped: 5},
			{ProviderID: "adp_run", ProviderName: "ADP Run", Opened: 20, Connected: 18, Dropped: 2},
		},
	}
}

func earlierFunnel() connect.Funnel {
	f := usualFunnel()
	f.Opened, f.Connected = 52, 31
	f.Stages = []connect.FunnelStage{
		{Stage: connect.TermsOfService, Reached: 50, Passed: 40, Dropped: 10, Median: 50 * time.Second, Ninth: 4 * time.Minute},
		{Stage: connect.Authentication, Reached: 40, Passed: 30, Dropped: 10},
		{Stage: connect.EntitySelection, Reached: 3, Passed: 3},
	}
	f.Providers = f.Providers[:1]
	return f
}

func hostileFunnel() connect.Funnel {
	f := usualFunnel()
	f.Stages = append(f.Stages, connect.FunnelStage{Stage: hostile, Reached: 1, Dropped: 1}, connect.FunnelStage{Stage: hostile + "x", Reached: 1, Dropped: 1})
	f.Providers = append(f.Providers, connect.FunnelProvider{ProviderID: hostile, ProviderName: hostile, Opened: 1})
	return f
}

func longestFunnel() connect.Funnel {
	long := strings.Repeat("very long name ", 30)
	f := connect.Funnel{Sessions: 1e9, Opened: 1e9, Staged: 1e9, Connected: 1}
	for i := range 60 {
		f.Stages = append(f.Stages, connect.FunnelStage{Stage: connect.Stage(fmt.Sprint(i, long)), Reached: 1e9, Passed: 1e8, Dropped: 1e9, Median: 1e6 * time.Hour, Ninth: 1e6 * time.Hour})
		f.Providers = append(f.Providers, connect.FunnelProvider{ProviderID: fmt.Sprint(i, long), ProviderName: long, Opened: 1e9, Connected: 1e9, Dropped: 1e9})
	}
	return f
}

func TestFunnelCards(t *testing.T) {
	month := connect.FunnelQuery{Since: now.Add(-funnelFor), Until: now}
	gusto := month
	gusto.Provider = "gusto"
	long := month
	long.Provider = strings.Repeat("%", maxFilter)
	for name, f := range map[string]funnelReport{
		"usual":    {Funnel: usualFunnel(), Before: earlierFunnel(), Query: month, CanShare: true},
		"shared":   {Funnel: usualFunnel(), Before: earlierFunnel(), Query: month, SharedBy: "UBO"},
		"provider": {Funnel: usualFunnel(), Query: gusto, CanShare: true},
		"none":     {Query: month, CanShare: true},
		"fewer":    {Query: month, Before: earlierFunnel()},
		"unopened": {Funnel: connect.Funnel{Sessions: 3}, Query: month},
		"unstaged": {Funnel: connect.Funnel{Sessions: 3, Opened: 3, Connected: 1}, Query: month},
		"hostile":  {Funnel: hostileFunnel(), Before: hostileFunnel(), Query: month, CanShare: true},
		"longest":  {Funnel: longestFunnel(), Before: longestFunnel(), Query: long, CanShare: true},
	} {
		f.Now = now
		t.Run(name, func(t *testing.T) {
			m := funnelCard(f)
			check(t, "funnel_"+name, m)
			if charted := strings.Contains(wire(t, m), "data_visualization"); charted != (len(m.Simpler) > 0) || strings.Contains(wire(t, card.Message{Blocks: m.Simpler}), "data_visualization") {
				t.Errorf("charted %v, with %d simpler blocks", charted, len(m.Simpler))
			}
		})
	}
	var many []connect.Brief
	for range maxFunnelNames + 1 {
		many = append(many, briefOf(seenAs(longestReading)))
	}
	for name, names := range map[string][]connect.Brief{"none": nil, "one": {briefOf(seenAs())}, "hostile": {briefOf(seenAs(hostileReading))}, "longest": many} {
		t.Run("names_"+name, func(t *testing.T) { checkModal(t, "funnel_names_"+name, funnelNamesView(hostile, names, now)) })
	}
	check(t, "help_funnel", funnelHelp(nil))
}

func TestAFunnelSaysAllInWords(t *testing.T) {
	t.Parallel()
	m := funnelCard(funnelReport{Funnel: usualFunnel(), Before: earlierFunnel(), Query: connect.FunnelQuery{Since: now.Add(-funnelFor), Until: now}, Now: now})
	for _, want := range []string{
		"41 of 60 who opened their link connected (68 %)", "Before: 31 of 52 (60 %)", "12 not opened", "The stages are known of 55 of them",
		"Sign-in: 49 came, 42 went on (86 %; before 75 %), 7 stopped · median about 2 min, nine in ten within about 12 min",
		"Entities: 0 came", "Gusto: 30 opened, 20 connected (67 %), 9 stopped", "Provider not known: 5 opened",
	} {
		for place, said := range map[string]string{"text": m.Text, "simpler": wire(t, card.Message{Blocks: m.Simpler}), "blocks": wire(t, m)} {
			if !strings.Contains(said, want) {
				t.Errorf("the %s does not say %q: %s", place, want, said)
			}
		}
	}
}

func TestAFunnelIsAskedFor(t *testing.T) {
	t.Parallel()
	g := &register{funnel: usualFunnel(), readings: []connect.Reading{seenAs(), seenAs(signingIn)}}
	d := newDesk(t, g.sources(&ledger{}))
	d.slash("/perch", "funnel provider:gusto since:7d")
	a := d.hears("41 of 60 who opened")
	if !strings.Contains(a.raw, "data_visualization") || a.Type != "ephemeral" {
		t.Errorf("answered %s", a.raw)
	}
	q := connect.FunnelQuery{Provider: "gusto", Since: now.Add(-7 * 24 * time.Hour), Until: now}
	if len(g.counted) != 2 || g.counted[0] != q || g.counted[1] != (connect.FunnelQuery{Provider: "gusto", Since: now.Add(-14 * 24 * time.Hour), Until: q.Since}) {
		t.Errorf("counted %+v", g.counted)
	}
	d.click("perch.funnel_names", funnelBlock(q), string(connect.TermsOfService))
	if v := d.sees("1 employer stopped at Terms of Service"); !strings.Contains(v.raw, "Blue Fern Dental") {
		t.Errorf("shown %s", v.raw)
	}
	d.click("perch.funnel_csv", funnelBlock(q), funnelValue(q))
	if file := <-d.files; !strings.Contains(file, "stage,authentication,Sign-in,49,42,7,120,720,49,42,7") || !strings.Contains(file, "provider,gusto,Gusto,30,20,9") {
		t.Errorf("the file is %s", file)
	}
	d.hears("in your direct messages")
	d.clickOwn("perch.share_funnel", "f", funnelValue(q))
	d.hears("Sharing …")
	if a := d.hears("Shared by <@U1>"); a.Type != "in_channel" || strings.Contains(a.raw, "perch.funnel_names") {
		t.Errorf("shared %s", a.raw)
	}
	d.hears("Shared in this channel.")
	d.click("perch.funnel_csv", "f", "since=5&until=4")
	d.hears("This button belongs to another version of Perch.")
}

func TestFunnelFilters(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"stage:mfa":                         "There is no filter *stage:* here.",
		"since:yesterday":                   "*since:* cannot be",
		"since:2026-11-20 until:2026-11-01": "*since:* must lie before",
		"gusto provider:adp":                "can be given once",
	} {
		if _, err := parseFunnel(text, now); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if q, err := parseFunnel("gusto", now); err != nil || q.Provider != "gusto" || !q.Since.Equal(now.Add(-funnelFor)) {
		t.Errorf("%+v, %v", q, err)
	}
	if got, err := funnelOf(funnelValue(connect.FunnelQuery{Provider: "a&b", Since: now, Until: now.Add(time.Hour)})); err != nil || got.Provider != "a&b" || !got.Since.Equal(now) {
		t.Errorf("came back as %+v, %v", got, err)
	}
}
