package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"perch/internal/alert"
	"perch/internal/connect"
	"perch/store/internal/db"
)

// Options are what Open needs to know.
type Options struct {
	// Database is a file path (SQLite) or a postgres:// URL.
	Database string
	// Keys encrypt access tokens: the first seals, all open. See KeysFor.
	Keys []Key
	// Exclusive refuses a second exclusive opener of the same SQLite file with
	// ErrInUse. PostgreSQL is made for several and ignores it.
	Exclusive bool
	Log       zerolog.Logger
	// Grace is how long after its time a sync may be before silence is a problem;
	// zero parts mean 2 h for automated connections and 24 h for assisted ones.
	Grace alert.Grace
	// Outage is what makes an outage of many problems; alert.DefaultOutage if zero.
	Outage alert.OutageLimits
	// DropOff is how long nothing is heard of an employer before they count as
	// dropped off; zero means 30 minutes.
	DropOff time.Duration
	// Now is the clock; time.Now if nil.
	Now func() time.Time
}

// Store is an open database.
type Store struct {
	writer *sql.DB     // on SQLite a single connection
	reader *sql.DB     // on PostgreSQL the same pool as writer
	writes *db.Queries // through writer
	reads  *db.Queries // through reader

	writePlans, readPlans *plans // of both, on SQLite
	lock                  io.Closer
	keys                  []Key
	now                   func() time.Time
	log                   zerolog.Logger
	intake                intake
	nerves                nerves
	grace                 alert.Grace
	outage                alert.OutageLimits
	owing                 chan struct{}
	moved                 chan struct{}
	limits                connect.Limits
	usual                 usual
}

// Open opens the database, brings its tables up to date and checks that every
// stored token can be decrypted. A new SQLite file is created; its folder must
// exist. Errors: ErrInUse, ErrForeign, ErrNewer, ErrDamaged, ErrKeyMissing.
func Open(ctx context.Context, o Options) (*Store, error) {
	s := &Store{
		keys: o.Keys, now: o.Now, log: o.Log, owing: make(chan struct{}, 1), moved: make(chan struct{}, 1),
		limits: connect.Limits{DropOff: o.DropOff},
		grace: alert.Grace{
			Automated: cmp.Or(o.Grace.Automated, 2*time.Hour), Assisted: cmp.Or(o.Grace.Assisted, 24*time.Hour),
		},
		outage: cmp.Or(o.Outage, alert.DefaultOutage()),
	}
	if s.now == nil {
		s.now = time.Now
	}
	open := s.openSQLite
	if isPostgres(o.Database) {
		open = s.openPostgres
	}
	err := open(ctx, o)
	if err == nil {
		err = s.checkKeys(ctx)
	}
	if err == nil {
		err = s.begin(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", errors.Join(err, s.Close()))
	}
	return s, nil
}

func isPostgres(database string) bool {
	return strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://")
}

// Close ends all use of the database. On SQLite the last to close folds the
// write-ahead log back into the file.
func (s *Store) Close() error {
	var errs []error
	if s.reader != nil && s.reader != s.writer {
		errs = append(errs, s.reader.Close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	if err := s.reader.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
		return fmt.Errorf("ask the database: %w", damage(err))
	}
	return nil
}

// attempts bounds how often a transaction is run again after PostgreSQL broke
// a deadlock by ending it. The rival has gone on by then.
const attempts = 5

// change runs fn in one transaction, which happens wholly or not at all. What
// fn reads in order to change it, it reads with loadToChange.
func (s *Store) change(ctx context.Context, fn func(*db.Queries) error) error {
	var err error
	for range attempts {
		err = transact(ctx, s.writer, &sql.TxOptions{Isolation: sql.LevelReadCommitted}, func(tx *sql.Tx) error {
			return fn(s.writePlans.within(tx))
		})
		if !overtaken(err) {
			break
		}
	}
	s.writePlans.catchUp(ctx)
	return damage(err)
}

// view runs fn on a single state of the database.
func (s *Store) view(ctx context.Context, fn func(*db.Queries) error) error {
	err := transact(ctx, s.reader, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, func(tx *sql.Tx) error {
		return fn(s.readPlans.within(tx))
	})
	s.readPlans.catchUp(ctx)
	return damage(err)
}

func transact(ctx context.Context, pool *sql.DB, o *sql.TxOptions, fn func(*sql.Tx) error) error {
	tx, err := pool.BeginTx(ctx, o)
	if err != nil {
		return fmt.Errorf("begin a transaction: %w", err)
	}
	defer tx.Rollback()
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}
