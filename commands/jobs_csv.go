package commands

import (
	"context"
	"fmt"
	"html"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/finch"
)

// maxJobsCSV is how many jobs one file holds.
const maxJobsCSV = 50_000

// csv sends the list, under its filters, as a file into the asker's direct
// messages.
func (j jobs) csv(ctx context.Context, r *bot.Request) error {
	q := parseJobs(r.Value)
	q.After = ""
	l, err := j.page(ctx, q)
	if err != nil {
		return err
	}
	file, more, err := j.sheet(ctx, q)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("perch-jobs-%s.csv", j.Now().UTC().Format("2006-01-02"))
	if err := file.send(ctx, r, name, l.fileTitle()); err != nil {
		return err
	}
	said := fmt.Sprintf("%d %s in your direct messages with Perch, as %s.", file.rows, plural(file.rows, "job is", "jobs are"), name)
	if more {
		said += " There are older ones: narrow the list with `since:` and `until:` for them."
	}
	return r.Reply(ctx, note(said))
}

// fileTitle is what stands above the file, so that two of a day can be told apart.
func (l jobList) fileTitle() string {
	return card.Cut(card.Clean(l.title()+": "+html.UnescapeString(card.LowerFirst(l.summary()))), 200)
}

// sheet writes jobs page by page; more tells that the file could not hold all.
func (j jobs) sheet(ctx context.Context, q finch.JobQuery) (file *sheet, more bool, err error) {
	file = newSheet(
		"job_id", "kind", "type", "status", "connection_id", "customer_id", "customer_name", "company_id",
		"provider_id", "provider", "entity_id", "at", "created_at", "scheduled_at", "started_at", "completed_at",
		"duration_seconds", "as_of",
	)
	for file.rows < maxJobsCSV {
		q.Limit = min(csvPage, maxJobsCSV-file.rows)
		page, err := j.Jobs.Jobs(ctx, q)
		if err != nil {
			return nil, false, fmt.Errorf("list jobs: %w", err)
		}
		for _, job := range page.Jobs {
			file.add(jobRow(job)...)
		}
		if q.After = page.Next; q.After == "" {
			return file, false, nil
		}
	}
	return file, true, nil
}

func jobRow(job finch.JobLine) []string {
	seconds := ""
	if !job.Started.IsZero() && !job.Completed.IsZero() {
		seconds = fmt.Sprint(int(job.Took(job.Completed).Seconds()))
	}
	return []string{
		job.ID, string(job.Kind), job.Type, string(job.Status), job.ConnectionID, job.CustomerID, job.CustomerName, job.CompanyID,
		job.ProviderID, job.ProviderName, job.EntityID, csvTime(job.At()), csvTime(job.Created), csvTime(job.Scheduled),
		csvTime(job.Started), csvTime(job.Completed), seconds, csvTime(job.Learned),
	}
}
