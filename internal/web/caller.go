package web

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// callerAddress is who asks: the peer, or whom a trusted proxy speaks for. Of a
// chain the last address counts that no trusted proxy has: what stands before it
// the caller may have made up.
func callerAddress(r *http.Request, trusted []netip.Prefix) netip.Addr {
	caller := peerAddress(r)
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !within(caller, trusted) {
			return caller
		}
		before, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return caller
		}
		caller = before.Unmap().WithZone("")
	}
	return caller
}

func peerAddress(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return peer.Addr().Unmap().WithZone("")
}

func within(a netip.Addr, networks []netip.Prefix) bool {
	return slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(a) })
}

// local reports whether the request was made on this machine for itself: from a
// loopback address, to a loopback name, and not on behalf of anybody. The name
// tells apart a browser that a stranger's page sent here.
func local(r *http.Request) bool {
	for _, h := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Forwarded", "Via"} {
		if r.Header.Get(h) != "" {
			return false
		}
	}
	return peerAddress(r).IsLoopback() && loopbackHost(r.Host)
}

func loopbackHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	a, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && a.IsLoopback()
}
