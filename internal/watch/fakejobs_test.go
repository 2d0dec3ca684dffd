package watch_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"perch/internal/finch"
	"perch/internal/watch"
)

func (s *fakeStore) RecordJobs(ctx context.Context, jobs []finch.KnownJob) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range jobs {
		s.recordJob(j)
	}
	return len(jobs), nil
}

func (s *fakeStore) recordJob(j finch.KnownJob) {
	old, known := s.jobs[j.ID]
	merged := merge(old, j)
	s.jobs[j.ID] = merged
	if s.heard != nil {
		s.heard(merged)
	}
	if !known && !merged.Scheduled.IsZero() {
		s.syncs[j.ConnectionID] = append(s.syncs[j.ConnectionID], j.ID)
	}
	switch {
	case merged.Status.Final() || merged.Gone || !s.hasToken(j.ConnectionID):
		s.reads.set(j.ID, time.Time{})
	case !known && merged.Scheduled.After(time.Now()):
		s.reads.set(j.ID, merged.Scheduled)
	case !known:
		s.reads.set(j.ID, time.Now())
	}
}

func (s *fakeStore) hasToken(id string) bool {
	r, ok := s.connections[id]
	return ok && !r.token.IsZero()
}

// resume has the jobs read that waited for a connection's token.
func (s *fakeStore) resume(id string) {
	for _, j := range s.jobs {
		if j.ConnectionID == id && !j.Status.Final() && !j.Gone {
			s.reads.set(j.ID, time.Now())
		}
	}
}

// merge keeps what is fuller and newer, and an end for ever.
func merge(old, j finch.KnownJob) finch.KnownJob {
	m := j
	if old.ID != "" && (old.Status.Final() && !j.Status.Final() || j.Learned.Before(old.Learned)) {
		m.Status, m.Learned, m.Gone = old.Status, old.Learned, old.Gone
	}
	m.Type, m.EntityID = cmp.Or(m.Type, old.Type), cmp.Or(m.EntityID, old.EntityID)
	for _, t := range []struct{ to, from *time.Time }{
		{&m.Created, &old.Created}, {&m.Scheduled, &old.Scheduled}, {&m.Started, &old.Started}, {&m.Completed, &old.Completed},
	} {
		if t.to.IsZero() {
			*t.to = *t.from
		}
	}
	if !old.FirstSeen.IsZero() {
		m.FirstSeen = old.FirstSeen
	}
	m.RequestIDs = append(slices.Clone(old.RequestIDs), j.RequestIDs...)
	if m.Results == nil {
		m.Results = old.Results
	}
	return m
}

func (s *fakeStore) Job(_ context.Context, id string) (finch.JobLine, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j, ok := s.jobs[id]
	if !ok {
		return finch.JobLine{}, fmt.Errorf("store: no job %s", id)
	}
	return finch.JobLine{KnownJob: j}, nil
}

func (s *fakeStore) LastSyncs(_ context.Context, connectionID string, n int) ([]finch.KnownJob, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var syncs []finch.KnownJob
	for _, id := range s.syncs[connectionID] {
		if j := s.jobs[id]; !j.Scheduled.After(time.Now()) {
			syncs = append(syncs, j)
		}
	}
	return syncs[max(0, len(syncs)-n):], nil
}

func (s *fakeStore) ClaimJobs(_ context.Context, n int, lease time.Duration) ([]finch.DueJob, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var due []finch.DueJob
	for _, id := range s.reads.claim(n, lease) {
		j := s.jobs[id]
		due = append(due, finch.DueJob{JobID: id, ConnectionID: j.ConnectionID, Kind: j.Kind, Fence: s.reads.fence[id]})
	}
	return due, nil
}

func (s *fakeStore) PostponeJob(ctx context.Context, d finch.DueJob, next time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads.postpone(d.JobID, d.Fence, next)
	return nil
}

func (s *fakeStore) ReadSoon(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if j, ok := s.jobs[id]; ok && !j.Status.Final() && !j.Gone && s.hasToken(j.ConnectionID) {
		s.reads.set(id, time.Now())
	}
	return nil
}

func (s *fakeStore) ReadWhenOver(_ context.Context, id string, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if due, begins := s.reads.at[id], s.jobs[id].Scheduled; !begins.IsZero() && !due.IsZero() && !due.Before(begins) {
		s.reads.set(id, at)
	}
	return nil
}

func (s *fakeStore) RecordChange(_ context.Context, c finch.Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes = append(s.changes, c)
	return nil
}

func (s *fakeStore) Sighted(_ context.Context, id, company string, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.connections[id]; !known {
		s.connections[id] = &row{connection: finch.Connection{ID: id, FirstSeen: at}}
	}
	s.connections[id].connection.CompanyID = cmp.Or(s.connections[id].connection.CompanyID, company)
	s.sighted[id] = at
	return nil
}

func (s *fakeStore) PruneJobs(_ context.Context, before time.Time) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.prunedHistory = append(s.prunedHistory, before)
	return 1, nil
}

func (s *fakeStore) PruneChanges(ctx context.Context, before time.Time) (int, error) {
	return s.PruneJobs(ctx, before)
}

// nextReading is when the store has the job read.
func (s *fakeStore) nextReading(id string) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads.at[id]
}

func (s *fakeStore) known(id string) finch.KnownJob {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.jobs[id]
}

// fakeEvents hands out events until they are done.
type fakeEvents struct {
	mu      sync.Mutex
	waiting []watch.Event
	leases  map[string]time.Time
	done    []string
}

func (e *fakeEvents) put(id, payload string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.waiting = append(e.waiting, watch.Event{ID: id, Payload: []byte(payload), Received: time.Now()})
}

func (e *fakeEvents) ClaimEvents(_ context.Context, n int, lease time.Duration) ([]watch.Event, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.leases == nil {
		e.leases = map[string]time.Time{}
	}
	var claimed []watch.Event
	for i := range e.waiting {
		w := &e.waiting[i]
		if len(claimed) == n || slices.Contains(e.done, w.ID) || e.leases[w.ID].After(time.Now()) {
			continue
		}
		e.leases[w.ID] = time.Now().Add(lease)
		w.Attempts++
		claimed = append(claimed, *w)
	}
	return claimed, nil
}

func (e *fakeEvents) EventDone(_ context.Context, id string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.done = append(e.done, id)
	return nil
}

func (e *fakeEvents) isDone(id string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Contains(e.done, id)
}
