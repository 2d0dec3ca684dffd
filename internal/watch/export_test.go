package watch

// SweepOnce does each sweep of the table once, as the scheduler does.
func (w *Watcher) SweepOnce() {
	for _, s := range w.sweeps() {
		w.sweep(s)
	}
}
