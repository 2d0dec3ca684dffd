package finch

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
)

// RunSync is Finch's answer to the wish for a data sync.
type RunSync struct {
	// JobID is the job to follow.
	JobID string
	// Already: a sync of this connection was running; the job is that one, and
	// nothing was counted.
	Already bool
	// Remaining is how many more may be asked for within the hour, nil where
	// Finch did not say.
	Remaining *int
	// RequestID is Finch's id of the request.
	RequestID string
}

// RunSync asks for a data sync now. It is asked once, whatever happens: a second
// attempt might start a second job. SyncSentence explains its errors; one of
// TroubleRateLimited tells in Until when the next sync may be asked for.
//
// Finch: this is a paid add-on, does not exist for assisted connections, and
// allows one sync an hour for each connection.
func (c *Client) RunSync(ctx context.Context, token Token) (RunSync, error) {
	q := call{
		method: http.MethodPost, path: "/jobs/automated", token: token,
		body: []byte(`{"type":"` + DataSync + `"}`), accepts: http.StatusAccepted,
	}
	a, err := c.ask(ctx, q)
	if err != nil {
		return RunSync{}, err
	}
	var wire struct {
		JobID     string          `json:"job_id"`
		Remaining json.RawMessage `json:"remaining_refreshes"`
	}
	err = lenient(a.body, '{', &wire)
	jobID := plainID(wire.JobID)
	if err == nil && jobID == "" {
		err = errNoJob
	}
	if err != nil {
		return RunSync{}, q.unreadable(a, err)
	}
	return RunSync{JobID: jobID, Already: a.status == http.StatusAccepted, Remaining: wholeNumber(wire.Remaining), RequestID: a.requestID}, nil
}

var errNoJob = errors.New("the answer names no job")

// wholeNumber is a count as Finch wrote it, nil if it is none.
func wholeNumber(b []byte) *int {
	n, err := strconv.Atoi(string(b))
	if err != nil {
		return nil
	}
	return &n
}
