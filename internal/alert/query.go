package alert

import "errors"

// ProblemQuery asks for a part of the problems, newest first. Zero fields do not
// narrow.
type ProblemQuery struct {
	State State
	Kinds []Kind
	// Words narrows to problems whose customer, provider or id contains them,
	// whatever the case and accents.
	Words        string
	ConnectionID string
	// Provider is a provider's id or a part of its name.
	Provider string
	// ClaimedBy is a Slack user id.
	ClaimedBy string
	// Unclaimed narrows to what nobody is on, Claimed to what somebody is.
	Unclaimed, Claimed bool
	// ParentID is an outage: its children.
	ParentID int64
	// Oldest turns the order around.
	Oldest bool
	// After is the cursor of the page before; empty for the first.
	After string
	// Limit is how many, 1 to 1,000.
	Limit int
}

// ProblemPage is a part of the problems. Next is empty on the last page; Total
// is how many there are on all of them.
type ProblemPage struct {
	Problems []Problem
	Next     string
	Total    int
}

// Errors about what is asked for by its number.
var (
	// ErrUnknownProblem: there is no such problem, or it has been forgotten.
	ErrUnknownProblem = errors.New("no such problem here")
	// ErrUnknownSubscription: there is none, or somebody deleted it.
	ErrUnknownSubscription = errors.New("no such subscription here")
)
