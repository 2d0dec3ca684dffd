package watch

import (
	"context"
	"fmt"
	"time"
)

// judgedAtOnce is how many judgements are made before others get a turn.
const judgedAtOnce = 50

// Alerts is the part of problems that time brings about.
type Alerts interface {
	Judge
	Senses
	PruneProblems(ctx context.Context, before time.Time) (int, error)
	PruneOutbox(ctx context.Context, before time.Time) (int, error)
}

// Judge finds problems that time alone makes or ends.
type Judge interface {
	// JudgeDue judges up to n connections anew whose time has come, and tells what
	// was held until now. more is true while others wait.
	JudgeDue(ctx context.Context, n int) (more bool, err error)
}

// outboxAge is how long messages that were told are remembered.
const outboxAge = 30 * 24 * time.Hour

// judgeDue judges what is due, until nothing is.
func (w *Watcher) judgeDue(ctx context.Context) error {
	for w.alerts != nil && !w.work.isClosed() {
		more, err := w.alerts.JudgeDue(ctx, judgedAtOnce)
		if err != nil {
			return fmt.Errorf("judge what is due: %w", err)
		}
		if !more {
			return nil
		}
	}
	return nil
}

// forgetProblems removes problems that are long over, and messages long told.
func (w *Watcher) forgetProblems(ctx context.Context) error {
	if w.alerts == nil {
		return nil
	}
	problems, err := w.alerts.PruneProblems(ctx, w.now().Add(-w.retention))
	if err != nil {
		return fmt.Errorf("prune the problems: %w", err)
	}
	messages, err := w.alerts.PruneOutbox(ctx, w.now().Add(-outboxAge))
	if err != nil {
		return fmt.Errorf("prune the outbox: %w", err)
	}
	if problems+messages > 0 {
		w.log.Info().Int("problems", problems).Int("messages", messages).Msg("old problems forgotten")
	}
	return nil
}
