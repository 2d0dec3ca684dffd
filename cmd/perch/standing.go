package main

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"perch/bot"
)

// askAgain is how often a token that Slack refused is tried again.
const askAgain = time.Minute

// standing knows whether Slack still takes the bot token. It believes only
// Slack's answer: events that speak of tokens may mean a user's, or come late,
// and so are no more than a reason to ask.
type standing struct {
	ask     func(context.Context) error // auth.test
	doubted chan struct{}
	refused atomic.Bool
	log     zerolog.Logger
}

func newStanding(ask func(context.Context) error, log zerolog.Logger) *standing {
	return &standing{ask: ask, doubted: make(chan struct{}, 1), log: log}
}

// doubt makes run ask. It never waits.
func (s *standing) doubt() {
	select {
	case s.doubted <- struct{}{}:
	default: // it is about to ask anyway
	}
}

// run asks when there is doubt, and then every minute until Slack takes the token.
func (s *standing) run(ctx context.Context) error {
	again := time.NewTimer(askAgain)
	again.Stop()
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.doubted:
		case <-again.C:
		}
		if !s.settle(ctx) {
			again.Reset(askAgain)
		}
	}
}

// settle asks once. It is true when Slack takes the token.
func (s *standing) settle(ctx context.Context) bool {
	err := s.ask(ctx)
	if err == nil {
		if s.refused.Swap(false) {
			s.log.Info().Msg("Slack takes the bot token again")
		}
		return true
	}
	verdict, _ := bot.Judge(err)
	if verdict == bot.Refused && !s.refused.Swap(true) {
		s.log.Error().Err(err).Msg("Slack took the bot token back: install the app again; if the token is another then, set SLACK_BOT_TOKEN and restart")
	}
	return false
}
