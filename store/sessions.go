package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"perch/internal/connect"
	"perch/store/internal/db"
)

// ErrUnknownSession: no Connect session of that id is known.
var ErrUnknownSession = connect.ErrUnknown

// RegisterSession makes a Connect session known, or adds to what is known of it:
// gaps are filled, names corrected, all else stays as it was first told. Of what is
// said of another customer's session nothing is learned. It returns what is known
// then. The session is due to be read.
func (s *Store) RegisterSession(ctx context.Context, said connect.Session) (known connect.Session, created bool, err error) {
	err = s.changeSessions(ctx, func(q *db.Queries) error {
		var row db.SessionLine
		row, created, err = s.register(ctx, q, said)
		known = sessionOf(row)
		return err
	})
	if err != nil {
		return connect.Session{}, false, fmt.Errorf("register a Connect session: %w", err)
	}
	return known, created, nil
}

// changeSessions is change for what may make sessions due: whoever reads them is
// woken after the commit.
func (s *Store) changeSessions(ctx context.Context, fn func(*db.Queries) error) error {
	err := s.change(ctx, fn)
	if err == nil {
		s.rouse()
	}
	return err
}

func (s *Store) register(ctx context.Context, q *db.Queries, said connect.Session) (row db.SessionLine, created bool, err error) {
	row, created, err = s.note(ctx, q, said)
	if err != nil || !created {
		return row, created, err
	}
	if err := markNewest(ctx, q, row.CustomerID, row.ID); err != nil {
		return db.SessionLine{}, false, err
	}
	if err := s.joinLate(ctx, q, row); err != nil {
		return db.SessionLine{}, false, err
	}
	row, err = sessionRow(ctx, q, row.ID)
	return row, true, err
}

// note is register but for who of the customer's sessions is the last one.
func (s *Store) note(ctx context.Context, q *db.Queries, said connect.Session) (row db.SessionLine, created bool, err error) {
	if !usable(said.ID) {
		return db.SessionLine{}, false, errors.New("it has no usable id")
	}
	said = s.tidySession(said)
	added, err := q.AddSession(ctx, s.addSessionParams(said))
	if err != nil {
		return db.SessionLine{}, false, fmt.Errorf("add the session: %w", err)
	}
	if added > 0 { // nobody else sees it yet
		row, err = sessionRow(ctx, q, said.ID)
		return row, true, err
	}
	if row, err = sessionToChange(ctx, q, said.ID); err != nil {
		return db.SessionLine{}, false, err
	}
	was := storedSession(row)
	is := mergeSession(was, said)
	if is == was {
		return row, false, nil
	}
	if err := s.saveSession(ctx, q, row, is); err != nil {
		return db.SessionLine{}, false, err
	}
	if was.CustomerID != is.CustomerID {
		if err := markNewest(ctx, q, is.CustomerID, is.ID); err != nil {
			return db.SessionLine{}, false, err
		}
	}
	row, err = sessionRow(ctx, q, is.ID)
	return row, false, err
}

// mergeSession is what is known of a session after it was known as was and is now
// said to be so. An employer may choose another provider on the way; but what was
// no reconnect becomes none by the connection that it made.
func mergeSession(was, said connect.Session) connect.Session {
	if other(was, said) {
		return was
	}
	is := was
	is.CustomerID, is.CustomerName = cmp.Or(was.CustomerID, said.CustomerID), cmp.Or(said.CustomerName, was.CustomerName)
	is.ConnectionID, is.ProviderID = cmp.Or(was.ConnectionID, said.ConnectionID), cmp.Or(said.ProviderID, was.ProviderID)
	is.Method, is.Maker = cmp.Or(said.Method, was.Method), cmp.Or(was.Maker, said.Maker)
	is.Sandbox = was.Sandbox || said.Sandbox
	if was.Expires.IsZero() {
		is.Expires = said.Expires
	}
	if was.Revoked.IsZero() {
		is.Revoked = said.Revoked
	}
	return is
}

// other reports whether a session is said to be of another customer than it is.
func other(known, said connect.Session) bool {
	return known.CustomerID != "" && said.CustomerID != "" && known.CustomerID != said.CustomerID
}

// tidySession brings what is said of a session to the form in which it is stored.
func (s *Store) tidySession(c connect.Session) connect.Session {
	c.CustomerID, c.ConnectionID = cut(clean(c.CustomerID), idLength), cut(clean(c.ConnectionID), idLength)
	c.CustomerName = cut(clean(c.CustomerName), nameLength)
	c.ProviderID, c.ProviderName, c.Method, c.Maker = word(c.ProviderID), "", word(c.Method), word(c.Maker)
	c.Source = connect.Source(word(string(c.Source)))
	c.Created, c.Expires, c.Revoked = s.moment(c.Created), millis(c.Expires), millis(c.Revoked)
	return c
}

// How much is kept of a customer's name and of ids; Finch takes 255 characters, and
// of an id all of them count.
const (
	nameLength = 300
	idLength   = 255
)

func (s *Store) addSessionParams(c connect.Session) db.AddSessionParams {
	return db.AddSessionParams{
		ID: c.ID, CustomerID: c.CustomerID, CustomerName: c.CustomerName, ConnectionID: c.ConnectionID,
		ProviderID: c.ProviderID, Method: c.Method, Reconnect: flag(c.Reconnect), Sandbox: flag(c.Sandbox),
		Source: string(c.Source), Maker: c.Maker, Created: stamp(c.Created), Expires: stamp(c.Expires), Revoked: stamp(c.Revoked),
		Noted: stamp(s.now()), NameFolded: fold(c.CustomerName), IDFolded: fold(c.ID), CustomerFolded: fold(c.CustomerID),
		IdsFolded: sessionIDs(c), Due: stamp(s.now()),
	}
}

// saveSession writes what is known of a session over its row, and makes it due.
func (s *Store) saveSession(ctx context.Context, q *db.Queries, row db.SessionLine, c connect.Session) error {
	err := q.SaveSession(ctx, db.SaveSessionParams{
		Num: row.Num, CustomerID: c.CustomerID, CustomerName: c.CustomerName, ConnectionID: c.ConnectionID,
		ProviderID: c.ProviderID, Method: c.Method, Reconnect: flag(c.Reconnect), Sandbox: flag(c.Sandbox),
		Source: string(c.Source), Maker: c.Maker, Created: stamp(c.Created), Expires: stamp(c.Expires), Revoked: stamp(c.Revoked),
		NameFolded: fold(c.CustomerName), CustomerFolded: fold(c.CustomerID), IdsFolded: sessionIDs(c), Due: stamp(s.now()),
	})
	if err != nil {
		return fmt.Errorf("save the session: %w", err)
	}
	return nil
}

func sessionIDs(c connect.Session) string {
	return lines(fold(c.ID), fold(c.CustomerID), fold(c.ConnectionID))
}

// markNewest notes which of a customer's sessions is the last one. Those of
// customers whose id nobody told stand alone.
func markNewest(ctx context.Context, q *db.Queries, customerID, id string) error {
	if customerID == "" {
		if err := q.MarkAlone(ctx, id); err != nil {
			return fmt.Errorf("note that the session stands alone: %w", err)
		}
		return nil
	}
	num, err := q.NewestSession(ctx, customerID)
	if missing(err) {
		return nil
	}
	if err == nil {
		err = q.MarkNewest(ctx, db.MarkNewestParams{CustomerID: customerID, Num: num})
	}
	if err != nil {
		return fmt.Errorf("note which session is the customer's last: %w", err)
	}
	return nil
}

// sessionToChange reads a session that nobody else changes until the transaction
// ends.
func sessionToChange(ctx context.Context, q *db.Queries, id string) (db.SessionLine, error) {
	if err := q.HoldSession(ctx, clean(id)); err != nil {
		return db.SessionLine{}, fmt.Errorf("hold the session: %w", err)
	}
	return sessionRow(ctx, q, id)
}

func sessionRow(ctx context.Context, q *db.Queries, id string) (db.SessionLine, error) {
	row, err := q.SessionByID(ctx, clean(id))
	if missing(err) {
		return db.SessionLine{}, fmt.Errorf("%w: %q", ErrUnknownSession, cut(clean(id), wordsLength))
	}
	if err != nil {
		return db.SessionLine{}, fmt.Errorf("select the session: %w", err)
	}
	return row, nil
}

// storedSession is a session as it was told.
func storedSession(r db.SessionLine) connect.Session {
	return connect.Session{
		ID: r.ID, CustomerID: r.CustomerID, CustomerName: r.CustomerName, ConnectionID: r.ConnectionID,
		ProviderID: r.ProviderID, Method: r.Method, Reconnect: r.Reconnect != 0, Sandbox: r.Sandbox != 0,
		Source: connect.Source(r.Source), Maker: r.Maker,
		Created: timeOf(r.Created), Expires: timeOf(r.Expires), Revoked: timeOf(r.Revoked),
	}
}

// sessionOf is a session with what goes without saying: its provider's name, and
// when it ends.
func sessionOf(r db.SessionLine) connect.Session {
	c := storedSession(r)
	c.ProviderName, c.Expires = cmp.Or(r.ProviderName, r.ProviderID), c.Ends()
	return c
}
