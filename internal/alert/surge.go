package alert

import (
	"strings"
	"time"

	"perch/internal/connect"
)

// Share is of how many employers how many stopped.
type Share struct{ Stopped, Of int }

func (s Share) part() float64 {
	if s.Of <= 0 {
		return 0
	}
	return float64(s.Stopped) / float64(s.Of)
}

// SurgeLimits say when more employers stop somewhere than usual: at least so many
// within a time, a share so many times the usual one and so much above it, where
// enough came by before to know what is usual.
type SurgeLimits struct {
	Employers int
	Times     float64
	Above     float64
	Known     int
	Within    time.Duration
}

// DefaultSurge is five employers in a day, twice the usual share and 20 points
// above it, where at least ten sessions came by before.
func DefaultSurge() SurgeLimits {
	return SurgeLimits{Employers: 5, Times: 2, Above: 0.2, Known: 10, Within: 24 * time.Hour}
}

// rises reports whether a share is risen far above what is usual.
func (l SurgeLimits) rises(lately, usually Share) bool {
	if lately.Stopped < l.Employers || usually.Of < l.Known {
		return false
	}
	return lately.part() >= l.Times*usually.part() && lately.part() >= usually.part()+l.Above
}

// lasts reports whether a risen share is still about as far up: it takes less to
// stay than to rise, or a surge would come and go.
func (l SurgeLimits) lasts(lately, usually Share) bool {
	half := 1 + (l.Times-1)/2
	return lately.Stopped > 0 && lately.part() >= half*usually.part() && lately.part() >= usually.part()+l.Above/2
}

// Rise is how one stage of Finch Connect, or one provider, does lately, that is
// within SurgeLimits.Within, and did before. Sandbox sessions and reconnects do
// not count.
type Rise struct {
	// Stage is set for a stage, else ProviderID for a provider.
	Stage                    connect.Stage
	ProviderID, ProviderName string
	Lately, Usually          Share
	// Children are the drop-offs there that are open, and those that joined Parent,
	// open or over.
	Children []Problem
	// Parent is the last surge of it, open or over; nil if there was none.
	Parent *Problem
}

// SurgeAt is where employers may stop more than usual, by what a surge there would
// share: the class of a stage, or a provider with the class of all stages.
type SurgeAt struct{ Class, ProviderID string }

// SurgesOf are where a drop-off may be part of a surge: at its stage, and at its
// provider, as far as they are known.
func SurgesOf(p Problem) []SurgeAt {
	if p.Key.Kind != DroppedOff || p.Subject.Sandbox || p.Facts.Session.Reconnect {
		return nil
	}
	var at []SurgeAt
	if stage := p.Facts.Session.Stage; stage != "" {
		at = append(at, SurgeAt{Class: classAt(DroppedOff, stage)})
	}
	if id := p.Subject.ProviderID; id != "" {
		at = append(at, SurgeAt{Class: string(DroppedOff), ProviderID: id})
	}
	return at
}

// SurgeClass reports whether what shares a class may be a surge, and at which
// stage; none for a provider.
func SurgeClass(class string) (stage connect.Stage, ok bool) {
	rest, found := strings.CutPrefix(class, string(DroppedOff))
	return connect.Stage(strings.TrimPrefix(rest, "/")), found
}

// surge reports whether an outage is one of employers who stop.
func (p Problem) surge() bool { return p.Key.Kind == Outage && childKind(p.Class) == DroppedOff }

// AdvanceSurge says what happened to a surge, as AdvanceOutage does to an outage.
// It is over when all of its employers went on, when the share is down again, or
// when nobody has joined it for as long as it looks back.
func AdvanceSurge(r Rise, l SurgeLimits, now time.Time) []Step {
	c := Crowd{ProviderID: r.ProviderID, ProviderName: r.ProviderName, Class: classAt(DroppedOff, r.Stage), Children: r.Children, Parent: r.Parent}
	c.Active = r.Lately.Of
	if r.Parent != nil && r.Parent.State == Open {
		return r.goOn(c, *r.Parent, l, now)
	}
	fresh := c.fresh(now.Add(-l.Within))
	if len(connections(fresh)) < l.Employers || !l.rises(r.Lately, r.Usually) {
		return nil
	}
	var last Problem
	if c.Parent != nil {
		last = *c.Parent
	}
	p, what := open(last, c.Parent != nil, r.finding(c, fresh), now)
	p = c.count(p, fresh)
	return c.join([]Step{{p, Event{At: now, What: what}}}, p, fresh, now)
}

// goOn is a surge that is open. Who stops there while it lasts joins it.
func (r Rise) goOn(c Crowd, was Problem, l SurgeLimits, now time.Time) []Step {
	var fresh []Problem
	lasts := l.lasts(r.Lately, r.Usually)
	if lasts {
		fresh = c.fresh(was.latest().Add(-l.Within))
	}
	all := append(c.members(was.ID), fresh...)
	f := r.finding(c, all)
	p, what := was, Happening("")
	if lasts && anyOpen(all) && now.Before(f.LastSeen.Add(l.Within)) {
		f.Opened = earlier(f.Opened, was.Opened)
		p, what = p.seen(f, now)
		p = c.count(p, fresh)
		p.Of = max(p.Of, was.Of)
	} else {
		over := now
		if !anyOpen(all) {
			over = lastEnd(all)
		}
		p = c.count(p, nil)
		p.Of = was.Of
		p, what = p.right(over, now)
		fresh = nil
	}
	var steps []Step
	switch step, changed := follow(was, p, what, now); {
	case changed:
		steps = append(steps, step)
	case len(fresh) > 0: // one who was part of it before: only when it was last seen is new
		p.Version++
		steps = append(steps, Step{p, Event{At: now, What: HasChanged}})
	}
	return c.join(steps, p, fresh, now)
}

// finding is the surge that employers make. Unlike an outage's it is last seen
// when the last of them stopped.
func (r Rise) finding(c Crowd, children []Problem) Finding {
	f := c.finding(children)
	f.Move, f.LastSeen = Ours, time.Time{}
	for _, p := range children {
		f.LastSeen = later(f.LastSeen, p.latest())
	}
	f.Facts.Session.Stage = r.Stage
	f.Facts.Usual = int(100*r.Usually.part() + 0.5)
	return f
}
