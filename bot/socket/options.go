package socket

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
	"github.com/rs/zerolog"
)

// Handler is what envelopes are handed to. Its methods are called from several
// goroutines; a panic in one is logged and costs that envelope only.
type Handler interface {
	// Take is given commands and clicks, acknowledged already. It is called
	// from the read loop and must return at once. Its ctx outlives Run: the
	// taker bounds its own work.
	Take(ctx context.Context, e Envelope)
	// Keep is given events, and what could not be read (Unknown). After nil
	// an event is acknowledged; after an error Slack delivers it again, so nil
	// is the answer for what no retry makes better. An Unknown has been
	// acknowledged before.
	Keep(ctx context.Context, e Envelope) error
	// Answer is given submissions and option requests and has until ctx's
	// deadline for what the acknowledgement shall carry: one JSON object of at
	// most MaxAnswer bytes, or nil for an empty acknowledgement (which closes
	// the modal). It must end with its ctx; what it returns later is lost.
	Answer(ctx context.Context, e Envelope) (json.RawMessage, error)
}

// Opener fetches the address of a new socket (Slack: apps.connections.open). The
// address holds a ticket that is good for one connect; it is a secret. Open must
// end with its ctx, and return an *OpenError where Slack named a reason.
type Opener interface {
	Open(ctx context.Context) (address string, err error)
}

// Observer hears what happens, for metrics. It must return at once.
type Observer interface {
	// Acked tells how long it took from a frame read to its acknowledgement
	// written.
	Acked(kind Kind, took time.Duration)
	// Unacked tells of an envelope that Slack will hold for undelivered.
	Unacked(kind Kind, why Why)
	// Disconnected tells that a socket is leaving or has ended: the reason in
	// Slack's disconnect frame ("other" for one not known here), or "closed" by
	// the peer, "silent" or "broken".
	Disconnected(reason string)
}

// Why is the reason why an envelope was not acknowledged.
type Why string

const (
	Stopping  Why = "stopping"   // it arrived during shutdown
	Busy      Why = "busy"       // as many as allowed are being handled
	Failed    Why = "failed"     // the handler returned an error
	Late      Why = "late"       // the handler missed its deadline
	TooBig    Why = "too_big"    // the answer is over MaxAnswer
	WriteLost Why = "write_lost" // the connection ended before the acknowledgement was written
)

// Options say how a Client works. Opener and Handler are required.
type Options struct {
	Opener  Opener
	Handler Handler
	// Passes, if it is not nil, says of an event whether nothing follows from it, as
	// far as that can be seen without waiting: it is asked in the read loop and must
	// return at once. What passes is acknowledged there and the Handler never hears of
	// it, which in a busy workspace spares most events their goroutine.
	Passes func(e Envelope) bool
	// Sockets is how many are kept open, 2 if zero. Slack allows an app 10,
	// those of every process and those being replaced included.
	Sockets int
	// Handling bounds how many envelopes of each kind are with the handler at
	// once, 256 if zero; more events are left for Slack to deliver again.
	Handling int
	Log      zerolog.Logger
	// Observer may be nil.
	Observer Observer
	// Dialer may be nil. One that is given is copied; frames must fit its write
	// buffer, which is raised to 32 KB if it is smaller.
	Dialer *websocket.Dialer
	Timing Timing
}

// Timing holds every duration that a Client goes by; a zero means the default.
type Timing struct {
	Open    time.Duration // one call of Opener.Open; 15 s
	Connect time.Duration // handshake and hello together; 15 s
	Ping    time.Duration // between two of our pings; 10 s
	Silence time.Duration // without a sign of life the peer is given up; 30 s
	Write   time.Duration // one frame; 3 s, after which an acknowledgement is worthless
	Answer  time.Duration // Handler.Answer; 2 s
	Keep    time.Duration // Handler.Keep; 10 s
	Overlap time.Duration // how long a replaced socket may stay beside its successor; 30 s
	Drain   time.Duration // what was taken may take this long on shutdown; 5 s
	Close   time.Duration // the peer may take this long to answer our close; 1 s

	MinUptime  time.Duration // a socket that lived this long is replaced at once; 15 s
	MinBackoff time.Duration // bound of the first random wait, doubled each time; 1 s
	MaxBackoff time.Duration // where the doubling ends; 1 min
	Refused    time.Duration // after link_disabled, or a token refused in mid-life; 1 min
	TooMany    time.Duration // after too_many_websockets, and up to half as much again; 2 min
}

func (t Timing) orDefaults() Timing {
	return Timing{
		Open:       cmp.Or(t.Open, 15*time.Second),
		Connect:    cmp.Or(t.Connect, 15*time.Second),
		Ping:       cmp.Or(t.Ping, 10*time.Second),
		Silence:    cmp.Or(t.Silence, 30*time.Second),
		Write:      cmp.Or(t.Write, 3*time.Second),
		Answer:     cmp.Or(t.Answer, 2*time.Second),
		Keep:       cmp.Or(t.Keep, 10*time.Second),
		Overlap:    cmp.Or(t.Overlap, 30*time.Second),
		Drain:      cmp.Or(t.Drain, 5*time.Second),
		Close:      cmp.Or(t.Close, time.Second),
		MinUptime:  cmp.Or(t.MinUptime, 15*time.Second),
		MinBackoff: cmp.Or(t.MinBackoff, time.Second),
		MaxBackoff: cmp.Or(t.MaxBackoff, time.Minute),
		Refused:    cmp.Or(t.Refused, time.Minute),
		TooMany:    cmp.Or(t.TooMany, 2*time.Minute),
	}
}

const (
	// readLimit is the largest frame taken from Slack.
	readLimit = 4 << 20
	// writeBuffer holds any acknowledgement whole: a frame larger than the
	// buffer is sent in pieces, and Slack does not put them together.
	writeBuffer = 32 << 10
	readBuffer  = 16 << 10
)

func (o Options) orDefaults() Options {
	o.Sockets = cmp.Or(o.Sockets, 2)
	o.Handling = cmp.Or(o.Handling, 256)
	o.Timing = o.Timing.orDefaults()
	if o.Observer == nil {
		o.Observer = deaf{}
	}
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, ReadBufferSize: readBuffer}
	if o.Dialer != nil {
		dialer = *o.Dialer
	}
	dialer.HandshakeTimeout = cmp.Or(dialer.HandshakeTimeout, o.Timing.Connect)
	dialer.WriteBufferSize = max(dialer.WriteBufferSize, writeBuffer)
	o.Dialer = &dialer
	return o
}

// deaf is the Observer of those who want none.
type deaf struct{}

func (deaf) Acked(Kind, time.Duration) {}
func (deaf) Unacked(Kind, Why)         {}
func (deaf) Disconnected(string)       {}
