package watch_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"perch/internal/audit"
	"perch/internal/explore"
	"perch/internal/finch"
	"perch/internal/watch"
)

// fakeLedger keeps account in memory.
type fakeLedger struct {
	mu        sync.Mutex
	audits    []audit.Entry
	asks      []string // "job-1 U1 Enroll people"
	forgotten []string
	// noteErr fails the notes from the one on that it counts, the first being 1; 0 is
	// none.
	noteErr   int
	notes     int
	askErr    error
	forgetErr error
}

func (l *fakeLedger) NoteAudit(ctx context.Context, e audit.Entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.notes++
	if l.noteErr > 0 && l.notes >= l.noteErr {
		return errDisk
	}
	l.audits = append(l.audits, e)
	return ctx.Err()
}

func (l *fakeLedger) Mark(value string) string { return fmt.Sprint("mark", len(value)) }

func (l *fakeLedger) AskJob(_ context.Context, jobID, userID, about string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asks = append(l.asks, strings.Join([]string{jobID, userID, about}, " "))
	return l.askErr
}

func (l *fakeLedger) Forget(_ context.Context, connectionID string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forgotten = append(l.forgotten, connectionID)
	return l.forgetErr
}

// said is the account: "U1 explorer read c1: GET /employer/directory · 200".
func (l *fakeLedger) said() (lines []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.audits {
		lines = append(lines, fmt.Sprintf("%s %s %s: %s", e.Who, e.What, e.About, e.Detail))
	}
	return lines
}

func (l *fakeLedger) count() int { return len(l.said()) }

// exploring is a watcher that can explore.
func exploring(f *fakeFinch, s *fakeStore, l *fakeLedger) *watch.Watcher {
	return watch.New(watch.Options{Finch: f, Store: s, Ledger: l, Log: zerolog.Nop()})
}

// ask is an order of U1's: "GET /employer/directory", with "limit=2" and the like.
func ask(t *testing.T, connectionID, endpoint string, params ...string) explore.Order {
	t.Helper()
	method, path, _ := strings.Cut(endpoint, " ")
	e, ids, ok := finch.FindEndpoint(method, path)
	if !ok {
		t.Fatalf("no endpoint %s", endpoint)
	}
	q := explore.Query{Endpoint: e, ConnectionID: connectionID, Values: map[string][]string{}}
	for name, id := range ids {
		q.Values[name] = []string{id}
	}
	for _, p := range params {
		name, value, _ := strings.Cut(p, "=")
		q.Values[name] = append(q.Values[name], value)
	}
	return explore.Order{Who: "U1", Query: q}
}

// Call answers any call of the endpoint table, with an empty object if nothing else is
// said.
func (f *fakeFinch) Call(ctx context.Context, token finch.Token, r finch.Request) (finch.Answer, error) {
	f.called(r.Method, r.Path)
	if f.call != nil {
		return f.call(ctx, token.Reveal(), r)
	}
	return answered(http.StatusOK, `{}`), nil
}

// answered is an answer of Finch's.
func answered(status int, body string) finch.Answer {
	return finch.Answer{Status: status, Body: []byte(body), RequestID: "request-1", Took: 20 * time.Millisecond, At: time.Now()}
}
