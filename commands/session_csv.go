package commands

import (
	"context"
	"fmt"
	"strconv"

	"perch/bot"
	"perch/internal/connect"
)

// maxSessionsCSV is how many sessions one file holds.
const maxSessionsCSV = 50_000

// csv sends a list as a file into the asker's direct messages.
func (t sessions) csv(ctx context.Context, r *bot.Request) error {
	q, _ := sessionsOf(r.Value)
	return t.sendSessions(ctx, r, q)
}

func (s Sources) sendSessions(ctx context.Context, r *bot.Request, q connect.ListQuery) error {
	file, more, err := s.sessionSheet(ctx, q)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("perch-sessions-%s-%s.csv", q.Scope, s.Now().UTC().Format("2006-01-02"))
	if err := file.send(ctx, r, name, name); err != nil {
		return err
	}
	said := fmt.Sprintf("%d %s in your direct messages with Perch, as %s.", file.rows, plural(file.rows, "session is", "sessions are"), name)
	if more {
		said += " There are more than one file holds."
	}
	return r.Reply(ctx, note(said))
}

// sessionSheet writes sessions page by page; more tells that the file could not
// hold all. It holds no links.
func (s Sources) sessionSheet(ctx context.Context, q connect.ListQuery) (file *sheet, more bool, err error) {
	file = newSheet("session_id", "customer_id", "customer_name", "connection_id", "provider_id", "provider", "outcome", "stage",
		"created_at", "opened_at", "last_seen_at", "over_at", "expires_at", "errors", "attempts", "reconnect", "sandbox", "made_by")
	for q.After = ""; s.SessionLister != nil; {
		q.Limit = min(csvPage, maxSessionsCSV-file.rows)
		page, err := s.SessionLister.Sessions(ctx, q)
		if err != nil {
			return nil, false, fmt.Errorf("list sessions: %w", err)
		}
		for _, b := range page.Briefs {
			file.add(sessionRow(b)...)
		}
		q.After = page.Next
		if more = q.After != ""; !more || file.rows >= maxSessionsCSV {
			return file, more, nil
		}
	}
	return file, false, nil
}

func sessionRow(b connect.Brief) []string {
	s := b.Session
	outcome := string(b.Outcome)
	if b.Provisional {
		outcome += " (not confirmed)"
	}
	return []string{
		s.ID, s.CustomerID, s.CustomerName, s.ConnectionID, s.ProviderID, s.ProviderName, outcome, string(b.Stage),
		csvTime(s.Created), csvTime(b.Opened), csvTime(b.Last), csvTime(b.Over), csvTime(s.Expires), strconv.Itoa(b.Errors),
		strconv.Itoa(b.Attempts), strconv.FormatBool(s.Reconnect), strconv.FormatBool(s.Sandbox), s.Maker,
	}
}
