package card

import "time"

// Place is where a message stands. Slack: a message to a user's id lands in a
// conversation with an id of its own, which is the one to use from then on.
type Place struct{ Channel, TS string }

// Posting is a message on its way.
type Posting struct {
	Channel string // or a user's id
	// ThreadTS is the parent's ts; empty for the channel itself. Broadcast has the
	// channel see what is said in the thread.
	ThreadTS  string
	Broadcast bool
	// Key marks the message for Search. Everybody can read it.
	Key     string
	Message Message
}

// Search looks for a message that may have been posted since a time.
type Search struct {
	Channel, ThreadTS, Key string
	Since                  time.Time
}
