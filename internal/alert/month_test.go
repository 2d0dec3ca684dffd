package alert_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"perch/internal/alert"
	"perch/internal/finch"
	"perch/store"
)

// What is promised of a month with 2,000 connections.
const (
	quieter    = 0.95 // fewer pings than of a bot that tells each failure
	sweepEvery = 5 * time.Minute
	dullEvery  = time.Hour // a sync that went well among others
)

// patient is an outbox that is not asked four times a second whether anything is
// owed: in a month that would be ten million times. While nothing is, it waits.
type patient struct {
	*store.Store
	busy time.Time
}

// restless is for how long after something was to be done it may go on at its own pace.
const restless = 5 * time.Second

func (p *patient) HasWork(ctx context.Context) (bool, error) {
	for {
		busy, err := p.Store.HasWork(ctx)
		if busy || err != nil {
			p.busy = time.Now()
			return busy, err
		}
		wait := time.Hour
		if time.Since(p.busy) < restless {
			wait = time.Second
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-p.Owing():
			p.busy = time.Now()
		case <-timer.C:
		}
		timer.Stop()
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
	}
}

// month is a house that lives through a trace.
type month struct {
	*house
	trace *trace
	start time.Time
	subs  []alert.Subscription
	asked []int       // how many problems each of them asked for
	last  []time.Time // each connection's last success
	dull  []finch.KnownJob
}

// TestAMonthWithTwoThousandConnections lives through a month made up from a seed,
// with a real store and teller and a Slack in memory, by a clock that only waits.
// It counts what Slack tells people of, against a bot that speaks of each failure
// once, and holds all that was wrong against what was told of it.
func TestAMonthWithTwoThousandConnections(t *testing.T) {
	t.Parallel()
	n, days := 400, 12
	switch {
	case raceDetector: // the figures are those of the others; this is for races
		n, days = 200, 8
	case wholeMonth():
		n, days = 2000, 30
	}
	path := filepath.Join(t.TempDir(), "perch.db")
	m := &month{trace: newTrace(n, days)}
	synctest.Test(t, func(t *testing.T) {
		m.house = &house{T: t, town: newTown(), log: &lines{}, heard: map[alert.Outcome]int{}}
		m.store = m.open(path)
		defer m.store.Close()
		m.live()
		m.check(path)
		m.report()
	})
}

// wholeMonth reports whether PERCH_MONTH asks for all of it, which takes minutes;
// otherwise a smaller one is lived through, and no figures are asked of it.
func wholeMonth() bool { return os.Getenv("PERCH_MONTH") == "whole" }

// live has the house live through the month.
func (m *month) live() {
	m.start = time.Now()
	m.settle()
	stop := m.house.start(func(o *alert.TellerOptions) { o.Outbox, o.Wake = &patient{Store: m.store}, nil })
	next := 0
	for end := sweepEvery; end <= m.trace.length; end += sweepEvery {
		for ; next < len(m.trace.news) && m.trace.news[next].at < end; next++ {
			m.hear(m.trace.news[next])
		}
		time.Sleep(time.Until(m.start.Add(end)))
		m.sweep(end)
		m.rest(end)
	}
	time.Sleep(10 * time.Minute)
	stop()
}

// settle brings in the connections of old, and who wants to hear of them.
func (m *month) settle() {
	m.last = make([]time.Time, len(m.trace.clients))
	var grants []finch.Grant
	for i, c := range m.trace.clients {
		if c.arrives > 0 {
			continue
		}
		m.last[i] = m.start.Add(c.clock - day)
		grants = append(grants, finch.Grant{Token: finch.NewToken("secret of " + connection(i)), Facts: m.facts(i, finch.Connected)})
	}
	if _, err := m.store.Grant(m.Context(), grants); err != nil {
		m.Fatal(err)
	}
	m.subs = []alert.Subscription{
		m.subscribe("C1"),
		m.subscribe("C2", func(w *alert.Wish) { w.After = 2 }),
		m.subscribe("C3", func(w *alert.Wish) {
			w.Quiet = alert.QuietHours{From: 22 * 60, To: 7 * 60, Weekends: true}
			w.Digest, w.DigestAt, w.Zone = true, 9*60, "Europe/Berlin"
		}),
		m.subscribe("UBO", func(w *alert.Wish) { w.Kinds = alert.AllKinds() }),
	}
}

// facts are what a look finds.
func (m *month) facts(i int, status finch.Status) finch.Facts {
	c, id := m.trace.clients[i], connection(i)
	var entities []finch.Entity
	for e := range c.entities {
		name := fmt.Sprint("Entity ", e+1, " of ", i)
		entities = append(entities, finch.Entity{ID: fmt.Sprintf("entity-%05d-%d", i, e), Name: name, Status: status})
	}
	return finch.Facts{At: time.Now(), Introspection: finch.Introspection{
		TokenID: "token-" + id, ClientType: "production", ConnectionID: id, ConnectionType: "provider", Manual: c.assisted,
		ConnectionStatus: finch.StatusReport{Status: status, LastSync: finch.SyncTime{At: m.last[i]}},
		CompanyID:        "company-" + id, CustomerID: "cust-" + id, CustomerName: customer(i),
		ProviderID: fmt.Sprintf("provider-%02d", c.provider), Entities: entities,
	}}
}

// pauses is who takes a few days off, and when.
const (
	resting   = 3 // the person told directly
	restsFrom = 5 * day
	restsTill = 7 * day
)

// rest has a person be told nothing for some days.
func (m *month) rest(at time.Duration) {
	var err error
	switch sub := m.subs[resting]; at {
	case restsFrom:
		err = m.store.PauseSubscription(m.Context(), sub.ID, sub.Channel, "")
	case restsTill:
		err = m.store.ResumeSubscription(m.Context(), sub.ID, sub.Channel)
	}
	if err != nil {
		m.Fatal(err)
	}
}

// hear has Perch hear one thing, when it comes.
func (m *month) hear(n news) {
	if !n.dull {
		time.Sleep(time.Until(m.start.Add(n.at)))
	}
	var err error
	i, id := n.client, connection(n.client)
	switch n.what {
	case synced:
		err = m.sync(n)
	case found:
		err = m.store.Learn(m.Context(), m.facts(i, n.status))
	case named, missed:
		j := finch.KnownJob{
			ID: fmt.Sprintf("never-%05d-%d", i, n.at/day), Kind: finch.Automated, ConnectionID: id, Type: finch.DataSync, Status: finch.JobPending,
			Scheduled: m.start.Add(n.at + time.Hour), Learned: time.Now(),
		}
		if n.what == missed {
			j.Status, j.Scheduled = finch.JobMissing, time.Time{}
		}
		_, err = m.store.RecordJob(m.Context(), j)
	case arrived:
		_, err = m.store.Grant(m.Context(), []finch.Grant{{Token: finch.NewToken("secret of " + id), Facts: m.facts(i, n.status)}})
	case revoked:
		err = m.store.Lost(m.Context(), id, finch.NewToken("secret of "+id), time.Now())
	case unwanted:
		err = m.store.Forget(m.Context(), id)
	}
	if err != nil {
		m.Fatal(err)
	}
}

// sync records a sync. Assisted connections have none that Finch shows: a look
// finds that they did.
func (m *month) sync(n news) error {
	at := m.start.Add(n.at)
	if n.job == finch.JobComplete {
		m.last[n.client] = at
	}
	if m.trace.clients[n.client].assisted {
		return m.store.Learn(m.Context(), m.facts(n.client, finch.Connected))
	}
	j := finch.KnownJob{
		ID: fmt.Sprintf("job-%05d-%d", n.client, n.at.Milliseconds()), Kind: finch.Automated, ConnectionID: connection(n.client), Type: finch.DataSync, Status: n.job,
		Created: m.start.Add(-100 * day), Scheduled: at.Add(-3 * time.Minute), Started: at.Add(-2 * time.Minute), Completed: at, Learned: at,
	}
	if n.dull {
		m.dull = append(m.dull, j)
		return nil
	}
	_, err := m.store.RecordJob(m.Context(), j)
	return err
}

// sweep does what is done by time.
func (m *month) sweep(at time.Duration) {
	if at%dullEvery == 0 && len(m.dull) > 0 {
		if _, err := m.store.RecordJobs(m.Context(), m.dull); err != nil {
			m.Fatal(err)
		}
		m.dull = nil
	}
	for more := true; more; {
		var err error
		if more, err = m.store.JudgeDue(m.Context(), 50); err != nil {
			m.Fatal(err)
		}
	}
}
