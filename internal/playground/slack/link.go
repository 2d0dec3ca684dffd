package slack

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	maxLinks        = 10       // Slack: sockets per app
	maxClientFrame  = 20 << 10 // Slack drops frames from the client of this size and more
	writeTimeout    = 5 * time.Second
	closeNormal     = websocket.CloseNormalClosure
	closeAbnormal   = websocket.CloseAbnormalClosure
	connectionLife  = 18060 // seconds, as hello says
	closedByClient  = "client"
	closedByServer  = "server"
	reasonWarning   = "warning"
	reasonRefresh   = "refresh_requested"
	reasonTooMany   = "too_many_websockets"
	reasonLinkEnded = "link_disabled"
)

// Socket is what became of one websocket.
type Socket struct {
	ID         int        `json:"id"`
	Live       bool       `json:"live"`
	Ghost      bool       `json:"ghost"`
	Opened     time.Time  `json:"opened"`
	Closed     *time.Time `json:"closed,omitempty"`
	CloseCode  int        `json:"close_code,omitempty"`
	ClosedBy   string     `json:"closed_by,omitempty"`
	Disconnect string     `json:"disconnect,omitempty"`
	Sent       int        `json:"sent"`
	Acked      int        `json:"acked"`
	// What the client sent that Slack would not act on.
	WrongAcks   int `json:"wrong_acks"`
	UnknownAcks int `json:"unknown_acks"`
	Oversize    int `json:"oversize"`
	Fragmented  int `json:"fragmented"`
	Pongs       int `json:"pongs"`
}

// link is one websocket of the app. Its Socket is guarded by Server.mu.
type link struct {
	Socket
	server *Server
	conn   *websocket.Conn
	watch  *frameWatch
	write  sync.Mutex
	done   chan struct{}
}

func (s *Server) serveLink(w http.ResponseWriter, r *http.Request) {
	if status := s.refusesLink(); status != 0 {
		http.Error(w, http.StatusText(status), status)
		return
	}
	t, ok := s.punch(r.URL.Query())
	if !ok {
		http.Error(w, "invalid ticket", http.StatusNotFound)
		return
	}
	watched := &watchedWriter{ResponseWriter: w}
	upgrader := websocket.Upgrader{
		ReadBufferSize: 4 << 10, WriteBufferSize: 64 << 10,
		CheckOrigin: func(*http.Request) bool { return true }, // Slack accepts any origin
	}
	conn, err := upgrader.Upgrade(watched, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	l := &link{server: s, conn: conn, watch: watched.watch, done: make(chan struct{})}
	if !s.enter(l) {
		return
	}
	defer s.work.Done()
	s.work.Go(l.ping)
	if t.recycle {
		s.work.Go(l.recycle)
	}
	l.read()
}

// enter registers the socket and greets it, or turns it away. It is false when
// the server is closing.
func (s *Server) enter(l *link) bool {
	l.write.Lock() // hello is the first frame: envelopes wait for it
	count, ok := s.register(l)
	if ok && count <= maxLinks {
		l.writeFrame(hello(count))
	}
	l.write.Unlock()
	s.mu.Lock()
	reason := s.ws.wire.everyConnect
	s.mu.Unlock()
	switch {
	case !ok:
		l.conn.Close()
	case count > maxLinks:
		l.sendDisconnect(reasonTooMany)
	case reason != "":
		l.sendDisconnect(reason)
	}
	return ok
}

// register counts the socket in. One too many gets no envelopes.
func (s *Server) register(l *link) (count int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shutdown {
		return 0, false
	}
	s.work.Add(1)
	l.ID, l.Live, l.Opened = len(s.links)+1, true, s.now()
	s.links = append(s.links, l)
	count = s.registered()
	if count > maxLinks {
		l.ClosedBy, l.CloseCode = closedByServer, closeNormal
	}
	s.touch()
	return count, true
}

func hello(count int) object {
	return object{
		"type": "hello", "num_connections": count,
		"debug_info": object{
			"host": "applink-playground", "started": "2026-11-20 12:12:12.120", "build_number": 54,
			"approximate_connection_time": connectionLife,
		},
		"connection_info": object{"app_id": AppID},
	}
}

// registered counts the sockets Slack believes in: live ones and ghosts.
func (s *Server) registered() int {
	n := 0
	for _, l := range s.links {
		if l.Live || l.Ghost {
			n++
		}
	}
	return n
}

func (s *Server) liveLinks() []*link {
	return slices.DeleteFunc(slices.Clone(s.links), func(l *link) bool { return !l.Live })
}

// send writes one text frame.
func (l *link) send(v any) {
	l.write.Lock()
	defer l.write.Unlock()
	l.writeFrame(v)
}

// writeFrame needs l.write. An error means the socket is going; the reader
// notices and says why.
func (l *link) writeFrame(v any) {
	frame, err := json.Marshal(v)
	if err != nil {
		return
	}
	_ = l.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
	_ = l.conn.WriteMessage(websocket.TextMessage, frame)
}

// read takes the client's frames until the socket ends.
func (l *link) read() {
	defer l.conn.Close()
	defer close(l.done)
	l.conn.SetPongHandler(func(string) error {
		l.server.mu.Lock()
		defer l.server.mu.Unlock()
		l.Pongs++ // nobody looks different for it: no touch
		return nil
	})
	for {
		kind, frame, err := l.conn.ReadMessage()
		if err != nil {
			l.server.leave(l, err)
			return
		}
		l.server.slowRead()
		switch whole := l.watch.wasWhole(); {
		case !whole:
			l.server.note(l, func(k *Socket) { k.Fragmented++ })
		case len(frame) >= maxClientFrame:
			l.server.note(l, func(k *Socket) { k.Oversize++ })
		case kind == websocket.TextMessage:
			l.server.takeAck(l, frame)
		}
	}
}

func (s *Server) note(l *link, change func(*Socket)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&l.Socket)
	s.touch()
}

// leave records how the socket ended. Without a close frame it may stay
// registered as a ghost.
func (s *Server) leave(l *link, cause error) {
	code := closeAbnormal
	if closed, ok := errors.AsType[*websocket.CloseError](cause); ok {
		code = closed.Code
	}
	s.note(l, func(k *Socket) {
		now := s.now()
		k.Live, k.Closed = false, &now
		if k.ClosedBy == "" {
			k.ClosedBy, k.CloseCode = closedByClient, code
			k.Ghost = code == closeAbnormal && s.ws.wire.ghosts
		}
	})
}

// close sends a close frame and gives the client a second to answer it, so that
// it learns of the close rather than of a broken connection.
func (l *link) close(by string) {
	l.server.note(l, func(k *Socket) {
		if k.Live && k.ClosedBy == "" {
			k.ClosedBy, k.CloseCode = by, closeNormal
		}
	})
	bye := websocket.FormatCloseMessage(closeNormal, "")
	_ = l.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second))
	_ = l.conn.SetReadDeadline(time.Now().Add(time.Second))
}

// ping keeps the socket alive as Slack does: clients leave when pings stop.
func (l *link) ping() {
	for {
		l.server.mu.Lock()
		pause, silent := l.server.timing.Ping, l.server.ws.wire.noPings
		l.server.mu.Unlock()
		select {
		case <-l.done:
			return
		case <-time.After(pause):
		}
		if !silent {
			_ = l.conn.WriteControl(websocket.PingMessage, []byte("Ping from applink-playground"), time.Now().Add(writeTimeout))
		}
	}
}
