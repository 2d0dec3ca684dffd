package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/rs/zerolog"

	"perch/internal/finch"
	"perch/store"
)

// start is a whole number of milliseconds, as times are stored.
var start = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

// clock is a hand-moved clock for a store under test.
type clock struct{ ms atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.ms.Store(start.UnixMilli())
	return c
}

func (c *clock) now() time.Time          { return time.UnixMilli(c.ms.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.ms.Add(d.Milliseconds()) }

// place is a database that a test may open as often as it likes.
type place struct {
	database string
	keys     []store.Key
	clock    *clock
}

func (p place) open(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), p.options())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func (p place) options() store.Options {
	return store.Options{Database: p.database, Keys: p.keys, Now: p.clock.now, Log: zerolog.Nop()}
}

// onEach runs a test on a new database of each kind: SQLite always, PostgreSQL
// where PERCH_TEST_POSTGRES holds its URL.
func onEach(t *testing.T, test func(t *testing.T, p place)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, sqlitePlace(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, postgresPlace(t))
	})
}

func sqlitePlace(t testing.TB) place {
	return place{database: filepath.Join(t.TempDir(), "perch.db"), keys: []store.Key{store.NewKey()}, clock: newClock()}
}

// postgresPlace makes a schema of its own for the test.
func postgresPlace(t testing.TB) place {
	t.Helper()
	server := os.Getenv("PERCH_TEST_POSTGRES")
	if server == "" {
		t.Skip("PERCH_TEST_POSTGRES is not set")
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	schema := "test_" + strings.ToLower(strings.NewReplacer("/", "_", "#", "_").Replace(filepath.Base(t.TempDir()))) + fmt.Sprint(time.Now().UnixNano())
	run := func(statement string) {
		if _, err := admin.ExecContext(context.WithoutCancel(t.Context()), statement); err != nil {
			t.Error(err)
		}
	}
	run("CREATE SCHEMA " + schema)
	t.Cleanup(func() {
		run("DROP SCHEMA " + schema + " CASCADE")
		admin.Close()
	})
	address, err := url.Parse(server)
	if err != nil {
		t.Fatal("PERCH_TEST_POSTGRES is not a URL")
	}
	query := address.Query()
	query.Set("search_path", schema)
	address.RawQuery = query.Encode()
	return place{database: address.String(), keys: []store.Key{store.NewKey()}, clock: newClock()}
}

// harbor is Finch's word on a connection with all that can be said of one.
func harbor(at time.Time) finch.Facts {
	synced := finch.SyncTime{At: at.Add(-3 * time.Hour), Raw: at.Add(-3 * time.Hour).Format(time.RFC3339)}
	scheduled := at.Add(21 * time.Hour)
	return finch.Facts{
		At: at,
		Introspection: finch.Introspection{
			TokenID: "6f0c2b7e-8a53-4f7a-9a44-0d8d0c6f5a11", ClientType: "production",
			ConnectionID: "c0ffee00-1111-4222-8333-444455556666", ConnectionType: "provider",
			ConnectionStatus: finch.StatusReport{Status: finch.Connected, LastSync: synced},
			CompanyID:        "a9a9a9a9-0000-4000-8000-000000000001",
			CustomerID:       "cust_1042", CustomerName: "Harbor Coffee Roasters", ProviderID: "paychex_flex",
			Products: []string{"company", "payment", "benefits"},
			Methods: []finch.Method{
				{Type: "credential", Report: finch.StatusReport{Status: finch.Connected, LastSync: synced}, Products: []string{"company", "payment"}},
				{Type: "assisted", Report: finch.StatusReport{Status: finch.Pending, Message: "Waiting for the employer to invite Finch"}, Products: []string{"benefits"}},
			},
			Entities: []finch.Entity{
				{ID: "11111111-aaaa-4bbb-8ccc-000000000001", Name: "Harbor Coffee LLC", SourceID: "0099123", Status: finch.Connected},
				{ID: "11111111-aaaa-4bbb-8ccc-000000000002", Name: "Harbor Bakery Inc", SourceID: "0099124", Status: finch.Connected},
			},
		},
		Jobs: &finch.JobList{Jobs: []finch.Job{
			{ID: "d1", Type: "data_sync_all", Status: "pending", CreatedAt: time.Date(2026, 3, 2, 15, 20, 11, 0, time.UTC), ScheduledAt: &scheduled},
		}},
	}
}

// named is a healthy connection with only a name and ids.
func named(id, customerID, name string) finch.Grant {
	return finch.Grant{Token: finch.NewToken("secret of " + id), Facts: finch.Facts{At: start, Introspection: finch.Introspection{
		TokenID: "token-" + id, ClientType: "production", ConnectionID: id, ConnectionType: "provider",
		ConnectionStatus: finch.StatusReport{Status: finch.Connected},
		CompanyID:        "company-" + id, CustomerID: customerID, CustomerName: name, ProviderID: "gusto",
	}}}
}

// in gives a grant another status.
func in(status finch.Status, g finch.Grant) finch.Grant {
	g.Facts.Introspection.ConnectionStatus.Status = status
	return g
}

func grant(t testing.TB, s *store.Store, grants ...finch.Grant) []bool {
	t.Helper()
	created, err := s.Grant(t.Context(), grants)
	if err != nil {
		t.Fatal(err)
	}
	return created
}

func connection(t testing.TB, s *store.Store, id string) finch.Connection {
	t.Helper()
	c, err := s.Connection(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
