package store_test

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"perch/internal/finch"
	"perch/store"
)

func TestTokensAreNeverInTheFiles(t *testing.T) {
	t.Parallel()
	p := sqlitePlace(t)
	s := p.open(t)
	secret := "vault-canary-7d41c0ffee"
	g := granted("a", 0)
	g.Token = finch.NewToken(secret)
	grant(t, s, g)
	grant(t, s, granted("b", 1)) // replaced rows leave traces too
	grant(t, s, g)
	check := func(when string) {
		t.Helper()
		files, err := filepath.Glob(p.database + "*")
		if err != nil {
			t.Fatal(err)
		}
		needles := [][]byte{[]byte(secret), []byte(base64.StdEncoding.EncodeToString([]byte(secret))), []byte("cust_1042")}
		var found [3]bool
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for i, needle := range needles {
				found[i] = found[i] || bytes.Contains(content, needle)
			}
		}
		if found[0] || found[1] {
			t.Errorf("%s: token bytes lie in one of %q", when, files)
		}
		if !found[2] {
			t.Errorf("%s: the customer id is not in %q: the search proves nothing", when, files)
		}
	}
	// The log stands apart from the file only while the database is open. The
	// store is not used again after this look: it may have dropped SQLite's locks.
	if _, err := os.Stat(p.database + "-wal"); err != nil {
		t.Errorf("no write-ahead log to look into: %v", err)
	}
	check("open")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	check("closed")
}

func TestSealedTokenIsBoundToItsConnection(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		grant(t, s, named("conn-1", "cust-1", "Acme"), named("conn-2", "cust-2", "Beta"))
		meddle(t, p, `UPDATE tokens SET sealed = (SELECT sealed FROM tokens WHERE connection_id = 'conn-1') WHERE connection_id = 'conn-2'`)
		if tok, err := s.Token(t.Context(), "conn-2"); !errors.Is(err, store.ErrDamaged) || !tok.IsZero() {
			t.Errorf("a token moved to another connection: %v", err)
		}
		if got := token(t, s, "conn-1"); got != "secret of conn-1" {
			t.Errorf("the other is %q", got)
		}
	})
}

// meddle changes a database behind the store's back.
func meddle(t *testing.T, p place, statement string) {
	t.Helper()
	driver := "sqlite"
	if strings.HasPrefix(p.database, "postgres") {
		driver = "pgx"
	}
	pool, err := sql.Open(driver, p.database)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func TestSeveralKeys(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, p place) {
		old, next := p.keys[0], store.NewKey()
		grant(t, p.open(t), named("conn-1", "cust-1", "Acme"))

		p.keys = []store.Key{next, old}
		both := p.open(t)
		grant(t, both, named("conn-2", "cust-2", "Beta"))
		if token(t, both, "conn-1") != "secret of conn-1" || token(t, both, "conn-2") != "secret of conn-2" {
			t.Error("all keys must open")
		}
		for name, keys := range map[string][]store.Key{"the old alone": {old}, "the new alone": {next}, "none": nil} {
			p.keys = keys
			if _, err := store.Open(t.Context(), p.options()); !errors.Is(err, store.ErrKeyMissing) {
				t.Errorf("%s: %v", name, err)
			}
		}
		p.keys = []store.Key{next}
		grant(t, both, named("conn-1", "cust-1", "Acme")) // sealed anew, with the first
		p.open(t)
	})
}

func TestMissingKeyIsNamed(t *testing.T) {
	t.Parallel()
	p := filled(t)
	lost := p.keys[0]
	p.keys = []store.Key{store.NewKey()}
	_, err := store.Open(t.Context(), p.options())
	if err == nil || !strings.Contains(err.Error(), lost.ID()) || strings.Contains(err.Error(), lost.Setting()) {
		t.Errorf("the error must name the key by its fingerprint: %v", err)
	}
}

func TestGrantWithoutAKey(t *testing.T) {
	t.Parallel()
	p := sqlitePlace(t)
	p.keys = nil
	if _, err := p.open(t).Grant(t.Context(), []finch.Grant{named("conn-1", "cust-1", "Acme")}); !errors.Is(err, store.ErrKeyMissing) {
		t.Errorf("got %v", err)
	}
}

func TestKeyHidesItself(t *testing.T) {
	t.Parallel()
	k := store.NewKey()
	encoded, err := json.Marshal(map[string]any{"key": k, "keys": []store.Key{k}})
	if err != nil {
		t.Fatal(err)
	}
	printed := fmt.Sprintf("%v %+v %#v %s %x %q %d %v", k, k, k, k, k, k, k, []store.Key{k}) + string(encoded)
	raw, err := base64.StdEncoding.DecodeString(k.Setting())
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{k.Setting(), string(raw), fmt.Sprintf("%x", raw), fmt.Sprint(raw)} {
		if strings.Contains(printed, secret) {
			t.Errorf("the secret shows in %q", printed)
		}
	}
	if strings.Count(printed, "[redacted]") != 10 {
		t.Errorf("printed %q", printed)
	}
}

func TestParseKeys(t *testing.T) {
	t.Parallel()
	a, b := store.NewKey(), store.NewKey()
	urlSafe := strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(a.Setting())
	for _, c := range []struct {
		name, setting string
		want          []store.Key
	}{
		{"one", a.Setting(), []store.Key{a}},
		{"several", " " + b.Setting() + " \n" + a.Setting(), []store.Key{b, a}},
		{"one twice", a.Setting() + " " + a.Setting(), []store.Key{a}},
		{"URL-safe without padding", urlSafe, []store.Key{a}},
	} {
		if got, err := store.ParseKeys(c.setting); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for name, setting := range map[string]string{
		"empty": " ", "not base64": "hunter2hunter2!!", "too short": "aHVudGVyMg==", "second one bad": a.Setting() + " hunter2",
	} {
		_, err := store.ParseKeys(setting)
		if !errors.Is(err, store.ErrKey) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
