package connect

import (
	"io"
	"time"
)

// Imported is a session that was brought in from elsewhere, with its events.
type Imported struct {
	Session Session
	Events  []Event
	// Line is where the session first occurs.
	Line int
}

// ImportLines reads session histories from JSON lines or CSV. It reads all or
// nothing: the error is an *ImportFaults where lines are at fault.
func ImportLines(r io.Reader, now time.Time) ([]Imported, error) { return nil, nil }

// ImportFault is what is wrong with a line.
type ImportFault struct {
	Line int
	What string
}

// ImportFaults are all that is wrong with an import, at most 100 of them listed.
type ImportFaults struct {
	Faults []ImportFault
	// More is how many are not listed.
	More int
}

func (f *ImportFaults) Error() string { return "faults in the import" }
