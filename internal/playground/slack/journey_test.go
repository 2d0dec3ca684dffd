package slack

import (
	"strings"
	"testing"

	slackgo "github.com/slack-go/slack"
)

func TestACommandIsAckedAndAnsweredThroughItsResponseURL(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	a := s.dial()
	got := a.answering()
	ok(t, s.Slash(s.ctx, "UBO", "CSUPPORT", "/connection harbor"))
	f := <-got
	if f.Type != "slash_commands" || !f.Accepts {
		t.Fatalf("envelope is %+v", f)
	}
	cmd := into[slackgo.SlashCommand](t, f)
	if cmd.Command != "/connection" || cmd.Text != "harbor" || cmd.UserID != "UBO" || cmd.ChannelID != "CSUPPORT" || cmd.APIAppID != AppID {
		t.Fatalf("command is %+v", cmd)
	}
	block := slackgo.NewSectionBlock(slackgo.NewTextBlockObject("mrkdwn", "Harbor is well", false, false), nil, nil)
	ok(t, slackgo.PostWebhookContext(s.ctx, cmd.ResponseURL, &slackgo.WebhookMessage{
		Text: "fallback", ResponseType: "ephemeral", Blocks: &slackgo.Blocks{BlockSet: []slackgo.Block{block}},
	}))
	m, err := s.WaitMessage(s.ctx, "UBO", "CSUPPORT", func(m Message) bool { return strings.Contains(m.Shown, "Harbor is well") })
	ok(t, err)
	if m.EphemeralTo != "UBO" || m.BotID != BotID || m.Text != "fallback" {
		t.Fatalf("message is %+v", m)
	}
	if seen := s.MessagesSeenBy("UANN", "CSUPPORT"); len(seen) != 0 {
		t.Fatalf("Ann sees Bo's ephemeral message: %+v", seen)
	}
}
