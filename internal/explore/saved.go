package explore

import (
	"errors"
	"time"
)

// ErrUnknownQuery means that no question is kept under an id.
var ErrUnknownQuery = errors.New("no such saved question")

// ErrTooManyQueries means that a person or a channel keeps as many as can be kept.
var ErrTooManyQueries = errors.New("too many saved questions")

// Saved is a question kept under a name, for a person or a channel. It holds no
// answer.
type Saved struct {
	ID int64
	// Place is a Slack user's id or a channel's.
	Place, Name string
	// Query's endpoint is found again by method and path when it is read.
	Query Query
	// Maker is a Slack user's id.
	Maker string
	Made  time.Time
}
