package alert

import (
	"time"

	"perch/internal/connect"
)

// unusedAfter is how long a link may lie unopened.
const unusedAfter = 3 * 24 * time.Hour

// linkUnused finds a link that the employer has not opened. Of several the last
// one counts, and none while they are on their way by an older one. Whoever has a
// connection needs no link but one to reconnect.
func linkUnused(s story) (Finding, time.Time) {
	r := s.newest
	made, due := r.Session.Created, r.Session.Created.Add(unusedAfter)
	if f, ok := s.done(r); ok {
		return f, time.Time{}
	}
	switch p := r.Progress; {
	case p.Outcome == connect.Lapsed:
		return Finding{Word: Moot, Over: p.Over}, time.Time{}
	case len(s.seen) > 0 && s.seen[0].Progress.LastMove().After(made):
		return Finding{Word: Right, Over: s.seen[0].Progress.LastMove()}, time.Time{}
	case p.Outcome != connect.Unopened:
		return Finding{Word: Right, Over: p.Opened}, time.Time{}
	case s.Now.Before(due): // what was said of an older link matters no more
		return Finding{Word: Moot, Over: made}, earlier(due, s.ends(r))
	}
	return Finding{
		Class: string(LinkUnused), Move: Ours, Opened: made, LastSeen: due, Facts: s.facts(r),
	}, s.ends(r)
}

// done says that the employer is through by a link, or needs it no more.
func (s story) done(r connect.Reading) (Finding, bool) {
	linked := s.linked(r.Session)
	if f, ok := s.through(r.Session); ok || r.Session.Reconnect || linked.IsZero() {
		return f, ok
	}
	return Finding{Word: Settled, Over: linked}, true
}
