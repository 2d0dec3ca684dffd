package main

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

func TestOnlySlacksRefusalMakesATokenRevoked(t *testing.T) {
	tests := map[string]struct {
		answers []error // the last stays
		after   time.Duration
		asked   int
		refused bool
	}{
		"a user's token was revoked, ours is fine": {[]error{nil}, time.Hour, 1, false},
		"ours was revoked":                         {[]error{slack.SlackErrorResponse{Err: "token_revoked"}}, time.Second, 1, true},
		"it is tried every minute":                 {[]error{slack.SlackErrorResponse{Err: "account_inactive"}}, 5*time.Minute + time.Second, 6, true},
		"installed again":                          {[]error{slack.SlackErrorResponse{Err: "invalid_auth"}, nil}, time.Hour, 2, false},
		"Slack is silent, then takes it":           {[]error{errors.New("no answer"), nil}, time.Hour, 2, false},
		"Slack is silent, then refuses":            {[]error{errors.New("no answer"), slack.SlackErrorResponse{Err: "token_revoked"}}, 61 * time.Second, 2, true},
		"silence after a refusal changes nothing":  {[]error{slack.SlackErrorResponse{Err: "token_revoked"}, errors.New("no answer")}, 61 * time.Second, 2, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				s := newStanding(func(context.Context) error {
					asked++
					return tt.answers[min(asked, len(tt.answers))-1]
				}, zerolog.Nop())
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error)
				go func() { ended <- s.run(ctx) }()
				s.doubt()
				time.Sleep(tt.after)
				synctest.Wait()
				if got := s.refused.Load(); got != tt.refused || asked != tt.asked {
					t.Errorf("refused: %v after asking %d times, want %v after %d", got, asked, tt.refused, tt.asked)
				}
				cancel()
				if err := <-ended; err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestNobodyIsAskedWithoutDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStanding(func(context.Context) error { t.Error("asked"); return nil }, zerolog.Nop())
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if err := s.run(ctx); err != nil {
			t.Error(err)
		}
	})
}
