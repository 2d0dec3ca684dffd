package watch_test

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"perch/internal/finch"
	"perch/internal/watch"
)

// fakeFinch answers as its functions say. A nil function answers that all is
// well with the connection whose id is the token's secret.
type fakeFinch struct {
	introspect func(ctx context.Context, id string) (finch.Introspection, error)
	jobs       func(ctx context.Context, id string) (finch.JobList, error)
	providers  func(ctx context.Context, id string) ([]finch.Provider, error)
	job        func(ctx context.Context, id string) (finch.KnownJob, error) // of both kinds, id is the job's
	runSync    func(ctx context.Context, id string) (finch.RunSync, error)
	reconnect  error
	create     func(n finch.NewSession) (finch.Reconnect, error)
	exchange   func(ctx context.Context, code string) (finch.Exchanged, error)
	call       func(ctx context.Context, id string, r finch.Request) (finch.Answer, error)

	mu      sync.Mutex
	calls   map[string][]time.Time // "introspect c1" -> when
	now     int
	most    int // calls of introspect at the same time
	started chan string
}

func newFinch() *fakeFinch {
	return &fakeFinch{calls: map[string][]time.Time{}, started: make(chan string, 1000)}
}

func (f *fakeFinch) called(what, id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[what+" "+id] = append(f.calls[what+" "+id], time.Now())
}

func (f *fakeFinch) times(what, id string) []time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls[what+" "+id])
}

func (f *fakeFinch) count(what, id string) int { return len(f.times(what, id)) }

func (f *fakeFinch) Introspect(ctx context.Context, token finch.Token) (finch.Introspection, error) {
	id := token.Reveal()
	f.called("introspect", id)
	f.mu.Lock()
	f.now++
	f.most = max(f.most, f.now)
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.now--
	}()
	select {
	case f.started <- id:
	default:
	}
	if f.introspect != nil {
		return f.introspect(ctx, id)
	}
	return introspection(id, finch.Connected), nil
}

func (f *fakeFinch) AutomatedJobs(ctx context.Context, token finch.Token) (finch.JobList, error) {
	f.called("jobs", token.Reveal())
	if f.jobs != nil {
		return f.jobs(ctx, token.Reveal())
	}
	return finch.JobList{}, nil
}

func (f *fakeFinch) Providers(ctx context.Context, token finch.Token) ([]finch.Provider, error) {
	f.called("providers", token.Reveal())
	if f.providers != nil {
		return f.providers(ctx, token.Reveal())
	}
	return []finch.Provider{{ID: "gusto", DisplayName: "Gusto"}}, nil
}

func (f *fakeFinch) AutomatedJob(ctx context.Context, _ finch.Token, id string) (finch.KnownJob, error) {
	f.called("automated job", id)
	if f.job != nil {
		return f.job(ctx, id)
	}
	return finch.KnownJob{Type: finch.DataSync, Status: finch.JobComplete, RequestIDs: []string{"request-1"}}, nil
}

func (f *fakeFinch) ManualJob(ctx context.Context, _ finch.Token, id string) (finch.KnownJob, error) {
	f.called("manual job", id)
	if f.job != nil {
		return f.job(ctx, id)
	}
	return finch.KnownJob{Status: finch.JobComplete}, nil
}

func (f *fakeFinch) Reauthenticate(_ context.Context, connectionID string) (finch.Reconnect, error) {
	f.called("reauthenticate", connectionID)
	if f.reconnect != nil {
		return finch.Reconnect{}, f.reconnect
	}
	return finch.Reconnect{SessionID: "session-1", URL: "https://connect.example/authorize?session=session-1"}, nil
}

func (f *fakeFinch) CreateSession(_ context.Context, n finch.NewSession) (finch.Reconnect, error) {
	f.called("create", n.CustomerID)
	if f.create != nil {
		return f.create(n)
	}
	id := fmt.Sprint("session-", n.CustomerID, "-", f.count("create", n.CustomerID))
	return finch.Reconnect{SessionID: id, URL: "https://connect.example/authorize?session=" + id, Expires: time.Now().Add(90 * day)}, nil
}

// Exchange answers with a token whose secret is that of the code, which is the
// connection's id.
func (f *fakeFinch) Exchange(ctx context.Context, code, _ string) (finch.Exchanged, error) {
	f.called("exchange", code)
	if f.exchange != nil {
		return f.exchange(ctx, code)
	}
	return finch.Exchanged{Token: finch.NewToken(code), ConnectionID: code, CustomerID: "cust_1"}, nil
}

func (f *fakeFinch) RunSync(ctx context.Context, token finch.Token) (finch.RunSync, error) {
	f.called("run sync", token.Reveal())
	if f.runSync != nil {
		return f.runSync(ctx, token.Reveal())
	}
	return finch.RunSync{JobID: "job-asked-for"}, nil
}

// introspection is Finch's word that a connection stands so, synced just now.
func introspection(id string, status finch.Status) finch.Introspection {
	return finch.Introspection{
		TokenID: "token-of-" + id, ConnectionID: id, ConnectionType: "provider",
		ConnectionStatus: finch.StatusReport{Status: status, LastSync: finch.SyncTime{At: time.Now()}},
	}
}

func revoked() error {
	return &finch.Error{Status: http.StatusUnauthorized, Name: "invalid_token_error"}
}
func unreachable() error { return &finch.Error{Status: http.StatusServiceUnavailable} }

// fakeStore keeps things in memory as the real one promises to.
type fakeStore struct {
	mu          sync.Mutex
	connections map[string]*row
	learned     []finch.Facts
	lost        map[string]time.Time
	granted     [][]finch.Grant
	catalogue   []time.Time
	pruned      []time.Time
	claimed     []string
	postponed   map[string][]time.Time
	grantErr    error
	lostErr     error

	looks, reads  *turns
	jobs          map[string]finch.KnownJob
	syncs         map[string][]string // connection -> its scheduled syncs
	changes       []finch.Change
	sighted       map[string]time.Time
	prunedHistory []time.Time
	heard         func(finch.KnownJob) // of each job recorded, may be nil
}

type row struct {
	connection finch.Connection
	token      finch.Token
}

func newStore(ids ...string) *fakeStore {
	s := &fakeStore{
		connections: map[string]*row{}, lost: map[string]time.Time{}, postponed: map[string][]time.Time{},
		looks: newTurns(), reads: newTurns(),
		jobs: map[string]finch.KnownJob{}, syncs: map[string][]string{}, sighted: map[string]time.Time{},
	}
	for _, id := range ids {
		s.add(id, time.Now())
	}
	return s
}

// add keeps a connection whose token's secret is its id, due at a time.
func (s *fakeStore) add(id string, due time.Time) {
	s.connections[id] = &row{connection: finch.Connection{ID: id, HasToken: true}, token: finch.NewToken(id)}
	s.looks.set(id, due)
}

func (s *fakeStore) row(id string) (*row, error) {
	r, ok := s.connections[id]
	if !ok {
		return nil, fmt.Errorf("store: %w", finch.ErrUnknown)
	}
	return r, nil
}

func (s *fakeStore) Token(_ context.Context, id string) (finch.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.row(id)
	if err != nil {
		return finch.Token{}, err
	}
	if r.token.IsZero() {
		return finch.Token{}, fmt.Errorf("store: %w", finch.ErrNoToken)
	}
	return r.token, nil
}

func (s *fakeStore) Grant(_ context.Context, grants []finch.Grant) ([]bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.grantErr != nil {
		return nil, s.grantErr
	}
	s.granted = append(s.granted, grants)
	created := make([]bool, len(grants))
	for i, g := range grants {
		id := g.Facts.Introspection.ConnectionID
		_, known := s.connections[id]
		created[i] = !known
		s.add(id, time.Now())
		s.connections[id].token = g.Token
		s.resume(id)
	}
	return created, nil
}

func (s *fakeStore) Lost(_ context.Context, id string, token finch.Token, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.row(id)
	if err != nil || s.lostErr != nil || r.token != token {
		return cmp.Or(err, s.lostErr)
	}
	s.lost[id] = at
	r.token, r.connection.HasToken, r.connection.DisconnectedAt = finch.Token{}, false, at
	s.looks.set(id, time.Time{})
	for _, j := range s.jobs {
		if j.ConnectionID == id {
			s.reads.set(j.ID, time.Time{})
		}
	}
	return nil
}

func (s *fakeStore) Learn(ctx context.Context, f finch.Facts) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.row(f.Introspection.ConnectionID)
	if err != nil {
		return err
	}
	s.learned = append(s.learned, f)
	c := &r.connection
	if f.At.Before(c.Learned) {
		return nil
	}
	before := c.Worst()
	c.Report, c.Assisted, c.Learned = f.Introspection.ConnectionStatus, f.Introspection.Manual, f.At
	if c.StatusSince.IsZero() || c.Worst() != before {
		c.StatusSince = f.At
	}
	if f.Jobs != nil {
		c.NextScheduled = time.Time{}
		if next, ok := f.Jobs.NextSync(f.At); ok && next.ScheduledAt.After(f.At) {
			c.NextScheduled = *next.ScheduledAt
		}
	}
	return nil
}

func (s *fakeStore) Connection(_ context.Context, id string) (finch.Connection, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.row(id)
	if err != nil {
		return finch.Connection{}, err
	}
	return r.connection, nil
}

func (s *fakeStore) List(_ context.Context, q finch.ListQuery) (finch.ListPage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var page finch.ListPage
	for id, r := range s.connections {
		status := r.connection.Overall()
		if status != finch.Disconnected && (q.Attention == nil || *q.Attention == status.NeedsAttention()) {
			page.Briefs = append(page.Briefs, finch.Brief{ID: id, Status: status})
		}
	}
	slices.SortFunc(page.Briefs, func(a, b finch.Brief) int { return cmp.Compare(a.ID, b.ID) })
	page.Briefs = page.Briefs[:min(q.Limit, len(page.Briefs))]
	return page, nil
}

func (s *fakeStore) ClaimDue(_ context.Context, n int, lease time.Duration) ([]finch.Due, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var due []finch.Due
	for _, id := range s.looks.claim(n, lease) {
		s.claimed = append(s.claimed, id)
		due = append(due, finch.Due{ConnectionID: id, Fence: s.looks.fence[id]})
	}
	return due, nil
}

func (s *fakeStore) Postpone(ctx context.Context, d finch.Due, next time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.looks.postpone(d.ConnectionID, d.Fence, next) {
		s.postponed[d.ConnectionID] = append(s.postponed[d.ConnectionID], next)
	}
	return nil
}

func (s *fakeStore) LookSoon(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hasToken(id) {
		s.looks.set(id, time.Now())
	}
	return nil
}

func (s *fakeStore) ProvidersLearned(context.Context) (time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.catalogue) == 0 {
		return time.Time{}, nil
	}
	return s.catalogue[len(s.catalogue)-1], nil
}

func (s *fakeStore) SaveProviders(_ context.Context, _ []finch.Provider, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catalogue = append(s.catalogue, at)
	return nil
}

func (s *fakeStore) PruneInbox(_ context.Context, before time.Time) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pruned = append(s.pruned, before)
	return 1, nil
}

// next is when the store has the connection's turn.
func (s *fakeStore) next(id string) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.looks.at[id]
}

func newWatcher(f watch.Finch, s watch.Store) *watch.Watcher {
	return watch.New(watch.Options{Finch: f, Store: s, Log: zerolog.Nop()})
}

// run runs a watcher and returns what stops it and waits for its end.
func run(t *testing.T, w *watch.Watcher) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	return func() {
		t.Helper()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
}
