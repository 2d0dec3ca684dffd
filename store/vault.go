package store

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"slices"

	"perch/store/internal/db"
)

// sealing is what is sealed: a ciphertext is bound to whose it is, so moved to
// another's row it does not open. bound begins with the name of the format.
type sealing struct {
	what  string // in a message
	anew  string // what to do once it was altered
	bound string
}

func tokenOf(connectionID string) sealing {
	return sealing{"token", "grant it anew", "perch token 1\x00" + connectionID}
}

func linkOf(sessionID string) sealing {
	return sealing{"link", "make a new one", "perch link 1\x00" + sessionID}
}

// seal encrypts with the first key: AES-256-GCM with a random nonce, which leads
// the ciphertext.
func (s *Store) seal(of sealing, plain []byte) (keyID string, sealed []byte, err error) {
	if len(s.keys) == 0 {
		return "", nil, fmt.Errorf("%w: no key to seal the %s with: set PERCH_KEY", ErrKeyMissing, of.what)
	}
	aead, err := s.keys[0].aead()
	if err != nil {
		return "", nil, fmt.Errorf("seal a %s: %w", of.what, err)
	}
	return s.keys[0].id, aead.Seal(nil, nil, plain, []byte(of.bound)), nil
}

// unseal opens what seal made. Errors: ErrKeyMissing, ErrDamaged.
func (s *Store) unseal(of sealing, keyID string, sealed []byte) (plain []byte, err error) {
	i := slices.IndexFunc(s.keys, func(k Key) bool { return k.id == keyID })
	if i < 0 {
		return nil, fmt.Errorf("%w: the %s is sealed with key %s: add that key to PERCH_KEY", ErrKeyMissing, of.what, keyID)
	}
	aead, err := s.keys[i].aead()
	if err != nil {
		return nil, fmt.Errorf("open a sealed %s: %w", of.what, err)
	}
	if plain, err = aead.Open(nil, nil, sealed, []byte(of.bound)); err != nil {
		return nil, fmt.Errorf("%w: the sealed %s was altered: %s", ErrDamaged, of.what, of.anew)
	}
	return plain, nil
}

func (k Key) aead() (cipher.AEAD, error) {
	block, err := aes.NewCipher(k.secret[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// checkKeys refuses to open a database with tokens or links that no given key can
// open: better at the start than at the first look.
func (s *Store) checkKeys(ctx context.Context) error {
	ids, err := keyIDs(ctx, s.reader)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if !slices.ContainsFunc(s.keys, func(k Key) bool { return k.id == id }) {
			return fmt.Errorf("%w: tokens are sealed with key %s: add that key to PERCH_KEY, or put its key file back", ErrKeyMissing, id)
		}
	}
	return nil
}

// linksSince is the version of the tables from which on links are sealed too.
const linksSince = 6

// keyIDs are the keys that what is sealed needs. The tables may be older.
func keyIDs(ctx context.Context, pool db.DBTX) ([]string, error) {
	var version int64
	if err := pool.QueryRowContext(ctx, newestApplied).Scan(&version); err != nil {
		return nil, fmt.Errorf("read the database's version: %w", damage(err))
	}
	q := db.New(pool)
	ids, err := q.KeyIDs(ctx)
	if err == nil && version >= linksSince {
		var more []string
		more, err = q.LinkKeyIDs(ctx)
		ids = append(ids, more...)
	}
	if err != nil {
		return nil, fmt.Errorf("read which keys are needed: %w", damage(err))
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}
