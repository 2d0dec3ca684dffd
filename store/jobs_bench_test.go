package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"perch/internal/finch"
	"perch/store"
)

var benchFailed = []finch.JobStatus{finch.JobFailed, finch.JobReauthError, finch.JobPermissionsError}

// BenchmarkJobs measures what a person waits for who asks for jobs, on SQLite,
// in a history of 100,000 jobs and in one of PERCH_BENCH_JOBS if that is set.
// PERCH_BENCH_DIR names a folder to keep the two databases in, since ten million
// jobs take minutes to make.
//
//	PERCH_BENCH_DIR=/var/tmp PERCH_BENCH_JOBS=10000000 go test ./store -run none -bench BenchmarkJobs -benchtime 20x -timeout 60m -v
//
// A question is put to the histories in turn, a hundred times to each, every time
// about another connection or time, so that whatever else the machine does hits
// both. Only one is open at a time: all SQLite of a process shares one cache of
// pages, and the larger history would leave nothing of it to the smaller.
// p50 and p99 are in milliseconds. "growth" is how many times as long the
// larger history took at the median, where both had equally many rows to give.
//
// "warm" holds the files in the system's cache (where it may lock that much) and
// leaves to Perch its own small one. "cold" is a store just opened on a file that
// has left the system's cache (Linux; everywhere else it is warm too).
//
// On two cores, 100,000 to 10,000,000 jobs, most questions grow by 1.0 to 1.2.
// Two may grow by 1.2 to 1.7 (0.4 to 0.7 ms, 0.3 to 0.6 ms), and no cache that
// Perch could afford changes it: of a rare status the smaller history has 200
// jobs at all, which stay in Perch's own cache; the failed ones of a provider are
// searched in eighteen ranges and lie on pages of their own, each one level deeper
// in the larger tree, 2 to 3 microseconds for each page from the system's cache.
func BenchmarkJobs(b *testing.B) {
	histories := benchHistories(b)
	b.Run("warm", func(b *testing.B) {
		for _, h := range histories {
			h.warm(b)
		}
		for _, q := range questions() {
			b.Run(q.name, func(b *testing.B) { q.ask(b, histories, false) })
		}
	})
	for _, q := range questions() {
		if q.cold {
			b.Run("cold/"+q.name, func(b *testing.B) { q.ask(b, histories, true) })
		}
	}
}

func benchHistories(b *testing.B) []bench {
	b.Helper()
	sizes := []int{100_000}
	if text := os.Getenv("PERCH_BENCH_JOBS"); text != "" {
		jobs, err := strconv.Atoi(text)
		if err != nil {
			b.Fatal(err)
		}
		sizes = slices.Compact(append(sizes, jobs))
	}
	var histories []bench
	for _, jobs := range sizes {
		histories = append(histories, historyOf(b, jobs))
	}
	return histories
}

// BenchmarkPruneJobs measures how long others wait to write while twentieths
// of the larger history of BenchmarkJobs are removed, one after another; "rows"
// is how many for each write.
func BenchmarkPruneJobs(b *testing.B) {
	histories := benchHistories(b)
	h := histories[len(histories)-1].copied(b)
	s := h.open(b)
	var t taken
	before := start.Add(-benchSpan)
	for b.Loop() {
		var done sync.WaitGroup
		ctx, cancel := context.WithCancel(b.Context())
		before = before.Add(benchSpan / 20)
		done.Go(func() {
			defer cancel()
			n, err := s.PruneJobs(b.Context(), before)
			if err != nil {
				b.Error(err)
			}
			t.rows += n
		})
		for ctx.Err() == nil {
			began := time.Now()
			if _, err := s.TakeIn(b.Context(), "finch", fmt.Sprint(len(t.times)), []byte("{}")); err != nil {
				b.Fatal(err)
			}
			t.times = append(t.times, time.Since(began))
		}
		done.Wait()
	}
	t.report(b, h)
}

// BenchmarkRecordJob measures what is said of jobs on its way to the disk, with
// the judgement of their connections: a new one, one that is known and has ended,
// and a thousand new ones together.
func BenchmarkRecordJob(b *testing.B) {
	s := sqlitePlace(b).open(b)
	knownFrom(b, s, "gusto", 0, 1000)
	connection := func(n int) string { return fmt.Sprint("gusto-", 1+n%1000) }
	n := 0
	fresh := func() finch.KnownJob {
		n++
		j := asked(benchJob(n), connection(n))
		j.RequestIDs = []string{benchJob(n)}
		return j
	}
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			record(b, s, fresh())
		}
	})
	b.Run("ended", func(b *testing.B) {
		of := n
		for b.Loop() {
			j := asked(benchJob(1+n%of), connection(1+n%of))
			n++
			j.Status, j.Learned = finch.JobComplete, start.Add(time.Duration(n)*time.Second)
			record(b, s, j)
		}
	})
	b.Run("a thousand new", func(b *testing.B) {
		for b.Loop() {
			jobs := make([]finch.KnownJob, 1000)
			for i := range jobs {
				jobs[i] = fresh()
			}
			if _, err := s.RecordJobs(b.Context(), jobs); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// question is something a person asks; each time of another part of the history.
type question struct {
	name string
	put  func(ctx context.Context, h bench, s *store.Store, r *rand.Rand) (rows int, err error)
	cold bool // is asked cold too
}

func questions() []question {
	list := func(name string, query func(r *rand.Rand) finch.JobQuery) question {
		return question{name: name, put: func(ctx context.Context, _ bench, s *store.Store, r *rand.Rand) (int, error) {
			page, err := s.Jobs(ctx, query(r))
			return len(page.Jobs), err
		}}
	}
	page := func(name string, q finch.JobQuery) question {
		return list(name, func(r *rand.Rand) finch.JobQuery {
			q.Limit, q.Until = 20, start.Add(-time.Duration(r.Int64N(int64(benchSpan/2))))
			if q.Provider == "one" {
				q.Provider = fmt.Sprint("provider_", r.IntN(benchProviders))
			}
			return q
		})
	}
	cold := func(q question) question {
		q.cold = true
		return q
	}
	connection := func(r *rand.Rand) string { return benchConnection(r.IntN(benchConnections)) }
	return []question{
		cold(list("newest 10 of a connection", func(r *rand.Rand) finch.JobQuery {
			return finch.JobQuery{ConnectionID: connection(r), Limit: 10}
		})),
		list("failed of a connection", func(r *rand.Rand) finch.JobQuery {
			return finch.JobQuery{ConnectionID: connection(r), Statuses: benchFailed, Limit: 10}
		}),
		list("a rare status of a connection", func(r *rand.Rand) finch.JobQuery {
			return finch.JobQuery{ConnectionID: connection(r), Statuses: []finch.JobStatus{finch.JobMissing}, Limit: 10}
		}),
		cold(page("all", finch.JobQuery{})),
		cold(page("failed of all", finch.JobQuery{Statuses: benchFailed})),
		page("a rare status of all", finch.JobQuery{Statuses: []finch.JobStatus{finch.JobMissing}}),
		page("a rare type of all", finch.JobQuery{Types: []string{"benefit_create"}}),
		cold(page("all of a provider", finch.JobQuery{Provider: "one"})),
		page("failed of a provider", finch.JobQuery{Provider: "one", Statuses: benchFailed}),
		page("failed of a rare type at a provider", finch.JobQuery{Provider: "one", Types: []string{"benefit_create"}, Statuses: benchFailed}),
		page("all of eleven providers", finch.JobQuery{Provider: "VIDER_1"}),
		page("failed of eleven providers", finch.JobQuery{Provider: "VIDER_1", Statuses: benchFailed}),
		cold(page("all of forty providers", finch.JobQuery{Provider: "vider"})),
		cold(page("failed of forty providers", finch.JobQuery{Provider: "vider", Statuses: benchFailed})),
		list("an entity", func(r *rand.Rand) finch.JobQuery {
			return finch.JobQuery{EntityID: "entity of " + connection(r), Limit: 20}
		}),
		{name: "a job by the beginning of its id", put: func(ctx context.Context, h bench, s *store.Store, r *rand.Rand) (int, error) {
			_, err := s.Job(ctx, benchJob(r.IntN(h.jobs))[:18])
			return 1, err
		}},
		{name: "the three before a job", put: func(ctx context.Context, h bench, s *store.Store, r *rand.Rand) (int, error) {
			before, err := s.JobsBefore(ctx, finch.KnownJob{ID: benchJob(h.jobs/2 + r.IntN(h.jobs/2))}, 3)
			return len(before), err
		}},
		{name: "the last 14 syncs of a connection", put: func(ctx context.Context, _ bench, s *store.Store, r *rand.Rand) (int, error) {
			syncs, err := s.LastSyncs(ctx, connection(r), 14)
			return len(syncs), err
		}},
		list("a thousand lines of a file", func(r *rand.Rand) finch.JobQuery {
			return finch.JobQuery{Statuses: benchFailed, Limit: 1000, Until: start.Add(-time.Duration(r.Int64N(int64(benchSpan / 2))))}
		}),
	}
}

// asks is how often a question is put to a history before it is the next one's turn.
const asks = 100

// ask puts a question to each history in turn.
func (q question) ask(b *testing.B, histories []bench, cold bool) {
	r := rand.New(rand.NewPCG(1, 2))
	took := make([]taken, len(histories))
	for b.Loop() {
		for i, h := range histories {
			if cold {
				forget(b, h.database)
			}
			s := h.open(b)
			if !cold {
				q.putTo(b, h, s, r)
			}
			took[i].add(q.putTo(b, h, s, r))
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
		}
	}
	reportAll(b, histories, took)
}

func (q question) putTo(b *testing.B, h bench, s *store.Store, r *rand.Rand) taken {
	var t taken
	for range asks {
		began := time.Now()
		n, err := q.put(b.Context(), h, s, r)
		if err != nil {
			b.Fatal(err)
		}
		t.times = append(t.times, time.Since(began))
		t.rows += n
	}
	return t
}

// taken is how long answers took, and how many rows they had together.
type taken struct {
	times []time.Duration
	rows  int
}

func (t *taken) add(more taken) {
	t.times = append(t.times, more.times...)
	t.rows += more.rows
}

// at is how long a share of the answers took at most, in milliseconds.
func (t *taken) at(share float64) float64 {
	slices.Sort(t.times)
	return float64(t.times[int(share*float64(len(t.times)-1))].Microseconds()) / 1000
}

func (t *taken) rowsEach() float64 { return float64(t.rows) / float64(len(t.times)) }

func (t *taken) report(b *testing.B, h bench) {
	b.ReportMetric(t.at(0.50), h.String()+"-p50")
	b.ReportMetric(t.at(0.99), h.String()+"-p99")
	b.ReportMetric(t.rowsEach(), h.String()+"-rows")
}

func reportAll(b *testing.B, histories []bench, took []taken) {
	for i, h := range histories {
		took[i].report(b, h)
	}
	b.ReportMetric(0, "ns/op") // of both together, which tells nothing
	first, last := &took[0], &took[len(took)-1]
	if first != last && first.rowsEach() > 0.98*last.rowsEach() {
		b.ReportMetric(last.at(0.50)/first.at(0.50), "growth")
	}
}

// forget asks the system to drop a file from its cache, where GNU dd can.
func forget(b *testing.B, file string) {
	b.Helper()
	command := exec.CommandContext(b.Context(), "dd", "of="+file, "oflag=nocache", "conv=notrunc,fdatasync", "count=0")
	if out, err := command.CombinedOutput(); err != nil {
		b.Logf("the cache stays warm: %v: %s", err, out)
	}
}
