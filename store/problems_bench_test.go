package store_test

import (
	"fmt"
	"testing"
	"time"

	"perch/internal/finch"
)

// BenchmarkOutage has ten thousand connections of one provider fail one after
// another, with one channel subscribed, and recover. Each figure is what one
// problem takes on the average of a hundred: the first, those just before the
// outage opens and just after, the last; "opening-ms" is the one that opens it.
func BenchmarkOutage(b *testing.B) {
	const n = 10_000
	for b.Loop() {
		p := sqlitePlace(b)
		s := p.open(b)
		began := time.Now()
		for from := 0; from < n; from += 500 {
			knownFrom(b, s, "gusto", from, from+500)
		}
		granted := time.Since(began)
		subscribe(b, s, "C1", nil)
		each := func(from, to int, status finch.JobStatus) float64 {
			began := time.Now()
			for i := from; i < to; i++ {
				p.clock.advance(5 * time.Millisecond)
				record(b, s, p.ends(fmt.Sprint("gusto-", i+1), status))
			}
			return float64(time.Since(began).Microseconds()) / 1000 / float64(to-from)
		}
		opens := n/3 + 1 // the one with which a third has failed
		b.ReportMetric(each(0, 100, finch.JobFailed), "first-ms")
		each(100, opens-101, finch.JobFailed)
		b.ReportMetric(each(opens-101, opens-1, finch.JobFailed), "before-ms")
		b.ReportMetric(each(opens-1, opens, finch.JobFailed), "opening-ms")
		b.ReportMetric(each(opens, opens+100, finch.JobFailed), "after-ms")
		each(opens+100, n-100, finch.JobFailed)
		b.ReportMetric(each(n-100, n, finch.JobFailed), "last-ms")
		b.ReportMetric(each(0, 100, finch.JobComplete), "recovery-ms")
		b.ReportMetric(float64(granted.Milliseconds())/n, "grant-ms")
		if got := outages(b, s); len(got) != 1 || figures(got[0]) != "open 10000 of 10000, 100 recovered" {
			b.Fatalf("%+v", got)
		}
	}
}

// BenchmarkWell measures the record of what is as it should be, of a connection
// with four hundred days of syncs of which some failed: nothing comes of its
// judgement.
func BenchmarkWell(b *testing.B) {
	p := sqlitePlace(b)
	s := p.open(b)
	knownFrom(b, s, "gusto", 0, 1000)
	subscribe(b, s, "C1", nil)
	var jobs []finch.KnownJob
	for i := range 400 {
		j := p.ends("gusto-1", finch.JobComplete)
		j.ID = fmt.Sprint("old ", i)
		j.Started = start.Add(-time.Duration(i*24+2) * time.Hour)
		j.Completed = j.Started.Add(time.Minute)
		if i%20 == 3 {
			j.Status = finch.JobFailed
		}
		jobs = append(jobs, j)
	}
	if _, err := s.RecordJobs(b.Context(), jobs); err != nil {
		b.Fatal(err)
	}
	b.Run("a sync that ended", func(b *testing.B) {
		for b.Loop() {
			p.clock.advance(time.Second)
			p.heals(b, s, "gusto-1")
		}
	})
	b.Run("a look", func(b *testing.B) {
		facts := harbor(p.clock.now())
		facts.Introspection.ConnectionID = "gusto-1"
		for b.Loop() {
			p.clock.advance(time.Second)
			facts.At = p.clock.now()
			if err := s.Learn(b.Context(), facts); err != nil {
				b.Fatal(err)
			}
		}
	})
}
