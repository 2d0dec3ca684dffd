package main

import (
	"context"
	"errors"

	"perch/commands"
	"perch/internal/connect"
	"perch/internal/watch"
)

// linkMaker makes links as the commands ask for them.
type linkMaker struct{ *watch.Watcher }

// MakeLink implements commands.Links.
func (m linkMaker) MakeLink(ctx context.Context, o commands.LinkOrder) (connect.Link, error) {
	link, err := m.Watcher.MakeLink(ctx, watch.LinkOrder(o))
	if taken, ok := errors.AsType[*watch.ConnectedError](err); ok {
		err = &commands.ConnectedError{ConnectionID: taken.ConnectionID}
	}
	return link, err
}
