package connect

import "slices"

// place lists the stages of a session in order, those of unknown names where they
// first occurred: after the stage that was entered before them.
func place(events []Event) []Stage {
	stages := Stages()
	before := Stage("")
	for i := range events {
		s := events[i].Stage
		if s == "" || s == before {
			continue
		}
		if !s.Known() && !slices.Contains(stages, s) {
			stages = slices.Insert(stages, placeAfter(stages, before), s)
		}
		if events[i].Type == StageEntered {
			before = s
		}
	}
	return stages
}

// placeAfter is where an unknown stage goes: behind the one before it, and behind
// the other unknown ones there. An assisted set-up follows all stages.
func placeAfter(stages []Stage, before Stage) int {
	at := slices.Index(stages, before) + 1
	if before.Assisted() {
		at = len(stages)
	}
	for at < len(stages) && !stages[at].Known() {
		at++
	}
	return at
}

// Assisted reports whether a stage is one of an assisted set-up.
func (s Stage) Assisted() bool {
	return s == TokenCreated || s == InvitationAccepted || s == PermissionVerified
}
