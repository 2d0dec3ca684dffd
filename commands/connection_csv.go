package commands

import (
	"context"
	"fmt"

	"perch/bot"
	"perch/internal/connect"
	"perch/internal/finch"
)

// maxCSV bounds the file, about 20 MB.
const maxCSV = 100_000

// csv sends the list as a file into the asker's direct messages.
func (c connections) csv(ctx context.Context, r *bot.Request) error {
	q := parsePage(r.Value)
	if q.Tab == finch.Staged {
		return c.sendSessions(ctx, r, connect.ListQuery{Scope: connect.Staged, Words: q.Words})
	}
	file, err := c.sheet(ctx, q)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("perch-connections-%s-%s.csv", q.Tab, c.Now().UTC().Format("2006-01-02"))
	if err := file.send(ctx, r, name, name); err != nil {
		return err
	}
	said := fmt.Sprintf("%d %s in your direct messages with Perch, as %s.", file.rows, plural(file.rows, "connection is", "connections are"), name)
	if file.rows >= maxCSV {
		said += " There are more: narrow the list with the filter."
	}
	return r.Reply(ctx, note(said))
}

func (c connections) sheet(ctx context.Context, q finch.ListQuery) (*sheet, error) {
	file := newSheet(
		"connection_id", "customer_id", "customer_name", "provider_id", "provider", "environment",
		"status", "status_since", "last_successful_sync", "as_of", "failed_syncs_in_a_row",
	)
	q.Limit = csvPage
	for {
		page, err := c.Lister.List(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("list connections: %w", err)
		}
		for _, b := range page.Briefs {
			file.add(
				b.ID, b.CustomerID, b.CustomerName, b.ProviderID, b.ProviderName, b.Environment,
				string(b.Status), csvTime(b.StatusSince), csvTime(b.LastSync), csvTime(b.Learned), fmt.Sprint(b.FailedSyncs),
			)
		}
		if q.After = page.Next; q.After == "" || file.rows >= maxCSV {
			return file, nil
		}
	}
}
