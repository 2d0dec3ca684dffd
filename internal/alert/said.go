package alert

import (
	"slices"
	"time"

	"perch/internal/finch"
)

// believeAfter is how long a webhook's word waits for a look. Webhooks come late
// and in any order, so the look is the truth and mostly there within a second; but
// where hundreds of connections break at once, Finch's limits put the last looks
// off for hours, and where Finch does not answer there are none.
const believeAfter = 10 * time.Second

// believe takes statuses that webhooks told, and that no look has answered in
// time, for what is. next is when more of them count, zero for never.
func (s Situation) believe() (believed Situation, next time.Time) {
	c := &s.Connection
	c.Methods, c.Entities = slices.Clone(c.Methods), slices.Clone(c.Entities)
	for _, said := range slices.SortedStableFunc(slices.Values(s.Said), func(a, b finch.Change) int { return a.At.Compare(b.At) }) {
		if !said.At.After(c.Learned) {
			continue
		}
		if at := said.At.Add(believeAfter); s.Now.Before(at) {
			next = earlier(next, at)
			continue
		}
		put(c, said)
		s.Changes = append(slices.Clip(s.Changes), said)
	}
	return s, next
}

// put has a part of a connection be as a webhook says. Webhooks name a method
// where the whole is meant too: so it is where there is no other.
func put(c *finch.Connection, said finch.Change) {
	status := said.To.Known()
	for i := range c.Entities {
		if e := &c.Entities[i]; e.ID == said.EntityID {
			e.Status = status
		}
	}
	if said.EntityID != "" {
		return
	}
	for i := range c.Methods {
		if m := &c.Methods[i]; m.Type == said.Method {
			m.Report.Status, m.Report.Message = status, ""
		}
	}
	only := !slices.ContainsFunc(c.Methods, func(m finch.Method) bool { return m.Type != said.Method })
	if (said.Method == "" || only) && status != finch.Disconnected {
		c.Report.Status, c.Report.Message = status, ""
		c.StatusSince = said.At
	}
}
