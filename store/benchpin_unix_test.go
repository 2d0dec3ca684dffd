//go:build unix

package store_test

import (
	"fmt"
	"os"
	"syscall"
	"testing"
)

// pin holds a file in the system's cache until the benchmark ends.
func pin(b *testing.B, file *os.File) error {
	b.Helper()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	pages, err := syscall.Mmap(int(file.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return fmt.Errorf("map it: %w", err)
	}
	b.Cleanup(func() { syscall.Munmap(pages) })
	if err := syscall.Mlock(pages); err != nil {
		return fmt.Errorf("lock it (see ulimit -l): %w", err)
	}
	return nil
}
