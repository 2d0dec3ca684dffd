package alert

import (
	"cmp"
	"slices"
	"time"

	"perch/internal/finch"
)

// part is something of a connection that has a status of its own: the whole, an
// entity or an authentication method.
type part struct {
	entity, method string
	report         finch.StatusReport
}

// key is the part's problem of a kind.
func (p part) key(k Kind, c finch.Connection) Key {
	return Key{k, c.ID, entityOf(c, p.entity), p.method}
}

// whole reports whether the whole connection is meant.
func (k Key) whole() bool { return k.EntityID == "" && k.Part == "" }

// partsIn are the parts of a connection that have a status, each trouble once:
// the whole where no entity is otherwise, else the entities, else the methods. A
// connection with one entity is that entity.
func partsIn(c finch.Connection, status finch.Status) []part {
	living := entities(c)
	var hit, methods []part
	for _, e := range living {
		if e.Status.Known() == status {
			hit = append(hit, part{entity: e.ID, report: finch.StatusReport{Status: e.Status}})
		}
	}
	for _, m := range c.Methods {
		if m.Report.Status.Known() == status {
			methods = append(methods, part{method: m.Type, report: m.Report})
		}
	}
	whole := c.Report.Status.Known() == status
	switch {
	case whole && (len(hit) == 0 || len(hit) == len(living)):
		return []part{{report: c.Report}}
	case len(hit) > 0:
		return hit
	default:
		return methods
	}
}

// since is when a part came to have its status, as well as that is known. Not
// the time of the last look, which would change with every look.
func (s Situation) since(p part) time.Time {
	var at time.Time
	for _, c := range s.Changes {
		mine := c.EntityID == p.entity && (p.entity != "" || c.Method == p.method)
		if mine && c.To.Known() == p.report.Status.Known() {
			at = later(at, c.At)
		}
	}
	at = earlier(at, s.toldOfOnlyMethod(p))
	c := s.Connection
	return cmp.Or(at, c.StatusSince, c.FirstSeen, c.Learned, s.Now)
}

// toldOfOnlyMethod is when a webhook named the status of a whole connection by its
// only method, which a look then saw of both; zero if none did.
func (s Situation) toldOfOnlyMethod(p part) time.Time {
	methods := s.Connection.Methods
	if p.entity != "" || p.method != "" || len(methods) != 1 {
		return time.Time{}
	}
	var last finch.Change
	for _, c := range s.Changes {
		if c.EntityID == "" && c.Method == methods[0].Type && c.At.After(last.At) {
			last = c
		}
	}
	if last.Source != finch.FromWebhook || last.To.Known() != p.report.Status.Known() {
		return time.Time{}
	}
	return last.At
}

// statusRule is a kind of problem that Finch tells by a status, by jobs that
// ended for that reason, or both.
type statusRule struct {
	kind   Kind
	status finch.Status
	job    finch.JobStatus // empty where no job tells of it
	move   Move
}

func (r statusRule) judge(s Situation) []Finding {
	jobs := r.unsettled(s)
	parts := partsIn(s.Connection, r.status)
	if len(parts) == 0 && len(jobs) > 0 {
		return []Finding{r.alone(s, jobs)}
	}
	var found []Finding
	for _, p := range parts {
		found = append(found, r.told(s, p, jobs))
	}
	return found
}

// told is a problem that a status tells of. Jobs that failed for the same reason
// belong to it.
func (r statusRule) told(s Situation, p part, jobs []finch.KnownJob) Finding {
	c := s.Connection
	f := Finding{
		Key: p.key(r.kind, c), Class: string(r.kind), Move: r.move, Opened: s.since(p),
		Facts: Facts{Status: r.status, Message: p.report.Message, LastGood: cmp.Or(p.report.LastSync.At, c.LastSync())},
	}
	f.LastSeen = later(c.Learned, f.Opened)
	var mine []finch.KnownJob
	for _, j := range jobs {
		if entity := entityOf(c, j.EntityID); entity == "" || f.Key.EntityID == "" || entity == f.Key.EntityID {
			mine = append(mine, j)
		}
	}
	f.join(mine)
	return f
}

// alone is a problem that only jobs tell of: the status has not been seen to
// follow, and may never be.
func (r statusRule) alone(s Situation, jobs []finch.KnownJob) Finding {
	f := Finding{
		Key: Key{Kind: r.kind, ConnectionID: s.Connection.ID}, Class: string(r.kind), Move: r.move,
		Opened: endOf(jobs[len(jobs)-1]), Facts: Facts{LastGood: s.lastGood()},
	}
	f.join(jobs)
	return f
}

// join adds jobs, newest first, to a finding.
func (f *Finding) join(jobs []finch.KnownJob) {
	if len(jobs) == 0 {
		return
	}
	f.Jobs, f.Facts.Job = idsOf(jobs), jobs[0]
	f.Opened = earlier(f.Opened, endOf(jobs[len(jobs)-1]))
	f.LastSeen = later(f.LastSeen, endOf(jobs[0]))
}

// unsettled are the jobs that failed for the rule's reason, newest first, and
// that nothing has made good since: neither did a later one of their track
// complete, nor was the status seen to become connected.
func (r statusRule) unsettled(s Situation) []finch.KnownJob {
	if r.job == "" {
		return nil
	}
	var jobs []finch.KnownJob
	for _, row := range rows(s) {
		for _, j := range row.ending(r.job) {
			if !s.connectedSince(row.entity).After(endOf(j)) {
				jobs = append(jobs, j)
			}
		}
	}
	return newestFirst(jobs)
}

// connectedSince is when the connection as a whole, or the entity, was last seen
// to become connected; zero if it is not connected as a whole. Where no entity is
// named, as with most jobs, any part that came back counts.
func (s Situation) connectedSince(entity string) time.Time {
	c := s.Connection
	if c.Overall() != finch.Connected {
		return time.Time{}
	}
	var at time.Time
	if c.Worst() == finch.Connected {
		at = c.StatusSince
	}
	for _, change := range s.Changes {
		mine := entity == "" || change.EntityID == entity || change.EntityID == "" && change.Method == ""
		if mine && change.To.Known() == finch.Connected {
			at = later(at, change.At)
		}
	}
	return at
}

// byStatus reports whether a kind is told by statuses, so that the whole may stand
// for its parts.
func (k Kind) byStatus() bool { return slices.Contains([]Kind{Reauth, Permissions, NotSetUp}, k) }
