package socket_test

import (
	"context"
	"net"
	"slices"
	"sync"
)

// recorder remembers each write to the wire.
type recorder struct {
	mu     sync.Mutex
	writes [][]byte
}

type netConn = net.Conn

type dialFunc = func(ctx context.Context, network, addr string) (net.Conn, error)

func (r *recorder) wrap(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		return recordedConn{conn, r}, err
	}
}

func (r *recorder) last() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.writes[len(r.writes)-1]
}

type recordedConn struct {
	net.Conn
	to *recorder
}

func (c recordedConn) Write(b []byte) (int, error) {
	c.to.mu.Lock()
	c.to.writes = append(c.to.writes, slices.Clone(b))
	c.to.mu.Unlock()
	return c.Conn.Write(b)
}
