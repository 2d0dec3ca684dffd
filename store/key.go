package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
)

const keySize = 32 // AES-256

// Key encrypts access tokens at rest. Whatever prints a Key, in any verb or
// encoding, prints "[redacted]".
type Key struct {
	id     string
	secret [keySize]byte
}

// NewKey makes a key of random bytes.
func NewKey() Key {
	var k Key
	rand.Read(k.secret[:]) // never fails: crypto/rand ends the program instead
	k.id = fingerprint(k.secret[:])
	return k
}

// ID is the key's fingerprint, which is no secret: it stands beside each
// ciphertext and in the errors that ask for a key.
func (k Key) ID() string { return k.id }

// Setting is the key as PERCH_KEY and key files carry it, base64. It reveals
// the secret.
func (k Key) Setting() string { return base64.StdEncoding.EncodeToString(k.secret[:]) }

const redacted = "[redacted]"

func (k Key) String() string               { return redacted }
func (k Key) GoString() string             { return redacted }
func (k Key) Format(f fmt.State, _ rune)   { fmt.Fprint(f, redacted) }
func (k Key) MarshalText() ([]byte, error) { return []byte(redacted), nil }
func (k Key) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

func fingerprint(secret []byte) string {
	sum := sha256.Sum256(append([]byte("perch key\x00"), secret...))
	return hex.EncodeToString(sum[:8])
}

// ParseKeys reads PERCH_KEY: base64 of 32 bytes, several separated by spaces.
// The first seals, all open. Its errors (ErrKey) name a key by its place.
func ParseKeys(setting string) ([]Key, error) {
	var keys []Key
	for i, word := range strings.Fields(setting) {
		k, err := parseKey(word)
		if err != nil {
			return nil, fmt.Errorf("PERCH_KEY, key %d: %w", i+1, err)
		}
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%w: PERCH_KEY is empty: give it base64 of 32 random bytes (openssl rand -base64 32)", ErrKey)
	}
	return keys, nil
}

func parseKey(word string) (Key, error) {
	standard := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(word, "="))
	raw, err := base64.RawStdEncoding.DecodeString(standard)
	switch {
	case err != nil: // the cause could quote the key
		return Key{}, fmt.Errorf("%w: not base64 (make one with openssl rand -base64 32)", ErrKey)
	case len(raw) != keySize:
		return Key{}, fmt.Errorf("%w: %d bytes instead of %d (make one with openssl rand -base64 32)", ErrKey, len(raw), keySize)
	}
	k := Key{id: fingerprint(raw)}
	copy(k.secret[:], raw)
	return k, nil
}

// KeysFor finds the keys of a database: those of setting (PERCH_KEY), else, for
// SQLite, the one in the key file <database>.key. A missing key file is made,
// unless the database already holds tokens: a new key could not open them
// (ErrKeyMissing). A key file that others may read is refused (ErrKey).
func KeysFor(ctx context.Context, database, setting string) ([]Key, error) {
	keys, err := KeysFound(database, setting)
	if err != nil || len(keys) > 0 {
		return keys, err
	}
	k, err := firstKey(ctx, database, database+".key")
	if err != nil {
		return nil, err
	}
	return []Key{k}, nil
}

// KeysFound is KeysFor that makes nothing: where there is no key file yet, there
// is no key and no error.
func KeysFound(database, setting string) ([]Key, error) {
	switch {
	case strings.TrimSpace(setting) != "":
		return ParseKeys(setting)
	case isPostgres(database):
		return nil, fmt.Errorf("%w: PostgreSQL needs PERCH_KEY: give it base64 of 32 random bytes (openssl rand -base64 32) and keep a copy", ErrKeyMissing)
	}
	if err := checkPath(database); err != nil {
		return nil, err
	}
	k, err := readKeyFile(database + ".key")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []Key{k}, nil
}

// firstKey makes the key file of a database that has sealed nothing yet.
func firstKey(ctx context.Context, database, path string) (Key, error) {
	found, err := probe(ctx, database, probePragmas)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return Key{}, err
	case len(found.keyIDs) > 0:
		return Key{}, fmt.Errorf("%w: the tokens in %s are sealed with key %s: put its key file back at %s, or set PERCH_KEY",
			ErrKeyMissing, database, strings.Join(found.keyIDs, ", "), path)
	}
	k := NewKey()
	err = writeKeyFile(path, k)
	if errors.Is(err, fs.ErrExist) { // another process was quicker: its key counts
		return readKeyFile(path)
	}
	return k, err
}

func readKeyFile(path string) (Key, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Key{}, fmt.Errorf("look for the key file: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return Key{}, fmt.Errorf("%w: others may read %s (mode %04o): run chmod 600 on it", ErrKey, path, mode)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Key{}, fmt.Errorf("read the key file: %w", err)
	}
	k, err := parseKey(strings.TrimSpace(string(text)))
	if err != nil {
		return Key{}, fmt.Errorf("key file %s: %w", path, err)
	}
	return k, nil
}

// writeKeyFile never replaces a file: an overwritten key is lost tokens.
func writeKeyFile(path string, k Key) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("make the key file: %w", err)
	}
	_, err = file.WriteString(k.Setting() + "\n")
	err = errors.Join(err, file.Sync(), file.Close())
	if err != nil {
		return fmt.Errorf("write the key file: %w", errors.Join(err, os.Remove(path)))
	}
	return nil
}
