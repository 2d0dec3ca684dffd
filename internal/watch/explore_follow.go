package watch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"perch/internal/explore"
	"perch/internal/finch"
)

// consequences draws what follows from a write that Finch took: a job is followed,
// a token is kept, a session is known, an ended connection counts as ended, any other
// is looked at soon. What fails of this the result tells: the write itself is done.
func (w *Watcher) consequences(ctx context.Context, c exploring, answer finch.Answer, r *explore.Result) {
	ctx, cancel := recording(ctx)
	defer cancel()
	failed := func(what string, err error) {
		if err == nil {
			return
		}
		w.log.Error().Err(err).Str("endpoint", c.endpoint().Name()).Str("connection", c.order.Query.ConnectionID).Msg("a write went through, but not what follows from it")
		r.Notes = append(r.Notes, what)
	}
	e := c.endpoint()
	if e.Starts != "" {
		var err error
		r.JobID, err = w.followBegun(ctx, c, answer)
		failed("The job could not be followed from here: nobody will be told when it is over.", err)
	}
	if e.GivesToken {
		var err error
		r.TokenID, r.TokenOf, err = w.keepFound(ctx, tokenIn(answer.Body))
		failed("The access token in the answer could not be kept: it is not in the vault, and not shown.", err)
	}
	switch {
	case e.Name() == "POST /disconnect":
		failed("The connection has ended at Finch, but could not be marked as ended here.", w.ended(ctx, c.order.Query.ConnectionID))
	case e.Name() == "POST /connect/sessions":
		failed(sessionUnkept, w.keepMade(ctx, c, answer))
	case e.Name() == "POST /connect/sessions/reauthenticate":
		failed(sessionUnkept, w.keepRemade(ctx, c, answer))
	case e.Auth == finch.Bearer:
		failed("How the connection stands now could not be asked for.", w.lookSoon(ctx, c.order.Query.ConnectionID))
	}
}

// ended marks a connection as ended by somebody here: its token is good for nothing
// any more, its history stays.
func (w *Watcher) ended(ctx context.Context, id string) error {
	if err := w.ledger.Forget(ctx, id); err != nil {
		return fmt.Errorf("forget the token of an ended connection: %w", err)
	}
	w.flights.Forget(id)
	return nil
}

// errStrangeID means that an answer names what it began by something that is no id.
var errStrangeID = errors.New("the answer names it by what is no id")

// followBegun records the job that an answer names, has it read, and its end told to
// who began it. An answer may name none.
func (w *Watcher) followBegun(ctx context.Context, c exploring, answer finch.Answer) (jobID string, err error) {
	var wire struct {
		JobID string `json:"job_id"`
	}
	if err := json.Unmarshal(answer.Body, &wire); err != nil || wire.JobID == "" {
		return "", nil // the result shows what the answer is
	}
	if !explore.IsID(wire.JobID) {
		return "", errStrangeID
	}
	now := w.now()
	job := finch.KnownJob{
		ID: wire.JobID, Kind: c.endpoint().Starts, ConnectionID: c.order.Query.ConnectionID, Type: jobTypeOf(c),
		Status: finch.JobPending, Created: now, FirstSeen: now, RequestIDs: requestIDs(answer.RequestID),
	}
	if answer.Status == http.StatusAccepted { // Finch: 202 for a job that runs already
		job.Status, job.Created = finch.JobRunning, time.Time{}
	}
	if err := w.follow(ctx, job); err != nil {
		return "", err
	}
	if err := w.ledger.AskJob(ctx, job.ID, c.order.Who, c.endpoint().Summary); err != nil {
		return "", fmt.Errorf("have the end of a job told: %w", err)
	}
	return job.ID, nil
}

// jobTypeOf is Finch's type of a job that a call begins, as webhooks name it. That of
// an automated one stands in the question.
func jobTypeOf(c exploring) string {
	switch c.endpoint().Name() {
	case "POST /employer/benefits":
		return "benefit_create"
	case "POST /employer/benefits/register":
		return "benefit_register"
	case "POST /employer/benefits/{benefit_id}":
		return "benefit_update"
	case "POST /employer/benefits/{benefit_id}/individuals":
		return "benefit_enroll"
	case "DELETE /employer/benefits/{benefit_id}/individuals":
		return "benefit_unenroll"
	}
	var wire struct {
		Type string `json:"type"`
	}
	_ = json.Unmarshal(c.request.Body, &wire) // what names none has none
	if known, ok := c.endpoint().Param("type"); !ok || !slices.Contains(known.Enum, wire.Type) {
		return "" // a whole body may say anything, and this is stored
	}
	return wire.Type
}
