package finch

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

var errOtherJob = errors.New("the answer is not about the job that was asked for")

// AutomatedJob asks how one automated job stands. Any job of the connection can
// be read by its id, also long after it left the list. What is not in the answer
// is left to the caller: ConnectionID, EntityID and FirstSeen. An unknown id is
// an *Error of TroubleNotFound.
func (c *Client) AutomatedJob(ctx context.Context, token Token, id string) (KnownJob, error) {
	return c.job(ctx, call{path: "/jobs/automated/", token: token}, id, decodeAutomated)
}

// ManualJob asks how a job that writes deductions stands, and what it said of
// each person. Finch gives neither times nor a type for such jobs. What is not in
// the answer is left to the caller, as by AutomatedJob.
func (c *Client) ManualJob(ctx context.Context, token Token, id string) (KnownJob, error) {
	return c.job(ctx, call{path: "/jobs/manual/", token: token}, id, decodeManual)
}

// job asks for one job. The address is made from the id, never taken from a
// payload, and an id that is no plain one is nothing that Finch could know.
func (c *Client) job(ctx context.Context, q call, id string, decode func([]byte) (KnownJob, error)) (KnownJob, error) {
	q.method = http.MethodGet
	if plainID(id) == "" {
		return KnownJob{}, &Error{op: q.op(), kind: TroubleNotFound, what: "this is no job id", final: true}
	}
	q.path += id
	a, err := c.ask(ctx, q)
	if err != nil {
		return KnownJob{}, err
	}
	job, err := decode(a.body)
	if err == nil && !strings.EqualFold(job.ID, id) {
		err = errOtherJob
	}
	if err != nil {
		return KnownJob{}, q.unreadable(a, err)
	}
	job.ID, job.Learned = id, time.Now().UTC()
	if a.requestID != "" {
		job.RequestIDs = []string{a.requestID}
	}
	return job, nil
}

func decodeAutomated(body []byte) (KnownJob, error) {
	var j Job
	if err := lenient(body, '{', &j); err != nil {
		return KnownJob{}, err
	}
	return j.Known(""), nil
}

// Known is what an automated job as Finch shows it says of a connection. Learned
// and FirstSeen are left to the caller, who knows when Finch answered.
func (j Job) Known(connectionID string) KnownJob {
	return KnownJob{
		ID: plainID(j.ID), Kind: Automated, ConnectionID: connectionID,
		Type: plainID(j.Type), Status: JobStatus(plainID(j.Status)),
		Created: j.CreatedAt.UTC(), Scheduled: timeOf(j.ScheduledAt), Started: timeOf(j.StartedAt), Completed: timeOf(j.CompletedAt),
	}
}

func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func decodeManual(body []byte) (KnownJob, error) {
	var wire struct {
		ID     string          `json:"job_id"`
		Status string          `json:"status"`
		Body   json.RawMessage `json:"body"`
	}
	if err := lenient(body, '{', &wire); err != nil {
		return KnownJob{}, err
	}
	return KnownJob{ID: plainID(wire.ID), Kind: Manual, Status: JobStatus(plainID(wire.Status)), Results: resultsOf(wire.Body)}, nil
}

// maxIndividuals is how many people are named under one code.
const maxIndividuals = 20

// resultsOf sums up what a manual job says of each person, by rising code.
// Finch does not type this list. What has no readable code counts under 0; what
// is no list says nothing. Only ids are kept: messages may hold anything.
func resultsOf(body []byte) []JobResult {
	var items []manualItem
	_ = json.Unmarshal(body, &items) // whatever it is, what was read of it counts
	byCode := map[int]*JobResult{}
	for _, item := range items {
		r := byCode[item.code]
		if r == nil {
			r = &JobResult{Code: item.code}
			byCode[item.code] = r
		}
		r.Count++
		if item.individual != "" && len(r.Individuals) < maxIndividuals {
			r.Individuals = append(r.Individuals, item.individual)
		}
	}
	var results []JobResult
	for _, code := range slices.Sorted(maps.Keys(byCode)) {
		results = append(results, *byCode[code])
	}
	return results
}

// manualItem is what a manual job says of one person.
type manualItem struct {
	individual string
	code       int
}

// UnmarshalJSON never fails: what it does not understand is not said.
func (m *manualItem) UnmarshalJSON(b []byte) error {
	var wire struct {
		Individual string     `json:"individual_id"`
		Code       statusCode `json:"code"`
	}
	_ = json.Unmarshal(b, &wire)
	*m = manualItem{individual: plainID(wire.Individual), code: int(wire.Code)}
	return nil
}

// statusCode is a code of HTTP, written as a number or in quotes; 0 is anything else.
type statusCode int

func (c *statusCode) UnmarshalJSON(b []byte) error {
	*c = 0
	if n, err := strconv.Atoi(strings.Trim(string(b), `"`)); err == nil && 100 <= n && n <= 599 {
		*c = statusCode(n)
	}
	return nil
}
