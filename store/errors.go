package store

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"perch/internal/finch"
)

// What can be wrong, for errors.Is. The error around each says what it was
// about and, where a person can do something, what.
var (
	// ErrUnknown: no connection of that id was ever granted.
	ErrUnknown = finch.ErrUnknown
	// ErrNoToken: the connection is known, but there is no token for it any more.
	ErrNoToken = finch.ErrNoToken
	// ErrUnknownJob: no job of that id was recorded.
	ErrUnknownJob = finch.ErrUnknownJob
	// ErrAmbiguousJob: more than one job's id begins so.
	ErrAmbiguousJob = finch.ErrAmbiguousJob
	// ErrKeyMissing: tokens are stored under a key that was not given.
	ErrKeyMissing = errors.New("encryption key missing")
	// ErrKey: a key or key file cannot be used.
	ErrKey = errors.New("unusable encryption key")
	// ErrNewer: a newer Perch made the database.
	ErrNewer = errors.New("database is newer than this program")
	// ErrForeign: the database belongs to another program.
	ErrForeign = errors.New("not a Perch database")
	// ErrDamaged: the database, or one sealed token, cannot be read any more.
	ErrDamaged = errors.New("database damaged")
	// ErrInUse: another process serves from this database.
	ErrInUse = errors.New("database in use")
	// ErrCursor: a list's cursor is not one that this list gave out.
	ErrCursor = errors.New("invalid list cursor")
)

// damage marks errors that mean a broken SQLite file.
func damage(err error) error {
	fault, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	switch fault.Code() & 0xff { // the low byte is the primary code
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%w: restore it from a backup: %w", ErrDamaged, err)
	}
	return err
}

// overtaken reports whether PostgreSQL ended a transaction in favour of a rival
// (a deadlock, or an operator's stricter isolation); it succeeds when run again.
func overtaken(err error) bool {
	fault, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (fault.Code == "40001" || fault.Code == "40P01")
}

func missing(err error) bool { return errors.Is(err, sql.ErrNoRows) }
