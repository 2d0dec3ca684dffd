package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"perch/internal/finch"
	"perch/store/internal/db"
)

// moment is a time from outside as the store keeps it; now if it is zero.
func (s *Store) moment(at time.Time) time.Time {
	if at.IsZero() {
		at = s.now()
	}
	return millis(at)
}

func connectionOf(row db.ConnectionRow) (finch.Connection, error) {
	r := row.Connection
	products, err := fromJSON(r.Products)
	if err != nil {
		return finch.Connection{}, fmt.Errorf("read the products of a connection: %w", err)
	}
	return finch.Connection{
		ID: r.ID, CustomerID: r.CustomerID, CustomerName: r.CustomerName, CompanyID: r.CompanyID,
		ProviderID: r.ProviderID, ProviderName: cmp.Or(row.ProviderName, r.ProviderID),
		Environment: r.Environment, FinchSandbox: r.FinchSandbox != 0, Assisted: r.Assisted != 0,
		Report:   report(r.Status, r.StatusMessage, r.LastSync, r.LastSyncRaw),
		Products: products, StatusSince: timeOf(r.WorstSince),
		Created: timeOf(r.Created), CreatedExact: r.CreatedExact != 0, NextScheduled: timeOf(r.NextScheduled),
		Learned: timeOf(r.Learned), JobsLearned: timeOf(r.JobsLearned), FirstSeen: timeOf(r.FirstSeen),
		DisconnectedAt: timeOf(r.DisconnectedAt), HasToken: row.HasToken != 0,
	}, nil
}

// save writes the connection's own row, with what lists and searches need.
func save(ctx context.Context, q *db.Queries, c finch.Connection) error {
	worst, name := c.Worst(), fold(c.CustomerName)
	err := q.SaveConnection(ctx, db.SaveConnectionParams{
		ID: c.ID, CustomerID: clean(c.CustomerID), CustomerName: clean(c.CustomerName), CompanyID: clean(c.CompanyID),
		ProviderID: clean(c.ProviderID), Environment: clean(c.Environment), FinchSandbox: flag(c.FinchSandbox), Assisted: flag(c.Assisted),
		Status: clean(string(c.Report.Status)), StatusMessage: clean(c.Report.Message),
		LastSync: stamp(c.Report.LastSync.At), LastSyncRaw: clean(c.Report.LastSync.Raw),
		Products: toJSON(c.Products), Learned: stamp(c.Learned),
		Created: stamp(c.Created), CreatedExact: flag(c.CreatedExact), NextScheduled: stamp(c.NextScheduled),
		JobsLearned: stamp(c.JobsLearned), FirstSeen: stamp(c.FirstSeen), DisconnectedAt: stamp(c.DisconnectedAt),
		Worst: clean(string(worst)), WorstSince: stamp(c.StatusSince), NewestSync: stamp(c.LastSync()),
		Ended: flag(!c.DisconnectedAt.IsZero()), Calm: flag(!worst.NeedsAttention()),
		SortKey:    cut(cmp.Or(name, fold(c.CustomerID), fold(c.CompanyID), fold(c.ID)), sortKeyLength),
		NameFolded: name, IDFolded: fold(c.ID), CustomerFolded: fold(c.CustomerID), CompanyFolded: fold(c.CompanyID),
		IdsFolded: lines(fold(c.ID), fold(c.CustomerID), fold(c.CompanyID)), TooManyFailures: finch.TooManyFailures,
	})
	if err != nil {
		return fmt.Errorf("save the connection: %w", err)
	}
	return nil
}

// report puts a status report together again. The time as Finch wrote it is
// kept beside what was read from it.
func report(status, message string, lastSync int64, raw string) finch.StatusReport {
	return finch.StatusReport{Status: finch.Status(status), Message: message, LastSync: finch.SyncTime{At: timeOf(lastSync), Raw: raw}}
}

func flag(b bool) int16 {
	if b {
		return 1
	}
	return 0
}

func toJSON(words []string) string {
	if len(words) == 0 {
		return "[]"
	}
	cleaned := make([]string, len(words))
	for i, w := range words {
		cleaned[i] = clean(w)
	}
	text, err := json.Marshal(cleaned)
	if err != nil {
		return "[]" // cannot happen: strings always encode
	}
	return string(text)
}

func fromJSON(text string) ([]string, error) {
	var words []string
	if err := json.Unmarshal([]byte(text), &words); err != nil {
		return nil, fmt.Errorf("%w: a list of words is not JSON: %w", ErrDamaged, err)
	}
	if len(words) == 0 {
		return nil, nil
	}
	return words, nil
}
