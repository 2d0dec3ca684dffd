package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"perch/bot/card"
	"perch/internal/alert"
	"perch/internal/connect"
)

// recentSessions is how many of a connection's sessions are looked at for one in
// which the employer signs in again.
const recentSessions = 5

// reconnecting is the session in which the employer of a problem's connection signs
// in again, or none where nobody is at it.
func (p perch) reconnecting(ctx context.Context, problem alert.Problem) (*connect.Reading, error) {
	if p.Finder == nil || problem.Key.ConnectionID == "" || problem.State != alert.Open {
		return nil, nil
	}
	found, err := p.Finder.ConnectionSessions(ctx, problem.Key.ConnectionID, recentSessions)
	if err != nil {
		return nil, fmt.Errorf("read the sessions of a connection: %w", err)
	}
	i := slices.IndexFunc(found, func(r connect.Reading) bool {
		return r.Session.Reconnect && !r.Progress.Outcome.Over()
	})
	if i < 0 {
		return nil, nil
	}
	return &found[i], nil
}

// reconnectLine is that session in plain words: "Reconnect session: in progress at
// Sign-in, opened 5 min ago".
func reconnectLine(r connect.Reading, now time.Time) string {
	said := []string{"Reconnect session: " + stateOf(r).words()}
	switch p := r.Progress; {
	case !p.Opened.IsZero():
		said = append(said, "opened "+card.Ago(p.Opened, now))
	case !r.Session.Created.IsZero():
		said = append(said, "link made "+card.Ago(r.Session.Created, now))
	}
	if n := r.Progress.ErrorCount; n > 0 {
		said = append(said, card.Counted(n, "error"))
	}
	return stateOf(r).sign() + " " + strings.Join(said, ", ")
}
