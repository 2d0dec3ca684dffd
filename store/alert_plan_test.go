package store_test

import (
	"database/sql"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestJudgementsReadByIndex holds what runs at every record, or for every problem,
// to ranges of indexes: what it costs does not grow with what is kept.
func TestJudgementsReadByIndex(t *testing.T) {
	t.Parallel()
	// Tables of a few rows, those that are asked for whole, and what prunes.
	few := regexp.MustCompile(`^(OldestJob|Senses|Subscriptions|AddSubscription|CountProblems|OpenProblemsBefore|PruneCards|Problems(Oldest|Newest|Since|OverSince))$`)
	plans := plansOf(t, few, "judge", "problems", "outages", "tellings", "subscriptions", "session_problems")
	for name, plan := range plans {
		if strings.Contains(strings.ReplaceAll(plan, "SCAN kin", ""), "SCAN") {
			t.Errorf("%s:\n%s", name, plan)
		}
	}
	if len(plans) < 40 {
		t.Errorf("only %d queries were found", len(plans))
	}
}

// TestSessionsAreReadByIndex holds what is asked of Connect sessions to the like.
// Lists and searches read an index in its order, and no more than that where they
// look for words.
func TestSessionsAreReadByIndex(t *testing.T) {
	t.Parallel()
	// What is put into tables, asked for whole, or prunes.
	few := regexp.MustCompile(`^(Add\w+|Save\w+|NoteAudit|WatchCustomer|LinkKeyIDs|PruneFunnel|HoldFunnelDay)$`)
	lists := regexp.MustCompile(`^(Sessions(Every|Staged|Underway|OfCustomer|OfConnection)|FunnelNames|FirstSync|StatusSteps|NewestSession|DueSessions|OldSessions)$`)
	plans := plansOf(t, few, "sessions", "session_events", "session_reads", "session_lists", "session_links", "session_prune", "funnel")
	for name, plan := range plans {
		plan = regexp.MustCompile(`SCAN (waiting|CONSTANT ROW)\n|SCAN (s|hit|sessions) USING COVERING INDEX sessions_\w+\n`).ReplaceAllString(plan, "\n")
		if strings.Contains(plan, "SCAN") || lists.MatchString(name) && strings.Contains(plan, "B-TREE") {
			t.Errorf("%s:\n%s", name, plan)
		}
	}
	if len(plans) < 40 {
		t.Errorf("only %d queries were found", len(plans))
	}
}

// plansOf are SQLite's plans for the queries of these files, by their names, but
// for some.
func plansOf(t *testing.T, but *regexp.Regexp, files ...string) map[string]string {
	t.Helper()
	p := sqlitePlace(t)
	if err := p.open(t).Close(); err != nil {
		t.Fatal(err)
	}
	pool, err := sql.Open("sqlite", p.database)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	argument, embed := regexp.MustCompile(`sqlc\.arg\(\w+\)`), regexp.MustCompile(`sqlc\.embed\((\w+)\)`)
	plans := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile("queries/" + file + ".sql")
		if err != nil {
			t.Fatal(err)
		}
		for _, query := range regexp.MustCompile(`(?s)-- name: (\w+).*?\n(.*?);\n`).FindAllStringSubmatch(string(text), -1) {
			if !but.MatchString(query[1]) {
				plans[query[1]] = explain(t, pool, argument.ReplaceAllString(embed.ReplaceAllString(query[2], "$1.*"), "?"))
			}
		}
	}
	return plans
}
