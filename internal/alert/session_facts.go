package alert

import (
	"time"

	"perch/internal/connect"
)

// SessionFacts are what the card of a Connect session's problem says; zero for
// other problems. Messages and stages are text from outside.
type SessionFacts struct {
	ID         string
	CustomerID string
	Reconnect  bool
	// Attempts is in how many sessions the employer was seen since they were through
	// the last time.
	Attempts int
	// Made, Opened and Expires are the link's; Expires is the newest link's.
	Made, Opened, Expires time.Time
	// Renewed is when a newer link was made that they have not opened yet.
	Renewed time.Time

	// Stage is where it happened, empty where nobody told; Spent the time there in
	// Visits, Closed whether they closed Finch Connect themselves.
	Stage  connect.Stage
	Spent  time.Duration
	Visits int
	Closed bool

	// Error is the exact text that they saw last, ErrorTimes how often, Errors how
	// many they saw in all.
	Error      string
	ErrorType  string
	ErrorStage connect.Stage
	ErrorTimes int
	Errors     int

	// Connected: it ended with the employer's being through; Provisional: only their
	// browser said so by then.
	Connected, Provisional bool
}

func (f SessionFacts) same(o SessionFacts) bool {
	times := sameTimes(f.Made, o.Made, f.Opened, o.Opened, f.Expires, o.Expires, f.Renewed, o.Renewed)
	for _, x := range []*SessionFacts{&f, &o} {
		x.Made, x.Opened, x.Expires, x.Renewed = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	}
	return times && f == o
}
