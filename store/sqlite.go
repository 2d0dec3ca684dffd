package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite" // also the driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"perch/store/internal/db"
)

// applicationID marks a SQLite file as Perch's ("Perc" in its header).
const applicationID = 0x50657263

// One connection writes, so that nobody waits for SQLite's lock unfairly; a few
// read. Pragmas stand in the DSN because they belong to a connection, not to
// the pool. cache_size is what a connection adds to the one cache of pages that
// all of a process share: -2000 is 2 MB. No size that Perch could afford holds the
// inner pages of ten million jobs; the system's cache does. mmap_size would spare
// the copies from there, but saves nothing on a large file, and a fault of the
// disk would end the process instead of a query.
const (
	writerPragmas = "?_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=foreign_keys(1)&_pragma=cache_size(-4000)&_pragma=journal_size_limit(16777216)"
	readerPragmas = "?_pragma=busy_timeout(5000)&_pragma=query_only(1)&_pragma=cache_size(-2000)"
	probePragmas  = "?mode=ro&_pragma=busy_timeout(5000)"
	readers       = 3
	// atRestPragmas are for a file that nobody has open: SQLite then makes no files
	// beside it, which a reader could not take away again.
	atRestPragmas = "?mode=ro&immutable=1"
)

func (s *Store) openSQLite(ctx context.Context, o Options) error {
	if err := checkPath(o.Database); err != nil {
		return err
	}
	if o.Exclusive {
		lock, err := lockFile(o.Database + ".lock")
		if err != nil {
			return err
		}
		s.lock = lock
	}
	found, err := prepareFile(ctx, o.Database)
	if err != nil {
		return err
	}
	if s.writer, err = openPool(o.Database, writerPragmas, 1); err != nil {
		return err
	}
	if err := s.adopt(ctx, found); err != nil {
		return fmt.Errorf("write to %s: %w", o.Database, damage(err))
	}
	if err := s.migrate(ctx, goose.DialectSQLite3); err != nil {
		return err
	}
	if s.reader, err = openPool(o.Database, readerPragmas, readers); err != nil {
		return err
	}
	s.writePlans, s.readPlans = newPlans(s.writer), newPlans(s.reader)
	s.writes, s.reads = db.New(s.writePlans), db.New(s.readPlans)
	return nil
}

// adopt marks a file without tables as Perch's before anything else is in it.
func (s *Store) adopt(ctx context.Context, found probed) error {
	mark := fmt.Sprintf("PRAGMA application_id = %d", applicationID)
	for try := 1; ; try++ {
		var err error
		if found.version > 0 {
			err = s.writer.PingContext(ctx)
		} else {
			_, err = s.writer.ExecContext(ctx, mark)
		}
		if !locked(err) || try == adoptTries {
			return err
		}
		if err := pause(ctx, adoptPause); err != nil {
			return err
		}
	}
}

// How often and how far apart it is tried to write first to a file. Switching a
// new one to its write-ahead log is refused at once while another process does
// the same: SQLite's busy_timeout does not apply to it.
const (
	adoptTries = 100
	adoptPause = 50 * time.Millisecond
)

// locked reports whether SQLite refused for the sake of another process.
func locked(err error) bool {
	fault, ok := errors.AsType[*sqlite.Error](err)
	return ok && fault.Code()&0xff == sqlite3.SQLITE_BUSY
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func openPool(path, pragmas string, size int) (*sql.DB, error) {
	pool, err := sql.Open("sqlite", dsn(path, pragmas))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	return pool, nil
}

func dsn(path, pragmas string) string {
	escaped := strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(filepath.ToSlash(path))
	return "file:" + escaped + pragmas
}

// checkPath explains what SQLite itself would only call "unable to open".
func checkPath(path string) error {
	switch {
	case path == "":
		return errors.New("no database named: set PERCH_DATABASE to a file path or a postgres:// URL")
	case strings.Contains(path, "://"):
		scheme, _, _ := strings.Cut(path, "://")
		return fmt.Errorf("cannot use a database of the kind %q: set PERCH_DATABASE to a file path or a postgres:// URL", scheme)
	}
	folder := filepath.Dir(path)
	switch info, err := os.Stat(folder); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the folder %s does not exist: make it, or set PERCH_DATABASE to another place", folder)
	case err != nil:
		return fmt.Errorf("look at the folder of the database: %w", err)
	case !info.IsDir():
		return fmt.Errorf("%s is not a folder: set PERCH_DATABASE to another place", folder)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder: set PERCH_DATABASE to a file in it", path)
	}
	return nil
}

// prepareFile creates a missing file, readable by its owner alone, and refuses
// one that this program must not write to.
func prepareFile(ctx context.Context, path string) (probed, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return probe(ctx, path, probePragmas)
	case err != nil:
		return probed{}, fmt.Errorf("create the database (the folder must be writable): %w", err)
	}
	return probed{}, file.Close() // empty and not yet known to SQLite
}

// probed is what a look at a SQLite file found.
type probed struct {
	version int64    // of its tables; 0 for a file without any
	keyIDs  []string // the keys its tokens are sealed with
}

// probe looks at a file without writing to it. Errors: fs.ErrNotExist,
// ErrForeign, ErrDamaged, ErrNewer.
func probe(ctx context.Context, path, pragmas string) (probed, error) {
	info, err := os.Stat(path)
	if err != nil {
		return probed{}, fmt.Errorf("look for the database: %w", err)
	}
	if info.Size() == 0 {
		return probed{}, nil
	}
	pool, err := openPool(path, pragmas, 1)
	if err != nil {
		return probed{}, err
	}
	defer pool.Close()
	found, err := examine(ctx, pool)
	if err != nil {
		return probed{}, fmt.Errorf("%s: %w", path, damage(err))
	}
	return found, nil
}

// examine reads a SQLite file's marks, oldest first: whose it is, how new its
// tables are, and which keys it needs.
func examine(ctx context.Context, pool *sql.DB) (probed, error) {
	var mark, tables, migrated int64
	err := pool.QueryRowContext(ctx, `SELECT (SELECT application_id FROM pragma_application_id),
		COUNT(*), COUNT(CASE WHEN name = '`+migrationsTable+`' THEN 1 END) FROM sqlite_master`).Scan(&mark, &tables, &migrated)
	switch {
	case err != nil:
		return probed{}, err
	case mark != applicationID && (mark != 0 || tables > 0):
		return probed{}, fmt.Errorf("%w: it holds another program's tables; set PERCH_DATABASE to another file", ErrForeign)
	case migrated == 0:
		return probed{}, nil
	}
	var found probed
	err = pool.QueryRowContext(ctx, newestApplied).Scan(&found.version)
	if err == nil {
		err = checkVersion(found.version, goose.DialectSQLite3)
	}
	if err != nil || found.version == 0 {
		return probed{}, err
	}
	found.keyIDs, err = keyIDs(ctx, pool)
	return found, err
}
