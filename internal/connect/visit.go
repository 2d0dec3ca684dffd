package connect

import (
	"slices"
	"time"
)

// visit is one stay in a stage.
type visit struct {
	stage      Stage
	start, end time.Time
}

// in reports whether the employer is in a stage now.
func (w *walk) in(s Stage) bool { return w.here && w.last == s }

// enter begins a visit, unless they are there already.
func (w *walk) enter(e *Event) {
	if w.in(e.Stage) {
		return
	}
	w.leave(e.At)
	final := e.Stage.final()
	if !final || w.last != e.Stage {
		w.trail = append(w.trail, visit{stage: e.Stage, start: e.At})
		w.last, w.here = e.Stage, true
	}
	if final && (e.Type == StageEntered || e.Type == StageExited) {
		w.succeed(e)
	}
}

// final reports whether who enters a stage is through: it is the one of success, or
// one of an assisted set-up, for which there is a token.
func (s Stage) final() bool { return s == Success || s.Assisted() }

func (w *walk) leave(at time.Time) {
	if w.here {
		w.trail[len(w.trail)-1].end = at
	}
	w.here = false
}

// stageProgress counts the visits of each stage. It is empty where nobody told of
// stages.
func (w *walk) stageProgress(p Progress, now time.Time) []StageProgress {
	if !w.staged {
		return nil
	}
	stages := make([]StageProgress, len(w.places))
	at := make(map[Stage]int, len(stages))
	for i, s := range w.places {
		stages[i] = StageProgress{Stage: s, Errors: w.errors.stages[s], Here: s == p.Stage && p.Outcome != Connected}
		at[s] = i
	}
	for i := range w.trail {
		if to, ok := at[w.trail[i].stage]; ok {
			stages[to].count(&w.trail[i], until(w.trail[i].start, p, now), p.Last)
			stages[to].Exits += w.exits(i, at)
		}
	}
	return finish(stages, p)
}

// count adds a visit; goesOn is how long it lasts if nothing ended it.
func (s *StageProgress) count(v *visit, goesOn time.Duration, seen time.Time) {
	if s.Visits == 0 {
		s.First = v.start
	}
	s.Visits++
	s.Last = v.end
	if v.end.IsZero() {
		s.Last = seen
		s.Spent += goesOn
		s.Current = goesOn
		return
	}
	s.Spent += v.end.Sub(v.start)
}

// exits is 1 for a visit that ended without going on: no later stage was entered
// next, and no success came before the next entry.
func (w *walk) exits(i int, at map[Stage]int) int {
	v := &w.trail[i]
	if v.end.IsZero() || v.stage == Success {
		return 0
	}
	last := i == len(w.trail)-1
	if !last && w.later(w.trail[i+1].stage, v.stage, at) {
		return 0
	}
	next, _ := slices.BinarySearchFunc(w.successes, v.end, time.Time.Compare)
	if next < len(w.successes) && (last || !w.successes[next].After(w.trail[i+1].start)) {
		return 0
	}
	return 1
}

// later reports whether one stage comes after another; an assisted set-up comes
// after all.
func (w *walk) later(next, stage Stage, at map[Stage]int) bool {
	return next.Assisted() || at[next] > at[stage]
}

// finish says which stages are behind the employer: those before the furthest
// known one that was entered, or all if they are through.
func finish(stages []StageProgress, p Progress) []StageProgress {
	furthest := -1
	for i := range stages {
		if stages[i].Stage.Known() && stages[i].Reached() {
			furthest = i
		}
	}
	for i := range stages {
		s := &stages[i]
		s.Done = i < furthest || p.Outcome == Connected
		if s.Stage == Success && p.Outcome == Connected && !s.Reached() {
			s.Visits, s.First, s.Last = 1, p.Over, p.Over
		}
	}
	return stages
}
