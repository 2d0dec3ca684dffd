package peers

import (
	"slices"
	"strings"
	"testing"

	"perch/internal/playground/slack"
)

// slackReport is what slack.mjs prints.
type slackReport struct {
	Who struct {
		TeamID string `json:"team_id"`
		UserID string `json:"user_id"`
		BotID  string `json:"bot_id"`
	} `json:"who"`
	Connected int `json:"connected"`
	Command   struct {
		Text    string    `json:"text"`
		Command string    `json:"command"`
		Typed   slackDone `json:"typed"`
		Answer  string    `json:"answer"`
		Opened  bool      `json:"opened"`
	} `json:"command"`
	Submission struct {
		Refused slackSubmit `json:"refused"`
		Taken   slackSubmit `json:"taken"`
		Left    int         `json:"left"`
	} `json:"submission"`
	Message struct {
		First   slackSeen `json:"first"`
		Type    string    `json:"type"`
		Value   string    `json:"value"`
		Clicked slackDone `json:"clicked"`
		Second  slackSeen `json:"second"`
	} `json:"message"`
	Event struct {
		Text string `json:"text"`
		User string `json:"user"`
	} `json:"event"`
	Limited struct {
		OK    bool  `json:"ok"`
		Waits []int `json:"waits"`
	} `json:"limited"`
	Errors struct {
		Channel slackRefusal `json:"channel"`
		Blocks  slackRefusal `json:"blocks"`
		Token   slackRefusal `json:"token"`
	} `json:"errors"`
	Reconnect struct {
		Command string    `json:"command"`
		Typed   slackDone `json:"typed"`
		Sockets []struct {
			Live        bool   `json:"live"`
			Disconnect  string `json:"disconnect"`
			Acked       int    `json:"acked"`
			UnknownAcks int    `json:"unknown_acks"`
		} `json:"sockets"`
	} `json:"reconnect"`
}

type slackDone struct {
	OK    bool   `json:"ok"`
	Error string `json:"error"`
}

type slackSubmit struct {
	Type   string `json:"type"`
	Value  string `json:"value"`
	Result struct {
		OK             bool              `json:"ok"`
		ResponseAction string            `json:"response_action"`
		Errors         map[string]string `json:"errors"`
	} `json:"result"`
}

type slackSeen struct {
	Shown  string `json:"shown"`
	Edited bool   `json:"edited"`
}

type slackRefusal struct {
	Type     string   `json:"type"`
	Error    string   `json:"error"`
	Messages []string `json:"messages"`
}

func TestSlacksOwnClientsAgreeWithTheLocalSlack(t *testing.T) {
	t.Parallel()
	needPeers(t)
	server := slack.New(slack.Options{})
	t.Cleanup(server.Close)
	url := serve(t, server.API(), server.Control())
	var got slackReport
	node(
		t, &got, "slack.mjs", "SLACK_API_URL="+url+"/api/", "SLACK_CONTROL="+url+"/_control",
		"SLACK_BOT_TOKEN="+slack.BotToken, "SLACK_APP_TOKEN="+slack.AppToken,
	)
	t.Run("connect", func(t *testing.T) {
		if w := got.Who; w.TeamID != slack.TeamID || w.UserID != slack.BotUserID || w.BotID != slack.BotID {
			t.Errorf("auth.test reads %+v", w)
		}
		if got.Connected != 1 {
			t.Errorf("%d live sockets, want 1", got.Connected)
		}
	})
	t.Run("slash command", func(t *testing.T) { checkCommand(t, got) })
	t.Run("submission", func(t *testing.T) { checkSubmission(t, got) })
	t.Run("message", func(t *testing.T) { checkMessage(t, got) })
	t.Run("event", func(t *testing.T) {
		if e := got.Event; e.Text != "where is my job?" || e.User != "UBO" {
			t.Errorf("the message event reads %+v", e)
		}
	})
	t.Run("rate limit", func(t *testing.T) {
		if l := got.Limited; !l.OK || !slices.Equal(l.Waits, []int{1}) {
			t.Errorf("told to wait a second once, the client did %+v", l)
		}
	})
	t.Run("errors", func(t *testing.T) { checkSlackErrors(t, got) })
	t.Run("reconnect", func(t *testing.T) { checkReconnect(t, got) })
}

func checkCommand(t *testing.T, got slackReport) {
	c := got.Command
	if c.Command != "/connection" || c.Text != "harbor" || !c.Typed.OK {
		t.Errorf("the command reads %+v", c)
	}
	if c.Answer != "Looking for harbor" {
		t.Errorf("the text of the ack is shown as %q", c.Answer)
	}
	if !c.Opened {
		t.Error("the modal did not open")
	}
}

func checkSubmission(t *testing.T, got slackReport) {
	refused, taken := got.Submission.Refused, got.Submission.Taken
	if refused.Type != "view_submission" || refused.Value != "nothing" || taken.Value != "everything" {
		t.Errorf("the submissions read %+v and %+v", refused, taken)
	}
	if refused.Result.ResponseAction != "errors" || refused.Result.Errors["what"] != "Say more" {
		t.Errorf("the refusal is shown as %+v", refused.Result)
	}
	if !taken.Result.OK || got.Submission.Left != 0 {
		t.Errorf("taken as %+v, %d modals left open", taken.Result, got.Submission.Left)
	}
}

func checkMessage(t *testing.T, got slackReport) {
	m := got.Message
	if !strings.Contains(m.First.Shown, "Hello") || !strings.Contains(m.First.Shown, "Press") {
		t.Errorf("posted, it shows %q", m.First.Shown)
	}
	if m.Type != "block_actions" || m.Value != "7" || !m.Clicked.OK {
		t.Errorf("the click reads %q with %q, and ended %+v", m.Type, m.Value, m.Clicked)
	}
	if !strings.Contains(m.Second.Shown, "Pressed") || strings.Contains(m.Second.Shown, "Hello") {
		t.Errorf("updated, it shows %q", m.Second.Shown)
	}
}

func checkSlackErrors(t *testing.T, got slackReport) {
	tests := []struct {
		name string
		got  slackRefusal
		want string
	}{
		{"a channel that is not there", got.Errors.Channel, "channel_not_found"},
		{"a header that is too long", got.Errors.Blocks, "invalid_blocks"},
		{"a token nobody has", got.Errors.Token, "invalid_auth"},
	}
	for _, tt := range tests {
		if tt.got.Type != "WebAPIPlatformError" || tt.got.Error != tt.want {
			t.Errorf("%s: %+v, want %s", tt.name, tt.got, tt.want)
		}
	}
	pointed := func(m string) bool { return strings.Contains(m, "[json-pointer:/blocks/0") }
	if !slices.ContainsFunc(got.Errors.Blocks.Messages, pointed) {
		t.Errorf("nothing points at the header: %q", got.Errors.Blocks.Messages)
	}
}

func checkReconnect(t *testing.T, got slackReport) {
	r := got.Reconnect
	if r.Command != "/perch" || !r.Typed.OK {
		t.Errorf("after reconnecting the command reads %+v", r)
	}
	if len(r.Sockets) != 2 {
		t.Fatalf("%d sockets were opened, want 2", len(r.Sockets))
	}
	first, second := r.Sockets[0], r.Sockets[1]
	if first.Live || first.Disconnect != "warning" || !second.Live {
		t.Errorf("the sockets read %+v and %+v", first, second)
	}
	if first.UnknownAcks+second.UnknownAcks != 0 || first.Acked == 0 || second.Acked != 1 {
		t.Errorf("their acks read %+v and %+v", first, second)
	}
}
