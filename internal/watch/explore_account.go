package watch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"perch/internal/audit"
	"perch/internal/explore"
	"perch/internal/mask"
)

// application is what a call is about that no connection makes.
const application = "application"

// account notes a call in the audit log. end is what became of it, or that it was
// asked for. The error is an explore.ErrUnaccounted.
func (w *Watcher) account(ctx context.Context, c exploring, end string) error {
	parts := []string{strings.TrimSpace(c.endpoint().Name() + " " + c.order.Query.Account(w.ledger.Mark)), end}
	if c.purpose != "" {
		parts = append(parts, c.purpose)
	}
	if c.reveals() {
		parts = append(parts, "fields: "+strings.Join(c.order.Reveal, ", "), "reason: "+mask.Line(c.order.Reason))
	}
	ctx, cancel := recording(ctx)
	defer cancel()
	err := w.ledger.NoteAudit(ctx, audit.Entry{
		At: w.now(), Who: c.order.Who, What: c.what(), About: cmp.Or(c.order.Query.ConnectionID, application), Detail: strings.Join(parts, " · "),
	})
	if err != nil {
		return errors.Join(explore.ErrUnaccounted, fmt.Errorf("account for a call: %w", err))
	}
	return nil
}

// what is what the account calls it.
func (c exploring) what() string {
	switch {
	case c.writes():
		return "explorer write"
	case c.reveals():
		return "explorer revealed"
	default:
		return "explorer read"
	}
}

// ending is how Finch answered.
func ending(status int, requestID string) string {
	end := "no answer"
	if status != 0 {
		end = strconv.Itoa(status)
	}
	if requestID != "" {
		end += " · request " + requestID
	}
	return end
}
