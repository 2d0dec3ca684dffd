package main

import (
	"context"
	"fmt"
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
	standing atomic.Pointer[standing]
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
	if reason := r.slackReason(); reason != "" {
		reasons = append(reasons, "slack: "+reason)
	}
	return reasons
}

func (r *readiness) slackReason() string {
	sockets, standing := r.slack.Load(), r.standing.Load()
	switch {
	case sockets == nil || standing == nil:
		return "has not said yet who we are"
	case standing.refused.Load():
		return "the app was uninstalled or its token was revoked"
	default:
		return socketReason(sockets.Stats())
	}
}

// socketReason is why there is no live socket, or "" if there is one.
func socketReason(s socket.Stats) string {
	switch {
	case s.Live > 0:
		return ""
	case s.LastDisconnectAt.IsZero():
		return "no live socket yet"
	default:
		return fmt.Sprintf("no live socket since %s; last: %s", s.LastDisconnectAt.UTC().Format("15:04 UTC"), s.LastDisconnect)
	}
}

// sockets are how the sockets to Slack are; all zero before there are any.
func (r *readiness) sockets() socket.Stats {
	if sockets := r.slack.Load(); sockets != nil {
		return sockets.Stats()
	}
	return socket.Stats{}
}
