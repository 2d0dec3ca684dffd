package finch

import (
	"errors"
	"time"
)

// Facts is what one look at Finch brought: the introspection, and the jobs
// where they could be read too.
type Facts struct {
	Introspection Introspection
	// Jobs is nil when /jobs/automated was not asked or did not answer.
	Jobs *JobList
	// At is when Finch answered.
	At time.Time
}

// Grant is an access token with what Finch said of it: proof that it works
// and which connection it belongs to.
type Grant struct {
	Token Token
	Facts Facts
}

// Due is a connection whose turn it is to be looked at. Fence grows by one with
// every claim: whoever comes back with an older one was overtaken, and its
// result must not be written over the newer one.
type Due struct {
	ConnectionID string
	Fence        int64
}

// Why Finch is not asked about a connection. The vault and those who ask it share
// these.
var (
	// ErrUnknown: no connection of that id was ever seen here.
	ErrUnknown = errors.New("no such connection here")
	// ErrNoToken: the connection is known, but there is no token to ask with.
	ErrNoToken = errors.New("no access token here for this connection")
	// ErrStopping: Perch is about to end, and asks nothing more or gave up waiting
	// for the answer.
	ErrStopping = errors.New("perch is stopping")
)
