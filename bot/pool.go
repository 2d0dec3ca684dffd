package bot

import (
	"context"
	"sync"
)

// pool runs a bounded number of requests at once, with a bounded queue before
// it. What does not fit is refused at once, so that the socket's reader never
// waits.
type pool struct {
	queue chan func()
	wg    sync.WaitGroup

	mu     sync.RWMutex
	closed bool
}

func newPool(workers, waiting int) *pool {
	p := &pool{queue: make(chan func(), waiting)}
	for range workers {
		p.wg.Go(func() {
			for work := range p.queue {
				work()
			}
		})
	}
	return p
}

// offer hands work over, or reports false when all workers and the queue are
// taken or the pool is closed.
func (p *pool) offer(work func()) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.closed {
		return false
	}
	select {
	case p.queue <- work:
		return true
	default:
		return false
	}
}

// drain takes nothing more and waits until what was taken is done or ctx ends.
func (p *pool) drain(ctx context.Context) error {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		close(p.queue)
	}
	p.mu.Unlock()
	done := make(chan struct{})
	go func() { p.wg.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
