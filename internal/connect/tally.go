package connect

import (
	"cmp"
	"slices"
	"time"
)

// strangers is how many unknown stages of one session the funnel counts: a browser
// may make up any number of names.
const strangers = 10

// Tally is what one session adds to the funnel. The zero Tally adds nothing. A
// store keeps it as JSON, to take back what it added.
type Tally struct {
	// Day is the day on which the session was made, in UTC.
	Day        time.Time `json:"day,omitzero"`
	ProviderID string    `json:"provider,omitempty"`
	// Sessions and the rest are 0 or 1. Who connected has opened it too.
	Sessions  int `json:"n,omitempty"`
	Opened    int `json:"opened,omitempty"`
	Staged    int `json:"staged,omitempty"`
	Connected int `json:"connected,omitempty"`
	Dropped   int `json:"dropped,omitempty"`
	// Stages are those that were reached, in order.
	Stages []StageTally `json:"stages,omitempty"`
}

// StageTally is what one session adds to a stage of the funnel. The counts are 0
// or 1; who passed a stage and stopped there later has stopped there.
type StageTally struct {
	Stage   Stage `json:"stage"`
	Reached int   `json:"reached,omitempty"`
	Passed  int   `json:"passed,omitempty"`
	Dropped int   `json:"dropped,omitempty"`
	// Spent is the time in it, where it was passed: what the histogram adds.
	Spent time.Duration `json:"spent,omitempty"`
}

// Count says what a session adds to the funnel as it was read. Sandbox sessions
// and reconnects add nothing. A success that only a browser claims counts: where
// nobody else tells, there would be none.
func Count(r Reading) Tally {
	s, p := r.Session, r.Progress
	made := s.Created
	if made.IsZero() {
		made = p.Opened
	}
	if s.Sandbox || s.Reconnect || made.IsZero() {
		return Tally{}
	}
	connected := p.Outcome == Connected
	opened := connected || !p.Opened.IsZero()
	return Tally{
		Day: made.UTC().Truncate(24 * time.Hour), ProviderID: s.ProviderID, Sessions: 1,
		Opened: one(opened), Staged: one(len(p.Stages) > 0), Connected: one(connected),
		Dropped: one(opened && p.stopped()), Stages: countStages(p),
	}
}

// stopped reports whether the employer stopped before they were through.
func (p Progress) stopped() bool {
	return p.Outcome == DroppedOff || p.Outcome == Lapsed || p.Outcome == Broken
}

func countStages(p Progress) []StageTally {
	var tallies []StageTally
	unknown := 0
	for _, s := range p.Stages {
		if !s.Stage.Known() {
			unknown++
		}
		if s.Reached() && (s.Stage.Known() || unknown <= strangers) {
			tallies = append(tallies, countStage(s, p))
		}
	}
	return tallies
}

func countStage(s StageProgress, p Progress) StageTally {
	dropped := s.Here && p.stopped()
	t := StageTally{Stage: s.Stage, Reached: 1, Dropped: one(dropped), Passed: one(s.Done && !s.Here)}
	if t.Passed == 1 {
		t.Spent = s.Spent
	}
	return t
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// Equal reports whether two tallies add the same.
func (t Tally) Equal(o Tally) bool {
	same := t.Day.Equal(o.Day) && t.ProviderID == o.ProviderID && slices.Equal(t.Stages, o.Stages)
	return same && cmp.Or(
		cmp.Compare(t.Sessions, o.Sessions), cmp.Compare(t.Opened, o.Opened), cmp.Compare(t.Staged, o.Staged),
		cmp.Compare(t.Connected, o.Connected), cmp.Compare(t.Dropped, o.Dropped),
	) == 0
}
