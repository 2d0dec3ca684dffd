package slack

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	slackgo "github.com/slack-go/slack"
)

// door posts to the control door.
func (s *stand) door(path string, body any) answer {
	s.t.Helper()
	raw, err := json.Marshal(body)
	ok(s.t, err)
	r, err := http.NewRequest(http.MethodPost, s.url+"/_slack/"+path, bytes.NewReader(raw))
	ok(s.t, err)
	return s.do(r)
}

func (s *stand) look(path string) answer {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodGet, s.url+"/_slack/"+path, nil)
	ok(s.t, err)
	return s.do(r)
}

type m = map[string]any

func TestTheControlDoorPlaysAWholeJourney(t *testing.T) {
	t.Parallel()
	s, a := quiet(t)
	got := a.answering()
	if done := s.door("command", m{"user": "UBO", "channel": "CALERTS", "text": "/perch subscribe"}); done.body["ok"] != true {
		t.Fatalf("command: %v", done.body)
	}
	cmd := into[slackgo.SlashCommand](t, <-got)
	opened := s.call("views.open", m{"trigger_id": cmd.TriggerID, "view": modal("Subscribe")})
	id := viewID(opened)

	refused := s.door("submit", m{"user": "UBO", "view_id": id, "values": m{"name": m{"in": ""}}})
	if refused.status != http.StatusOK || refused.error() != "invalid_input" || refused.body["errors"] == nil {
		t.Fatalf("an incomplete submission: %d %v", refused.status, refused.body)
	}
	a.answering(m{"options": parse(t, options(2))})
	offered := s.door("suggest", m{"user": "UBO", "view_id": id, "action_id": "who", "value": "ha"})
	if list, _ := offered.body["options"].([]any); len(list) != 2 {
		t.Fatalf("suggest: %v", offered.body)
	}
	if done := s.door("fill", m{"user": "UBO", "view_id": id, "block_id": "note", "action_id": "in", "value": "kept"}); done.body["ok"] != true {
		t.Fatalf("fill: %v", done.body)
	}
	sent := a.answering(m{"response_action": "errors", "errors": m{"name": "taken"}})
	done := s.door("submit", m{"user": "UBO", "view_id": id, "values": m{"name": m{"in": m{"type": "plain_text_input", "value": "harbor"}}}})
	if done.body["ok"] != true || done.body["response_action"] != "errors" {
		t.Fatalf("submit: %v", done.body)
	}
	if cb := into[slackgo.InteractionCallback](t, <-sent); cb.View.State.Values["note"]["in"].Value != "kept" || cb.View.State.Values["name"]["in"].Value != "harbor" {
		t.Fatalf("values are %+v", cb.View.State)
	}
	a.answering()
	if done := s.door("close", m{"user": "UBO", "view_id": id}); done.body["ok"] != true {
		t.Fatalf("close: %v", done.body)
	}
	ts := s.card()
	a.answering()
	if done := s.door("click", m{"user": "UBO", "channel": "CALERTS", "ts": ts, "action_id": "job.pick", "selected_option": "v1"}); done.body["ok"] != true {
		t.Fatalf("click: %v", done.body)
	}
	s.impatient()
	if late := s.door("click", m{"user": "UBO", "channel": "CALERTS", "ts": ts, "action_id": "job.ack"}); late.status != http.StatusOK || late.error() != TroubleConnecting {
		t.Fatalf("an unanswered click: %v", late.body)
	}
}

func TestTheStateDoor(t *testing.T) {
	t.Parallel()
	s, _ := quiet(t)
	s.card()
	said := s.door("message", m{"user": "UBO", "channel": "CALERTS", "text": "hi"})
	if said.body["ts"] == "" || said.error() != "" {
		t.Fatalf("message: %v", said.body)
	}
	state := s.look("state?user=UBO").body
	for _, field := range []string{"seq", "team", "me", "bot", "commands", "shortcuts", "users", "channels", "messages", "views", "notices"} {
		if state[field] == nil {
			t.Errorf("%s is missing or null", field)
		}
	}
	messages, _ := state["messages"].(m)
	list, _ := messages["CALERTS"].([]any)
	if len(list) != 2 {
		t.Fatalf("#finch-alerts holds %v", list)
	}
	card, _ := list[0].(m)
	if shown, _ := card["shown"].(string); !strings.Contains(shown, "[Ack]") || card["blocks"] == nil || card["bot_id"] != BotID {
		t.Fatalf("the card is %v", card)
	}
	if nobody := s.look("state?user=UNOBODY"); nobody.status != http.StatusNotFound || nobody.error() != "no_such_user" {
		t.Fatalf("a stranger's state: %v", nobody.body)
	}
}

func TestChangesAreStreamed(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	r, err := http.NewRequestWithContext(s.ctx, http.MethodGet, s.url+"/_slack/events?user=UBO", nil)
	ok(t, err)
	res, err := http.DefaultClient.Do(r)
	ok(t, err)
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	next := func() (seq int) {
		for lines.Scan() {
			if data, isData := strings.CutPrefix(lines.Text(), "data: "); isData {
				var change struct{ Seq int }
				ok(t, json.Unmarshal([]byte(data), &change))
				return change.Seq
			}
		}
		t.Fatal("the stream ended")
		return 0
	}
	before := next()
	_, err = s.Say("UBO", "CGENERAL", "hi", "")
	ok(t, err)
	if after := next(); after <= before {
		t.Fatalf("seq went from %d to %d", before, after)
	}
}

func TestTheWorldCanBeChangedThroughTheDoor(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{Events: []string{}, Timing: quick()})
	for _, tt := range []struct {
		path string
		body m
	}{
		{"channel", m{"id": "CNEW", "name": "new", "members": []string{"UBO"}}},
		{"invite", m{"channel": "CNEW"}},
		{"channel", m{"id": "CNEW", "is_ext_shared": true}},
		{"kick", m{"channel": "CALERTS"}},
		{"user", m{"id": "UCAM", "is_admin": true}},
		{"home", m{"user": "UBO"}},
		{"fault", m{"kind": "timing", "ack_ms": 50}},
		{"fault", m{"method": "chat.update", "kind": "error", "error": "internal_error"}},
		{"reload", m{"user": "UBO"}},
	} {
		if got := s.door(tt.path, tt.body); got.body["ok"] != true {
			t.Fatalf("%s %v: %v", tt.path, tt.body, got.body)
		}
	}
	st, err := s.State("UBO")
	ok(t, err)
	for _, c := range st.Channels {
		if c.ID == "CNEW" && (!c.BotMember || !c.IsExtShared || c.Name != "new" || !c.IsMember) || c.ID == "CALERTS" && c.BotMember {
			t.Errorf("channel is %+v", c)
		}
	}
	cam, err := s.api.GetUserInfoContext(s.ctx, "UCAM")
	ok(t, err)
	if !cam.IsAdmin || cam.RealName == "" {
		t.Errorf("Cam is %+v", cam)
	}
	if got := s.door("fault", m{"kind": "rain"}); got.status != http.StatusBadRequest {
		t.Errorf("an unknown fault: %d", got.status)
	}
	if got := s.door("reset", m{}); got.body["ok"] != true {
		t.Errorf("reset: %v", got.body)
	}
}

func TestAnyEnvelopeCanBeSent(t *testing.T) {
	t.Parallel()
	s, a := quiet(t)
	got := a.answering(m{"text": "hm"})
	sent := s.door("envelope", m{"type": "telepathy", "payload": m{"x": 1}})
	if f := <-got; f.Type != "telepathy" || f.EnvelopeID == "" {
		t.Fatalf("frame is %+v", f)
	}
	if sent.body["acked"] != true || sent.body["payload"] == nil {
		t.Fatalf("answer is %v", sent.body)
	}
	s.impatient()
	if unanswered := s.door("envelope", m{"type": "telepathy"}); unanswered.body["acked"] != false {
		t.Fatalf("answer is %v", unanswered.body)
	}
	a.next()
	event := s.door("event", m{"type": "unheard_of"})
	if outer, inner := a.event(); inner.Type != "unheard_of" || outer.EventID != event.body["event_id"] {
		t.Fatalf("event is %+v", outer)
	}
	for path, field := range map[string]string{"sockets": "sockets", "calls?method=auth.test": "calls", "deliveries": "deliveries"} {
		if _, isList := s.look(path).body[field].([]any); !isList {
			t.Errorf("%s: %v", path, s.look(path).body)
		}
	}
}
