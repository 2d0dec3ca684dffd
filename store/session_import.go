package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"perch/internal/connect"
	"perch/store/internal/db"
)

// importedPerSecond is how many imported sessions become due to be read each
// second: fewer than can be read, so that what happens now is read in between.
const importedPerSecond = 250

// ImportSessions brings sessions with their events in from elsewhere, all of them
// or none, and returns how many of each are new. What was brought in before is
// there once. The sessions become due to be read one after the other.
func (s *Store) ImportSessions(ctx context.Context, all []connect.Imported) (sessions, events int, err error) {
	err = s.changeSessions(ctx, func(q *db.Queries) error {
		sessions, events = 0, 0 // it may be run again
		customers := map[string]string{}
		for i, one := range inSessionOrder(all) {
			due := s.now().Add(time.Duration(i/importedPerSecond) * time.Second)
			row, created, added, err := s.importOne(ctx, q, one, due)
			if err != nil {
				return fmt.Errorf("line %d: %w", one.Line, err)
			}
			if created {
				sessions++
				customers[row.CustomerID] = row.ID
			}
			if created && row.CustomerID == "" { // each stands alone
				if err := markNewest(ctx, q, "", row.ID); err != nil {
					return err
				}
			}
			events += added
		}
		delete(customers, "")
		for _, c := range slices.Sorted(maps.Keys(customers)) {
			if err := markNewest(ctx, q, c, customers[c]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, 0, fmt.Errorf("import Connect sessions: %w", err)
	}
	return sessions, events, nil
}

// inSessionOrder is the order in which sessions are held everywhere.
func inSessionOrder(all []connect.Imported) []connect.Imported {
	return slices.SortedStableFunc(slices.Values(all), func(a, b connect.Imported) int { return cmp.Compare(a.Session.ID, b.Session.ID) })
}

func (s *Store) importOne(ctx context.Context, q *db.Queries, one connect.Imported, due time.Time) (row db.SessionLine, created bool, added int, err error) {
	row, created, err = s.note(ctx, q, one.Session)
	if err == nil && other(storedSession(row), s.tidySession(one.Session)) {
		err = errors.New("the session is known already, as another customer's")
	}
	if err != nil {
		return db.SessionLine{}, false, 0, err
	}
	b := &batch{sessionID: row.ID, events: s.tidyEvents(one.Events), due: stamp(due)}
	if err := b.store(ctx, q); err != nil {
		return db.SessionLine{}, false, 0, err
	}
	return row, created, b.added, b.refused
}
