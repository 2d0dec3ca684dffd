package slack

import (
	"bytes"
	"testing"
)

// clientFrame is a masked frame with a body of n bytes.
func clientFrame(first byte, n int) []byte {
	var out []byte
	switch {
	case n < 126:
		out = []byte{first, 0x80 | byte(n)}
	case n < 1<<16:
		out = []byte{first, 0x80 | 126, byte(n >> 8), byte(n)}
	default:
		out = []byte{first, 0x80 | 127, 0, 0, 0, 0, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}
	}
	out = append(out, 1, 2, 3, 4)
	return append(out, bytes.Repeat([]byte{0x81}, n)...)
}

func TestFragmentsAreNoticedHoweverTheBytesArrive(t *testing.T) {
	t.Parallel()
	const text, continued, final, pong = 0x01, 0x00, 0x80, 0x8a
	stream := bytes.Join([][]byte{
		clientFrame(final|text, 0), clientFrame(final|text, 200), clientFrame(pong, 20),
		clientFrame(text, 70_000), clientFrame(pong, 3), clientFrame(continued, 10), clientFrame(final|continued, 10),
		clientFrame(final|text, 130),
	}, nil)
	want := []bool{true, true, false, true}
	for _, size := range []int{1, 2, 3, 7, 1000, len(stream)} {
		var f frameWatch
		for rest := stream; len(rest) > 0; {
			n := min(size, len(rest))
			f.walk(rest[:n])
			rest = rest[n:]
		}
		for i, whole := range want {
			if got := f.wasWhole(); got != whole {
				t.Errorf("in pieces of %d: message %d whole is %v", size, i, got)
			}
		}
	}
}
