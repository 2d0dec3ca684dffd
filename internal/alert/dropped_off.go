package alert

import (
	"cmp"
	"time"

	"perch/internal/connect"
)

// droppedOff finds an employer who left Finch Connect, or of whom nothing was
// heard there, without being through. It is over when they come back by any link;
// a link that was renewed and is not opened leaves it as it is. When the last link
// ends there is nothing to come back to: that is linkExpired's to tell.
func droppedOff(s story) (Finding, time.Time) {
	if len(s.seen) == 0 {
		return Finding{Word: Right}, time.Time{}
	}
	r := s.seen[0]
	left, drops := r.Progress.LastMove(), s.dropsOff(r.Progress)
	closes := drops.Add(CloseAttempts)
	if f, ok := s.through(r.Session); ok {
		return f, time.Time{}
	}
	switch over := s.linkOver(r); {
	case !over.IsZero():
		return Finding{Word: Moot, Over: over}, time.Time{}
	case s.Now.Before(drops):
		return Finding{Word: Right, Over: left}, earlier(drops, s.ends(r, s.newest))
	case !s.Now.Before(closes):
		return Finding{Word: Moot, Over: closes}, time.Time{}
	}
	f := Finding{
		Class: classAt(DroppedOff, r.Progress.Stage), Move: Ours,
		Opened: left, LastSeen: drops, Facts: s.facts(r),
	}
	f.Facts.Session.Closed = !r.Progress.ClosedAt.IsZero()
	f.Facts.Session.there(r.Progress)
	return f, earlier(closes, s.ends(r, s.newest))
}

// dropsOff is when an employer counts as dropped off if nothing is heard of them.
func (s story) dropsOff(p connect.Progress) time.Time {
	return cmp.Or(p.DropsOff, p.LastMove().Add(s.Limits.Silence()))
}

// there notes the time and visits at the stage where an employer is, or in Finch
// Connect where nobody told of stages.
func (f *SessionFacts) there(p connect.Progress) {
	f.Spent, f.Visits = p.Spent, p.Visits
	for _, st := range append(p.Stages[:len(p.Stages):len(p.Stages)], p.Assisted...) {
		if st.Stage == p.Stage && st.Reached() {
			f.Spent, f.Visits = st.Spent, st.Visits
		}
	}
}
