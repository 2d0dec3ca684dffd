package commands

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"perch/internal/connect"
)

// orders keeps a form that Slack sends twice from making two links: of one modal,
// the same order is carried out once. The zero value is ready.
type orders struct {
	mu   sync.Mutex
	made map[string]*order
}

// order is a link that is being made or was a short while ago.
type order struct {
	begun time.Time
	done  chan struct{}
	link  connect.Link
	err   error
}

// ordersFor is how long Slack may send a form again.
const ordersFor = 5 * time.Minute

var errGivenUp = errors.New("the order was given up")

// once carries an order out, or hands over what came of the same one. An
// order that failed may be tried again.
func (o *orders) once(ctx context.Context, viewID string, want connect.LinkOrder, carryOut func(context.Context, connect.LinkOrder) (connect.Link, error)) (connect.Link, error) {
	key := fmt.Sprintf("%s %#v", viewID, want)
	known, mine := o.begin(key, time.Now())
	if mine {
		known.err = errGivenUp
		defer o.end(key, known)
		known.link, known.err = carryOut(ctx, want)
		return known.link, known.err
	}
	select {
	case <-known.done:
		return known.link, known.err
	case <-ctx.Done():
		return connect.Link{}, fmt.Errorf("wait for the same link: %w", ctx.Err())
	}
}

// begin finds an order, or begins it.
func (o *orders) begin(key string, now time.Time) (known *order, mine bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for k, old := range o.made {
		if now.Sub(old.begun) > ordersFor {
			delete(o.made, k)
		}
	}
	if known = o.made[key]; known != nil {
		return known, false
	}
	if o.made == nil {
		o.made = map[string]*order{}
	}
	known = &order{begun: now, done: make(chan struct{})}
	o.made[key] = known
	return known, true
}

func (o *orders) end(key string, known *order) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(known.done)
	if known.err != nil {
		delete(o.made, key)
	}
}
