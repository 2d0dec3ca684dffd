package finch

import (
	"slices"
	"time"
)

const (
	clientWindow  = time.Minute
	addressWindow = 5 * time.Minute
	addressBan    = time.Hour
)

// limits count accepted requests over rolling windows: each application's per
// operation, and each address's in all.
type limits struct {
	perMinute  map[string]int
	perAddress int
	accepted   map[[2]string][]time.Time
	seen       map[string][]time.Time
	banned     map[string]time.Time
}

func newLimits(perAddress int, perMinute map[string]int) limits {
	if perMinute == nil {
		perMinute = map[string]int{}
	}
	return limits{
		perMinute: perMinute, perAddress: perAddress,
		accepted: map[[2]string][]time.Time{}, seen: map[string][]time.Time{}, banned: map[string]time.Time{},
	}
}

// admitClient counts an application's request, unless it is one too many.
func (l *limits) admitClient(id string, op operation, now time.Time) bool {
	most, changed := l.perMinute[op.path]
	if !changed {
		most = op.perMinute
	}
	if most <= 0 {
		return true
	}
	key := [2]string{id, op.method + " " + op.path}
	recent := since(l.accepted[key], now.Add(-clientWindow))
	if len(recent) >= most {
		l.accepted[key] = recent
		return false
	}
	l.accepted[key] = append(recent, now)
	return true
}

// admitAddress counts an address's request; one too many bans it for an hour.
func (l *limits) admitAddress(from string, now time.Time) bool {
	if l.perAddress <= 0 {
		return true
	}
	if until, banned := l.banned[from]; banned {
		if now.Before(until) {
			return false
		}
		delete(l.banned, from)
		delete(l.seen, from)
	}
	recent := append(since(l.seen[from], now.Add(-addressWindow)), now)
	l.seen[from] = recent
	if len(recent) > l.perAddress {
		l.banned[from] = now.Add(addressBan)
		return false
	}
	return true
}

// since drops the times up to and including the start of the window.
func since(times []time.Time, start time.Time) []time.Time {
	i := slices.IndexFunc(times, func(t time.Time) bool { return t.After(start) })
	if i < 0 {
		return nil
	}
	return times[i:]
}

// Limit sets how many requests a minute an operation ("/employer/company")
// takes from each application; 0 is no limit.
func (s *Server) Limit(path string, perMinute int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits.perMinute[path] = perMinute
}

// LimitAddress sets how many requests in 5 minutes block an address for an
// hour and lifts all blocks; 0 is no limit.
func (s *Server) LimitAddress(most int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits.perAddress = most
	clear(s.limits.seen)
	clear(s.limits.banned)
}
