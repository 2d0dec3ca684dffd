package connect

import "time"

// Brief is a session in a list, with what was read off it last.
type Brief struct {
	Session     Session
	Outcome     Outcome
	Provisional bool
	Stage       Stage
	Opened      time.Time
	Last        time.Time
	Over        time.Time
	Errors      int
	// Attempts is how many sessions the customer has had, this one included.
	Attempts int
}

// Scope is which sessions a list holds.
type Scope string

const (
	// Underway are those in progress and the recent drop-offs, longest stuck first.
	Underway Scope = "underway"
	// Staged are links sent and not finished, the newest of each customer, newest
	// first.
	Staged Scope = "staged"
	// Every is all of them, newest first.
	Every Scope = "every"
)

// ListQuery asks for a part of a list.
type ListQuery struct {
	Scope Scope
	// Words narrow to customers whose name or id, or whose session's id, holds them.
	Words string
	// After is where the part before ended, by its Next; empty for the first.
	After string
	Limit int
}

// ListPage is a part of a list; Next is empty at its end. Total is how many there
// are in all, Words considered.
type ListPage struct {
	Briefs []Brief
	Next   string
	Total  int
}
