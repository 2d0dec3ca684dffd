package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// Wrong keys per address: as many at once, then one every guessEvery.
const (
	guessBurst = 20
	guessEvery = 5 * time.Second
)

// guard knows the API key and who tries to guess it.
type guard struct {
	set     bool
	digest  [sha256.Size]byte
	trusted []netip.Prefix

	guessers *allowances[netip.Prefix]
}

func newGuard(key string, trusted []netip.Prefix) *guard {
	return &guard{
		set: key != "", digest: sha256.Sum256([]byte(key)), trusted: trusted,
		guessers: newAllowances[netip.Prefix](guessBurst, guessEvery),
	}
}

// check admits the bearer of the API key and refuses all others.
func (g *guard) check(r *http.Request) error {
	key, given := bearer(r)
	switch {
	case !g.set:
		return keyNotSet()
	case !given:
		return &refusal{
			status: http.StatusUnauthorized, code: "unauthorized",
			message: "Send the API key as `Authorization: Bearer …`.",
		}
	}
	if g.matches(key) {
		return nil // also where others guess: who has the key must not be locked out by them
	}
	return g.guessed(r, "This is not the API key.")
}

func keyNotSet() *refusal {
	return &refusal{
		status: http.StatusServiceUnavailable, code: "api_key_not_set",
		message: "This door is closed: the operator has not set PERCH_API_KEY.",
	}
}

// guessed refuses a wrong key, and counts it.
func (g *guard) guessed(r *http.Request, message string) *refusal {
	if !g.guesses(callerAddress(r, g.trusted)).Allow() {
		return &refusal{
			status: http.StatusTooManyRequests, code: "too_many_attempts", retryAfter: guessEvery,
			message: "Too many wrong API keys came from this address. Try again later.",
		}
	}
	return &refusal{status: http.StatusUnauthorized, code: "unauthorized", message: message}
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

// guesses is the allowance of whoever sits at an address.
func (g *guard) guesses(a netip.Addr) *rate.Limiter { return g.guessers.of(homeOf(a)) }

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
