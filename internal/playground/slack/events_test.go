package slack

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"
)

type outerEvent struct {
	Type      string          `json:"type"`
	EventID   string          `json:"event_id"`
	TeamID    string          `json:"team_id"`
	AppID     string          `json:"api_app_id"`
	ExtShared bool            `json:"is_ext_shared_channel"`
	Event     json.RawMessage `json:"event"`
}

type innerEvent struct {
	Type, Subtype, Channel, User, Text, TS, Tab, Reaction string
	BotID                                                 string `json:"bot_id"`
	ChannelType                                           string `json:"channel_type"`
	ThreadTS                                              string `json:"thread_ts"`
	Message                                               struct{ Text, TS string }
	Previous                                              struct{ Text string } `json:"previous_message"`
}

// event takes and acks the next frame, which must be an event.
func (a *app) event() (outerEvent, innerEvent) {
	a.t.Helper()
	f := a.next()
	a.ack(f)
	if f.Type != "events_api" || f.Accepts {
		a.t.Fatalf("frame is %+v", f)
	}
	outer := into[outerEvent](a.t, f)
	var inner innerEvent
	ok(a.t, json.Unmarshal(outer.Event, &inner))
	return outer, inner
}

func TestAnUnacknowledgedEventIsRetriedThreeTimes(t *testing.T) {
	t.Parallel()
	timing := quick()
	timing.Ack = 5 * time.Millisecond
	s := newStand(t, Options{Timing: timing})
	a := s.dial()
	id := s.Event(map[string]any{"type": "channel_rename"})
	seen := map[string]bool{}
	for attempt := range 4 {
		f := a.next()
		reason := "timeout"
		if attempt == 0 {
			reason = ""
		}
		if f.Retry != attempt || f.RetryReason != reason || into[outerEvent](t, f).EventID != id || seen[f.EnvelopeID] {
			t.Fatalf("attempt %d is %+v", attempt, f)
		}
		seen[f.EnvelopeID] = true
	}
	s.Event(map[string]any{"type": "next"})
	if f := a.next(); into[outerEvent](t, f).EventID == id {
		t.Fatal("a fourth retry came")
	}
}

func TestAnEventRaisedWhileNobodyListensComesAsARetry(t *testing.T) {
	t.Parallel()
	timing := quick()
	timing.Retries = []time.Duration{time.Millisecond, time.Millisecond, time.Millisecond}
	s := newStand(t, Options{Timing: timing})
	s.Event(map[string]any{"type": "lost"})
	ok(t, s.Wait(s.ctx, func() bool { return len(s.Deliveries()) == 4 }))
	for i, d := range s.Deliveries() {
		if d.Socket != 0 || d.Acked || d.RetryAttempt != i {
			t.Fatalf("delivery %d is %+v", i, d)
		}
	}
}

func TestEventsCanComeTwiceAndInReverse(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	a := s.dial()
	ok(t, s.Fault(Fault{Kind: FaultDuplicate}))
	s.Event(map[string]any{"type": "x"})
	first, _ := a.event()
	second, _ := a.event()
	if first.EventID != second.EventID {
		t.Fatal("the duplicate has another event_id")
	}
	ok(t, s.Fault(Fault{Kind: FaultReorder, Times: 3}))
	for i := range 3 {
		s.Event(map[string]any{"type": "x", "text": strconv.Itoa(i)})
	}
	for want := 2; want >= 0; want-- {
		if _, inner := a.event(); inner.Text != strconv.Itoa(want) {
			t.Fatalf("got %q, want %d", inner.Text, want)
		}
	}
}

func TestWhatTheAppHearsOf(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	a := s.dial()
	_, err := s.Say("UBO", "CGENERAL", "the bot is not in here", "")
	ok(t, err)

	ts, err := s.Say("UBO", "CALERTS", "hey <@U0PERCH>", "")
	ok(t, err)
	if outer, m := a.event(); m.Type != "message" || m.User != "UBO" || m.TS != ts || m.ChannelType != "channel" || outer.TeamID != TeamID || outer.AppID != AppID {
		t.Fatalf("got %+v in %+v", m, outer)
	}
	if _, m := a.event(); m.Type != "app_mention" || m.TS != ts {
		t.Fatalf("got %+v", m)
	}
	_, posted, err := s.api.PostMessageContext(s.ctx, "CALERTS", slackgo.MsgOptionText("mine", false), slackgo.MsgOptionTS(ts))
	ok(t, err)
	if _, m := a.event(); m.BotID != BotID || m.Text != "mine" || m.ThreadTS != ts {
		t.Fatalf("its own post came back as %+v", m)
	}
	_, _, _, err = s.api.UpdateMessageContext(s.ctx, "CALERTS", posted, slackgo.MsgOptionText("changed", false))
	ok(t, err)
	if _, m := a.event(); m.Subtype != "message_changed" || m.Message.Text != "changed" || m.Previous.Text != "mine" {
		t.Fatalf("got %+v", m)
	}
	_, _, err = s.api.DeleteMessageContext(s.ctx, "CALERTS", posted)
	ok(t, err)
	if _, m := a.event(); m.Subtype != "message_deleted" {
		t.Fatalf("got %+v", m)
	}
	ok(t, s.Edit("UBO", "CALERTS", ts, "hey"))
	if _, m := a.event(); m.Subtype != "message_changed" || m.Message.Text != "hey" {
		t.Fatalf("got %+v", m)
	}
	ok(t, s.React("UBO", "CALERTS", ts, "eyes"))
	if _, m := a.event(); m.Type != "reaction_added" || m.Reaction != "eyes" {
		t.Fatalf("got %+v", m)
	}
	ok(t, s.Invite("CSHARED", "", "UANN"))
	if outer, m := a.event(); m.Type != "member_joined_channel" || m.User != BotUserID || !outer.ExtShared {
		t.Fatalf("got %+v", m)
	}
	if _, m := a.event(); m.Subtype != "channel_join" || m.User != BotUserID {
		t.Fatalf("got %+v", m)
	}
	ok(t, s.Kick("CSHARED", ""))
	if _, m := a.event(); m.Type != "channel_left" {
		t.Fatalf("got %+v", m)
	}
	ok(t, s.OpenHome("UBO", "home"))
	if _, m := a.event(); m.Type != "app_home_opened" || m.Tab != "home" || m.User != "UBO" || !strings.HasPrefix(m.Channel, "D") {
		t.Fatalf("got %+v", m)
	}
	_, err = s.Say("UBO", "DBO", "hi", "")
	ok(t, err)
	if _, m := a.event(); m.ChannelType != "im" || m.Channel != "DBO" {
		t.Fatalf("got %+v", m)
	}
}

func TestEventsNotSubscribedToStayAway(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{Events: []string{"app_home_opened"}})
	a := s.dial()
	_, err := s.Say("UBO", "CALERTS", "hello", "")
	ok(t, err)
	ok(t, s.OpenHome("UBO", "messages"))
	if _, m := a.event(); m.Type != "app_home_opened" || m.Tab != "messages" {
		t.Fatalf("got %+v", m)
	}
}
