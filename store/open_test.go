package store_test

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"perch/internal/finch"
	"perch/store"
)

// sqlite runs statements on a file as another program would.
func sqlite(t *testing.T, path string, statements ...string) {
	t.Helper()
	pool, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for _, statement := range statements {
		if _, err := pool.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

// filled is a closed Perch database with a connection in it.
func filled(t *testing.T) place {
	t.Helper()
	p := sqlitePlace(t)
	s := p.open(t)
	grant(t, s, finch.Grant{Token: finch.NewToken("tok-1"), Facts: harbor(start)})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOpenRefusesAndOverwritesNothing(t *testing.T) {
	t.Parallel()
	rewrite := func(change func([]byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			content, err := os.ReadFile(path)
			if err == nil {
				err = os.WriteFile(path, change(content), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	run := func(statements ...string) func(*testing.T, string) {
		return func(t *testing.T, path string) { sqlite(t, path, statements...) }
	}
	anew := func(statements ...string) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			sqlite(t, path, statements...)
		}
	}
	for _, c := range []struct {
		name   string
		change func(*testing.T, string)
		want   error
		says   string
	}{
		{"another program's tables", anew("CREATE TABLE notes (id)"), store.ErrForeign, "another file"},
		{"another program's tables of our names", anew("CREATE TABLE connections (id)"), store.ErrForeign, "another file"},
		{"another program's mark", anew("PRAGMA application_id = 42"), store.ErrForeign, "another file"},
		{"another program's file in WAL mode", anew("PRAGMA journal_mode = WAL", "CREATE TABLE notes (id)"), store.ErrForeign, "another file"},
		{"no SQLite file", rewrite(func([]byte) []byte { return []byte(strings.Repeat("dear diary ", 100)) }), store.ErrDamaged, "backup"},
		{"its first page overwritten", rewrite(func(b []byte) []byte {
			return append(append(bytes.Clone(b[:100]), bytes.Repeat([]byte{0xff}, 4000)...), b[4100:]...)
		}), store.ErrDamaged, "backup"},
		{"cut off in the middle", rewrite(func(b []byte) []byte { return b[:len(b)/2] }), store.ErrDamaged, "backup"},
		{"made by a newer Perch", run("INSERT INTO perch_migrations (version_id, is_applied) VALUES (99, 1)"), store.ErrNewer, fmt.Sprintf("version 99, this Perch knows up to %d", newestMigration(t))},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := filled(t)
			c.change(t, p.database)
			before := hash(t, p.database)
			s, err := store.Open(t.Context(), p.options())
			if err == nil {
				s.Close()
			}
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %v with %q", err, c.want, c.says)
			}
			if _, err := store.KeysFor(t.Context(), p.database, ""); !errors.Is(err, c.want) {
				t.Errorf("KeysFor: got %v, want %v", err, c.want)
			}
			if hash(t, p.database) != before {
				t.Error("the file was changed")
			}
		})
	}
}

// newestMigration is the number of the last one.
func newestMigration(t *testing.T) int {
	t.Helper()
	files, err := os.ReadDir(filepath.Join("migrations", "sqlite")) // in the order of their names
	if err != nil {
		t.Fatal(err)
	}
	number, _, _ := strings.Cut(files[len(files)-1].Name(), "_")
	n, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func hash(t *testing.T, path string) [sha256.Size]byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(content)
}

func TestOpenOfAPlaceThatCannotBe(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, database, says string }{
		{"none", "", "set PERCH_DATABASE"},
		{"a missing folder", filepath.Join(folder, "none", "perch.db"), "does not exist: make it"},
		{"a file as folder", filepath.Join(file, "perch.db"), "is not a folder"},
		{"a folder", folder, "is a folder: set PERCH_DATABASE to a file in it"},
		{"another kind of database", "mysql://user:hunter2@host/db", `of the kind "mysql"`},
		{"no such server", "postgres://perch:hunter2@127.0.0.1:1/perch?connect_timeout=2", "PostgreSQL does not answer"},
		{"an unreadable URL", "postgres://perch:hunter2@host:port/perch", "PERCH_DATABASE"},
	} {
		_, err := store.Open(t.Context(), store.Options{Database: c.database, Keys: []store.Key{store.NewKey()}})
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v, want %q", c.name, err, c.says)
		}
	}
}

func TestOpenOfANewFile(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"perch.db", "100% sure? #1 é.db"} {
		p := sqlitePlace(t)
		p.database = filepath.Join(t.TempDir(), name)
		s := p.open(t)
		if err := s.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		grant(t, s, named("conn-1", "cust-1", "Acme"))
		for _, suffix := range []string{"", "-wal"} {
			info, err := os.Stat(p.database + suffix)
			if err != nil {
				t.Fatal(err)
			}
			if info.Mode().Perm() != 0o600 {
				t.Errorf("%s%s has mode %04o: others may read who the customers are", name, suffix, info.Mode().Perm())
			}
		}
	}
}

func TestOpenOfAnEmptyFile(t *testing.T) {
	t.Parallel()
	p := sqlitePlace(t)
	if err := os.WriteFile(p.database, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	grant(t, p.open(t), named("conn-1", "cust-1", "Acme"))
}

func TestOneServesAndOthersMayOpen(t *testing.T) {
	t.Parallel()
	p := sqlitePlace(t)
	serve := p.options()
	serve.Exclusive = true
	first, err := store.Open(t.Context(), serve)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), serve); !errors.Is(err, store.ErrInUse) {
		t.Errorf("a second serve: %v", err)
	}
	grant(t, p.open(t), named("conn-1", "cust-1", "Acme")) // another command
	connection(t, first, "conn-1")
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := store.Open(t.Context(), serve)
	if err != nil {
		t.Fatalf("after the first ended: %v", err)
	}
	second.Close()
}

func TestSeveralStartTogether(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				s, err := store.Open(t.Context(), p.options())
				if err != nil {
					t.Error(err)
					return
				}
				s.Close()
			})
		}
		group.Wait()
	})
}

func TestOpenRefusesOnPostgres(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, change string
		want         error
	}{
		{"made by a newer Perch", "INSERT INTO perch_migrations (version_id, is_applied) VALUES (99, true)", store.ErrNewer},
		{"another program's tables", "DROP TABLE perch_migrations", store.ErrForeign},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := postgresPlace(t)
			p.open(t)
			pool, err := sql.Open("pgx", p.database)
			if err != nil {
				t.Fatal(err)
			}
			defer pool.Close()
			if _, err := pool.ExecContext(t.Context(), c.change); err != nil {
				t.Fatal(err)
			}
			if _, err := store.Open(t.Context(), p.options()); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}
