package watch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"perch/internal/thread"
)

// ThreadBook keeps which threads are bound to what was quoted in them.
type ThreadBook interface {
	// QuietThreads are up to n of which it was to be seen before a time whether
	// anybody still writes there, the longest waiting first.
	QuietThreads(ctx context.Context, before time.Time, n int) ([]thread.Thread, error)
	// KeepThread has it seen again at a time, LetGoThread forgets the thread, if it is
	// still one of the quiet.
	KeepThread(ctx context.Context, id int64, until time.Time) error
	LetGoThread(ctx context.Context, id int64, before time.Time) error
}

// ThreadReader asks Slack when a person wrote in a thread last.
type ThreadReader interface {
	// NewestOf is when the newest message of a person came since a time; found is
	// false if there is none, or no such thread.
	NewestOf(ctx context.Context, channel, root string, since time.Time) (at time.Time, found bool, err error)
}

const (
	// quietAtOnce is how many threads one sweep asks Slack about.
	quietAtOnce = 20
	// quietAgain is when it is asked again of a thread of which Slack told nothing.
	quietAgain = 24 * time.Hour
	// quietWithin is how long Slack may take for one.
	quietWithin = 10 * time.Second
)

// letQuietGo lets the threads go in which nobody has written for long.
func (w *Watcher) letQuietGo(ctx context.Context) error {
	if w.threads == nil || w.threadReader == nil {
		return nil
	}
	now := w.now()
	quiet, err := w.threads.QuietThreads(ctx, now, quietAtOnce)
	if err != nil {
		return fmt.Errorf("look for quiet threads: %w", err)
	}
	gone := 0
	var errs []error
	for _, t := range quiet {
		if w.work.isClosed() {
			break
		}
		letGo, err := w.keepOrLetGo(ctx, t, now)
		if letGo {
			gone++
		}
		errs = append(errs, err)
	}
	if gone > 0 {
		w.log.Info().Int("threads", gone).Msg("quiet threads let go")
	}
	return errors.Join(errs...)
}

func (w *Watcher) keepOrLetGo(ctx context.Context, t thread.Thread, now time.Time) (letGo bool, err error) {
	asking, done := context.WithTimeout(ctx, quietWithin)
	defer done()
	at, found, err := w.threadReader.NewestOf(asking, t.Channel, t.Root, now.Add(-thread.LetGoAfter))
	switch {
	case err != nil:
		w.log.Info().Err(err).Str("channel", t.Channel).Int64("thread", t.ID).Msg("cannot see whether a thread is quiet; asking again later")
		err = w.threads.KeepThread(ctx, t.ID, now.Add(quietAgain))
	case found && at.After(now.Add(-thread.LetGoAfter)):
		err = w.threads.KeepThread(ctx, t.ID, at.Add(thread.LetGoAfter))
	default:
		letGo, err = true, w.threads.LetGoThread(ctx, t.ID, now)
	}
	if err != nil {
		return false, fmt.Errorf("keep or let go thread %d: %w", t.ID, err)
	}
	return letGo, nil
}
