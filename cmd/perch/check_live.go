package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"perch/internal/dotenv"
)

// liveTimeout is how long a running Perch may take to say that it is alive.
const liveTimeout = 3 * time.Second

// checkLive asks the running process at PERCH_HTTP_ADDR.
func checkLive(p *process) error {
	getenv, err := dotenv.Over(p.getenv, ".env")
	if err != nil {
		return err
	}
	e := &environment{getenv: getenv}
	addr := e.address("PERCH_HTTP_ADDR", "127.0.0.1:8080")
	switch err := e.err(); {
	case err != nil:
		return err
	case addr == "":
		return errors.New("PERCH_HTTP_ADDR is off, so nobody can be asked. Set an address to use health checks")
	}
	if err := aliveAt(addr); err != nil {
		return fmt.Errorf("no Perch is alive at %s: %w", addr, err)
	}
	_, err = fmt.Fprintln(p.stdout, "alive")
	return err
}

// aliveAt asks /healthz. An address that listens everywhere is asked on loopback.
func aliveAt(addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	client := &http.Client{Timeout: liveTimeout}
	resp, err := client.Get("http://" + net.JoinHostPort(host, port) + "/healthz")
	if err != nil {
		return withoutAddress(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("it answers %s", resp.Status)
	}
	return nil
}
