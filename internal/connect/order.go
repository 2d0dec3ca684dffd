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

// spot is an event by its time and place among those told: light to sort.
type spot struct {
	ms int64
	i  int
}

// ordered gives the events in the one order in which they are read, each once. A
// clock that goes ahead is taken back to now, after its own order was used.
func ordered(events []Event, now time.Time) []Event {
	once := make([]Event, 0, len(events))
	known := make(map[string]struct{}, len(events))
	spots := sortedSpots(events)
	for n, s := range spots {
		e := &events[s.i]
		if e.ID == "" && n > 0 && spots[n-1].ms == s.ms && compareEvents(e, &events[spots[n-1].i]) == 0 {
			continue // the very same words of the same moment
		}
		if _, twice := known[e.ID]; twice {
			continue
		}
		if e.ID != "" {
			known[e.ID] = struct{}{}
		}
		once = append(once, *e)
		last := &once[len(once)-1]
		last.At = time.UnixMilli(s.ms).UTC()
		if last.At.After(now) {
			last.At = now
		}
	}
	return once
}

func sortedSpots(events []Event) []spot {
	spots := make([]spot, len(events))
	for i := range events {
		at := events[i].At
		if at.IsZero() {
			at = events[i].Received
		}
		spots[i] = spot{moment(at).UnixMilli(), i}
	}
	slices.SortFunc(spots, func(a, b spot) int {
		if a.ms != b.ms {
			return cmp.Compare(a.ms, b.ms)
		}
		return compareEvents(&events[a.i], &events[b.i])
	})
	return spots
}

// compareEvents orders what happened in the same millisecond.
func compareEvents(a, b *Event) int {
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
