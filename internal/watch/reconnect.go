package watch

import (
	"context"
	"fmt"

	"perch/internal/finch"
)

// ReconnectLink makes a link by which the employer of a connection signs in
// again. The error holds a *finch.Error where Finch refused, or finch.ErrUnknown.
func (w *Watcher) ReconnectLink(ctx context.Context, connectionID string) (finch.Reconnect, error) {
	if _, err := w.store.Connection(ctx, connectionID); err != nil {
		return finch.Reconnect{}, fmt.Errorf("see whose link it is to be: %w", err)
	}
	link, err := w.people.Reauthenticate(ctx, connectionID)
	if err != nil {
		return finch.Reconnect{}, fmt.Errorf("make a reconnect link: %w", err)
	}
	return link, nil
}
