package alert_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"perch/internal/alert"
)

// gusto is a provider of which connections fail.
type gusto struct {
	*book
	class  string
	active int
}

func newGusto(active int) *gusto {
	return &gusto{book: newBook(), class: "job_failed/data_sync_all", active: active}
}

// fails opens a problem of a connection, or several.
func (g *gusto) fails(at string, connections ...string) *gusto {
	for _, c := range connections {
		key := alert.Key{Kind: alert.JobFailed, ConnectionID: c, Part: "data_sync_all"}
		finding := alert.Finding{Key: key, Class: g.class, Opened: on(at).Add(-time.Minute), LastSeen: on(at), Count: 1, Jobs: []string{"job of " + c + " " + at}}
		g.keep(alert.Advance(g.of(c), []alert.Finding{finding}, func(alert.Key) alert.Subject { return alert.Subject{ProviderID: "gusto", Environment: "production"} }, on(at)))
	}
	return g
}

func (g *gusto) recovers(at string, connections ...string) *gusto {
	for _, c := range connections {
		g.keep(alert.Advance(g.of(c), nil, nil, on(at)))
	}
	return g
}

func (g *gusto) of(connection string) []alert.Problem {
	return slices.DeleteFunc(g.past(), func(p alert.Problem) bool { return p.Key.ConnectionID != connection })
}

// looks has the outage judged and returns the steps.
func (g *gusto) looks(at string) []alert.Step {
	c := alert.Crowd{ProviderID: "gusto", ProviderName: "Gusto", Class: g.class, Active: g.active}
	for _, p := range g.all {
		if p.Key.Kind == alert.Outage {
			c.Parent = &p
		}
	}
	for _, p := range g.all {
		if p.Key.Kind != alert.Outage && (p.State == alert.Open || c.Parent != nil && p.ParentID == c.Parent.ID) {
			c.Children = append(c.Children, p)
		}
	}
	steps := alert.AdvanceOutage(c, alert.DefaultOutage(), on(at))
	g.keep(steps)
	return steps
}

func (g *gusto) parent() alert.Problem {
	for _, p := range slices.Backward(g.all) {
		if p.Key.Kind == alert.Outage {
			return p
		}
	}
	return alert.Problem{}
}

// steps says what happened to the outage and to how many children.
func steps(all []alert.Step) string {
	var said []string
	joined := 0
	for _, s := range all {
		if s.Event.What == alert.HasJoined {
			joined++
		} else {
			said = append(said, string(s.Event.What))
		}
	}
	if joined > 0 {
		said = append(said, fmt.Sprintf("%d joined", joined))
	}
	return strings.Join(said, ", ")
}

func TestWhatMakesAnOutage(t *testing.T) {
	t.Parallel()
	five := []string{"c1", "c2", "c3", "c4", "c5"}
	tests := []struct {
		name string
		g    *gusto
		now  string
		want string
	}{
		{"four connections", newGusto(5).fails("Mon 07:00", five[:4]...), "Mon 07:00", ""},
		{"five connections", newGusto(5).fails("Mon 07:00", five...), "Mon 07:00", "opened, 5 joined"},
		{"a third of the active ones", newGusto(15).fails("Mon 07:00", five...), "Mon 07:00", "opened, 5 joined"},
		{"less than a third", newGusto(16).fails("Mon 07:00", five...), "Mon 07:00", ""},
		{"within half an hour", newGusto(5).fails("Mon 07:00", "c1").fails("Mon 07:30", five[1:]...), "Mon 07:30", "opened, 5 joined"},
		{"a second longer", newGusto(5).fails("Mon 07:00", "c1").fails("Mon 07:30:01", five[1:]...), "Mon 07:30:01", ""},
		{"what failed before stays outside", newGusto(5).fails("Mon 05:00", "c0").fails("Mon 07:00", five...), "Mon 07:00", "opened, 5 joined"},
		{"some have recovered already", newGusto(5).fails("Mon 07:00", five...).recovers("Mon 07:01", "c1"), "Mon 07:02", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := steps(tt.g.looks(tt.now)); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestWhichClassesMakeNoOutage(t *testing.T) {
	t.Parallel()
	for class, want := range map[string]bool{
		"job_failed/data_sync_all": true, "stuck/data_sync_all": true, "reauth": true, "permissions": true, "stale": true,
		"stuck": false, "not_set_up": false, "disconnected": false, "blind": false, "outage": false, "": false,
	} {
		g := newGusto(5)
		g.class = class
		g.fails("Mon 07:00", "c1", "c2", "c3", "c4", "c5")
		if got := len(g.looks("Mon 07:00")) > 0; got != want {
			t.Errorf("class %q: %t, want %t", class, got, want)
		}
	}
}

func TestTheLifeOfAnOutage(t *testing.T) {
	t.Parallel()
	g := newGusto(12).fails("Mon 07:00", "c1", "c2", "c3", "c4", "c5")
	opened := g.looks("Mon 07:00")
	if opened[0].Problem.Key.Kind != alert.Outage || opened[0].Problem.ID != 0 || opened[1].Problem.ParentID != -1 {
		t.Fatalf("first steps are %+v and %+v", opened[0], opened[1])
	}
	want := alert.Key{Kind: alert.Outage, Part: "gusto/job_failed/data_sync_all"}
	p := g.parent()
	if p.Key != want || p.Affected != 5 || p.Recovered != 0 || p.Of != 12 || p.Move != alert.Finchs || p.Subject.ProviderName != "Gusto" || p.Subject.Environment != "production" {
		t.Fatalf("the outage is %+v", p)
	}
	if !p.Opened.Equal(on("Mon 06:59")) || !p.Noted.Equal(on("Mon 07:00")) {
		t.Errorf("opened %v, noted %v", p.Opened, p.Noted)
	}

	life := []struct {
		at, want            string
		fails, recovers     []string
		affected, recovered int
	}{
		{"Mon 07:01", "", nil, nil, 5, 0},
		{"Mon 09:00", "changed, 2 joined", []string{"c6", "c7"}, nil, 7, 0},
		{"Mon 10:00", "changed", nil, []string{"c1", "c2", "c3"}, 7, 3},
		{"Mon 10:10", "changed, 1 joined", []string{"c1"}, nil, 7, 2},
		{"Mon 11:00", "resolved", nil, []string{"c1", "c4", "c5", "c6", "c7"}, 7, 7},
		{"Mon 11:30", "", []string{"c8"}, nil, 7, 7},
		{"Mon 12:00", "reopened, 5 joined", []string{"c2", "c3", "c4", "c9"}, nil, 9, 4},
		{"Mon 12:30", "resolved", nil, []string{"c2", "c3", "c4", "c8", "c9"}, 9, 9},
	}
	for _, l := range life {
		g.fails(l.at, l.fails...).recovers(l.at, l.recovers...)
		if got := steps(g.looks(l.at)); got != l.want {
			t.Fatalf("%s: %q, want %q", l.at, got, l.want)
		}
		if p := g.parent(); p.Affected != l.affected || p.Recovered != l.recovered {
			t.Fatalf("%s: %d affected, %d recovered, want %d and %d", l.at, p.Affected, p.Recovered, l.affected, l.recovered)
		}
		if again := steps(g.looks(l.at)); again != "" {
			t.Fatalf("%s: once more: %q", l.at, again)
		}
	}
	if p := g.parent(); p.ID != 6 || !p.Over.Equal(on("Mon 12:30")) {
		t.Errorf("the outage is %+v", p)
	}
}

func TestAnotherOutageMuchLater(t *testing.T) {
	t.Parallel()
	five := []string{"c1", "c2", "c3", "c4", "c5"}
	g := newGusto(5).fails("Mon 07:00", five...)
	g.looks("Mon 07:00")
	g.recovers("Mon 08:00", five...).looks("Mon 08:00")
	if got := steps(g.fails("Tue 09:00", five...).looks("Tue 09:00")); got != "opened, 5 joined" || g.parent().ID == 6 {
		t.Errorf("%q, outage %d", got, g.parent().ID)
	}
}

func TestAClosedOutageTakesNobodyIn(t *testing.T) {
	t.Parallel()
	g := newGusto(5).fails("Mon 07:00", "c1", "c2", "c3", "c4", "c5")
	g.looks("Mon 07:00")
	g.act(t, func(alert.Problem) (alert.Step, error) { return g.parent().Close("U1", on("Mon 07:10")) })
	if got := steps(g.fails("Mon 07:20", "c6").looks("Mon 07:20")); got != "" {
		t.Errorf("after its closing: %q", got)
	}
	if p := g.last(); p.Key.ConnectionID == "c6" && p.ParentID != 0 {
		t.Errorf("c6 joined outage %d", p.ParentID)
	}
	if got := steps(g.fails("Mon 07:30", "c7", "c8", "c9", "c10").looks("Mon 07:30")); got != "reopened, 5 joined" {
		t.Errorf("after another crowd: %q", got)
	}
}

func TestAnOutageSleepsAndWakes(t *testing.T) {
	t.Parallel()
	g := newGusto(5).fails("Mon 07:00", "c1", "c2", "c3", "c4", "c5")
	g.looks("Mon 07:00")
	g.act(t, func(alert.Problem) (alert.Step, error) {
		return g.parent().Snooze("U1", on("Mon 09:00"), on("Mon 07:10"))
	})
	if at := g.parent().WakeAt(); !at.Equal(on("Mon 09:00")) {
		t.Errorf("it wakes at %v", at)
	}
	if got := steps(g.looks("Mon 08:59:59")); got != "" {
		t.Errorf("a second before: %q", got)
	}
	if got := steps(g.looks("Mon 09:00")); got != "woken" || g.parent().SnoozedBy != "" {
		t.Errorf("then: %q, snoozed by %q", got, g.parent().SnoozedBy)
	}
}
