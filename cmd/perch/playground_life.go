package main

import (
	"context"
	"math/rand/v2"
	"time"

	localfinch "perch/internal/playground/finch"
)

// How much goes on in the playground while somebody watches: its connections
// sync daily like real ones, which would be a sync every half an hour.
const (
	syncEvery = 20 * time.Second
	failOneOf = 6
	syncTakes = 4 * time.Second
	leftAlone = "Harbor Coffee Roasters" // the README's example, left as it is
)

// keepBusy lets some connection sync every now and then, until ctx ends.
func keepBusy(ctx context.Context, payroll *localfinch.Server) {
	tick := time.NewTicker(syncEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			syncOne(payroll)
		}
	}
}

// syncOne makes a random well connection sync now. One that cannot (Finch
// refuses it for a reason of its story) is passed over.
func syncOne(payroll *localfinch.Server) {
	all := payroll.Connections()
	c := all[rand.IntN(len(all))]
	if c.Status != "connected" || c.Assisted || c.CustomerName == nil || *c.CustomerName == leftAlone {
		return
	}
	outcome := "complete"
	if rand.IntN(failOneOf) == 0 {
		outcome = "error"
	}
	_, _, _ = payroll.Sync(localfinch.Due{ConnectionID: c.ID, Outcome: outcome, Takes: syncTakes})
}
