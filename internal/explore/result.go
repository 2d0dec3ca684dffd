package explore

import (
	"errors"
	"time"

	"perch/internal/finch"
)

// ErrUnaccounted means that the audit log could not be written, so that nothing was
// asked, or what was answered is withheld.
var ErrUnaccounted = errors.New("the audit log cannot be written")

// Order is a question with who asks it and what they wish to see.
type Order struct {
	// Who is a Slack user's id.
	Who   string
	Query Query
	// Reveal are fields to be shown in clear, as paths of Masked.Fields; Reason is
	// why, and goes into the audit log. Tokens are never shown. Only the items From
	// to From+Count of the answer's list are shown then.
	Reveal      []string
	Reason      string
	From, Count int
}

// Result is what became of a call. Nothing in it is more than may be seen.
type Result struct {
	Query Query
	// Status is HTTP's, 0 where nobody answered.
	Status int
	// Took is how long Finch took, waits and repeats included; At is when it
	// answered.
	Took time.Duration
	At   time.Time
	// RequestID is Finch's id of the request.
	RequestID string
	// Retrieved is when Finch fetched the data from the provider, Attempted when it
	// last tried, and Attempt how that ended ("success", "error", "partial_error");
	// zero and empty where Finch did not say.
	Retrieved, Attempted time.Time
	Attempt              string
	// Left is how many more calls of this endpoint fit into the running minute;
	// negative where there is no such limit.
	Left int
	// Size is the answer's length in bytes.
	Size int
	// Body is the answer, masked; nil where there is none.
	Body *Masked
	// Refused is why there is no answer; nil where there is one.
	Refused *Refusal
	// Notes say what did not follow from a write that Finch took, such as that its
	// token could not be kept: a sentence each, most often none.
	Notes []string
	// JobID is the job that the call began; it is followed.
	JobID string
	// TokenID is Finch's id of a token that the answer held and that is in the vault
	// now; TokenOf is its connection.
	TokenID, TokenOf string
	// Revealed are the paths that are shown in clear.
	Revealed []string
}

// Refusal is an answer that brings nothing.
type Refusal struct {
	Status     int
	Name, Code string
	// Message is Finch's sentence, with all that looks personal masked.
	Message string
	Trouble finch.Trouble
	// Sentence says what it means and the way out, Move whose move it is ("the
	// employer's"), both ours.
	Sentence, Move string
	// Until is when asking again makes sense, zero where nobody said.
	Until time.Time
	// NotJSON: there was a body and it was no JSON, as a gateway's is not.
	NotJSON bool
}

// ChoicesOrder asks what ids there are to choose from.
type ChoicesOrder struct {
	Who, ConnectionID string
	// EntityID is whose they are, empty where the connection has one entity.
	EntityID string
	Pick     finch.Pick
}
