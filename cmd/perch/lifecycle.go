package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// lifecycle ends what was started: named, last in first out, under one
// deadline, with every failure reported.
type lifecycle struct {
	steps []step
}

type step struct {
	name string
	stop func(context.Context) error
}

// onStop remembers how to end something that was just started.
func (l *lifecycle) onStop(name string, stop func(context.Context) error) {
	l.steps = append(l.steps, step{name, stop})
}

// stop ends everything. A step that fails does not keep the others from ending.
func (l *lifecycle) stop(within time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	var errs []error
	for i := len(l.steps) - 1; i >= 0; i-- {
		if err := l.steps[i].stop(ctx); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", l.steps[i].name, err))
		}
	}
	l.steps = nil
	return errors.Join(errs...)
}
