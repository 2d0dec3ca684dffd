package alert

import (
	"time"

	"perch/internal/connect"
)

// linkExpired finds a link that ended before the employer was through, and that
// no other has followed. One that somebody took back is nobody's trouble.
func linkExpired(s story) (Finding, time.Time) {
	r := s.newest
	if f, ok := s.done(r); ok {
		return f, time.Time{}
	}
	ended, closes := r.Progress.Over, r.Progress.Over.Add(CloseAttempts)
	switch {
	case r.Progress.Outcome != connect.Lapsed:
		return Finding{Word: Right, Over: r.Session.Created}, s.ends(r)
	case len(s.seen) > 0 && s.seen[0].Progress.LastMove().After(ended):
		return Finding{Word: Right, Over: s.seen[0].Progress.LastMove()}, time.Time{}
	case !r.Session.Revoked.IsZero() && !r.Session.Revoked.After(ended):
		return Finding{Word: Moot, Over: r.Session.Revoked}, time.Time{}
	case !s.Now.Before(closes):
		return Finding{Word: Moot, Over: closes}, time.Time{}
	}
	return Finding{
		Class: string(LinkExpired), Move: Ours, Opened: ended, LastSeen: ended, Facts: s.facts(r),
	}, closes
}
