package slack

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func TestHelloComesFirstAndCountsTheSockets(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	for want := 1; want <= 2; want++ {
		hello := s.dialRaw().next()
		if hello.Type != "hello" || hello.NumConnections != want || hello.ConnectionInfo.AppID != AppID || hello.DebugInfo.Life == 0 {
			t.Fatalf("hello %d is %+v", want, hello)
		}
	}
}

func TestHelloComesBeforeAnyEnvelope(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{Timing: Timing{Retries: []time.Duration{time.Millisecond, time.Millisecond, time.Millisecond}}})
	for range 300 {
		s.Event(map[string]any{"type": "x"}) // some of them are under way while the socket opens
	}
	if f := s.dialRaw().next(); f.Type != "hello" {
		t.Fatalf("first frame is %+v", f)
	}
}

func TestATicketAdmitsOnce(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	_, link, err := s.api.StartSocketModeContext(s.ctx)
	ok(t, err)
	conn, _, err := websocket.DefaultDialer.DialContext(s.ctx, link, http.Header{"Origin": {"https://api.slack.com"}})
	ok(t, err)
	defer conn.Close()
	for _, used := range []string{link, strings.Replace(link, "ticket=", "ticket=x", 1)} {
		if _, res, err := websocket.DefaultDialer.DialContext(s.ctx, used, nil); err == nil || res.StatusCode != http.StatusNotFound {
			t.Fatalf("a used or unknown ticket was taken: %v", err)
		}
	}
}

func TestTheServerPingsUnlessToldNotTo(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{Timing: Timing{Ping: time.Millisecond}})
	pinged := s.dial()
	for s.Sockets()[0].Pongs < 3 {
		s.Event(map[string]any{"type": "x"})
		pinged.ack(pinged.next())
	}
	silent := newStand(t, Options{Timing: Timing{Ping: time.Millisecond}})
	ok(t, silent.Fault(Fault{Kind: FaultNoPings}))
	a := silent.dial()
	silent.Event(map[string]any{"type": "x"})
	a.ack(a.next())
	if pongs := silent.Sockets()[0].Pongs; pongs != 0 {
		t.Fatalf("%d pings came", pongs)
	}
}

func TestEachEnvelopeGoesToOneSocketAtRandom(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	a, b := s.dial(), s.dial()
	const sent = 60
	for range sent {
		s.Event(map[string]any{"type": "x"})
	}
	counts := map[*app]int{}
	for range sent {
		select {
		case f := <-a.frames:
			a.ack(f)
			counts[a]++
		case f := <-b.frames:
			b.ack(f)
			counts[b]++
		case <-s.ctx.Done():
			t.Fatal("an envelope is missing")
		}
	}
	if counts[a] == 0 || counts[b] == 0 {
		t.Fatalf("all envelopes went one way: %v", counts)
	}
	ok(t, s.Wait(s.ctx, func() bool { return acked(s.Server) == sent }))
}

func acked(s *Server) int {
	n := 0
	for _, k := range s.Sockets() {
		n += k.Acked
	}
	return n
}

func TestWhatSlackIgnoresFromTheClient(t *testing.T) {
	t.Parallel()
	ackOf := func(f frame, extra string) string { return `{"envelope_id":"` + f.EnvelopeID + `"` + extra + `}` }
	fat := strings.Repeat("x", maxClientFrame)
	tests := map[string]struct {
		write func(a *app, f frame) error
		count func(Socket) int
	}{
		"an unknown envelope": {
			func(a *app, f frame) error { return a.conn.WriteJSON(map[string]any{"envelope_id": "nobody's"}) },
			func(k Socket) int { return k.UnknownAcks },
		},
		"no JSON": {
			func(a *app, f frame) error { return a.conn.WriteMessage(websocket.TextMessage, []byte("{")) },
			func(k Socket) int { return k.UnknownAcks },
		},
		"20 KB": {
			func(a *app, f frame) error {
				return a.conn.WriteMessage(websocket.TextMessage, []byte(ackOf(f, `,"payload":{"text":"`+fat+`"}`)))
			},
			func(k Socket) int { return k.Oversize },
		},
		"fragments": {
			func(a *app, f frame) error {
				w, err := a.conn.NextWriter(websocket.TextMessage)
				if err != nil {
					return err
				}
				if _, err := w.Write([]byte(ackOf(f, `,"payload":{"text":"`+strings.Repeat(fat, 4)+`"}`))); err != nil {
					return err
				}
				return w.Close()
			},
			func(k Socket) int { return k.Fragmented },
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, Options{})
			a := s.dial()
			s.Event(map[string]any{"type": "x"})
			f := a.next()
			ok(t, tt.write(a, f))
			ok(t, s.Wait(s.ctx, func() bool { return tt.count(s.Sockets()[0]) == 1 }))
			if s.Sockets()[0].Acked != 0 {
				t.Fatal("it counted as an acknowledgement")
			}
			a.ack(f) // the socket still works
			ok(t, s.Wait(s.ctx, func() bool { return s.Sockets()[0].Acked == 1 }))
		})
	}
}

func TestAnAckOnAnotherSocketIsNotedAndDoesNotCount(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	a := s.dial()
	s.Event(map[string]any{"type": "x"})
	f := a.next()
	s.dial().ack(f)
	ok(t, s.Wait(s.ctx, func() bool { return s.Sockets()[1].WrongAcks == 1 }))
	if acked(s.Server) != 0 {
		t.Fatal("it counted")
	}
	a.ack(f)
	ok(t, s.Wait(s.ctx, func() bool { return acked(s.Server) == 1 }))
}

func TestAnEnvelopeOver64KBPasses(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	a := s.dial()
	s.Event(map[string]any{"type": "x", "text": strings.Repeat("y", 200_000)})
	if f := a.next(); len(f.Payload) < 200_000 {
		t.Fatalf("%d bytes came", len(f.Payload))
	}
}

func TestTheEleventhSocketIsTurnedAway(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{Unlimited: true})
	for range maxLinks {
		s.dial()
	}
	eleventh := s.dialRaw()
	if f := eleventh.next(); f.Type != "disconnect" || f.Reason != "too_many_websockets" {
		t.Fatalf("got %+v", f)
	}
	if err := <-eleventh.ended; !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		t.Fatalf("ended with %v", err)
	}
	ok(t, s.Wait(s.ctx, func() bool { return s.Live() == maxLinks }))
}

func TestDisconnects(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{"warning", "refresh_requested", "link_disabled", "too_many_websockets"} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, Options{Timing: quick()})
			a := s.dial()
			ok(t, s.Fault(Fault{Kind: FaultDisconnect, Reason: reason}))
			if f := a.next(); f.Type != "disconnect" || f.Reason != reason {
				t.Fatalf("got %+v", f)
			}
			if err := <-a.ended; !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
				t.Fatalf("ended with %v", err)
			}
			ok(t, s.Wait(s.ctx, func() bool { return s.Live() == 0 }))
			k := s.Sockets()[0]
			if k.Disconnect != reason || k.ClosedBy != "server" || k.CloseCode != 1000 {
				t.Fatalf("recorded %+v", k)
			}
		})
	}
}

func TestAnEnvelopeAfterTheDisconnectFrameArrivesOnTheOldSocket(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	old := s.dial()
	s.Disconnect("warning")
	old.next()
	s.dial()
	ok(t, s.Fault(Fault{Kind: FaultToOld, Times: 5}))
	for range 5 {
		s.Event(map[string]any{"type": "x"})
		old.ack(old.next())
	}
	ok(t, s.Wait(s.ctx, func() bool { return s.Sockets()[0].Acked == 5 }))
}

func TestHowASocketEndedIsRecorded(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		end       func(s *stand, a *app)
		code      int
		by        string
		abnormal  bool
		connected int
	}{
		"a close frame":        {func(_ *stand, a *app) { closeProperly(a) }, 1000, "client", false, 0},
		"cut by the client":    {func(_ *stand, a *app) { a.conn.NetConn().Close() }, 1006, "client", true, 0},
		"killed by the server": {func(s *stand, _ *app) { s.Kill() }, 1006, "server", true, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, Options{})
			a := s.dial()
			tt.end(s, a)
			ok(t, s.WaitLiveGone())
			k := s.Sockets()[0]
			if k.CloseCode != tt.code || k.ClosedBy != tt.by || k.Closed == nil || k.Ghost {
				t.Fatalf("recorded %+v", k)
			}
			if err := <-a.ended; tt.abnormal == websocket.IsCloseError(err, websocket.CloseNormalClosure) {
				t.Fatalf("the client saw %v", err)
			}
		})
	}
}

func (s *stand) WaitLiveGone() error { return s.Wait(s.ctx, func() bool { return s.Live() == 0 }) }

func closeProperly(a *app) {
	_ = a.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
}

func TestGhostsCountAndSwallowEnvelopes(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{Timing: quick()})
	ok(t, s.Fault(Fault{Kind: FaultGhosts}))
	s.dial().conn.NetConn().Close()
	ok(t, s.WaitLiveGone())
	is(t, s.Slash(s.ctx, "UBO", "CGENERAL", "/jobs"), OperationTimeout)
	if hello := s.dialRaw().next(); hello.NumConnections != 2 {
		t.Fatalf("num_connections is %d, want the ghost counted", hello.NumConnections)
	}
	ok(t, s.Fault(Fault{Kind: FaultGhosts, Off: true}))
	if hello := s.dialRaw().next(); hello.NumConnections != 2 {
		t.Fatalf("num_connections is %d, want the ghost gone", hello.NumConnections)
	}
}

func TestConnectingCanBeMadeHard(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	ok(t, s.Fault(Fault{Kind: FaultRefuseLink, Status: http.StatusConflict, Times: 1}))
	_, link, err := s.api.StartSocketModeContext(s.ctx)
	ok(t, err)
	if _, res, err := websocket.DefaultDialer.DialContext(s.ctx, link, nil); err == nil || res.StatusCode != http.StatusConflict {
		t.Fatalf("the handshake was not refused: %v", err)
	}
	ok(t, s.Fault(Fault{Kind: FaultEveryConnect, Reason: "link_disabled"}))
	for range 3 {
		a := s.dial()
		if f := a.next(); f.Reason != "link_disabled" {
			t.Fatalf("got %+v", f)
		}
		if err := <-a.ended; err == nil {
			t.Fatal("still open")
		}
	}
	ok(t, s.Fault(Fault{Kind: FaultEveryConnect, Off: true}))
	s.dial()
	ok(t, s.WaitLive(s.ctx, 1))
}

func TestDebugReconnectsEndsTheSocketEarly(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{Timing: Timing{Recycle: 2 * time.Millisecond, Grace: time.Millisecond}})
	_, link, err := s.api.StartSocketModeContext(s.ctx)
	ok(t, err)
	conn, _, err := websocket.DefaultDialer.DialContext(s.ctx, link+"&debug_reconnects=true", nil)
	ok(t, err)
	defer conn.Close()
	var reasons []string
	for {
		var f frame
		if err := conn.ReadJSON(&f); err != nil {
			if _, closed := errors.AsType[*websocket.CloseError](err); !closed {
				t.Fatalf("ended with %v", err)
			}
			break
		}
		reasons = append(reasons, f.Reason)
	}
	if !slices.Contains(reasons, "warning") {
		t.Fatalf("frames were %q", reasons)
	}
}

func TestSlowReadsHoldAcksBack(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{Timing: quick()})
	a := s.dial()
	ok(t, s.Fault(Fault{Kind: FaultSlowReads, DelayMS: 1000}))
	a.answering()
	is(t, s.Slash(s.ctx, "UBO", "CGENERAL", "/jobs"), OperationTimeout)
}
