package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"perch/internal/finch"
)

// Inbox keeps events until they are worked off.
type Inbox interface {
	// TakeIn stores an event; after it returned without an error a crash loses
	// nothing. fresh is false if the source sent that id before.
	TakeIn(ctx context.Context, source, eventID string, payload []byte) (fresh bool, err error)
}

// FinchSource is the source under which Finch's events lie in the Inbox, their
// bodies as they came.
const FinchSource = "finch"

// maxWebhook is what a webhook may weigh, in bytes. Finch's have some hundred.
const maxWebhook = 1 << 20

// webhook takes an event of Finch in. It is answered once it is stored and looked
// at later: Finch wants its answer soon, and sends again whatever it gets none for.
func (d *doors) webhook(w *answer, r *http.Request) error {
	if d.WebhookSecrets.IsZero() {
		return &refusal{
			status: http.StatusServiceUnavailable, code: "webhook_secret_not_set",
			message: "This door is closed: the operator has not set FINCH_WEBHOOK_SECRET.",
		}
	}
	body, err := readBody(w, r, maxWebhook)
	if err != nil {
		return err
	}
	eventID, _, err := d.WebhookSecrets.Verify(r.Header, body, time.Now())
	d.verified(r, body, err)
	switch {
	case err != nil:
		return unverified(err)
	case !json.Valid(body):
		return badBody("The body is signed, but it is not JSON.")
	}
	fresh, err := d.Inbox.TakeIn(r.Context(), FinchSource, eventID, body)
	if err != nil {
		return fmt.Errorf("store a webhook: %w", err)
	}
	if fresh && d.Arrived != nil {
		d.Arrived()
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

// verified tells whether a delivery was signed with our secret. What is merely
// late says nothing of the secret, and neither does what scanners of the
// internet send: a delivery of Finch's has an id, a signature and JSON.
func (d *doors) verified(r *http.Request, body []byte, err error) {
	foreign := r.Header.Get("Finch-Event-Id") == "" || r.Header.Get("Finch-Signature") == "" || !json.Valid(body)
	if d.Verified == nil || errors.Is(err, finch.ErrStale) || err != nil && foreign {
		return
	}
	d.Verified(err == nil)
}

// unverified is the refusal of what is not Finch's, or not of now.
func unverified(cause error) *refusal {
	no := &refusal{
		status: http.StatusUnauthorized, code: "invalid_signature", challenge: "Finch-Signature", cause: cause,
		message: "Finch-Event-Id, Finch-Timestamp and Finch-Signature do not fit the body and the webhook's secret.",
	}
	if errors.Is(cause, finch.ErrStale) {
		no.code = "stale_timestamp"
		no.message = "Finch-Timestamp is more than five minutes from this server's clock."
	}
	return no
}

// readBody reads a body to its end, up to limit bytes. No error of it quotes
// what it read.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	tooLarge := &refusal{
		status: http.StatusRequestEntityTooLarge, code: "body_too_large",
		message: fmt.Sprintf("The body is over %d bytes.", limit),
	}
	if r.ContentLength > limit {
		return nil, tooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return nil, tooLarge
	}
	if err != nil {
		return nil, badBody("The body did not arrive whole.")
	}
	return body, nil
}
