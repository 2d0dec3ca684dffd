package alert

import (
	"cmp"
	"strings"
	"time"
)

// OutageLimits say how many problems of one provider and class make an outage:
// of at least so many connections, at least such a share of the active ones,
// opened within such a time.
type OutageLimits struct {
	Connections int
	Share       float64
	Within      time.Duration
}

// DefaultOutage is five connections and a third of the active ones in half an hour.
func DefaultOutage() OutageLimits {
	return OutageLimits{Connections: 5, Share: 1.0 / 3, Within: 30 * time.Minute}
}

// Crowd is what there is of one class at one provider.
type Crowd struct {
	ProviderID, ProviderName, Class string
	// Active is how many connections of the provider have a token and have not ended.
	Active int
	// Children are the problems of the class that are open, and those that joined
	// Parent, open or over.
	Children []Problem
	// Parent is the last outage of it, open or over; nil if there was none.
	Parent *Problem
}

// newParent is the ParentID of children whose outage is not stored yet.
const newParent = -1

// AdvanceOutage says what happened to the outage of a crowd: it opens, grows,
// shrinks, ends. Its own step comes first, then a step for each child that
// joins; a parent that is not stored yet has ID 0, and its children ParentID -1.
//
// Not every class can be an outage (see the table of kinds): many employers who
// have not set up their account, or connections that ended, have no cause in
// common, and of what Perch cannot see there is one anyway.
func AdvanceOutage(c Crowd, l OutageLimits, now time.Time) []Step {
	if !crowds(c.Class) {
		return nil
	}
	if c.Parent != nil && c.Parent.State == Open {
		return c.goOn(*c.Parent, l, now)
	}
	fresh := c.fresh(now.Add(-l.Within))
	n := len(connections(fresh))
	if n == 0 || n < l.Connections || float64(n)+1e-9 < l.Share*float64(c.Active) {
		return nil
	}
	var last Problem
	if c.Parent != nil {
		last = *c.Parent
	}
	p, what := open(last, c.Parent != nil, c.finding(fresh), now)
	p = c.count(p, fresh)
	return c.join([]Step{{p, Event{At: now, What: what}}}, p, fresh, now)
}

func crowds(class string) bool {
	for _, r := range rules() {
		if r.kind == childKind(class) {
			return r.crowds(class)
		}
	}
	return false
}

// fresh are the open children that opened since a time and belong to no outage
// yet, or to one that was over before.
func (c Crowd) fresh(since time.Time) []Problem {
	var fresh []Problem
	for _, p := range c.Children {
		joined := c.Parent != nil && p.ParentID == c.Parent.ID && p.ParentID != 0
		if joined && (c.Parent.State == Open || !p.latest().After(c.Parent.Over)) {
			continue
		}
		if p.State == Open && !p.latest().Before(since) {
			fresh = append(fresh, p)
		}
	}
	return fresh
}

// goOn is an outage that is open. Problems that open while it lasts join it.
func (c Crowd) goOn(was Problem, l OutageLimits, now time.Time) []Step {
	fresh := c.fresh(was.latest().Add(-l.Within))
	p, what := was, Happening("")
	if all := append(c.members(was.ID), fresh...); anyOpen(all) {
		f := c.finding(all)
		f.Opened = earlier(f.Opened, was.Opened) // it is one outage, though its first children recover
		p, what = p.seen(f, now)
		p = c.count(p, fresh)
	} else {
		p = c.count(p, nil)
		p, what = p.right(lastEnd(all), now)
	}
	var steps []Step
	if step, changed := follow(was, p, what, now); changed {
		steps = append(steps, step)
	}
	return c.join(steps, p, fresh, now)
}

// join appends a step for each child that joins.
func (c Crowd) join(steps []Step, parent Problem, fresh []Problem, now time.Time) []Step {
	for _, p := range fresh {
		p.ParentID = cmp.Or(parent.ID, newParent)
		p.Version++
		steps = append(steps, Step{p, Event{At: now, What: HasJoined, Detail: parent.Key.Part}})
	}
	return steps
}

// members are the children that belong to an outage.
func (c Crowd) members(parentID int64) []Problem {
	var joined []Problem
	for _, p := range c.Children {
		if p.ParentID == parentID && parentID != 0 {
			joined = append(joined, p)
		}
	}
	return joined
}

// finding is the outage that children make.
func (c Crowd) finding(children []Problem) Finding {
	f := Finding{
		Key:   Key{Kind: Outage, Part: strings.Join([]string{c.ProviderID, c.Class}, "/")},
		Class: c.Class, Move: Finchs,
	}
	for _, p := range children {
		if p.State == Open {
			f.Opened, f.LastSeen = earlier(f.Opened, p.Opened), later(f.LastSeen, p.LastSeen)
		}
	}
	return f
}

// count brings an outage's numbers and subject up to date. It counts connections,
// not problems: several entities of one may fail.
func (c Crowd) count(p Problem, fresh []Problem) Problem {
	all := append(c.members(p.ID), fresh...)
	states := connections(all)
	p.Affected, p.Recovered, p.Of = max(p.Affected, len(states)), 0, c.Active
	for _, open := range states {
		if !open {
			p.Recovered++
		}
	}
	p.Recovered += p.Affected - len(states) // those whose problems are no longer kept
	p.Subject = c.subject(all)
	return p
}

// subject is whom an outage is about: the provider, and what all children share.
func (c Crowd) subject(children []Problem) Subject {
	s := Subject{ProviderID: c.ProviderID, ProviderName: c.ProviderName}
	for i, p := range children {
		if i == 0 {
			s.Environment, s.Sandbox, s.Assisted = p.Subject.Environment, p.Subject.Sandbox, p.Subject.Assisted
			continue
		}
		if s.Environment != p.Subject.Environment {
			s.Environment = ""
		}
		s.Sandbox, s.Assisted = s.Sandbox && p.Subject.Sandbox, s.Assisted && p.Subject.Assisted
	}
	return s
}

// connections are those that problems are about, and whether any of each is open;
// before there is a connection it is the employer.
func connections(ps []Problem) map[string]bool {
	states := map[string]bool{}
	for _, p := range ps {
		id := cmp.Or(p.Key.ConnectionID, p.Key.Part)
		states[id] = states[id] || p.State == Open
	}
	return states
}

func anyOpen(ps []Problem) bool {
	for _, p := range ps {
		if p.State == Open {
			return true
		}
	}
	return false
}

// lastEnd is when the last of them was over.
func lastEnd(ps []Problem) time.Time {
	var end time.Time
	for _, p := range ps {
		end = later(end, p.Over)
	}
	return end
}
