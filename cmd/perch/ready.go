package main

import (
	"context"
	"sync/atomic"
	"time"

	"perch/bot/socket"
)

// pinger is a database that can say whether it answers.
type pinger interface {
	Ping(ctx context.Context) error
}

// readiness tells whether this process can do its work now.
type readiness struct {
	database pinger
	slack    atomic.Pointer[socket.Client]
	revoked  atomic.Bool
}

// databaseTimeout is how long the database may take to say that it is there.
const databaseTimeout = 2 * time.Second

// Ready returns the reasons why not; none means ready.
func (r *readiness) Ready(ctx context.Context) []string {
	ctx, cancel := context.WithTimeout(ctx, databaseTimeout)
	defer cancel()
	var reasons []string
	if err := r.database.Ping(ctx); err != nil {
		reasons = append(reasons, "database: does not answer")
	}
	switch sockets := r.slack.Load(); {
	case r.revoked.Load():
		reasons = append(reasons, "slack: the app was uninstalled or its tokens were revoked")
	case sockets == nil:
		reasons = append(reasons, "slack: has not said yet who we are")
	case sockets.Live() == 0:
		reasons = append(reasons, "slack: no live socket"+lastReason(sockets.Stats()))
	}
	return reasons
}

func lastReason(s socket.Stats) string {
	if s.LastDisconnect == "" {
		return ""
	}
	return " (last: " + s.LastDisconnect + ")"
}
