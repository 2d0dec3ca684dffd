package finch

import (
	"net/http"
	"slices"
	"time"
)

// listJobs shows the next scheduled sync and the jobs that were asked for,
// newest first; an assisted connection has none (Finch does not say).
func listJobs(c *call) answer {
	limit, limitOK := c.number("limit", 100, 1, 10_000)
	offset, offsetOK := c.number("offset", 0, 0, 1<<30)
	if !limitOK || !offsetOK {
		return invalid("limit and offset must be whole numbers")
	}
	var jobs []*job
	if c.owner.next != nil {
		jobs = append(jobs, c.owner.next)
	}
	jobs = append(jobs, c.owner.adhoc...)
	slices.SortStableFunc(jobs, func(a, b *job) int { return b.created.Compare(a.created) })
	data := []map[string]any{}
	for _, j := range jobs[min(offset, len(jobs)):min(offset+limit, len(jobs))] {
		data = append(data, j.wire())
	}
	meta := map[string]any{}
	if allowed := c.server.options.Refreshes; allowed > 0 {
		meta["quotas"] = map[string]any{dataSync: map[string]any{
			"allowed_refreshes": allowed, "remaining_refreshes": c.owner.refresh.left(allowed, c.now),
		}}
	}
	return ok(map[string]any{"data": data, "meta": meta})
}

func getJob(c *call) answer {
	id := c.request.PathValue("job_id")
	j := c.server.world.jobs[id]
	if j == nil || j.owner != c.owner {
		return notFound("", "could not find job with id "+id)
	}
	return ok(j.wire())
}

// refreshes count a connection's forced syncs in a fixed window of an hour.
type refreshes struct {
	began time.Time
	used  int
}

const refreshWindow = time.Hour

func (r refreshes) left(allowed int, now time.Time) int {
	if now.Sub(r.began) >= refreshWindow {
		return allowed
	}
	return max(allowed-r.used, 0)
}

func (r *refreshes) use(now time.Time) {
	if now.Sub(r.began) >= refreshWindow {
		*r = refreshes{began: now}
	}
	r.used++
}

type jobRequest struct {
	Type   string `json:"type"`
	Params struct {
		IndividualID string `json:"individual_id"`
	} `json:"params"`
}

// postJob queues a job: 201, or 202 with the sync that already runs. Without
// the paid add-on it is refused as out of scope (Finch does not say).
func postJob(c *call) answer {
	var want jobRequest
	switch {
	case !c.decode(&want) || want.Type != dataSync && want.Type != w4Sync:
		return invalid("type must be data_sync_all or w4_form_employee_sync")
	case c.owner.assisted():
		return failure{
			code: http.StatusBadRequest, name: "bad_request", doubled: true,
			message: "Assisted connections have no automated jobs",
		}.answer()
	case want.Type == w4Sync && want.Params.IndividualID == "":
		return invalid("params.individual_id is required for w4_form_employee_sync")
	case c.server.options.Refreshes < 0:
		return notGranted("refresh")
	case want.Type == w4Sync:
		return c.queued(http.StatusCreated, c.server.ask(c.owner, w4Sync, want.Params.IndividualID))
	}
	if running := c.owner.running(); running != nil {
		return c.queued(http.StatusAccepted, running)
	}
	allowed := c.server.options.Refreshes
	if c.owner.refresh.left(allowed, c.now) == 0 {
		return answer{status: http.StatusTooManyRequests, body: map[string]any{
			"allowed_refreshes": allowed, "remaining_refreshes": 0,
			"retry_at": written(c.owner.refresh.began.Add(refreshWindow)),
		}}
	}
	c.owner.refresh.use(c.now)
	return c.queued(http.StatusCreated, c.server.ask(c.owner, dataSync, ""))
}

func (c *call) queued(status int, j *job) answer {
	allowed := c.server.options.Refreshes
	return answer{status: status, body: map[string]any{
		"job_id": j.id, "job_url": j.url(), "allowed_refreshes": allowed,
		"remaining_refreshes": c.owner.refresh.left(allowed, c.now),
	}}
}

// manualJob is a job that writes deductions, by machine or by hand.
type manualJob struct {
	id, status string
	// kind is create, register, update, enroll or unenroll.
	kind  string
	owner *connection
	// entity is whose deductions they are.
	entity *entity
	body   []map[string]any
	// completed is nothing that Finch would tell; zero until then.
	completed time.Time
}

func getManualJob(c *call) answer {
	id := c.request.PathValue("job_id")
	j := c.server.world.manual[id]
	if j == nil || j.owner != c.owner {
		return notFound("item_not_found", "could not find job with id "+id)
	}
	return ok(map[string]any{"job_id": j.id, "status": j.status, "body": j.body})
}
