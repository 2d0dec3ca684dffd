package explore

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// limitProcess bounds this process for good: its memory, its time on the
// processor, which ends it should its parent die first, and what it leaves behind.
// The memory is bounded as address space: RLIMIT_DATA lets pass what Go maps over
// space that it reserved before, which is all of its heap.
func limitProcess() error {
	taken, err := spaceTaken()
	if err != nil {
		return err
	}
	for _, bound := range []struct {
		what  int
		limit uint64
	}{
		{syscall.RLIMIT_AS, taken + narrowMemory},
		{syscall.RLIMIT_CPU, uint64(narrowWork.Seconds())},
		{syscall.RLIMIT_FSIZE, 0},
		{syscall.RLIMIT_CORE, 0},
	} {
		if err := syscall.Setrlimit(bound.what, &syscall.Rlimit{Cur: bound.limit, Max: bound.limit}); err != nil {
			return fmt.Errorf("set limit %d: %w", bound.what, err)
		}
	}
	return nil
}

// spaceTaken is how many bytes count against RLIMIT_AS already, by proc(5): more
// than are in use, since the runtime sets space apart, and a race detector very much
// of it.
func spaceTaken() (uint64, error) {
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, fmt.Errorf("read how much memory is taken: %w", err)
	}
	fields := bytes.Fields(raw)
	if len(fields) == 0 {
		return 0, errors.New("read how much memory is taken: nothing is said")
	}
	pages, err := strconv.ParseUint(string(fields[0]), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read how much memory is taken: %w", err)
	}
	return pages * uint64(os.Getpagesize()), nil
}
