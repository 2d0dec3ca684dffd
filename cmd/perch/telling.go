package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"perch/bot/socket"
	"perch/commands"
	"perch/internal/alert"
	"perch/store"
)

// latencies are how long the last messages took to be told.
type latencies struct {
	mu   sync.Mutex
	took []time.Duration
	next int
}

// latencyWindow is of how many messages the latency is said.
const latencyWindow = 1000

func (l *latencies) note(took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.took) < latencyWindow {
		l.took = append(l.took, took)
		return
	}
	l.took[l.next] = took
	l.next = (l.next + 1) % latencyWindow
}

// middleAndSlowest are the median and the 99th percentile; zero for none.
func (l *latencies) middleAndSlowest() (middle, slowest time.Duration) {
	l.mu.Lock()
	sorted := slices.Sorted(slices.Values(l.took))
	l.mu.Unlock()
	n := len(sorted)
	if n == 0 {
		return 0, 0
	}
	return sorted[(n-1)/2], sorted[(n*99+99)/100-1]
}

// overall tells how Perch itself is.
type overall struct {
	store     *store.Store
	sockets   func() socket.Stats
	settings  settings
	latencies *latencies
	began     time.Time
}

// Status implements commands.Statuses.
func (o overall) Status(ctx context.Context) (commands.Status, error) {
	s := commands.Status{
		Sockets: o.sockets().Live, Wanted: o.settings.Sockets, WebhooksOn: !o.settings.Webhooks.IsZero(),
		Database: "SQLite", Version: versionName(), Since: o.began,
	}
	if isPostgres(o.settings.Database) {
		s.Database = "PostgreSQL"
	}
	s.Latency, s.Slowest = o.latencies.middleAndSlowest()
	err := errors.Join(o.see(ctx, &s), o.count(ctx, &s), o.countSessions(ctx, &s), o.countThreads(ctx, &s))
	return s, err
}

// see says when Finch was last heard.
func (o overall) see(ctx context.Context, s *commands.Status) error {
	senses, err := o.store.Senses(ctx)
	for _, sense := range senses {
		switch sense.Name {
		case alert.SenseFinch:
			s.FinchGood, s.FinchBad = sense.Good, sense.Bad
		case alert.SenseWebhooks:
			s.Webhook = sense.Good
		}
	}
	return err
}

// count says how much there is.
func (o overall) count(ctx context.Context, s *commands.Status) error {
	counts, err := o.store.Counts(ctx, "")
	if err != nil {
		return err
	}
	s.Connections = counts.Live
	page, err := o.store.Problems(ctx, alert.ProblemQuery{State: alert.Open, Limit: 1})
	if err != nil {
		return err
	}
	s.Open = page.Total
	if s.Held, err = o.store.Held(ctx); err != nil {
		return err
	}
	subs, err := o.store.Subscriptions(ctx, "")
	if err != nil {
		return err
	}
	for _, sub := range subs {
		if sub.Paused && sub.PausedBy == "" {
			s.Silenced++
		}
	}
	s.Owed, s.Oldest, err = o.store.Backlog(ctx)
	return err
}

// countSessions says how Connect sessions come in.
func (o overall) countSessions(ctx context.Context, s *commands.Status) error {
	pulse, err := o.store.SessionPulse(ctx, time.Now().Add(-o.settings.DropOff))
	if err != nil {
		return err
	}
	s.Heard, s.Underway, s.Unread, s.UnreadSince = pulse.Heard, pulse.Underway, pulse.Waiting, pulse.Oldest
	stopped, err := o.store.Problems(ctx, alert.ProblemQuery{State: alert.Open, Kinds: []alert.Kind{alert.DroppedOff}, Limit: 1})
	s.Stopped = stopped.Total
	return err
}

// countThreads says how support threads fare.
func (o overall) countThreads(ctx context.Context, s *commands.Status) error {
	pulse, err := o.store.ThreadPulse(ctx)
	s.Channels, s.Threads, s.Replies, s.RepliesSince = pulse.Channels, pulse.Threads, pulse.Replies, pulse.Oldest
	return err
}
