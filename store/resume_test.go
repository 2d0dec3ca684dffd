package store_test

import (
	"fmt"
	"testing"
	"time"

	"perch/internal/alert"
	"perch/store"
)

func TestAnOutageIsToldAfterAPause(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(t *testing.T, p place, s *store.Store, pause func()){
		"paused before it was told": func(t *testing.T, p place, s *store.Store, pause func()) {
			deliver(t, p, s) // its problems were
			p.fails(t, s, "gusto-5")
			pause()
		},
		"paused before it opened": func(t *testing.T, p place, s *store.Store, pause func()) {
			pause()
			p.fails(t, s, "gusto-5")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(t *testing.T, p place) {
				s := p.open(t)
				known(t, s, "gusto", 12)
				sub := subscribe(t, s, "C1", func(w *alert.Wish) { w.Exclude.Customers = []string{"cust-5"} })
				for i := range 4 {
					p.fails(t, s, fmt.Sprint("gusto-", i+1))
				}
				prepare(t, p, s, func() {
					if err := s.PauseSubscription(t.Context(), sub.ID, "U1", ""); err != nil {
						t.Fatal(err)
					}
				})
				p.clock.advance(time.Minute)
				if err := s.ResumeSubscription(t.Context(), sub.ID, "U1"); err != nil {
					t.Fatal(err)
				}
				want(t, "the outage, once", owed(t, p), fmt.Sprint("C1 card ", outages(t, s)[0].ID))
			})
		})
	}
}
