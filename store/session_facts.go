package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"perch/internal/connect"
	"perch/internal/finch"
	"perch/store/internal/db"
)

const (
	// factsAfter is how long after its end what Finch says of the connection is
	// still part of a session.
	factsAfter = 30 * 24 * time.Hour
	// mostFacts is how many steps of the status are.
	mostFacts = 200
)

// factsOf are Finch's facts on the connection of a session, from its creation on:
// the steps of the status and the first sync that succeeded.
func factsOf(ctx context.Context, q *db.Queries, row db.SessionLine, events []connect.Event) ([]connect.Event, error) {
	if row.ConnectionID == "" {
		return nil, nil
	}
	end := row.Created
	for _, e := range events {
		end = max(end, stamp(e.At))
	}
	end += factsAfter.Milliseconds()
	steps, err := q.StatusSteps(ctx, db.StatusStepsParams{ConnectionID: row.ConnectionID, Since: row.Created, Until: end, Count: mostFacts})
	if err != nil {
		return nil, fmt.Errorf("select the steps of its status: %w", err)
	}
	facts, err := firstStatus(ctx, q, row, events, steps)
	if err != nil {
		return nil, err
	}
	for _, c := range steps {
		facts = append(facts, fact(fmt.Sprint("status-", c.Seq), c.At, connect.StatusChanged, c.Became))
	}
	sync, err := q.FirstSync(ctx, db.FirstSyncParams{ConnectionID: row.ConnectionID, Since: row.Created, Until: end, Type: finch.DataSync})
	if missing(err) {
		return facts, nil
	}
	if err != nil {
		return nil, fmt.Errorf("select its first sync: %w", err)
	}
	return append(facts, fact("sync-"+sync.ID, max(sync.At, sync.Completed), connect.FirstData, sync.Type)), nil
}

// firstStatus is the status that the connection had when its token was granted,
// which was no step.
func firstStatus(ctx context.Context, q *db.Queries, row db.SessionLine, events []connect.Event, steps []db.Change) ([]connect.Event, error) {
	i := slices.IndexFunc(events, func(e connect.Event) bool { return e.Type == connect.TokenExchanged && e.Source.Server() })
	if i < 0 || len(steps) > 0 && steps[0].At <= stamp(events[i].At) {
		return nil, nil
	}
	var status string
	var err error
	if len(steps) > 0 {
		status = steps[0].Was
	} else if status, err = q.ConnectionStatus(ctx, row.ConnectionID); err != nil && !missing(err) {
		return nil, fmt.Errorf("select the connection's status: %w", err)
	}
	if status == "" {
		return nil, nil
	}
	return []connect.Event{fact("status-0", stamp(events[i].At), connect.StatusChanged, status)}, nil
}

func fact(id string, at int64, what connect.Type, message string) connect.Event {
	return connect.Event{ID: "finch-" + id, At: timeOf(at), Received: timeOf(at), Type: what, Message: message, Source: connect.FromFinch}
}
