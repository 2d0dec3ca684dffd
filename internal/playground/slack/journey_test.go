package slack

import (
	"context"
	"errors"
	"strings"
	"testing"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
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

// slack-go's own Socket Mode client finds what it expects: a ping in time, a
// hello, envelopes it can decode, and acknowledgements that count.
func TestSlackGosOwnClientIsAtHome(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	client := socketmode.New(s.api)
	ctx, cancel := context.WithCancel(s.ctx)
	stopped := make(chan error, 1)
	go func() { stopped <- client.RunContext(ctx) }()
	go func() {
		for {
			select {
			case e := <-client.Events:
				if e.Type == socketmode.EventTypeSlashCommand {
					_ = client.AckCtx(ctx, e.Request.EnvelopeID, map[string]any{"text": "at home"})
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	ok(t, s.WaitLive(s.ctx, 1))
	ok(t, s.Slash(s.ctx, "UBO", "CGENERAL", "/jobs"))
	if seen := s.MessagesSeenBy("UBO", "CGENERAL"); len(seen) != 1 || seen[0].Text != "at home" {
		t.Fatalf("Bo sees %+v", seen)
	}
	cancel()
	if err := <-stopped; !errors.Is(err, context.Canceled) {
		t.Fatalf("the client stopped with %v", err)
	}
	ok(t, s.WaitLiveGone())
	if k := s.Sockets()[0]; k.CloseCode != 1006 {
		t.Fatalf("slack-go sends no close frame, yet %+v", k)
	}
}
