package slack

import (
	"bufio"
	"net"
	"net/http"
	"sync"
)

// frameWatch sits under a websocket and notes which messages the client sent
// in fragments: Slack does not reassemble those, and the websocket library
// hides that they ever were in pieces.
type frameWatch struct {
	net.Conn

	mu       sync.Mutex
	whole    []bool // per data message begun: did it come in one frame
	head     []byte // the frame header read so far
	bodyLeft uint64
}

// Read passes bytes through, walking the frame headers on the way.
func (f *frameWatch) Read(p []byte) (int, error) {
	n, err := f.Conn.Read(p)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.walk(p[:n])
	return n, err
}

func (f *frameWatch) walk(b []byte) {
	for len(b) > 0 {
		if f.bodyLeft > 0 {
			skip := min(f.bodyLeft, uint64(len(b)))
			f.bodyLeft -= skip
			b = b[skip:]
			continue
		}
		f.head = append(f.head, b[0])
		b = b[1:]
		if len(f.head) >= 2 && len(f.head) == headerLen(f.head) {
			f.begin()
		}
	}
}

// headerLen is the length of a frame header (RFC 6455 section 5.2), told by
// its first two bytes.
func headerLen(head []byte) int {
	n := 2
	switch head[1] & 0x7f {
	case 126:
		n += 2
	case 127:
		n += 8
	}
	if head[1]&0x80 != 0 {
		n += 4
	}
	return n
}

func (f *frameWatch) begin() {
	size := uint64(f.head[1] & 0x7f)
	extended := 0
	switch size {
	case 126:
		extended = 2
	case 127:
		extended = 8
	}
	if extended > 0 {
		size = 0
		for _, b := range f.head[2 : 2+extended] {
			size = size<<8 | uint64(b)
		}
	}
	final, opcode := f.head[0]&0x80 != 0, f.head[0]&0x0f
	if opcode == 1 || opcode == 2 {
		f.whole = append(f.whole, final)
	}
	f.bodyLeft, f.head = size, f.head[:0]
}

// wasWhole tells of the oldest message not yet asked about.
func (f *frameWatch) wasWhole() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.whole) == 0 {
		return true
	}
	whole := f.whole[0]
	f.whole = f.whole[1:]
	return whole
}

// watchedWriter makes the upgrade take over a watched connection.
type watchedWriter struct {
	http.ResponseWriter
	watch *frameWatch
}

// Hijack hands out the connection with the watch around it.
func (w *watchedWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	w.watch = &frameWatch{Conn: conn}
	return w.watch, rw, nil
}
