package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
)

func TestWhatWasStartedLastStopsFirst(t *testing.T) {
	var l lifecycle
	var order []string
	for _, name := range []string{"database", "doors", "sockets"} {
		l.onStop(name, time.Second, func(context.Context) error { order = append(order, name); return errors.New("no") })
	}
	err := l.stop(zerolog.Nop())
	if got := strings.Join(order, " "); got != "sockets doors database" {
		t.Errorf("stopped in the order %s", got)
	}
	for _, name := range order {
		if !strings.Contains(err.Error(), "stop "+name) {
			t.Errorf("%v does not name %s", err, name)
		}
	}
	if err := l.stop(zerolog.Nop()); err != nil {
		t.Errorf("a second stop did something: %v", err)
	}
}

func TestASlowStepIsLeftBehindAndTakesNoTimeFromTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lifecycle
		var log strings.Builder
		closed, release := false, make(chan struct{})
		l.onStop("database", time.Second, func(ctx context.Context) error { closed = ctx.Err() == nil; return nil })
		l.onStop("heeds its context", time.Second, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		l.onStop("heeds nothing", 3*time.Second, func(context.Context) error { <-release; return nil })
		began := time.Now()
		if err := l.stop(zerolog.New(&log)); err != nil {
			t.Errorf("being slow failed: %v", err)
		}
		if took := time.Since(began); took != 4*time.Second {
			t.Errorf("stopping took %v", took)
		}
		if !closed {
			t.Error("the database had no time left to close")
		}
		for _, name := range []string{"heeds its context", "heeds nothing"} {
			if !strings.Contains(log.String(), name) {
				t.Errorf("%q is not in the log: %s", name, log.String())
			}
		}
		close(release)
	})
}

func TestStatusSaysOneLine(t *testing.T) {
	tests := map[string]struct {
		err  error
		want int
	}{
		"fine":         {nil, 0},
		"failed":       {errors.Join(errors.New("a"), errors.New("b")), 1},
		"wrong usage":  {usageError{errors.New("x")}, 2},
		"wrapped once": {errors.Join(usageError{errors.New("x")}), 2},
	}
	for name, tt := range tests {
		var out strings.Builder
		if got := status(tt.err, &out); got != tt.want {
			t.Errorf("%s: exit status %d, want %d", name, got, tt.want)
		}
		if lines := strings.Count(out.String(), "\n"); tt.err != nil && lines != 1 {
			t.Errorf("%s: %d lines: %s", name, lines, out.String())
		}
	}
}
