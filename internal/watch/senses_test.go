package watch_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"perch/internal/alert"
	"perch/internal/finch"
	"perch/internal/watch"
)

// ledger notes what a watcher says of problems.
type ledger struct {
	mu     sync.Mutex
	senses []string
	left   int // judgements that wait
	judged int
	pruned []string
}

func (l *ledger) JudgeDue(_ context.Context, n int) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	done := min(n, l.left)
	l.left, l.judged = l.left-done, l.judged+done
	return l.left > 0, nil
}

func (l *ledger) Sense(_ context.Context, name string, good bool, _ string, _ time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	word := name + " fails"
	if good {
		word = name + " works"
	}
	l.senses = append(l.senses, word)
	return nil
}

func (l *ledger) PruneProblems(_ context.Context, before time.Time) (int, error) {
	return l.prune("problems", before)
}

func (l *ledger) PruneOutbox(_ context.Context, before time.Time) (int, error) {
	return l.prune("outbox", before)
}

func (l *ledger) prune(what string, before time.Time) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pruned = append(l.pruned, what+" "+time.Since(before).Round(time.Hour).String())
	return 1, nil
}

// said are the different things it noted, in order of name.
func (l *ledger) said() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	words := slices.Clone(l.senses)
	slices.Sort(words)
	return strings.Join(slices.Compact(words), ", ")
}

func alerting(f *fakeFinch, s *fakeStore, l *ledger, webhooks bool) *watch.Watcher {
	return watch.New(watch.Options{Finch: f, Store: s, Alerts: l, Webhooks: webhooks})
}

func TestWhatAnAnswerOfFinchSaysOfOurSight(t *testing.T) {
	t.Parallel()
	refusal := func(status int, name, code string) error {
		return &finch.Error{Status: status, Name: name, Code: code}
	}
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"an answer":             {nil, "account works, finch works"},
		"a reconnect is needed": {refusal(http.StatusUnauthorized, "authentication_error", "reauthenticate_user"), "finch works"},
		"an unpaid invoice":     {refusal(http.StatusPaymentRequired, "", ""), "account fails, finch works"},
		"Finch is broken":       {refusal(http.StatusBadGateway, "", ""), "finch fails"},
		"too many requests":     {refusal(http.StatusTooManyRequests, "", ""), ""},
		"something of ours":     {errors.New("no"), ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			f, s, l := newFinch(), calm("c1"), &ledger{}
			f.introspect = func(context.Context, string) (finch.Introspection, error) {
				return introspection("c1", finch.Connected), c.err
			}
			_, _ = alerting(f, s, l, false).Look(t.Context(), "c1")
			got := l.said()
			if got != c.want {
				t.Errorf("%s: it noted %q, want %q", name, got, c.want)
			}
		})
	}
}

func TestAWebhookThatNeverCameIsNoted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		expected bool          // a webhook secret is set
		ended    time.Duration // before it was read
		want     bool
	}{
		"ended a while ago":        {true, 20 * time.Minute, true},
		"its webhook may yet come": {true, time.Minute, false},
		"no webhooks are expected": {false, 20 * time.Minute, false},
		"from long ago":            {true, 48 * time.Hour, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			f, s, l := newFinch(), calm("c1"), &ledger{}
			s.recordJob(finch.KnownJob{ID: "job-1", Kind: finch.Automated, ConnectionID: "c1", Type: finch.DataSync, Status: finch.JobRunning, Started: time.Now().Add(-time.Hour)})
			ended := time.Now().Add(-c.ended)
			f.job = func(context.Context, string) (finch.KnownJob, error) {
				return finch.KnownJob{Type: finch.DataSync, Status: finch.JobComplete, Completed: ended}, nil
			}
			stop := run(t, alerting(f, s, l, c.expected))
			time.Sleep(30 * time.Second)
			stop()
			if got := strings.Contains(l.said(), "webhooks fails"); got != c.want {
				t.Errorf("%s: it noted %q", name, l.said())
			}
		})
	}
}

func TestADeliveryAtTheDoorSpeaksForTwoSenses(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	w := alerting(newFinch(), calm("c1"), l, true)
	w.WebhookSeen(false)
	if got := l.said(); got != alert.SenseSecret+" fails" {
		t.Errorf("a bad signature: %q", got)
	}
	w.WebhookSeen(true)
	if got := l.said(); got != "webhook_secret fails, webhook_secret works, webhooks works" {
		t.Errorf("a good one too: %q", got)
	}
}

func TestJudgementsAreMadeUntilNoneIsDue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{left: 120}
		stop := run(t, alerting(newFinch(), calm("c1"), l, false))
		time.Sleep(2 * time.Second)
		stop()
		if l.judged != 120 || l.left != 0 {
			t.Errorf("judged %d, left %d", l.judged, l.left)
		}
		if got := strings.Join(l.pruned, ", "); got != "problems 9600h0m0s, outbox 720h0m0s" {
			t.Errorf("pruned %s", got)
		}
	})
}
