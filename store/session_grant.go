package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"perch/internal/connect"
	"perch/internal/finch"
	"perch/store/internal/db"
)

// clockSkew is by how much the clock of the application that made a session may
// run ahead of ours.
const clockSkew = time.Minute

// join is a session that hears of a connection's token. led: it may be what the
// token came of; another is only read again, since its customer is connected now.
type join struct {
	sessionID  string
	led        bool
	connection finch.Connection
	tokenID    string
	seen       int64 // since when the token is known, in ms
}

// joinsOf are the open sessions of a customer whose connection got a token: it is
// what they were for. A token that was known before a session was made says
// nothing of it, and neither does one of a connection that still wants the sign-in:
// it is an old one that became known only now.
func joinsOf(ctx context.Context, q *db.Queries, c finch.Connection, tokenID string) ([]join, error) {
	if signsInAgain(c) {
		return nil, nil
	}
	rows, err := sessionsToJoin(ctx, q, c)
	if err != nil {
		return nil, err
	}
	last, err := customerSessions(ctx, q, clean(c.CustomerID), 1)
	if err != nil || len(rows)+len(last) == 0 {
		return nil, err
	}
	seen, err := q.FirstTokenSeen(ctx, db.FirstTokenSeenParams{ConnectionID: c.ID, TokenID: tokenID})
	if err != nil {
		return nil, fmt.Errorf("select since when the token is known: %w", err)
	}
	var joins []join
	for _, row := range append(rows, last...) {
		if !slices.ContainsFunc(joins, func(j join) bool { return j.sessionID == row.ID }) {
			led := len(joins) < len(rows) && row.Created <= seen+clockSkew.Milliseconds()
			joins = append(joins, join{sessionID: row.ID, led: led, connection: c, tokenID: tokenID, seen: seen})
		}
	}
	return joins, nil
}

// joinSessions tells sessions of the tokens that came, in the order in which
// sessions are held.
func (s *Store) joinSessions(ctx context.Context, q *db.Queries, joins []join) error {
	slices.SortStableFunc(joins, func(a, b join) int { return cmp.Compare(a.sessionID, b.sessionID) })
	for _, j := range joins {
		if err := s.joinSession(ctx, q, j); err != nil {
			return fmt.Errorf("join session %q: %w", j.sessionID, err)
		}
	}
	return nil
}

// lateFor is how long after its token a session may be made known and still has led
// to it: the application that embeds Finch Connect may be quicker with the token.
const lateFor = time.Hour

// joinLate does for a session that is new here what joinSessions would have done
// had it been known when the token came.
func (s *Store) joinLate(ctx context.Context, q *db.Queries, row db.SessionLine) error {
	if connect.Source(row.Source) != connect.FromHost || row.CustomerID == "" {
		return nil
	}
	since := max(row.Created-clockSkew.Milliseconds(), stamp(s.now().Add(-lateFor)))
	token, err := q.FreshToken(ctx, db.FreshTokenParams{
		Since: since, CustomerFolded: row.CustomerFolded, CustomerID: row.CustomerID, ConnectionID: row.ConnectionID,
	})
	if missing(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for a token that came before it: %w", err)
	}
	c, err := load(ctx, q, token.ConnectionID)
	if err != nil || signsInAgain(c) {
		return err
	}
	return s.joinSession(ctx, q, join{sessionID: row.ID, led: true, connection: c, tokenID: token.TokenID, seen: token.FirstSeen})
}

// signsInAgain reports whether a connection waits for its employer to sign in.
func signsInAgain(c finch.Connection) bool { return c.Overall() == finch.Reauth }

// exchange is the event that a token came of a session.
func (j join) exchange(row db.SessionLine) connect.Event {
	return connect.Event{
		ID: "token-" + cmp.Or(j.tokenID, j.connection.ID), At: timeOf(max(j.seen, row.Created)), Type: connect.TokenExchanged, Source: connect.FromPerch,
	}
}

// grantWithin is how long after an employer is through the application may take
// to hand the token over.
const grantWithin = 24 * time.Hour

// sessionsToJoin are the open sessions of the customer and of the connection, each
// once.
func sessionsToJoin(ctx context.Context, q *db.Queries, c finch.Connection) ([]db.SessionLine, error) {
	customerID := clean(c.CustomerID)
	var rows []db.SessionLine
	var err error
	if customerID != "" {
		since := stamp(c.Learned.Add(-grantWithin))
		rows, err = q.OpenSessionsOf(ctx, db.OpenSessionsOfParams{CustomerID: customerID, ConnectionID: c.ID, Since: since})
		if err != nil {
			return nil, fmt.Errorf("select the customer's open sessions: %w", err)
		}
	}
	more, err := q.OpenSessionsAt(ctx, db.OpenSessionsAtParams{CustomerID: customerID, ConnectionID: c.ID})
	if err != nil {
		return nil, fmt.Errorf("select the connection's open sessions: %w", err)
	}
	rows = append(rows, more...)
	slices.SortFunc(rows, func(a, b db.SessionLine) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(rows, func(a, b db.SessionLine) bool { return a.ID == b.ID }), nil
}

func (s *Store) joinSession(ctx context.Context, q *db.Queries, j join) error {
	row, err := sessionToChange(ctx, q, j.sessionID)
	if err != nil {
		return err
	}
	c := j.connection
	if !j.led || row.ConnectionID != "" && row.ConnectionID != c.ID {
		return s.saveSession(ctx, q, row, storedSession(row))
	}
	b := &batch{sessionID: row.ID, events: s.tidyEvents([]connect.Event{j.exchange(row)}), due: stamp(s.now())}
	if err := b.add(ctx, q, row.Num); err != nil {
		return err
	}
	was := storedSession(row)
	is := was
	is.ConnectionID, is.ProviderID = c.ID, cmp.Or(clean(c.ProviderID), was.ProviderID)
	is.CustomerID, is.CustomerName = cmp.Or(was.CustomerID, clean(c.CustomerID)), cmp.Or(was.CustomerName, clean(c.CustomerName))
	is.Method = cmp.Or(methodOf(c), was.Method)
	if is == was {
		return nil
	}
	if err := s.saveSession(ctx, q, row, is); err != nil || is.CustomerID == was.CustomerID {
		return err
	}
	return markNewest(ctx, q, is.CustomerID, is.ID)
}

// methodOf is how the employer signed in, by Finch's word.
func methodOf(c finch.Connection) string {
	if c.Assisted {
		return "assisted"
	}
	if len(c.Methods) > 0 {
		return word(c.Methods[0].Type)
	}
	return ""
}
