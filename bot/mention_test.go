package bot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"perch/bot/card"
)

func TestIsMention(t *testing.T) {
	for text, want := range map[string]string{
		"<@UBOT> jobs harbor":              "jobs harbor",
		"<@UBOT|perch> jobs":               "jobs",
		"<@UBOT>: jobs":                    "jobs",
		"<@UBOT>,jobs":                     "jobs",
		"hey <@UBOT> jobs, <@U2> asks":     "hey jobs, <@U2> asks",
		"jobs harbor <@UBOT>":              "jobs harbor",
		"<@UBOT> <@UBOT>\u00a0jobs “open”": `jobs "open"`,
		"<@UBOT>":                          "",
		"<@UBOT> `job-1`":                  "job-1",
		"<@UBOTANY> jobs":                  "-",
		"<@UBOT|perch jobs":                "-",
		"@perch jobs":                      "-",
		"":                                 "-",
		"<@UBOTANY> <@UBOT> jobs":          "<@UBOTANY> jobs",
	} {
		if got := isMention(text, "UBOT"); got != (want != "-") {
			t.Errorf("%q: mention %v", text, got)
		} else if got := without(text, "UBOT"); want != "-" && got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if isMention("<@> jobs", "") {
		t.Error("nobody was mentioned")
	}
}

// answering is a rig whose Listener answers a mention so, after it has come.
func answering(t *testing.T, changed map[string]any, on map[string]string, answer Handler) *rig {
	t.Helper()
	r := newRigOn(t, &fakeInbox{}, &fakeListener{onMention: answer}, echo(), Command{Name: "jobs"})
	for method, said := range on {
		r.slack.on(method, said)
	}
	all := map[string]any{"text": "<@UBOT> jobs harbor"}
	maps.Copy(all, changed)
	r.keepAll(t, said(r, all))
	r.workOffAll(t)
	if len(r.inbox.done) != 1 {
		t.Fatalf("done %v", r.inbox.done)
	}
	return r
}

func TestOfSeveralAnswersToAMentionTheLastIsShown(t *testing.T) {
	for thread, where := range map[string]map[string]any{"": nil, "1999999999.000100": {"thread_ts": "1999999999.000100"}} {
		r := answering(t, where, nil, func(ctx context.Context, r *Request) error {
			asking, last := card.Message{Text: "asking"}, card.Message{Text: "last", Blocks: []slack.Block{card.Text("last")}}
			return errors.Join(r.Reply(ctx, asking), r.Publish(ctx, asking), r.Update(ctx, last))
		})
		calls := r.slack.to(t, "chat.postEphemeral", 1)
		form := calls[0].form
		if len(calls) != 1 || form["text"] != "last" || form["thread_ts"] != thread || form["user"] != "U1" || form["channel"] != "C1" || form["blocks"] == "" {
			t.Errorf("answered %v", calls)
		}
		if n := r.slack.count("chat.postMessage"); n != 0 {
			t.Errorf("%d messages for everybody", n)
		}
		if !strings.Contains(r.log.String(), `"kind":"mention"`) {
			t.Errorf("logged %s", r.log)
		}
	}
}

func TestAMentionWithoutAnAnswerGetsNone(t *testing.T) {
	r := answering(t, nil, nil, func(context.Context, *Request) error { return nil })
	if n := r.slack.count("chat.postEphemeral") + r.slack.count("chat.postMessage"); n != 0 {
		t.Errorf("answered %d times", n)
	}
}

func TestAMentionKnowsItsWholeMessage(t *testing.T) {
	where := map[string]any{"attachments": []any{map[string]any{"text": "shared job-1"}}, "thread_ts": "1999999999.000100"}
	answering(t, where, nil, func(_ context.Context, r *Request) error {
		if r.Text != "jobs harbor" || r.Quoted.Text != "<@UBOT> jobs harbor\nshared job-1" || r.Quoted.Thread != "1999999999.000100" ||
			r.Quoted.ClientID != "m-1" || r.Who.ID != "U1" || !r.Pressed {
			t.Errorf("got %+v of %+v", *r.Quoted, r)
		}
		return nil
	})
}

func TestAnAnswerThatCannotBeShownInTheThreadComesAsADirectMessage(t *testing.T) {
	on := map[string]string{"chat.postEphemeral": `{"ok":false,"error":"user_not_in_channel"}`}
	r := answering(t, nil, on, nil)
	if calls := r.slack.to(t, "chat.postMessage", 1); len(calls) != 1 || calls[0].form["channel"] != "U1" || calls[0].form["text"] != "to jobs harbor" {
		t.Errorf("sent %v", calls)
	}
}

func TestAnAnswerThatMayBeThereIsNotShownTwice(t *testing.T) {
	on := map[string]string{"chat.postEphemeral": `{"ok":false,"error":"internal_error"}`}
	r := answering(t, nil, on, nil)
	if a, b := r.slack.count("chat.postEphemeral"), r.slack.count("chat.postMessage"); a != 1 || b != 0 {
		t.Errorf("shown %d times, sent %d times", a, b)
	}
}

func TestAMentionIsToldWhatWentWrong(t *testing.T) {
	for want, answer := range map[string]Handler{
		"No such thing.":             func(context.Context, *Request) error { return Tell("No such thing.", nil) },
		"That did not work. Referen": func(context.Context, *Request) error { panic("boom") },
		"That took too long":         func(context.Context, *Request) error { return context.DeadlineExceeded },
	} {
		r := answering(t, nil, nil, answer)
		if calls := r.slack.to(t, "chat.postEphemeral", 1); len(calls) != 1 || !strings.Contains(calls[0].form["text"], want) {
			t.Errorf("told %v, want %q", calls, want)
		}
	}
}

func TestAMentionOpensNoForm(t *testing.T) {
	form := noteView("form")
	openers := map[string]Handler{
		"open": func(ctx context.Context, r *Request) error { return r.Open(ctx, form) },
		"push": func(ctx context.Context, r *Request) error { return r.Push(ctx, form) },
		"meanwhile": func(ctx context.Context, r *Request) error {
			return r.Meanwhile(ctx, form, func(context.Context) (slack.ModalViewRequest, error) { panic("not to be begun") })
		},
	}
	for text, slash := range map[string]string{
		"<@UBOT> jobs harbor": "`/jobs`", "<@UBOT> job harbor": "`/jobs`", "<@UBOT> subscribe now": "`/perch subscribe`", "<@UBOT>": "`/perch`",
	} {
		for name, opener := range openers {
			r := answering(t, map[string]any{"text": text}, nil, opener)
			if got := r.slack.to(t, "chat.postEphemeral", 1)[0].form["text"]; got != "A mention cannot open a form. Type "+slash+" in the message field of the channel instead." {
				t.Errorf("%s, %s: told %q", text, name, got)
			}
			if n := r.slack.count("views.open") + r.slack.count("views.push"); n != 0 {
				t.Errorf("%s: asked Slack for a modal", name)
			}
		}
	}
}

func TestHeldWordsAreBoundedAndKeptOnce(t *testing.T) {
	w := newHeldWords()
	for i := range maxKept + 10 {
		w.put(fmt.Sprint(i), utterance{Text: "first"})
		w.put(fmt.Sprint(i), utterance{Text: "second"})
	}
	_, oldest := w.get("9")
	u, kept := w.get("10")
	if oldest || !kept || u.Text != "first" || len(w.said) != maxKept {
		t.Errorf("%d kept, the oldest %v, %q", len(w.said), oldest, u.Text)
	}
	w.drop("10")
	w.drop("10")
	if _, there := w.get("10"); there || len(w.order) != maxKept-1 {
		t.Errorf("not dropped: %d left", len(w.order))
	}
}

// Slack brings a message by two sockets at once. The copy whose words came first is the
// second in the inbox; the other is answered all the same, by what is in memory.
func TestACopyThatIsLateInTheInboxTakesNoWordsAway(t *testing.T) {
	heard := ""
	r := newRigOn(t, &fakeInbox{}, &fakeListener{onMention: func(_ context.Context, r *Request) error {
		heard = r.Text
		return nil
	}})
	copied := said(r, map[string]any{"text": "<@UBOT> jobs harbor"})
	r.inbox.before = func() {
		r.inbox.before = nil
		r.keepAll(t, copied)
	}
	r.keepAll(t, copied)
	r.workOffAll(t)
	if heard != "jobs harbor" || r.slack.count("conversations.history") != 0 {
		t.Errorf("heard %q, and Slack was asked %d times what it was", heard, r.slack.count("conversations.history"))
	}
	r.keepAll(t, copied)
	if n := len(r.words.said); n != 0 {
		t.Errorf("the words of %d messages are held after the answer", n)
	}
}
