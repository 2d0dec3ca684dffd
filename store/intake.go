package store

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"perch/store/internal/db"
)

// Limits on one transaction of the intake.
const (
	intakeBatch   = 64   // arrivals
	intakeRows    = 1000 // about, all arrivals together
	intakeTimeout = 30 * time.Second
)

// intake stores what comes to doors and waits for the writer at the same time in
// one transaction: making it durable is what takes the time, and costs the same
// for one event as for many. So doors stay quick in a storm of events, and while
// others write.
type intake struct {
	mu      sync.Mutex
	waiting []*arrival
	busy    bool
}

// arrival is something on its way in.
type arrival struct {
	// key is its place among those that are stored together.
	key string
	// rows is about how many it writes.
	rows int
	// store writes it. An error undoes what all in the transaction wrote: what is
	// refused it says elsewhere, before it writes. It may be run again.
	store func(context.Context, *db.Queries) error
	// done is closed once it is stored, or is not because of err.
	done chan struct{}
	err  error
}

// admit stores an arrival, together with others that wait.
func (s *Store) admit(ctx context.Context, a *arrival) error {
	a.done = make(chan struct{})
	if s.intake.enter(a) {
		go s.storeArrivals()
	}
	select {
	case <-a.done:
		return a.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// enter puts an arrival in line and reports whether somebody has to begin storing.
func (i *intake) enter(a *arrival) (begin bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.waiting = append(i.waiting, a)
	begin = !i.busy
	i.busy = true
	return begin
}

// next are those whose turn it is, none if nobody waits any more. They are in one
// order everywhere: replicas that store the same events then wait for each other,
// not both at once.
func (i *intake) next() []*arrival {
	i.mu.Lock()
	defer i.mu.Unlock()
	n, rows := 0, 0
	for n < min(len(i.waiting), intakeBatch) && rows < intakeRows {
		rows += i.waiting[n].rows
		n++
	}
	batch := slices.Clone(i.waiting[:n])
	i.waiting = slices.Delete(i.waiting, 0, n)
	i.busy = n > 0
	slices.SortStableFunc(batch, func(a, b *arrival) int { return cmp.Compare(a.key, b.key) })
	return batch
}

// storeArrivals works until nobody waits.
func (s *Store) storeArrivals() {
	for batch := s.intake.next(); len(batch) > 0; batch = s.intake.next() {
		ctx, cancel := context.WithTimeout(context.Background(), intakeTimeout) // no single caller's: it is for many
		err := s.change(ctx, func(q *db.Queries) error { return storeBatch(ctx, q, batch) })
		cancel()
		for _, a := range batch {
			a.err = err
			close(a.done)
		}
	}
}

func storeBatch(ctx context.Context, q *db.Queries, batch []*arrival) error {
	for _, a := range batch {
		if err := a.store(ctx, q); err != nil {
			return err
		}
	}
	return nil
}
