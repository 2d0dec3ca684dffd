package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"perch/bot/card"
	"perch/bot/socket"
)

// pressedIn is a press on a card that stands at, in a thread.
func pressedIn(t *testing.T, r *rig, at, thread string) socket.Envelope {
	t.Helper()
	return change(t, r.click("test.go", ""), "container", map[string]any{
		"type": "message", "channel_id": "C1", "message_ts": at, "thread_ts": thread, "is_ephemeral": true,
	})
}

func TestAPressInAThreadIsAnsweredThere(t *testing.T) {
	tests := map[string]struct {
		at, thread, want string
		answer           func(context.Context, *Request) error
	}{
		"a reply":            {"2.1", "1.1", "1.1", func(ctx context.Context, r *Request) error { return r.Reply(ctx, card.Message{Text: "x"}) }},
		"for all":            {"2.1", "1.1", "1.1", func(ctx context.Context, r *Request) error { return r.Publish(ctx, card.Message{Text: "x"}) }},
		"in its place":       {"2.1", "1.1", "", func(ctx context.Context, r *Request) error { return r.Update(ctx, card.Message{Text: "x"}) }},
		"an error":           {"2.1", "1.1", "1.1", func(context.Context, *Request) error { return errors.New("broken") }},
		"above a thread":     {"1.1", "1.1", "", func(ctx context.Context, r *Request) error { return r.Reply(ctx, card.Message{Text: "x"}) }},
		"not in any thread":  {"1.1", "", "", func(ctx context.Context, r *Request) error { return r.Reply(ctx, card.Message{Text: "x"}) }},
		"what it itself saw": {"2.1", "1.1", "1.1", func(ctx context.Context, r *Request) error { return r.Reply(ctx, card.Message{Text: r.Thread}) }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, Command{Name: "test", Actions: map[string]Handler{"go": tt.answer}})
			r.Take(t.Context(), pressedIn(t, r, tt.at, tt.thread))
			body := r.slack.to(t, hook, 1)[0].body
			if got, _ := body["thread_ts"].(string); got != tt.want {
				t.Errorf("answered in %q, want %q", got, tt.want)
			}
			if public := body["response_type"] == "in_channel"; public != (name == "for all") {
				t.Errorf("answered %v", body)
			}
			if name == "what it itself saw" && body["text"] != "1.1" {
				t.Errorf("it saw the thread %v", body["text"])
			}
		})
	}
}

func TestTheThreadOfAPressIsReadOffTheMessageToo(t *testing.T) {
	r := newRig(t, echo("go"))
	e := change(t, pressedIn(t, r, "2.1", ""), "message", map[string]any{"ts": "2.1", "thread_ts": "1.1", "blocks": []any{7}})
	r.Take(t.Context(), e)
	if body := r.slack.to(t, hook, 1)[0].body; body["thread_ts"] != "1.1" {
		t.Errorf("answered %v", body)
	}
}

func (r *rig) shortcut(kind, callback string, message map[string]any) socket.Envelope {
	p := map[string]any{
		"type": kind, "team": map[string]any{"id": "T1"}, "api_app_id": "A1", "user": map[string]any{"id": "U1", "team_id": "T1"},
		"callback_id": callback, "trigger_id": "t",
	}
	if message != nil {
		p["message"], p["channel"], p["response_url"] = message, map[string]any{"id": "C1"}, r.slack.URL+hook
	}
	return r.envelope("interactive", socket.Click, p)
}

func TestAMessageShortcutKnowsItsMessage(t *testing.T) {
	tests := map[string]struct {
		message map[string]any
		want    Quoted
		thread  string
	}{
		"in the channel": {
			map[string]any{"user": "U2", "ts": "2.1", "text": "see job-1", "client_msg_id": "m"},
			Quoted{TS: "2.1", Thread: "2.1", User: "U2", Text: "see job-1", ClientID: "m"},
			"",
		},
		"in a thread": {
			map[string]any{"user": "U2", "ts": "2.1", "thread_ts": "1.1", "text": "see", "attachments": []any{map[string]any{"text": "job-1"}}},
			Quoted{TS: "2.1", Thread: "1.1", User: "U2", Text: "see\njob-1"},
			"1.1",
		},
		"the first of a thread": {
			map[string]any{"user": "U2", "ts": "1.1", "thread_ts": "1.1", "text": "see job-1"},
			Quoted{TS: "1.1", Thread: "1.1", User: "U2", Text: "see job-1"},
			"",
		},
		"a bot's": {
			map[string]any{"user": "U7", "bot_id": "B7", "ts": "2.1", "text": "alert", "blocks": []any{
				map[string]any{"type": "section", "text": map[string]any{"type": "mrkdwn", "text": "alert"}},
				map[string]any{"type": "hologram", "fields": []any{map[string]any{"text": "job-1"}}},
			}},
			Quoted{TS: "2.1", Thread: "2.1", Text: "alert\njob-1"},
			"",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seen := make(chan *Request, 1)
			r := newRig(t, Command{Name: "test", Actions: map[string]Handler{"look_up": func(_ context.Context, r *Request) error {
				seen <- r
				return nil
			}}})
			r.Take(t.Context(), r.shortcut("message_action", "test.look_up", tt.message))
			q := <-seen
			if fmt.Sprintf("%+v", *q.Quoted) != fmt.Sprintf("%+v", tt.want) || q.Thread != tt.thread || q.Channel != "C1" {
				t.Errorf("got %+v in the thread %q of %s, want %+v", *q.Quoted, q.Thread, q.Channel, tt.want)
			}
		})
	}
}

func TestWhatAShortcutCannotDoIsSaidInAModal(t *testing.T) {
	message := map[string]any{"user": "U2", "ts": "2.1", "thread_ts": "1.1", "text": "see job-1"}
	for name, tt := range map[string]struct {
		callback, user, want string
		message              map[string]any
	}{
		"an error":            {"test.look_up", "", "That did not work.", message},
		"an error, anywhere":  {"test.look_up", "", "That did not work.", nil},
		"an old one":          {"test.gone", "", "another version of Perch", message},
		"an old one anywhere": {"test.gone", "", "another version of Perch", nil},
		"a guest":             {"test.look_up", `,"is_restricted":true`, "Only operators", message},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, Command{Name: "test", Actions: map[string]Handler{"look_up": func(context.Context, *Request) error { return errors.New("broken") }}})
			r.slack.on("users.info", `{"ok":true,"user":{"id":"U1","team_id":"T1"`+tt.user+`}}`)
			kind := "message_action"
			if tt.message == nil {
				kind = "shortcut"
			}
			r.Take(t.Context(), r.shortcut(kind, tt.callback, tt.message))
			if body := fmt.Sprint(r.slack.to(t, "views.open", 1)[0]); !strings.Contains(body, tt.want) {
				t.Errorf("said %s, want %s", body, tt.want)
			}
			if err := r.Drain(t.Context()); err != nil || r.slack.count("chat.postEphemeral")+r.slack.count(hook) != 0 {
				t.Error("said twice")
			}
		})
	}
}

func TestWhereNoModalOpensTheThreadIsTold(t *testing.T) {
	r := newRig(t)
	r.slack.on("views.open", `{"ok":false,"error":"expired_trigger_id"}`)
	e := r.shortcut("message_action", "test.gone", map[string]any{"user": "U2", "ts": "2.1", "thread_ts": "1.1"})
	r.Take(t.Context(), e)
	if form := r.slack.to(t, "chat.postEphemeral", 1)[0].form; form["thread_ts"] != "1.1" || form["user"] != "U1" {
		t.Errorf("told %v", form)
	}
	r.slack.on("chat.postEphemeral", `{"ok":false,"error":"channel_not_found"}`)
	r.Take(t.Context(), e)
	if got := r.slack.said(t, 1)[0]; !strings.Contains(got, "another version") {
		t.Errorf("told %q", got)
	}
}

func TestPublishingFromAShortcutStaysInTheThread(t *testing.T) {
	r := newRig(t, Command{Name: "test", Actions: map[string]Handler{"look_up": func(ctx context.Context, r *Request) error {
		return r.Publish(ctx, card.Message{Text: "for all"})
	}}})
	r.Take(t.Context(), r.shortcut("message_action", "test.look_up", map[string]any{"user": "U2", "ts": "2.1", "text": "x"}))
	if form := r.slack.to(t, "chat.postMessage", 1)[0].form; form["thread_ts"] != "2.1" || form["channel"] != "C1" || form["text"] != "for all" {
		t.Errorf("posted %v", form)
	}
}

func TestAModalPostsInTheThreadItIsTold(t *testing.T) {
	r := newRig(t)
	q := &Request{Channel: "C1", Thread: "1.1", bot: r.Bot, log: &r.Bot.log}
	if err := q.PostInThread(t.Context(), card.Message{Text: "x"}); err != nil {
		t.Fatal(err)
	}
	if form := r.slack.to(t, "chat.postMessage", 1)[0].form; form["thread_ts"] != "1.1" || form["channel"] != "C1" {
		t.Errorf("posted %v", form)
	}
}

func TestPermalink(t *testing.T) {
	r := newRig(t)
	r.slack.on("chat.getPermalink", `{"ok":true,"channel":"C1","permalink":"https://home.slack.com/archives/C1/p21"}`)
	q := &Request{Channel: "C1", bot: r.Bot}
	if link, err := q.Permalink(t.Context(), "2.1"); err != nil || link != "https://home.slack.com/archives/C1/p21" {
		t.Errorf("got %q, %v", link, err)
	}
	if form := r.slack.to(t, "chat.getPermalink", 1)[0].form; form["message_ts"] != "2.1" || form["channel"] != "C1" {
		t.Errorf("asked %v", form)
	}
	if _, err := (&Request{bot: r.Bot}).PermalinkOf(t.Context(), "C2", "2.1"); err != nil {
		t.Error(err)
	}
	if form := r.slack.to(t, "chat.getPermalink", 2)[1].form; form["channel"] != "C2" {
		t.Errorf("asked %v", form)
	}
	for _, answer := range []string{`{"ok":false,"error":"message_not_found"}`, `{"ok":true}`} {
		r.slack.on("chat.getPermalink", answer)
		if link, err := q.Permalink(t.Context(), "2.1"); err == nil {
			t.Errorf("got %q of %s", link, answer)
		}
	}
}

func TestNewestOf(t *testing.T) {
	since := time.Unix(2000, 0)
	for name, tt := range map[string]struct {
		messages string
		want     time.Time
	}{
		"a person's": {
			`{"user":"U1","ts":"1000.000000"},{"user":"U1","ts":"2500.000250"},{"user":"U2","ts":"2400.000000"}`, time.Unix(2500, 250_000),
		},
		"bots alone": {
			`{"user":"U1","ts":"1000.000000"},{"user":"UBOT","bot_id":"B1","ts":"2500.000250"},{"bot_id":"B7","user":"U7","ts":"2500.000250"},
			 {"user":"U7","bot_profile":{"id":"B7"},"ts":"2500.000250"},{"user":"UBOT","ts":"2500.000250"},{"ts":"2500.000250"}`, time.Time{},
		},
		"just then":           {`{"user":"U1","ts":"2000.000000"}`, since},
		"only the first, old": {`{"user":"U1","ts":"1999.999999"}`, time.Time{}},
		"an odd ts":           {`{"user":"U1","ts":"soon"}`, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.slack.on("conversations.replies", `{"ok":true,"messages":[`+tt.messages+`]}`)
			at, found, err := NewCourier(r.Bot.slack, r.home).NewestOf(t.Context(), card.Place{Channel: "C1", TS: "1000.000000"}, since)
			if err != nil || found != !tt.want.IsZero() || !at.Equal(tt.want) {
				t.Errorf("got %v, %v, %v; want %v", at, found, err, tt.want)
			}
			if form := r.slack.to(t, "conversations.replies", 1)[0].form; form["ts"] != "1000.000000" || form["oldest"] != "2000.000000" {
				t.Errorf("asked %v", form)
			}
		})
	}
}

func TestNewestOfAThreadThatIsGone(t *testing.T) {
	for _, code := range []string{"thread_not_found", "not_in_channel", "channel_not_found"} {
		r := newRig(t)
		r.slack.on("conversations.replies", `{"ok":false,"error":"`+code+`"}`)
		_, found, err := NewCourier(r.Bot.slack, r.home).NewestOf(t.Context(), card.Place{Channel: "C1", TS: "1.1"}, time.Unix(1, 0))
		if found || err != nil {
			t.Errorf("%s: got %v, %v", code, found, err)
		}
	}
}

func TestNewestOfWhereSlackDoesNotSay(t *testing.T) {
	r := newRig(t)
	r.slack.on("conversations.replies", `{"ok":false,"error":"missing_scope"}`)
	_, found, err := NewCourier(r.Bot.slack, r.home).NewestOf(t.Context(), card.Place{Channel: "C1", TS: "1.1"}, time.Unix(1, 0))
	var fate interface {
		Fate() (string, string, time.Duration)
	}
	if found || !errors.As(err, &fate) {
		t.Fatalf("got %v, %v", found, err)
	}
	if word, _, _ := fate.Fate(); word != "gone" {
		t.Errorf("its fate is %q", word)
	}
}

func TestAWhisperWaitsAsLongAsSlackSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chat := &fakeChat{answers: []error{&slack.RateLimitedError{RetryAfter: 7 * time.Second}, nil}}
		begun := time.Now()
		if err := NewPoster(chat).Whisper(t.Context(), card.Place{Channel: "C1"}, "U1", card.Message{Text: "x"}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begun); took != 7*time.Second {
			t.Errorf("shown after %s, want 7s", took)
		}
		hasty, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		chat.answers = []error{&slack.RateLimitedError{RetryAfter: 7 * time.Second}}
		if err := NewPoster(chat).Whisper(hasty, card.Place{Channel: "C1"}, "U1", card.Message{Text: "x"}); err == nil || len(chat.at) != 3 {
			t.Errorf("got %v after %d tries", err, len(chat.at))
		}
		if err := NewPoster(&fakeChat{noTS: true}).Whisper(t.Context(), card.Place{Channel: "C1"}, "U1", card.Message{Text: "x"}); err == nil {
			t.Error("took an answer without ts for success")
		}
	})
}
