package commands

import (
	"context"
	"fmt"

	"perch/bot"
	"perch/internal/audit"
)

// maxAuditCSV is how many entries one file holds.
const maxAuditCSV = 50_000

// csvAudit sends the entries, under the card's filters, as a file into the
// asker's direct messages.
func (p perch) csvAudit(ctx context.Context, r *bot.Request) error {
	q, _ := auditOf(r.Value)
	file, more, err := p.auditSheet(ctx, q)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("perch-audit-%s.csv", p.Now().UTC().Format("2006-01-02"))
	if err := file.send(ctx, r, name, "Audit log"); err != nil {
		return err
	}
	said := fmt.Sprintf("%d %s in your direct messages with Perch, as %s.", file.rows, plural(file.rows, "entry is", "entries are"), name)
	if more {
		said += " There are older ones: narrow the log with `since:` and `until:` for them."
	}
	return r.Reply(ctx, note(said))
}

// auditSheet writes entries page by page; more tells that the file could not hold
// all.
func (p perch) auditSheet(ctx context.Context, q audit.Query) (file *sheet, more bool, err error) {
	file = newSheet("at", "who", "what", "about", "customer_name", "detail")
	names := map[string]string{}
	q.Before = 0
	for file.rows < maxAuditCSV {
		q.Limit = min(csvPage, maxAuditCSV-file.rows)
		page, err := p.Audits.Audits(ctx, q)
		if err != nil {
			return nil, false, fmt.Errorf("read the audit log: %w", err)
		}
		if err := p.nameAudited(ctx, names, page.Entries); err != nil {
			return nil, false, err
		}
		for _, e := range page.Entries {
			file.add(csvTime(e.At), e.Who, e.What, e.About, names[e.About], e.Detail)
			q.Before = e.Seq
		}
		if !page.More || len(page.Entries) == 0 {
			return file, false, nil
		}
	}
	return file, true, nil
}
