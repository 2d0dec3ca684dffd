package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"

	"perch/bot/card"
	"perch/bot/socket"
)

// double is a Slack that notes what it is told. Whole-program tests use the
// playground's; this one only stands where a test wants a certain answer.
type double struct {
	*httptest.Server
	mu      sync.Mutex
	answers map[string]string // method -> JSON, instead of the usual
	calls   []call
	arrived chan struct{}
}

type call struct {
	method string
	form   map[string]string
	body   map[string]any
}

func newDouble(t testing.TB) *double {
	d := &double{answers: map[string]string{}, arrived: make(chan struct{}, 100)}
	d.Server = httptest.NewServer(http.HandlerFunc(d.serve))
	t.Cleanup(d.Close)
	return d
}

func (d *double) serve(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	method := strings.TrimPrefix(r.URL.Path, "/api/")
	c := call{method: method, form: map[string]string{}}
	if json.Unmarshal(raw, &c.body) != nil {
		r.Body = io.NopCloser(bytes.NewReader(raw))
		_ = r.ParseForm()
		for k := range r.Form {
			c.form[k] = r.Form.Get(k)
		}
	}
	d.mu.Lock()
	d.calls = append(d.calls, c)
	answer, ok := d.answers[method]
	if user, known := d.answers[method+" "+c.form["user"]]; known {
		answer, ok = user, true
	}
	d.mu.Unlock()
	if !ok {
		answer = usual(method, c.form["user"])
	}
	w.Header().Set("X-OAuth-Scopes", "commands, chat:write")
	fmt.Fprint(w, answer)
	select {
	case d.arrived <- struct{}{}:
	default: // whoever waits has enough to look at
	}
}

func usual(method, user string) string {
	switch method {
	case "users.info":
		return fmt.Sprintf(`{"ok":true,"user":{"id":%q,"team_id":"T1"}}`, user)
	case "auth.test":
		return `{"ok":true,"team":"Home","team_id":"T1","user_id":"UBOT","bot_id":"B1","app_id":"A1"}`
	case "chat.postEphemeral":
		return `{"ok":true,"message_ts":"1.2"}`
	case "chat.postMessage":
		return `{"ok":true,"channel":"D1","ts":"1.1"}`
	default:
		return `{"ok":true}`
	}
}

func (d *double) on(method, answer string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answers[method] = answer
}

// patience is how long a test waits for what must come; one that passes never waits
// for it.
const patience = time.Minute

// count is how often a method was called so far.
func (d *double) count(method string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, c := range d.calls {
		if c.method == method {
			n++
		}
	}
	return n
}

// to returns the calls of one method, after at least n of them have come.
func (d *double) to(t *testing.T, method string, n int) []call {
	t.Helper()
	deadline := time.After(patience)
	for {
		d.mu.Lock()
		calls := slices.DeleteFunc(slices.Clone(d.calls), func(c call) bool { return c.method != method })
		d.mu.Unlock()
		if len(calls) >= n {
			return calls
		}
		select {
		case <-d.arrived:
		case <-deadline:
			t.Fatalf("%d calls of %s, want %d", len(calls), method, n)
		}
	}
}

const hook = "/hook"

// said are the answers that came through the response URL.
func (d *double) said(t *testing.T, n int) []string {
	t.Helper()
	var texts []string
	for _, c := range d.to(t, hook, n) {
		texts = append(texts, fmt.Sprint(c.body["text"]))
	}
	return texts
}

// rig is a Bot with one command over a double.
type rig struct {
	*Bot
	slack *double
	log   *syncBuffer
	inbox *fakeInbox
}

func newRig(t *testing.T, commands ...Command) *rig {
	return newRigOn(t, &fakeInbox{}, nil, commands...)
}

// newRigOn is a rig over an inbox that may have served another before.
func newRigOn(t testing.TB, inbox *fakeInbox, listener Listener, commands ...Command) *rig {
	d := newDouble(t)
	api := slack.New("xoxb-secret", slack.OptionAPIURL(d.URL+"/api/"))
	log := &syncBuffer{}
	b := New(Options{
		Slack: api, HTTP: d.Client(), Home: Identity{TeamID: "T1", AppID: "A1", UserID: "UBOT"},
		People: NewPeople(api, "T1", nil, nil), Commands: commands, Inbox: inbox, Listener: listener, Log: zerolog.New(log),
	})
	t.Cleanup(func() { _ = b.Drain(context.Background()) })
	return &rig{b, d, log, inbox}
}

func (r *rig) slash(text string) socket.Envelope {
	return r.envelope("slash_commands", socket.Command, map[string]any{
		"team_id": "T1", "api_app_id": "A1", "user_id": "U1", "channel_id": "C1",
		"command": "/test", "text": text, "response_url": r.slack.URL + hook, "trigger_id": "t",
	})
}

func (r *rig) click(action, value string) socket.Envelope {
	return r.envelope("interactive", socket.Click, map[string]any{
		"type": "block_actions", "team": map[string]any{"id": "T1"}, "api_app_id": "A1",
		"user": map[string]any{"id": "U1", "team_id": "T1"}, "channel": map[string]any{"id": "C1"},
		"response_url": r.slack.URL + hook,
		"actions":      []any{map[string]any{"action_id": action, "block_id": "b", "value": value}},
	})
}

func (r *rig) envelope(wire string, kind socket.Kind, payload map[string]any) socket.Envelope {
	raw, err := json.Marshal(payload)
	if err != nil {
		panic(err)
	}
	return socket.Envelope{ID: "e1", Kind: kind, Type: wire, Payload: raw, Received: time.Now()}
}

// change is an envelope with one field of its payload changed.
func change(t *testing.T, e socket.Envelope, field string, value any) socket.Envelope {
	t.Helper()
	var p map[string]any
	if err := json.Unmarshal(e.Payload, &p); err != nil {
		t.Fatal(err)
	}
	p[field] = value
	e.Payload, _ = json.Marshal(p)
	return e
}

func echo(verbs ...string) Command {
	say := func(ctx context.Context, r *Request) error {
		return r.Reply(ctx, card.Message{Text: "said " + r.Text + r.Value})
	}
	c := Command{
		Name: "test", Run: say, Actions: map[string]Handler{},
		Help: func(Names) card.Message { return card.Message{Text: "help!"} },
	}
	for _, v := range verbs {
		c.Actions[v] = say
	}
	return c
}

// syncBuffer is a log that several goroutines write.
type syncBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
