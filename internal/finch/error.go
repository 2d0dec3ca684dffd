package finch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Error is why a call did not bring what was asked for: Finch refused, its
// answer could not be read, or there was none. What Error() prints is fit for
// a log: no payload and no token, only codes and ids. Message is for people.
type Error struct {
	// Status is HTTP's, 0 when there was no answer.
	Status int
	// Name and Code are Finch's words for it ("name" and "finch_code"), empty
	// where there are none or they are no plain identifiers.
	Name, Code string
	// Message is what Finch says to people: one line without control characters,
	// at most 300 characters, the token cut out if it was in there.
	Message string
	// RequestID is Finch's id of the request. Finch's support asks for it.
	RequestID string
	// RetryAfter is how long to wait before asking again, 0 where nothing was said.
	RetryAfter time.Duration
	// Until is when RetryAfter ends, zero where nothing was said.
	Until time.Time
	// NotJSON: there was a body and it was no JSON, as a gateway's is not.
	NotJSON bool

	op    string  // "GET /introspect"
	kind  Trouble // known here, not read off the fields above
	what  string  // what happened on this side, in safe words
	final bool    // repeating cannot help
	cause error
}

// Error says what happened in words fit for a log.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("finch")
	for _, part := range []string{e.op, e.what, e.answer()} {
		if part != "" {
			b.WriteString(": " + part)
		}
	}
	if e.RequestID != "" {
		b.WriteString(", request " + e.RequestID)
	}
	return b.String()
}

// answer is the status with Finch's words for it.
func (e *Error) answer() string {
	if e.Status == 0 {
		return ""
	}
	words := []string{"status", strconv.Itoa(e.Status), e.Name, e.Code}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}

// MarshalText keeps Message out of whatever encodes an error.
func (e *Error) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Unwrap is the failure underneath, such as context.Canceled, if there was one.
// Print the Error, not what it wraps: the latter may quote what came over the wire.
func (e *Error) Unwrap() error { return e.cause }

func (q call) op() string { return q.method + " " + cmp.Or(q.template, q.path) }

func (q call) requestID(resp *http.Response) string {
	return identifier(resp.Header.Get("Finch-Request-Id"), q.token)
}

// refusal is the error of an answer that brings nothing.
func (q call) refusal(resp *http.Response, body []byte) *Error {
	e := decodeError(body, q.token)
	e.op, e.Status, e.NotJSON = q.op(), resp.StatusCode, notJSON(body)
	e.RequestID = q.requestID(resp)
	now := time.Now()
	wait := cmp.Or(parseRetryAfter(resp.Header.Get("Retry-After"), now), credible(e.Until.Sub(now)))
	if e.Until = (time.Time{}); wait > 0 {
		e.waitUntil(now, now.Add(wait))
	}
	if e.Status >= 300 && e.Status < 400 {
		e.what = "redirects are not followed"
	}
	return e
}

func (e *Error) waitUntil(now, until time.Time) {
	e.RetryAfter, e.Until = until.Sub(now), until
}

// noCredentials is the error of a call that the application makes for itself and
// cannot, since nobody told it its own id and secret.
func (q call) noCredentials() *Error {
	return &Error{op: q.op(), kind: TroubleBadClient, what: "no client id and secret are set", final: true}
}

// noAnswer is the error of a call that brought none, or half of one.
func (q call) noAnswer(cause error) *Error {
	gone := errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded)
	return &Error{op: q.op(), kind: TroubleUnreachable, what: "no answer: " + plainCause(cause), final: gone, cause: cause}
}

// unreadable is the error of an answer that is not what Finch documents. The
// cause is one of ours and quotes nothing.
func (q call) unreadable(a answer, cause error) *Error {
	return &Error{op: q.op(), Status: a.status, RequestID: a.requestID, kind: TroubleOther, what: cause.Error(), final: true, cause: cause}
}

var errTooLarge = fmt.Errorf("the answer is larger than %d MiB", maxAnswer>>20)

// unsendable is the error of a token that no request can carry, so that Finch
// cannot have issued it.
func (q call) unsendable() *Error {
	return &Error{op: q.op(), kind: TroubleRevoked, what: "this is no access token: empty, or with characters other than visible ASCII", final: true}
}

// heldBack is the error of a call that the budget did not let through.
func (q call) heldBack(cause error) *Error {
	held, ok := errors.AsType[*held](cause)
	if !ok {
		return q.noAnswer(cause)
	}
	return &Error{
		op: q.op(), kind: held.why, what: held.Error(), final: true,
		Until: held.until, RetryAfter: time.Until(held.until),
	}
}

// plainCause names a failure of the network without quoting what came over it.
func plainCause(err error) string {
	dns, isDNS := errors.AsType[*net.DNSError](err)
	timeout, isNet := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, context.Canceled):
		return "the caller went away"
	case errors.Is(err, context.DeadlineExceeded), isNet && timeout.Timeout():
		return "out of time"
	case isDNS && dns.IsNotFound:
		return "the host's name is not known"
	case isDNS:
		return "the host's name could not be looked up"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection broke off"
	default:
		return "the exchange failed"
	}
}
