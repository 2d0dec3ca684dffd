package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"perch/internal/connect"
	"perch/store/internal/db"
)

// SaveLink keeps what leads into a session that Perch made, sealed, and registers
// the session. Saved again, the new takes the place of the old.
func (s *Store) SaveLink(ctx context.Context, session connect.Session, secrets connect.Secrets) error {
	keyID, sealed, err := s.sealLink(session.ID, secrets)
	if err != nil {
		return fmt.Errorf("keep a Connect link: %w", err)
	}
	err = s.changeSessions(ctx, func(q *db.Queries) error {
		if _, _, err := s.register(ctx, q, session); err != nil {
			return err
		}
		return q.SaveSessionLink(ctx, db.SaveSessionLinkParams{ID: session.ID, Hash: secretHash(secrets.Link), KeyID: keyID, Sealed: sealed})
	})
	if err != nil {
		return fmt.Errorf("keep a Connect link: %w", err)
	}
	return nil
}

// LinkBySecret returns the session of the hosted link with that secret, revoked
// and expired ones too. Errors: connect.ErrUnknown, ErrKeyMissing, ErrDamaged.
func (s *Store) LinkBySecret(ctx context.Context, secret string) (connect.Session, connect.Secrets, error) {
	return s.link(ctx, func(q *db.Queries) (db.SessionLinkOfRow, error) {
		row, err := q.SessionLinkByHash(ctx, secretHash(secret))
		return db.SessionLinkOfRow(row), err
	})
}

// LinkOf returns what leads into a session that Perch made. Errors:
// connect.ErrUnknown if it made none of that id, ErrKeyMissing, ErrDamaged.
func (s *Store) LinkOf(ctx context.Context, sessionID string) (connect.Session, connect.Secrets, error) {
	return s.link(ctx, func(q *db.Queries) (db.SessionLinkOfRow, error) { return q.SessionLinkOf(ctx, clean(sessionID)) })
}

func (s *Store) link(ctx context.Context, find func(*db.Queries) (db.SessionLinkOfRow, error)) (session connect.Session, secrets connect.Secrets, err error) {
	err = s.view(ctx, func(q *db.Queries) error {
		link, err := find(q)
		if missing(err) {
			return fmt.Errorf("%w, or Perch made no link to it", ErrUnknownSession)
		}
		if err != nil {
			return fmt.Errorf("select the link: %w", err)
		}
		row, err := sessionRow(ctx, q, link.ID)
		if err != nil {
			return err
		}
		session = sessionOf(row)
		secrets, err = s.unsealLink(link)
		return err
	})
	if err != nil {
		return connect.Session{}, connect.Secrets{}, fmt.Errorf("read a Connect link: %w", err)
	}
	return session, secrets, nil
}

// RevokeLink notes that a session's link was taken back, at the first time it was.
// at is now if it is zero. Error: connect.ErrUnknown.
func (s *Store) RevokeLink(ctx context.Context, sessionID string, at time.Time) error {
	err := s.changeSessions(ctx, func(q *db.Queries) error {
		n, err := q.RevokeSession(ctx, db.RevokeSessionParams{ID: clean(sessionID), At: stamp(s.moment(at)), Now: stamp(s.now())})
		if err == nil && n == 0 {
			err = fmt.Errorf("%w: %q", ErrUnknownSession, cut(clean(sessionID), wordsLength))
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("revoke a Connect link: %w", err)
	}
	return nil
}

// secretHash finds a link by its secret, which has too many bits to be guessed
// from it; empty for none.
func secretHash(secret string) string {
	if secret == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// storedSecrets fixes how secrets are written before they are sealed: connect
// lets none be written by mistake.
type storedSecrets struct {
	Link     string `json:"link"`
	URL      string `json:"url"`
	Redirect string `json:"redirect"`
	Wishes   string `json:"wishes"`
}

func (s *Store) sealLink(sessionID string, secrets connect.Secrets) (keyID string, sealed []byte, err error) {
	plain, err := json.Marshal(storedSecrets{secrets.Link, secrets.URL, secrets.RedirectURI, secrets.Wishes})
	if err != nil {
		return "", nil, fmt.Errorf("seal a link: %w", err)
	}
	return s.seal(linkOf(sessionID), plain)
}

func (s *Store) unsealLink(row db.SessionLinkOfRow) (connect.Secrets, error) {
	plain, err := s.unseal(linkOf(row.ID), row.KeyID, row.Sealed)
	if err != nil {
		return connect.Secrets{}, err
	}
	var stored storedSecrets
	if json.Unmarshal(plain, &stored) != nil { // its error could quote the link
		return connect.Secrets{}, fmt.Errorf("%w: a sealed link is not as Perch writes it: make a new one", ErrDamaged)
	}
	return connect.Secrets{Link: stored.Link, URL: stored.URL, RedirectURI: stored.Redirect, Wishes: stored.Wishes}, nil
}

// EventKeys are the keys for the tokens that browsers tell of their session with,
// made from those of the vault: the first mints, all verify.
func (s *Store) EventKeys() connect.TokenKeys {
	var keys connect.TokenKeys
	for _, k := range s.keys {
		keys = append(keys, keyed(k.secret[:], "perch events key 1"))
	}
	return keys
}
