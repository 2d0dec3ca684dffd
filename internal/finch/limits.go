package finch

import (
	"time"

	"golang.org/x/time/rate"
)

// Finch: 1000 requests in 5 minutes from one address; above that the address is
// blocked for 60 minutes. Perch stays 100 below, since a request reaches Finch
// a little later than it was let go, and others may share the address.
const (
	addressWindow = 5 * time.Minute
	addressCap    = 900
	reserve       = 200 // of these, for people waiting at a command
	addressBlock  = 60 * time.Minute
)

// endpointWindow is the rolling minute in which Finch counts an application's
// requests per endpoint.
const endpointWindow = time.Minute

// perMinute is what Finch allows an application per endpoint in any 60 seconds,
// all tokens together. For documents Finch has a limit but no public number.
// Endpoints that are not here count for the address alone.
var perMinute = map[string]int{
	"/employer/company":            20,
	"/employer/directory":          20,
	"/employer/individual":         20,
	"/employer/employment":         20,
	"/employer/pay-statement-item": 20,
	"/employer/documents":          20,
	"/employer/payment":            12,
	"/employer/pay-groups":         12,
	"/employer/pay-statement":      12,
}

// bucket lets no more than limit requests through in any window: at most burst
// at once, and the others at an even rate, so burst + rate*window = limit.
func bucket(limit, burst int, window time.Duration) *rate.Limiter {
	perSecond := float64(limit-burst) / window.Seconds()
	return rate.NewLimiter(rate.Limit(perSecond), burst)
}
