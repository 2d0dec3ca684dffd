package alert

import "time"

// Discussion is a thread in which a problem is talked about.
type Discussion struct {
	Channel string
	// Permalink leads there; empty where Slack did not tell.
	Permalink string
	Since     time.Time
}

// Resolution is what somebody said on how a problem was resolved.
type Resolution struct {
	ID        int64
	ProblemID int64
	// Class, CustomerID and ProviderID are the problem's: by them it is found again.
	Class, CustomerID, ProviderID string
	// Text is theirs, as they let it stand; it is not trusted.
	Text string
	// By is a Slack user; At is when it was saved.
	By string
	At time.Time
	// Permalink leads to the message it was taken from; empty where there is none.
	Permalink string
}

// MaxResolution is how long a resolution may be, in characters.
const MaxResolution = 1000
