package bot

import (
	"context"

	"github.com/slack-go/slack"
)

// Tickets fetches the one-time URLs that sockets are opened with.
type Tickets struct{ API *slack.Client }

// Open asks apps.connections.open. Its error is a *socket.OpenError.
func (t Tickets) Open(ctx context.Context) (string, error) {
	_, url, err := t.API.StartSocketModeContext(ctx)
	if err != nil {
		return "", openError(err)
	}
	return url, nil
}
