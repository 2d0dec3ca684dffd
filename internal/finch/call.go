package finch

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"
)

// Request is one call of the endpoint table, filled in.
type Request struct {
	// Method and Path are what is sent: ids stand in the path, escaped.
	Method, Path string
	// Query is sent as it is: of a list's parameter the name ends in "[]".
	Query url.Values
	// Body is JSON, nil for none.
	Body []byte
}

// Answer is what a call brought, as Finch sent it. It is payroll data: mask it
// before it goes anywhere.
type Answer struct {
	// Status is HTTP's, of 200 and above and below 300.
	Status int
	// Body is JSON, or empty.
	Body []byte
	// RequestID is Finch's id of the request.
	RequestID string
	// Retrieved, Attempted and Attempt are Finch's headers on how fresh data is,
	// zero and empty where there are none.
	Retrieved, Attempted time.Time
	Attempt              string
	// Took is how long it took, waits and repeats included; At is when it ended.
	Took time.Duration
	At   time.Time
}

// Call makes one call of the endpoint table: what Endpoints does not hold is not
// sent. Token is that of the connection it is about; Basic and InBody calls are the
// application's own and need none. Reads are repeated where that can help, writes
// are sent once. An answer weighs at most 32 MiB.
//
// Its errors are *Error, of TroubleRejected where nothing was sent since the
// request is none of the table's, and of TroubleNotReady for a 202 that brings
// nothing. The Answer tells how long it took where there is an error too.
func (c *Client) Call(ctx context.Context, token Token, r Request) (Answer, error) {
	began := time.Now()
	a, err := c.explore(ctx, token, r)
	a.At = time.Now()
	a.Took = a.At.Sub(began)
	return a, err
}

func (c *Client) explore(ctx context.Context, token Token, r Request) (Answer, error) {
	q, err := c.callOf(token, r)
	if err != nil {
		return Answer{}, err
	}
	a, err := c.ask(ctx, q)
	if err == nil {
		err = q.fault(a)
	}
	if err != nil {
		return Answer{}, q.withoutSecret(err)
	}
	return Answer{
		Status: a.status, Body: a.body, RequestID: a.requestID,
		Retrieved: parseTime(a.header.Get("Finch-Data-Retrieved")),
		Attempted: parseTime(a.header.Get("Finch-Last-Attempted-Update-Date")),
		Attempt:   identifier(a.header.Get("Finch-Last-Attempted-Update-Result"), q.token),
	}, nil
}

// callOf is what is sent for a request. Its path is made of the table's and the
// ids, so that no text reaches another.
func (c *Client) callOf(token Token, r Request) (call, error) {
	e, ids, ok := FindEndpoint(r.Method, r.Path)
	if !ok {
		return call{}, &Error{op: "a call", kind: TroubleRejected, what: "no endpoint has this method and path", final: true}
	}
	q := call{
		method: e.Method, template: e.Path, query: r.Query, body: r.Body, token: token,
		explored: true, reads: !e.Writes,
	}
	if q.path, ok = e.fill(ids); !ok {
		return call{}, q.rejected("an id is missing in the path")
	}
	if e.Auth == Bearer {
		return q, nil
	}
	return q.by(c.credentials, e.Auth)
}

// by is the call as one of the application's own.
func (q call) by(who *Credentials, auth Auth) (call, error) {
	q.client, q.token = who, Token{}
	if who == nil {
		return call{}, q.noCredentials()
	}
	if auth == Basic {
		return q, nil
	}
	fields := map[string]json.RawMessage{}
	if len(q.body) > 0 && json.Unmarshal(q.body, &fields) != nil || fields == nil {
		return call{}, q.rejected("the body is no JSON object")
	}
	var code string
	_ = json.Unmarshal(fields["code"], &code) // no text: nothing to keep secret
	q.inBody, q.token = true, NewToken(code)
	fields["client_id"], fields["client_secret"] = quoted(who.ID), quoted(who.Secret.Reveal())
	var err error
	if q.body, err = json.Marshal(fields); err != nil {
		return call{}, q.rejected("the body cannot be written")
	}
	return q, nil
}

func quoted(s string) json.RawMessage {
	text, _ := json.Marshal(s) // text always encodes
	return text
}

func (q call) rejected(what string) *Error {
	return &Error{op: q.op(), kind: TroubleRejected, what: what, final: true}
}

// fault is why an answer that succeeded brings nothing, nil if it does. A write's
// 202 that names no job was not taken up: Finch says so where data is not there yet.
func (q call) fault(a answer) error {
	switch {
	case notJSON(a.body):
		e := q.unreadable(a, errNotJSON)
		e.NotJSON = true
		return e
	case a.status == http.StatusAccepted && !namesJob(a.body):
		e := q.unreadable(a, errNoJob)
		e.kind = TroubleNotReady
		return e
	}
	return nil
}

func namesJob(body []byte) bool {
	var wire struct {
		JobID string `json:"job_id"`
	}
	return lenient(body, '{', &wire) == nil && plainID(wire.JobID) != ""
}

// withoutSecret cuts the application's own secret out of what an error says to
// people.
func (q call) withoutSecret(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && q.client != nil {
		e.Message = withoutToken(e.Message, q.client.Secret)
	}
	return err
}
