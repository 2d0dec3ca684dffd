package playground

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// guard keeps other sites out. A page anywhere on the internet can make its
// visitor's browser call this machine, under a name of its own (DNS rebinding)
// or across origins (CSRF); neither may reach a control door.
type guard struct {
	hosts []string
}

func (g guard) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !g.ours(r.Host) {
			http.Error(w, "The playground answers only under this machine's own name.", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ours tells whether a Host header names this machine.
func (g guard) ours(hostport string) bool {
	host := strings.ToLower(hostname(hostport))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	if addr, err := netip.ParseAddr(host); err == nil && addr.IsLoopback() {
		return true
	}
	return slices.ContainsFunc(g.hosts, func(h string) bool { return h != "" && strings.EqualFold(h, host) })
}

// hostname is a Host header without its port and brackets.
func hostname(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return strings.Trim(hostport, "[]")
}

// door refuses requests that another site made. Programs (tests, scripts) send
// neither header and are welcome.
func door(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if foreign(r) {
			http.Error(w, "A control door answers only its own page.", http.StatusForbidden)
			return
		}
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
		w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// foreign tells whether a browser says that the request began elsewhere.
func foreign(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "cross-site", "same-site":
		return true
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return false
	}
	u, err := url.Parse(origin)
	return err != nil || !strings.EqualFold(u.Host, r.Host)
}
