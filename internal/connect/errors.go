package connect

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// errorBook counts the errors that an employer saw. What several tellers tell
// within a short while counts as often as the one who told most of it.
type errorBook struct {
	texts  map[string]*errorText
	stages map[Stage]int
	total  int
}

type errorText struct {
	seen ErrorSeen
	// burst is who told of it how often without a pause, most the most of them.
	burst map[Source]int
	most  int
	last  time.Time
}

func newErrorBook() errorBook {
	return errorBook{texts: map[string]*errorText{}, stages: map[Stage]int{}}
}

// see counts an error in a stage.
func (b *errorBook) see(e *Event, stage Stage) {
	t := b.texts[e.Message]
	if t == nil {
		t = &errorText{seen: ErrorSeen{Message: e.Message, First: e.At}, burst: map[Source]int{}}
		b.texts[e.Message] = t
	}
	if t.tells(e) {
		t.seen.Count++
		b.stages[stage]++
		b.total++
	}
	t.seen.Last = e.At
	t.seen.Type = cmp.Or(e.ErrorType, t.seen.Type)
	t.seen.Stage = cmp.Or(stage, t.seen.Stage)
}

// tells reports whether an event is news, not what another told a moment ago.
func (t *errorText) tells(e *Event) bool {
	if e.At.Sub(t.last) > echo {
		clear(t.burst)
		t.most = 0
	}
	t.last = e.At
	t.burst[e.Source]++
	if t.burst[e.Source] <= t.most {
		return false
	}
	t.most++
	return true
}

// list gives each text once, the newest first.
func (b *errorBook) list() []ErrorSeen {
	var list []ErrorSeen
	for _, t := range b.texts {
		list = append(list, t.seen)
	}
	slices.SortFunc(list, func(x, y ErrorSeen) int {
		return cmp.Or(y.Last.Compare(x.Last), strings.Compare(x.Message, y.Message))
	})
	return list
}
