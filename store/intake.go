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
	intakeBatch   = 64
	intakeTimeout = 30 * time.Second
)

// intake stores events that wait for the writer at the same time in one
// transaction: making it durable is what takes the time, and costs the same for
// one event as for many. So doors stay quick in a storm of events, and while
// others write.
type intake struct {
	mu      sync.Mutex
	waiting []*arrival
	busy    bool
}

// arrival is an event on its way in. fresh and err are set once done is closed.
type arrival struct {
	event db.TakeInParams
	done  chan struct{}
	fresh bool
	err   error
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
	n := min(len(i.waiting), intakeBatch)
	batch := slices.Clone(i.waiting[:n])
	i.waiting = slices.Delete(i.waiting, 0, n)
	i.busy = n > 0
	slices.SortStableFunc(batch, func(a, b *arrival) int {
		return cmp.Or(cmp.Compare(a.event.Source, b.event.Source), cmp.Compare(a.event.EventID, b.event.EventID))
	})
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
		added, err := q.TakeIn(ctx, a.event)
		if err != nil {
			return err
		}
		a.fresh = added > 0
	}
	return nil
}
