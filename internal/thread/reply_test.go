package thread_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"perch/bot/card"
	"perch/internal/alert"
	"perch/internal/connect"
	"perch/internal/finch"
	"perch/internal/golden"
	"perch/internal/thread"
)

// evil is a name that would ping, link, format and overflow.
var evil = "<!channel> *bold* <https://evil|good> `code` & <@U1> \u202e" + strings.Repeat("&x😀", 400)

func hostile(e thread.Entry) thread.Entry {
	if e.Job != nil {
		j := *e.Job
		j.CustomerName, j.ProviderName, j.Type = "Canary "+evil, evil, evil
		e.Job = &j
	}
	for i := range e.Connections {
		c := &e.Connections[i]
		c.CustomerName, c.ProviderName, c.Report.Status, c.CompanyID = "Canary "+evil, evil, finch.Status(evil), evil
	}
	if e.Session != nil {
		r := *e.Session
		r.Session.CustomerName, r.Session.ProviderName, r.Progress.Stage, r.Progress.Outcome = "Canary "+evil, evil, connect.Stage(evil), connect.Lapsed
		e.Session = &r
	}
	e.Bond.CompanyID, e.Bond.CustomerID = evil, "cust_"+evil
	return e
}

// five is one entry of each kind.
func five() []thread.Entry {
	return []thread.Entry{
		jobEntry(job(), problem(claimed)), connectionEntry(connection(standing(finch.Reauth)), problem(of(alert.Reauth))),
		sessionEntry(reading(), problem(ofSession(alert.DroppedOff))), customerEntry(thread.Company, companyID, connection()),
		customerEntry(thread.Customer, "cust_1042", connection(standing(finch.NoPermissions)), connection()),
	}
}

// forty is as many entries as a thread takes, made from these.
func forty(of ...thread.Entry) []thread.Entry {
	var all []thread.Entry
	for i := range thread.MaxBonds {
		e := of[i%len(of)]
		e.Bond.ID = fmt.Sprintf("%s%02d", e.Bond.ID, i)
		all = append(all, e)
	}
	return all
}

func longest() []thread.Entry {
	many := []alert.Problem{problem(claimed), problem(of(alert.Reauth)), problem(of(alert.NotSetUp)), problem(ofSession(alert.AuthErrors)), problem(of(alert.Stale))}
	var long []thread.Entry
	for _, e := range five() {
		e = hostile(e)
		e.Problems = many
		long = append(long, e)
	}
	return long
}

func discussions(n int) []alert.Discussion {
	var ds []alert.Discussion
	for i := range n {
		ds = append(ds, alert.Discussion{Channel: fmt.Sprintf("CELSE%d", i), Permalink: fmt.Sprintf("https://acme.slack.com/archives/CELSE%d/p1?thread_ts=1.2&cid=C", i), Since: now})
	}
	return ds
}

func replies() map[string]thread.Shown {
	customer := customerEntry(thread.Customer, "cust_1042", connection(standing(finch.Reauth)), connection(standing(finch.Processing)), connection(), connection(), connection())
	for i := range customer.Connections[1:] {
		customer.Connections[1+i].ID = fmt.Sprintf("other%d", i)
	}
	customer.Of, customer.Problems = 9, []alert.Problem{problem(of(alert.Reauth))}
	one := customerEntry(thread.Customer, "cust_1042", connection())
	one.Problems = []alert.Problem{problem()}
	failing := customerEntry(thread.Customer, "cust_1042", connection(func(c *finch.Connection) { c.ID = "other" }), connection())
	failing.Problems = one.Problems
	r := reading(outcome(connect.InProgress))
	underway := customerEntry(thread.Customer, "cust_1042")
	underway.Session = &r
	healed := jobEntry(job())
	healed.Healed = finch.KnownJob{ID: "next", Completed: now.Add(-27 * time.Minute)}
	gone := func(k thread.Kind, id string) thread.Entry {
		return thread.Entry{Bond: thread.Bond{Kind: k, ID: id, ConnectionID: connID}, Gone: true}
	}
	four := []alert.Problem{problem(of(alert.Stale)), problem(of(alert.Reauth), claimed), problem(of(alert.Permissions)), problem(of(alert.Disconnected))}

	all := map[string]thread.Shown{
		"empty":                shown(),
		"job_failed":           shown(jobEntry(job(), problem(claimed))),
		"job_failed_alone":     shown(jobEntry(job())),
		"job_failed_in_a_row":  shown(jobEntry(job(), problem(func(p *alert.Problem) { p.Count, p.Opened, p.Move = 3, now.Add(-50*time.Hour), alert.Finchs }), problem(of(alert.Reauth)))),
		"job_healed":           shown(healed),
		"job_unknown_owner":    shown(jobEntry(job(func(j *finch.JobLine) { j.CustomerName, j.CustomerID, j.ProviderName, j.ProviderID = "", "", "", "" }))),
		"connection":           shown(connectionEntry(connection())),
		"connection_reconnect": shown(connectionEntry(connection(standing(finch.Reauth)), problem(of(alert.Reauth), claimed))),
		"connection_part": shown(connectionEntry(connection(func(c *finch.Connection) {
			c.Entities = []finch.Entity{{ID: "e1", Name: "Northwind East", Status: finch.Reauth}}
		}))),
		"connection_problems": shown(connectionEntry(connection(standing(finch.Disconnected)), four...)),
		"session":             shown(sessionEntry(reading(), problem(ofSession(alert.DroppedOff)))),
		"company":             shown(customerEntry(thread.Company, companyID, connection())),
		"customer":            shown(customer),
		"customer_one":        shown(one),
		"customer_failing":    shown(failing),
		"session_errors":      shown(sessionEntry(reading(), problem(ofSession(alert.AuthErrors)))),
		"customer_underway":   shown(underway),
		"customer_none":       shown(customerEntry(thread.Customer, "cust_1042")),
		"gone":                shown(gone(thread.Job, jobID)),
		"several":             shown(five()...),
		"several_gone":        shown(gone(thread.Job, jobID), gone(thread.Customer, "cust_1042")),
		"many":                shown(forty(five()...)...),
		"many_longest":        shown(forty(longest()...)...),
		"hostile":             shown(longest()[0]),
		"hostile_customer":    shown(longest()[4]),
	}
	add := func(name, from string, change func(*thread.Shown)) {
		s := all[from]
		change(&s)
		all[name] = s
	}
	stop := func(s *thread.Shown) { s.Thread.StoppedBy, s.Thread.StoppedAt = "UBO", now }
	share := func(s *thread.Shown) { s.Shared, s.Others = true, discussions(2) }
	add("stopped", "job_failed", stop)
	add("several_stopped", "several", stop)
	add("others", "job_failed", func(s *thread.Shown) { s.Others = discussions(2) })
	add("others_many", "job_failed", func(s *thread.Shown) {
		s.Others = append([]alert.Discussion{{Channel: "CX"}, {Channel: "CY", Permalink: "javascript:alert(1)"}}, discussions(3)...)
	})
	add("looked_up", "job_failed", func(s *thread.Shown) { s.Thread = thread.Thread{} })
	for _, from := range []string{"job_failed", "connection_reconnect", "session", "company", "customer", "customer_underway", "several", "several_gone", "many_longest"} {
		add("shared_"+from, from, share)
	}
	return all
}

func TestReplies(t *testing.T) {
	t.Parallel()
	for name, s := range replies() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := thread.Reply(s)
			golden.JSON(t, "reply_"+name+".json", m)
			if err := m.Validate(); err != nil {
				t.Errorf("Slack would refuse it: %v", err)
			}
			body := thread.Body(s)
			golden.JSON(t, "body_"+name+".json", card.Message{Text: "body", Blocks: body})
			if err := (card.Message{Text: "body", Blocks: body}).Validate(); err != nil {
				t.Errorf("Slack would refuse the body: %v", err)
			}
			if err := card.ValidateView(card.Modal{CallbackID: "perch.find", Title: "Look up", Blocks: body}.View()); err != nil {
				t.Errorf("Slack would refuse the body in a modal: %v", err)
			}
			if said := asJSON(t, body); strings.Contains(said, `"button"`) || strings.Contains(said, `"actions"`) {
				t.Errorf("something can be pressed in the body: %s", said)
			}
			for _, bad := range []string{"<!channel", "<@U1", "<https://evil", "Canary <", "Canary *"} {
				if strings.Contains(m.Text, bad) {
					t.Errorf("the text holds %q", bad)
				}
			}
			if line := firstLine(s); strings.Contains(line, "*") {
				t.Errorf("a name may break what is bold: %s", line)
			}
		})
	}
}

func TestGoldensKeepSlacksLimits(t *testing.T) {
	t.Parallel()
	if err := card.ValidateFiles(testdata()); err != nil {
		t.Error(err)
	}
}

// Readers of other companies learn nothing of who the customer is, nor where else
// it is talked about; not even from what only programs see.
func TestSharedRepliesNameNobody(t *testing.T) {
	t.Parallel()
	for name, s := range replies() {
		s.Shared, s.Others = true, discussions(3)
		for _, said := range []string{asJSON(t, thread.Reply(s)), asJSON(t, thread.Body(s))} {
			for _, secret := range []string{"Northwind", "Canary", "cust_", "CELSE", "slack.com", "East"} {
				if strings.Contains(said, secret) {
					t.Errorf("%s: %q is said: %s", name, secret, said)
				}
			}
		}
	}
	named := sessionEntry(reading(func(r *connect.Reading) { r.Session.ID = "cust_77-1" }))
	if said := asJSON(t, thread.Reply(thread.Shown{Entries: []thread.Entry{named}, Shared: true, Now: now})); strings.Contains(said, customerID) {
		t.Errorf("a session's id tells whose it is: %s", said)
	}
}

// The text says all that the blocks say, or as much as Slack takes.
func TestTheTextSaysAll(t *testing.T) {
	t.Parallel()
	s := replies()["connection_problems"]
	s.Others = discussions(1)
	s.Thread.StoppedBy = "UBO"
	text := thread.Reply(s).Text
	for _, want := range []string{"Connection 0c9f6a1e…", "Northwind Logistics", "Syncs have stopped", "and 1 more", connID, "Also discussed in", "Stopped by <@UBO>"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %s", want, text)
		}
	}
}

// Many ids are all there; each says less.
func TestManyIDsAreAllThere(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"many", "many_longest", "shared_many_longest"} {
		m := thread.Reply(replies()[name])
		if n := len(m.Blocks); n < thread.MaxBonds+2 || n > 50 {
			t.Errorf("%s: %d blocks", name, n)
		}
		if strings.Contains(asJSON(t, m.Blocks), "more\"") {
			t.Errorf("%s: something is left out", name)
		}
	}
	more := append(forty(five()...), forty(five()...)...)
	m := thread.Reply(shown(more...))
	if err := m.Validate(); err != nil || !strings.Contains(asJSON(t, m.Blocks), "and 37 more") {
		t.Errorf("more than a thread takes: %v", err)
	}
}

func TestJobWords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*finch.JobLine)
		want   string
	}{
		{"failed", func(*finch.JobLine) {}, ":x: Job 453bd7d7… failed: data sync for Northwind Logistics (ADP Run), 06:34."},
		{"reconnect", func(j *finch.JobLine) { j.Status = finch.JobReauthError }, ":key: Job 453bd7d7… failed, and the employer must reconnect: data sync for Northwind Logistics (ADP Run), 06:34."},
		{"permissions", func(j *finch.JobLine) { j.Status = finch.JobPermissionsError }, ":no_entry: Job 453bd7d7… failed, since Finch lacks permissions at the provider: data sync for Northwind Logistics (ADP Run), 06:34."},
		{"complete", func(j *finch.JobLine) { j.Status = finch.JobComplete }, ":white_check_mark: Job 453bd7d7… is complete: data sync for Northwind Logistics (ADP Run), 06:34."},
		{"running", func(j *finch.JobLine) { j.Status, j.Completed = finch.JobRunning, time.Time{} }, ":arrows_counterclockwise: Job 453bd7d7… is running: data sync for Northwind Logistics (ADP Run), since 06:30."},
		{"scheduled", unended(finch.JobPending), ":clock3: Job 453bd7d7… is scheduled: data sync for Northwind Logistics (ADP Run), for 06:30."},
		{"asked for", func(j *finch.JobLine) { unended(finch.JobPending)(j); j.Scheduled, j.Created = time.Time{}, failedAt() }, ":clock3: Job 453bd7d7… waits to run: data sync for Northwind Logistics (ADP Run), asked for 06:34."},
		{"missing", unended(finch.JobMissing), ":grey_question: Job 453bd7d7… did not run: data sync for Northwind Logistics (ADP Run), due 06:30."},
		{"gone", func(j *finch.JobLine) { unended(finch.JobRunning)(j); j.Gone = true }, ":grey_question: Job 453bd7d7… is gone from Finch: data sync for Northwind Logistics (ADP Run)."},
		{"unread", func(j *finch.JobLine) {
			unended(finch.JobPending)(j)
			j.Learned, j.Created = time.Time{}, time.Time{}
		}, ":hourglass_flowing_sand: Job 453bd7d7… has a result that is not read yet: data sync for Northwind Logistics (ADP Run)."},
		{"a new status", unended("sleeping"), `:grey_question: Job 453bd7d7… is in the state "sleeping": data sync for Northwind Logistics (ADP Run).`},
		{"no name", func(j *finch.JobLine) { j.CustomerName, j.ProviderName = "", "" }, ":x: Job 453bd7d7… failed: data sync for cust_77 (adp_run), 06:34."},
		{"a deduction job", func(j *finch.JobLine) {
			j.Kind, j.Type, j.Results = finch.Manual, "benefit_update", []finch.JobResult{{Code: 200, Count: 3}, {Code: 404, Count: 2}}
		}, ":x: Job 453bd7d7… failed: deduction: update for Northwind Logistics (ADP Run), 06:34. It failed for 2 of 5 people."},
	} {
		if got := firstLine(thread.Shown{Entries: []thread.Entry{jobEntry(job(tt.change))}, Now: now}); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestConnectionWords(t *testing.T) {
	t.Parallel()
	for status, want := range map[finch.Status]string{
		finch.Connected:     ":large_green_circle: Connection 0c9f6a1e… for Northwind Logistics (ADP Run): connected. Last sync 06:00.",
		finch.Processing:    ":hourglass_flowing_sand: Connection 0c9f6a1e… for Northwind Logistics (ADP Run): processing. Finch's move: the first data is being fetched. Last sync 06:00.",
		finch.Pending:       ":hourglass_flowing_sand: Connection 0c9f6a1e… for Northwind Logistics (ADP Run): pending. The employer's move: Finch waits for their invitation. Last sync 06:00.",
		finch.Reauth:        ":key: Connection 0c9f6a1e… for Northwind Logistics (ADP Run): reconnect needed. The employer's move: nothing syncs until they sign in again. Last sync 06:00.",
		finch.NoPermissions: ":no_entry: Connection 0c9f6a1e… for Northwind Logistics (ADP Run): permissions missing. The employer's administrator must act: Finch was let in with too few rights. Last sync 06:00.",
		finch.NotSetUp:      ":no_entry: Connection 0c9f6a1e… for Northwind Logistics (ADP Run): account not set up. The employer's move: they must finish the set-up. Last sync 06:00.",
		"dreaming":          ":grey_question: Connection 0c9f6a1e… for Northwind Logistics (ADP Run): dreaming. Last sync 06:00.",
	} {
		if got := firstLine(thread.Shown{Entries: []thread.Entry{connectionEntry(connection(standing(status)))}, Now: now}); got != want {
			t.Errorf("%s\n got %s\nwant %s", status, got, want)
		}
	}
	ended := connectionEntry(connection(func(c *finch.Connection) { c.DisconnectedAt, c.Report.LastSync.At = now, time.Time{} }))
	const want = ":black_circle: Connection 0c9f6a1e… for Northwind Logistics (ADP Run): disconnected. Our move: connecting again makes a new connection. No sync yet."
	if got := firstLine(thread.Shown{Entries: []thread.Entry{ended}, Now: now}); got != want {
		t.Errorf("ended\n got %s\nwant %s", got, want)
	}
}

// One entity of several is not all: the others sync on.
func TestAPartIsNotAll(t *testing.T) {
	t.Parallel()
	c := connection(func(c *finch.Connection) {
		c.Entities = []finch.Entity{{ID: "e1", Status: finch.Connected}, {ID: "e2", Status: finch.Reauth}}
	})
	reply := thread.Reply(shown(connectionEntry(c, problem(of(alert.Reauth), ofEntity)))).Text
	for _, want := range []string{"The employer's move: that part does not sync until they sign in again.", ":key: Employer must reconnect (entity 11111111…), open since"} {
		if !strings.Contains(reply, want) {
			t.Errorf("%q is not in %s", want, reply)
		}
	}
}

// Where Finch says that all is well, what is open gives the sign.
func TestAFailingConnectionIsNotGreen(t *testing.T) {
	t.Parallel()
	failing := connectionEntry(connection(), problem(func(p *alert.Problem) { p.Count, p.Move = 3, alert.Finchs }))
	const want = ":x: Connection 0c9f6a1e… for Northwind Logistics (ADP Run): connected. Last sync 06:00."
	if got := firstLine(thread.Shown{Entries: []thread.Entry{failing}, Now: now}); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// A job whose failure was made good is not what is open since.
func TestAHealedJob(t *testing.T) {
	t.Parallel()
	healed := jobEntry(job(), problem(func(p *alert.Problem) { p.Opened = now.Add(-10 * time.Minute) })) // the next failure, on the same card
	healed.Healed = finch.KnownJob{ID: "next", Started: now.Add(-27 * time.Minute), Completed: now.Add(-20 * time.Minute)}
	const want = ":x: Job 453bd7d7… failed: data sync for Northwind Logistics (ADP Run), 06:34. :large_green_circle: The next sync completed 09:40."
	if got := firstLine(thread.Shown{Entries: []thread.Entry{healed}, Now: now}); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if text := clocks(thread.Reply(shown(healed)).Text); !strings.Contains(text, ":x: Sync failed, open since 09:50, nobody need act yet.") {
		t.Errorf("what is open is not in %s", text)
	}
}

func TestWhoIsOnIt(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		change func(*alert.Problem)
		want   string
	}{
		{func(*alert.Problem) {}, "Open since then, nobody need act yet."},
		{func(p *alert.Problem) { p.Move = alert.Finchs }, "Open since then, Finch's move, nobody is on it yet."},
		{func(p *alert.Problem) { claimed(p); p.Move = alert.Ours }, "Open since then, our move, <@UBO> is on it."},
		{func(p *alert.Problem) { p.SentAt = now }, "Open since then, nobody need act yet, at Finch's support since 10:00."},
		{claimed, "Open since then, <@UBO> is on it."},
		{func(p *alert.Problem) { p.SnoozedBy = "UBO" }, "Open since then, snoozed by <@UBO> until it changes."},
		{func(p *alert.Problem) { p.SnoozedBy, p.SnoozedUntil = "UBO", now.Add(time.Hour) }, "Open since then, snoozed by <@UBO> until 11:00."},
		{func(p *alert.Problem) { claimed(p); p.SentAt = now }, "Open since then, <@UBO> is on it, at Finch's support since 10:00."},
		{func(p *alert.Problem) { p.Opened, p.Count, p.Move = now.Add(-50*time.Hour), 3, alert.Finchs }, "One of 3 failures in a row, open since 08:00, Finch's move, nobody is on it yet."},
	} {
		got := firstLine(thread.Shown{Entries: []thread.Entry{jobEntry(job(), problem(tt.change))}, Now: now})
		if !strings.HasSuffix(got, tt.want) {
			t.Errorf("%q does not end with %q", got, tt.want)
		}
	}
}

func TestANewReplyCallsNobody(t *testing.T) {
	t.Parallel()
	for _, change := range []func(*alert.Problem){
		claimed,
		func(p *alert.Problem) { p.SnoozedBy = "UBO" },
		func(p *alert.Problem) { p.SnoozedBy, p.SnoozedUntil = "UBO", now.Add(time.Hour) },
	} {
		s := thread.Shown{Entries: []thread.Entry{jobEntry(job(), problem(change))}, Now: now, Posted: true}
		if got := firstLine(s); strings.Contains(got, "<@") || !strings.Contains(got, "somebody") {
			t.Errorf("%q calls people", got)
		}
	}
}

func TestDashboard(t *testing.T) {
	t.Parallel()
	d, err := finch.ParseDashboard("https://dashboard.example.com/connections/{connection_id}?tab=jobs&x=1")
	if err != nil {
		t.Fatal(err)
	}
	address := d.Of(connection())
	if address == "" {
		t.Skip("no addresses are made yet")
	}
	s := shown(jobEntry(job()))
	s.Dashboard = d
	if said := asJSON(t, thread.Reply(s)); !strings.Contains(said, `"url":"`+address+`"`) {
		t.Errorf("no button: %s", said)
	}
	if said := asJSON(t, thread.Body(s)); !strings.Contains(said, "<"+strings.ReplaceAll(address, "&", "&amp;")+"|Open in Finch's dashboard>") {
		t.Errorf("no link: %s", said)
	}
	s.Shared = true
	if said := asJSON(t, thread.Reply(s)) + asJSON(t, thread.Body(s)); strings.Contains(said, "dashboard.example.com") {
		t.Errorf("others are shown the way: %s", said)
	}
}

func TestOffer(t *testing.T) {
	t.Parallel()
	m := thread.Offer("/perch")
	golden.JSON(t, "offer.json", m)
	if err := m.Validate(); err != nil {
		t.Error(err)
	}
}

// firstLine is the first line of a reply, with times as clocks show them.
func firstLine(s thread.Shown) string {
	line, _, _ := strings.Cut(thread.Reply(s).Text, "\n")
	return clocks(line)
}

// clocks has times as UTC clocks show them: "06:34".
func clocks(mrkdwn string) string {
	var b strings.Builder
	for {
		before, token, ok := strings.Cut(mrkdwn, "<!date^")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		date, rest, _ := strings.Cut(token, ">")
		_, fallback, _ := strings.Cut(date, "|")
		b.WriteString(strings.TrimSuffix(fallback[len("2026-11-21 "):], " UTC"))
		mrkdwn = rest
	}
}

// asJSON is what is sent, with angle brackets and ampersands as they are.
func asJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">").Replace(string(raw))
}

// Whatever comes from outside, Slack takes the reply, nobody is pinged, and readers
// of other companies see no name.
func FuzzReply(f *testing.F) {
	f.Add("Northwind", "gusto", "cust_1042", "mfa", "sleeping", "https://acme.slack.com/archives/C/p1", 3)
	f.Add(evil[:400], evil[:400], "<!here>\x00", "\u202e", "<@U1>", "https://evil|x>\n<!channel>", 40)
	f.Fuzz(func(t *testing.T, customer, provider, id, stage, status, permalink string, n int) {
		if len(id) > 128 || len(customer)+len(provider)+len(stage)+len(status) > 2000 {
			return // no longer id is found, and no longer names are needed
		}
		var entries []thread.Entry
		for i, e := range forty(five()...)[:min(max(n, 0), thread.MaxBonds)] {
			e.Bond.ID = fmt.Sprint(id, i)
			if e.Job != nil {
				j := job(func(j *finch.JobLine) {
					j.CustomerName, j.ProviderName, j.Type, j.Status = customer, provider, stage, finch.JobStatus(status)
				})
				e.Job = &j
			}
			if e.Session != nil {
				r := reading(func(r *connect.Reading) {
					r.Session.ID, r.Session.CustomerName, r.Session.ProviderName, r.Progress.Stage = id, customer, provider, connect.Stage(stage)
				})
				e.Session = &r
			}
			e.Connections = append([]finch.Connection(nil), e.Connections...)
			for k := range e.Connections {
				c := &e.Connections[k]
				c.CustomerName, c.ProviderName, c.Report.Status = customer, provider, finch.Status(status)
			}
			entries = append(entries, e)
		}
		s := shown(entries...)
		s.Others = []alert.Discussion{{Channel: "CELSE", Permalink: permalink}}
		m := thread.Reply(s)
		if err := m.Validate(); err != nil {
			t.Fatalf("Slack would refuse it: %v", err)
		}
		if err := (card.Message{Text: "body", Blocks: thread.Body(s)}).Validate(); err != nil {
			t.Fatalf("Slack would refuse the body: %v", err)
		}
		for _, ping := range []string{"<!channel", "<!here", "<!everyone", "<!subteam", "<@U1", "<@W"} {
			if strings.Contains(m.Text, ping) {
				t.Fatalf("it pings: %s", m.Text)
			}
		}
		if name := card.Escape(customer); len(name) > 12 && !strings.Contains(provider+stage+status+id, name[:6]) {
			s.Shared = true
			if said := asJSON(t, thread.Reply(s)); strings.Contains(said, "for "+name[:6]) {
				t.Fatalf("a customer is named: %s", said)
			}
		}
	})
}
