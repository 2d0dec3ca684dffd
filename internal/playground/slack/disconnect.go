package slack

import (
	"slices"
	"time"
)

// Disconnect tells live sockets that they will end: reason is "warning",
// "refresh_requested", "link_disabled" or "too_many_websockets". The first two
// leave [Timing.Grace] before the close, the others close at once. No ids means
// all of them.
func (s *Server) Disconnect(reason string, ids ...int) {
	for _, l := range s.chosenLinks(ids) {
		l.sendDisconnect(reason)
	}
}

// Kill cuts the TCP connections without a close frame.
func (s *Server) Kill(ids ...int) {
	for _, l := range s.chosenLinks(ids) {
		s.note(l, func(k *Socket) { k.ClosedBy, k.CloseCode = closedByServer, closeAbnormal })
		l.conn.Close()
	}
}

// Sockets lists every websocket since the start, the oldest first.
func (s *Server) Sockets() []Socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Socket, 0, len(s.links))
	for _, l := range s.links {
		out = append(out, l.Socket)
	}
	return out
}

// Live counts the open sockets.
func (s *Server) Live() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.liveLinks())
}

func (s *Server) chosenLinks(ids []int) []*link {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(s.liveLinks(), func(l *link) bool {
		return len(ids) > 0 && !slices.Contains(ids, l.ID)
	})
}

// sendDisconnect announces the end and, after the grace its reason has, makes
// it true.
func (l *link) sendDisconnect(reason string) {
	l.server.note(l, func(k *Socket) { k.Disconnect = reason })
	l.send(object{"type": "disconnect", "reason": reason, "debug_info": object{"host": "applink-playground"}})
	if reason != reasonWarning && reason != reasonRefresh {
		l.close(closedByServer)
		return
	}
	l.server.mu.Lock()
	grace := l.server.timing.Grace
	l.server.mu.Unlock()
	l.server.work.Go(func() {
		select {
		case <-l.done:
		case <-l.server.ctx.Done():
		case <-time.After(grace):
			l.close(closedByServer)
		}
	})
}

// recycle ends a socket asked for with debug_reconnects=true (Slack: after
// 360 s).
func (l *link) recycle() {
	l.server.mu.Lock()
	life, grace := l.server.timing.Recycle, l.server.timing.Grace
	l.server.mu.Unlock()
	select {
	case <-l.done:
	case <-l.server.ctx.Done():
	case <-time.After(max(life-grace, 0)):
		l.sendDisconnect(reasonWarning)
	}
}
