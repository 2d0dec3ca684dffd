package connect

import "time"

// Outcome is how a session stands.
type Outcome string

const (
	// Unopened: nothing shows that the employer has opened it.
	Unopened Outcome = "unopened"
	// InProgress: the employer was seen a short while ago.
	InProgress Outcome = "in_progress"
	// DroppedOff: they left, or nothing was heard of them, for Limits.DropOff.
	DroppedOff Outcome = "dropped_off"
	// Broken: Finch Connect could not open, and nothing came after it.
	Broken Outcome = "failed"
	// Lapsed: the link expired or was taken back before they were through.
	Lapsed Outcome = "expired"
	// Connected: they are through.
	Connected Outcome = "connected"
)

// Over reports whether nothing more is to be expected by itself.
func (o Outcome) Over() bool { return o == Lapsed || o == Connected }

// Progress is what can be read off a session's events. Times are UTC; zero is
// unknown or never.
type Progress struct {
	Outcome Outcome
	// Provisional: only the employer's browser says that they are connected.
	Provisional bool
	// Stages are the stages of Finch Connect in order, reached or not, and those
	// of unknown names where they first occurred. Empty where nobody told of stages.
	Stages []StageProgress
	// Assisted are the stages of an assisted set-up; empty for other sessions.
	Assisted []StageProgress
	// Stage is where the employer is, or was last. Empty where nobody told.
	Stage Stage
	// Opened is the first sign of the employer, Last the last one.
	Opened time.Time
	Last   time.Time
	// ClosedAt is when they closed Finch Connect, if they have not come back.
	ClosedAt time.Time
	// Over is when they were through, or the link ended.
	Over time.Time
	// DropsOff is when they count as dropped off if nothing is heard of them, or
	// when they did.
	DropsOff time.Time
	// Spent is the time the employer was seen in Finch Connect.
	Spent time.Duration
	// Visits is how often they opened it.
	Visits int
	// Errors are those the employer saw, each text once, the newest first.
	Errors []ErrorSeen
	// ErrorCount is how many they saw in all.
	ErrorCount int
	// Status is Finch's status of the connection, as far as the events tell.
	Status string
	// Sources says who told of what.
	Sources map[Source][]Type
}

// StageProgress is one stage of a session.
type StageProgress struct {
	Stage Stage
	First time.Time
	Last  time.Time
	// Visits is how often it was entered, Exits how often it was left without
	// going on.
	Visits, Exits int
	// Spent is all the time in it, Current that of the visit that goes on.
	Spent, Current time.Duration
	Errors         int
	// Here: the employer is in it, or was in it last and is not through.
	Here bool
	// Done: it is behind the employer, who may have been spared it: see Skipped.
	Done bool
}

// Reached reports whether the employer was seen in it.
func (s StageProgress) Reached() bool { return s.Visits > 0 }

// Skipped reports whether it is behind the employer though nobody saw them in it:
// not every provider asks for a code, or has several entities.
func (s StageProgress) Skipped() bool { return s.Done && !s.Reached() }

// ErrorSeen is an error that the employer saw, by its exact text.
type ErrorSeen struct {
	Message     string
	Type        string
	Stage       Stage
	Count       int
	First, Last time.Time
}

// Reading is a session with what was read off it.
type Reading struct {
	Session  Session
	Progress Progress
	// Remarks are plain sentences about it: text of ours around cleaned text from
	// outside, at most 5.
	Remarks []string
}

// Limits are how long silence means nothing.
type Limits struct {
	// DropOff is PERCH_DROPOFF_AFTER; 0 means 30 minutes.
	DropOff time.Duration
}
