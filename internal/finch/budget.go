package finch

import (
	"context"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Budget keeps a whole process under Finch's limits. Every attempt of every
// call is paid for here, repeats included. It is kept in memory: a restart
// begins a new count, with at most 200 requests at once.
//
// Two buckets share what the address may ask: one for all, one that only people
// draw on, and only when the first is empty. Neither lets more through in any
// window than its share, so both together never pass the cap, and a sweep over
// all connections leaves the reserve to people whole.
type Budget struct {
	mu        sync.Mutex
	cap       int // 0 is none
	common    *rate.Limiter
	reserve   *rate.Limiter
	endpoints map[string]*rate.Limiter
	paused    map[string]time.Time // endpoint -> when it may be asked again
	blocked   time.Time            // until then nothing may be asked
	spent     []time.Time          // within the last window, oldest first
}

// NewBudget returns a full budget.
func NewBudget() *Budget {
	b := NewLooseBudget()
	b.cap = addressCap
	b.common = bucket(addressCap-reserve, 100, addressWindow)
	b.reserve = bucket(reserve, 100, addressWindow)
	return b
}

// NewLooseBudget returns a budget without a limit for the address: for a Finch
// on this machine that sets none, where a whole month is told in a moment. The
// limits of the endpoints stay, and what Finch forbids is heeded.
func NewLooseBudget() *Budget {
	unlimited := rate.NewLimiter(rate.Inf, 0)
	b := &Budget{common: unlimited, reserve: unlimited, endpoints: map[string]*rate.Limiter{}, paused: map[string]time.Time{}}
	for path, limit := range perMinute { // two below, as the address is kept below its limit
		b.endpoints[path] = bucket(limit-2, limit/2, endpointWindow)
	}
	return b
}

// Usage is how much of the budget is spent.
type Usage struct {
	// Used is how many requests were made in the last 5 minutes, of at most Cap;
	// a Cap of 0 is none.
	Used, Cap int
	// BlockedUntil is when Finch will answer this address again, zero if it does.
	BlockedUntil time.Time
}

// Usage tells how much was spent in the last 5 minutes.
func (b *Budget) Usage() Usage {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.forget(now)
	u := Usage{Used: len(b.spent), Cap: b.cap}
	if b.blocked.After(now) {
		u.BlockedUntil = b.blocked
	}
	return u
}

// Left is how many more calls of an endpoint go through without a wait, as its own
// limit has it; negative where Finch sets it none. path is a call's or an
// endpoint's. While Finch has forbidden them, for the endpoint or for this
// address, it is 0.
func (b *Budget) Left(path string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	now, endpoint := time.Now(), endpointOf(path)
	if b.blocked.After(now) || b.paused[endpoint].After(now) {
		return 0
	}
	own, ok := b.endpoints[endpoint]
	if !ok {
		return -1
	}
	return max(0, int(own.TokensAt(now))) // below 0 where calls wait for their turn
}

// held is the error of a call that was not let through.
type held struct {
	why   Trouble
	until time.Time
}

func (h *held) Error() string {
	what := "held back to stay under Finch's limits"
	if h.why == TroubleAddressBlocked {
		what = "held back while Finch blocks this address"
	}
	return what + ", until " + h.until.UTC().Format(time.RFC3339)
}

// take waits until one request may be made and counts it. What would have to
// wait beyond the context's deadline fails at once with *held.
func (b *Budget) take(ctx context.Context, path string, background bool) error {
	endpoint := endpointOf(path)
	for {
		wait, booked, err := b.book(ctx, endpoint, background)
		if err != nil {
			return err
		}
		if err := sleep(ctx, wait); err != nil {
			return err
		}
		if booked && b.spend(endpoint) {
			return nil
		}
	}
}

// book reserves a place in the buckets and tells how far ahead it is. While
// the endpoint is paused nothing is booked: come back after the wait.
func (b *Budget) book(ctx context.Context, endpoint string, background bool) (wait time.Duration, booked bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if b.blocked.After(now) {
		return 0, false, &held{why: TroubleAddressBlocked, until: b.blocked}
	}
	if until := b.paused[endpoint]; until.After(now) {
		if wait := until.Sub(now); fits(ctx, wait) {
			return wait, false, nil
		}
		return 0, false, &held{why: TroubleRateLimited, until: until}
	}
	places := b.places(now, endpoint, background)
	for _, p := range places {
		wait = max(wait, p.DelayFrom(now))
	}
	if fits(ctx, wait) {
		return wait, true, nil
	}
	for _, p := range places {
		p.CancelAt(now)
	}
	return 0, false, &held{why: TroubleRateLimited, until: now.Add(wait)}
}

// places reserves one request in every bucket that it counts for.
func (b *Budget) places(now time.Time, endpoint string, background bool) []*rate.Reservation {
	place := b.common.ReserveN(now, 1)
	if !background && place.DelayFrom(now) > 0 {
		place = sooner(now, place, b.reserve.ReserveN(now, 1))
	}
	places := []*rate.Reservation{place}
	if own, ok := b.endpoints[endpoint]; ok {
		places = append(places, own.ReserveN(now, 1))
	}
	return places
}

// sooner keeps the nearer of two places and gives the other back.
func sooner(now time.Time, a, b *rate.Reservation) *rate.Reservation {
	if b.DelayFrom(now) < a.DelayFrom(now) {
		a, b = b, a
	}
	b.CancelAt(now)
	return a
}

// spend counts a booked request, unless Finch closed the door meanwhile.
func (b *Budget) spend(endpoint string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if b.blocked.After(now) || b.paused[endpoint].After(now) {
		return false
	}
	b.forget(now)
	b.spent = append(b.spent, now)
	return true
}

// forget drops what was spent before the window.
func (b *Budget) forget(now time.Time) {
	old, _ := slices.BinarySearchFunc(b.spent, now.Add(-addressWindow), time.Time.Compare)
	b.spent = slices.Delete(b.spent, 0, old)
}

// heed draws the consequences of a refusal for all calls that follow, and tells
// in the refusal itself when asking makes sense again.
func (b *Budget) heed(q call, refusal *Error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	switch {
	case refusal.Code == "finch_api_ip_rl":
		wait := max(addressBlock, refusal.RetryAfter)
		b.blocked = later(b.blocked, now.Add(wait))
		refusal.waitUntil(now, b.blocked)
	case refusal.limitsEndpoint(q):
		wait := refusal.RetryAfter
		if wait == 0 {
			wait = endpointWindow + rand.N(endpointWindow/4)
		}
		endpoint := endpointOf(q.path)
		b.paused[endpoint] = later(b.paused[endpoint], now.Add(wait))
		refusal.waitUntil(now, b.paused[endpoint])
	}
}

// limitsEndpoint reports whether a refusal concerns all that is asked of the
// endpoint, whatever the token. Finch's finch_code is optional; without it the
// name says so, or a time to wait at a read. A write's may be the connection's
// own: Finch counts syncs on request for each, and gives those no name.
func (e *Error) limitsEndpoint(q call) bool {
	switch {
	case e.Code != "":
		return e.Code == "finch_application_rl" || e.Code == "finch_auth_ip_rl"
	case e.Status != http.StatusTooManyRequests:
		return false
	default:
		return e.Name == "rate_limit_exceeded_error" || q.repeatable() && e.RetryAfter > 0
	}
}

// endpointOf is what Finch counts a path under: its first two segments, so that
// /employer/pay-groups/{id} is /employer/pay-groups.
func endpointOf(path string) string {
	parts := strings.SplitN(path, "/", 4)
	return strings.Join(parts[:min(len(parts), 3)], "/")
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
