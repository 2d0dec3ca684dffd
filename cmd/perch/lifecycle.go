package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"
)

// lifecycle ends what was started: named, last in first out, each within its
// own time, with every failure reported.
type lifecycle struct {
	steps []step
}

type step struct {
	name   string
	within time.Duration
	stop   func(context.Context) error
}

// onStop remembers how to end something that was just started, and how long
// that may take.
func (l *lifecycle) onStop(name string, within time.Duration, stop func(context.Context) error) {
	l.steps = append(l.steps, step{name, within, stop})
}

// stop ends everything. A step that fails does not keep the others from ending,
// and one that runs out of time is left behind: the process ends anyway, and
// being slow at the end is no failure of what was asked.
func (l *lifecycle) stop(log zerolog.Logger) error {
	var errs []error
	for i := len(l.steps) - 1; i >= 0; i-- {
		s := l.steps[i]
		switch err := s.end(); {
		case errors.Is(err, context.DeadlineExceeded):
			log.Warn().Str("step", s.name).Dur("ms", s.within).Msg("not ended in time; left behind")
		case err != nil:
			errs = append(errs, fmt.Errorf("stop %s: %w", s.name, err))
		}
	}
	l.steps = nil
	return errors.Join(errs...)
}

// end does not rely on the step's heeding its context.
func (s step) end() error {
	ctx, cancel := context.WithTimeout(context.Background(), s.within)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- s.stop(ctx) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
