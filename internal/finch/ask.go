package finch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
)

// Limits on what an answer may weigh once unpacked, in bytes. The largest that
// Finch gives is a directory of 10,000 people, a few MiB.
const (
	maxAnswer  = 32 << 20
	maxRefusal = 1 << 20
)

// retries is how often a read is repeated after its first attempt.
const retries = 2

// call is one request to be made, perhaps several times.
type call struct {
	method string
	path   string
	query  url.Values
	// token is whose connection is asked about; client is who asks, where the
	// application speaks for itself.
	token  Token
	client *Credentials
	// inBody: what proves who asks stands in the body, and token is a secret of
	// the call that no error may repeat.
	inBody bool
	// body is JSON, nil for none.
	body []byte
	// accepts is a status that is an answer too, beside 200 and 201; 0 for none.
	accepts int
	// explored: whatever succeeds is an answer, since who asks reads it as it is. Of
	// a 202 that is so for writes alone: to a read it says that there is none yet.
	explored bool
	// reads: it changes nothing, although its method may be one that writes.
	reads bool
	// template is the path as it may be printed, where the path itself holds ids.
	template string
}

// answer is what a call brought, read to the end.
type answer struct {
	status    int
	body      []byte
	requestID string
	header    http.Header
}

// repeatable reports whether asking twice is the same as asking once. Nothing
// that writes is: a job could be started twice.
func (q call) repeatable() bool { return q.method == http.MethodGet || q.reads }

// ask makes a call and returns its answer. Reads are repeated where that can
// help. failsafe-go's own HTTP wrapper is not used, since it leaves the answers
// it repeats unclosed and cannot repeat what broke off midway: here an attempt
// ends when its answer was read to the end.
func (c *Client) ask(ctx context.Context, q call) (answer, error) {
	if q.client == nil && !q.token.sendable() {
		return answer{}, q.unsendable()
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var last error
	a, err := failsafe.With(c.policy(ctx, q)).WithContext(ctx).Get(func() (answer, error) {
		var a answer
		a, last = c.attempt(ctx, q)
		return a, last
	})
	switch _, told := errors.AsType[*Error](err); {
	case err == nil || told:
		return a, err
	case last != nil && errors.Is(err, context.DeadlineExceeded):
		return answer{}, last // why the last attempt failed says more than that time ran out
	default:
		return answer{}, q.noAnswer(err)
	}
}

// policy repeats a read, unless the pause before it would outlast the call.
func (c *Client) policy(ctx context.Context, q call) retrypolicy.RetryPolicy[answer] {
	return retrypolicy.NewBuilder[answer]().
		HandleIf(func(_ answer, err error) bool { return q.repeatable() && worthRepeating(err) }).
		AbortIf(func(_ answer, err error) bool { return !fits(ctx, retryAfter(err)) }).
		WithMaxRetries(retries).
		WithDelayFunc(c.pause).
		ReturnLastFailure().
		Build()
}

// worthRepeating reports whether the same request may fare better in a moment.
func worthRepeating(err error) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok || e.final {
		return false
	}
	switch {
	case e.Status == 0, e.Status == http.StatusRequestTimeout, e.Status == http.StatusTooManyRequests:
		return true
	default:
		return e.Status >= 500 && e.Status != http.StatusNotImplemented
	}
}

// pause is what the server asked for, or 0.5 s doubled each time; up to a
// quarter longer, so that those who failed together do not return together.
func (c *Client) pause(attempt failsafe.ExecutionAttempt[answer]) time.Duration {
	wait := retryAfter(attempt.LastError())
	if wait == 0 {
		wait = c.firstPause << attempt.Retries()
	}
	return wait + rand.N(wait/4+1)
}

func retryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.RetryAfter
	}
	return 0
}

// fits reports whether a pause ends before the context does.
func fits(ctx context.Context, pause time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return !ok || time.Now().Add(pause).Before(deadline)
}

// attempt makes the call once, paid for from the budget.
func (c *Client) attempt(ctx context.Context, q call) (answer, error) {
	req, err := c.request(ctx, q)
	if err != nil {
		return answer{}, q.noAnswer(err)
	}
	if err := c.budget.take(ctx, q.path, c.background); err != nil {
		return answer{}, q.heldBack(err)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, q.noAnswer(err)
	}
	defer resp.Body.Close()
	if q.answeredBy(resp.StatusCode) {
		return q.read(resp)
	}
	// A refusal whose words break off is still a refusal: the status came.
	words, _ := io.ReadAll(io.LimitReader(resp.Body, maxRefusal))
	refusal := q.refusal(resp, words)
	c.budget.heed(q, refusal)
	return answer{}, refusal
}

func (q call) answeredBy(status int) bool {
	if q.explored && status/100 == 2 {
		return status != http.StatusAccepted || !q.repeatable()
	}
	return status == http.StatusOK || status == http.StatusCreated || q.accepts != 0 && status == q.accepts
}

func (c *Client) request(ctx context.Context, q call) (*http.Request, error) {
	target := c.base.JoinPath(q.path)
	target.RawQuery = q.query.Encode()
	req, err := http.NewRequestWithContext(ctx, q.method, target.String(), bytes.NewReader(q.body))
	if err != nil {
		return nil, err
	}
	if q.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json")
	switch {
	case q.inBody:
	case q.client != nil:
		req.SetBasicAuth(q.client.ID, q.client.Secret.Reveal())
	default:
		req.Header.Set("Authorization", "Bearer "+q.token.Reveal())
	}
	req.Header.Set("Finch-API-Version", APIVersion)
	req.Header.Set("User-Agent", c.agent)
	return req, nil
}

// read takes in a whole answer, or says that it broke off or was too large.
func (q call) read(resp *http.Response) (answer, error) {
	a := answer{status: resp.StatusCode, requestID: q.requestID(resp), header: resp.Header}
	var err error
	a.body, err = readBody(resp)
	switch {
	case err != nil:
		return answer{}, q.noAnswer(err)
	case len(a.body) > maxAnswer:
		return answer{}, q.unreadable(a, errTooLarge)
	}
	return a, nil
}

// readBody takes in a body, at most a byte more than maxAnswer. Where its length
// is known there is room for all of it from the start, so that it lies in memory
// once and not in ever larger copies.
func readBody(resp *http.Response) ([]byte, error) {
	body := io.LimitReader(resp.Body, maxAnswer+1)
	if resp.ContentLength <= 0 || resp.ContentLength > maxAnswer {
		return io.ReadAll(body)
	}
	whole := bytes.NewBuffer(make([]byte, 0, resp.ContentLength+bytes.MinRead))
	_, err := whole.ReadFrom(body)
	return whole.Bytes(), err
}
