package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/pressly/goose/v3"

	"perch/internal/finch"
	"perch/store/internal/db"
)

// Report is what Inspect found.
type Report struct {
	// Exists is whether there are tables of Perch's. Open would make them.
	Exists bool
	// Version is that of the tables. Open brings it to Newest.
	Version, Newest int64
	// Read is whether Counts and Token could be read, which tables of an older
	// version may not allow.
	Read   bool
	Counts finch.Counts
	// Token is that of some live connection; zero if there is none.
	Token finch.Token
}

// Inspect looks at a database without changing or making anything, and checks
// what Open would check, with the same errors: ErrForeign, ErrNewer, ErrDamaged,
// ErrKeyMissing. A database that is not there yet is no error. Another process
// may have it open. For keys see KeysFound.
func Inspect(ctx context.Context, o Options) (Report, error) {
	s := &Store{keys: o.Keys, now: time.Now, log: o.Log}
	report, err := s.inspect(ctx, o.Database)
	if err := errors.Join(err, s.Close()); err != nil {
		return report, fmt.Errorf("look into the database: %w", err)
	}
	return report, nil
}

func (s *Store) inspect(ctx context.Context, database string) (Report, error) {
	open, dialect := s.readSQLite, goose.DialectSQLite3
	if isPostgres(database) {
		open, dialect = s.readPostgres, goose.DialectPostgres
	}
	newest, err := newestMigration(dialect)
	if err != nil {
		return Report{}, err
	}
	report := Report{Newest: newest}
	report.Version, err = open(ctx, database)
	if err != nil || report.Version == 0 {
		return report, err
	}
	report.Exists = true
	if err := s.checkKeys(ctx); err != nil {
		return report, err
	}
	err = s.readInto(ctx, &report)
	if err != nil && report.Version < newest {
		return report, nil // what Open would still change
	}
	report.Read = err == nil
	return report, err
}

func (s *Store) readInto(ctx context.Context, report *Report) (err error) {
	if report.Counts, err = s.Counts(ctx, ""); err != nil {
		return err
	}
	live, err := s.List(ctx, finch.ListQuery{Tab: finch.Live, Limit: 1})
	if err != nil || len(live.Briefs) == 0 {
		return err
	}
	report.Token, err = s.Token(ctx, live.Briefs[0].ID)
	if errors.Is(err, ErrNoToken) {
		return nil // taken back this very moment
	}
	return err
}

// readSQLite opens a file for reading and returns the version of its tables, 0
// if there are none.
func (s *Store) readSQLite(ctx context.Context, path string) (int64, error) {
	if err := checkPath(path); err != nil {
		return 0, err
	}
	pragmas := atRestPragmas
	if _, err := os.Stat(path + "-wal"); err == nil {
		pragmas = probePragmas // open, or left behind by a crash
	}
	found, err := probe(ctx, path, pragmas)
	if errors.Is(err, fs.ErrNotExist) || err == nil && found.version == 0 {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if s.reader, err = openPool(path, pragmas, 1); err != nil {
		return 0, err
	}
	s.reads = db.New(s.reader) // not prepared: older tables do not know every query
	return found.version, nil
}

// readPostgres is readSQLite for a schema of PostgreSQL's.
func (s *Store) readPostgres(ctx context.Context, address string) (int64, error) {
	if err := s.connect(address); err != nil {
		return 0, err
	}
	ours, err := s.checkSchema(ctx)
	if err != nil || !ours {
		return 0, err
	}
	var version int64
	if err := s.reader.QueryRowContext(ctx, newestApplied).Scan(&version); err != nil {
		return 0, fmt.Errorf("read the database's version: %w", err)
	}
	return version, checkVersion(version, goose.DialectPostgres)
}
