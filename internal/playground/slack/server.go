package slack

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Server is the local Slack. Its methods may be called from any goroutine.
type Server struct {
	opts    Options
	rules   *rules
	methods map[string]method
	ctx     context.Context
	stop    context.CancelFunc
	work    sync.WaitGroup
	queued  chan struct{} // an event waits in queue

	mu       sync.Mutex
	ws       *workspace
	timing   Timing
	limits   bool
	base     string
	seq      uint64
	ids      uint64
	changed  chan struct{}
	tickets  map[string]ticket
	links    []*link
	pending  map[string]*pendingAck
	holding  map[string]int // by method: calls that a hang holds
	queue    []envelope
	held     []envelope
	shutdown bool
}

// New makes a local Slack with its seeded workspace. It serves nothing by
// itself: mount [Server.API] and [Server.Control].
func New(o Options) *Server {
	o = o.withDefaults()
	ctx, stop := context.WithCancel(context.Background())
	s := &Server{
		opts:    o,
		rules:   newRules(),
		ctx:     ctx,
		stop:    stop,
		queued:  make(chan struct{}, 1),
		ws:      newWorkspace(),
		timing:  o.Timing,
		limits:  !o.Unlimited,
		base:    o.BaseURL,
		changed: make(chan struct{}),
		tickets: map[string]ticket{},
		pending: map[string]*pendingAck{},
		holding: map[string]int{},
	}
	s.methods = s.methodTable()
	s.work.Go(s.shipEvents)
	return s
}

// Close closes every socket and waits until nothing is under way.
func (s *Server) Close() {
	s.mu.Lock()
	s.shutdown = true
	links := s.liveLinks()
	s.mu.Unlock()
	s.stop()
	for _, l := range links {
		l.close("server")
	}
	s.work.Wait()
}

// API is the imitated Slack: the Web API under /api/, the websocket at /link,
// response URLs under /hooks/ and uploads under /upload/.
func (s *Server) API() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveMethod)
	mux.HandleFunc("/link", s.serveLink)
	mux.HandleFunc("/link/", s.serveLink)
	mux.HandleFunc("POST /hooks/{kind}/{team}/{id}/{secret}", s.serveHook)
	mux.HandleFunc("/upload/{id}", s.serveUpload)
	mux.HandleFunc("GET /files/{id}", s.serveDownload)
	return mux
}

// Handler serves both doors on one listener: the control door under /_slack/,
// the imitated Slack everywhere else.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/_slack/", http.StripPrefix("/_slack", s.Control()))
	mux.Handle("/", s.API())
	return mux
}

// Reset forgets messages, views, calls and faults and starts the seeded
// workspace anew. Sockets and pace stay.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ws = newWorkspace()
	s.limits = !s.opts.Unlimited
	s.touch()
}

// touch wakes everyone who waits for a change. Server.mu is held.
func (s *Server) touch() {
	s.seq++
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Server) now() time.Time { return s.opts.Now() }

// newID makes an id in Slack's manner: a letter or two and something unique.
func (s *Server) newID(prefix string) string {
	s.ids++
	return prefix + "0" + strings.ToUpper(strconv.FormatUint(1_000_000_000+s.ids, 36))
}

func secret() string { return strings.ReplaceAll(uuid.NewString(), "-", "") }

// learnBase remembers how the app reaches us, for response and upload URLs.
// Server.mu is held.
func (s *Server) learnBase(r *http.Request) {
	if s.opts.BaseURL == "" {
		s.base = "http://" + r.Host
	}
}
