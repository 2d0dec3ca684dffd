package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"perch/internal/finch"
	"perch/store/internal/db"
)

// jobPrefix is the least number of characters by which a job may be named.
const jobPrefix = 8

// Job returns a job by its id or by the beginning of it, at least eight
// characters, in capitals or not. Errors: ErrUnknownJob, ErrAmbiguousJob.
func (s *Store) Job(ctx context.Context, words string) (finch.JobLine, error) {
	var line finch.JobLine
	err := s.view(ctx, func(q *db.Queries) error {
		row, err := jobNamed(ctx, q, clean(strings.TrimSpace(words)))
		if err != nil {
			return err
		}
		line, err = lineOf(row)
		return err
	})
	if err != nil {
		return finch.JobLine{}, fmt.Errorf("read a job: %w", err)
	}
	return line, nil
}

func jobNamed(ctx context.Context, q *db.Queries, words string) (db.JobLine, error) {
	for _, word := range slices.Compact([]string{words, strings.ToLower(words)}) {
		if word == "" {
			break
		}
		// No character of an id sorts after the last one of Unicode.
		rows, err := q.JobsNamed(ctx, db.JobsNamedParams{FromID: word, ToID: word + "\U0010FFFF"})
		switch {
		case err != nil:
			return db.JobLine{}, fmt.Errorf("select the job: %w", err)
		case len(rows) > 0 && rows[0].ID == word:
			return rows[0], nil
		case len(rows) == 0 || len(word) < jobPrefix:
		case len(rows) > 1:
			return db.JobLine{}, fmt.Errorf("%w: %q", ErrAmbiguousJob, cut(word, wordsLength))
		default:
			return rows[0], nil
		}
	}
	return db.JobLine{}, fmt.Errorf("%w: %q", ErrUnknownJob, cut(words, wordsLength))
}

// JobsBefore returns the n jobs of the same connection, kind and type that came
// last before the given one, newest first.
func (s *Store) JobsBefore(ctx context.Context, j finch.KnownJob, n int) ([]finch.KnownJob, error) {
	var jobs []finch.KnownJob
	err := s.view(ctx, func(q *db.Queries) error {
		row, err := q.JobByID(ctx, clean(j.ID))
		if missing(err) {
			return fmt.Errorf("%w: %q", ErrUnknownJob, cut(clean(j.ID), wordsLength))
		}
		if err != nil {
			return fmt.Errorf("select the job: %w", err)
		}
		rows, err := q.JobsBefore(ctx, db.JobsBeforeParams{
			ConnectionID: row.ConnectionID, Kind: row.Kind, Type: row.Type, BeforeAt: row.At, BeforeSeq: row.Seq, Count: count(n),
		})
		if err != nil {
			return fmt.Errorf("select the jobs before it: %w", err)
		}
		jobs, err = jobsOf(rows)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the jobs before one: %w", err)
	}
	return jobs, nil
}

// LastSyncs returns the last n scheduled data syncs of a connection whose time
// has come, whatever became of them, oldest first.
func (s *Store) LastSyncs(ctx context.Context, connectionID string, n int) ([]finch.KnownJob, error) {
	syncs, err := lastSyncs(ctx, s.reads, db.LastSyncsParams{
		ConnectionID: clean(connectionID), Type: finch.DataSync, Now: stamp(s.now()), Count: count(n),
	})
	if err != nil {
		return nil, fmt.Errorf("read the last syncs: %w", damage(err))
	}
	return syncs, nil
}

func lastSyncs(ctx context.Context, q *db.Queries, arg db.LastSyncsParams) ([]finch.KnownJob, error) {
	rows, err := q.LastSyncs(ctx, arg)
	if err != nil {
		return nil, fmt.Errorf("select the last syncs: %w", err)
	}
	slices.Reverse(rows)
	return jobsOf(rows)
}

// Jobs returns a part of the history, newest first. Limit is brought into 1 to
// 1,000. A provider's id names it alone; other words name each provider whose
// name or id contains them. Error: ErrCursor if After did not come from a page
// asked in the same words.
func (s *Store) Jobs(ctx context.Context, query finch.JobQuery) (finch.JobPage, error) {
	span, err := s.spanOf(query)
	if err != nil {
		return finch.JobPage{}, fmt.Errorf("list jobs: %w", err)
	}
	var page finch.JobPage
	err = s.view(ctx, func(q *db.Queries) error {
		rows, err := span.read(ctx, q, query)
		if err != nil {
			return err
		}
		if limit := span.count - 1; len(rows) > limit { // one more was asked for, to know whether there is one
			rows = rows[:limit]
			page.Next = packCursor(jobCursor{At: rows[limit-1].At, Seq: rows[limit-1].Seq, Of: jobsMark(query)})
		}
		for _, r := range rows {
			line, err := lineOf(r)
			if err != nil {
				return err
			}
			page.Jobs = append(page.Jobs, line)
		}
		return nil
	})
	if err != nil {
		return finch.JobPage{}, fmt.Errorf("list jobs: %w", err)
	}
	return page, nil
}

func isUnknown(err error) bool { return errors.Is(err, ErrUnknown) }

func jobsOf(rows []db.Job) ([]finch.KnownJob, error) {
	var jobs []finch.KnownJob
	for _, r := range rows {
		j, err := jobOf(r)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, j)
	}
	return jobs, nil
}

func lineOf(r db.JobLine) (finch.JobLine, error) {
	j, err := jobOf(db.Job{
		ID: r.ID, ConnectionID: r.ConnectionID, EntityID: r.EntityID, Kind: r.Kind, Type: r.Type, Status: r.Status,
		Created: r.Created, Scheduled: r.Scheduled, Started: r.Started, Completed: r.Completed,
		FirstSeen: r.FirstSeen, Learned: r.Learned, Gone: r.Gone, RequestIds: r.RequestIds, Results: r.Results,
	})
	return finch.JobLine{
		KnownJob: j, CustomerID: r.CustomerID, CustomerName: r.CustomerName, CompanyID: r.CompanyID,
		ProviderID: r.ProviderID, ProviderName: cmp.Or(r.ProviderName, r.ProviderID),
	}, err
}
