package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"perch/bot/card"
	"perch/internal/audit"
)

// diary is an audit log in memory, newest first.
type diary struct {
	mu      sync.Mutex
	entries []audit.Entry
	asked   []audit.Query
	broken  error
}

func (d *diary) sources() Sources {
	s := (&ledger{}).sources()
	s.Audits = d
	return s
}

func (d *diary) NoteAudit(context.Context, audit.Entry) error { return d.broken }

func (d *diary) Audits(_ context.Context, q audit.Query) (audit.Page, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, q)
	var page audit.Page
	for _, e := range d.entries {
		if (q.Who != "" && e.Who != q.Who) || (q.About != "" && e.About != q.About) || !strings.HasPrefix(e.What, q.What) {
			continue
		}
		page.Total++
		switch {
		case q.Before > 0 && e.Seq >= q.Before:
		case len(page.Entries) == q.Limit:
			page.More = true
		default:
			page.Entries = append(page.Entries, e)
		}
	}
	return page, d.broken
}

// lastAsked is the last query, without the limit.
func (d *diary) lastAsked() audit.Query {
	d.mu.Lock()
	defer d.mu.Unlock()
	q := d.asked[len(d.asked)-1]
	q.Limit = 0
	return q
}

// noted is what Ann read of Harbor Coffee, the nth time.
func noted(seq int64) audit.Entry {
	return audit.Entry{
		Seq: seq, At: now.Add(-time.Hour), Who: "UANN", What: "explorer read", About: harbor().ID,
		Detail: "GET /employer/directory · limit=10 · 200 · request 7d3c2f7a",
	}
}

// manyNoted are n entries, newest first.
func manyNoted(n int) (entries []audit.Entry) {
	for i := range n {
		entries = append(entries, noted(int64(n-i)))
	}
	return entries
}

func auditedHarbor() map[string]string { return map[string]string{harbor().ID: "Harbor Coffee"} }

func TestAuditCards(t *testing.T) {
	narrow := audit.Query{Who: "UANN", About: harbor().ID, What: "explorer", Since: now.Add(-7 * 24 * time.Hour), Until: now}
	later := narrow
	later.Before = 30
	evil := audit.Entry{Seq: 1, At: now, Who: "<!channel>", What: hostile, About: hostile, Detail: hostile}
	long := strings.Repeat("very long name ", 40)
	var longest []audit.Entry
	for i := range auditPage {
		longest = append(longest, audit.Entry{Seq: int64(i + 1), At: now, Who: long, What: long, About: long, Detail: long})
	}
	link := audit.Entry{Seq: 1, At: now.Add(-48 * time.Hour), Who: "employer", What: "code refused", About: "ses_1"}
	for name, l := range map[string]auditList{
		"empty":    {},
		"no_match": {Query: narrow},
		"one":      {Page: audit.Page{Entries: []audit.Entry{noted(1)}, Total: 1}},
		"many":     {Page: audit.Page{Entries: append(manyNoted(auditPage-1), link), Total: 40, More: true}},
		"narrowed": {Query: later, Skipped: auditPage, Page: audit.Page{Entries: manyNoted(3), Total: 18}},
		"hostile":  {Query: audit.Query{Who: hostile, What: hostile, About: hostile}, Page: audit.Page{Entries: []audit.Entry{evil}, Total: 1}, Names: map[string]string{hostile: hostile}},
		"longest":  {Page: audit.Page{Entries: longest, Total: 1e9, More: true}, Names: map[string]string{long: long}},
	} {
		l.Now = now
		if l.Names == nil {
			l.Names = auditedHarbor()
		}
		t.Run(name, func(t *testing.T) { check(t, "audit_"+name, auditCard(l)) })
	}
	check(t, "help_audit", auditHelp(nil))
}

func TestAnAuditEntrySaysAllInWords(t *testing.T) {
	t.Parallel()
	m := auditCard(auditList{Page: audit.Page{Entries: manyNoted(1), Total: 1}, Names: auditedHarbor(), Now: now})
	want := " · <@UANN> · explorer read · Harbor Coffee (" + shortID(harbor().ID) + ") · GET /employer/directory · limit=10 · 200 · request 7d3c2f7a"
	if !strings.Contains(m.Text, want) {
		t.Errorf("the text is %q, want %q in it", m.Text, want)
	}
	if blocks := wire(t, card.Message{Blocks: m.Blocks}); !strings.Contains(blocks, `"type":"user","user_id":"UANN"`) {
		t.Errorf("Ann is not named: %s", blocks)
	}
}

func TestTheAuditLogIsForAdmins(t *testing.T) {
	t.Parallel()
	log := &diary{entries: manyNoted(1)}
	d := newDesk(t, log.sources())
	d.slash("/perch", "audit")
	d.hears("Only admins may read the audit log.")
	for _, action := range []string{"perch.audit_first", "perch.audit_next", "perch.audit_all", "perch.audit_csv", "perch.pick"} {
		d.clickOwn(action, auditValue(audit.Query{}, 0), auditValue(audit.Query{}, 0))
		d.hears("Only admins may read the audit log.")
	}
	if len(log.asked) > 0 {
		t.Errorf("it was looked into: %+v", log.asked)
	}
}

// auditDesk is where an admin sits.
func auditDesk(t *testing.T, s Sources) *desk {
	t.Helper()
	d := newDesk(t, s)
	d.asker = `{"is_admin":true}`
	return d
}

func TestTheAuditLogIsAskedFor(t *testing.T) {
	t.Parallel()
	log := &diary{entries: manyNoted(2*auditPage + 1)}
	d := auditDesk(t, log.sources())
	d.slash("/perch", "audit harbor what:explorer")
	if a := d.hears("31 entries, newest first · here 1 to 15 · about Harbor Coffee"); a.Type != "ephemeral" {
		t.Errorf("answered %s", a.raw)
	}
	q := audit.Query{About: harbor().ID, What: "explorer"}
	next := q
	next.Before = 17
	d.clickOwn("perch.audit_next", "audit", auditValue(next, auditPage))
	if a := d.hears("here 16 to 30"); !a.Replace || log.lastAsked() != next {
		t.Errorf("asked %+v, answered %s", log.lastAsked(), a.raw)
	}
	d.clickOwn("perch.audit_first", "audit", auditValue(q, 0))
	d.hears("here 1 to 15")
	d.click("perch.audit_all", "audit", auditValue(audit.Query{}, 0)) // as if the card stood in a channel
	if a := d.hears("31 entries"); a.Replace || a.Type != "ephemeral" {
		t.Errorf("it was put into the channel: %s", a.raw)
	}
}

func TestTheAuditLogAsAFile(t *testing.T) {
	t.Parallel()
	log := &diary{entries: append(manyNoted(csvPage+1), audit.Entry{Who: "employer", What: "code refused", About: "ses_1", Detail: "=HYPERLINK(1)"})}
	d := auditDesk(t, log.sources())
	d.clickOwn("perch.audit_csv", "audit", auditValue(audit.Query{Before: 5}, 3))
	file := <-d.files
	for _, want := range []string{
		"at,who,what,about,customer_name,detail\n" + csvTime(noted(1).At) + ",UANN,explorer read," + harbor().ID + ",Harbor Coffee Roasters,GET /employer/directory",
		"\n,employer,code refused,ses_1,,'=HYPERLINK(1)\n",
	} {
		if !strings.Contains(file, want) {
			t.Errorf("the file lacks %q: %.400s", want, file)
		}
	}
	if n := strings.Count(file, "explorer read"); n != csvPage+1 {
		t.Errorf("the file has %d entries", n)
	}
	d.hears(fmt.Sprintf("%d entries are in your direct messages with Perch", csvPage+2))
}

func TestAFileOfTheAuditLogSaysWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	p := perch{Sources: (&diary{entries: manyNoted(maxAuditCSV + 1)}).sources()}
	file, more, err := p.auditSheet(t.Context(), audit.Query{})
	if err != nil || !more || file.rows != maxAuditCSV {
		t.Errorf("%d rows, more: %v, %v", file.rows, more, err)
	}
	whole := perch{Sources: (&diary{entries: manyNoted(maxAuditCSV)}).sources()}
	if file, more, err := whole.auditSheet(t.Context(), audit.Query{}); err != nil || more || file.rows != maxAuditCSV {
		t.Errorf("%d rows, more: %v, %v", file.rows, more, err)
	}
}

func TestAnAuditedConnectionIsPicked(t *testing.T) {
	t.Parallel()
	log := &diary{entries: manyNoted(1)}
	s := log.sources()
	second := harbor()
	second.ID = "11111111-0000-4000-8000-000000000002"
	s.Known.(*archive).connections = append(s.Known.(*archive).connections, second)
	d := auditDesk(t, s)
	d.slash("/perch", "audit harbor who:<@UANN|ann>")
	a := d.hears("2 connections match \"harbor\". Which one?")
	block := auditValue(audit.Query{Who: "UANN"}, 0)
	if !strings.Contains(a.raw, jsonText(block)) {
		t.Errorf("what else was asked is lost: %s", a.raw)
	}
	d.clickOwn("perch.pick", block, second.ID)
	d.hears("Nothing of that kind was noted.")
	if want := (audit.Query{Who: "UANN", About: second.ID}); log.lastAsked() != want {
		t.Errorf("asked %+v, want %+v", log.lastAsked(), want)
	}
	d.slash("/perch", "audit ses_1")
	d.hears("no entries · about ses_1")
}

func TestABrokenAuditLogIsNoSilence(t *testing.T) {
	t.Parallel()
	d := auditDesk(t, (&diary{broken: errors.New("disk full")}).sources())
	d.slash("/perch", "audit")
	if a := d.hears("Reference"); strings.Contains(a.raw, "disk full") {
		t.Errorf("it tells too much: %s", a.raw)
	}
}

func TestAuditFilters(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		q     audit.Query
		words string
	}{
		"":                                      {},
		"harbor coffee":                         {words: "harbor coffee"},
		`about:"harbor coffee" what:Explorer`:   {audit.Query{What: "explorer"}, "harbor coffee"},
		`what:"explorer revealed" "who:nobody"`: {audit.Query{What: "explorer revealed"}, "who:nobody"},
		"who:<@U7|ann>":                         {q: audit.Query{Who: "U7"}},
		"<@U7> since:7d":                        {q: audit.Query{Who: "U7", Since: now.Add(-7 * 24 * time.Hour)}},
		"who:me until:2026-11-01":               {q: audit.Query{Who: "U1", Until: time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)}},
		"who:Employer":                          {q: audit.Query{Who: "employer"}},
		"who:UBO":                               {q: audit.Query{Who: "UBO"}},
	} {
		if q, words, err := parseAudit(text, "U1", now); err != nil || q != want.q || words != want.words {
			t.Errorf("%q is %+v and %q, %v", text, q, words, err)
		}
	}
	for text, want := range map[string]string{
		"who:@ann":                          "*who:* cannot be \"@ann\"",
		"who:":                              "*who:* wants something behind the colon.",
		"stage:mfa":                         "There is no filter *stage:* here.",
		"since:yesterday":                   "*since:* cannot be",
		"since:2026-11-20 until:2026-11-01": "*since:* must lie before",
		"what:" + strings.Repeat("%", 90):   "too long",
	} {
		if _, _, err := parseAudit(text, "U1", now); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func FuzzAuditValue(f *testing.F) {
	f.Add(auditValue(audit.Query{Who: "U1", About: harbor().ID, What: "explorer", Since: now, Until: now.Add(time.Hour), Before: 17}, 15))
	f.Add("before=-1&skipped=-1&since=x")
	f.Fuzz(func(t *testing.T, value string) {
		q, skipped := auditOf(value)
		if again, s := auditOf(auditValue(q, skipped)); again != q || s != skipped {
			t.Errorf("%q came back as %+v (%d), want %+v (%d)", value, again, s, q, skipped)
		}
		if q.Before < 0 || skipped < 0 {
			t.Errorf("%q leads to %+v (%d)", value, q, skipped)
		}
	})
}
