package slack

import (
	"net/url"
	"strings"
)

// ticket admits one websocket, once.
type ticket struct{ recycle bool }

// appsConnectionsOpen answers apps.connections.open. The token must be in the
// header (Slack: "apps.connections.open").
func (s *Server) appsConnectionsOpen(c *call) (object, error) {
	if !c.tokenInHeader {
		return nil, apiErr("not_authed")
	}
	id := secret()
	s.tickets[id] = ticket{}
	base, err := url.Parse(s.base)
	if err != nil {
		return nil, apiErr("internal_error")
	}
	scheme := "ws"
	if base.Scheme == "https" {
		scheme = "wss"
	}
	link := url.URL{
		Scheme: scheme, Host: base.Host, Path: strings.TrimSuffix(base.Path, "/") + "/link/",
		RawQuery: url.Values{"ticket": {id}, "app_id": {AppID}}.Encode(),
	}
	return object{"url": link.String()}, nil
}

// punch uses a ticket up.
func (s *Server) punch(query url.Values) (ticket, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.tickets[query.Get("ticket")]
	delete(s.tickets, query.Get("ticket"))
	t.recycle = query.Get("debug_reconnects") == "true"
	return t, ok
}
