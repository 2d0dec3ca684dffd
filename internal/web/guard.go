package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Wrong keys per address: as many at once, then one every guessEvery.
const (
	guessBurst = 20
	guessEvery = 5 * time.Second
	// maxGuessers bounds the memory that strangers can fill.
	maxGuessers = 10_000
)

// guard knows the API key and who tries to guess it.
type guard struct {
	set     bool
	digest  [sha256.Size]byte
	trusted []netip.Prefix

	mu       sync.Mutex
	guessers map[netip.Prefix]*rate.Limiter
}

func newGuard(key string, trusted []netip.Prefix) *guard {
	return &guard{
		set: key != "", digest: sha256.Sum256([]byte(key)), trusted: trusted,
		guessers: make(map[netip.Prefix]*rate.Limiter),
	}
}

// check admits the bearer of the API key and refuses all others.
func (g *guard) check(r *http.Request) error {
	key, given := bearer(r)
	switch {
	case !g.set:
		return &refusal{
			status: http.StatusServiceUnavailable, code: "api_key_not_set",
			message: "This door is closed: the operator has not set PERCH_API_KEY.",
		}
	case !given:
		return &refusal{
			status: http.StatusUnauthorized, code: "unauthorized",
			message: "Send the API key as `Authorization: Bearer …`.",
		}
	}
	if g.matches(key) {
		return nil // also where others guess: who has the key must not be locked out by them
	}
	if !g.guesses(callerAddress(r, g.trusted)).Allow() {
		return &refusal{
			status: http.StatusTooManyRequests, code: "too_many_attempts", retryAfter: guessEvery,
			message: "Too many wrong API keys came from this address. Try again later.",
		}
	}
	return &refusal{status: http.StatusUnauthorized, code: "unauthorized", message: "This is not the API key."}
}

// matches compares digests, so that neither the time it takes nor the length of
// the key tells anything.
func (g *guard) matches(key string) bool {
	digest := sha256.Sum256([]byte(key))
	return subtle.ConstantTimeCompare(digest[:], g.digest[:]) == 1
}

// bearer is the credential of the Authorization header. RFC 9110: the scheme's
// case does not matter.
func bearer(r *http.Request) (key string, given bool) {
	scheme, key, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	key = strings.TrimSpace(key)
	return key, ok && key != "" && strings.EqualFold(scheme, "Bearer")
}

// guesses is the allowance of an address, or of an IPv6 network: one household
// owns a whole /64.
func (g *guard) guesses(a netip.Addr) *rate.Limiter {
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	home, _ := a.Prefix(bits) // the zero Prefix stands for an unreadable address
	g.mu.Lock()
	defer g.mu.Unlock()
	limiter, known := g.guessers[home]
	if !known {
		g.makeRoom()
		limiter = rate.NewLimiter(rate.Every(guessEvery), guessBurst)
		g.guessers[home] = limiter
	}
	return limiter
}

// makeRoom forgets those whose allowance is whole again, and everybody if all
// are guessing.
func (g *guard) makeRoom() {
	if len(g.guessers) < maxGuessers {
		return
	}
	for home, limiter := range g.guessers {
		if limiter.Tokens() >= guessBurst {
			delete(g.guessers, home)
		}
	}
	if len(g.guessers) >= maxGuessers {
		clear(g.guessers)
	}
}

// keyed puts a door behind the API key.
func (d *doors) keyed(h handler) handler {
	return func(w *answer, r *http.Request) error {
		if err := d.guard.check(r); err != nil {
			return err
		}
		return h(w, r)
	}
}

// insider reports whether a caller may see what is for operators only.
func (d *doors) insider(r *http.Request) bool { return local(r) || d.guard.check(r) == nil }
