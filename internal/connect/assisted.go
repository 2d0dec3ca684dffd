package connect

import "time"

// phases are what a connection's status says of an assisted set-up.
var phases = map[string]Stage{"pending": TokenCreated, "processing": InvitationAccepted, "connected": PermissionVerified}

// setUp is an assisted set-up as it goes through its phases.
type setUp struct {
	stages []StageProgress
	// at is the phase that goes on, -1 for none; since when it does.
	at    int
	since time.Time
}

// readAssisted reads the phases of an assisted set-up off the connection's status
// and the stages of these names. It is empty for other sessions.
func readAssisted(s Session, events []Event, now time.Time) []StageProgress {
	if !isAssisted(s, events) {
		return nil
	}
	u := &setUp{at: -1}
	for _, stage := range AssistedStages() {
		u.stages = append(u.stages, StageProgress{Stage: stage})
	}
	for i := range events {
		u.step(&events[i])
	}
	return u.finish(now)
}

// isAssisted: the method says so, or what happens only there happened. A status
// alone says nothing of a session whose method is another.
func isAssisted(s Session, events []Event) bool {
	if s.Method == "assisted" {
		return true
	}
	for i := range events {
		e := &events[i]
		waits := e.Type == StatusChanged && (e.Message == "pending" || e.Message == "error_no_account_setup")
		if e.Stage.Assisted() || waits && s.Method == "" {
			return true
		}
	}
	return false
}

func (u *setUp) step(e *Event) {
	switch {
	case e.Type == StageEntered && e.Stage.Assisted():
		u.enter(e.Stage, e.At)
	case e.Type == StageExited && u.at >= 0 && u.stages[u.at].Stage == e.Stage:
		u.leave(e.At)
	case e.Type == Failed && e.Stage.Assisted():
		u.fail(stageRank[e.Stage] - stageRank[TokenCreated])
	case e.Type == StatusChanged:
		u.turn(e)
	}
}

// turn takes in a status.
func (u *setUp) turn(e *Event) {
	phase, ok := phases[e.Message]
	switch {
	case ok:
		u.enter(phase, e.At)
	case e.Message == "error_no_account_setup" || e.Message == "error_permissions":
		u.fail(u.at)
	case e.Message == "disconnected":
		u.leave(e.At)
	}
}

func (u *setUp) enter(phase Stage, at time.Time) {
	next := stageRank[phase] - stageRank[TokenCreated]
	if next == u.at {
		return
	}
	u.leave(at)
	u.at, u.since = next, at
	s := &u.stages[next]
	if s.Visits == 0 {
		s.First = at
	}
	s.Visits++
	s.Last = at
}

func (u *setUp) leave(at time.Time) {
	if u.at >= 0 {
		s := &u.stages[u.at]
		if s.Stage != PermissionVerified { // which is the end, not a wait
			s.Spent += at.Sub(u.since)
		}
		s.Last = at
	}
	u.at = -1
}

// fail notes an error of a phase, of the first if none goes on.
func (u *setUp) fail(at int) { u.stages[max(at, 0)].Errors++ }

// finish ends what is at its end, and counts up to now what is not.
func (u *setUp) finish(now time.Time) []StageProgress {
	verified := len(u.stages) - 1
	furthest := -1
	for i := range u.stages {
		if u.stages[i].Reached() {
			furthest = i
		}
	}
	for i := range u.stages {
		u.stages[i].Done = i < furthest || i == verified && furthest == verified
	}
	if u.at >= 0 && furthest < verified {
		s := &u.stages[u.at]
		s.Here = true
		s.Current = now.Sub(u.since)
		s.Spent += s.Current
	}
	return u.stages
}
