package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"perch/store"
)

func TestKeyFileIsMadeOnceForANewDatabase(t *testing.T) {
	t.Parallel()
	p := sqlitePlace(t)
	path := p.database + ".key"
	first, err := store.KeysFor(t.Context(), p.database, "")
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("key file: %v, %v", info, err)
	}
	p.keys = first
	grant(t, p.open(t), named("conn-1", "cust-1", "Acme"))
	again, err := store.KeysFor(t.Context(), p.database, "")
	if err != nil || !slices.Equal(first, again) {
		t.Errorf("the second time: another key, or %v", err)
	}
	own := store.NewKey()
	if set, err := store.KeysFor(t.Context(), p.database, own.Setting()); err != nil || !slices.Equal(set, []store.Key{own}) {
		t.Errorf("PERCH_KEY must win over the file: %v", err)
	}
}

func TestNoNewKeyForSealedTokens(t *testing.T) {
	t.Parallel()
	p := filled(t)
	_, err := store.KeysFor(t.Context(), p.database, "")
	if !errors.Is(err, store.ErrKeyMissing) || !strings.Contains(err.Error(), p.keys[0].ID()) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(p.database + ".key"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a key file was made: %v", err)
	}
}

func TestNewKeyForADatabaseWithoutTokens(t *testing.T) {
	t.Parallel()
	p := sqlitePlace(t)
	if err := p.open(t).Close(); err != nil {
		t.Fatal(err)
	}
	if keys, err := store.KeysFor(t.Context(), p.database, ""); err != nil || len(keys) != 1 {
		t.Errorf("%d keys, %v", len(keys), err)
	}
}

func TestKeyFilesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, content string
		mode          os.FileMode
		says          string
	}{
		{"others may read it", store.NewKey().Setting(), 0o640, "chmod 600"},
		{"empty", "", 0o600, "0 bytes instead of 32"},
		{"two keys", store.NewKey().Setting() + " " + store.NewKey().Setting(), 0o600, "not base64"},
		{"not a key", "hunter2!", 0o600, "not base64"},
	} {
		database := filepath.Join(t.TempDir(), "perch.db")
		if err := os.WriteFile(database+".key", []byte(c.content), c.mode); err != nil {
			t.Fatal(err)
		}
		_, err := store.KeysFor(t.Context(), database, "")
		if !errors.Is(err, store.ErrKey) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
}

func TestKeysForPostgres(t *testing.T) {
	t.Parallel()
	if _, err := store.KeysFor(t.Context(), "postgres://perch@localhost/perch", ""); !errors.Is(err, store.ErrKeyMissing) {
		t.Errorf("without PERCH_KEY: %v", err)
	}
	k := store.NewKey()
	if keys, err := store.KeysFor(t.Context(), "postgres://perch@localhost/perch", k.Setting()); err != nil || !slices.Equal(keys, []store.Key{k}) {
		t.Errorf("with PERCH_KEY: %v", err)
	}
}
