package connect

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// typeRank orders what happened in the same millisecond: a stage is left before
// the next is entered, and an error is seen before the window closes.
var typeRank = map[Type]int{
	Opened: 1, StageExited: 2, StageEntered: 3, Failed: 4, Closed: 5,
	Succeeded: 6, TokenExchanged: 7, StatusChanged: 8, FirstData: 9, Expired: 10,
}

// stageRank orders stages that were entered in the same millisecond.
var stageRank = func() map[Stage]int {
	rank := map[Stage]int{}
	for i, s := range append(Stages(), AssistedStages()...) {
		rank[s] = i + 1
	}
	return rank
}()

// ordered gives the events in the one order in which they are read, each once. A
// clock that goes ahead is taken back to now, after its own order was used.
func ordered(events []Event, now time.Time) []Event {
	sorted := slices.Clone(events)
	for i := range sorted {
		e := &sorted[i]
		if e.At.IsZero() {
			e.At = e.Received
		}
		e.At = moment(e.At)
	}
	slices.SortFunc(sorted, compareEvents)
	once := sorted[:0]
	known := make(map[string]struct{}, len(sorted))
	for _, e := range sorted {
		if !twice(e, once, known) {
			once = append(once, e)
		}
	}
	for i := range once {
		if once[i].At.After(now) {
			once[i].At = now
		}
	}
	return once
}

// twice reports whether an event is there already: by its id, or without one as
// the very same words.
func twice(e Event, once []Event, known map[string]struct{}) bool {
	if e.ID == "" {
		return len(once) > 0 && compareEvents(e, once[len(once)-1]) == 0
	}
	_, twice := known[e.ID]
	known[e.ID] = struct{}{}
	return twice
}

func compareEvents(a, b Event) int {
	if c := a.At.Compare(b.At); c != 0 {
		return c
	}
	return cmp.Or(
		compareTypes(a.Type, b.Type),
		cmp.Compare(stageRank[a.Stage], stageRank[b.Stage]),
		strings.Compare(a.ID, b.ID),
		strings.Compare(string(a.Stage), string(b.Stage)),
		strings.Compare(a.Message, b.Message),
		strings.Compare(a.ErrorType, b.ErrorType),
		strings.Compare(string(a.Source), string(b.Source)),
	)
}

func compareTypes(a, b Type) int {
	return cmp.Or(cmp.Compare(typeRank[a], typeRank[b]), strings.Compare(string(a), string(b)))
}

// moment is a time as the store keeps it: UTC, to the millisecond.
func moment(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Millisecond)
}
