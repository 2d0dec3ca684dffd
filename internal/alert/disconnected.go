package alert

import (
	"time"

	"perch/internal/finch"
)

// watched reports whether a connection can be judged: it has not ended, and
// there is a token to ask with.
func watched(c finch.Connection) bool { return c.DisconnectedAt.IsZero() && c.HasToken }

// disconnected finds a connection that is not watched any more. Where nobody here
// asked for its end (which the store keeps apart: DisconnectedAt is zero then),
// that is a problem for CloseAfter. All else that was wrong with it is moot.
func disconnected(s Situation, _ []Finding) (found []Finding, next time.Time) {
	c := s.Connection
	if watched(c) {
		return nil, time.Time{}
	}
	moot := Finding{Key: Key{ConnectionID: c.ID}, Word: Moot, Over: c.DisconnectedAt}
	closes := c.DisconnectedAt.Add(CloseAfter)
	key := Key{Kind: Disconnected, ConnectionID: c.ID}
	switch {
	case c.DisconnectedAt.IsZero():
		return []Finding{moot}, time.Time{}
	case !s.Now.Before(closes):
		return []Finding{{Key: key, Word: Moot, Over: closes}, moot}, time.Time{}
	}
	return []Finding{{
		Key: key, Class: string(Disconnected), Move: Ours,
		Opened: c.DisconnectedAt, LastSeen: c.DisconnectedAt,
		Facts: Facts{Status: finch.Disconnected, LastGood: c.LastSync()},
	}, moot}, closes
}
