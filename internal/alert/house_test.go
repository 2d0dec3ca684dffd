package alert_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	locks "sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"perch/internal/alert"
	"perch/internal/finch"
	"perch/store"
)

// house is a store with connections and subscriptions, and a town to tell.
type house struct {
	*testing.T
	store *store.Store
	town  *town
	log   *lines
	heard map[alert.Outcome]int
	mu    locks.Mutex
}

// lines is a log that several goroutines write.
type lines struct {
	mu locks.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// checkLog wants each line to have one message: readers of JSON differ on which
// of two they take.
func (h *house) checkLog() {
	h.Helper()
	for line := range strings.Lines(h.log.String()) {
		if strings.Count(line, `"message":`) != 1 {
			h.Errorf("a line of the log has not one message: %s", line)
		}
	}
}

// inHouse runs a test in a bubble of time, over a SQLite file of its own.
func inHouse(t *testing.T, test func(h *house)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "perch.db") // outside: its removal must not be part of the bubble
	synctest.Test(t, func(t *testing.T) {
		h := &house{T: t, town: newTown(), log: &lines{}, heard: map[alert.Outcome]int{}}
		h.store = h.open(path)
		defer h.store.Close()
		defer func() {
			h.checkLog()
			if t.Failed() {
				t.Log(h.log)
			}
		}()
		test(h)
	})
}

func (h *house) open(path string) *store.Store {
	h.Helper()
	s, err := store.Open(h.Context(), store.Options{
		Database: path, Keys: []store.Key{store.NewKey()}, Exclusive: true, Log: zerolog.Nop(),
		Outage: alert.OutageLimits{Connections: 5, Share: 1.0 / 3, Within: 30 * time.Minute},
	})
	if err != nil {
		h.Fatal(err)
	}
	return s
}

func (h *house) teller(change ...func(*alert.TellerOptions)) *alert.Teller {
	o := alert.TellerOptions{
		Outbox: h.store, Courier: h.town, Pauser: h.store, Wake: h.store.Owing(), Log: zerolog.New(h.log), SlashPerch: "/perch",
		Observed: func(o alert.Outcome, _ time.Duration) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.heard[o]++
		},
	}
	for _, c := range change {
		c(&o)
	}
	return alert.NewTeller(o)
}

// tell runs a teller for so long.
func (h *house) tell(d time.Duration, change ...func(*alert.TellerOptions)) {
	h.Helper()
	ctx, cancel := context.WithTimeout(h.Context(), d)
	defer cancel()
	if err := h.teller(change...).Run(ctx); err != nil {
		h.Error(err)
	}
}

// count is how often the teller said that it did something.
func (h *house) count(o alert.Outcome) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.heard[o]
}

// settle runs a teller until nothing has been owed for a while, for so long at most.
func (h *house) settle(most time.Duration, change ...func(*alert.TellerOptions)) {
	h.Helper()
	stop := h.start(change...)
	defer stop()
	quiet := 0
	for until := time.Now().Add(most); quiet < 4 && time.Now().Before(until); {
		time.Sleep(time.Second)
		owed, _, err := h.store.Backlog(h.Context())
		busy, err2 := h.store.HasWork(h.Context())
		if quiet++; owed > 0 || busy || err != nil || err2 != nil {
			quiet = 0
		}
	}
}

// start runs a teller beside the test, until stop.
func (h *house) start(change ...func(*alert.TellerOptions)) (stop func()) {
	return h.run(h.teller(change...))
}

func (h *house) run(teller *alert.Teller) (stop func()) {
	ctx, cancel := context.WithCancel(h.Context())
	done := make(chan error)
	go func() { done <- teller.Run(ctx) }()
	return func() {
		h.Helper()
		cancel()
		if err := <-done; err != nil {
			h.Error(err)
		}
	}
}

func (h *house) subscribe(channel string, change ...func(*alert.Wish)) alert.Subscription {
	h.Helper()
	w := alert.DefaultWish()
	for _, c := range change {
		c(&w)
	}
	sub, err := h.store.Subscribe(h.Context(), alert.Subscription{Channel: channel, Wish: w, Maker: "UANN"})
	if err != nil {
		h.Fatal(err)
	}
	return sub
}

func customer(i int) string   { return fmt.Sprintf("Customer %05d", i) }
func connection(i int) string { return fmt.Sprintf("conn-%05d", i) }

// connect adds connections, each with a provider of its own.
func (h *house) connect(from, to int) {
	h.connectTo(func(i int) string { return fmt.Sprintf("provider-%05d", i) }, from, to)
}

func (h *house) connectTo(provider func(int) string, from, to int) {
	h.Helper()
	var grants []finch.Grant
	for i := from; i < to; i++ {
		grants = append(grants, grantOf(i, provider(i)))
	}
	if _, err := h.store.Grant(h.Context(), grants); err != nil {
		h.Fatal(err)
	}
}

func grantOf(i int, provider string) finch.Grant {
	id := connection(i)
	return finch.Grant{Token: finch.NewToken("secret of " + id), Facts: finch.Facts{
		At: time.Now(),
		Introspection: finch.Introspection{
			TokenID: "token-" + id, ClientType: "production", ConnectionID: id, ConnectionType: "provider",
			ConnectionStatus: finch.StatusReport{Status: finch.Connected, LastSync: finch.SyncTime{At: time.Now()}},
			CompanyID:        "company-" + id, CustomerID: "cust-" + id, CustomerName: customer(i), ProviderID: provider,
		},
	}}
}

func jobOf(i int, status finch.JobStatus) finch.KnownJob {
	now := time.Now()
	return finch.KnownJob{
		ID: fmt.Sprintf("job-%05d-%d", i, now.UnixMilli()), Kind: finch.Automated, ConnectionID: connection(i), Type: finch.DataSync, Status: status,
		Created: now.Add(-3 * time.Minute), Started: now.Add(-2 * time.Minute), Completed: now, Learned: now,
	}
}

// fail has the syncs of these connections fail.
func (h *house) fail(connections ...int) { h.record(finch.JobFailed, connections...) }

// heal has them succeed.
func (h *house) heal(connections ...int) { h.record(finch.JobComplete, connections...) }

func (h *house) record(status finch.JobStatus, connections ...int) {
	h.Helper()
	var jobs []finch.KnownJob
	for _, i := range connections {
		jobs = append(jobs, jobOf(i, status))
	}
	if _, err := h.store.RecordJobs(h.Context(), jobs); err != nil {
		h.Fatal(err)
	}
}

func numbers(from, to int) []int {
	var all []int
	for i := from; i < to; i++ {
		all = append(all, i)
	}
	return all
}

// checkDone wants nothing to be owed any more, and nothing told twice.
func (h *house) checkDone() {
	h.Helper()
	owed, oldest, err := h.store.Backlog(h.Context())
	if err != nil || owed != 0 || !oldest.IsZero() {
		h.Errorf("%d owed since %s (%v)", owed, oldest, err)
	}
	if doubles := h.town.doubles(); len(doubles) > 0 {
		h.Errorf("told twice: %v", doubles)
	}
}
