package main

import (
	"cmp"
	"context"
	"math"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"perch/bot/socket"
	"perch/internal/alert"
	"perch/internal/connect"
	"perch/internal/finch"
)

// meters are what /metrics shows. It is the sockets' Observer and the watcher's.
type meters struct {
	registry    *prometheus.Registry
	acks        *prometheus.HistogramVec
	unacked     *prometheus.CounterVec
	disconnects *prometheus.CounterVec
	requests    *prometheus.CounterVec
	looks       *prometheus.HistogramVec
	sweeps      *prometheus.HistogramVec
	tellings    *prometheus.HistogramVec
	events      *prometheus.CounterVec
	latencies   latencies
}

func newMeters(version string) *meters {
	m := &meters{
		registry: prometheus.NewRegistry(),
		acks: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "perch_socket_ack_seconds",
			Help:    "From an envelope read to its acknowledgement written; Slack allows 3 s.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2, 3},
		}, []string{"kind"}),
		unacked: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "perch_socket_unacked_total",
			Help: "Envelopes that were not acknowledged, by kind and reason.",
		}, []string{"kind", "why"}),
		disconnects: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "perch_socket_disconnects_total",
			Help: "Sockets that left or ended, by reason.",
		}, []string{"reason"}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "perch_requests_total",
			Help: "Commands, clicks and menus asked of the bot, by kind and what became of them.",
		}, []string{"kind", "outcome"}),
	}
	m.looks = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "perch_finch_look_seconds",
		Help:    "A look at a connection, by the trouble it ended in.",
		Buckets: []float64{.1, .25, .5, 1, 2.5, 5, 10, 20, 45},
	}, []string{"trouble"})
	m.sweeps = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "perch_sweep_seconds",
		Help:    "A turn of a sweep over what is due, by its name.",
		Buckets: []float64{.001, .01, .1, 1, 10, 60, 600},
	}, []string{"name"})
	m.tellings = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "perch_telling_seconds",
		Help:    "What was done with messages to channels, by outcome; for posted ones the time since they were owed, for edited ones since the card was untrue.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 5, 30, 120, 600},
	}, []string{"outcome"})
	m.events = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "perch_session_events_total",
		Help: "Events of Connect sessions that were told at the HTTP doors, by who told them and what became of them: new, known before, failed, or why they were refused.",
	}, []string{"source", "outcome"})
	m.registry.MustRegister(m.acks, m.unacked, m.disconnects, m.requests, m.looks, m.sweeps, m.tellings, m.events, buildInfo(version),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Acked implements socket.Observer.
func (m *meters) Acked(kind socket.Kind, took time.Duration) {
	m.acks.WithLabelValues(string(kind)).Observe(took.Seconds())
}

// Unacked implements socket.Observer.
func (m *meters) Unacked(kind socket.Kind, why socket.Why) {
	m.unacked.WithLabelValues(string(kind), string(why)).Inc()
}

// Disconnected implements socket.Observer.
func (m *meters) Disconnected(reason string) { m.disconnects.WithLabelValues(reason).Inc() }

// told is the teller's observer.
func (m *meters) told(o alert.Outcome, took time.Duration) {
	m.tellings.WithLabelValues(string(o)).Observe(took.Seconds())
	if o == alert.OutcomePosted {
		m.latencies.note(took)
	}
}

// requested is the bot's observer.
func (m *meters) requested(kind, outcome string, _ time.Duration) {
	m.requests.WithLabelValues(kind, outcome).Inc()
}

// Looked implements watch.Observer.
func (m *meters) Looked(took time.Duration, trouble finch.Trouble) {
	m.looks.WithLabelValues(cmp.Or(string(trouble), "none")).Observe(took.Seconds())
}

// Swept implements watch.Observer. Why a sweep failed is in the log.
func (m *meters) Swept(name string, took time.Duration, _ error) {
	m.sweeps.WithLabelValues(name).Observe(took.Seconds())
}

// eventsTold is the observer of what is told of Connect sessions.
func (m *meters) eventsTold(from connect.Source, outcome string, events int) {
	m.events.WithLabelValues(string(from), outcome).Add(float64(events))
}

// buildInfo is always 1; its label is what is asked for.
func buildInfo(version string) prometheus.Collector {
	g := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "perch_build_info", Help: "Always 1; the label names the running version.",
		ConstLabels: prometheus.Labels{"version": version},
	})
	g.Set(1)
	return g
}

// gauge shows a number that is read when somebody looks.
func (m *meters) gauge(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read))
}

func (m *meters) watchSockets(c *socket.Client) {
	m.gauge("perch_socket_live", "Sockets open to Slack, past its hello.", func() float64 { return float64(c.Live()) })
	m.gauge("perch_socket_num_connections", "Sockets that Slack believes this app to have; more than all replicas own means ghosts.",
		func() float64 { return float64(c.Stats().NumConnections) })
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "perch_socket_reconnects_total", Help: "Sockets that took another's place.",
	}, func() float64 { return float64(c.Stats().Reconnects) }))
}

func (m *meters) watchBudget(b *finch.Budget) {
	m.gauge("perch_finch_requests_5m", "Requests to Finch in the last 5 minutes; Finch blocks an address at 1000.",
		func() float64 { return float64(b.Usage().Used) })
	m.gauge("perch_finch_blocked", "1 while Finch does not answer this address.", func() float64 {
		if b.Usage().BlockedUntil.IsZero() {
			return 0
		}
		return 1
	})
}

// countWithin is how long whoever looks waits for a number from the database.
const countWithin = 3 * time.Second

// watchSessions shows how many Connect sessions moved and were not read since. What
// cannot be counted is no number.
func (m *meters) watchSessions(due func(context.Context) (int, error)) {
	m.gauge("perch_sessions_due", "Connect sessions that wait to be read: something happened in them that no card or alert shows yet.", func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), countWithin)
		defer cancel()
		n, err := due(ctx)
		if err != nil {
			return math.NaN()
		}
		return float64(n)
	})
}

func (m *meters) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
