package commands

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/explore"
	"perch/internal/finch"
)

// formStanding is what a form knows and its fields do not hold. It travels in the
// modal, so that nothing is kept for those who never send theirs in; all of it is
// judged again when it comes back.
type formStanding struct {
	// Channel is where /explore was typed.
	Channel string `json:"at,omitempty"`
	// Words are what was typed for whom, where they meant several.
	Words string `json:"words,omitempty"`
	// Endpoint, as Endpoint.Name has it, is whose fields are shown; ConnectionID and
	// EntityID are whose ids they offer.
	Endpoint     string `json:"call,omitempty"`
	ConnectionID string `json:"of,omitempty"`
	EntityID     string `json:"entity,omitempty"`
	// Turn counts how often the form was filled in anew: Slack keeps what stands in
	// a field as long as its block id stays.
	Turn int `json:"turn,omitempty"`
}

// standingOf reads it back. It went through the user's client.
func standingOf(r *bot.Request) (formStanding, error) {
	var s formStanding
	if r.View == nil || json.Unmarshal([]byte(r.View.Private), &s) != nil || s.Channel != "" && !isSlackID(s.Channel) {
		return formStanding{}, bot.Tell("This form cannot be read any more, so nothing was asked. Ask for a fresh one.", nil)
	}
	return s, nil
}

// endpoint is the one whose fields are shown, its zero value for none.
func (s formStanding) endpoint() finch.Endpoint { return endpointNamed(s.Endpoint) }

func endpointNamed(name string) finch.Endpoint {
	method, path, _ := strings.Cut(name, " ")
	e, _, _ := finch.FindEndpoint(method, path)
	return e
}

func (s formStanding) block(field string) string { return field + "." + strconv.Itoa(s.Turn) }

// The fields that choose. Those of parameters have paramField in front.
const (
	fieldSaved      = "saved"
	fieldConnection = "connection"
	fieldEndpoint   = "endpoint"
	paramField      = "param:"
)

// exploreForm is the form with all that it shows.
type exploreForm struct {
	formStanding
	Query explore.Query
	// Known is the chosen connection; its zero value for none.
	Known finch.Connection
	// Offered are the endpoints to choose from; LeftOut says, as mrkdwn, which are not
	// among them and why.
	Offered []finch.Endpoint
	LeftOut []string
	Saved   []explore.Saved
	// Labels are what chosen ids are called; an id without one stands for itself.
	Labels map[string]string
	// Notices are what to look at first, as plain text.
	Notices []string
}

// form gathers what the form shows; all of it is known here.
func (x explorer) form(ctx context.Context, who bot.Person, s formStanding, q explore.Query) (exploreForm, error) {
	f := exploreForm{formStanding: s, Query: q}
	if err := x.recognise(ctx, &f); err != nil {
		return f, err
	}
	f.Offered, f.LeftOut = x.offered(who, f.Known)
	saved, err := x.savedFor(ctx, who, s.Channel)
	if err != nil {
		return f, err
	}
	f.Saved = saved
	return f, nil
}

// recognise reads the chosen connection. One that is gone is not chosen any more.
func (x explorer) recognise(ctx context.Context, f *exploreForm) error {
	if f.Query.ConnectionID == "" {
		return nil
	}
	known, err := x.Known.Connection(ctx, f.Query.ConnectionID)
	switch {
	case errors.Is(err, finch.ErrUnknown):
		f.Query.ConnectionID = ""
		f.Notices = append(f.Notices, "This connection is not known here. Choose another.")
		return nil
	case err != nil:
		return fmt.Errorf("read connection %s: %w", f.Query.ConnectionID, err)
	}
	f.Known = known
	return nil
}

// private is what the modal carries.
func (f exploreForm) private() string {
	s := f.formStanding
	s.ConnectionID, s.EntityID, s.Endpoint = f.Query.ConnectionID, f.entity(), ""
	if s.ConnectionID != "" {
		s.Words = ""
	}
	if chosen(f.Query.Endpoint) {
		s.Endpoint = f.Query.Endpoint.Name()
	}
	raw, err := json.Marshal(s)
	if err != nil {
		return "" // strings and a number always are JSON
	}
	return string(raw)
}

// question is what is asked: the application asks without a connection.
func (f exploreForm) question() explore.Query {
	q := f.Query
	if q.Endpoint.Auth != finch.Bearer {
		q.ConnectionID = ""
	}
	return q
}

// faults are what keep the question from being asked; Param may be one of the
// fields that choose, too.
func (f exploreForm) faults() []explore.Fault {
	e := f.Query.Endpoint
	switch {
	case !chosen(e):
		return []explore.Fault{{Param: fieldEndpoint, Sentence: "Choose a call."}}
	case e.Auth == finch.Bearer && f.Query.ConnectionID == "":
		return []explore.Fault{{Param: fieldConnection, Sentence: "Choose whose connection asks."}}
	case e.Auth == finch.Bearer && e.Sandbox && !f.Known.FinchSandbox:
		return []explore.Fault{{Param: fieldConnection, Sentence: e.Name() + " exists only for connections of Finch's sandbox, and this is none."}}
	}
	faults := f.question().Check()
	p, ok := entityParam(e)
	missing := ok && len(f.Known.Entities) > 1 && len(f.Query.Values[p.Name]) == 0
	if missing && !slices.ContainsFunc(faults, func(had explore.Fault) bool { return had.Param == p.Name }) {
		faults = append(faults, explore.Fault{Param: p.Name, Sentence: "This connection has several entities. Choose one."})
	}
	return faults
}

// said are the faults of what was said, without those of what is missing yet.
func (f exploreForm) said(faults []explore.Fault) []explore.Fault {
	return slices.DeleteFunc(slices.Clone(faults), func(fault explore.Fault) bool {
		switch fault.Param {
		case "":
			return false
		case fieldEndpoint:
			return true
		case fieldConnection:
			return f.Query.ConnectionID == ""
		default:
			return len(f.Query.Values[fault.Param]) == 0
		}
	})
}

// lacking are the labels of what must be said and is not, once a call was chosen.
func (f exploreForm) lacking() []string {
	if !chosen(f.Query.Endpoint) {
		return nil
	}
	var labels []string
	if f.Query.Endpoint.Auth == finch.Bearer && f.Query.ConnectionID == "" {
		labels = append(labels, "Connection")
	}
	for _, p := range f.params() {
		if f.wanted(p) && len(f.Query.Values[p.Name]) == 0 {
			labels = append(labels, paramLabel(p))
		}
	}
	return labels
}

// entityParam is the parameter that says which of several entities is meant.
func entityParam(e finch.Endpoint) (finch.Param, bool) {
	i := slices.IndexFunc(e.Params, func(p finch.Param) bool { return p.Pick == finch.PickEntity })
	if i < 0 {
		return finch.Param{}, false
	}
	return e.Params[i], true
}

// entity is whose ids are offered; "" where there is nothing to tell apart.
func (f exploreForm) entity() string {
	p, ok := entityParam(f.Query.Endpoint)
	if values := f.Query.Values[p.Name]; ok && len(values) == 1 {
		return values[0]
	}
	return ""
}

// maxNotices is how many things a form says at once.
const maxNotices = 10

// view is the form as Slack shows it.
func (f exploreForm) view() slack.ModalViewRequest {
	f = f.fitted()
	var blocks card.Blocks
	for _, n := range f.Notices[:min(maxNotices, len(f.Notices))] {
		blocks = append(blocks, card.Text(":information_source: "+card.EscapeCut(n, 600)))
	}
	blocks = append(blocks, f.choosing()...)
	blocks = append(blocks, f.about()...)
	for _, p := range f.params() {
		blocks = append(blocks, f.param(p))
	}
	return card.Modal{CallbackID: "explore.ask", Title: "Explore", Submit: f.submit(), Private: f.private(), Blocks: blocks}.View()
}

func (f exploreForm) submit() string {
	if f.Query.Endpoint.Writes {
		return "Check"
	}
	return "Ask Finch"
}
