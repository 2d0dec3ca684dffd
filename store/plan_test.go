package store_test

import (
	"database/sql"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestHistoryIsReadByIndex holds each query for the history of jobs to what
// makes it as quick with ten million jobs as with ten: it reads a range of an
// index in order, never a whole table, and sorts nothing.
func TestHistoryIsReadByIndex(t *testing.T) {
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
	text, err := os.ReadFile("queries/history.sql")
	if err != nil {
		t.Fatal(err)
	}
	argument := regexp.MustCompile(`sqlc\.arg\(\w+\)`)
	explained := 0
	for _, query := range regexp.MustCompile(`(?s)-- name: (\w+).*?\n(.*?);\n`).FindAllStringSubmatch(string(text), -1) {
		if strings.HasPrefix(query[1], "JobSorts") || query[1] == "JobProviders" { // a table of a few hundred rows
			continue
		}
		explained++
		plan := explain(t, pool, argument.ReplaceAllString(query[2], "?"))
		if strings.Contains(plan, "SCAN") || strings.Contains(plan, "B-TREE") || !strings.Contains(plan, "INDEX jobs_by_") {
			t.Errorf("%s:\n%s", query[1], plan)
		}
	}
	if explained < 5 {
		t.Errorf("only %d queries were found", explained)
	}
}

func explain(t *testing.T, pool *sql.DB, query string) string {
	t.Helper()
	arguments := make([]any, strings.Count(query, "?"))
	rows, err := pool.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, arguments...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var plan strings.Builder
	for rows.Next() {
		var (
			id, parent, unused int
			detail             string
		)
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		plan.WriteString("  " + detail + "\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}
