package slack

import (
	"fmt"
	"time"
)

// Kinds of fault on Web API methods.
const (
	FaultHTTP        = "http"             // Status with an HTML body
	FaultError       = "error"            // HTTP 200 and Error
	FaultBare        = "bare"             // {"ok":false} and nothing else
	FaultRatelimited = "ratelimited"      // 429, RetryAfter seconds
	FaultDrop        = "drop"             // the connection breaks, nothing is done
	FaultAcceptDrop  = "accept_then_drop" // done, then the connection breaks
	FaultAcceptHTTP  = "accept_then_http" // done, then Status with an HTML body
	FaultAcceptHang  = "accept_then_hang" // done, then no answer until the client gives up
	FaultSlow        = "slow"             // DelayMS, then done
	FaultHang        = "hang"             // no answer until the client gives up
	FaultEmptyPage   = "empty_page"       // a list page without items, with a cursor
)

// Kinds of fault on the wire and in the world.
const (
	FaultDisconnect   = "disconnect"    // Reason, Socket
	FaultKill         = "kill"          // Socket; no close frame
	FaultToOld        = "to_old"        // the next Times envelopes go to sockets told to disconnect
	FaultEveryConnect = "every_connect" // each new socket is sent a disconnect with Reason
	FaultRefuseLink   = "refuse_link"   // the next Times handshakes answer Status
	FaultNoPings      = "no_pings"
	FaultGhosts       = "ghosts"     // sockets ended without a close frame stay registered and swallow envelopes
	FaultSlowReads    = "slow_reads" // DelayMS before each frame of the client is read
	FaultDuplicate    = "duplicate"  // the next Times events are sent twice
	FaultReorder      = "reorder"    // the next Times events arrive in reverse
	FaultLose         = "lose"       // the first attempt of the next Times events is lost: their first copy is a retry
	FaultTiming       = "timing"
	FaultLimits       = "limits" // Off: no rate limits
	FaultClear        = "clear"  // no faults any more
)

// Fault is one switch. Method names a Web API method, "*" every method,
// "response_url" the response URLs; without it Kind is one of the wire's.
// With Channel only calls that name that channel suffer it. Times 0 means once,
// -1 for ever.
type Fault struct {
	Method     string `json:"method,omitempty"`
	Channel    string `json:"channel,omitempty"`
	Kind       string `json:"kind"`
	Times      int    `json:"times,omitempty"`
	Off        bool   `json:"off,omitempty"`
	Status     int    `json:"status,omitempty"`
	Error      string `json:"error,omitempty"`
	Needed     string `json:"needed,omitempty"`
	Provided   string `json:"provided,omitempty"`
	RetryAfter int    `json:"retry_after,omitempty"`
	DelayMS    int    `json:"delay_ms,omitempty"`
	Reason     string `json:"reason,omitempty"`
	Socket     int    `json:"socket,omitempty"`
	Pace
}

// Pace changes the timing; a field at zero stays as it is. All in milliseconds.
type Pace struct {
	AckMS         int   `json:"ack_ms,omitempty"`
	PingMS        int   `json:"ping_ms,omitempty"`
	RetryMS       []int `json:"retry_ms,omitempty"`
	GraceMS       int   `json:"grace_ms,omitempty"`
	TriggerMS     int   `json:"trigger_ms,omitempty"`
	ResponseURLMS int   `json:"response_url_ms,omitempty"`
}

func (p Pace) timing() Timing {
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	t := Timing{Ack: ms(p.AckMS), Ping: ms(p.PingMS), Grace: ms(p.GraceMS), Trigger: ms(p.TriggerMS), ResponseURL: ms(p.ResponseURLMS)}
	for _, n := range p.RetryMS {
		t.Retries = append(t.Retries, ms(n))
	}
	return t
}

// wireFaults are the switches of Socket Mode.
type wireFaults struct {
	everyConnect string
	noPings      bool
	ghosts       bool
	slowReads    time.Duration
	toOld        int
	duplicate    int
	reorder      int
	lose         int
	refuse       int
	refuseStatus int
}

// Fault turns a switch.
func (s *Server) Fault(f Fault) error {
	if f.Method != "" {
		return s.addMethodFault(f)
	}
	switch f.Kind {
	case FaultDisconnect:
		s.Disconnect(f.Reason, socketIDs(f.Socket)...)
	case FaultKill:
		s.Kill(socketIDs(f.Socket)...)
	default:
		return s.setWireFault(f)
	}
	return nil
}

func socketIDs(id int) []int {
	if id == 0 {
		return nil
	}
	return []int{id}
}

func (s *Server) addMethodFault(f Fault) error {
	switch f.Kind {
	case FaultHTTP, FaultError, FaultBare, FaultRatelimited, FaultDrop, FaultAcceptDrop, FaultAcceptHTTP, FaultAcceptHang, FaultSlow, FaultHang, FaultEmptyPage:
	default:
		return fmt.Errorf("unknown kind of method fault: %q", f.Kind)
	}
	if f.Times == 0 {
		f.Times = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ws.faults = append(s.ws.faults, &f)
	return nil
}

func (s *Server) setWireFault(f Fault) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	wire, times := &s.ws.wire, max(f.Times, 1)
	switch f.Kind {
	case FaultToOld:
		wire.toOld = times
	case FaultEveryConnect:
		wire.everyConnect = f.Reason
		if f.Off {
			wire.everyConnect = ""
		}
	case FaultRefuseLink:
		wire.refuse, wire.refuseStatus = times, f.Status
	case FaultNoPings:
		wire.noPings = !f.Off
	case FaultGhosts:
		s.setGhosts(!f.Off)
	case FaultSlowReads:
		wire.slowReads = time.Duration(f.DelayMS) * time.Millisecond
	case FaultDuplicate:
		wire.duplicate = times
	case FaultReorder:
		wire.reorder = times
	case FaultLose:
		wire.lose = times
	case FaultTiming:
		s.timing = f.timing().over(s.timing)
	case FaultLimits:
		s.limits = !f.Off
	case FaultClear:
		s.ws.faults, s.ws.wire = nil, wireFaults{}
		s.setGhosts(false)
	default:
		return fmt.Errorf("unknown kind of fault: %q", f.Kind)
	}
	return nil
}

// setGhosts begins or ends keeping dead sockets registered.
func (s *Server) setGhosts(on bool) {
	s.ws.wire.ghosts = on
	for _, l := range s.links {
		l.Ghost = l.Ghost && on
	}
}

// fits reports whether a call of a method, in a channel if it names one, suffers
// the fault.
func (f *Fault) fits(method, channel string) bool {
	named := f.Method == method || f.Method == "*" && method != "response_url"
	return named && (f.Channel == "" || f.Channel == channel)
}

// takeFault uses up the first fault that is due for a call.
func (s *Server) takeFault(method, channel string) *Fault {
	for i, f := range s.ws.faults {
		if !f.fits(method, channel) {
			continue
		}
		taken := *f
		if f.Times > 0 {
			f.Times--
		}
		if f.Times == 0 {
			s.ws.faults = append(s.ws.faults[:i:i], s.ws.faults[i+1:]...)
		}
		return &taken
	}
	return nil
}

func (s *Server) refusesLink() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ws.wire.refuse == 0 {
		return 0
	}
	s.ws.wire.refuse--
	return s.ws.wire.refuseStatus
}

func (s *Server) slowRead() {
	s.mu.Lock()
	pause := s.ws.wire.slowReads
	s.mu.Unlock()
	if pause > 0 {
		select {
		case <-s.ctx.Done():
		case <-time.After(pause):
		}
	}
}
