package commands

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/finch"
)

// csvPage is how many rows are read at once.
const csvPage = 1000

// maxCSV bounds the file, about 20 MB.
const maxCSV = 100_000

var csvHeader = []string{
	"connection_id", "customer_id", "customer_name", "provider_id", "provider", "environment",
	"status", "status_since", "last_successful_sync", "as_of",
}

// csv sends the list as a file into the asker's direct messages: a channel
// never gets one unasked.
func (c connections) csv(ctx context.Context, r *bot.Request) error {
	q := parsePage(r.Value)
	var file bytes.Buffer
	rows, err := c.writeCSV(ctx, &file, q)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("perch-connections-%s-%s.csv", q.Tab, c.Now().UTC().Format("2006-01-02"))
	err = r.SendFile(ctx, bot.File{Name: name, Title: name, Size: file.Len(), Content: &file})
	if err != nil {
		return fmt.Errorf("send the CSV file: %w", err)
	}
	note := fmt.Sprintf("%d connections are in your direct messages with Perch, as %s.", rows, name)
	return r.Reply(ctx, card.Message{Text: note, Blocks: []slack.Block{card.Text(note)}})
}

func (c connections) writeCSV(ctx context.Context, file *bytes.Buffer, q finch.ListQuery) (rows int, err error) {
	w := csv.NewWriter(file)
	records := [][]string{csvHeader}
	q.Limit = csvPage
	for {
		if err := w.WriteAll(records); err != nil {
			return 0, fmt.Errorf("write the CSV file: %w", err)
		}
		if (rows > 0 && q.After == "") || rows >= maxCSV {
			return rows, nil
		}
		page, err := c.Lister.List(ctx, q)
		if err != nil {
			return 0, fmt.Errorf("list connections: %w", err)
		}
		if len(page.Briefs) == 0 {
			return rows, nil
		}
		records = records[:0]
		for _, b := range page.Briefs {
			records = append(records, csvRow(b))
		}
		rows, q.After = rows+len(page.Briefs), page.Next
	}
}

func csvRow(b finch.Brief) []string {
	row := []string{
		b.ID, b.CustomerID, b.CustomerName, b.ProviderID, b.ProviderName, b.Environment,
		string(b.Status), csvTime(b.StatusSince), csvTime(b.LastSync), csvTime(b.Learned),
	}
	for i := range row {
		row[i] = csvCell(row[i])
	}
	return row
}

// csvCell keeps a spreadsheet from taking text for a formula.
func csvCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

func csvTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
