package main

import (
	"context"
	"math/rand/v2"
	"time"

	localfinch "perch/internal/playground/finch"
	localslack "perch/internal/playground/slack"
)

// How much goes on in the playground while somebody watches: its connections
// sync daily like real ones, which would be a sync every half an hour.
const (
	syncEvery  = 20 * time.Second
	failOneOf  = 6
	syncTakes  = 4 * time.Second
	healsAfter = time.Minute
	leftAlone  = "Harbor Coffee Roasters" // the README's example, left as it is
	failsFirst = "Acme Bikes"             // what a newcomer sees fail and recover
)

// What a colleague sets up in the playground, once Perch has read the past.
const (
	colleague      = "UBO"
	alertsChannel  = "CALERTS"
	subscription   = "/perch subscribe now"
	threadsChannel = "CSUPPORT"
	threadsOn      = "/perch threads on"
	readingRests   = 4 * time.Second // without a call to Finch
	readingEnds    = time.Minute     // at the latest
	answerEnds     = 10 * time.Second
	lookAgain      = 250 * time.Millisecond
)

// seat makes Perch a member of a channel, as somebody did long ago.
func seat(slack *localslack.Server, channel string) error {
	seen, err := slack.State(colleague)
	if err != nil {
		return err
	}
	for _, c := range seen.Channels {
		if c.ID == channel {
			c.Members = append(c.Members, localslack.BotUserID)
			slack.PutChannel(c.Channel)
		}
	}
	return nil
}

// subscribe has a colleague subscribe the channel for alerts and have Perch read
// along where support is, as a person would. What fails before the subscription is
// answered is not told. A database that was there before keeps what it has.
func (g *ground) subscribe(ctx context.Context, slack *localslack.Server) {
	if !g.fresh || slack.Live() == 0 {
		return
	}
	g.types(ctx, slack, threadsChannel, threadsOn)
	g.types(ctx, slack, alertsChannel, subscription)
}

// types has a colleague type a command, and waits for the answer.
func (g *ground) types(ctx context.Context, slack *localslack.Server, channel, command string) {
	if err := slack.Slash(ctx, colleague, channel, command); err != nil && ctx.Err() == nil {
		g.log.Warn().Err(err).Str("command", command).Msg("set the playground up")
	}
	ctx, cancel := context.WithTimeout(ctx, answerEnds)
	defer cancel()
	until(ctx, func() bool {
		seen, err := slack.State(colleague)
		return err != nil || len(seen.Messages[channel]) > 0
	})
}

// until looks again and again until something is so or ctx ends.
func until(ctx context.Context, so func() bool) {
	again := time.NewTicker(lookAgain)
	defer again.Stop()
	for !so() {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
		}
	}
}

// pastRead waits until Perch asks Finch nothing more about the past that it was
// told of: what happens before would wait behind it.
func pastRead(ctx context.Context, payroll *localfinch.Server) {
	ctx, cancel := context.WithTimeout(ctx, readingEnds)
	defer cancel()
	before, since := -1, time.Now()
	until(ctx, func() bool {
		if n := askedOf(payroll); n != before {
			before, since = n, time.Now()
		}
		return time.Since(since) >= readingRests
	})
}

// askedOf is how often Finch was asked anything.
func askedOf(payroll *localfinch.Server) int {
	n := 0
	for _, c := range payroll.Calls("") {
		n += c.Count
	}
	return n
}

// busy lets connections sync while somebody watches, and has those that failed
// recover.
type busy struct {
	payroll *localfinch.Server
	failed  map[string]time.Time // when, by connection
}

// keepBusy lets some connection sync every now and then, until ctx ends. The
// first fails, so that there is something to see at once.
func keepBusy(ctx context.Context, payroll *localfinch.Server) {
	b := busy{payroll, map[string]time.Time{}}
	for _, c := range payroll.Named(failsFirst) {
		b.sync(c.ID, "error")
	}
	tick := time.NewTicker(syncEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			b.heal()
			b.syncOne()
		}
	}
}

// heal lets those sync that failed a while ago.
func (b busy) heal() {
	for id, at := range b.failed {
		if time.Since(at) >= healsAfter {
			delete(b.failed, id)
			b.sync(id, "complete")
		}
	}
}

// syncOne makes a random well connection sync now.
func (b busy) syncOne() {
	all := b.payroll.Connections()
	c := all[rand.IntN(len(all))]
	if c.Status != "connected" || c.Assisted || c.CustomerName == nil || *c.CustomerName == leftAlone {
		return
	}
	outcome := "complete"
	if rand.IntN(failOneOf) == 0 {
		outcome = "error"
	}
	b.sync(c.ID, outcome)
}

// sync lets a connection sync now. One that cannot (Finch refuses it for a
// reason of its story) is passed over.
func (b busy) sync(connectionID, outcome string) {
	_, _, err := b.payroll.Sync(localfinch.Due{ConnectionID: connectionID, Outcome: outcome, Takes: syncTakes})
	if err == nil && outcome == "error" {
		b.failed[connectionID] = time.Now()
	}
}
