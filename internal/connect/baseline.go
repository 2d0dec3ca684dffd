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

// ninth is what nine in ten employers take in a stage, where enough are known.
func (b Baseline) ninth(s Stage) (d time.Duration, ok bool) {
	usual := b.Stages[s]
	return usual.Ninth, b.Sessions >= EnoughSessions && usual.Sessions >= EnoughSessions && usual.Ninth > 0
}

// EnoughSessions is how many sessions it takes to speak of what is usual.
const EnoughSessions = 20
