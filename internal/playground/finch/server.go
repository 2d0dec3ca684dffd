package finch

import (
	"context"
	"maps"
	"net/http"
	"sync"
	"time"
)

const (
	usualDay   = 24 * time.Hour
	usualTakes = 3120 * time.Millisecond
)

// Options make a local Finch. The zero value is a usable one.
type Options struct {
	// Seed fixes all ids, names, tokens and payroll data.
	Seed uint64
	// Connections is how many there are; 62 if zero. The first ones are always
	// the same cast, Harbor Coffee Roasters before all.
	Connections int
	// Now is the clock; the system's if nil.
	Now func() time.Time
	// Day is how often automated connections sync (assisted ones: every
	// seventh); 24 h if zero. Times stay those of the clock.
	Day time.Duration
	// SyncTakes is how long a sync is in progress; 3.12 s if zero.
	SyncTakes time.Duration
	// History is how many days of finished syncs the world begins with, 400 at
	// most; they can be read by id, and Replay tells of them. None if zero.
	History int
	// Mishaps is the share of syncs, 0 to 1, that fail for no reason set by
	// anybody; one in four of those is an employer who must sign in again and
	// does so a third of a day later. Which ones is the seed's. It holds for the
	// syncs of History too.
	Mishaps float64
	// Refreshes is how many syncs a connection may force in an hour; 1 if zero,
	// none at all (the add-on was not bought) if negative.
	Refreshes int
	// Limits replace Finch's requests per minute by an operation's path
	// ("/employer/company"); 0 is no limit.
	Limits map[string]int
	// AddressLimit is how many requests in 5 minutes block an address for an
	// hour (at Finch: 1000); 0 is no limit.
	AddressLimit int
	// RevokeReplaced ends a connection's older tokens when it gets a new one.
	RevokeReplaced bool
	// ConnectURL is where Connect pages are reached; the host that a session
	// was asked from if empty.
	ConnectURL string
	// Webhook is where events go; nowhere while its URL is empty.
	Webhook Webhook
	// Run tells one life of a world from another where something outside outlives
	// it: the sessions and codes of another Run have other ids.
	Run uint64
	// Walked hears each step of an employer through a Connect page, in order. It is
	// the playground's own instrument: Finch has nothing like it. It must return at
	// once and may not call the Server.
	Walked func(Walk)
}

// Server is a local Finch. Its methods may be called from any goroutine.
type Server struct {
	options Options
	stop    context.CancelFunc
	ended   context.Context
	wake    chan struct{}

	mu     sync.Mutex
	clock  clock
	world  *world
	agenda agenda
	limits limits
	calls  calls
	faults []*Fault
	mended chan struct{} // closed when the faults are cleared
	post   postbox
	walks  []Walk // not told yet

	telling sync.Mutex // held while walks are told
}

// New makes a local Finch. Close it in the end.
func New(o Options) *Server {
	if o.Connections <= 0 {
		o.Connections = usualSize
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Day <= 0 {
		o.Day = usualDay
	}
	if o.SyncTakes <= 0 {
		o.SyncTakes = usualTakes
	}
	o.History = min(max(o.History, 0), keepJobs)
	if o.Refreshes == 0 {
		o.Refreshes = 1
	}
	s := &Server{options: o, wake: make(chan struct{}, 1)}
	s.ended, s.stop = context.WithCancel(context.Background())
	s.post = newPostbox(o.Webhook)
	s.begin()
	return s
}

// begin makes the world and enters what will happen in it.
func (s *Server) begin() {
	s.clock = clock{base: s.options.Now}
	s.world = newWorld(s.options, s.clock.now())
	s.agenda, s.calls = agenda{}, calls{}
	s.clearFaults()
	s.limits = newLimits(s.options.AddressLimit, maps.Clone(s.options.Limits))
	for _, c := range s.world.connections {
		s.schedule(c, c.firstRun)
	}
	s.rouse()
}

// Reset makes the world anew from its seed and forgets faults, calls and how
// far the clock was put forward. The webhook's target stays.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.post.empty()
	s.begin()
}

// Close ends deliveries, waits for the one under way, and ends Run.
func (s *Server) Close() {
	s.mu.Lock()
	s.stop() // no sender is started from here on
	s.mu.Unlock()
	s.post.sender.Wait()
	s.post.http.CloseIdleConnections()
}

// Run plays the scenario until ctx ends or Close is called.
func (s *Server) Run(ctx context.Context) {
	for {
		timer := time.NewTimer(s.pause())
		select {
		case <-ctx.Done():
		case <-s.ended.Done():
		case <-timer.C:
		case <-s.wake:
		}
		timer.Stop()
		if ctx.Err() != nil || s.ended.Err() != nil {
			return
		}
		s.Tick()
	}
}

// pause is how long until something is due, at most a second: the clock may
// not be the system's.
func (s *Server) pause() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.agenda.first()
	if !ok {
		return time.Second
	}
	return min(max(at.Sub(s.clock.now()), 0), time.Second)
}

// rouse tells Run that there is something new to wait for.
func (s *Server) rouse() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Tick plays what has fallen due by now. Requests do so too.
func (s *Server) Tick() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
}

// settle plays what is due, each at its own time. The lock is held.
func (s *Server) settle() {
	now := s.clock.now()
	for {
		p, ok := s.agenda.take(now)
		if !ok {
			return
		}
		p.do(p.at)
	}
}

// plan enters something that will happen. The lock is held.
func (s *Server) plan(at time.Time, do func(now time.Time)) {
	s.agenda.add(at, do)
	s.rouse()
}

// API is Finch's public API, and the Connect pages under /authorize.
func (s *Server) API() http.Handler {
	mux := http.NewServeMux()
	for _, op := range operations() {
		mux.HandleFunc(op.method+" "+op.path, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, op) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.serve(w, r, operation{method: r.Method, path: "(unknown)", auth: open, handle: unknownPath})
	})
	s.mountConnect(mux)
	return mux
}

func unknownPath(c *call) answer {
	return notFound("", "There is no "+c.request.Method+" "+c.request.URL.Path)
}
