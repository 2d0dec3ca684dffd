package watch

import "context"

// places are so many that can be taken at the same time; its capacity says how many.
type places chan struct{}

// take waits until a place is free and takes all that are. It returns how many,
// 0 if ctx ended first.
func (p places) take(ctx context.Context) int {
	select {
	case <-ctx.Done():
		return 0
	case p <- struct{}{}:
	}
	for n := 1; ; n++ {
		select {
		case p <- struct{}{}:
		default:
			return n
		}
	}
}

// leave gives n places back.
func (p places) leave(n int) {
	for range n {
		<-p
	}
}
