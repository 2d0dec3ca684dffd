package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"perch/internal/finch"
	"perch/store/internal/db"
)

// Grant stores access tokens with what Finch said of each, all or none of them.
// For each it reports whether the connection had no token before. A new token
// marks the older one as replaced, one that was known before is taken up again,
// a disconnected connection comes back, and a look at each and a read of each
// of its jobs that has yet to end are due at once. The open Connect sessions of the
// customer, made before the token came, have led to it.
func (s *Store) Grant(ctx context.Context, grants []finch.Grant) (created []bool, err error) {
	created = make([]bool, len(grants))
	err = s.changeAndJudge(ctx, func(q *db.Queries) (bool, error) {
		var granted []string
		var joins []join
		for _, i := range inOrder(grants) {
			c, was, err := s.grant(ctx, q, grants[i])
			if err != nil {
				return false, err
			}
			more, err := joinsOf(ctx, q, c, clean(grants[i].Facts.Introspection.TokenID))
			if err != nil {
				return false, err
			}
			created[i] = !was
			granted, joins = append(granted, c.ID), append(joins, more...)
		}
		if err := s.joinSessions(ctx, q, joins); err != nil { // once all connections are held: see happen
			return false, err
		}
		return s.judge(ctx, q, granted...)
	})
	if err != nil {
		return nil, fmt.Errorf("store access tokens: %w", err)
	}
	s.rouse()
	return created, nil
}

// inOrder are the places of the grants by connection id: two batches that hold
// connections in the same order wait for each other, but never for ever.
func inOrder(grants []finch.Grant) []int {
	places := make([]int, len(grants))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(a, b int) int {
		return cmp.Compare(grants[a].Facts.Introspection.ConnectionID, grants[b].Facts.Introspection.ConnectionID)
	})
	return places
}

// grant stores one token; had tells whether the connection had one before.
func (s *Store) grant(ctx context.Context, q *db.Queries, g finch.Grant) (c finch.Connection, had bool, err error) {
	g.Facts.At = s.moment(g.Facts.At)
	id := g.Facts.Introspection.ConnectionID
	if err := checkGrant(id, g.Token); err != nil {
		return c, false, err
	}
	c, err = loadToChange(ctx, q, id)
	if isUnknown(err) {
		c, err = finch.Connection{ID: id, FirstSeen: g.Facts.At, Created: g.Facts.At}, nil
	}
	if err != nil {
		return c, false, err
	}
	had = c.HasToken
	before := c.Worst()
	c.HasToken, c.DisconnectedAt = true, time.Time{}
	if c.Worst() != before {
		c.StatusSince = g.Facts.At // it was disconnected until now
	}
	if err := s.learnAndSave(ctx, q, &c, g.Facts); err != nil {
		return c, false, err
	}
	if !had { // a look shows no more than before
		if _, err := s.soilBound(ctx, q, c.ID); err != nil {
			return c, false, err
		}
	}
	if err := markRemoved(ctx, q, id, false); err != nil {
		return c, false, err
	}
	return c, had, s.keepToken(ctx, q, g)
}

// markRemoved notes whether somebody here asked for the end of a connection: then
// nothing of it is a problem.
func markRemoved(ctx context.Context, q *db.Queries, id string, removed bool) error {
	if err := q.MarkRemoved(ctx, db.MarkRemovedParams{ID: id, Removed: flag(removed)}); err != nil {
		return fmt.Errorf("note who ended the connection: %w", err)
	}
	return nil
}

// checkGrant refuses what could not be stored or found again.
func checkGrant(id string, token finch.Token) error {
	switch {
	case !usable(id):
		return errors.New("no usable connection id in what Finch said")
	case token.IsZero():
		return errors.New("the access token is empty")
	}
	return nil
}

// keepToken puts the token into the vault and into the history, and queues a look.
func (s *Store) keepToken(ctx context.Context, q *db.Queries, g finch.Grant) error {
	id, tokenID := g.Facts.Introspection.ConnectionID, clean(g.Facts.Introspection.TokenID)
	at, now := stamp(g.Facts.At), stamp(s.now())
	keyID, sealed, err := s.seal(tokenOf(id), []byte(g.Token.Reveal()))
	if err != nil {
		return err
	}
	err = q.SaveToken(ctx, db.SaveTokenParams{ConnectionID: id, TokenID: tokenID, KeyID: keyID, Sealed: sealed, Granted: now})
	if err != nil {
		return fmt.Errorf("save the token: %w", err)
	}
	if err := q.OpenTokenSpan(ctx, db.OpenTokenSpanParams{ConnectionID: id, TokenID: tokenID, At: at}); err != nil {
		return fmt.Errorf("note the token: %w", err)
	}
	if err := q.ReplaceOtherTokens(ctx, db.ReplaceOtherTokensParams{ConnectionID: id, TokenID: tokenID, At: at}); err != nil {
		return fmt.Errorf("note older tokens as replaced: %w", err)
	}
	if err := q.ScheduleLook(ctx, db.ScheduleLookParams{ID: id, At: now}); err != nil {
		return fmt.Errorf("queue a look: %w", err)
	}
	return resumeReads(ctx, q, id, s.now())
}

// Token returns the connection's access token. Errors: ErrUnknown, ErrNoToken,
// ErrKeyMissing, ErrDamaged.
func (s *Store) Token(ctx context.Context, connectionID string) (finch.Token, error) {
	var token finch.Token
	err := s.view(ctx, func(q *db.Queries) error {
		row, err := q.Token(ctx, clean(connectionID))
		if missing(err) {
			return whyNoToken(ctx, q, connectionID)
		}
		if err != nil {
			return fmt.Errorf("select the token: %w", err)
		}
		token, err = s.unsealToken(row)
		return err
	})
	if err != nil {
		return finch.Token{}, fmt.Errorf("read an access token: %w", err)
	}
	return token, nil
}

func whyNoToken(ctx context.Context, q *db.Queries, id string) error {
	if _, err := load(ctx, q, id); err != nil {
		return err
	}
	return fmt.Errorf("%w: %s", ErrNoToken, id)
}

// Forget removes the connection's access token and ends the looks at it and
// the reads of its jobs; what is known stays, in the tab of the disconnected. Its
// problems are closed, and none opens: somebody here asked for its end. Error:
// ErrUnknown.
func (s *Store) Forget(ctx context.Context, connectionID string) error {
	err := s.changeAndJudge(ctx, func(q *db.Queries) (bool, error) {
		c, err := loadToChange(ctx, q, connectionID)
		if err != nil {
			return false, err
		}
		if err := s.end(ctx, q, c, millis(s.now())); err != nil {
			return false, err
		}
		if err := markRemoved(ctx, q, c.ID, true); err != nil {
			return false, err
		}
		return s.judge(ctx, q, c.ID)
	})
	if err != nil {
		return fmt.Errorf("forget an access token: %w", err)
	}
	return nil
}

// Lost records that Finch called this token revoked, at the given time: the
// connection counts as disconnected and the looks at it end, as do
// the reads of its jobs. Where the vault
// holds another token by now, or none, nothing changes. Error: ErrUnknown.
func (s *Store) Lost(ctx context.Context, connectionID string, token finch.Token, at time.Time) error {
	err := s.changeAndJudge(ctx, func(q *db.Queries) (bool, error) {
		c, err := loadToChange(ctx, q, connectionID)
		if err != nil {
			return false, err
		}
		if holds, err := s.holds(ctx, q, c.ID, token); err != nil || !holds {
			return false, err
		}
		at = s.moment(at)
		if err := s.end(ctx, q, c, at); err != nil {
			return false, err
		}
		err = noteStep(ctx, q, finch.Change{
			ConnectionID: c.ID, From: c.Report.Status, To: finch.Disconnected, At: at, Source: finch.FromIntrospect,
		})
		if err != nil {
			return false, err
		}
		return s.judge(ctx, q, c.ID)
	})
	if err != nil {
		return fmt.Errorf("record a revoked token: %w", err)
	}
	s.rouse()
	return nil
}

func (s *Store) unsealToken(row db.Token) (finch.Token, error) {
	plain, err := s.unseal(tokenOf(row.ConnectionID), row.KeyID, row.Sealed)
	if err != nil {
		return finch.Token{}, err
	}
	return finch.NewToken(string(plain)), nil
}

// holds reports whether this very token is in the vault.
func (s *Store) holds(ctx context.Context, q *db.Queries, id string, token finch.Token) (bool, error) {
	row, err := q.Token(ctx, id)
	if missing(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("select the token: %w", err)
	}
	kept, err := s.unsealToken(row)
	return kept == token, err
}

// end takes the token out of the vault and the connection out of the queue.
func (s *Store) end(ctx context.Context, q *db.Queries, c finch.Connection, at time.Time) error {
	before := c.Worst()
	c.HasToken = false
	if c.DisconnectedAt.IsZero() {
		c.DisconnectedAt = at
	}
	settle(&c, before, at)
	if err := save(ctx, q, c); err != nil {
		return err
	}
	if _, err := s.soilBound(ctx, q, c.ID); err != nil {
		return err
	}
	if err := q.DropToken(ctx, c.ID); err != nil {
		return fmt.Errorf("remove the token: %w", err)
	}
	if err := q.EndLooks(ctx, c.ID); err != nil {
		return fmt.Errorf("end the looks: %w", err)
	}
	return endReads(ctx, q, c.ID)
}

// seeToken notes that the token a look was made with still works.
func seeToken(ctx context.Context, q *db.Queries, f finch.Facts) error {
	err := q.SeeToken(ctx, db.SeeTokenParams{
		ConnectionID: f.Introspection.ConnectionID, TokenID: clean(f.Introspection.TokenID), At: stamp(f.At),
	})
	if err != nil {
		return fmt.Errorf("note that the token was seen: %w", err)
	}
	return nil
}

// tokensSeen are the latest five tokens, the current one first.
func tokensSeen(ctx context.Context, q *db.Queries, id string) ([]finch.TokenSeen, error) {
	rows, err := q.TokenHistory(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("select the token history: %w", err)
	}
	var seen []finch.TokenSeen
	for _, r := range rows {
		seen = append(seen, finch.TokenSeen{
			ID: r.TokenID, FirstSeen: timeOf(r.FirstSeen), LastSeen: timeOf(r.LastSeen), Replaced: timeOf(r.Replaced),
		})
	}
	return seen, nil
}
