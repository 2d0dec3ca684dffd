package finch

import (
	"slices"
	"time"
)

// How jobs stand and end. missed and stuck are no words of Finch's: a sync
// that never starts, and one that never ends.
const (
	inProgress       = "in_progress"
	complete         = "complete"
	failed           = "error"
	reauthError      = "reauth_error"
	permissionsError = "permissions_error"
	missed           = "missed"
	stuck            = "stuck"
)

var outcomes = []string{complete, failed, reauthError, permissionsError, missed, stuck}

const (
	dataSync = "data_sync_all"
	w4Sync   = "w4_form_employee_sync"
)

// job is an automated job.
type job struct {
	id, kind, status string
	owner            *connection
	created          time.Time
	// scheduled is zero for a job that somebody asked for.
	scheduled, started, completed time.Time
	// individual is whose form a w4 job fetches.
	individual string
	// outcome overrides the connection's; takes overrides the usual time.
	outcome string
	takes   time.Duration
}

func (j *job) done() bool {
	return slices.Contains([]string{complete, failed, reauthError, permissionsError}, j.status)
}

// url has the host that Finch has: a client must not follow it with a token.
func (j *job) url() string { return "https://api.tryfinch.com/jobs/automated/" + j.id }

func (j *job) wire() map[string]any {
	var params map[string]any
	if j.individual != "" {
		params = map[string]any{"individual_id": j.individual}
	}
	return map[string]any{
		"job_id": j.id, "job_url": j.url(), "type": j.kind, "status": j.status, "created_at": written(j.created),
		"scheduled_at": written(j.scheduled), "started_at": written(j.started), "completed_at": written(j.completed),
		"params": params,
	}
}

// keepJobs is how many finished jobs of a connection can be read, so that a
// world with short days does not grow for ever.
const keepJobs = 400

// retire keeps a finished job among the last ones.
func (s *Server) retire(j *job) {
	c := j.owner
	c.past = append(c.past, j)
	if len(c.past) <= keepJobs {
		return
	}
	oldest := c.past[0]
	c.past = c.past[1:]
	c.adhoc = slices.DeleteFunc(c.adhoc, func(a *job) bool { return a == oldest })
	delete(s.world.jobs, oldest.id)
}

// newJob makes a pending job of a connection.
func (s *Server) newJob(c *connection, kind string, created time.Time) *job {
	c.jobs++
	j := &job{
		id: s.world.seed.id("job", c.id, c.jobs), kind: kind, status: pending, owner: c,
		created: created, takes: s.options.SyncTakes,
	}
	if c.id == harborConnection && c.jobs == 1 {
		j.id = harborJob
	}
	s.world.jobs[j.id] = j
	return j
}

// running is the job that a connection is busy with; nil if none.
func (c *connection) running() *job {
	for _, j := range append(slices.Clone(c.adhoc), c.next) {
		if j != nil && j.kind == dataSync && !j.done() && (j.scheduled.IsZero() || j.status == inProgress) {
			return j
		}
	}
	return nil
}
