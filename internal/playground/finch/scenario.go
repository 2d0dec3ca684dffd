package finch

import (
	"slices"
	"time"
)

// schedule enters a connection's next sync. An assisted connection syncs
// without a job that could be seen.
func (s *Server) schedule(c *connection, at time.Time) {
	switch {
	case c.scheduled():
		j := s.newJob(c, dataSync, c.created)
		s.reschedule(j, at)
		c.next = j
	case c.assisted() && c.source == byProvider && !c.ended():
		s.plan(at, func(now time.Time) { s.assistedSync(c, now) })
	}
}

// reschedule moves a pending job; what was planned for it before is void.
func (s *Server) reschedule(j *job, at time.Time) {
	j.scheduled = at
	s.plan(at, func(now time.Time) {
		if j.status == pending && j.scheduled.Equal(at) && !j.owner.ended() {
			s.start(j, now)
		}
	})
}

// ask queues a job that somebody wants now.
func (s *Server) ask(c *connection, kind, individual string) *job {
	now := s.clock.now()
	j := s.newJob(c, kind, now)
	j.individual = individual
	c.adhoc = append(c.adhoc, j)
	s.start(j, now)
	return j
}

// start puts a job in progress, unless it is one that will be missed.
func (s *Server) start(j *job, now time.Time) {
	if j.outcome == "" {
		j.outcome = s.fate(j, now)
	}
	if j.outcome == missed && !j.scheduled.IsZero() {
		j.outcome = ""
		s.reschedule(j, now.Add(s.world.cadence(j.owner)))
		return
	}
	j.status, j.started = inProgress, now
	if j.outcome != stuck {
		s.plan(now.Add(j.takes), func(at time.Time) { s.finish(j, at) })
	}
}

// finish ends a job, tells of it, and plans the next one.
func (s *Server) finish(j *job, now time.Time) {
	c := j.owner
	if j.done() || c.ended() {
		return
	}
	j.status, j.completed = j.outcome, now
	if j.status == missed { // nobody misses what was asked for
		j.status = complete
	}
	s.retire(j)
	c.lastTry, c.lastResult = now, "error"
	if j.kind == w4Sync {
		s.tell(j.ended())
		return
	}
	if j.status == complete {
		s.succeed(c, now)
	}
	s.tell(j.ended())
	switch j.status {
	case complete:
		s.firsts(c, j)
		s.heal(c)
	case reauthError:
		s.change(c, reauth, "The employer must sign in again")
	case permissionsError:
		s.change(c, noPermissions, "The account lacks permissions at the provider")
	}
	if j == c.next {
		next := j.scheduled.Add(s.world.cadence(c))
		s.schedule(c, next)
	}
}

func (s *Server) succeed(c *connection, now time.Time) {
	c.synced(now)
	c.lastResult = "success"
	if c.books != nil {
		c.books.publish()
	}
}

// firsts tells of the first data of each kind.
func (s *Server) firsts(c *connection, j *job) {
	if !c.toldOrg && c.granted("directory") {
		c.toldOrg = true
		s.tell(news{c, nil, "job.initial_data_sync_org.succeeded", j.named()})
	}
	if !c.toldPayroll && c.granted("payment") {
		c.toldPayroll = true
		s.tell(news{c, nil, "job.initial_data_sync_payroll.succeeded", j.named()})
	}
}

// heal makes a connection whose sync succeeded connected. Where it is already,
// an entity that is not stays so: each syncs for itself.
func (s *Server) heal(c *connection) {
	if c.status != connected {
		s.change(c, connected, "")
	}
}

// assistedSync is the weekly update by Finch's people; a pending set-up stays.
func (s *Server) assistedSync(c *connection, now time.Time) {
	if c.ended() {
		return
	}
	if c.status == connected || c.status == processing {
		s.succeed(c, now)
		c.lastTry = now
		s.heal(c)
	}
	s.schedule(c, now.Add(s.world.cadence(c)))
}

// change sets the status of a connection and its entities, and tells of each
// entity that had another one.
func (s *Server) change(c *connection, status, message string) {
	touched := slices.DeleteFunc(c.live(), func(e *entity) bool { return e.status == status })
	if c.status == status && len(touched) == 0 {
		return
	}
	c.setStatus(status, message)
	if status == disconnected {
		s.revoke(c, nil)
		c.next = nil
	}
	for _, e := range touched {
		s.tell(news{c, e, "account.updated", s.statusNews(status, c.methods[0])})
	}
}

// changeEntity sets one entity's status and tells of it.
func (s *Server) changeEntity(c *connection, e *entity, status string) {
	if e.status == status {
		return
	}
	e.status = status
	s.tell(news{c, e, "account.updated", s.statusNews(status, c.methods[0])})
}

// revoke ends a connection's tokens, but for one if given, and counts them.
func (s *Server) revoke(c *connection, but *token) int {
	n := 0
	for _, t := range c.valid() {
		if t != but {
			t.revoked = true
			n++
		}
	}
	return n
}

// statusNews has the method as a string, as Finch's pages say, or as an
// object, as its SDKs say.
func (s *Server) statusNews(status string, m *method) map[string]any {
	if s.post.config.MethodAsObject {
		return map[string]any{"status": status, "authentication_method": map[string]any{
			"type": m.kind, "benefits_support": map[string]any{}, "supported_fields": map[string]any{},
		}}
	}
	return map[string]any{"status": status, "authentication_method": m.kind}
}
