package slack

import (
	"strings"
	"testing"

	slackgo "github.com/slack-go/slack"
)

func TestCommandsThatGoWrong(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{Timing: quick()})
	is(t, s.Slash(s.ctx, "UBO", "CGENERAL", "/jobs"), DispatchFailed)
	a := s.dial()
	is(t, s.Slash(s.ctx, "UBO", "CGENERAL", "/jobs failed"), OperationTimeout)
	a.next()
	is(t, s.Slash(s.ctx, "UBO", "CGENERAL", "/lunch"), NotACommand)
	is(t, s.Slash(s.ctx, "UGUEST", "CALERTS", "/jobs"), "no_such_channel")
	is(t, s.Slash(s.ctx, "UNOBODY", "CALERTS", "/jobs"), "no_such_user")

	st, err := s.State("UBO")
	ok(t, err)
	var codes []string
	for _, n := range st.Notices {
		codes = append(codes, n.Code)
	}
	if got := strings.Join(codes, " "); got != "dispatch_failed operation_timeout not_a_command" {
		t.Fatalf("Bo saw %q", got)
	}
	if want := `/jobs failed with the error "operation_timeout"`; st.Notices[1].Text != want {
		t.Fatalf("Bo read %q", st.Notices[1].Text)
	}
	for _, d := range s.Deliveries() {
		if d.RetryAttempt > 0 {
			t.Fatal("a command was retried")
		}
	}
}

func TestAnAcksPayloadIsShown(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer  any
		forBo   []string
		forAnn  int
		failure string
	}{
		"ephemeral by default": {map[string]any{"text": "hello"}, []string{"hello"}, 0, ""},
		"bare text":            {"hello", []string{"hello"}, 0, ""},
		"in_channel":           {map[string]any{"text": "hello", "response_type": "in_channel"}, []string{"/jobs x", "hello"}, 2, ""},
		"nothing":              {map[string]any{}, nil, 0, ""},
		"blocks that are bad":  {map[string]any{"blocks": []any{map[string]any{"type": "alert"}}}, nil, 0, "invalid_command_response"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, Options{})
			a := s.dial()
			a.answering(tt.answer)
			is(t, s.Slash(s.ctx, "UBO", "CGENERAL", "/jobs x"), tt.failure)
			var texts []string
			for _, m := range s.MessagesSeenBy("UBO", "CGENERAL") {
				texts = append(texts, m.Text)
			}
			if strings.Join(texts, "|") != strings.Join(tt.forBo, "|") || len(s.MessagesSeenBy("UANN", "CGENERAL")) != tt.forAnn {
				t.Fatalf("Bo sees %q", texts)
			}
		})
	}
}

func TestCommandsAreTypedAnywhereByAnyone(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	a := s.dial()
	for _, tt := range []struct{ user, channel, name string }{
		{"UANN", "CPRIVATE", "privategroup"},
		{"UBO", "DBO", "directmessage"},
		{"UGUEST", "CSUPPORT", "support"},
		{"UEXT", "CSHARED", "with-partner"},
	} {
		got := a.answering()
		ok(t, s.Slash(s.ctx, tt.user, tt.channel, "/connection"))
		cmd := into[slackgo.SlashCommand](t, <-got)
		if cmd.UserID != tt.user || cmd.ChannelName != tt.name || cmd.TeamID != TeamID {
			t.Errorf("command is %+v", cmd)
		}
	}
}

// card posts a message with two buttons and two menus, and returns its ts.
func (s *stand) card() string {
	s.t.Helper()
	got := s.call("chat.postMessage", map[string]any{"channel": "CALERTS", "text": "card", "blocks": parse(s.t, `[
		{"type":"section","block_id":"top","text":{"type":"mrkdwn","text":"card"},"accessory":{"type":"overflow","action_id":"more","options":`+options(2)+`}},
		{"type":"actions","block_id":"acts","elements":[
			{"type":"button","action_id":"job.ack","text":{"type":"plain_text","text":"Ack"},"value":"job:42"},
			{"type":"static_select","action_id":"job.pick","options":`+options(3)+`},
			{"type":"checkboxes","action_id":"job.check","options":`+options(3)+`},
			{"type":"users_select","action_id":"job.who"}]}]`)})
	if got.error() != "" {
		s.t.Fatalf("post the card: %v", got.body)
	}
	ts, _ := got.body["ts"].(string)
	return ts
}

// quiet is a stand whose app hears of no events, only of people's acts.
func quiet(t *testing.T) (*stand, *app) {
	t.Helper()
	s := newStand(t, Options{Events: []string{}})
	return s, s.dial()
}

// impatient lets what is not acknowledged fail soon.
func (s *stand) impatient() {
	s.t.Helper()
	ok(s.t, s.Fault(Fault{Kind: FaultTiming, Pace: Pace{AckMS: 20}}))
}

func TestClicksInAMessage(t *testing.T) {
	t.Parallel()
	s, a := quiet(t)
	ts := s.card()
	for name, tt := range map[string]struct {
		block, action string
		chosen        Value
		got           func(b *slackgo.BlockAction) bool
		fails         string
	}{
		"a button":              {"acts", "job.ack", nil, func(b *slackgo.BlockAction) bool { return b.Value == "job:42" && b.Text.Text == "Ack" }, ""},
		"an option":             {"acts", "job.pick", map[string]any{"selected_option": "v1"}, func(b *slackgo.BlockAction) bool { return b.SelectedOption.Value == "v1" }, ""},
		"a bare option":         {"", "job.pick", "v2", func(b *slackgo.BlockAction) bool { return b.SelectedOption.Value == "v2" }, ""},
		"an option as value":    {"acts", "job.pick", map[string]any{"value": "v0"}, func(b *slackgo.BlockAction) bool { return b.SelectedOption.Value == "v0" }, ""},
		"a whole option":        {"acts", "job.pick", map[string]any{"selected_option": map[string]any{"value": "v1"}}, func(b *slackgo.BlockAction) bool { return b.SelectedOption.Text.Text != "" }, ""},
		"nothing in a menu":     {"acts", "job.who", map[string]any{"user": "UBO"}, func(b *slackgo.BlockAction) bool { return b.SelectedUser == "" }, ""},
		"an overflow":           {"top", "more", "v0", func(b *slackgo.BlockAction) bool { return b.SelectedOption.Value == "v0" }, ""},
		"several boxes":         {"acts", "job.check", map[string]any{"selected_options": []any{"v0", "v2"}}, func(b *slackgo.BlockAction) bool { return len(b.SelectedOptions) == 2 }, ""},
		"a person":              {"acts", "job.who", "UANN", func(b *slackgo.BlockAction) bool { return b.SelectedUser == "UANN" }, ""},
		"an option not offered": {"acts", "job.pick", "v9", nil, "no_such_option"},
		"a button not there":    {"acts", "job.burn", nil, nil, "no_such_action"},
	} {
		t.Run(name, func(t *testing.T) {
			at := Target{Channel: "CALERTS", TS: ts, BlockID: tt.block, ActionID: tt.action}
			if tt.fails != "" {
				is(t, s.Click(s.ctx, "UBO", at, tt.chosen), tt.fails)
				return
			}
			sent := a.answering()
			ok(t, s.Click(s.ctx, "UBO", at, tt.chosen))
			cb := into[slackgo.InteractionCallback](t, <-sent)
			act := cb.ActionCallback.BlockActions[0]
			if !tt.got(act) || act.ActionID != tt.action || act.BlockID == "" || act.ActionTs == "" {
				t.Fatalf("action is %+v", act)
			}
			if cb.Message.Timestamp != ts || cb.Container.ChannelID != "CALERTS" || cb.ResponseURL == "" || cb.TriggerID == "" || cb.Team.ID != TeamID {
				t.Fatalf("click is %+v", cb)
			}
		})
	}
	is(t, s.Click(s.ctx, "UGUEST", Target{Channel: "CALERTS", TS: ts, ActionID: "job.ack"}, nil), "no_such_channel")
	sent := a.answering()
	ok(t, s.Click(s.ctx, "UANN", Target{Channel: "CALERTS", TS: ts, ActionID: "job.ack"}, nil))
	if cb := into[slackgo.InteractionCallback](t, <-sent); cb.BlockActionState.Values["acts"]["job.pick"].SelectedOption.Value != "" {
		t.Fatal("Ann's click carries what Bo chose")
	}
}

func TestAnUnansweredClickShowsTrouble(t *testing.T) {
	t.Parallel()
	s, _ := quiet(t)
	s.impatient()
	is(t, s.Click(s.ctx, "UBO", Target{Channel: "CALERTS", TS: s.card(), ActionID: "job.ack"}, nil), TroubleConnecting)
	if n := len(s.Deliveries()); n != 1 {
		t.Fatalf("%d deliveries: clicks are never retried", n)
	}
}

func TestAClickByAPartnersPersonSaysSo(t *testing.T) {
	t.Parallel()
	s, a := quiet(t)
	ok(t, s.Invite("CSHARED", "", "UANN"))
	got := s.call("chat.postMessage", map[string]any{"channel": "CSHARED", "text": "x", "blocks": parse(t, "["+actions(button(`,"action_id":"a"`))+"]")})
	ts, _ := got.body["ts"].(string)
	sent := a.answering()
	ok(t, s.Click(s.ctx, "UEXT", Target{Channel: "CSHARED", TS: ts, ActionID: "a"}, nil))
	if cb := into[slackgo.InteractionCallback](t, <-sent); cb.User.TeamID != PartnerTeamID || cb.Team.ID != TeamID {
		t.Fatalf("click is by %+v of %+v", cb.User, cb.Team)
	}
}

func TestAClickInAnEphemeralMessageComesWithoutIt(t *testing.T) {
	t.Parallel()
	s, a := quiet(t)
	a.answering(map[string]any{"text": "x", "blocks": parse(t, "["+actions(button(`,"action_id":"a","value":"v"`))+"]")})
	ok(t, s.Slash(s.ctx, "UBO", "CGENERAL", "/jobs"))
	m := s.MessagesSeenBy("UBO", "CGENERAL")[0]
	sent := a.answering()
	ok(t, s.Click(s.ctx, "UBO", Target{Channel: "CGENERAL", TS: m.TS, ActionID: "a"}, nil))
	cb := into[slackgo.InteractionCallback](t, <-sent)
	if !cb.Container.IsEphemeral || cb.Message.Timestamp != "" || cb.ActionCallback.BlockActions[0].Value != "v" {
		t.Fatalf("click is %+v", cb)
	}
	is(t, s.Click(s.ctx, "UANN", Target{Channel: "CGENERAL", TS: m.TS, ActionID: "a"}, nil), "no_such_message")
}

func TestShortcuts(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{Events: []string{}, Shortcuts: []Shortcut{
		{Type: "message_action", CallbackID: "lookup_jobs", Name: "Look up jobs"},
		{Type: "shortcut", CallbackID: "lookup_job", Name: "Look up a job"},
	}})
	a := s.dial()
	ts, err := s.Say("UBO", "CGENERAL", "job 42 failed", "")
	ok(t, err)
	sent := a.answering()
	ok(t, s.RunShortcut(s.ctx, "UBO", "lookup_jobs", Target{Channel: "CGENERAL", TS: ts}))
	cb := into[slackgo.InteractionCallback](t, <-sent)
	if cb.Type != slackgo.InteractionTypeMessageAction || cb.Message.Text != "job 42 failed" || cb.ResponseURL == "" || cb.Channel.ID != "CGENERAL" {
		t.Fatalf("message shortcut is %+v", cb)
	}
	sent = a.answering()
	ok(t, s.RunShortcut(s.ctx, "UBO", "lookup_job", Target{}))
	if cb := into[slackgo.InteractionCallback](t, <-sent); cb.Type != slackgo.InteractionTypeShortcut || cb.CallbackID != "lookup_job" || cb.Channel.ID != "" || cb.TriggerID == "" {
		t.Fatalf("global shortcut is %+v", cb)
	}
	is(t, s.RunShortcut(s.ctx, "UBO", "lunch", Target{}), "no_such_shortcut")
	is(t, s.RunShortcut(s.ctx, "UGUEST", "lookup_job", Target{}), "no_such_shortcut")
	if st, _ := s.State("UGUEST"); len(st.Shortcuts) != 1 {
		t.Fatalf("a guest is offered %v", st.Shortcuts)
	}
}

func TestWhoSeesWhichChannel(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	for user, want := range map[string]string{
		"UANN":   "CALERTS CGENERAL CPRIVATE CSHARED CSUPPORT DANN",
		"UCAM":   "CALERTS CGENERAL CSHARED CSUPPORT DCAM",
		"UGUEST": "CGENERAL CSUPPORT DGUEST",
		"USOLO":  "CSUPPORT DSOLO",
		"UEXT":   "CSHARED",
	} {
		st, err := s.State(user)
		ok(t, err)
		var ids []string
		for _, c := range st.Channels {
			ids = append(ids, c.ID)
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%s sees %s, want %s", user, got, want)
		}
	}
}

func TestResetForgetsAndKeepsTheSockets(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	s.dial()
	_, err := s.Say("UBO", "CGENERAL", "hi", "")
	ok(t, err)
	s.Reset()
	if len(s.MessagesSeenBy("UBO", "CGENERAL")) != 0 || len(s.Calls("")) != 0 || s.Live() != 1 {
		t.Fatal("something stayed, or a socket went")
	}
}
