package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"perch/store/internal/db"
)

func (s *Store) openPostgres(ctx context.Context, o Options) error {
	if err := s.connect(o.Database); err != nil {
		return err
	}
	if _, err := s.checkSchema(ctx); err != nil {
		return err
	}
	return s.migrate(ctx, goose.DialectPostgres)
}

func (s *Store) connect(address string) error {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return fmt.Errorf("read PERCH_DATABASE: %w", err) // pgx keeps the password out of it
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	s.writer = stdlib.OpenDB(*config)
	s.writer.SetMaxOpenConns(8)
	s.writer.SetMaxIdleConns(2)
	s.writer.SetConnMaxIdleTime(5 * time.Minute)
	s.reader = s.writer
	s.writes, s.reads = db.New(s.writer), db.New(s.reader) // pgx remembers what it has prepared
	return nil
}

// checkSchema refuses a schema where another program keeps a table of our name,
// and reports whether there are tables of ours.
func (s *Store) checkSchema(ctx context.Context) (ours bool, err error) {
	var theirs bool
	err = s.writer.QueryRowContext(ctx, `SELECT to_regclass($1) IS NOT NULL, to_regclass('connections') IS NOT NULL`,
		migrationsTable).Scan(&ours, &theirs)
	switch {
	case err != nil:
		return false, errors.Join(errors.New("PostgreSQL does not answer: check PERCH_DATABASE and that it runs"), err)
	case theirs && !ours:
		return false, fmt.Errorf("%w: the schema holds another program's tables; give Perch a database of its own", ErrForeign)
	}
	return ours, nil
}
