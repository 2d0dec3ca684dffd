package finch

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// ledger notes when requests were let through, per endpoint.
type ledger struct {
	mu   sync.Mutex
	at   map[string][]time.Time
	held int
}

func (l *ledger) ask(ctx context.Context, b *Budget, path string, background bool) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := b.take(ctx, path, background)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.held++
		return
	}
	l.at[path] = append(l.at[path], time.Now())
}

// busiest is the most requests in any window that ends at a request.
func busiest(at []time.Time, window time.Duration) int {
	slices.SortFunc(at, time.Time.Compare)
	most, first := 0, 0
	for i, t := range at {
		for t.Sub(at[first]) > window {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}

func (l *ledger) all() []time.Time {
	var all []time.Time
	for _, at := range l.at {
		all = append(all, at...)
	}
	return all
}

// crowd is so many askers that ask without end, until the context does, with a
// pause of up to the given one between.
func crowd(ctx context.Context, askers int, pause time.Duration, ask func(*rand.Rand)) {
	var wg sync.WaitGroup
	for i := range askers {
		random := rand.New(rand.NewPCG(uint64(i), 7))
		wg.Go(func() {
			for ctx.Err() == nil {
				ask(random)
				_ = sleep(ctx, time.Duration(random.Int64N(int64(pause))))
			}
		})
	}
	wg.Wait()
}

// TestNeverMoreThanTheCap lets more ask than Finch allows, for hours, in waves
// and with pauses, and looks at every window there was.
func TestNeverMoreThanTheCap(t *testing.T) {
	t.Parallel()
	paths := []string{"/introspect", "/jobs/automated", "/providers", "/employer/directory", "/employer/payment", "/employer/pay-groups/x"}
	tests := []struct {
		name           string
		people, sweeps int
		pause          time.Duration
	}{
		{"a steady crowd", 20, 20, 10 * time.Second},
		{"people alone", 30, 0, 5 * time.Second},
		{"sweeps alone", 0, 30, 5 * time.Second},
		{"waves with long breaks", 40, 40, 20 * time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b, l := NewBudget(), &ledger{at: map[string][]time.Time{}}
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Hour)
				defer cancel()
				var wg sync.WaitGroup
				for _, side := range []struct {
					askers     int
					background bool
				}{{tt.people, false}, {tt.sweeps, true}} {
					wg.Go(func() {
						crowd(ctx, side.askers, tt.pause, func(r *rand.Rand) {
							for range 1 + r.IntN(20) { // in bursts
								l.ask(ctx, b, paths[r.IntN(len(paths))], side.background)
							}
						})
					})
				}
				wg.Wait()
				limit := addressCap
				if tt.people == 0 {
					limit -= reserve
				}
				if most := busiest(l.all(), addressWindow); most > limit || most < limit/2 {
					t.Errorf("%d in the busiest 5 minutes, the limit is %d", most, limit)
				}
				for path, limit := range map[string]int{"/employer/directory": 20, "/employer/payment": 12, "/employer/pay-groups/x": 12} {
					if most := busiest(l.at[path], endpointWindow); most > limit || most == 0 {
						t.Errorf("%s: %d in the busiest minute, the limit is %d", path, most, limit)
					}
				}
			})
		})
	}
}

func TestTheCapIsWellUsed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, l := NewBudget(), &ledger{at: map[string][]time.Time{}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		crowd(ctx, 30, time.Second, func(*rand.Rand) { l.ask(ctx, b, "/introspect", true) })
		if got := len(l.all()); got < 12*590 {
			t.Errorf("sweeps had %d requests in an hour; about 7,300 are theirs", got)
		}
	})
}

func TestPeopleHaveTheirReserve(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget()
		sweeps, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			crowd(sweeps, 40, time.Second, func(*rand.Rand) { _ = b.take(sweeps, "/introspect", true) })
		})
		if err := sleep(t.Context(), 8*time.Minute); err != nil {
			t.Fatal(err)
		}
		for i := range reserve - 5 {
			began := time.Now()
			if err := b.take(t.Context(), "/introspect", false); err != nil {
				t.Fatal(err)
			}
			if waited := time.Since(began); waited != 0 {
				t.Fatalf("person %d waited %v behind the sweeps", i, waited)
			}
			if err := sleep(t.Context(), addressWindow/reserve); err != nil {
				t.Fatal(err)
			}
		}
		stop()
		wg.Wait()
	})
}

func TestWhoCannotWaitIsToldWhen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		for range 9 {
			if err := b.take(ctx, "/employer/payment", false); err != nil {
				break
			}
		}
		began := time.Now()
		err := b.take(ctx, "/employer/payment", false)
		h, ok := errors.AsType[*held](err)
		if !ok || h.why != TroubleRateLimited {
			t.Fatalf("got %v, want to be held back", err)
		}
		if waited := time.Since(began); waited != 0 {
			t.Errorf("waited %v to be told", waited)
		}
		if ahead := h.until.Sub(began); ahead < 5*time.Second || ahead > 20*time.Second {
			t.Errorf("told to come back in %v", ahead)
		}
		// Being told cost nothing: at that moment the place is there.
		if err := sleep(t.Context(), time.Until(h.until)); err != nil {
			t.Fatal(err)
		}
		began = time.Now()
		if err := b.take(t.Context(), "/employer/payment", false); err != nil || time.Since(began) > time.Millisecond {
			t.Errorf("at that time: %v after %v", err, time.Since(began))
		}
	})
}

func TestWhoGaveUpIsNotCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := b.take(ctx, "/introspect", false); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if u := b.Usage(); u.Used != 0 || u.Cap != addressCap {
			t.Errorf("usage is %+v", u)
		}
	})
}

// TestWaitersHeedWhatFinchSaysMeanwhile has five wait for their place when a
// refusal comes in for somebody else.
func TestWaitersHeedWhatFinchSaysMeanwhile(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		code string
		let  bool // they are let through in the end, or not at all
	}{
		{"the address is blocked", "finch_api_ip_rl", false},
		{"the endpoint is paused", "finch_application_rl", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := NewBudget()
				for b.Usage().Used < 100 {
					if err := b.take(t.Context(), "/introspect", true); err != nil {
						t.Fatal(err)
					}
				}
				refusal := &Error{Code: tt.code, RetryAfter: 10 * time.Second}
				var wg sync.WaitGroup
				for range 5 {
					wg.Go(func() {
						err := b.take(t.Context(), "/introspect", true)
						if h, ok := errors.AsType[*held](err); ok != !tt.let || ok && h.why != TroubleAddressBlocked {
							t.Errorf("got %v", err)
						}
						if err == nil && time.Now().Before(refusal.Until) {
							t.Errorf("let through at %v, before %v", time.Now(), refusal.Until)
						}
					})
				}
				synctest.Wait()
				b.heed(call{path: "/introspect"}, refusal)
				wg.Wait()
			})
		})
	}
}

func TestUsageForgets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget()
		for range 3 {
			if err := b.take(t.Context(), "/introspect", true); err != nil {
				t.Fatal(err)
			}
			if err := sleep(t.Context(), 2*time.Minute); err != nil {
				t.Fatal(err)
			}
		}
		if u := b.Usage(); u.Used != 2 {
			t.Errorf("%d used in the last 5 minutes, want 2", u.Used)
		}
	})
}

func TestEndpointOf(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/introspect": "/introspect", "/jobs/automated": "/jobs/automated", "/jobs/automated/some-id": "/jobs/automated",
		"/employer/pay-groups/some-id": "/employer/pay-groups", "/employer/benefits/a/enrolled": "/employer/benefits", "": "",
	} {
		if got := endpointOf(path); got != want {
			t.Errorf("%q counts as %q, want %q", path, got, want)
		}
	}
}

func TestALooseBudgetIsLooseForTheAddressAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := NewLooseBudget()
		began := time.Now()
		for i := range 5000 {
			if err := b.take(t.Context(), "/introspect", i%2 == 0); err != nil {
				t.Fatal(err)
			}
		}
		if waited := time.Since(began); waited != 0 {
			t.Errorf("waited %s for 5,000 requests", waited)
		}
		if u := b.Usage(); u.Used != 5000 || u.Cap != 0 {
			t.Errorf("usage %+v", u)
		}
		for range 30 {
			if err := b.take(t.Context(), "/employer/payment", false); err != nil {
				t.Fatal(err)
			}
		}
		if waited := time.Since(began); waited < time.Minute {
			t.Errorf("waited %s for 30 requests of which 12 are allowed a minute", waited)
		}
		b.heed(call{path: "/introspect"}, &Error{Status: 429, Code: "finch_api_ip_rl"})
		if err := b.take(t.Context(), "/introspect", false); err == nil {
			t.Error("asked while Finch blocks the address")
		}
	})
}

func TestLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget()
		left := func(path string, want int) {
			t.Helper()
			if got := b.Left(path); got != want {
				t.Errorf("%s: %d left, want %d", path, got, want)
			}
		}
		left("/introspect", -1)
		left("/employer/directory", 10)
		for range 4 {
			if err := b.take(t.Context(), "/employer/pay-groups/x", false); err != nil {
				t.Fatal(err)
			}
		}
		left("/employer/pay-groups", 2)
		left("/employer/pay-groups/{pay_group_id}", 2)
		left("/employer/directory", 10)
		time.Sleep(16 * time.Second) // one more each 15 s
		left("/employer/pay-groups", 3)

		limited := &Error{Code: "finch_application_rl", RetryAfter: time.Minute}
		b.heed(call{method: "GET", path: "/employer/directory"}, limited)
		b.heed(call{method: "GET", path: "/introspect"}, limited)
		left("/employer/directory", 0)
		left("/introspect", 0)
		time.Sleep(2 * time.Minute)
		left("/employer/directory", 10)
		left("/introspect", -1)

		b.heed(call{method: "GET", path: "/introspect"}, &Error{Code: "finch_api_ip_rl"})
		left("/introspect", 0)
		left("/employer/company", 0)
	})
}

func TestLeftIsNeverBelowNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget()
		for range 8 { // more than the six at once: the others wait
			go func() { _ = b.take(t.Context(), "/employer/payment", false) }()
		}
		synctest.Wait()
		if got := b.Left("/employer/payment"); got != 0 {
			t.Errorf("%d left", got)
		}
		time.Sleep(time.Minute)
	})
}
