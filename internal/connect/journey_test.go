package connect

import (
	"testing"
	"time"
)

func TestJourneyTakesWhereTheEmployerWasSeenLast(t *testing.T) {
	t.Parallel()
	reading := func(id string, o Outcome, seen time.Duration) Reading {
		r := Reading{Session: Session{ID: id}, Progress: Progress{Outcome: o}}
		if seen > 0 {
			r.Progress.Last = day.Add(seen)
		}
		if o == Connected {
			r.Progress.Over = day.Add(seen + 1)
		}
		return r
	}
	tests := []struct {
		name     string
		readings []Reading
		want     string
		attempts int
	}{
		{"one", []Reading{reading("a", DroppedOff, 1)}, "a", 1},
		{"never seen", []Reading{reading("b", Unopened, 0), reading("a", Lapsed, 0)}, "b", 0},
		{"renewed, not opened", []Reading{reading("b", Unopened, 0), reading("a", Lapsed, 5)}, "a", 1},
		{"renewed, and gone on", []Reading{reading("b", InProgress, 9), reading("a", Lapsed, 5)}, "b", 2},
		{"through by the older link", []Reading{reading("b", DroppedOff, 5), reading("a", Connected, 9)}, "a", 2},
		{"long through, and back to reconnect", []Reading{reading("c", DroppedOff, 90), reading("b", Connected, 9), reading("a", DroppedOff, 5)}, "c", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, attempts, ok := Journey(tt.readings)
			if !ok || got.Session.ID != tt.want || attempts != tt.attempts {
				t.Errorf("counts %s after %d attempts, %v", got.Session.ID, attempts, ok)
			}
		})
	}
	if _, _, ok := Journey(nil); ok {
		t.Error("nobody has a journey")
	}
}
