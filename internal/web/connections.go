package web

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"perch/internal/finch"
	"perch/internal/watch"
)

const (
	maxBody = 64 << 10
	maxID   = 255
	// admitTimeout bounds the question to Finch and the storing.
	admitTimeout = 45 * time.Second
	// tryLater is when to come back if Finch did not say.
	tryLater = time.Minute
)

// admitted is the answer to a token that was taken.
type admitted struct {
	ConnectionID string `json:"connection_id"`
	// Status is created or replaced.
	Status string `json:"status"`
}

// putConnection takes a connection's access token into the vault.
func (d *doors) putConnection(w *answer, r *http.Request) error {
	id := r.PathValue("connection_id")
	if !plausibleID(id) {
		return &refusal{
			status: http.StatusUnprocessableEntity, code: "invalid_connection_id",
			message: fmt.Sprintf("A connection id has 1 to %d visible characters and no slash.", maxID),
		}
	}
	token, err := readToken(w, r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), admitTimeout)
	defer cancel()
	id, created, err := d.Vault.Admit(ctx, id, token)
	switch {
	case err != nil:
		return notAdmitted(err, token)
	case created:
		writeJSON(w, http.StatusCreated, admitted{ConnectionID: id, Status: "created"})
	default:
		writeJSON(w, http.StatusOK, admitted{ConnectionID: id, Status: "replaced"})
	}
	return nil
}

// deleteConnection forgets a connection's access token.
func (d *doors) deleteConnection(w *answer, r *http.Request) error {
	id := r.PathValue("connection_id")
	unknown := &refusal{status: http.StatusNotFound, code: "unknown_connection", message: "No such connection is known here."}
	if !plausibleID(id) {
		return unknown
	}
	err := d.Forgetter.Forget(r.Context(), id)
	if errors.Is(err, finch.ErrUnknown) {
		return unknown
	}
	if err != nil {
		return fmt.Errorf("forget connection %s: %w", id, err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// plausibleID reports whether a text can be a connection id at all. Finch's are
// UUIDs today; nothing promises that they stay so.
func plausibleID(id string) bool {
	odd := func(r rune) bool { return r <= ' ' || r > '~' || r == '/' }
	return id != "" && len(id) <= maxID && !strings.ContainsFunc(id, odd)
}

// readToken reads the body. No error of it quotes what it read.
func readToken(w http.ResponseWriter, r *http.Request) (finch.Token, error) {
	body, err := readBody(w, r, maxBody)
	if err != nil {
		return finch.Token{}, err
	}
	if !jsonType(r.Header.Get("Content-Type")) {
		return finch.Token{}, badBody("The Content-Type must be application/json.")
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil || fields == nil {
		return finch.Token{}, badBody(`The body must be one JSON object, such as {"access_token":"…"}.`)
	}
	var secret string
	if json.Unmarshal(fields["access_token"], &secret) != nil || strings.TrimSpace(secret) == "" {
		return finch.Token{}, &refusal{
			status: http.StatusUnprocessableEntity, code: "missing_access_token",
			message: "access_token is missing, empty or not a string.",
		}
	}
	return finch.NewToken(strings.TrimSpace(secret)), nil
}

// jsonType lets pass what may be JSON: nothing said, or any application type,
// since common tools send application/x-www-form-urlencoded unasked.
func jsonType(contentType string) bool {
	return contentType == "" || strings.HasPrefix(strings.ToLower(contentType), "application/")
}

func badBody(message string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: "bad_request", message: message}
}

// notAdmitted says why a token was not taken, without a word about the
// connection that it may belong to.
func notAdmitted(err error, token finch.Token) error {
	if _, elsewhere := errors.AsType[*watch.Mismatch](err); elsewhere {
		return &refusal{
			status: http.StatusUnprocessableEntity, code: "token_of_another_connection", cause: err,
			message: "Finch says that this access token belongs to another connection than the one in the path. Nothing was stored.",
		}
	}
	told, ok := errors.AsType[*finch.Error](err)
	if !ok {
		return fmt.Errorf("admit a token: %w", err)
	}
	status, code := verdictOf(told.Trouble())
	no := &refusal{status: status, code: code, cause: told, message: finch.Sentence(told)}
	if status == http.StatusUnprocessableEntity {
		no.message = finchWords(told, token)
	} else {
		no.retryAfter = cmp.Or(max(told.RetryAfter, 0), tryLater)
	}
	no.message += " Nothing was stored."
	return no
}

// verdictOf tells the caller whether the token is at fault (422), Finch is
// (502), or only the moment (503).
func verdictOf(t finch.Trouble) (status int, code string) {
	switch t {
	case finch.TroubleRevoked, finch.TroubleReauth, finch.TroublePermissions, finch.TroubleNotSetUp,
		finch.TroubleNoScope, finch.TroubleRejected:
		return http.StatusUnprocessableEntity, "token_refused"
	case finch.TroubleRateLimited, finch.TroubleAddressBlocked, finch.TroubleNotReady:
		return http.StatusServiceUnavailable, "finch_busy"
	case finch.TroubleBadClient, finch.TroubleUnpaid:
		return http.StatusBadGateway, "finch_refuses_application"
	default:
		return http.StatusBadGateway, "finch_unreachable"
	}
}

// finchWords quotes Finch, and adds what that means.
func finchWords(e *finch.Error, token finch.Token) string {
	sentence := finch.Sentence(e)
	if e.Message == "" || strings.Contains(e.Message, token.Reveal()) {
		return sentence
	}
	return fmt.Sprintf("Finch says: %q. %s", e.Message, sentence)
}
