package main

import (
	"context"
	"errors"
	"fmt"
	stdlog "log"
	"net"
	"net/http"
	"time"

	"github.com/rs/zerolog"

	"perch/internal/web"
)

// How long the doors take to close: callers may finish, then what they wait for
// is given up, then they are cut off.
const (
	callersFinish = 2 * time.Second
	callersLeave  = time.Second
)

// doors are the HTTP doors, listening.
type doors struct {
	listener net.Listener
	server   *http.Server
	giveUp   context.CancelFunc // ends what callers wait for
	log      zerolog.Logger
}

// openDoors listens, so that a wrong address shows at once; run lets callers in.
func openDoors(addr string, o web.Options) (*doors, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("open the HTTP doors: %w. Set PERCH_HTTP_ADDR to a free address, or off", err)
	}
	base, giveUp := context.WithCancel(context.Background())
	server := web.Server(addr, web.New(o))
	server.BaseContext = func(net.Listener) context.Context { return base }
	server.ErrorLog = stdlog.New(libraryLog{o.Log}, "", 0)
	return &doors{listener: listener, server: server, giveUp: giveUp, log: o.Log}, nil
}

func (d *doors) address() string { return d.listener.Addr().String() }

// run lets callers in until ctx ends, then closes the doors. Nobody is inside
// when it returns, save one who hears nothing.
func (d *doors) run(ctx context.Context) error {
	defer d.giveUp()
	broken := make(chan error, 1)
	go func() { broken <- d.server.Serve(d.listener) }()
	select {
	case err := <-broken:
		return fmt.Errorf("keep the HTTP doors open: %w", err)
	case <-ctx.Done():
	}
	if d.emptyWithin(callersFinish) {
		return nil
	}
	d.giveUp()
	if d.emptyWithin(callersLeave) {
		return nil
	}
	d.log.Warn().Msg("callers at the HTTP doors were cut off")
	if err := d.server.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		d.log.Warn().Err(err).Msg("close the HTTP doors")
	}
	return nil
}

func (d *doors) emptyWithin(t time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), t)
	defer cancel()
	return d.server.Shutdown(ctx) == nil
}
