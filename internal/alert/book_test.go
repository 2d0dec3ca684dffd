package alert_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"perch/internal/alert"
)

// book keeps problems as a store would, in memory.
type book struct {
	all           []alert.Problem
	happened      []string
	opened, ended int
}

func newBook() *book { return &book{} }

// judge takes in all that is known, and returns the steps.
func (b *book) judge(s alert.Situation) []alert.Step {
	found, _ := alert.Assess(s)
	return b.takeFor(func(k alert.Key) alert.Subject { return alert.SubjectOf(s.Connection, k.EntityID) }, found, s.Now)
}

func (b *book) take(found []alert.Finding, now time.Time) []alert.Step {
	return b.takeFor(func(alert.Key) alert.Subject { return alert.Subject{} }, found, now)
}

func (b *book) takeFor(subject func(alert.Key) alert.Subject, found []alert.Finding, now time.Time) []alert.Step {
	steps := alert.Advance(b.past(), found, subject, now)
	for _, s := range steps {
		if s.Problem.Version == 0 || !s.Event.At.Equal(now) || s.Event.Who != "" {
			panic(fmt.Sprintf("a step of Perch's is %+v", s))
		}
	}
	b.keep(steps)
	return steps
}

// past is what a store hands to Advance: what is open, and the last of each key.
func (b *book) past() []alert.Problem {
	over := map[alert.Key]bool{}
	var past []alert.Problem
	for _, p := range slices.Backward(b.all) {
		if p.State == alert.Open || !over[p.Key] {
			past = append(past, p)
		}
		over[p.Key] = over[p.Key] || p.State != alert.Open
	}
	return past
}

// keep stores steps, in order. A child's parent that was not stored yet is the
// one stored last.
func (b *book) keep(steps []alert.Step) {
	for _, s := range steps {
		p := s.Problem
		if p.ParentID < 0 {
			p.ParentID = int64(len(b.all))
		}
		if p.ID == 0 {
			p.ID = int64(len(b.all) + 1)
			b.all = append(b.all, p)
		} else {
			b.all[p.ID-1] = p
		}
		b.happened = append(b.happened, said(s))
		switch s.Event.What {
		case alert.HasOpened, alert.HasReopened, alert.HasFlapped:
			b.opened++
		case alert.HasResolved, alert.HasClosed:
			b.ended++
		}
	}
}

// act does what somebody does to the last problem.
func (b *book) act(t *testing.T, act func(alert.Problem) (alert.Step, error)) {
	t.Helper()
	step, err := act(b.last())
	if err != nil {
		t.Fatal(err)
	}
	b.keep([]alert.Step{step})
}

func (b *book) last() alert.Problem { return b.all[len(b.all)-1] }

func (b *book) open() []alert.Problem {
	return slices.DeleteFunc(slices.Clone(b.all), func(p alert.Problem) bool { return p.State != alert.Open })
}

// said is a step in words: "opened reauth e1/".
func said(s alert.Step) string {
	k := s.Problem.Key
	line := fmt.Sprintf("%s %s", s.Event.What, k.Kind)
	if k.EntityID != "" || k.Part != "" {
		line += " " + k.EntityID + "/" + k.Part
	}
	return line
}

func (b *book) expect(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(b.happened, want) {
		t.Fatalf("happened %q\nwant     %q", b.happened, want)
	}
}

// reset forgets what happened so far.
func (b *book) reset() { b.happened = nil }
