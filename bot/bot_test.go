package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"perch/bot/card"
	"perch/bot/socket"
)

func TestACommandIsAnsweredWhereItWasTyped(t *testing.T) {
	r := newRig(t, echo())
	r.Take(t.Context(), r.slash("  “hi” "))
	answer := r.slack.to(t, hook, 1)[0].body
	if answer["text"] != `said "hi"` || answer["response_type"] != "ephemeral" {
		t.Errorf("answered %v", answer)
	}
}

func TestEveryCommandAnswersHelp(t *testing.T) {
	r := newRig(t, echo())
	r.Take(t.Context(), r.slash("HELP"))
	if got := r.slack.said(t, 1)[0]; got != "help!" {
		t.Errorf("answered %q", got)
	}
}

func TestWhoIsRefused(t *testing.T) {
	tests := map[string]struct {
		user    string // what users.info says beside id and team
		field   string // of the payload, changed
		value   any
		want    string
		inLog   string
		pressed bool
	}{
		"a guest of several channels": {user: `"is_restricted":true`, want: "Only operators"},
		"a guest of one channel":      {user: `"is_ultra_restricted":true`, want: "Only operators"},
		"a bot":                       {user: `"is_bot":true`, want: "Only operators"},
		"a workflow":                  {user: `"is_workflow_bot":true`, want: "Only operators"},
		"a stranger":                  {user: `"is_stranger":true`, want: "Only operators"},
		"somebody who left":           {user: `"deleted":true`, want: "Only operators"},
		"a user of another workspace": {user: `"team_id":"T2"`, want: "Only operators"},
		"a press from another workspace": {
			pressed: true, field: "user", value: map[string]any{"id": "U1", "team_id": "T2"}, want: "Only operators", inLog: `"outcome":"refused"`,
		},
		"a command of another workspace": {field: "team_id", value: "T2", want: "another workspace", inLog: "of another workspace"},
		"a command of another app":       {field: "api_app_id", value: "A2", want: "another workspace", inLog: `app \"A2\"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, echo("go"))
			if tt.user != "" {
				r.slack.on("users.info", `{"ok":true,"user":{"id":"U1","team_id":"T1",`+tt.user+`}}`)
			}
			e := r.slash("x")
			if tt.pressed {
				e = r.click("test.go", "x")
			}
			if tt.field != "" {
				e = change(t, e, tt.field, tt.value)
			}
			r.Take(t.Context(), e)
			if got := r.slack.said(t, 1)[0]; !strings.Contains(got, tt.want) {
				t.Errorf("answered %q, want %q", got, tt.want)
			}
			if err := r.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(r.log.String(), tt.inLog) {
				t.Errorf("the log does not say %q: %s", tt.inLog, r.log)
			}
		})
	}
}

func TestNobodyIsServedWhileSlackDoesNotSayWhoTheyAre(t *testing.T) {
	r := newRig(t, echo())
	r.slack.on("users.info", `{"ok":false,"error":"internal_error"}`)
	r.Take(t.Context(), r.slash("x"))
	if got := r.slack.said(t, 1)[0]; !strings.Contains(got, "Slack does not say who you are") || !strings.Contains(got, "Reference") {
		t.Errorf("answered %q", got)
	}
}

func TestAPanicEndsOnlyItsRequestAndLeavesAReference(t *testing.T) {
	boom := Command{Name: "test", Run: func(context.Context, *Request) error { panic("xoxb-boom") }}
	r := newRig(t, boom)
	r.Take(t.Context(), r.slash(""))
	got := r.slack.said(t, 1)[0]
	_, rest, found := strings.Cut(got, "Reference ")
	if !found || strings.Contains(got, "boom") {
		t.Fatalf("answered %q", got)
	}
	if err := r.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	ref, _, _ := strings.Cut(rest, ".")
	if !strings.Contains(r.log.String(), ref) || !strings.Contains(r.log.String(), "bot_test.go") {
		t.Errorf("the log has no reference %s with a stack: %s", ref, r.log)
	}
}

func TestOneLogLineTellsNoContents(t *testing.T) {
	r := newRig(t, echo())
	r.Take(t.Context(), r.slash("harbor coffee"))
	r.slack.said(t, 1)
	if err := r.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	log := r.log.String()
	if n := strings.Count(log, "\n"); n != 1 {
		t.Errorf("%d log lines: %s", n, log)
	}
	for _, never := range []string{"harbor", hook, "said"} {
		if strings.Contains(log, never) {
			t.Errorf("the log holds %q: %s", never, log)
		}
	}
}

func TestBusyIsSaidInsteadOfSilence(t *testing.T) {
	release := make(chan struct{})
	r := newRig(t, Command{Name: "test", Run: func(ctx context.Context, q *Request) error {
		<-release
		return nil
	}})
	const tooMany = 50
	for range workers + waiting + tooMany {
		r.Take(t.Context(), r.slash(""))
	}
	// Workers may not have picked up their first requests yet, so at least the
	// fifty that never fit are told.
	for _, got := range r.slack.said(t, tooMany) {
		if !strings.Contains(got, "busy") {
			t.Errorf("answered %q", got)
		}
	}
	close(release)
}

func TestTypedTextIsTidied(t *testing.T) {
	for typed, want := range map[string]string{
		"  harbor ": "harbor", "“harbor coffee”": `"harbor coffee"`, "`cust_1042`": "cust_1042",
		"O’Malley": "O'Malley", `say "hi" and "ho"`: `say "hi" and "ho"`, "a\u00a0b": "a b",
		"<http://harbor.example|harbor.example>": "harbor.example", "<mailto:a@b.c|a@b.c> x": "a@b.c x", `"`: `"`, "": "",
		"-customer:a&amp;b": "-customer:a&b", "&lt;x&gt; &amp;lt;": "<x> &lt;",
	} {
		if got := tidy(typed); got != want {
			t.Errorf("tidy(%q) = %q, want %q", typed, got, want)
		}
	}
}

func TestWhatWasDealtWithIsInTheLogLine(t *testing.T) {
	r := newRig(t, Command{Name: "test", Run: func(ctx context.Context, q *Request) error {
		q.Note(errors.New("finch was down"))
		return q.Reply(ctx, card.Message{Text: "what was true"})
	}})
	r.Take(t.Context(), r.slash(""))
	r.slack.said(t, 1)
	if err := r.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if log := r.log.String(); !strings.Contains(log, `"outcome":"answered"`) || !strings.Contains(log, "finch was down") {
		t.Errorf("the log says %s", log)
	}
}

func TestWhoWasNeverAdmittedGetsNoDirectMessage(t *testing.T) {
	r := newRig(t, echo())
	r.slack.on("users.info", `{"ok":true,"user":{"id":"U1","team_id":"T1","is_restricted":true}}`)
	r.slack.on(hook, `{"ok":false,"error":"expired_url"}`)
	r.Take(t.Context(), r.slash("x"))
	r.slack.to(t, hook, 1)
	if err := r.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if posts := r.slack.to(t, "chat.postMessage", 0); len(posts) != 0 {
		t.Errorf("posted %v", posts)
	}
}

func TestAnyKindOfYesToAnAnswerIsAYes(t *testing.T) {
	for _, yes := range []string{"ok", `{"ok":true}`, "{}", "null", ""} {
		r := newRig(t, echo())
		r.slack.on(hook, yes)
		r.Take(t.Context(), r.slash("x"))
		if err := r.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(r.slack.to(t, hook, 1)); n != 1 || !strings.Contains(r.log.String(), `"answered"`) {
			t.Errorf("after %q: %d answers, log %s", yes, n, r.log)
		}
	}
}

func TestASpentResponseURLLeadsToADirectMessage(t *testing.T) {
	r := newRig(t, Command{Name: "test", Run: func(ctx context.Context, q *Request) error {
		for i := range responseUses + 1 {
			if err := q.Reply(ctx, card.Message{Text: fmt.Sprint("part ", i+1)}); err != nil {
				return err
			}
		}
		return nil
	}})
	r.Take(t.Context(), r.slash(""))
	dm := r.slack.to(t, "chat.postMessage", 1)[0]
	if dm.form["channel"] != "U1" || dm.form["text"] != "part 6" {
		t.Errorf("sent %v", dm.form)
	}
	if n := len(r.slack.to(t, hook, responseUses)); n != responseUses {
		t.Errorf("used the response URL %d times", n)
	}
}

func TestARefusedCardBecomesItsText(t *testing.T) {
	r := newRig(t, Command{Name: "test", Run: func(ctx context.Context, q *Request) error {
		return q.Reply(ctx, card.Message{Text: "plain", Blocks: []slack.Block{card.Divider()}})
	}})
	r.slack.on(hook, `{"ok":false,"error":"invalid_blocks"}`)
	r.Take(t.Context(), r.slash(""))
	second := r.slack.to(t, hook, 2)[1]
	if second.body["text"] != "plain" || second.body["blocks"] != nil {
		t.Errorf("the second try was %v", second.body)
	}
}

func TestWhatIsPublishedNeverGoesAnotherWay(t *testing.T) {
	r := newRig(t, Command{Name: "test", Run: func(ctx context.Context, q *Request) error {
		return q.Publish(ctx, card.Message{Text: "for all"})
	}})
	r.slack.on(hook, `{"ok":false,"error":"channel_not_found"}`)
	r.Take(t.Context(), r.slash(""))
	for _, dm := range r.slack.to(t, "chat.postMessage", 1) {
		if dm.form["text"] == "for all" {
			t.Error("a card for the channel went to a direct message")
		}
	}
}

func TestAnOldButtonSaysSo(t *testing.T) {
	r := newRig(t, echo("go"))
	r.Take(t.Context(), r.click("test.gone", ""))
	if got := r.slack.said(t, 1)[0]; !strings.Contains(got, "another version") {
		t.Errorf("answered %q", got)
	}
}

func TestAClickOnAMessageFullOfUnknownThings(t *testing.T) {
	r := newRig(t, echo("go"))
	e := change(t, r.click("test.go", "v1"), "message", map[string]any{
		"blocks": []any{map[string]any{"type": "actions", "elements": []any{map[string]any{"type": "hologram"}}}},
	})
	r.Take(t.Context(), e)
	if got := r.slack.said(t, 1)[0]; got != "said v1" {
		t.Errorf("answered %q", got)
	}
}

func TestOptionsAreForOperatorsAlone(t *testing.T) {
	c := echo()
	c.Options = map[string]Suggest{"find": func(_ context.Context, r *Request) ([]*slack.OptionBlockObject, error) {
		return card.Suggest([]card.Choice{{Value: "1", Label: "found " + r.Value}}).Options, nil
	}}
	for user, want := range map[string]string{`"is_admin":false`: "found har", `"is_restricted":true`: `{"options":[]}`} {
		r := newRig(t, c)
		r.slack.on("users.info", `{"ok":true,"user":{"id":"U1","team_id":"T1",`+user+`}}`)
		answer, err := r.Answer(t.Context(), r.envelope("interactive", socket.Choices, map[string]any{
			"type": "block_suggestion", "action_id": "test.find", "value": "har",
			"user": map[string]any{"id": "U1", "team_id": "T1"}, "team": map[string]any{"id": "T1"},
		}))
		if err != nil || !strings.Contains(string(answer), want) {
			t.Errorf("answered %s, %v; want %q", answer, err, want)
		}
	}
}

func TestNoOptionsAreAnEmptyList(t *testing.T) {
	c := echo()
	c.Options = map[string]Suggest{"find": func(context.Context, *Request) ([]*slack.OptionBlockObject, error) { return nil, nil }}
	r := newRig(t, c)
	answer, err := r.Answer(t.Context(), r.envelope("interactive", socket.Choices, map[string]any{
		"type": "block_suggestion", "action_id": "test.find", "value": "har",
		"user": map[string]any{"id": "U1", "team_id": "T1"}, "team": map[string]any{"id": "T1"},
	}))
	if err != nil || string(answer) != `{"options":[]}` {
		t.Errorf("answered %s, %v", answer, err)
	}
}

func TestAFormOfAnotherVersionSaysSoInItsPlace(t *testing.T) {
	r := newRig(t, echo())
	answer, err := r.Answer(t.Context(), r.envelope("interactive", socket.Submission, map[string]any{
		"type": "view_submission", "user": map[string]any{"id": "U1", "team_id": "T1"},
		"view": map[string]any{"id": "V1", "callback_id": "test.save"},
	}))
	var update struct {
		Action string                 `json:"response_action"`
		View   slack.ModalViewRequest `json:"view"`
	}
	if err := errors.Join(err, json.Unmarshal(answer, &update)); err != nil || update.Action != "update" {
		t.Fatalf("answered %s, %v", answer, err)
	}
	if err := card.ValidateView(update.View); err != nil {
		t.Error(err)
	}
}

func TestDrainTellsThoseWhoWaitTooLong(t *testing.T) {
	started := make(chan struct{})
	r := newRig(t, Command{Name: "test", Run: func(ctx context.Context, _ *Request) error {
		close(started)
		<-ctx.Done()
		return ctx.Err()
	}})
	r.Take(t.Context(), r.slash(""))
	<-started
	begun := time.Now()
	if err := r.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begun); took < graceful {
		t.Errorf("gave up after %s, before the %s that are promised", took, graceful)
	}
	if got := r.slack.said(t, 1)[0]; !strings.Contains(got, "restarting") {
		t.Errorf("told %q", got)
	}
}

func TestPoolTakesWhatFitsAndDrains(t *testing.T) {
	p := newPool(1, 1)
	block := make(chan struct{})
	running := make(chan struct{})
	p.offer(func() { close(running); <-block })
	<-running
	if !p.offer(func() {}) {
		t.Error("the queue had a place")
	}
	if p.offer(func() {}) {
		t.Error("took more than fits")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.drain(ended); err == nil {
		t.Error("drained although a request runs")
	}
	close(block)
	if err := p.drain(t.Context()); err != nil {
		t.Error(err)
	}
	if p.offer(func() {}) {
		t.Error("took a request after draining")
	}
}

func TestACardThatSlackRefusesIsSentSimpler(t *testing.T) {
	r := newRig(t, Command{Name: "test", Run: func(ctx context.Context, q *Request) error {
		return q.Reply(ctx, card.Message{
			Text: "plain", Simpler: []slack.Block{card.Divider()},
			Blocks: []slack.Block{card.Table([]string{"Job"}, []card.Part{card.Normal("j1")})},
		})
	}})
	r.slack.on(hook, `{"ok":false,"error":"invalid_blocks"}`)
	r.Take(t.Context(), r.slash(""))
	tries := r.slack.to(t, hook, 3)
	for i, want := range []string{"type:table", "type:divider", "<nil>"} {
		if got := fmt.Sprint(tries[i].body["blocks"]); !strings.Contains(got, want) {
			t.Errorf("try %d had the blocks %s, want %s", i+1, got, want)
		}
	}
}
