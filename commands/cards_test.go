package commands

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/finch"
	"perch/internal/golden"
)

// now is the moment all cards of these tests are made at.
var now = time.Date(2026, 11, 21, 10, 14, 0, 0, time.UTC)

const hostile = "<!channel> *Pwn* <https://evil.example|click> & Co\u202e\x07 `x`"

// harbor is the connection of the README's picture.
func harbor() finch.Connection {
	synced := finch.SyncTime{At: now.Add(-3 * time.Hour)}
	return finch.Connection{
		ID: "c0ffee00-1111-4222-8333-444455556666", CustomerID: "cust_1042", CustomerName: "Harbor Coffee Roasters",
		CompanyID: "a9a9a9a9-0000-4000-8000-000000000001", ProviderID: "paychex_flex", ProviderName: "Paychex Flex",
		Environment: "production", HasToken: true,
		Report:   finch.StatusReport{Status: finch.Connected, LastSync: synced},
		Products: []string{"company", "directory", "payment", "pay_statement", "benefits"},
		Methods: []finch.Method{
			{Type: "credential", Report: finch.StatusReport{Status: finch.Connected, LastSync: synced}, Products: []string{"company", "directory", "payment", "pay_statement"}},
			{Type: "assisted", Report: finch.StatusReport{Status: finch.Pending, Message: "Waiting for the employer to invite Finch"}, Products: []string{"benefits"}},
		},
		Entities: []finch.Entity{
			{ID: "11111111-aaaa-4bbb-8ccc-000000000001", Name: "Harbor Coffee LLC", SourceID: "0099123", Status: finch.Connected},
			{ID: "11111111-aaaa-4bbb-8ccc-000000000002", Name: "Harbor Bakery Inc", SourceID: "0099124", Status: finch.Reauth},
		},
		Created: time.Date(2026, 3, 2, 15, 20, 11, 0, time.UTC), CreatedExact: true,
		NextScheduled: now.Add(21 * time.Hour),
		FirstSeen:     time.Date(2025, 3, 2, 0, 0, 0, 0, time.UTC), Learned: now.Add(-2 * time.Minute),
		StatusSince: now.Add(-48 * time.Hour),
		Tokens: []finch.TokenSeen{
			{ID: "6f0c2b7e-8a53-4f7a-9a44-0d8d0c6f5a11", FirstSeen: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), LastSeen: now.Add(-2 * time.Minute)},
			{ID: "91aa03bc-8a53-4f7a-9a44-0d8d0c6f5a11", FirstSeen: time.Date(2025, 3, 2, 0, 0, 0, 0, time.UTC), LastSeen: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), Replaced: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)},
		},
	}
}

// with is a connection in one status, in all its places.
func with(status finch.Status) finch.Connection {
	c := harbor()
	c.Report.Status = status
	c.Methods, c.Entities, c.NextScheduled = nil, nil, time.Time{}
	return c
}

func ended() finch.Connection {
	c := with(finch.Connected)
	c.HasToken, c.DisconnectedAt = false, now.Add(-24*time.Hour)
	return c
}

func hostileConnection() finch.Connection {
	c := harbor()
	c.CustomerName, c.ProviderName, c.CustomerID, c.Environment = hostile, hostile, hostile, hostile
	c.Report = finch.StatusReport{Status: hostile, Message: hostile, LastSync: finch.SyncTime{Raw: hostile}}
	c.Products = []string{hostile, "company"}
	for i := range c.Methods {
		c.Methods[i].Type, c.Methods[i].Report.Message = hostile, hostile
	}
	c.Entities = []finch.Entity{{ID: "e1", Name: hostile, SourceID: hostile, Status: hostile}}
	return c
}

// longest fills everything that Finch may fill, to the brim and beyond.
func longest() finch.Connection {
	c := harbor()
	long := strings.Repeat("Ünïcödé 東京 👩‍👩‍👧 ", 40)
	c.CustomerName, c.ProviderName, c.CustomerID = long, long, long
	c.Report.Status, c.Report.Message = finch.NoPermissions, long
	c.Entities, c.Products = nil, nil
	for i := range 60 {
		c.Entities = append(c.Entities, finch.Entity{ID: fmt.Sprint(i), Name: long, SourceID: long, Status: finch.Reauth})
		c.Products = append(c.Products, fmt.Sprintf("product_%d_%s", i, long))
		c.Tokens = append(c.Tokens, finch.TokenSeen{ID: long, FirstSeen: now, LastSeen: now})
	}
	return c
}

func empty() finch.Connection { return finch.Connection{ID: "c1"} }

// dashboard is the address of Finch's page of a connection.
func dashboard(c finch.Connection) string {
	d, err := finch.ParseDashboard("https://dashboard.example.com/{customer_id}/connections/{connection_id}")
	if err != nil {
		panic(err)
	}
	return d.Of(c)
}

func TestOverviewCards(t *testing.T) {
	assisted := with(finch.Connected)
	assisted.Assisted, assisted.CreatedExact, assisted.Created = true, false, time.Time{}
	late := with(finch.Connected)
	late.NextScheduled, late.Report.LastSync = now.Add(-2*time.Hour), finch.SyncTime{At: now.Add(-26 * time.Hour)}
	overdue := with(finch.Connected)
	overdue.Report.LastSync = finch.SyncTime{At: now.Add(-50 * time.Hour)}
	sandbox := with(finch.Connected)
	sandbox.FinchSandbox, sandbox.Environment = true, "sandbox"
	cards := map[string]overview{
		"harbor":       {Connection: harbor(), CanShare: true},
		"reauth":       {Connection: with(finch.Reauth), CanShare: true},
		"pending":      {Connection: with(finch.Pending), CanShare: true},
		"processing":   {Connection: with(finch.Processing), CanShare: true},
		"permissions":  {Connection: with(finch.NoPermissions), CanShare: true},
		"not_set_up":   {Connection: with(finch.NotSetUp), CanShare: true},
		"unknown":      {Connection: with("brand_new_status"), CanShare: true},
		"disconnected": {Connection: ended(), CanShare: true},
		"assisted":     {Connection: assisted, CanShare: true},
		"late":         {Connection: late, CanShare: true},
		"overdue":      {Connection: overdue, CanShare: true},
		"sandbox":      {Connection: sandbox, CanShare: true},
		"asking":       {Connection: harbor(), Source: asking, CanShare: true},
		"finch_down":   {Connection: harbor(), Source: source{failure: "Finch does not answer at the moment."}, CanShare: true},
		"shared":       {Connection: harbor(), past: harborPast(), SharedBy: "UBO"},
		"syncs":        {Connection: harbor(), past: harborPast(), CanShare: true},
		"syncs_worst":  {Connection: harbor(), past: worstPast(), CanShare: true},
		"run_begun":    {Connection: harbor(), past: harborPast(), Notice: begunNotice(finch.RunSync{JobID: harborJob().ID, Remaining: new(0)}), CanShare: true},
		"hostile":      {Connection: hostileConnection(), CanShare: true},
		"longest":      {Connection: longest(), CanShare: true},
		"empty":        {Connection: empty(), CanShare: true},
		"dashboard":    {Connection: harbor(), CanShare: true, Dashboard: dashboard(harbor())},
	}
	for name, o := range cards {
		t.Run(name, func(t *testing.T) {
			o.Now = now
			check(t, "overview_"+name, overviewCard(o))
		})
	}
}

func TestOverviewSaysWhoMustAct(t *testing.T) {
	tests := map[finch.Status]string{
		finch.Reauth:        "employer must reconnect",
		finch.Pending:       "employer's move",
		finch.Processing:    "Nothing to do",
		finch.NoPermissions: "administrator must act",
		finch.NotSetUp:      "employer must finish set-up",
	}
	for status, want := range tests {
		m := overviewCard(overview{Connection: with(status), Now: now})
		if !strings.Contains(wire(t, m), want) {
			t.Errorf("the card of %s does not say %q", status, want)
		}
	}
	if got := wire(t, overviewCard(overview{Connection: with(finch.Connected), Now: now})); strings.Contains(got, "move") {
		t.Error("the card of a healthy connection names somebody's move")
	}
}

func brief(name string, status finch.Status) finch.Brief {
	return finch.Brief{
		ID: fmt.Sprintf("id-%x", sha256.Sum256([]byte(name)))[:20], CustomerID: "cust_1042", CustomerName: name, ProviderID: "gusto", ProviderName: "Gusto",
		Environment: "production", Status: status, StatusSince: now.Add(-50 * time.Hour), LastSync: now.Add(-3 * time.Hour), Learned: now,
	}
}

func TestListCards(t *testing.T) {
	counts := finch.Counts{Live: 61, Staged: 4, Disconnected: 3, Attention: 2}
	long := strings.Repeat("very long name ", 30)
	var full []finch.Brief
	for range pageSize {
		full = append(full, brief(long, finch.Reauth))
	}
	failing, both, twice := brief("Northwind Logistics", finch.Connected), brief("Blue Fern Dental", finch.Reauth), brief("Acme Bikes", finch.Connected)
	failing.FailedSyncs, both.FailedSyncs, twice.FailedSyncs = 3, 5, 2
	cards := map[string]list{
		"failing": {Query: finch.ListQuery{Tab: finch.Live}, Counts: counts, Page: finch.ListPage{Briefs: []finch.Brief{both, failing, twice}}},
		"first": {Query: finch.ListQuery{Tab: finch.Live}, Counts: counts, Page: finch.ListPage{Next: "cursor", Briefs: []finch.Brief{
			brief("Blue Fern Dental", finch.Reauth), brief("Northwind Logistics", finch.NoPermissions), brief("Acme Bikes", finch.Connected),
		}}},
		"later":        {Query: finch.ListQuery{Tab: finch.Live, After: "cursor"}, Counts: counts, Page: finch.ListPage{Briefs: []finch.Brief{brief("Zebra", finch.Connected)}}},
		"filtered":     {Query: finch.ListQuery{Tab: finch.Live, Words: "gusto", Attention: new(true)}, Counts: counts, Page: finch.ListPage{Briefs: []finch.Brief{brief("Blue", finch.Reauth)}}},
		"empty":        {Query: finch.ListQuery{Tab: finch.Live}},
		"no_match":     {Query: finch.ListQuery{Tab: finch.Live, Words: hostile}},
		"staged":       {Query: finch.ListQuery{Tab: finch.Staged}, Counts: counts},
		"disconnected": {Query: finch.ListQuery{Tab: finch.Ended}, Counts: counts, Page: finch.ListPage{Briefs: []finch.Brief{brief("Old & Gone", finch.Disconnected)}}},
		"hostile":      {Query: finch.ListQuery{Tab: finch.Live, Words: hostile}, Counts: counts, Page: finch.ListPage{Briefs: []finch.Brief{brief(hostile, hostile)}}},
		"longest":      {Query: finch.ListQuery{Tab: finch.Live, Words: long, After: "cursor", Attention: new(true)}, Counts: counts, Page: finch.ListPage{Next: strings.Repeat("c", 300), Briefs: full}},
	}
	for name, l := range cards {
		t.Run(name, func(t *testing.T) {
			l.Now = now
			l.Query.Words = card.Cut(card.Clean(l.Query.Words), maxFilter)
			check(t, "list_"+name, listCard(l))
		})
	}
}

func TestOtherCards(t *testing.T) {
	var many []finch.Brief
	for i := range maxPicks + 1 {
		many = append(many, brief(fmt.Sprintf("%s %d", hostile, i), finch.Connected))
	}
	names := bot.Names{"connection": "/finch-connection"}
	cards := map[string]card.Message{
		"pick_two":          picker{command: "connection", block: "pick"}.several("harbor", []finch.Brief{brief("Harbor Coffee", finch.Connected), brief("Harbor Inn", finch.Reauth)}, now),
		"pick_many_hostile": picker{command: "connection", block: "pick"}.several(hostile, many, now),
		"nothing":           picker{command: "connection", block: "nearest"}.nothing(hostile, nil, nil),
		"nothing_near":      picker{command: "connection", block: "nearest"}.nothing("harbour", []finch.Brief{brief("Harbor Coffee Roasters", finch.Connected), brief(hostile, finch.Connected)}, nil),
		"help_connection":   connectionHelp(nil),
		"help_renamed":      connectionHelp(names),
		"help_jobs":         jobsHelp(nil),
		"help_perch":        perch{others: []bot.Command{Connection(Sources{}), Jobs(Sources{}), SessionTimeline(Sources{}), Explore(Sources{})}}.help(nil),
		"share_question":    sharing{yes: "connection.share_anyway"}.question("Guests may read this channel. Share?", "id"),
	}
	for name, m := range cards {
		t.Run(name, func(t *testing.T) { check(t, name, m) })
	}
}

// check compares a card with its golden file and walks it against Slack's limits.
func check(t *testing.T, name string, m card.Message) {
	t.Helper()
	if err := m.Validate(); err != nil {
		t.Errorf("Slack would refuse the card: %v", err)
	}
	for _, markup := range markups(t, m) {
		if strings.Contains(markup, "<https://evil") || strings.Contains(markup, "<!channel") {
			t.Errorf("outside text became markup: %s", markup)
		}
	}
	golden.JSON(t, name+".json", m)
}

// markups are all texts of a card that Slack formats.
func markups(t *testing.T, m card.Message) []string {
	t.Helper()
	var tree any
	if err := json.Unmarshal([]byte(wire(t, m)), &tree); err != nil {
		t.Fatal(err)
	}
	texts := []string{m.Text}
	var walk func(any)
	walk = func(n any) {
		switch n := n.(type) {
		case []any:
			for _, child := range n {
				walk(child)
			}
		case map[string]any:
			if text, ok := n["text"].(string); ok && n["type"] == "mrkdwn" {
				texts = append(texts, text)
			}
			for _, child := range n {
				walk(child)
			}
		}
	}
	walk(tree)
	return texts
}

func wire(t *testing.T, m card.Message) string {
	t.Helper()
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(m); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Every golden file is walked, so none can stay behind a card that has changed.
func TestGoldensAreWithinSlacksLimits(t *testing.T) {
	if err := card.ValidateFiles(os.DirFS("testdata")); err != nil {
		t.Error(err)
	}
}

func TestPageValuesComeBack(t *testing.T) {
	for _, q := range []finch.ListQuery{
		{Tab: finch.Live}, {Tab: finch.Ended, Words: "a&b=c ü", After: "x/y+z"}, {Tab: finch.Staged, Attention: new(false)}, {Tab: finch.Live, Attention: new(true)},
	} {
		got := parsePage(pageValue(q))
		if pageValue(got) != pageValue(q) || got.Words != q.Words || got.After != q.After || got.Tab != q.Tab {
			t.Errorf("%+v came back as %+v", q, got)
		}
	}
	if got := parsePage("%zz&tab=evil"); got.Tab != finch.Live {
		t.Errorf("a forged tab became %q", got.Tab)
	}
}

func TestSharedValueTakesOnlySlackIDs(t *testing.T) {
	if got := parseShared("c1 UBO"); got != (shared{"c1", "UBO"}) {
		t.Errorf("got %+v", got)
	}
	if got := parseShared("c1 !channel>"); got.By != "" {
		t.Errorf("a forged sharer was taken: %q", got.By)
	}
}

func TestCSVCellsAreNoFormulas(t *testing.T) {
	for cell, want := range map[string]string{
		"=1+1": "'=1+1", "+49": "'+49", "-3": "'-3", "@x": "'@x", "\tx": "x", " =1": "'=1", "a\u202eb\x07\nc": "ab c", "plain": "plain", "": "",
	} {
		if got := csvCell(cell); got != want {
			t.Errorf("csvCell(%q) = %q, want %q", cell, got, want)
		}
	}
}

func BenchmarkOverviewCard(b *testing.B) {
	o := overview{Connection: harbor(), Now: now, CanShare: true}
	for b.Loop() {
		overviewCard(o)
	}
}

func BenchmarkListCard(b *testing.B) {
	var page finch.ListPage
	for i := range pageSize {
		page.Briefs = append(page.Briefs, brief(fmt.Sprint(i), finch.Reauth))
	}
	l := list{Query: finch.ListQuery{Tab: finch.Live}, Page: page, Now: now}
	for b.Loop() {
		listCard(l)
	}
}
