package commands

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// orders keeps a form that Slack sends twice from doing its work twice: what is
// ordered under one key is carried out once. The zero value is ready.
type orders[T any] struct {
	// keep is how long what came of an order is kept, ordersFor for 0.
	keep time.Duration

	mu   sync.Mutex
	made map[string]*order[T]
}

// order is work that is being done or was a short while ago.
type order[T any] struct {
	begun time.Time
	done  chan struct{}
	made  T
	err   error
}

// ordersFor is how long Slack may send a form again.
const ordersFor = 5 * time.Minute

var errGivenUp = errors.New("the order was given up")

// once carries an order out, or hands over what came of the same one. An
// order that failed may be tried again.
func (o *orders[T]) once(ctx context.Context, key string, carryOut func(context.Context) (T, error)) (T, error) {
	known, mine := o.begin(key, time.Now())
	if mine {
		known.err = errGivenUp
		defer o.end(key, known)
		known.made, known.err = carryOut(ctx)
		return known.made, known.err
	}
	select {
	case <-known.done:
		return known.made, known.err
	case <-ctx.Done():
		var none T
		return none, fmt.Errorf("wait for the same order: %w", ctx.Err())
	}
}

// begin finds an order, or begins it.
func (o *orders[T]) begin(key string, now time.Time) (known *order[T], mine bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for k, old := range o.made {
		if now.Sub(old.begun) > cmp.Or(o.keep, ordersFor) {
			delete(o.made, k)
		}
	}
	if known = o.made[key]; known != nil {
		return known, false
	}
	if o.made == nil {
		o.made = map[string]*order[T]{}
	}
	known = &order[T]{begun: now, done: make(chan struct{})}
	o.made[key] = known
	return known, true
}

func (o *orders[T]) end(key string, known *order[T]) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(known.done)
	if known.err != nil {
		delete(o.made, key)
	}
}
