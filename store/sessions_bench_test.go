package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"perch/internal/connect"
	"perch/store"
)

// eventsOfOne is how many events each session of a benchmark has.
const eventsOfOne = 50

// BenchmarkTimelines measures what a person waits for who asks for a session, or
// for some, among 200,000 stored events, or as many as PERCH_BENCH_EVENTS says, 50
// of each session. PERCH_BENCH_DIR names a folder to keep the database in.
//
//	PERCH_BENCH_DIR=/var/tmp PERCH_BENCH_EVENTS=50000000 go test ./store -run none -bench BenchmarkTimelines -benchtime 1000x -timeout 60m -v
//
// p50 and p99 are in milliseconds, with the file in the system's cache.
func BenchmarkTimelines(b *testing.B) {
	h := timelines(b)
	bench{place: h.place}.warm(b)
	s := h.open(b)
	r := rand.New(rand.NewPCG(1, 2))
	one := func() int { return r.IntN(h.sessions) }
	list := func(scope connect.Scope, words string) func() (int, error) {
		return func() (int, error) {
			page, err := s.Sessions(b.Context(), connect.ListQuery{Scope: scope, Words: words, Limit: 20})
			return len(page.Briefs), err
		}
	}
	for _, q := range []struct {
		name string
		ask  func() (rows int, err error)
	}{
		{"events of a session", func() (int, error) {
			events, err := s.SessionEvents(b.Context(), benchSession(one()))
			return len(events), err
		}},
		{"a session with what can be read off it", func() (int, error) {
			_, err := s.Session(b.Context(), benchSession(one()))
			return 1, err
		}},
		{"sessions of a customer", func() (int, error) {
			readings, err := s.CustomerSessions(b.Context(), fmt.Sprint("cust_", one()/3), 10)
			return len(readings), err
		}},
		{"find by customer id", func() (int, error) {
			found, err := s.FindSessions(b.Context(), fmt.Sprint("CUST_", one()/3), 10)
			return len(found), err
		}},
		{"find by a name", func() (int, error) {
			found, err := s.FindSessions(b.Context(), fmt.Sprint("customer no ", one()/3), 10)
			return len(found), err
		}},
		{"nearest names", func() (int, error) {
			found, err := s.NearestSessions(b.Context(), "costumer no 12", 5)
			return len(found), err
		}},
		{"underway", list(connect.Underway, "")},
		{"staged", list(connect.Staged, "")},
		{"staged of a name", list(connect.Staged, "no 7")},
		{"every", list(connect.Every, "")},
		{"every of a name", list(connect.Every, "no 77")},
		{"counts", func() (int, error) { _, err := s.Counts(b.Context(), ""); return 1, err }},
		{"the same error", func() (int, error) {
			n, _, err := s.SameError(b.Context(), benchError, start.Add(-7*24*time.Hour))
			return n, err
		}},
	} {
		b.Run(q.name, func(b *testing.B) {
			var t taken
			for b.Loop() {
				began := time.Now()
				n, err := q.ask()
				if err != nil {
					b.Fatal(err)
				}
				t.add(taken{times: []time.Duration{time.Since(began)}, rows: n})
			}
			t.reportAlone(b)
		})
	}
}

func (t *taken) reportAlone(b *testing.B) {
	b.ReportMetric(t.at(0.50), "p50")
	b.ReportMetric(t.at(0.99), "p99")
	b.ReportMetric(t.rowsEach(), "rows")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkSessionEvents measures the intake of events, each stored before its
// answer, told one by one by so many at once, alone and while the sessions are
// read: events a second, and how long a teller waits, in milliseconds.
func BenchmarkSessionEvents(b *testing.B) {
	const sessions = 1000
	for _, tellers := range []int{1, 16, 64} {
		for _, reading := range []bool{false, true} {
			name := fmt.Sprintf("%d at once", tellers)
			if reading {
				name += ", read meanwhile"
			}
			b.Run(name, func(b *testing.B) {
				p := sqlitePlace(b)
				p.clock.advance(time.Hour)
				s := p.open(b)
				for i := range sessions {
					register(b, s, of(benchSession(i), fmt.Sprint("cust-", i), "Acme"))
				}
				readDue(b, s)
				ctx, stop := context.WithCancel(b.Context())
				var readers sync.WaitGroup
				if reading {
					readers.Go(func() { readOnAndOn(b, ctx, s) })
				}
				b.ResetTimer()
				began := time.Now()
				t := tellMany(b, s, tellers, sessions)
				took := time.Since(began)
				stop()
				readers.Wait()
				b.ReportMetric(float64(len(t.times))/took.Seconds(), "events/s")
				t.reportAlone(b)
			})
		}
	}
}

// tellMany adds one event for each round of the benchmark, whoever is free.
func tellMany(b *testing.B, s *store.Store, tellers, sessions int) taken {
	var all taken
	var lock sync.Mutex
	var next atomic.Int64
	var wg sync.WaitGroup
	for range tellers {
		wg.Go(func() {
			var mine []time.Duration
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				e := told(time.Duration(n)*time.Millisecond, connect.StageEntered, connect.Stages()[n%7])
				began := time.Now()
				if _, err := s.AddSessionEvents(b.Context(), benchSession(int(n)%sessions), []connect.Event{e}); err != nil {
					b.Error(err)
					return
				}
				mine = append(mine, time.Since(began))
			}
			lock.Lock()
			defer lock.Unlock()
			all.add(taken{times: mine})
		})
	}
	wg.Wait()
	return all
}

// readOnAndOn reads as package watch does: as soon as something moved, and then
// after a rest of 200 ms, or as long as the reading took.
func readOnAndOn(b *testing.B, ctx context.Context, s *store.Store) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.Moved():
		}
		began := time.Now()
		for more := true; more && ctx.Err() == nil; {
			var err error
			if more, err = s.ReadSessions(b.Context(), 50); err != nil {
				b.Error(err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(max(200*time.Millisecond, time.Since(began))):
		}
	}
}

// BenchmarkFunnel measures a funnel and a baseline over 90 days in which a million
// sessions were made at 20 providers, by the rows that these leave.
func BenchmarkFunnel(b *testing.B) {
	p := sqlitePlace(b)
	s := p.open(b)
	pool, err := sql.Open("sqlite", p.database)
	if err != nil {
		b.Fatal(err)
	}
	addFunnel(b, pool)
	pool.Close()
	ask := func(query connect.FunnelQuery) func() (int, error) {
		return func() (int, error) {
			f, err := s.Funnel(b.Context(), query)
			return f.Sessions, err
		}
	}
	since := start.Add(-89 * 24 * time.Hour)
	for _, q := range []struct {
		name string
		ask  func() (int, error)
	}{
		{"of all", ask(connect.FunnelQuery{Since: since, Until: start})},
		{"of a provider", ask(connect.FunnelQuery{Since: since, Until: start, Provider: "provider_7"})},
		{"baseline", func() (int, error) {
			p.clock.advance(time.Minute)
			base, err := s.Baseline(b.Context())
			return base.Sessions, err
		}},
	} {
		b.Run(q.name, func(b *testing.B) {
			var t taken
			for b.Loop() {
				began := time.Now()
				n, err := q.ask()
				if err != nil {
					b.Fatal(err)
				}
				t.add(taken{times: []time.Duration{time.Since(began)}, rows: n})
			}
			t.reportAlone(b)
		})
	}
}

// addFunnel adds what a million sessions in 90 days leave in the funnel.
func addFunnel(b *testing.B, pool *sql.DB) {
	b.Helper()
	const days, providers, each = 90, 20, 1_000_000 / 90 / 20
	r := rand.New(rand.NewPCG(3, 4))
	tx, err := pool.BeginTx(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	stages := append(append([]connect.Stage{""}, connect.Stages()...), "an_unknown_stage")
	for day := range days {
		for provider := range providers {
			for i, stage := range stages {
				var h connect.Histogram
				for range each - i*50 {
					h.Add(time.Duration(r.ExpFloat64() * float64(3*time.Minute)))
				}
				text, err := h.MarshalJSON()
				if err != nil {
					b.Fatal(err)
				}
				if _, err := tx.ExecContext(b.Context(), "INSERT INTO funnel_days VALUES ($1, $2, $3, $4, $4, $4, $4, 50, $5)",
					start.UnixMilli()/86_400_000-int64(day), fmt.Sprint("provider_", provider), string(stage), each-i*50, string(text)); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
}
