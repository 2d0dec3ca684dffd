package watch_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"perch/internal/finch"
)

// world is a Finch in memory, spoken to over HTTP without a network. What
// happens in it follows from the clock alone, whoever looks or not.
type world struct {
	mu      sync.Mutex
	random  *rand.Rand
	clients map[string]*employer // by token
	jobs    map[string]*sync1
	calls   []time.Time
	byKind  map[string]int
	failed  map[string]time.Time // failed scheduled sync -> its end
	noticed map[string]time.Time // job -> when the store first held its failure
	seen    map[string]time.Time // connection -> its last introspection
}

// employer is a connection.
type employer struct {
	id       string
	assisted bool
	broken   time.Time // in reauth until then
	last     time.Time // the last success
	made     time.Time
	syncs    []*sync1 // scheduled ones; the last lies ahead
}

// sync1 is a scheduled sync. A zero start means that it never begins.
type sync1 struct {
	id                    string
	owner                 *employer
	scheduled, start, end time.Time
	outcome               finch.JobStatus
	settled               bool
}

// newWorld makes employers whose syncs cluster around the middle of the day of
// most of them, within some three hours either way; a fifth are anywhere.
func newWorld(n int) *world {
	w := &world{
		random: rand.New(rand.NewPCG(1, 2)), clients: map[string]*employer{}, jobs: map[string]*sync1{}, byKind: map[string]int{},
		failed: map[string]time.Time{}, noticed: map[string]time.Time{}, seen: map[string]time.Time{},
	}
	now := time.Now()
	for i := range n {
		e := &employer{id: fmt.Sprintf("c%05d", i), made: now.Add(-100 * day), assisted: w.random.IntN(100) < 8}
		w.clients[e.id] = e
		if w.random.IntN(100) < 4 {
			e.broken = now.Add(time.Duration(w.random.Int64N(int64(14 * day))))
		}
		if e.assisted {
			e.last = now.Add(-time.Duration(w.random.Int64N(int64(7 * day))))
			continue
		}
		at := time.Duration(12*float64(time.Hour) + w.random.NormFloat64()*3*float64(time.Hour))
		if w.random.IntN(5) == 0 {
			at = time.Duration(w.random.Int64N(int64(day)))
		}
		first := now.Add((at%day + day) % day)
		e.last = first.Add(-day)
		w.schedule(e, first)
	}
	return w
}

// fill gives the store every connection, known of old, with its turns spread as
// after days of work.
func (w *world) fill(s *fakeStore) {
	for id, e := range w.clients {
		s.add(id, time.Now().Add(time.Duration(w.random.Int64N(int64(day)))))
		c := &s.connections[id].connection
		c.Report.Status, c.Report.LastSync.At, c.Assisted, c.StatusSince = finch.Connected, e.last, e.assisted, time.Now().Add(-day)
		for _, j := range e.syncs {
			c.NextScheduled = j.scheduled
			s.recordJob(finch.KnownJob{
				ID: j.id, Kind: finch.Automated, ConnectionID: id, Type: finch.DataSync, Status: finch.JobPending, Scheduled: j.scheduled,
			})
		}
	}
}

// schedule decides how the next sync of an employer will go.
func (w *world) schedule(e *employer, at time.Time) {
	j := &sync1{id: fmt.Sprintf("job-%s-%03d", e.id, len(e.syncs)), owner: e, scheduled: at, outcome: finch.JobComplete}
	j.start = at.Add(time.Duration(w.random.Int64N(int64(2 * time.Minute))))
	took := time.Minute + time.Duration(w.random.ExpFloat64()*float64(6*time.Minute))
	switch p := w.random.IntN(1000); {
	case p < 20:
		j.outcome = finch.JobFailed
	case p < 25:
		j.outcome = finch.JobReauthError
	case p < 35:
		took = time.Duration(w.random.Int64N(int64(8 * time.Hour)))
	case p < 40: // begins late and then fails
		j.start, j.outcome = at.Add(time.Duration(w.random.Int64N(int64(5*time.Hour)))), finch.JobFailed
	case p < 45:
		j.start = time.Time{}
	}
	j.end = j.start.Add(took)
	e.syncs = append(e.syncs, j)
	w.jobs[j.id] = j
}

// advance lets happen what was to happen to an employer until now.
func (w *world) advance(e *employer, now time.Time) {
	if e.assisted && now.Sub(e.last) > 7*day && now.After(e.broken) {
		e.last = now
	}
	for _, j := range e.syncs[max(0, len(e.syncs)-2):] {
		w.settle(e, j, now)
	}
	for len(e.syncs) > 0 && !e.syncs[len(e.syncs)-1].scheduled.After(now) {
		next := e.syncs[len(e.syncs)-1]
		if !next.settled && next.scheduled.Before(e.broken) {
			next.start = time.Time{} // broken ones do not sync
		}
		w.settle(e, next, now)
		w.schedule(e, next.scheduled.Add(day))
	}
}

// settle draws the consequences of a sync's end.
func (w *world) settle(e *employer, j *sync1, now time.Time) {
	if j.settled || j.start.IsZero() || j.end.After(now) || j.scheduled.Before(e.broken) {
		return
	}
	j.settled = true
	switch j.outcome {
	case finch.JobComplete:
		e.last = j.end
		return
	case finch.JobReauthError:
		e.broken = j.end.Add(time.Duration(w.random.Int64N(int64(3 * day))))
	}
	w.failed[j.id] = j.end
}

func (w *world) client() *http.Client { return &http.Client{Transport: w} }

// RoundTrip answers as Finch does, after a moment.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(w.begin())
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	e := w.clients[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	w.advance(e, now)
	body, status := w.answer(e, strings.TrimPrefix(r.URL.Path, "/"), now), http.StatusOK
	if body == nil {
		body, status = map[string]any{"code": 404, "name": "not_found_error"}, http.StatusNotFound
	}
	data, err := json.Marshal(body)
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(data)), Request: r}, err
}

// begin counts a call and says how long its answer takes.
func (w *world) begin() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, time.Now())
	return time.Duration(50+w.random.IntN(400)) * time.Millisecond
}

func (w *world) answer(e *employer, path string, now time.Time) any {
	kind, id, _ := strings.Cut(path, "automated/")
	w.byKind[strings.Trim(kind, "/")]++
	switch {
	case path == "introspect":
		w.seen[e.id] = now
		return e.introspection(now)
	case path == "providers":
		return []map[string]any{{"id": "gusto", "display_name": "Gusto"}}
	case id == "":
		return map[string]any{"data": []any{e.syncs[len(e.syncs)-1].wire(now)}}
	case w.jobs[id] == nil || w.jobs[id].owner != e:
		return nil
	default:
		return w.jobs[id].wire(now)
	}
}

func (e *employer) introspection(now time.Time) map[string]any {
	status := finch.Connected
	if now.Before(e.broken) {
		status = finch.Reauth
	}
	return map[string]any{
		"id": "token-" + e.id, "connection_id": e.id, "connection_type": "provider", "manual": e.assisted,
		"connection_status": map[string]any{"status": status, "last_successful_sync": e.last},
	}
}

func (j *sync1) wire(now time.Time) map[string]any {
	job := map[string]any{
		"job_id": j.id, "type": finch.DataSync, "status": finch.JobPending,
		"created_at": j.owner.made, "scheduled_at": j.scheduled,
	}
	if j.start.IsZero() || j.start.After(now) {
		return job
	}
	job["status"], job["started_at"] = finch.JobRunning, j.start
	if !j.end.After(now) {
		job["status"], job["completed_at"] = j.outcome, j.end
	}
	return job
}

// settleAll lets happen what nobody looked at.
func (w *world) settleAll(now time.Time) {
	for _, e := range w.clients {
		w.advance(e, now)
	}
}

// heard is told of each job that the store records.
func (w *world) heard(j finch.KnownJob) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, before := w.noticed[j.ID]; j.Status.Failed() && !before {
		w.noticed[j.ID] = time.Now()
	}
}

// busiest is how many calls there were in the fullest 5 minutes.
func (w *world) busiest() int {
	slices.SortFunc(w.calls, time.Time.Compare)
	most, from := 0, 0
	for to, at := range w.calls {
		for at.Sub(w.calls[from]) >= 5*time.Minute {
			from++
		}
		most = max(most, to-from+1)
	}
	return most
}

// kinds is how many calls of each kind there were.
func (w *world) kinds() map[string]int { return w.byKind }

// unseen is how many connections were not looked at within the last day.
func (w *world) unseen(end time.Time) int {
	n := 0
	for id := range w.clients {
		if end.Sub(w.seen[id]) > day+awayFor {
			n++
		}
	}
	return n
}
