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
	p := sqlitePlace(t)
	if err := p.open(t).Close(); err != nil {
		t.Fatal(err)
	}
	pool, err := sql.Open("sqlite", p.database)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	argument := regexp.MustCompile(`sqlc\.arg\(\w+\)`)
	// Tables of a few rows, those that are asked for whole, and what prunes.
	few := regexp.MustCompile(`^(OldestJob|Senses|Subscriptions|AddSubscription|CountProblems|OpenProblemsBefore|PruneCards|Problems(Oldest|Newest|Since|OverSince))$`)
	explained := 0
	for _, file := range []string{"judge", "problems", "outages", "tellings", "subscriptions"} {
		text, err := os.ReadFile("queries/" + file + ".sql")
		if err != nil {
			t.Fatal(err)
		}
		for _, query := range regexp.MustCompile(`(?s)-- name: (\w+).*?\n(.*?);\n`).FindAllStringSubmatch(string(text), -1) {
			if few.MatchString(query[1]) {
				continue
			}
			explained++
			if plan := explain(t, pool, argument.ReplaceAllString(query[2], "?")); strings.Contains(strings.ReplaceAll(plan, "SCAN kin", ""), "SCAN") {
				t.Errorf("%s:\n%s", query[1], plan)
			}
		}
	}
	if explained < 40 {
		t.Errorf("only %d queries were found", explained)
	}
}
