package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"perch/internal/finch"
	"perch/store/internal/db"
)

// Changes returns the last n steps of the statuses of a connection, its
// methods and entities, newest first. n is brought into 1 to 1,000.
func (s *Store) Changes(ctx context.Context, connectionID string, n int) ([]finch.Change, error) {
	rows, err := s.reads.Changes(ctx, db.ChangesParams{ConnectionID: clean(connectionID), Count: count(min(max(n, 1), 1000))})
	if err != nil {
		return nil, fmt.Errorf("read a status history: %w", damage(err))
	}
	return changesOf(rows), nil
}

func changesOf(rows []db.Change) []finch.Change {
	var changes []finch.Change
	for _, r := range rows {
		changes = append(changes, finch.Change{
			ConnectionID: r.ConnectionID, EntityID: r.EntityID, Method: r.Method,
			From: finch.Status(r.Was), To: finch.Status(r.Became), At: timeOf(r.At), Source: r.Source,
		})
	}
	return changes
}

// RecordChange adds a status that a webhook named to the history, in its place
// by time. From is found here; what the history says already, it does not say
// twice. What is known of the connection itself stays as Finch's introspection
// told it, but a connection whose status no look answers is judged by it: see
// alert.Situation. It need not be known. At is now if it is zero.
func (s *Store) RecordChange(ctx context.Context, c finch.Change) error {
	c.At = s.moment(c.At)
	err := s.changeAndJudge(ctx, func(q *db.Queries) (news bool, err error) {
		if err := q.Hold(ctx, clean(c.ConnectionID)); err != nil {
			return false, fmt.Errorf("hold the connection: %w", err)
		}
		known, err := knownStatus(ctx, q, c)
		if err != nil {
			return false, err
		}
		c.From = known
		if err := noteStep(ctx, q, c); err != nil {
			return false, err
		}
		return s.judge(ctx, q, clean(c.ConnectionID))
	})
	if err != nil {
		return fmt.Errorf("record a change of status: %w", err)
	}
	s.rouse()
	return nil
}

// knownStatus is what the last look said of the part that a change is about;
// empty if that is not known, or if the look came after the change.
func knownStatus(ctx context.Context, q *db.Queries, c finch.Change) (finch.Status, error) {
	known, err := load(ctx, q, c.ConnectionID)
	if isUnknown(err) {
		return "", nil
	}
	if err != nil || known.Learned.After(c.At) {
		return "", err
	}
	return parts(known)[partOf(c)], nil
}

// part is what has a status of its own: the connection, a method of it (which
// nothing more than the method's type tells apart) or an entity.
type part struct{ entity, method string }

func (p part) compare(other part) int {
	return cmp.Or(cmp.Compare(p.entity, other.entity), cmp.Compare(p.method, other.method))
}

// partOf is the part a change is about: an entity is one part, whatever method
// is named with it.
func partOf(c finch.Change) part {
	if c.EntityID != "" {
		return part{entity: c.EntityID}
	}
	return part{method: c.Method}
}

// parts are the statuses of all parts of a connection that Finch told of.
func parts(c finch.Connection) map[part]finch.Status {
	statuses := map[part]finch.Status{{}: c.Report.Status.Known()}
	for _, m := range c.Methods {
		statuses[part{method: clean(m.Type)}] = m.Report.Status.Known()
	}
	for _, e := range c.Entities {
		statuses[part{entity: clean(e.ID)}] = e.Status.Known()
	}
	return statuses
}

// noteSteps records what a look found changed since the look before, or since
// what webhooks said meanwhile. What was not known before makes no step.
func noteSteps(ctx context.Context, q *db.Queries, before, after finch.Connection) error {
	known, found := parts(before), parts(after)
	for _, p := range slices.SortedFunc(maps.Keys(found), part.compare) {
		err := noteStep(ctx, q, finch.Change{
			ConnectionID: after.ID, EntityID: p.entity, Method: p.method,
			From: known[p], To: found[p], At: after.Learned, Source: finch.FromIntrospect,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// noteStep records a step in its place in the history. Of From, which is what
// was known before it, the history itself knows better where it has one.
func noteStep(ctx context.Context, q *db.Queries, c finch.Change) error {
	key := db.ChangeBeforeParams{ConnectionID: clean(c.ConnectionID), EntityID: clean(c.EntityID), Method: clean(c.Method), At: stamp(c.At)}
	before, err := q.ChangeBefore(ctx, key)
	if err != nil && !missing(err) {
		return fmt.Errorf("select the step before: %w", err)
	}
	after, err := q.ChangeAfter(ctx, db.ChangeAfterParams(key))
	if err != nil && !missing(err) {
		return fmt.Errorf("select the step after: %w", err)
	}
	was, became := cmp.Or(before.Became, after.Was, clean(string(c.From.Known()))), clean(string(c.To.Known()))
	if became == "" || became == was || became == after.Became || was == "" && c.Source == finch.FromIntrospect {
		return nil
	}
	err = q.AddChange(ctx, db.AddChangeParams{
		ConnectionID: key.ConnectionID, EntityID: key.EntityID, Method: key.Method,
		Was: was, Became: became, At: key.At, Source: clean(c.Source),
	})
	if err != nil {
		return fmt.Errorf("add a step: %w", err)
	}
	if err := readAfterStep(ctx, q, key); err != nil {
		return err
	}
	if after.Seq == 0 {
		return nil
	}
	if err := q.CorrectChange(ctx, db.CorrectChangeParams{Seq: after.Seq, Was: became}); err != nil {
		return fmt.Errorf("correct the step after: %w", err)
	}
	return nil
}

// readAfterStep makes the sessions of a connection due to be read, unless they
// were over long before its status changed.
func readAfterStep(ctx context.Context, q *db.Queries, step db.ChangeBeforeParams) error {
	err := q.ReadSessionsOfConnection(ctx, db.ReadSessionsOfConnectionParams{
		ConnectionID: step.ConnectionID, Now: step.At, Since: step.At - factsAfter.Milliseconds(),
	})
	if err != nil {
		return fmt.Errorf("have its sessions read: %w", err)
	}
	return nil
}
