package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// migrationsTable is where goose notes what was applied; named so that it
// cannot be mistaken for another program's.
const migrationsTable = "perch_migrations"

// newestApplied is the version of the tables; 0 before the first.
const newestApplied = `SELECT COALESCE(MAX(version_id), 0) FROM ` + migrationsTable + ` WHERE is_applied`

func migrationsFor(dialect goose.Dialect) (fs.FS, error) {
	folder := "migrations/sqlite"
	if dialect == goose.DialectPostgres {
		folder = "migrations/postgres"
	}
	return fs.Sub(migrations, folder)
}

// migrate brings the tables up to date. Several programs may start together:
// PostgreSQL lets one at a time through; on SQLite the one that comes second
// fails on what the first has just made, and finds it done on the next try.
func (s *Store) migrate(ctx context.Context, dialect goose.Dialect) error {
	var err error
	for range 10 { // rivals may meet at each migration
		err = s.migrateOnce(ctx, dialect)
		if err == nil || errors.Is(err, ErrNewer) || ctx.Err() != nil {
			return err
		}
	}
	return err
}

func (s *Store) migrateOnce(ctx context.Context, dialect goose.Dialect) error {
	provider, err := s.migrator(dialect)
	if err != nil {
		return fmt.Errorf("prepare the migrations: %w", err)
	}
	version, err := provider.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("read the database's version: %w", damage(err))
	}
	if err := checkVersion(version, dialect); err != nil {
		return err
	}
	applied, err := provider.Up(ctx)
	if err != nil {
		return fmt.Errorf("bring the tables up to date: %w", damage(err))
	}
	if len(applied) > 0 {
		s.log.Info().Int64("from", version).Int64("to", applied[len(applied)-1].Source.Version).Msg("database migrated")
	}
	return nil
}

func (s *Store) migrator(dialect goose.Dialect) (*goose.Provider, error) {
	files, err := migrationsFor(dialect)
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithTableName(migrationsTable), goose.WithDisableGlobalRegistry(true)}
	if dialect == goose.DialectPostgres {
		// Waiters ask every second for five minutes: replicas start together.
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	return goose.NewProvider(dialect, s.writer, files, options...)
}

// checkVersion refuses tables that a newer Perch made.
func checkVersion(version int64, dialect goose.Dialect) error {
	known, err := newestMigration(dialect)
	if err != nil {
		return err
	}
	if version > known {
		return fmt.Errorf("%w: its tables are version %d, this Perch knows up to %d: run the newer Perch, or restore a backup from before",
			ErrNewer, version, known)
	}
	return nil
}

func newestMigration(dialect goose.Dialect) (int64, error) {
	files, err := migrationsFor(dialect)
	if err != nil {
		return 0, err
	}
	names, err := fs.Glob(files, "*.sql") // in the order of their names
	if err != nil {
		return 0, fmt.Errorf("list the migrations: %w", err)
	}
	return goose.NumericComponent(names[len(names)-1])
}
