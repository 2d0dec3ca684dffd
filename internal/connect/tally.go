package connect

import "time"

// Tally is what one session adds to the funnel. The zero Tally adds nothing.
type Tally struct {
	// Day is the day on which the session was made, in UTC.
	Day        time.Time
	ProviderID string
	// Sessions and the rest are 0 or 1.
	Sessions, Opened, Staged, Connected, Dropped int
	// Stages are those that were reached, in order.
	Stages []StageTally
}

// StageTally is what one session adds to a stage of the funnel.
type StageTally struct {
	Stage                    Stage
	Reached, Passed, Dropped int
	// Spent is the time in it, where it was passed: what the histogram adds.
	Spent time.Duration
}

// Count says what a session adds to the funnel as it was read. Sandbox sessions
// and reconnects add nothing.
func Count(r Reading) Tally { return Tally{} }

// Equal reports whether two tallies add the same.
func (t Tally) Equal(o Tally) bool { return false }
