package explore

import (
	"os"
	"testing"
)

// few are all tests' places for children, so that these do not take each other's
// time.
var few = NewNarrowers()

// TestMain lets this binary be the child that Narrow starts.
func TestMain(m *testing.M) {
	if Narrower() {
		return
	}
	os.Exit(m.Run())
}
