package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"perch/bot/card"
	"perch/bot/socket"
)

// fakeListener notices the word job-1 and notes what it is told.
type fakeListener struct {
	mu        sync.Mutex
	heard     []*Request
	mentions  []*Request
	came      []string
	asked     []string
	broken    error
	hearing   error
	onHear    func(ctx context.Context, r *Request) error
	onMention Handler
}

func (f *fakeListener) MayNotice(text string) bool { return strings.Contains(text, "-") }

func (f *fakeListener) Notices(_ context.Context, _, text string) ([]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, text)
	if f.broken != nil || !strings.Contains(text, "job-1") {
		return nil, f.broken
	}
	return []string{"job-1"}, nil
}

func (f *fakeListener) Hear(ctx context.Context, r *Request) error {
	f.mu.Lock()
	f.heard = append(f.heard, r)
	f.mu.Unlock()
	if f.onHear != nil {
		return f.onHear(ctx, r)
	}
	return f.hearing
}

func (f *fakeListener) Mentioned(ctx context.Context, r *Request) error {
	f.mu.Lock()
	f.mentions = append(f.mentions, r)
	f.mu.Unlock()
	if f.onMention != nil {
		return f.onMention(ctx, r)
	}
	return r.Reply(ctx, card.Message{Text: "to " + r.Text})
}

func (f *fakeListener) Joined(_ context.Context, channel string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.came = append(f.came, channel)
	return nil
}

// stamp is the ts of a message some time ago.
func stamp(ago time.Duration) string { return slackTime(time.Now().Add(-ago)) }

// said is an event for a message; of what is changed in it, nil takes a field away.
func said(r *rig, changed map[string]any) socket.Envelope {
	inner := map[string]any{
		"type": "message", "channel": "C1", "channel_type": "channel", "user": "U1", "team": "T1",
		"text": "what of job-1, says Secretive Ltd", "ts": "2000000000.000100", "client_msg_id": "m-1",
	}
	if ts, other := changed["ts"]; other { // another message
		inner["client_msg_id"] = fmt.Sprint("m-", ts)
	}
	maps.Copy(inner, changed)
	maps.DeleteFunc(inner, func(_ string, v any) bool { return v == nil })
	outer := map[string]any{
		"type": "event_callback", "team_id": "T1", "api_app_id": "A1",
		"event_id": fmt.Sprint("Ev-", inner["type"], inner["ts"]), "event": inner,
	}
	for _, field := range []string{"team_id", "api_app_id", "authorizations", "is_ext_shared_channel"} {
		if v, ok := inner["outer_"+field]; ok {
			outer[field] = v
		}
	}
	return r.envelope("events_api", socket.Event, outer)
}

func (r *rig) keepAll(t *testing.T, events ...socket.Envelope) {
	t.Helper()
	for _, e := range events {
		if err := r.Keep(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatIsNobodysBusinessLeavesNothing(t *testing.T) {
	tests := map[string]map[string]any{
		"no id that is known":           {"text": "Secretive Ltd says hello"},
		"an edit":                       {"subtype": "message_changed", "hidden": true},
		"a deletion":                    {"subtype": "message_deleted"},
		"somebody joining":              {"subtype": "channel_join"},
		"something hidden":              {"hidden": true},
		"a bot":                         {"bot_id": "B7"},
		"a bot that writes to Perch":    {"bot_id": "B7", "text": "<@UBOT> job-1"},
		"a bot by its profile":          {"bot_profile": map[string]any{"id": "B7"}},
		"a bot's message":               {"subtype": "bot_message", "user": nil},
		"Slackbot":                      {"user": "USLACKBOT"},
		"Perch itself":                  {"user": "UBOT"},
		"Perch itself, by app":          {"app_id": "A1"},
		"Perch itself, named":           {"user": "UBOT", "text": "<@UBOT> job-1"},
		"nobody":                        {"user": nil},
		"a direct message":              {"channel_type": "im", "channel": "D1"},
		"a direct message with a name":  {"channel": "D1", "text": "<@UBOT> jobs"},
		"no place":                      {"channel": nil},
		"no ts":                         {"ts": nil},
		"another workspace":             {"outer_team_id": "T2"},
		"another workspace's Perch":     {"outer_authorizations": []any{map[string]any{"team_id": "T2"}}},
		"another app":                   {"outer_api_app_id": "A2"},
		"a user of an odd kind":         {"user": map[string]any{"id": "U1"}},
		"a bot_id of an odd kind":       {"bot_id": 7},
		"somebody else is spoken to":    {"text": "<@UBOTANY> look, Secretive Ltd"},
		"a mention without a name":      {"type": "app_mention", "text": "Secretive Ltd"},
		"somebody else joins the place": {"type": "member_joined_channel", "user": "U2"},
	}
	for name, changed := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inbox, listener := &fakeInbox{}, &fakeListener{}
			r := newRigOn(t, inbox, listener)
			e := said(r, changed)
			r.keepAll(t, e)
			if len(inbox.seen) != 0 {
				t.Errorf("kept %s", inbox.seen)
			}
			if talks := changed["type"] != joining; r.Passes(e) != talks {
				t.Errorf("that nothing follows is seen without waiting: %v", !talks)
			}
			if log := r.log.String(); strings.Contains(log, "Secretive") || strings.Contains(log, `"U1"`) || strings.Contains(log, `"info"`) {
				t.Errorf("logged %s", log)
			}
			r.slack.mu.Lock()
			defer r.slack.mu.Unlock()
			if len(r.slack.calls) != 0 {
				t.Errorf("Slack was asked %v", r.slack.calls)
			}
		})
	}
}

func TestWhatMayMatterDoesNotPass(t *testing.T) {
	t.Parallel()
	r := newRigOn(t, &fakeInbox{}, &fakeListener{})
	for name, changed := range map[string]map[string]any{
		"an id":              nil,
		"what may be an id":  {"text": "see trace-17"},
		"a mention":          {"text": "<@UBOT> hello"},
		"its own coming":     {"type": "member_joined_channel", "user": "UBOT"},
		"a token taken back": {"type": "tokens_revoked"},
	} {
		if r.Passes(said(r, changed)) {
			t.Errorf("%s passes", name)
		}
	}
}

func TestNothingIsKeptWhereNobodyListens(t *testing.T) {
	r := newRig(t)
	r.keepAll(t, said(r, nil), said(r, map[string]any{"text": "<@UBOT> jobs"}))
	if len(r.inbox.seen) != 0 {
		t.Errorf("kept %s", r.inbox.seen)
	}
}

func TestOfAMessageWithAnIDItsWordsAreNotKept(t *testing.T) {
	tests := map[string]struct {
		changed map[string]any
		want    string
	}{
		"a message": {nil, `{"channel":"C1","ts":"2000000000.000100","user":"U1","team":"T1","client_msg_id":"m-1","ids":["job-1"]}`},
		"one in a thread, sent to the channel too": {
			map[string]any{"subtype": "thread_broadcast", "thread_ts": "1999999999.000100"},
			`{"channel":"C1","ts":"2000000000.000100","thread_ts":"1999999999.000100","user":"U1","team":"T1","client_msg_id":"m-1","ids":["job-1"]}`,
		},
		"one with a file": {
			map[string]any{"subtype": "file_share", "client_msg_id": nil},
			`{"channel":"C1","ts":"2000000000.000100","user":"U1","team":"T1","ids":["job-1"]}`,
		},
		"one of another workspace": {
			map[string]any{"user_team": "T2", "source_team": "T2"},
			`{"channel":"C1","ts":"2000000000.000100","user":"U1","team":"T2","client_msg_id":"m-1","ids":["job-1"]}`,
		},
		"one in a channel of another workspace's": {
			map[string]any{"outer_team_id": "T2", "outer_authorizations": []any{map[string]any{"team_id": "T1"}}},
			`{"channel":"C1","ts":"2000000000.000100","user":"U1","team":"T1","client_msg_id":"m-1","ids":["job-1"]}`,
		},
		"the first of a thread": {
			map[string]any{"thread_ts": "2000000000.000100"},
			`{"channel":"C1","ts":"2000000000.000100","user":"U1","team":"T1","client_msg_id":"m-1","ids":["job-1"]}`,
		},
		"a mention": {
			map[string]any{"text": "Secretive <@UBOT|perch> jobs"},
			`{"channel":"C1","ts":"2000000000.000100","user":"U1","team":"T1","client_msg_id":"m-1","mention":true}`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRigOn(t, &fakeInbox{}, &fakeListener{})
			r.keepAll(t, said(r, tt.changed))
			if got := string(r.inbox.seen["talk:C1:2000000000.000100"]); got != tt.want || len(r.inbox.seen) != 1 {
				t.Errorf("kept %s, want %s", r.inbox.seen, tt.want)
			}
			if strings.Contains(r.log.String(), "Secretive") {
				t.Errorf("logged %s", r.log)
			}
		})
	}
}

// Of any message, for most are read no further than that.
func TestThatOthersReadAChannelIsPassedOn(t *testing.T) {
	r := newRigOn(t, &fakeInbox{}, &fakeListener{})
	var heard []string
	r.others = func(channel string) { heard = append(heard, channel) }
	shared := map[string]any{"outer_is_ext_shared_channel": true, "channel": "C2", "text": "nothing of ours"}
	r.Passes(said(r, map[string]any{"text": "nothing of ours"}))
	r.Passes(said(r, shared))
	r.keepAll(t, said(r, nil), said(r, map[string]any{"outer_is_ext_shared_channel": true, "channel": "C3"}))
	r.Passes(said(r, map[string]any{"outer_is_ext_shared_channel": true, "outer_api_app_id": "A2", "channel": "C4"}))
	if want := []string{"C2", "C3"}; !slices.Equal(heard, want) {
		t.Errorf("heard of others in %v, want %v", heard, want)
	}
}

func TestIDsAreFoundInWhatIsSharedAndInBlocks(t *testing.T) {
	tests := map[string]map[string]any{
		"a shared message": {"attachments": []any{map[string]any{"is_share": true, "text": "see job-1", "fallback": "[3 Oct] bo: see"}}},
		"its fallback":     {"attachments": []any{map[string]any{"fallback": "see job-1"}}},
		"a field":          {"attachments": []any{map[string]any{"fields": []any{map[string]any{"title": "Job", "value": "job-1"}}}}},
		"beside an odd one": {"attachments": []any{
			7, map[string]any{"text": 7, "fallback": "job-1"}, map[string]any{"text": "job-1"},
		}},
		"blocks alone": {"text": "", "blocks": []any{map[string]any{"type": "rich_text", "elements": []any{
			map[string]any{"type": "rich_text_preformatted", "elements": []any{map[string]any{"type": "text", "text": "job-1"}}},
		}}}},
	}
	for name, changed := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			listener := &fakeListener{}
			r := newRigOn(t, &fakeInbox{}, listener)
			if _, own := changed["text"]; !own {
				changed["text"] = "look"
			}
			r.keepAll(t, said(r, changed))
			if len(r.inbox.seen) != 1 {
				t.Errorf("not found in %q", listener.asked)
			}
		})
	}
}

func TestWordsAreBounded(t *testing.T) {
	long := strings.Repeat("é", maxWords+5)
	raw, _ := json.Marshal([]map[string]string{{"text": long}, {"text": "more"}})
	for name, u := range map[string]utterance{
		"text": {Text: long}, "attached": {Text: "x", Attachments: raw}, "a bot's": {BotID: "B", Text: long, Blocks: raw},
	} {
		if got := len([]rune(u.words())); got != maxWords {
			t.Errorf("%s: %d characters, want %d", name, got, maxWords)
		}
	}
}

func TestANoticeThatFailsHasSlackBringTheMessageAgain(t *testing.T) {
	listener := &fakeListener{broken: errors.New("database is away")}
	r := newRigOn(t, &fakeInbox{}, listener)
	if err := r.Keep(t.Context(), said(r, nil)); err == nil {
		t.Error("acknowledged a message that nobody looked at")
	}
	listener.broken = nil
	retry := said(r, nil)
	retry.Retry = 1
	r.keepAll(t, retry)
	if r.workOffAll(t); len(listener.heard) != 1 {
		t.Errorf("heard %d times, want once", len(listener.heard))
	}
}

func TestAMentionIsAnsweredOnceInWhateverOrderItsEventsCome(t *testing.T) {
	text := map[string]any{"text": "<@UBOT> jobs harbor"}
	mentioned := map[string]any{"type": "app_mention", "text": "<@UBOT> jobs harbor", "client_msg_id": nil}
	for name, kinds := range map[string][]map[string]any{
		"message first":     {text, mentioned},
		"app_mention first": {mentioned, text},
		"again and again":   {mentioned, text, text, mentioned},
		"one alone":         {mentioned},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			listener := &fakeListener{}
			r := newRigOn(t, &fakeInbox{}, listener)
			for i, changed := range kinds {
				e := said(r, changed)
				e.Retry = 1 - i // the first copy that ever comes is a retry
				r.keepAll(t, e)
				r.workOffAll(t)
			}
			calls := r.slack.to(t, "chat.postEphemeral", 1)
			if len(calls) != 1 || calls[0].form["text"] != "to jobs harbor" || len(listener.mentions) != 1 {
				t.Errorf("answered %v", calls)
			}
			if n := len(r.words.said); n != 0 {
				t.Errorf("the words of %d messages are still there", n)
			}
		})
	}
}

func TestHearing(t *testing.T) {
	listener := &fakeListener{}
	r := newRigOn(t, &fakeInbox{}, listener)
	r.keepAll(t, said(r, map[string]any{"thread_ts": "1999999999.000100"}), said(r, map[string]any{"thread_ts": "1999999999.000100"}))
	r.workOffAll(t)
	if len(listener.heard) != 1 {
		t.Fatalf("heard %d times", len(listener.heard))
	}
	q := listener.heard[0]
	want := Quoted{TS: "2000000000.000100", Thread: "1999999999.000100", User: "U1", ClientID: "m-1", IDs: []string{"job-1"}}
	if fmt.Sprint(*q.Quoted) != fmt.Sprint(want) || q.Who.ID != "U1" || q.Channel != "C1" || q.Thread != want.Thread {
		t.Errorf("heard %+v of %+v", *q.Quoted, q)
	}
	if !slices.Contains(r.inbox.done, "talk:C1:2000000000.000100") {
		t.Error("not marked done")
	}
	if log := r.log.String(); !strings.Contains(log, `"kind":"message"`) || !strings.Contains(log, `"outcome":"answered"`) {
		t.Errorf("logged %s", log)
	}
}

func TestWhoIsRefusedInAThread(t *testing.T) {
	tests := map[string]struct {
		user    string
		changed map[string]any
		want    string
	}{
		"a guest":           {`"is_restricted":true`, nil, "guests and people of other workspaces"},
		"another workspace": {`"is_admin":false`, map[string]any{"user_team": "T2"}, "guests and people of other workspaces"},
		"a bot user":        {`"is_bot":true`, nil, ""},
	}
	for name, tt := range tests {
		for _, text := range []string{"job-1", "<@UBOT> job-1"} {
			t.Run(name+" "+text, func(t *testing.T) {
				t.Parallel()
				listener := &fakeListener{}
				r := newRigOn(t, &fakeInbox{}, listener)
				r.slack.on("users.info", `{"ok":true,"user":{"id":"U1","team_id":"T1",`+tt.user+`}}`)
				changed := map[string]any{"text": text, "thread_ts": "1999999999.000100"}
				maps.Copy(changed, tt.changed)
				r.keepAll(t, said(r, changed))
				r.workOffAll(t)
				if len(listener.heard)+len(listener.mentions) != 0 || len(r.inbox.done) != 1 {
					t.Errorf("heard all the same, or to be tried again: %v", r.inbox.done)
				}
				if tt.want == "" {
					if n := r.slack.count("chat.postEphemeral") + r.slack.count("chat.postMessage"); n != 0 {
						t.Error("a bot was answered")
					}
					return
				}
				calls := r.slack.to(t, "chat.postEphemeral", 1)
				if form := calls[0].form; len(calls) != 1 || !strings.Contains(form["text"], tt.want) ||
					form["user"] != "U1" || form["thread_ts"] != "1999999999.000100" {
					t.Errorf("refused with %v", calls)
				}
			})
		}
	}
}

func TestARefusalThatCannotBeShownIsNoted(t *testing.T) {
	r := newRigOn(t, &fakeInbox{}, &fakeListener{})
	r.slack.on("users.info", `{"ok":true,"user":{"id":"U1","team_id":"T1","is_restricted":true}}`)
	r.slack.on("chat.postEphemeral", `{"ok":false,"error":"user_not_in_channel"}`)
	r.keepAll(t, said(r, nil))
	r.workOffAll(t)
	if len(r.inbox.done) != 1 || r.slack.count("chat.postMessage") != 0 {
		t.Errorf("done %v, %d direct messages", r.inbox.done, r.slack.count("chat.postMessage"))
	}
	if log := r.log.String(); !strings.Contains(log, `"outcome":"refused"`) || !strings.Contains(log, "user_not_in_channel") {
		t.Errorf("logged %s", log)
	}
}

func TestWhatFailsToBeHeardIsSilentlyTriedAgainForADay(t *testing.T) {
	for name, tt := range map[string]struct {
		ago  time.Duration
		err  error
		done bool
	}{
		"now":                  {0, errors.New("database is away"), false},
		"a panic":              {0, nil, false},
		"something was said":   {0, Tell("No.", nil), true},
		"two days ago":         {48 * time.Hour, errors.New("database is away"), true},
		"two days ago, at all": {48 * time.Hour, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			listener := &fakeListener{hearing: tt.err}
			if tt.err == nil {
				listener.onHear = func(context.Context, *Request) error { panic("boom") }
			}
			r := newRigOn(t, &fakeInbox{}, listener)
			r.keepAll(t, said(r, map[string]any{"ts": stamp(tt.ago)}))
			r.workOffAll(t)
			if done := len(r.inbox.done) == 1; done != tt.done {
				t.Errorf("done %v, want %v", done, tt.done)
			}
			if n := r.slack.count("chat.postEphemeral") + r.slack.count("chat.postMessage"); n != 0 {
				t.Error("somebody was told")
			}
		})
	}
}

func TestPerchHearsThatItCameIntoAChannel(t *testing.T) {
	listener := &fakeListener{}
	r := newRigOn(t, &fakeInbox{}, listener)
	joins := func(user string) socket.Envelope {
		return said(r, map[string]any{"type": joining, "user": user, "inviter": "U9", "ts": nil})
	}
	r.keepAll(t, joins("UBOT"), joins("U2"))
	r.workOffAll(t)
	if fmt.Sprint(listener.came) != "[C1]" || len(r.inbox.seen) != 1 {
		t.Errorf("came %v, kept %s", listener.came, r.inbox.seen)
	}
}

func TestASlowOneHoldsNothingUp(t *testing.T) {
	release, slow := make(chan struct{}), make(chan struct{}, 20)
	heard := make(chan string, 100)
	listener := &fakeListener{
		onMention: func(context.Context, *Request) error { slow <- struct{}{}; <-release; return nil },
		onHear:    func(_ context.Context, r *Request) error { heard <- r.TS; return nil },
	}
	r := newRigOn(t, &fakeInbox{}, listener)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- r.Events().Run(ctx) }()
	mention := func(i int) socket.Envelope {
		return said(r, map[string]any{"text": "<@UBOT> jobs", "ts": fmt.Sprintf("2000000000.%06d", i)})
	}
	for i := range eventsAtOnce - 1 {
		r.keepAll(t, mention(i))
		<-slow
	}
	for i := range 30 { // all of these go through the one place that is left
		r.keepAll(t, said(r, map[string]any{"ts": fmt.Sprintf("2000000001.%06d", i)}))
	}
	for range 30 {
		<-heard
	}
	r.keepAll(t, mention(100))
	<-slow
	r.keepAll(t, said(r, map[string]any{"ts": "2000000002.000000"}))
	close(release) // the first that ends makes room
	if got := <-heard; got != "2000000002.000000" {
		t.Errorf("heard %s", got)
	}
	cancel()
	if err := <-ended; err != nil || r.inbox.claimed > eventsAtOnce {
		t.Errorf("ended with %v; %d were claimed at once", err, r.inbox.claimed)
	}
}

func TestStoppingLeavesAMentionToTheNextProcess(t *testing.T) {
	began := make(chan struct{})
	listener := &fakeListener{onMention: func(ctx context.Context, _ *Request) error {
		close(began)
		<-ctx.Done()
		return ctx.Err()
	}}
	inbox := &fakeInbox{}
	r := newRigOn(t, inbox, listener)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- r.Events().Run(ctx) }()
	r.keepAll(t, said(r, map[string]any{"text": "<@UBOT> jobs"}))
	<-began
	cancel()
	if err := <-ended; err != nil || len(inbox.done) != 0 || r.slack.count("chat.postEphemeral") != 0 {
		t.Errorf("ended with %v, done %v", err, inbox.done)
	}
}

func TestAfterARestartTheWordsAreReadAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		thread any
		method string
		answer string
		want   string
	}{
		"in the channel": {
			nil, "conversations.history",
			`{"ok":true,"messages":[{"type":"message","user":"U1","ts":"2000000000.000100","text":"<@UBOT> jobs harbor"}]}`, "to jobs harbor",
		},
		"in a thread": {
			"1999999999.000100", "conversations.replies",
			`{"ok":true,"messages":[{"ts":"1999999999.000100","text":"root"},{"user":"U1","ts":"2000000000.000100","text":"<@UBOT> jobs harbor"}]}`,
			"to jobs harbor",
		},
		"taken back": {nil, "conversations.history", `{"ok":true,"messages":[]}`, ""},
		"not to be read": {
			nil, "conversations.history", `{"ok":false,"error":"missing_scope"}`, "Perch was restarted",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inbox := &fakeInbox{}
			before := newRigOn(t, inbox, &fakeListener{})
			before.keepAll(t, said(before, map[string]any{"text": "<@UBOT> jobs harbor", "thread_ts": tt.thread}))
			after := newRigOn(t, inbox, &fakeListener{})
			after.slack.on(tt.method, tt.answer)
			after.keepAll(t, said(after, map[string]any{"type": "app_mention", "text": "<@UBOT> jobs harbor", "thread_ts": tt.thread}))
			after.workOffAll(t)
			after.workOffAll(t)
			read := after.slack.to(t, tt.method, 1)
			if form := read[0].form; form["oldest"] != "2000000000.000100" || form["latest"] != form["oldest"] || form["inclusive"] != "1" {
				t.Errorf("read %v", form)
			}
			if len(inbox.done) != 1 {
				t.Errorf("done %v", inbox.done)
			}
			if tt.want == "" {
				if n := after.slack.count("chat.postEphemeral"); n != 0 {
					t.Errorf("answered %d times what was taken back", n)
				}
				return
			}
			calls := after.slack.to(t, "chat.postEphemeral", 1)
			if len(calls) != 1 || !strings.Contains(calls[0].form["text"], tt.want) {
				t.Errorf("answered %v", calls)
			}
		})
	}
}

func FuzzTalk(f *testing.F) {
	seed := newRigOn(f, &fakeInbox{}, &fakeListener{})
	for _, changed := range []map[string]any{
		nil,
		{"text": "<@UBOT> jobs"},
		{"text": "nothing"},
		{"bot_id": "B1"},
		{"text": "<@UBOT|x"},
		{"blocks": []any{[]any{}}, "text": ""},
		{"attachments": []any{map[string]any{"text": "x", "fields": 7}}, "text": ""},
	} {
		f.Add(string(said(seed, changed).Payload))
	}
	f.Fuzz(func(t *testing.T, payload string) {
		inbox := &fakeInbox{}
		b := New(Options{Home: Identity{TeamID: "T1", AppID: "A1", UserID: "UBOT"}, Inbox: inbox, Listener: &fakeListener{}})
		defer func() { _ = b.Drain(context.Background()) }()
		e := socket.Envelope{Payload: []byte(payload)}
		if err := b.Keep(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if b.Passes(e) && len(inbox.seen) > 0 {
			t.Errorf("what passes is kept: %s", inbox.seen)
		}
		for id, kept := range inbox.seen {
			var d talk
			isTalk := strings.HasPrefix(id, talkKey)
			if isTalk && (json.Unmarshal(kept, &d) != nil || !d.Mention && len(d.IDs) == 0 || d.User == "") {
				t.Errorf("kept %s of a message without ids", kept)
			}
			if s := listen(socket.Envelope{Payload: []byte(payload)}); !isTalk && string(kept) != "{}" && s.Event.Type != joining {
				t.Errorf("kept %s of %v", kept, s)
			}
		}
	})
}

// BenchmarkMessagesWithoutIDs is what most of a busy workspace's messages cost.
func BenchmarkMessagesWithoutIDs(b *testing.B) {
	for name, notices := range map[string]func(string) []string{
		"nobody looks": func(string) []string { return nil },
		"each word is looked at": func(text string) []string {
			var ids []string
			for word := range strings.FieldsSeq(text) {
				word = strings.Trim(word, "`'\"<>()[]{}.,;:!?*_~|")
				if len(word) >= 5 && strings.ContainsAny(word, "0123456789") && strings.ContainsAny(word, "abcdefghijklmnopqrstuvwxyz") {
					ids = append(ids, word)
				}
			}
			return ids[:0]
		},
	} {
		b.Run(name, func(b *testing.B) {
			r := newRigOn(b, &fakeInbox{}, noticing{&fakeListener{}, notices})
			e := said(r, chatter())
			b.SetBytes(int64(len(e.Payload)))
			b.ReportAllocs()
			for b.Loop() {
				if err := r.Keep(b.Context(), e); err != nil {
					b.Fatal(err)
				}
			}
			if len(r.inbox.seen) != 0 {
				b.Fatal("something was kept")
			}
			perOp := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
			b.ReportMetric(200*perOp/float64(time.Second)*100, "%core@200/s")
		})
	}
}

type noticing struct {
	*fakeListener
	notices func(string) []string
}

func (n noticing) MayNotice(text string) bool { return len(n.notices(text)) > 0 }

func (n noticing) Notices(_ context.Context, _, text string) ([]string, error) {
	return n.notices(text), nil
}

// chatter is a message as long as most, with its blocks: about 2 KB in all.
func chatter() map[string]any {
	sentence := "Morning all, the import of last night looks fine to me, 42 of 42 rows, could somebody look at the two open tickets? "
	var elements []any
	for range 5 {
		elements = append(elements, map[string]any{"type": "text", "text": sentence}, map[string]any{"type": "emoji", "name": "wave", "unicode": "1f44b"})
	}
	return map[string]any{
		"text": strings.Repeat(sentence+":wave: ", 5), "event_ts": "2000000000.000100",
		"blocks": []any{map[string]any{"type": "rich_text", "block_id": "b1", "elements": []any{
			map[string]any{"type": "rich_text_section", "elements": elements},
		}}},
	}
}
