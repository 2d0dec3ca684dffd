package connect

import "time"

// echo is how long after one teller another may tell of the same thing: the
// application and the browser often tell both.
const echo = 10 * time.Second

// opening is the last one of Finch Connect, as it was told.
type opening struct {
	at   time.Time
	by   Source
	said bool // by an opened, not only by what followed
}

// walk goes through a session's events in order, and keeps what it saw.
type walk struct {
	dropOff time.Duration
	// entered are the stages of whose entry somebody told. Where nobody did, a
	// leaving or an error that names the stage stands for it.
	entered map[Stage]bool
	places  []Stage
	// staged: somebody told of a stage of the session.
	staged bool

	trail []visit // of stages, in order
	here  bool    // the last of the trail goes on
	last  Stage   // where the employer is, or was last

	open     bool
	openedAt time.Time
	opening  opening
	visits   int
	spent    time.Duration // of the openings that ended

	opened, seen, closedAt time.Time // signs of the employer
	shut                   bool      // Finch Connect could not open, and nothing came of it since
	through, claimed       time.Time // success as a server tells, as a browser claims
	successes              []time.Time
	expired                time.Time
	status                 string
	errors                 errorBook
}

func newWalk(events []Event, dropOff time.Duration) *walk {
	w := &walk{dropOff: dropOff, entered: map[Stage]bool{}, errors: newErrorBook()}
	for i := range events {
		e := &events[i]
		if e.Type == StageEntered {
			w.entered[e.Stage] = true
		}
		if e.Stage != "" && !e.Stage.Assisted() {
			w.staged = true
		}
	}
	if w.staged {
		w.places = place(events)
	}
	return w
}

// step takes in the next event.
func (w *walk) step(e *Event) {
	switch e.Type {
	case TokenExchanged:
		w.succeed(e)
		return
	case StatusChanged:
		w.status = e.Message
		if e.Message == "connected" {
			w.succeed(e)
		}
		return
	case Expired:
		if w.expired.IsZero() {
			w.expired = e.At
		}
		return
	case Opened, StageEntered, StageExited, Failed, Closed, Succeeded:
		w.sign(e)
	}
}

// sign takes in what shows the employer.
func (w *walk) sign(e *Event) {
	echoed := e.Type == Opened && w.open && w.echoes(e)
	if !echoed {
		w.comeIn(e)
	}
	if !echoed && e.Type != Closed && e.Type != StageExited {
		w.shut = false
	}
	if w.opened.IsZero() {
		w.opened = e.At
	}
	w.seen = e.At
	if e.Stage != "" && e.Type != Succeeded && !w.entered[e.Stage] {
		w.enter(e)
		if !w.open {
			w.leave(e.At)
		}
	}
	w.act(e)
}

func (w *walk) act(e *Event) {
	switch e.Type {
	case StageEntered:
		w.enter(e)
	case StageExited:
		if w.in(e.Stage) {
			w.leave(e.At)
		}
	case Failed:
		w.fail(e)
	case Closed:
		w.close(e)
	case Succeeded:
		w.succeed(e)
	}
}

// comeIn notes that Finch Connect is open, again if it was closed.
func (w *walk) comeIn(e *Event) {
	switch {
	case w.open && e.Type == Opened:
		w.openAgain(e)
	case w.opened.IsZero(), !w.open && w.returns(e):
		w.begin(e)
	}
}

// returns reports whether an event shows that they came back. What ends something
// does not, nor does an error that was told a moment late.
func (w *walk) returns(e *Event) bool {
	switch e.Type {
	case Closed, StageExited, Succeeded:
		return false
	case Failed:
		return w.closedAt.IsZero() || e.At.Sub(w.closedAt) > echo
	}
	return true
}

// openAgain notes an opening where nobody told of closing. After a long silence it
// means that they had left unseen, when they were seen last.
func (w *walk) openAgain(e *Event) {
	if e.At.Sub(w.seen) >= w.dropOff {
		w.leave(w.seen)
		w.shutDown(w.seen)
		w.begin(e)
		return
	}
	w.visits++
	w.opening = opening{e.At, e.Source, true}
}

// echoes reports whether an opened is the one that another told of, or that was
// understood already.
func (w *walk) echoes(e *Event) bool {
	o := w.opening
	return e.At.Sub(o.at) <= echo && (e.Source != o.by || !o.said && !w.shut)
}

func (w *walk) begin(e *Event) {
	w.visits++
	w.open, w.openedAt, w.closedAt = true, e.At, time.Time{}
	w.opening = opening{e.At, e.Source, e.Type == Opened}
}

func (w *walk) shutDown(at time.Time) {
	if w.open {
		w.spent += at.Sub(w.openedAt)
	}
	w.open = false
}

func (w *walk) close(e *Event) {
	w.leave(e.At)
	w.shutDown(e.At)
	if w.closedAt.IsZero() {
		w.closedAt = e.At
	}
}

// fail notes an error; one that kept Finch Connect from opening is of no stage
// unless it names one.
func (w *walk) fail(e *Event) {
	stage := e.Stage
	if e.ErrorType == "validation_error" {
		w.shut = true
	} else if stage == "" {
		stage = w.last
	}
	w.errors.see(e, stage)
}

// succeed notes a success, which ends what goes on.
func (w *walk) succeed(e *Event) {
	w.leave(e.At)
	w.shutDown(e.At)
	w.successes = append(w.successes, e.At)
	switch {
	case e.Source.Server() && w.through.IsZero():
		w.through = e.At
	case !e.Source.Server() && w.claimed.IsZero():
		w.claimed = e.At
	}
}
