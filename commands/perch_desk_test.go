package commands

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"perch/bot/card"
	"perch/bot/socket"
)

// shown is a modal that was opened, pushed or changed, or that answered a
// submission.
type shown struct {
	method string
	View   slack.ModalViewRequest `json:"view"`
	Action string                 `json:"response_action"`
	Errors map[string]string      `json:"errors"`
	raw    string
}

// sees waits for the next modal, and checks it against Slack's limits.
func (d *desk) sees(want string) shown {
	d.t.Helper()
	select {
	case v := <-d.views:
		d.valid(v, want)
		return v
	case a := <-d.says:
		d.t.Fatalf("no modal was shown but said: %s", a.raw)
	case <-time.After(patient):
		d.t.Fatalf("no modal says %q", want)
	}
	return shown{}
}

func (d *desk) valid(v shown, want string) {
	d.t.Helper()
	if !strings.Contains(v.raw, jsonText(want)) {
		d.t.Errorf("shown %s\nwant %q", v.raw, want)
	}
	if v.View.Type == "" {
		return
	}
	if err := card.ValidateJSON([]byte(v.raw)); err != nil {
		d.t.Errorf("Slack would refuse the modal: %v", err)
	}
}

// fields are what stands in a modal's fields: what it began with, or what the
// test filled in instead. A name stands for the block whatever its turn.
func (v shown) fields(t *testing.T, filled map[string][]string) map[string]any {
	t.Helper()
	values := map[string]any{}
	used := 0
	for _, b := range v.View.Blocks.BlockSet {
		input, ok := b.(*slack.InputBlock)
		if !ok {
			continue
		}
		name := input.BlockID
		if dot := strings.LastIndex(name, "."); dot >= 0 {
			name = name[:dot]
		}
		given, replaced := filled[name]
		if replaced {
			used++
		}
		values[input.BlockID] = map[string]any{"perch." + name: state(input.Element, given, replaced)}
	}
	if used != len(filled) {
		t.Errorf("the form lacks one of the fields %v: %s", filled, v.raw)
	}
	return values
}

func state(e slack.BlockElement, given []string, replaced bool) map[string]any {
	pick := func(values []string) []any {
		all := []any{}
		for _, v := range values {
			all = append(all, map[string]any{"value": v})
		}
		return all
	}
	initial := func(options []*slack.OptionBlockObject) []string {
		var values []string
		for _, o := range options {
			values = append(values, o.Value)
		}
		return values
	}
	choose := func(begun []string) []string {
		if replaced {
			return given
		}
		return begun
	}
	switch e := e.(type) {
	case *slack.PlainTextInputBlockElement:
		return map[string]any{"type": "plain_text_input", "value": strings.Join(choose([]string{e.InitialValue}), "")}
	case *slack.SelectBlockElement:
		var begun []string
		if e.InitialOption != nil {
			begun = []string{e.InitialOption.Value}
		}
		chosen := pick(choose(begun))
		if len(chosen) == 0 {
			return map[string]any{"type": "static_select", "selected_option": nil}
		}
		return map[string]any{"type": "static_select", "selected_option": chosen[0]}
	case *slack.NumberInputBlockElement:
		return map[string]any{"type": "number_input", "value": strings.Join(choose([]string{e.InitialValue}), "")}
	case *slack.DatePickerBlockElement:
		return map[string]any{"type": "datepicker", "selected_date": strings.Join(choose([]string{e.InitialDate}), "")}
	case *slack.CheckboxGroupsBlockElement:
		return map[string]any{"type": "checkboxes", "selected_options": pick(choose(initial(e.InitialOptions)))}
	case *slack.MultiSelectBlockElement:
		if e.Type == slack.MultiOptTypeUser {
			return map[string]any{"type": e.Type, "selected_users": choose(e.InitialUsers)}
		}
		return map[string]any{"type": e.Type, "selected_options": pick(choose(initial(e.InitialOptions)))}
	default:
		return map[string]any{}
	}
}

// submit sends a modal in with some of its fields filled in anew.
func (d *desk) submit(v shown, filled map[string][]string) shown {
	d.t.Helper()
	raw, err := json.Marshal(map[string]any{
		"type": "view_submission", "team": map[string]any{"id": "T1"}, "api_app_id": "A1", "trigger_id": "t2",
		"user": map[string]any{"id": "U1", "team_id": "T1"}, "view": d.view(v, filled),
	})
	if err != nil {
		d.t.Fatal(err)
	}
	answer, err := d.Answer(d.t.Context(), socket.Envelope{ID: "e", Kind: socket.Submission, Type: "interactive", Payload: raw, Received: time.Now()})
	next := shown{raw: string(answer)}
	if err := errors.Join(err, json.Unmarshal(answer, &next)); err != nil {
		d.t.Fatalf("answered %s: %v", answer, err)
	}
	d.valid(next, "")
	return next
}

// settles is what a form turns into in the end: where the work takes long, as jq's
// may on a busy machine, a modal asks for patience first.
func (d *desk) settles(v shown, filled map[string][]string) shown {
	d.t.Helper()
	next := d.submit(v, filled)
	if !strings.Contains(next.raw, "One moment") {
		return next
	}
	return d.sees("")
}

func (d *desk) view(v shown, filled map[string][]string) map[string]any {
	return map[string]any{
		"id": "V1", "callback_id": v.View.CallbackID, "private_metadata": v.View.PrivateMetadata, "hash": "h", "root_view_id": "V1",
		"state": map[string]any{"values": v.fields(d.t, filled)},
	}
}

// press presses a button in a modal.
func (d *desk) press(v shown, action, value string, filled map[string][]string) {
	d.t.Helper()
	d.take("interactive", socket.Click, map[string]any{
		"type": "block_actions", "team": map[string]any{"id": "T1"}, "api_app_id": "A1", "trigger_id": "t3",
		"user": map[string]any{"id": "U1", "team_id": "T1"}, "view": d.view(v, filled),
		"container": map[string]any{"type": "view", "view_id": "V1"},
		"actions":   []any{map[string]any{"action_id": action, "block_id": "b", "value": value}},
	})
}

// in is a slash command typed in another conversation.
func (d *desk) in(channel, text string) {
	d.take("slash_commands", socket.Command, map[string]any{
		"team_id": "T1", "api_app_id": "A1", "user_id": "U1", "channel_id": channel,
		"command": "/perch", "text": text, "response_url": d.slack.URL + "/hook", "trigger_id": "t1",
	})
}

// posted waits for a message that Perch posted by itself.
func (d *desk) posted(want string) {
	d.t.Helper()
	select {
	case post := <-d.posts:
		if !strings.Contains(post, want) {
			d.t.Errorf("posted %s, want %q", post, want)
		}
	case <-time.After(patient):
		d.t.Fatalf("nothing was posted")
	}
}
