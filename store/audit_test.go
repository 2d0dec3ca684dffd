package store_test

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"perch/internal/audit"
)

// noted fills an audit log: every third entry is U2's, every second about c2, and
// each is a minute after the one before.
func noted(t *testing.T, p place, n int) (log []audit.Entry) {
	t.Helper()
	s := p.open(t)
	for i := range n {
		e := audit.Entry{
			Seq: int64(i + 1), At: start.Add(time.Duration(i) * time.Minute), Who: "U1", What: "explorer read", About: "c1", Detail: fmt.Sprint("no. ", i),
		}
		if i%3 == 2 {
			e.Who, e.What = "U2", "explorer revealed"
		}
		if i%2 == 1 {
			e.About = "c2"
		}
		if i == 0 {
			e.What = "link made"
		}
		if err := s.NoteAudit(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		log = append(log, e)
	}
	slices.Reverse(log)
	return log
}

func TestTheAuditLogIsReadInParts(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		log, s := noted(t, p, 20), p.open(t)
		for name, c := range map[string]struct {
			query audit.Query
			in    func(audit.Entry) bool
		}{
			"all":                 {audit.Query{}, func(audit.Entry) bool { return true }},
			"one person's":        {audit.Query{Who: "U2"}, func(e audit.Entry) bool { return e.Who == "U2" }},
			"about one":           {audit.Query{About: "c2"}, func(e audit.Entry) bool { return e.About == "c2" }},
			"one's about one":     {audit.Query{Who: "U2", About: "c2"}, func(e audit.Entry) bool { return e.Who == "U2" && e.About == "c2" }},
			"of the explorer":     {audit.Query{What: "explorer"}, func(e audit.Entry) bool { return e.What != "link made" }},
			"revealed by one":     {audit.Query{Who: "U2", What: "explorer revealed"}, func(e audit.Entry) bool { return e.What == "explorer revealed" }},
			"no wildcard":         {audit.Query{What: "%"}, func(audit.Entry) bool { return false }},
			"nobody's":            {audit.Query{Who: "U3"}, func(audit.Entry) bool { return false }},
			"since and until":     {audit.Query{Since: start.Add(3 * time.Minute), Until: start.Add(7 * time.Minute)}, func(e audit.Entry) bool { return e.Seq > 3 && e.Seq <= 7 }},
			"about one in a time": {audit.Query{About: "c1", Since: start.Add(3 * time.Minute)}, func(e audit.Entry) bool { return e.About == "c1" && e.Seq > 3 }},
		} {
			t.Run(name, func(t *testing.T) {
				var want, got []audit.Entry
				for _, e := range log {
					if c.in(e) {
						want = append(want, e)
					}
				}
				for q := c.query; ; {
					q.Limit = 3
					page, err := s.Audits(t.Context(), q)
					if err != nil || page.Total != len(want) || len(page.Entries) > 3 {
						t.Fatalf("page %+v, %v", page, err)
					}
					got = append(got, page.Entries...)
					if !page.More {
						break
					}
					q.Before = got[len(got)-1].Seq
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("got  %v\nwant %v", got, want)
				}
			})
		}
	})
}

func TestAPageOfTheAuditLogIsBounded(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		noted(t, p, 2)
		for limit, want := range map[int]int{-1: 1, 0: 1, 5000: 2} {
			page, err := p.open(t).Audits(t.Context(), audit.Query{Limit: limit, Before: -7})
			if err != nil || len(page.Entries) != want || page.More != (want == 1) {
				t.Errorf("%d were wanted, got %+v, %v", limit, page, err)
			}
		}
	})
}

// What was noted before this version is read by who and what about like the rest.
func TestTheAuditLogOfOldIsRead(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		log := noted(t, p, 9)
		for _, back := range append(undoingAllAfter(t, "00006_sessions.sql"), "DELETE FROM perch_migrations WHERE version_id >= 7") {
			meddle(t, p, back)
		}
		s := p.open(t)
		page, err := s.Audits(t.Context(), audit.Query{Limit: 100})
		if err != nil || !reflect.DeepEqual(page.Entries, log) {
			t.Errorf("read %v, %v\nwant %v", page.Entries, err, log)
		}
		if page, err := s.Audits(t.Context(), audit.Query{About: "c2", Who: "U1", Limit: 100}); err != nil || page.Total != 3 {
			t.Errorf("about one: %+v, %v", page, err)
		}
		if err := s.NoteAudit(t.Context(), audit.Entry{Who: "U1", What: "explorer read"}); err != nil {
			t.Error(err)
		}
	})
}

// TestTheExplorersTablesAreReadByIndex holds them to what the others are held to.
func TestTheExplorersTablesAreReadByIndex(t *testing.T) {
	t.Parallel()
	few := regexp.MustCompile(`^(NoteAudit|AskJob|SaveQuery|CountAuditsOfAll)$`) // what is put in, or counted whole
	plans := plansOf(t, few, "explore_audit", "explore_saved", "explore_asks")
	for name, plan := range plans {
		if strings.Contains(plan, "SCAN") || strings.Contains(plan, "B-TREE") {
			t.Errorf("%s:\n%s", name, plan)
		}
	}
	if len(plans) < 10 {
		t.Errorf("only %d queries were found", len(plans))
	}
}
