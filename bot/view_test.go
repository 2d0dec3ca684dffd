package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"perch/bot/card"
	"perch/bot/socket"
)

func form(callback, private string) slack.ModalViewRequest {
	return card.Modal{
		CallbackID: callback, Title: "A form", Submit: "Send", Private: private,
		Blocks: card.Blocks{card.TextField(card.Field{BlockID: "name", ActionID: "in", Label: "Name"}, "", 50)},
	}.View()
}

// sent is a modal that is sent in, with a text, a choice, choices, people and
// nothing in its fields.
func (r *rig) sent(callback string) socket.Envelope {
	return r.envelope("interactive", socket.Submission, map[string]any{
		"type": "view_submission", "team": map[string]any{"id": "T1"}, "api_app_id": "A1", "trigger_id": "t1",
		"user": map[string]any{"id": "U1", "team_id": "T1"},
		"view": map[string]any{
			"id": "V1", "callback_id": callback, "private_metadata": "p1", "hash": "h1", "root_view_id": "V1", "previous_view_id": nil,
			"state": map[string]any{"values": map[string]any{
				"name":   map[string]any{"in": map[string]any{"type": "plain_text_input", "value": "harbor"}},
				"one":    map[string]any{"in": map[string]any{"type": "static_select", "selected_option": map[string]any{"value": "a"}}},
				"some":   map[string]any{"in": map[string]any{"type": "multi_static_select", "selected_options": []any{map[string]any{"value": "a"}, map[string]any{"value": "b"}}}},
				"people": map[string]any{"in": map[string]any{"type": "multi_users_select", "selected_users": []any{"U7"}}},
				"day":    map[string]any{"in": map[string]any{"type": "datepicker", "selected_date": "2026-11-28"}},
				"hour":   map[string]any{"in": map[string]any{"type": "timepicker", "selected_time": "14:30"}},
				"number": map[string]any{"in": map[string]any{"type": "number_input", "value": "25"}},
				"person": map[string]any{"in": map[string]any{"type": "users_select", "selected_user": "U8"}},
				"place":  map[string]any{"in": map[string]any{"type": "conversations_select", "selected_conversation": "C9"}},
				"places": map[string]any{"in": map[string]any{"type": "multi_conversations_select", "selected_conversations": []any{"C8", "D7"}}},
				"room":   map[string]any{"in": map[string]any{"type": "channels_select", "selected_channel": "C6"}},
				"rooms":  map[string]any{"in": map[string]any{"type": "multi_channels_select", "selected_channels": []any{"C5", "C4"}}},
				"no day": map[string]any{"in": map[string]any{"type": "datepicker", "selected_date": nil}},
				"empty":  map[string]any{"in": map[string]any{"type": "plain_text_input", "value": nil}},
				"none":   map[string]any{"in": map[string]any{"type": "static_select", "selected_option": nil}},
			}},
		},
	})
}

// acked is what a submission is answered with.
type acked struct {
	Action string                 `json:"response_action"`
	Errors map[string]string      `json:"errors"`
	View   slack.ModalViewRequest `json:"view"`
	raw    string
}

func (r *rig) submit(t *testing.T, e socket.Envelope) acked {
	t.Helper()
	raw, err := r.Answer(t.Context(), e)
	a := acked{raw: string(raw)}
	if err := errors.Join(err, json.Unmarshal(raw, &a)); err != nil {
		t.Fatalf("answered %s: %v", raw, err)
	}
	if a.Action == "update" || a.Action == "push" {
		if err := card.ValidateJSON(raw); err != nil {
			t.Errorf("Slack would refuse %s: %v", raw, err)
		}
	}
	return a
}

func submitting(s Submit) Command {
	c := echo()
	c.Submissions = map[string]Submit{"save": s}
	return c
}

func TestASubmissionIsReadAndAnswered(t *testing.T) {
	tests := map[string]struct {
		done   Submitted
		err    error
		action string
		says   string
	}{
		"done, so it closes":   {action: "", says: "{}"},
		"something is wrong":   {done: Wrong(map[string]string{"name": "No such customer."}), action: "errors", says: "No such customer."},
		"another in its place": {done: Next(form("test.second", "")), action: "update", says: "test.second"},
		"another over it":      {done: Over(form("test.over", "")), action: "push", says: "test.over"},
		"told why not":         {err: Tell("Only its maker may.", nil), action: "push", says: "Only its maker may."},
		"failed":               {err: errors.New("disk full"), action: "push", says: "Reference"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got *Request
			r := newRig(t, submitting(func(_ context.Context, q *Request) (Submitted, error) {
				got = q
				return tt.done, tt.err
			}))
			a := r.submit(t, r.sent("test.save"))
			if a.Action != tt.action || !strings.Contains(a.raw, tt.says) || strings.Contains(a.raw, "disk full") {
				t.Errorf("answered %s", a.raw)
			}
			v := got.View
			if got.Who.ID != "U1" || v.ID != "V1" || v.Private != "p1" {
				t.Errorf("asked by %+v in %+v", got.Who, v)
			}
			want := map[string]string{
				"name": "[harbor]", "one": "[a]", "some": "[a b]", "people": "[U7]", "empty": "[]", "none": "[]", "day": "[2026-11-28]", "no day": "[]",
				"hour": "[14:30]", "number": "[25]", "person": "[U8]", "place": "[C9]", "places": "[C8 D7]", "room": "[C6]", "rooms": "[C5 C4]",
			}
			for block, values := range want {
				if got := fmt.Sprint(v.Form[block]); got != values || !v.Form.Has(block) {
					t.Errorf("%s holds %s, want %s", block, got, values)
				}
			}
			if v.Form.Text("some") != "a" || v.Form.Text("empty") != "" || v.Form.Has("elsewhere") {
				t.Errorf("the form reads %v", v.Form)
			}
		})
	}
}

func TestWhoMayNotSubmit(t *testing.T) {
	tests := map[string]struct {
		user  string
		field string
		value any
		says  string
	}{
		"a guest": {user: `"is_restricted":true`, says: "Only operators"},
		"a bot":   {user: `"is_bot":true`, says: "Only operators"},
		"somebody of another team": {
			field: "user", value: map[string]any{"id": "U1", "team_id": "T2"}, says: "Only operators",
		},
		"for another app": {field: "api_app_id", value: "A2", says: "another workspace"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, submitting(func(context.Context, *Request) (Submitted, error) {
				t.Error("was served")
				return Submitted{}, nil
			}))
			if tt.user != "" {
				r.slack.on("users.info", `{"ok":true,"user":{"id":"U1","team_id":"T1",`+tt.user+`}}`)
			}
			e := r.sent("test.save")
			if tt.field != "" {
				e = change(t, e, tt.field, tt.value)
			}
			if a := r.submit(t, e); !strings.Contains(a.raw, tt.says) {
				t.Errorf("answered %s", a.raw)
			}
		})
	}
}

func TestASubmissionThatPanicsKeepsTheForm(t *testing.T) {
	r := newRig(t, submitting(func(context.Context, *Request) (Submitted, error) { panic("xoxb-boom") }))
	a := r.submit(t, r.sent("test.save"))
	if a.Action != "push" || strings.Contains(a.raw, "boom") || !strings.Contains(a.raw, "Reference") {
		t.Errorf("answered %s", a.raw)
	}
}

func TestOnAFullStackTheNoteTakesTheFormsPlace(t *testing.T) {
	r := newRig(t, submitting(func(context.Context, *Request) (Submitted, error) { return Submitted{}, Tell("no", nil) }))
	e := change(t, r.sent("test.save"), "view", map[string]any{
		"id": "V3", "callback_id": "test.save", "root_view_id": "V1", "previous_view_id": "V2",
	})
	if a := r.submit(t, e); a.Action != "update" {
		t.Errorf("answered %s", a.raw)
	}
}

// inModal is a press inside a modal.
func (r *rig) inModal(t *testing.T, action string) socket.Envelope {
	e := change(t, r.click(action, "v"), "view", map[string]any{
		"id": "V1", "hash": "h1", "private_metadata": "p1", "root_view_id": "V1",
	})
	return change(t, change(t, e, "response_url", ""), "trigger_id", "t2")
}

func TestModalsAreOpenedPushedAndChanged(t *testing.T) {
	c := echo()
	c.Run = func(ctx context.Context, q *Request) error { return q.Open(ctx, form("test.save", "p")) }
	c.Actions["over"] = func(ctx context.Context, q *Request) error { return q.Push(ctx, form("test.over", "p")) }
	c.Actions["turn"] = func(ctx context.Context, q *Request) error {
		return q.UpdateView(ctx, form("test.turn", q.View.Private))
	}
	r := newRig(t, c)
	r.slack.on("views.update", `{"ok":false,"error":"hash_conflict"}`)
	r.Take(t.Context(), r.slash("x"))
	r.Take(t.Context(), r.inModal(t, "test.over"))
	r.Take(t.Context(), r.inModal(t, "test.turn"))
	for method, want := range map[string][]string{
		"views.open": {`"trigger_id":"t"`, "test.save"}, "views.push": {`"trigger_id":"t2"`, "test.over"},
		"views.update": {`"view_id":"V1"`, `"hash":"h1"`, "test.turn"},
	} {
		raw, _ := json.Marshal(r.slack.to(t, method, 1)[0].body)
		for _, w := range want {
			if !strings.Contains(string(raw), w) {
				t.Errorf("%s was told %s, want %s in it", method, raw, w)
			}
		}
	}
	if err := r.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if log := r.log.String(); strings.Contains(log, `"failed"`) || !strings.Contains(log, "hash_conflict") {
		t.Errorf("a modal that changed meanwhile is no failure: %s", log)
	}
}

func TestADialogThatComesTooLateIsExplained(t *testing.T) {
	c := echo()
	c.Run = func(ctx context.Context, q *Request) error { return q.Open(ctx, form("test.save", "")) }
	r := newRig(t, c)
	r.slack.on("views.open", `{"ok":false,"error":"expired_trigger_id"}`)
	r.Take(t.Context(), r.slash("x"))
	if got := r.slack.said(t, 1)[0]; !strings.Contains(got, "three seconds") {
		t.Errorf("answered %q", got)
	}
}

func TestWhatFailsInAModalIsSaidOverIt(t *testing.T) {
	c := echo()
	c.Actions["fail"] = func(context.Context, *Request) error { return Tell("It is over already.", nil) }
	r := newRig(t, c)
	r.Take(t.Context(), r.inModal(t, "test.fail"))
	raw, _ := json.Marshal(r.slack.to(t, "views.push", 1)[0].body)
	if !strings.Contains(string(raw), "It is over already.") {
		t.Errorf("shown %s", raw)
	}
	if err := r.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if dms := r.slack.to(t, "chat.postMessage", 0); len(dms) != 0 {
		t.Errorf("and sent %v", dms)
	}
}

func TestAClosedModalRunsNothing(t *testing.T) {
	c := echo("save")
	r := newRig(t, c)
	e := change(t, r.inModal(t, "test.save"), "type", "view_closed")
	e = change(t, change(t, e, "actions", nil), "view", map[string]any{"id": "V1", "callback_id": "test.save"})
	r.Take(t.Context(), e)
	if err := r.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if log := r.log.String(); !strings.Contains(log, `"answered"`) {
		t.Errorf("the log says %s", log)
	}
	if said := r.slack.to(t, hook, 0); len(said) != 0 {
		t.Errorf("answered %v", said)
	}
}

func TestWherePerchMayPost(t *testing.T) {
	tests := map[string]struct {
		answer string
		want   Venue
	}{
		"a member":         {`{"ok":true,"channel":{"id":"C1","is_member":true}}`, Open},
		"not a member":     {`{"ok":true,"channel":{"id":"C1"}}`, Outside},
		"a hidden channel": {`{"ok":false,"error":"channel_not_found"}`, Outside},
		"a conversation of a kind that Perch has no scope for": {`{"ok":false,"error":"missing_scope"}`, Outside},
		"archived":           {`{"ok":true,"channel":{"id":"C1","is_archived":true}}`, Archived},
		"read-only":          {`{"ok":true,"channel":{"id":"C1","is_member":true,"is_read_only":true}}`, ReadOnly},
		"shared":             {`{"ok":true,"channel":{"id":"C1","is_member":true,"is_ext_shared":true}}`, SharedOut},
		"about to be shared": {`{"ok":true,"channel":{"id":"C1","is_member":true,"is_pending_ext_shared":true}}`, SharedOut},
		"shared in the org":  {`{"ok":true,"channel":{"id":"C1","is_member":true,"is_org_shared":true}}`, SharedOut},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := make(chan Venue, 1)
			c := echo()
			c.Run = func(ctx context.Context, q *Request) error {
				venue, err := q.Venue(ctx, q.Channel)
				got <- venue
				return err
			}
			r := newRig(t, c)
			r.slack.on("conversations.info", tt.answer)
			r.Take(t.Context(), r.slash(""))
			if venue := <-got; venue != tt.want {
				t.Errorf("venue %d, want %d", venue, tt.want)
			}
		})
	}
}

func TestARefusalToPostNamesTheWayOut(t *testing.T) {
	for code, want := range map[string]string{
		"not_in_channel": "/invite @perch", "channel_not_found": "/invite @perch", "is_archived": "archived",
		"restricted_action": "Only some may post", "invalid_blocks": "", "ratelimited": "",
	} {
		if got := Cannot(slack.SlackErrorResponse{Err: code}); !strings.Contains(got, want) || (want == "") != (got == "") {
			t.Errorf("of %s it says %q, want %q", code, got, want)
		}
	}
}
