package store_test

import (
	"fmt"
	"testing"
	"time"

	"perch/internal/connect"
)

// BenchmarkReadingADropOff is one employer who is read as stopped, judged, told of
// and looked at for a surge, where so many sessions moved within the day.
func BenchmarkReadingADropOff(b *testing.B) {
	for _, day := range []int{100, 10_000} {
		b.Run(fmt.Sprint(day), func(b *testing.B) {
			p := sqlitePlace(b)
			s := p.open(b)
			subscribe(b, s, "C1", nil)
			var imported []connect.Imported
			for i := range day {
				id := fmt.Sprint("busy ", i)
				c := of(id, "busy cust "+fmt.Sprint(i), "Busy")
				events := []connect.Event{told(0, connect.Opened, ""), told(time.Minute, connect.StageEntered, connect.MFA), told(2*time.Minute, connect.Succeeded, "")}
				imported = append(imported, connect.Imported{Session: c, Events: events})
			}
			if _, _, err := s.ImportSessions(b.Context(), imported); err != nil {
				b.Fatal(err)
			}
			p.clock.advance(time.Hour)
			readDue(b, s)
			n := 0
			for b.Loop() {
				b.StopTimer()
				n++
				p.employer(b, s, n)
				p.clock.advance(30 * time.Minute)
				b.StartTimer()
				readDue(b, s)
			}
		})
	}
}
