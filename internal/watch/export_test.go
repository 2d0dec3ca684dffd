package watch

import (
	"context"
	"sync"
	"time"
)

// SweepOnce does each sweep of the table once, as the scheduler does.
func (w *Watcher) SweepOnce() {
	for _, s := range w.sweeps() {
		w.sweep(s)
	}
}

// SweepFor does each sweep again and again until ctx ends, as the scheduler
// does but with longer pauses: a week at one sweep a second takes minutes.
func (w *Watcher) SweepFor(ctx context.Context, pause time.Duration) {
	var sweeps sync.WaitGroup
	for _, s := range w.sweeps() {
		sweeps.Go(func() {
			for ctx.Err() == nil {
				w.sweep(s)
				select {
				case <-time.After(max(pause, s.every)):
				case <-ctx.Done():
				}
			}
		})
	}
	sweeps.Wait()
	w.drain()
}
