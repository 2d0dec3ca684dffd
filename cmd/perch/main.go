// Command perch brings Finch into Slack: a Socket Mode bot that answers about
// payroll connections. This package is the wiring: settings, subcommands, and
// the start and stop of everything. It is the only one that knows all others,
// and its duty is to hold no rule of theirs.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // the container has no time zones of its own

	"github.com/rs/zerolog"

	"perch/internal/explore"
)

// Exit statuses.
const (
	exitFine   = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	if explore.Narrower() { // a child that runs jq, and nothing else of the program
		return
	}
	zerolog.TimeFieldFormat = timeFormat
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(status(run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr), os.Stderr))
}

// usageError is a call that was worded wrongly.
type usageError struct{ error }

// status says in one line what went wrong and what to do, and turns it into an
// exit status.
func status(err error, stderr io.Writer) int {
	if err == nil {
		return exitFine
	}
	fmt.Fprintln(stderr, "perch:", oneLine(err))
	if _, wrong := errors.AsType[usageError](err); wrong {
		return exitUsage
	}
	return exitFailed
}

// oneLine is what an error says; drivers and joined errors use several lines.
func oneLine(err error) string {
	lines := strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' })
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.ReplaceAll(strings.Join(lines, "; "), ":; ", ": ")
}
