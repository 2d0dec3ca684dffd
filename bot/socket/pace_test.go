package socket

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestWaitsGrowAndAreDrawnEvenly(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		failures int
		random   float64
		want     time.Duration
	}{
		"first failure, lowest draw":   {1, 0, 0},
		"first failure, middle draw":   {1, 0.5, 500 * time.Millisecond},
		"second failure, middle draw":  {2, 0.5, time.Second},
		"sixth failure, highest draw":  {6, 1, 32 * time.Second},
		"seventh failure, at the top":  {7, 1, time.Minute},
		"thousandth failure, no wraps": {1000, 1, time.Minute},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPacer(Timing{}.orDefaults())
			p.random = func() float64 { return test.random }
			if got := p.backoff(test.failures); got != test.want {
				t.Errorf("wait %v, want %v", got, test.want)
			}
		})
	}
}

func TestHowLongAfterASocketEnds(t *testing.T) {
	t.Parallel()
	warned := &DisconnectError{Reason: reasonWarning}
	tests := map[string]struct {
		uptime time.Duration
		why    error
		want   time.Duration
	}{
		"a long life":                  {time.Hour, warned, 0},
		"just long enough":             {15 * time.Second, warned, 0},
		"a short life":                 {14 * time.Second, warned, 250 * time.Millisecond},
		"never lived":                  {0, errNoHello, 250 * time.Millisecond},
		"switched off, however long":   {time.Hour, &DisconnectError{Reason: reasonLinkDisabled}, time.Minute},
		"too many, however long":       {time.Hour, &DisconnectError{Reason: reasonTooMany}, 2*time.Minute + 15*time.Second},
		"refused":                      {0, &OpenError{Code: "token_revoked"}, time.Minute},
		"rate limited":                 {0, &OpenError{Code: "ratelimited"}, 30 * time.Second},
		"rate limited, with a time":    {0, &OpenError{Code: "ratelimited", RetryAfter: time.Second}, time.Second},
		"Slack's own internal trouble": {0, &OpenError{Code: "internal_error"}, 250 * time.Millisecond},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPacer(Timing{}.orDefaults())
			p.random = func() float64 { return 0.25 }
			if got := p.ended(test.uptime, test.why); got != test.want {
				t.Errorf("wait %v, want %v", got, test.want)
			}
		})
	}
}

func TestALongLifeForgivesEarlierFailures(t *testing.T) {
	t.Parallel()
	p := newPacer(Timing{}.orDefaults())
	p.random = func() float64 { return 0.5 }
	for range 10 {
		p.failed(errNoHello)
	}
	p.ended(time.Hour, &DisconnectError{Reason: reasonRefresh})
	if got := p.failed(errNoHello); got != 500*time.Millisecond {
		t.Errorf("wait %v, want that of a first failure", got)
	}
}

func TestHoldGrowsAndNeverShrinks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(Timing{}.orDefaults())
		p.failed(&OpenError{RetryAfter: 5 * time.Minute})
		p.failed(&OpenError{RetryAfter: time.Second})
		began := time.Now()
		waited := make(chan struct{})
		go func() {
			defer close(waited)
			_ = p.wait(t.Context(), 0)
		}()
		time.Sleep(4 * time.Minute)
		p.failed(&OpenError{RetryAfter: 3 * time.Minute}) // while one is waiting
		<-waited
		if took := time.Since(began); took != 7*time.Minute {
			t.Errorf("waited %v, want 7m", took)
		}
	})
}

func TestFatalKnowsWhatNoRetryMends(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"internal_error", "fatal_error", "ratelimited", "insecure_request", "", "invalid_auth "} {
		if Fatal(code) {
			t.Errorf("%q is no fault of configuration", code)
		}
	}
	if !Fatal("missing_scope") {
		t.Error("missing_scope is a fault of configuration")
	}
}
