package watch

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/go-co-op/gocron/v2"
	"github.com/google/uuid"
)

const (
	// drainWithin is how long what is under way may take to end by itself.
	drainWithin = 3 * time.Second
	// breakWithin is how long it may take once its context is cancelled.
	breakWithin = time.Second
	// stopWithin is for the scheduler, which has nothing left to do by then. Its
	// Shutdown cancels jobs at once instead of draining them, and burns a core
	// while one runs, so it comes last.
	stopWithin = time.Second
)

// Run sweeps until ctx ends, then lets what is under way end: 3 s by itself,
// 1 s more after being cancelled. It returns an error only if the sweeps could
// not be scheduled.
func (w *Watcher) Run(ctx context.Context) error {
	scheduler, err := w.schedule()
	if err != nil {
		return fmt.Errorf("schedule the sweeps: %w", err)
	}
	scheduler.Start()
	var opener sync.WaitGroup
	opener.Go(func() { w.openMail(ctx) })
	opener.Go(func() { w.hurry(ctx, w.toRead, sweep{"awaited jobs", 0, w.readDueJobs}) })
	opener.Go(func() { w.hurry(ctx, w.toLook, sweep{"awaited connections", 0, w.lookUnlessBehind}) })
	opener.Go(func() { w.hurry(ctx, w.moved(), sweep{"moved sessions", readingRest, w.readSessions}) })
	<-ctx.Done()
	w.drain()
	opener.Wait()
	if err := scheduler.Shutdown(); err != nil {
		w.log.Warn().Err(err).Msg("the scheduler did not stop in time")
	}
	return nil
}

// hurry does a sweep's work as soon as something is made due, besides the sweep:
// who is to be told of a failure should not wait for the next full second. Then it
// rests for as long as the sweep says, or as the work took if that was longer.
func (w *Watcher) hurry(ctx context.Context, due <-chan struct{}, s sweep) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-due:
		}
		began := time.Now()
		w.sweep(s)
		if s.every == 0 {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(max(s.every, time.Since(began))):
		}
	}
}

// nudge makes a receiver look, now or once it is done with what it does. It does
// not wait.
func nudge(due chan<- struct{}) {
	select {
	case due <- struct{}{}:
	default: // it has yet to look and will find this too
	}
}

// schedule puts the table of sweeps on a scheduler. Each sweep runs at once and
// then every so often, never twice at a time; one that is late skips a turn.
func (w *Watcher) schedule() (gocron.Scheduler, error) {
	scheduler, err := gocron.NewScheduler(gocron.WithStopTimeout(stopWithin), gocron.WithGlobalJobOptions(
		gocron.WithSingletonMode(gocron.LimitModeReschedule),
		gocron.WithStartAt(gocron.WithStartImmediately()),
		// Without this listener gocron lets a panic end the process. Sweeps survive
		// their own; this is for what lies between.
		gocron.WithEventListeners(gocron.AfterJobRunsWithPanic(w.panicked)),
	))
	if err != nil {
		return nil, err
	}
	for _, s := range w.sweeps() {
		_, err := scheduler.NewJob(gocron.DurationJob(s.every), gocron.NewTask(w.sweep, s), gocron.WithName(s.name))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return scheduler, nil
}

func (w *Watcher) panicked(_ uuid.UUID, name string, v any) {
	w.log.Error().Str("sweep", name).Str("panic", fmt.Sprintf("%T", v)).Bytes("stack", debug.Stack()).Msg("a sweep broke off")
}

// sweep runs one sweep, unless the watcher is stopping.
func (w *Watcher) sweep(s sweep) {
	if !w.work.enter() {
		return
	}
	defer w.work.leave()
	started := time.Now()
	err := w.survive(func() error { return s.do(w.life) })
	took := time.Since(started)
	w.observer.Swept(s.name, took, err)
	if err != nil {
		w.log.Warn().Err(err).Str("sweep", s.name).Dur("took", took).Msg("a sweep failed")
	}
}

// drain lets nothing new begin and waits for what is under way.
func (w *Watcher) drain() {
	idle := w.work.close()
	defer w.end()
	if waitFor(idle, drainWithin) {
		return
	}
	w.end()
	if !waitFor(idle, breakWithin) {
		w.log.Warn().Msg("looks at Finch were left behind")
	}
}

func waitFor(done <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}
