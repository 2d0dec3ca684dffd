//go:build unix && !aix && !solaris && !illumos

package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// lockFile takes an advisory lock that the system releases when the process
// ends, however it ends. It is a file of its own, never the database: closing
// a descriptor of that would drop SQLite's locks.
func lockFile(path string) (io.Closer, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make the lock file (the folder must be writable): %w", err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return file, nil
	}
	file.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fmt.Errorf("%w: another perch serve runs on it (%s is locked): stop that one first", ErrInUse, path)
	}
	return nil, fmt.Errorf("lock %s: %w", path, err)
}
