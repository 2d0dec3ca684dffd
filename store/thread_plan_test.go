package store_test

import (
	"regexp"
	"strings"
	"testing"
)

// TestThreadsAreReadByIndex holds what is asked of threads at every message and
// every record to ranges of indexes.
func TestThreadsAreReadByIndex(t *testing.T) {
	t.Parallel()
	// What is put into tables, or counted for one who asks how Perch is.
	none := regexp.MustCompile(`^(Add\w+|SwitchThreads|OfferThreads|WatchThread|ThreadPulse)$`)
	plans := plansOf(t, none, "threads", "thread_ids", "resolutions")
	for name, plan := range plans {
		rest := regexp.MustCompile(`SCAN ([fgh]|CONSTANT ROW)\b`).ReplaceAllString(plan, "")
		if strings.Contains(rest, "SCAN") {
			t.Errorf("%s:\n%s", name, plan)
		}
	}
	if len(plans) < 35 {
		t.Errorf("only %d queries were found", len(plans))
	}
}
