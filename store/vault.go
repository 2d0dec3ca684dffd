package store

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"slices"

	"perch/internal/finch"
	"perch/store/internal/db"
)

// sealedFor is what a ciphertext is bound to: moved to another connection's
// row, it does not open. The prefix names the format.
func sealedFor(connectionID string) []byte { return []byte("perch token 1\x00" + connectionID) }

// seal encrypts a token with the first key: AES-256-GCM with a random nonce,
// which leads the ciphertext.
func (s *Store) seal(connectionID string, t finch.Token) (keyID string, sealed []byte, err error) {
	if len(s.keys) == 0 {
		return "", nil, fmt.Errorf("%w: no key to seal the token with: set PERCH_KEY", ErrKeyMissing)
	}
	aead, err := s.keys[0].aead()
	if err != nil {
		return "", nil, fmt.Errorf("seal a token: %w", err)
	}
	return s.keys[0].id, aead.Seal(nil, nil, []byte(t.Reveal()), sealedFor(connectionID)), nil
}

func (s *Store) unseal(row db.Token) (finch.Token, error) {
	i := slices.IndexFunc(s.keys, func(k Key) bool { return k.id == row.KeyID })
	if i < 0 {
		return finch.Token{}, fmt.Errorf("%w: the token is sealed with key %s: add that key to PERCH_KEY", ErrKeyMissing, row.KeyID)
	}
	aead, err := s.keys[i].aead()
	if err != nil {
		return finch.Token{}, fmt.Errorf("open a sealed token: %w", err)
	}
	plain, err := aead.Open(nil, nil, row.Sealed, sealedFor(row.ConnectionID))
	if err != nil {
		return finch.Token{}, fmt.Errorf("%w: the sealed token was altered: grant it anew", ErrDamaged)
	}
	return finch.NewToken(string(plain)), nil
}

func (k Key) aead() (cipher.AEAD, error) {
	block, err := aes.NewCipher(k.secret[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// checkKeys refuses to open a database with tokens or links that no given key can open:
// better at the start than at the first look.
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
