package connect

import "time"

// Type is what happened, in the words of the contract.
type Type string

// The types that may be told from outside.
const (
	Opened         Type = "opened"
	StageEntered   Type = "stage_entered"
	StageExited    Type = "stage_exited"
	Failed         Type = "error" // Message is the exact text the employer saw
	Closed         Type = "closed"
	Succeeded      Type = "succeeded"
	TokenExchanged Type = "token_exchanged"
	Expired        Type = "expired"
)

// The types that only Perch itself adds, from what Finch says of the connection.
const (
	// StatusChanged: Message is Finch's status of the connection from then on.
	StatusChanged Type = "status_changed"
	// FirstData: the first sync of the connection is complete; Message is its type.
	FirstData Type = "first_data"
)

// Source is who told of an event.
type Source string

const (
	// FromHost is the application that embeds Finch Connect, by its API key.
	FromHost Source = "host"
	// FromBrowser is the employer's browser, which may say anything.
	FromBrowser Source = "browser"
	// FromPerch is Perch itself: it made the session, exchanged the code.
	FromPerch Source = "perch"
	// FromFinch is what Finch says of the connection.
	FromFinch Source = "finch"
	// FromImport is a history that was brought in from elsewhere.
	FromImport Source = "import"
)

// Server reports whether a source is to be believed about success.
func (s Source) Server() bool { return s != FromBrowser }

// Own reports whether a source is Perch or Finch: nobody else can speak as one.
func (s Source) Own() bool { return s == FromPerch || s == FromFinch }

// Event is one thing that happened in a session. Times are UTC, to the millisecond.
type Event struct {
	// ID is the teller's, or made from the rest: the same event told again has the
	// same.
	ID       string
	At       time.Time
	Received time.Time
	Type     Type
	// Stage is set for stage events, and where the teller knew it for others.
	Stage Stage
	// Message is the exact text the employer saw, or see the Type.
	Message string
	// ErrorType is Finch's: validation_error, employer_connection_error, or empty.
	ErrorType string
	Source    Source
}
