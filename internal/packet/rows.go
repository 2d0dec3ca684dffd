package packet

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// How many of each are listed.
const (
	maxSteps    = 20
	maxJobs     = 5 // before the event, and after it
	maxEntities = 20
	maxRequests = 10
	maxMethods  = 5
	maxStages   = 20
	maxErrors   = 10
	maxTried    = 25
	maxResults  = 10
)

// around is how far from the event the status history is told.
const around = 7 * 24 * time.Hour

// rows collects those that say something.
type rows []row

func (r *rows) add(name, value string) {
	if value != "" {
		*r = append(*r, row{name: name, value: value})
	}
}

func (r *rows) at(name string, t time.Time) {
	if !t.IsZero() {
		r.add(name, clock(t))
	}
}

// rest says how many were left out.
func (r *rows) rest(name string, all, shown int) {
	if more := all - shown; more > 0 {
		r.add(name, fmt.Sprintf("and %d more", more))
	}
}

// kinds are what a packet can be about.
var kinds = []string{"job", "problem", "connection", "session"}

func (f Facts) kind() string {
	if slices.Contains(kinds, f.Kind) {
		return f.Kind
	}
	return "event"
}

func (f Facts) shownID() string {
	return cmp.Or(ident(f.ID), "(no id)")
}

func (f Facts) event() time.Time {
	if f.At.IsZero() {
		return f.Now
	}
	return f.At
}

func (f Facts) ids() []row {
	var r rows
	r.add("job", ident(f.JobID))
	r.add("session", ident(f.SessionID))
	r.add("connection", ident(f.ConnectionID))
	r.add("company", ident(f.CompanyID))
	r.add("customer", ident(f.CustomerID))
	shown := firstOf(f.EntityIDs, maxEntities)
	for _, id := range shown {
		r.add("entity", ident(id))
	}
	r.rest("entity", len(f.EntityIDs), len(shown))
	return r
}

func (f Facts) provider() []row {
	var r rows
	id, name := token(f.ProviderID), token(f.ProviderName)
	if name != "" && id != "" && name != id {
		name += " (" + id + ")"
	}
	r.add("provider", cmp.Or(name, id))
	if f.ConnectionID != "" {
		r.add("integration", map[bool]string{true: "assisted", false: "automated"}[f.Assisted])
	}
	var methods []string
	for _, m := range firstOf(f.Methods, maxMethods) {
		methods = append(methods, token(m))
	}
	r.add("authentication", strings.Join(methods, ", "))
	r.rest("authentication", len(f.Methods), len(methods))
	r.add("environment", token(f.Environment))
	if f.Sandbox {
		r.add("sandbox", "yes")
	}
	return r
}

func (f Facts) status() []row {
	var r rows
	r.add("job type", token(f.JobType))
	r.add("status", token(f.Status))
	r.add("session", token(f.Outcome))
	for _, c := range firstOf(f.Results, maxResults) {
		code := "no code"
		if c.Code != 0 {
			code = fmt.Sprintf("code %d", c.Code)
		}
		r.add("result", fmt.Sprintf("%s: %d people", code, c.Count))
	}
	r.rest("result", len(f.Results), min(len(f.Results), maxResults))
	if said := words(f.Message); said != "" {
		r = append(r, row{name: "message", quoted: said})
	}
	return r
}

func (f Facts) times() []row {
	var r rows
	r.at("created", f.Created)
	r.at("scheduled", f.Scheduled)
	r.at("started", f.Started)
	r.at("completed", f.Completed)
	r.at("opened", f.Opened)
	r.at("closed", f.Closed)
	r.at("link expires", f.Expires)
	r.at("last successful sync", f.LastSync)
	r.at("first seen by Perch", f.FirstSeen)
	return r
}

func (f Facts) problem() []row {
	p := f.Problem
	if p == nil {
		return nil
	}
	var r rows
	r.add("kind", token(p.Kind))
	r.add("state", token(p.State))
	r.add("whose move", token(p.Move))
	if p.Count > 0 {
		r.add("times", fmt.Sprint(p.Count))
	}
	if p.Of > 0 {
		r.add("affected", fmt.Sprintf("%d of %d connections", p.Affected, p.Of))
	}
	r.at("opened (UTC)", p.Opened)
	r.at("over (UTC)", p.Over)
	return r
}

// requests are the newest first.
func (f Facts) requests() []row {
	var r rows
	ids := slices.Clone(f.Requests)
	slices.Reverse(ids)
	for _, id := range firstOf(ids, maxRequests) {
		r.add("request", ident(id))
	}
	r.rest("request", len(ids), min(len(ids), maxRequests))
	return r
}

// stages are in their own order.
func (f Facts) stages() []row {
	var r rows
	shown := firstOf(f.Stages, maxStages)
	for _, s := range shown {
		r.add(strconv.Itoa(len(r)+1), cmp.Or(token(s.Name), "(no name)")+": "+s.said())
	}
	r.rest("", len(f.Stages), len(shown))
	return r
}

// said: "2026-11-28 07:14:03 to 2026-11-28 07:20:41, visits 3, left 2, here last".
func (s Stage) said() string {
	if s.Visits == 0 && !s.Here {
		return "not reached"
	}
	said := fmt.Sprintf("visits %d", s.Visits)
	if !s.First.IsZero() && !s.Last.IsZero() {
		said = fmt.Sprintf("%s to %s, ", clock(s.First), clock(s.Last)) + said
	}
	if s.Exits > 0 {
		said += fmt.Sprintf(", left %d", s.Exits)
	}
	if s.Errors > 0 {
		said += fmt.Sprintf(", errors %d", s.Errors)
	}
	if s.Here {
		said += ", here last"
	}
	return said
}

func (f Facts) errors() []row {
	var r rows
	shown := firstOf(f.Errors, maxErrors)
	for _, e := range shown {
		said := []string{fmt.Sprintf("%d times", max(e.Count, 1))}
		if e.Count <= 1 {
			said[0] = "once"
		}
		if stage := token(e.Stage); stage != "" {
			said = append(said, "at "+stage)
		}
		if kind := token(e.Type); kind != "" {
			said = append(said, kind)
		}
		if !e.First.IsZero() && e.Count > 1 {
			said = append(said, "first "+clock(e.First))
		}
		r = append(r, row{name: clock(e.Last), value: strings.Join(said, ", "), quoted: cmp.Or(words(e.Message), "(no words)")})
	}
	r.rest("", len(f.Errors), len(shown))
	return r
}

// history are the steps nearest to the event, oldest first.
func (f Facts) history() []row {
	at := f.event()
	near := slices.DeleteFunc(slices.Clone(f.Steps), func(s Step) bool { return s.At.Sub(at).Abs() > around })
	all := len(near)
	slices.SortStableFunc(near, func(a, b Step) int { return cmp.Compare(a.At.Sub(at).Abs(), b.At.Sub(at).Abs()) })
	near = firstOf(near, maxSteps)
	slices.SortStableFunc(near, func(a, b Step) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.EntityID, b.EntityID), cmp.Compare(a.Method, b.Method))
	})
	var r rows
	for _, s := range near {
		r.add(clock(s.At), s.said())
	}
	r.rest("", all, len(near))
	return r
}

// said: "connection: connected -> reauth (webhook)".
func (s Step) said() string {
	what := "connection"
	switch {
	case s.EntityID != "":
		what = "entity " + ident(s.EntityID)
	case s.Method != "":
		what = "access by " + token(s.Method)
	}
	said := fmt.Sprintf("%s: %s -> %s", what, cmp.Or(token(s.From), "(unknown)"), cmp.Or(token(s.To), "(unknown)"))
	if source := token(s.Source); source != "" {
		said += " (" + source + ")"
	}
	return said
}

// jobs are those before the event and after it, oldest first.
func (f Facts) jobs() []row {
	var r rows
	before, after := byTime(f.Before), byTime(f.After)
	list := func(name string, shown []Job, all int) {
		for _, j := range shown {
			r.add(name, j.said())
		}
		r.rest(name, all, len(shown))
	}
	list("before", before[max(0, len(before)-maxJobs):], len(before))
	list("after", firstOf(after, maxJobs), len(after))
	return r
}

// byTime are the same jobs, oldest first.
func byTime(jobs []Job) []Job {
	return slices.SortedStableFunc(slices.Values(jobs), func(a, b Job) int { return a.At.Compare(b.At) })
}

func (j Job) said() string {
	said := fmt.Sprintf("%s  %s  %s", clock(j.At), cmp.Or(ident(j.ID), "(no id)"), token(j.Status))
	if !j.Started.IsZero() && j.Ended.After(j.Started) {
		said += fmt.Sprintf(" after %s", j.Ended.Sub(j.Started).Round(time.Second))
	}
	return said
}

// tried are the newest, oldest first.
func (f Facts) tried() []row {
	all := slices.Clone(f.Tried)
	slices.SortStableFunc(all, func(a, b Tried) int { return a.At.Compare(b.At) })
	var r rows
	if more := len(all) - maxTried; more > 0 {
		r.add("", fmt.Sprintf("%d earlier ones are left out", more))
		all = all[more:]
	}
	for _, t := range all {
		said := token(t.What)
		if detail := token(t.Detail); detail != "" {
			said += " " + detail
		}
		r.add(clock(t.At), said)
	}
	return r
}

func firstOf[T any](list []T, n int) []T { return list[:min(n, len(list))] }
