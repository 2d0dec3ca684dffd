package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"perch/internal/playground"
	localfinch "perch/internal/playground/finch"
)

// playgroundDropOff is PERCH_DROPOFF_AFTER in the playground: short enough to
// watch.
const playgroundDropOff = 2 * time.Minute

// recallEnds is how long the past of the employers may take to bring in.
const recallEnds = 30 * time.Second

// freeAddr is an address of this machine that nobody uses now. Perch has to know
// it before it opens its doors: links name it.
func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free address: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// eraOf tells one era of a playground from another on the same database: the
// local Finch forgets its sessions, Perch does not.
func (g *ground) eraOf() uint64 {
	if g.fresh {
		return 0
	}
	return uint64(time.Now().Unix())
}

// walked hands on what an employer did on a Connect page, once somebody listens.
func (g *ground) walked(w localfinch.Walk) {
	if host := g.host.Load(); host != nil {
		host.Walked(w)
	}
}

// openHost begins the simulated application that embeds Finch Connect.
func (g *ground) openHost(ctx context.Context, payroll *localfinch.Server) *playground.Host {
	host := playground.NewHost(playground.HostOptions{
		Finch: payroll, Tell: g.tell, Adopt: g.adopt, Seed: g.command.Seed, Life: g.era,
		ConnectJS: "http://" + g.finchAddr + "/connect.js", PerchJS: "http://" + g.doors + "/perch.js",
		Failed: func(what string, err error) { g.log.Warn().Err(err).Msg(what) },
	})
	g.host.Store(host)
	go host.Run(ctx)
	return host
}

// recall brings in the employers' past, behind what is shown; the function it
// returns waits for it. A database that was there before has a past.
func (g *ground) recall(ctx context.Context, host *playground.Host) (wait func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		ctx, cancel := context.WithTimeout(ctx, recallEnds)
		defer cancel()
		if err := g.bringIn(ctx, host); err != nil && ctx.Err() == nil {
			g.log.Warn().Err(err).Msg("bring the employers in")
		}
	}()
	return func() { <-done }
}

func (g *ground) bringIn(ctx context.Context, host *playground.Host) error {
	if !g.fresh {
		return nil
	}
	now := time.Now()
	// The cast first: a newcomer asks for them at once.
	return errors.Join(host.Cast(ctx, now), host.Recall(ctx, now))
}

// tell goes through one of Perch's own doors under /v1.
func (g *ground) tell(ctx context.Context, path, bearer string, body, answer any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+g.doors+path, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	if bearer == "" {
		bearer = g.apiKey
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("POST %s: %s", path, resp.Status)
	}
	if answer == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(answer)
}
