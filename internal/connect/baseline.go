package connect

import "time"

// Baseline is how sessions usually go here.
type Baseline struct {
	// Sessions is how many the rest is read off.
	Sessions int
	Stages   map[Stage]StageBaseline
}

// StageBaseline is how one stage usually goes.
type StageBaseline struct {
	// Sessions is how many went through the stage.
	Sessions int
	Median   time.Duration
	// Ninth is what nine in ten employers take at the most.
	Ninth time.Duration
}

// EnoughSessions is how many sessions it takes to speak of what is usual.
const EnoughSessions = 20

// Remarks are plain sentences on what stands out in a session, at most 5, the
// weightiest first: "Left the Terms of Service 6 times without going on.".
// Comparisons come only from a Baseline of at least EnoughSessions.
func Remarks(p Progress, b Baseline) []string { return nil }
