package alert

import (
	"slices"
	"time"

	"perch/internal/connect"
)

// manyErrors in one session are a problem: one or two are a slip of the finger.
const manyErrors = 3

// authErrors finds an employer who saw error after error in one session, and has
// not got past them since, be it in another one.
func authErrors(s story) (Finding, time.Time) {
	i := slices.IndexFunc(s.seen, func(r connect.Reading) bool {
		return r.Progress.ErrorCount >= manyErrors && len(r.Progress.Errors) > 0
	})
	if i < 0 {
		return Finding{Word: Right}, time.Time{}
	}
	r := s.seen[i]
	last := r.Progress.Errors[0]
	if f, ok := s.through(r.Session); ok {
		return f, time.Time{}
	}
	var past time.Time
	for _, r := range s.seen[:i+1] {
		past = earlier(past, wentPast(r.Progress, last))
	}
	closes := last.Last.Add(CloseAttempts)
	switch over := s.linkOver(s.seen[0]); {
	case !past.IsZero():
		return Finding{Word: Right, Over: past}, time.Time{}
	case !over.IsZero():
		return Finding{Word: Moot, Over: over}, time.Time{}
	case !s.Now.Before(closes):
		return Finding{Word: Moot, Over: closes}, time.Time{}
	}
	f := Finding{
		Class: classAt(AuthErrors, last.Stage), Move: Ours,
		Opened: firstError(r.Progress), LastSeen: last.Last, Count: r.Progress.ErrorCount, Facts: s.facts(r),
	}
	f.Facts.Session.Stage = last.Stage
	return f, earlier(closes, s.ends(s.seen[0], s.newest))
}

func firstError(p connect.Progress) time.Time {
	var first time.Time
	for _, e := range p.Errors {
		first = earlier(first, e.First)
	}
	return first
}

// wentPast is when the employer came to a stage behind that of an error after it;
// zero if they did not. Where nobody told the error's stage, any new one counts.
func wentPast(p connect.Progress, e connect.ErrorSeen) time.Time {
	order := slices.IndexFunc(p.Stages, func(st connect.StageProgress) bool { return st.Stage == e.Stage })
	var at time.Time
	if order < 0 && e.Stage != "" {
		return at
	}
	for i, st := range p.Stages {
		switch {
		case i <= order || !st.Reached():
		case st.First.After(e.Last):
			at = earlier(at, st.First)
		case order >= 0 && st.Last.After(e.Last):
			at = earlier(at, st.Last)
		}
	}
	return at
}
