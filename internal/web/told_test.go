package web_test

import (
	"errors"
	"maps"
	"testing"

	"perch/internal/connect"
)

func TestWhatBecomesOfEventsIsObserved(t *testing.T) {
	t.Parallel()
	b, seen := newBook("s1"), map[string]int{}
	h := newHouse(keeping(b), func(h *house) {
		h.options.Told = func(from connect.Source, outcome string, events int) { seen[string(from)+" "+outcome] += events }
	})
	const two = `{"events":[{"id":"e1","type":"opened"},{"id":"e2","type":"closed"}]}`
	h.answer(t, tell(told))
	h.answer(t, byBeacon(tokenOf("s1"), two))
	h.answer(t, tell(`{"events":[{"type":"opened"},{"type":"danced"},{}]}`))
	h.answer(t, tell(two).byToken(tokenOf("s2"))) // who may not tell is not counted
	h.answer(t, ask("POST", "/v1/sessions/s9/events", two))
	b.err = errors.New("disk full")
	h.answer(t, tell(told))
	want := map[string]int{
		"host new": 1, "host known": 0, "browser new": 1, "browser known": 1, "host invalid_events": 3, "host unknown_session": 2, "host failed": 1,
	}
	if !maps.Equal(seen, want) {
		t.Errorf("saw %v, want %v", seen, want)
	}
}
