package slack

import (
	"encoding/json"
	"slices"
	"testing"

	slackgo "github.com/slack-go/slack"
)

// saidEvent is what the tests read of a message event.
type saidEvent struct {
	Type, Subtype, Channel, User, Text, TS, Team string
	ChannelType                                  string `json:"channel_type"`
	ThreadTS                                     string `json:"thread_ts"`
	ParentUser                                   string `json:"parent_user_id"`
	UserTeam                                     string `json:"user_team"`
	SourceTeam                                   string `json:"source_team"`
	BotID                                        string `json:"bot_id"`
	AppID                                        string `json:"app_id"`
	ClientMsgID                                  string `json:"client_msg_id"`
	Blocks                                       json.RawMessage
	Attachments                                  json.RawMessage
}

func (a *app) said() (outerEvent, saidEvent) {
	a.t.Helper()
	outer, _ := a.event()
	var inner saidEvent
	ok(a.t, json.Unmarshal(outer.Event, &inner))
	return outer, inner
}

func TestAMentionIsToldTwiceUnderTwoEventIDs(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	a := s.dial()
	root, err := s.Say("UANN", "CALERTS", "who knows this?", "")
	ok(t, err)
	a.said()
	ts, err := s.Say("UBO", "CALERTS", "<@U0PERCH> jobs `cust_1042` https://x.example/a?b=c.", root)
	ok(t, err)
	first, m := a.said()
	second, mention := a.said()
	if m.Type != "message" || mention.Type != "app_mention" || first.EventID == second.EventID || m.TS != ts || mention.TS != ts ||
		m.ClientMsgID == "" || m.ClientMsgID != mention.ClientMsgID || mention.ChannelType != "" {
		t.Fatalf("told %+v and %+v", m, mention)
	}
	if m.ThreadTS != root || m.ParentUser != "UANN" || m.Text != "<@U0PERCH> jobs `cust_1042` <https://x.example/a?b=c>." {
		t.Errorf("the message is %+v", m)
	}
	const want = `[{"block_id":"typed","elements":[{"elements":[{"type":"user","user_id":"U0PERCH"},{"text":" jobs ","type":"text"},` +
		`{"style":{"code":true},"text":"cust_1042","type":"text"},{"text":" ","type":"text"},` +
		`{"type":"link","url":"https://x.example/a?b=c"},{"text":".","type":"text"}],"type":"rich_text_section"}],"type":"rich_text"}]`
	if string(m.Blocks) != want {
		t.Errorf("its blocks are %s", m.Blocks)
	}
}

func TestRichTextTellsCodeAndQuotesApart(t *testing.T) {
	t.Parallel()
	kinds := func(text string) (kinds []string) {
		for _, block := range richText(typed(text)) {
			elements, _ := block.(object)["elements"].([]any)
			for _, e := range elements {
				kind, _ := e.(object)["type"].(string)
				kinds = append(kinds, kind)
			}
		}
		return kinds
	}
	for text, want := range map[string][]string{
		"plain":                      {"rich_text_section"},
		"> quoted\nnot":              {"rich_text_quote", "rich_text_section"},
		"see ```\njob 42\n``` above": {"rich_text_section", "rich_text_preformatted", "rich_text_section"},
		"":                           nil,
	} {
		if got := kinds(text); !slices.Equal(got, want) {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestMessagesOfOthersAndAgain(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	ok(t, s.Invite("CSHARED", "", ""))
	a := s.dial()
	a.said() // that it joined
	_, err := s.Say("UEXT", "CSHARED", "hello from outside", "")
	ok(t, err)
	if outer, m := a.said(); !outer.ExtShared || m.Team != PartnerTeamID || m.UserTeam != PartnerTeamID || m.SourceTeam != PartnerTeamID {
		t.Errorf("a partner's message is %+v in %+v", m, outer)
	}
	_, err = s.Write(Words{Channel: "CALERTS", User: "U0ECHO", BotID: "B0ECHO", Text: "beep"})
	ok(t, err)
	if _, m := a.said(); m.BotID != "B0ECHO" || m.User != "U0ECHO" || m.AppID != "A00ECHO" || m.ClientMsgID != "" || m.Blocks != nil {
		t.Errorf("another bot's message is %+v", m)
	}
	ts, err := s.Write(Words{Channel: "CALERTS", User: "UBO", ClientMsgID: "mine", Attachments: []any{map[string]any{"is_share": true, "text": "job 42"}}})
	ok(t, err)
	_, first := a.said()
	other, err := s.Repeat("CALERTS", ts)
	ok(t, err)
	_, again := a.said()
	if first.ClientMsgID != "mine" || again.ClientMsgID != "mine" || again.TS != other || other == ts || string(first.Attachments) != `[{"is_share":true,"text":"job 42"}]` {
		t.Errorf("repeated %+v as %+v", first, again)
	}
	_, err = s.Repeat("CALERTS", "1700000000.000100")
	is(t, err, "no_such_message")
}

func TestALostEventComesFirstAsARetry(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{Timing: quick()})
	a := s.dial()
	ok(t, s.Fault(Fault{Kind: FaultLose}))
	_, err := s.Say("UBO", "CALERTS", "lost", "")
	ok(t, err)
	if f := a.next(); f.Retry != 1 || f.RetryReason != "timeout" {
		t.Fatalf("the first copy is %+v", f)
	}
}

func TestWithoutItsScopeAnEventStaysAway(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{Scopes: []string{"channels:history"}})
	a := s.dial()
	_, err := s.Say("UBO", "CALERTS", "hey <@U0PERCH>", "")
	ok(t, err)
	_, err = s.Say("UBO", "CALERTS", "and then", "")
	ok(t, err)
	for _, want := range []string{"hey <@U0PERCH>", "and then"} {
		if _, m := a.said(); m.Type != "message" || m.Text != want {
			t.Fatalf("got %+v, want the message %q", m, want)
		}
	}
}

func TestNothingIsToldOfChannelsWithoutTheBot(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	a := s.dial()
	for _, channel := range []string{"CPRIVATE", "CGENERAL"} {
		_, err := s.Say("UBO", channel, "hey <@U0PERCH>", "")
		ok(t, err)
	}
	ok(t, s.Invite("CPRIVATE", "", "UBO"))
	if _, m := a.said(); m.Type != "member_joined_channel" {
		t.Fatalf("got %+v", m)
	}
	a.said() // the channel's own line of it
	_, err := s.Say("UBO", "CPRIVATE", "now", "")
	ok(t, err)
	if _, m := a.said(); m.Text != "now" || m.ChannelType != "group" {
		t.Fatalf("got %+v", m)
	}
}

func TestOneMessageOfAThreadIsReadByItsTS(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	root, err := s.Say("UBO", "CALERTS", "root", "")
	ok(t, err)
	var all []string
	for _, text := range []string{"one", "two", "three"} {
		ts, err := s.Say("UANN", "CALERTS", text, root)
		ok(t, err)
		all = append(all, ts)
	}
	read := func(p slackgo.GetConversationRepliesParameters) (texts []string) {
		p.ChannelID, p.Timestamp = "CALERTS", root
		messages, _, _, err := s.api.GetConversationRepliesContext(s.ctx, &p)
		ok(t, err)
		for _, m := range messages {
			texts = append(texts, m.Text)
		}
		return texts
	}
	for _, tt := range []struct {
		p    slackgo.GetConversationRepliesParameters
		want []string
	}{
		{slackgo.GetConversationRepliesParameters{Latest: all[1], Oldest: all[1], Inclusive: true, Limit: 1}, []string{"root", "two"}},
		{slackgo.GetConversationRepliesParameters{Oldest: all[1], Limit: 10}, []string{"root", "three"}},
		{slackgo.GetConversationRepliesParameters{Limit: 1}, []string{"root", "one"}},
	} {
		if got := read(tt.p); !slices.Equal(got, tt.want) {
			t.Errorf("%+v gives %q, want %q", tt.p, got, tt.want)
		}
	}
}

func TestAnEphemeralNeedsAThreadThatGoesOn(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	root, err := s.Say("UBO", "CALERTS", "root", "")
	ok(t, err)
	whisper := func() {
		t.Helper()
		_, err := s.api.PostEphemeralContext(s.ctx, "CALERTS", "UBO", slackgo.MsgOptionText("psst", false), slackgo.MsgOptionTS(root))
		ok(t, err)
	}
	whisper()
	if n := len(s.MessagesSeenBy("UBO", "CALERTS")); n != 1 {
		t.Fatalf("%d messages are seen", n)
	}
	_, err = s.Say("UANN", "CALERTS", "reply", root)
	ok(t, err)
	whisper()
	seen := s.MessagesSeenBy("UBO", "CALERTS")
	if last := seen[len(seen)-1]; last.Text != "psst" || last.ThreadTS != root || last.EphemeralTo != "UBO" || len(s.MessagesSeenBy("UANN", "CALERTS")) != 2 {
		t.Fatalf("seen: %+v", seen)
	}
}
