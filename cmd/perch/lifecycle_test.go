package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestWhatWasStartedLastStopsFirst(t *testing.T) {
	var l lifecycle
	var order []string
	for _, name := range []string{"database", "doors", "sockets"} {
		l.onStop(name, func(context.Context) error { order = append(order, name); return errors.New("no") })
	}
	err := l.stop(time.Second)
	if got := strings.Join(order, " "); got != "sockets doors database" {
		t.Errorf("stopped in the order %s", got)
	}
	for _, name := range order {
		if !strings.Contains(err.Error(), "stop "+name) {
			t.Errorf("%v does not name %s", err, name)
		}
	}
	if err := l.stop(time.Second); err != nil {
		t.Errorf("a second stop did something: %v", err)
	}
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

func TestPrintableTextSteersNoTerminal(t *testing.T) {
	if got := printable("a\x1b[31mb\u202ec\u009bd"); got != "a[31mbcd" {
		t.Errorf("got %q", got)
	}
	if got := printable("\x00"); got != "-" {
		t.Errorf("nothing became %q", got)
	}
}
