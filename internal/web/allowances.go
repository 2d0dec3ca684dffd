package web

import (
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxKnown bounds the memory that strangers can fill.
const maxKnown = 10_000

// allowances are how much each of many may still ask: burst at once, then one
// every so often.
type allowances[K comparable] struct {
	burst int
	every time.Duration

	mu   sync.Mutex
	each map[K]*rate.Limiter
}

func newAllowances[K comparable](burst int, every time.Duration) *allowances[K] {
	return &allowances[K]{burst: burst, every: every, each: make(map[K]*rate.Limiter)}
}

// of is the allowance of one of them.
func (a *allowances[K]) of(one K) *rate.Limiter {
	a.mu.Lock()
	defer a.mu.Unlock()
	limiter, known := a.each[one]
	if !known {
		a.makeRoom()
		limiter = rate.NewLimiter(rate.Every(a.every), a.burst)
		a.each[one] = limiter
	}
	return limiter
}

// makeRoom forgets those whose allowance is whole again, and everybody if there
// are none.
func (a *allowances[K]) makeRoom() {
	if len(a.each) < maxKnown {
		return
	}
	for one, limiter := range a.each {
		if limiter.Tokens() >= float64(a.burst) {
			delete(a.each, one)
		}
	}
	if len(a.each) >= maxKnown {
		clear(a.each)
	}
}

// take spends some of an allowance, or refuses.
func (a *allowances[K]) take(one K) error {
	if a.of(one).Allow() {
		return nil
	}
	return &refusal{
		status: http.StatusTooManyRequests, code: "too_many_requests", retryAfter: max(a.every, time.Second),
		message: "Too many requests came from there. Try again in a moment.",
	}
}

// homeOf is an address, or an IPv6 network: one household owns a whole /64.
func homeOf(a netip.Addr) netip.Prefix {
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	home, _ := a.Prefix(bits) // the zero Prefix stands for an unreadable address
	return home
}

// What employers' browsers may ask: of one session, and from one address, where a
// whole office may sit.
const (
	sessionBurst = 60
	sessionEvery = 500 * time.Millisecond
	visitorBurst = 300
	visitorEvery = 50 * time.Millisecond
)

// visit counts a request of somebody without the API key.
func (d *doors) visit(r *http.Request) error {
	return d.visitors.take(homeOf(callerAddress(r, d.TrustedProxies)))
}
