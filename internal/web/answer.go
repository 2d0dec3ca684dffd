package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// refusal is a request that was not done: what the caller reads, and what only
// the log does.
type refusal struct {
	status int
	// code is for programs and stays as it is; message is for people.
	code, message string
	// retryAfter tells when to come back; zero says nothing.
	retryAfter time.Duration
	// challenge is how a 401 says to prove oneself, by the API key if empty.
	challenge string
	// allow lists the methods of a 405.
	allow string
	// faults are those of single events.
	faults []eventFault
	cause  error
}

func (r *refusal) Error() string {
	if r.cause == nil {
		return r.code
	}
	return fmt.Sprintf("%s: %v", r.code, r.cause)
}

func (r *refusal) Unwrap() error { return r.cause }

// errorBody is the one form of every error.
type errorBody struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	// Ref finds the request in the log.
	Ref string `json:"ref"`
	// Events are what is wrong with single events of a batch.
	Events []eventFault `json:"events,omitempty"`
}

func (r *refusal) body(ref string) errorBody {
	return errorBody{Code: r.code, Message: r.message, Ref: ref, Events: r.faults}
}

func (r *refusal) writeTo(w http.ResponseWriter, ref string) {
	r.setHeaders(w.Header())
	writeJSON(w, r.status, map[string]errorBody{"error": r.body(ref)})
}

func (r *refusal) setHeaders(h http.Header) {
	if r.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(r.retryAfter.Seconds()))))
	}
	if r.allow != "" {
		h.Set("Allow", r.allow)
	}
	if r.status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", cmp.Or(r.challenge, `Bearer realm="perch"`))
	}
}

// writeJSON answers with a value. A caller who has gone is no fault of ours.
func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
