package commands

import (
	"net/url"
	"strconv"

	"perch/bot"
	"perch/internal/explore"
)

// look is how somebody looks at an answer: which one, from where, narrowed by what.
// It stands in the modal's private metadata, comes back through the client, and
// holds nothing of the answer.
type look struct {
	// ID is the answer's on the shelf.
	ID string
	// From is the first entry shown.
	From int
	// JQ is the last expression; Narrowed tells that it is in force.
	JQ       string
	Narrowed bool
	// Channel is where /explore was typed.
	Channel string
	// Ask is the question as it can be typed, where it fits: an answer that is no
	// longer held is asked for again, and a proposal to change something is shown
	// again.
	Ask string
	// Once names a form that has an effect, so that it has it once.
	Once string
}

// maxLook is what Slack takes as private metadata.
const maxLook = 3000

// maxJQ is how long an expression may be.
const maxJQ = 500

func (l look) String() string {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	set("id", l.ID)
	set("jq", l.JQ)
	set("in", l.Channel)
	set("once", l.Once)
	if l.From > 0 {
		v.Set("from", strconv.Itoa(l.From))
	}
	if l.Narrowed {
		v.Set("narrow", "1")
	}
	set("ask", l.Ask)
	for _, name := range []string{"ask", "narrow", "jq"} { // what can be done without, first
		if len(v.Encode()) > maxLook {
			v.Del(name)
		}
	}
	return v.Encode()
}

// lookOf reads a look back. What cannot be read is left out.
func lookOf(private string) look {
	v, _ := url.ParseQuery(private)
	l := look{ID: v.Get("id"), JQ: v.Get("jq"), Narrowed: v.Has("narrow"), Ask: v.Get("ask"), Once: v.Get("once")}
	if isSlackID(v.Get("in")) {
		l.Channel = v.Get("in")
	}
	if n, err := strconv.Atoi(v.Get("from")); err == nil && n > 0 {
		l.From = n
	}
	return l
}

// lookIn is the look of the modal that was pressed in.
func lookIn(r *bot.Request) look {
	if r.View == nil {
		return look{}
	}
	return lookOf(r.View.Private)
}

// unnarrowed is the value of the button that lets go of an expression.
const unnarrowed = "all"

// turned is the look after a button: at another page, or no longer narrowed. Other
// buttons change nothing.
func (l look) turned(value string) look {
	if n, err := strconv.Atoi(value); err == nil && n >= 0 {
		l.From = n
	}
	l.Narrowed = l.Narrowed && value != unnarrowed
	return l
}

// lookAt is the first look at an answer.
func lookAt(h held) look {
	l := look{ID: h.ID, Channel: h.Channel}
	if q := h.Result.Query; !q.Endpoint.Writes {
		l.Ask = q.Text(q.ConnectionID)
	}
	return l
}

// question is what a look asks again; ok is false where it does not say or where
// asking again would change something.
func (l look) question() (q explore.Query, ok bool) {
	q, ok = l.said()
	return q, ok && !q.Endpoint.Writes
}

// proposed is what a look would have changed, to be shown again.
func (l look) proposed() (q explore.Query, ok bool) {
	q, ok = l.said()
	return q, ok && q.Endpoint.Writes
}

// said is the question that a look holds, if it is complete.
func (l look) said() (q explore.Query, ok bool) {
	if l.Ask == "" {
		return q, false
	}
	typed := explore.ParseText(l.Ask)
	q = typed.Query
	q.ConnectionID = typed.Who
	return q, q.Endpoint.Path != "" && len(typed.Faults) == 0 && len(q.Check()) == 0
}
