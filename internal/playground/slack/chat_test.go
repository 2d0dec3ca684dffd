package slack

import (
	"fmt"
	"strings"
	"testing"

	slackgo "github.com/slack-go/slack"
)

func section(text string) map[string]any {
	return map[string]any{"type": "section", "text": map[string]any{"type": "mrkdwn", "text": text}}
}

func TestWhereTheBotMayPost(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{Unlimited: true})
	s.PutChannel(Channel{ID: "COLD", Name: "old", IsArchived: true, Members: []string{BotUserID}})
	s.PutChannel(Channel{ID: "CNEWS", Name: "news", IsReadOnly: true, Members: []string{BotUserID}})
	s.PutUser(User{ID: "UGONE", Name: "gone", Deleted: true})
	for channel, want := range map[string]string{
		"CALERTS":       "",
		"#finch-alerts": "",
		"DBO":           "",
		"UCAM":          "",
		"CSUPPORT":      "not_in_channel",
		"CPRIVATE":      "channel_not_found",
		"CNONE":         "channel_not_found",
		"":              "channel_not_found",
		"COLD":          "is_archived",
		"CNEWS":         "restricted_action_read_only_channel",
		"UGONE":         "user_disabled",
		"UEXT":          "user_not_found",
		BotUserID:       "cannot_dm_bot",
	} {
		if got := s.call("chat.postMessage", map[string]any{"channel": channel, "text": "x"}); got.error() != want {
			t.Errorf("post to %q: %v, want %q", channel, got.body, want)
		}
	}
	public := newStand(t, Options{Scopes: []string{"chat:write", "chat:write.public"}})
	if got := public.call("chat.postMessage", map[string]any{"channel": "CSUPPORT", "text": "x"}); got.error() != "" {
		t.Errorf("with chat:write.public: %v", got.body)
	}
}

func TestWhatAMessageMayHold(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{Unlimited: true})
	many := func(n int) (out []any) {
		for range n {
			out = append(out, map[string]any{"type": "divider"})
		}
		return out
	}
	long := []any{section(strings.Repeat("x", 3000)), section(strings.Repeat("x", 3000)), section(strings.Repeat("x", 3000)), section(strings.Repeat("x", 3000)), section(strings.Repeat("x", 1201))}
	for name, tt := range map[string]struct {
		args map[string]any
		want string
	}{
		"text":                {map[string]any{"text": "x"}, ""},
		"nothing":             {map[string]any{}, "no_text"},
		"blank":               {map[string]any{"text": " \n"}, "no_text"},
		"blocks alone":        {map[string]any{"blocks": many(50)}, ""},
		"51 blocks":           {map[string]any{"blocks": many(51)}, "invalid_blocks"},
		"blocks not a list":   {map[string]any{"blocks": "{"}, "invalid_blocks_format"},
		"too much in blocks":  {map[string]any{"blocks": long}, "msg_blocks_too_long"},
		"markdown and text":   {map[string]any{"markdown_text": "x", "text": "x"}, "markdown_text_conflict"},
		"attachments":         {map[string]any{"attachments": []any{map[string]any{"text": "x"}}}, ""},
		"101 attachments":     {map[string]any{"attachments": make([]any, 101)}, "too_many_attachments"},
		"attachments' blocks": {map[string]any{"attachments": []any{map[string]any{"blocks": []any{map[string]any{"type": "alert"}}}}}, "invalid_attachments"},
		"metadata":            {map[string]any{"text": "x", "metadata": map[string]any{"event_type": "e", "event_payload": map[string]any{"k": "v"}}}, ""},
		"metadata untyped":    {map[string]any{"text": "x", "metadata": map[string]any{"event_payload": map[string]any{"k": "v"}}}, "invalid_metadata_schema"},
		"metadata no object":  {map[string]any{"text": "x", "metadata": 3}, "invalid_metadata_format"},
		"metadata over 8 KB":  {map[string]any{"text": "x", "metadata": map[string]any{"event_type": "e", "event_payload": map[string]any{"k": strings.Repeat("v", 9000)}}}, "metadata_too_large"},
		"thread no ts":        {map[string]any{"text": "x", "thread_ts": "soon"}, "invalid_thread_ts"},
	} {
		t.Run(name, func(t *testing.T) {
			tt.args["channel"] = "CALERTS"
			if got := s.call("chat.postMessage", tt.args); got.error() != tt.want {
				t.Fatalf("answer is %v, want %q", got.body, tt.want)
			}
		})
	}
	got := s.call("chat.postMessage", map[string]any{"channel": "CALERTS", "text": strings.Repeat("é", 40001)})
	message, _ := got.body["message"].(map[string]any)
	if text, _ := message["text"].(string); len([]rune(text)) != 40000 {
		t.Errorf("a long text kept %d characters", len([]rune(text)))
	}
}

func TestAReplyNeedsTheParentsTS(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{Unlimited: true})
	parent, err := s.Say("UBO", "CALERTS", "job 42?", "")
	ok(t, err)
	reply := func(thread string) (ts, stuck string) {
		t.Helper()
		got := s.call("chat.postMessage", map[string]any{"channel": "CALERTS", "text": "r", "thread_ts": thread})
		message, _ := got.body["message"].(map[string]any)
		ts, _ = got.body["ts"].(string)
		stuck, _ = message["thread_ts"].(string)
		return ts, stuck
	}
	first, thread := reply(parent)
	if thread != parent {
		t.Fatalf("the reply is in thread %q", thread)
	}
	for _, none := range []string{first, "1700000000.000100"} {
		if _, lost := reply(none); lost != "" {
			t.Fatalf("%s, which is no parent, made a thread: %q", none, lost)
		}
	}
	replies, _, _, err := s.api.GetConversationRepliesContext(s.ctx, &slackgo.GetConversationRepliesParameters{ChannelID: "CALERTS", Timestamp: parent})
	ok(t, err)
	if len(replies) != 2 || replies[0].ReplyCount != 1 {
		t.Fatalf("thread is %+v", replies)
	}
}

func TestUpdateKeepsAndRemovesAsSlackDoes(t *testing.T) {
	t.Parallel()
	blocks, attachments := []any{section("old")}, []any{map[string]any{"text": "bar", "color": "good"}}
	metadata := map[string]any{"event_type": "e", "event_payload": map[string]any{"k": "v"}}
	for name, tt := range map[string]struct {
		change                     map[string]any
		text                       string
		blocks, attachments, marks bool
		want                       string
	}{
		"text alone removes blocks":   {map[string]any{"text": "new"}, "new", false, true, true, ""},
		"blocks and text":             {map[string]any{"text": "new", "blocks": []any{section("new")}}, "new", true, true, true, ""},
		"no attachments by []":        {map[string]any{"text": "new", "attachments": []any{}}, "new", false, false, true, ""},
		"attachments alone keep both": {map[string]any{"attachments": attachments}, "old", true, true, true, ""},
		"no metadata by {}":           {map[string]any{"text": "new", "metadata": map[string]any{}}, "new", false, true, false, ""},
		"nothing to change":           {map[string]any{}, "old", true, true, true, "no_text"},
		"text over 4,000":             {map[string]any{"text": strings.Repeat("x", 4001)}, "old", true, true, true, "msg_too_long"},
		"a block that is not":         {map[string]any{"blocks": []any{map[string]any{"type": "alert"}}}, "old", true, true, true, "invalid_blocks"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, Options{})
			posted := s.call("chat.postMessage", map[string]any{"channel": "CALERTS", "text": "old", "blocks": blocks, "attachments": attachments, "metadata": metadata})
			tt.change["channel"], tt.change["ts"] = "CALERTS", posted.body["ts"]
			if got := s.call("chat.update", tt.change); got.error() != tt.want {
				t.Fatalf("answer is %v", got.body)
			}
			m := s.MessagesSeenBy("UBO", "CALERTS")[0]
			if m.Text != tt.text || (m.Blocks != nil) != tt.blocks || (len(m.Attachments) > 0) != tt.attachments || (m.Metadata != nil) != tt.marks || m.Edited != nil {
				t.Fatalf("message is %+v", m)
			}
		})
	}
}

func TestOnlyOwnLastingMessagesCanBeChanged(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	foreign, err := s.Say("UBO", "CALERTS", "mine", "")
	ok(t, err)
	ephemeral, err := s.api.PostEphemeralContext(s.ctx, "CALERTS", "UBO", slackgo.MsgOptionText("psst", false))
	ok(t, err)
	for _, tt := range []struct{ method, ts, want string }{
		{"chat.update", foreign, "cant_update_message"},
		{"chat.delete", foreign, "cant_delete_message"},
		{"chat.update", ephemeral, "message_not_found"},
		{"chat.delete", ephemeral, "message_not_found"},
		{"chat.update", "1700000000.000100", "message_not_found"},
	} {
		if got := s.call(tt.method, map[string]any{"channel": "CALERTS", "ts": tt.ts, "text": "x"}); got.error() != tt.want {
			t.Errorf("%s: %v, want %s", tt.method, got.body, tt.want)
		}
	}
	link, err := s.api.GetPermalinkContext(s.ctx, &slackgo.PermalinkParameters{Channel: "CALERTS", Ts: foreign})
	ok(t, err)
	if !strings.HasSuffix(link, "/archives/CALERTS/p"+strings.Replace(foreign, ".", "", 1)) {
		t.Errorf("permalink is %s", link)
	}
}

func TestEphemeralMessagesAreForOneMemberUntilReload(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	_, err := s.api.PostEphemeralContext(s.ctx, "CALERTS", "UGUEST", slackgo.MsgOptionText("psst", false))
	is(t, err, "user_not_in_channel")
	_, err = s.api.PostEphemeralContext(s.ctx, "CALERTS", "UBO", slackgo.MsgOptionText("psst", false))
	ok(t, err)
	if n := len(s.MessagesSeenBy("UANN", "CALERTS")); n != 0 {
		t.Fatalf("Ann sees %d messages", n)
	}
	if n := len(s.MessagesSeenBy("UBO", "CALERTS")); n != 1 {
		t.Fatalf("Bo sees %d messages", n)
	}
	history, err := s.api.GetConversationHistoryContext(s.ctx, &slackgo.GetConversationHistoryParameters{ChannelID: "CALERTS"})
	ok(t, err)
	if len(history.Messages) != 0 {
		t.Fatal("it is in the history")
	}
	s.Reload("UBO")
	if n := len(s.MessagesSeenBy("UBO", "CALERTS")); n != 0 {
		t.Fatal("it survived a reload")
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := newStand(t, Options{Now: c.now, Unlimited: true})
	var stamps []string
	for i := range 5 {
		_, ts, err := s.api.PostMessageContext(s.ctx, "CALERTS", slackgo.MsgOptionText(fmt.Sprint(i), false), slackgo.MsgOptionMetadata(slackgo.SlackMetadata{
			EventType: "perch_alert", EventPayload: map[string]any{"key": fmt.Sprint(i)},
		}))
		ok(t, err)
		stamps = append(stamps, ts)
	}
	if stamps[0] >= stamps[1] || len(stamps[0]) != 17 {
		t.Fatalf("timestamps are %q", stamps)
	}
	read := func(p slackgo.GetConversationHistoryParameters) *slackgo.GetConversationHistoryResponse {
		t.Helper()
		p.ChannelID = "CALERTS"
		res, err := s.api.GetConversationHistoryContext(s.ctx, &p)
		ok(t, err)
		return res
	}
	first := read(slackgo.GetConversationHistoryParameters{Limit: 2, IncludeAllMetadata: true})
	if !first.HasMore || first.Messages[0].Text != "4" || first.Messages[0].Metadata.EventPayload["key"] != "4" {
		t.Fatalf("first page is %+v", first)
	}
	next := read(slackgo.GetConversationHistoryParameters{Limit: 10, Cursor: first.ResponseMetaData.NextCursor})
	if next.HasMore || len(next.Messages) != 3 || next.Messages[0].Metadata.EventType != "perch_alert" || next.Messages[0].Metadata.EventPayload != nil {
		t.Fatalf("next page is %+v", next)
	}
	for name, tt := range map[string]struct {
		p    slackgo.GetConversationHistoryParameters
		want int
	}{
		"oldest is excluded":      {slackgo.GetConversationHistoryParameters{Oldest: stamps[2]}, 2},
		"oldest included":         {slackgo.GetConversationHistoryParameters{Oldest: stamps[2], Inclusive: true}, 3},
		"latest is excluded":      {slackgo.GetConversationHistoryParameters{Latest: stamps[2]}, 2},
		"between":                 {slackgo.GetConversationHistoryParameters{Oldest: stamps[0], Latest: stamps[4]}, 3},
		"oldest as a bare second": {slackgo.GetConversationHistoryParameters{Oldest: "1000000000"}, 5},
	} {
		if got := read(tt.p); len(got.Messages) != tt.want {
			t.Errorf("%s: %d messages, want %d", name, len(got.Messages), tt.want)
		}
	}
	ok(t, s.Fault(Fault{Method: "conversations.history", Kind: FaultEmptyPage}))
	empty := read(slackgo.GetConversationHistoryParameters{Limit: 2})
	if len(empty.Messages) != 0 || empty.ResponseMetaData.NextCursor == "" {
		t.Fatalf("page is %+v", empty)
	}
	if after := read(slackgo.GetConversationHistoryParameters{Cursor: empty.ResponseMetaData.NextCursor}); len(after.Messages) != 5 {
		t.Fatalf("%d messages after the empty page", len(after.Messages))
	}
	if got := s.call("conversations.history", map[string]any{"channel": "CGENERAL"}); got.error() != "not_in_channel" {
		t.Errorf("history of a channel it is not in: %v", got.body)
	}
}

func TestChannelsAsTheBotSeesThem(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{Unlimited: true})
	info := func(id string) (*slackgo.Channel, error) {
		return s.api.GetConversationInfoContext(s.ctx, &slackgo.GetConversationInfoInput{ChannelID: id, IncludeNumMembers: true})
	}
	alerts, err := info("CALERTS")
	ok(t, err)
	if !alerts.IsMember || alerts.IsPrivate || alerts.NumMembers != 4 || alerts.Name != "finch-alerts" {
		t.Errorf("#finch-alerts is %+v", alerts)
	}
	shared, err := info("CSHARED")
	ok(t, err)
	if !shared.IsExtShared || shared.IsMember || len(shared.ConnectedTeamIDs) != 1 {
		t.Errorf("#with-partner is %+v", shared)
	}
	dm, err := info("DBO")
	ok(t, err)
	if !dm.IsIM || dm.User != "UBO" {
		t.Errorf("the direct message is %+v", dm)
	}
	_, err = info("CPRIVATE")
	is(t, err, "channel_not_found")
	ok(t, s.Invite("CPRIVATE", "", "UANN"))
	private, err := info("CPRIVATE")
	ok(t, err)
	if !private.IsPrivate || !private.IsMember {
		t.Errorf("the private channel is %+v", private)
	}
	members, _, err := s.api.GetUsersInConversationContext(s.ctx, &slackgo.GetUsersInConversationParameters{ChannelID: "CSUPPORT"})
	ok(t, err)
	if len(members) != 5 {
		t.Errorf("members are %q", members)
	}
	list, _, err := s.api.GetConversationsContext(s.ctx, &slackgo.GetConversationsParameters{Types: []string{"public_channel", "private_channel"}})
	ok(t, err)
	if len(list) != 5 {
		t.Errorf("the list has %d channels", len(list))
	}
	opened, _, _, err := s.api.OpenConversationContext(s.ctx, &slackgo.OpenConversationParameters{Users: []string{"UCAM"}})
	ok(t, err)
	if opened.ID != "DCAM" {
		t.Errorf("opened %s", opened.ID)
	}
}

func TestReactions(t *testing.T) {
	t.Parallel()
	s := newStand(t, Options{})
	ts, err := s.Say("UBO", "CALERTS", "job 42", "")
	ok(t, err)
	ref := slackgo.NewRefToMessage("CALERTS", ts)
	ok(t, s.api.AddReactionContext(s.ctx, "eyes", ref))
	is(t, s.api.AddReactionContext(s.ctx, "eyes", ref), "already_reacted")
	is(t, s.api.AddReactionContext(s.ctx, "eyes", slackgo.NewRefToMessage("CALERTS", "1700000000.000100")), "message_not_found")
	if m := s.MessagesSeenBy("UANN", "CALERTS")[0]; len(m.Reactions) != 1 || m.Reactions[0].Count != 1 {
		t.Fatalf("message is %+v", m)
	}
}
