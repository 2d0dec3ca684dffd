package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"perch/internal/finch"
	"perch/store"
)

func inspect(t *testing.T, p place) store.Report {
	t.Helper()
	report, err := store.Inspect(t.Context(), p.options())
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestInspectTellsWhatThereIs(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		if got := inspect(t, p); got.Exists || got.Version != 0 || got.Newest == 0 || got.Read {
			t.Errorf("of nothing: %+v", got)
		}
		s := p.open(t)
		if got := inspect(t, p); !got.Exists || got.Version != got.Newest || !got.Read || !got.Token.IsZero() {
			t.Errorf("of an empty one: %+v", got)
		}
		grant(t, s, named("conn-1", "cust-1", "Acme"), named("conn-2", "cust-2", "Beta"))
		if err := s.Lost(t.Context(), "conn-1", finch.NewToken("secret of conn-1"), start.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		for _, when := range []string{"while it is open", "after it was closed"} {
			got := inspect(t, p)
			if got.Counts.Live != 1 || got.Counts.Disconnected != 1 || got.Token.Reveal() != "secret of conn-2" || !got.Read {
				t.Errorf("%s: %+v", when, got)
			}
			s.Close()
		}
		p.keys = nil
		if got, err := store.Inspect(t.Context(), p.options()); !errors.Is(err, store.ErrKeyMissing) || !got.Exists {
			t.Errorf("without the key: %+v, %v", got, err)
		}
	})
}

func TestInspectRefusesAsOpenDoes(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		p.open(t).Close()
		meddle(t, p, `INSERT INTO perch_migrations (version_id, is_applied) VALUES (99, true)`)
		if _, err := store.Inspect(t.Context(), p.options()); !errors.Is(err, store.ErrNewer) {
			t.Errorf("a newer Perch's: %v", err)
		}
		meddle(t, p, `DROP TABLE perch_migrations`)
		if strings.HasPrefix(p.database, "postgres") {
			if _, err := store.Inspect(t.Context(), p.options()); !errors.Is(err, store.ErrForeign) {
				t.Errorf("another program's: %v", err)
			}
		}
	})
	for name, content := range map[string][]byte{
		"no SQLite file": bytes.Repeat([]byte("dear diary "), 100),
	} {
		p := sqlitePlace(t)
		if err := os.WriteFile(p.database, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Inspect(t.Context(), p.options()); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	p := sqlitePlace(t)
	sqlite(t, p.database, "CREATE TABLE notes (id)")
	if _, err := store.Inspect(t.Context(), p.options()); !errors.Is(err, store.ErrForeign) {
		t.Errorf("another program's: %v", err)
	}
	p.database = filepath.Join(t.TempDir(), "none", "perch.db")
	if _, err := store.Inspect(t.Context(), p.options()); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("a folder that is missing: %v", err)
	}
}

func TestLookingLeavesEverythingAsItWas(t *testing.T) {
	t.Parallel()
	for _, p := range []place{sqlitePlace(t), filled(t)} {
		folder := filepath.Dir(p.database)
		before := files(t, folder)
		if keys, err := store.KeysFound(p.database, ""); err != nil || len(keys) != 0 {
			t.Errorf("found %d keys where there is no key file: %v", len(keys), err)
		}
		inspect(t, p)
		if after := files(t, folder); !slices.Equal(after, before) {
			t.Errorf("there were %q, now there are %q", before, after)
		}
	}
}

// files are the files of a folder, each with a hash of what it holds.
func files(t *testing.T, folder string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, name := range names {
		sum := hash(t, name)
		all = append(all, filepath.Base(name)+" "+string(sum[:4]))
	}
	return all
}

func TestKeysFound(t *testing.T) {
	t.Parallel()
	p := sqlitePlace(t)
	made, err := store.KeysFor(t.Context(), p.database, "")
	if err != nil {
		t.Fatal(err)
	}
	if found, err := store.KeysFound(p.database, ""); err != nil || !slices.Equal(found, made) {
		t.Errorf("the key file's: %v", err)
	}
	if _, err := store.KeysFound("postgres://perch@localhost/perch", ""); !errors.Is(err, store.ErrKeyMissing) {
		t.Errorf("PostgreSQL without PERCH_KEY: %v", err)
	}
}
